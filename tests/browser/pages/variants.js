// Encodes the same random frames with both variants and reports the files' hashes.
import { createEngine } from '/dist/engine/index.js';
import { compareVariants } from '/seeded/twins.js';

const query = new URL(location.href).searchParams;
let report;
try {
  const [simd, baseline] = await Promise.all(['simd', 'baseline'].map((variant) => createEngine({ variant })));
  report = compareVariants({ simd, baseline }, Number(query.get('seed')), Number(query.get('count')));
} catch (error) {
  report = { failure: String(error) };
}
await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
