/** What `caseframe/element` adds to a page that has `caseframe`: at once, and with the first review. */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { shortStyles } from '../../toolchain/bundle.mjs';

/** In bytes, bundled, minified and gzipped. */
const LIMIT = 15.35 * 1024;
/** Of the review's window, which is loaded when the first one is opened. */
const REVIEW_LIMIT = 12.45 * 1024;

test('both elements keep their limits, and use the package by its public entries alone', async (t) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../js/elements/index.js', import.meta.url))],
    bundle: true,
    minify: true,
    splitting: true,
    outdir: 'out',
    format: 'esm',
    target: 'es2020',
    write: false,
    metafile: true,
    external: ['../index.js', '../upload/index.js'],
    plugins: [shortStyles],
  });
  for (const path of Object.keys(metafile.inputs)) assert.match(path, /js\/elements\/[\w-]+\.js$/);
  const sizes = { entry: 0, review: 0 };
  for (const { path, contents } of outputFiles) {
    sizes[/^review-window/.test(basename(path)) ? 'review' : 'entry'] += gzipSync(contents, { level: 9 }).length;
  }
  t.diagnostic(`${sizes.entry} bytes, and ${sizes.review} with the first review`);
  assert.ok(sizes.review > 0 && sizes.review <= REVIEW_LIMIT, `${sizes.review} bytes`);
  assert.ok(sizes.entry <= LIMIT, `${sizes.entry} bytes`);
});
