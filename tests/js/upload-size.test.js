/** What `caseframe/upload` adds to a page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** In bytes, bundled, minified and gzipped; the table of error sentences included, which `caseframe` itself brings too. */
const LIMIT = 9 * 1024;

test('the whole entry, minified and gzipped, keeps its limit, and needs nothing else', async (t) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../js/upload/index.js', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    write: false,
    metafile: true,
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  t.diagnostic(`${size} bytes`);
  assert.ok(size <= LIMIT, `${size} bytes`);
  for (const path of Object.keys(metafile.inputs)) assert.match(path, /js\/(upload\/[\w-]+|errors)\.js$/);
});
