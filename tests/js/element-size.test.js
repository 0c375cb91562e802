/** What `caseframe/element` adds to a page that has `caseframe`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** In bytes, bundled, minified and gzipped: the review is more than half of it, the German words are an eighth. */
const LIMIT = 24 * 1024;

test('both elements, minified and gzipped, keep their limit, and use the package by its public entries alone', async (t) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../js/elements/index.js', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    write: false,
    metafile: true,
    external: ['../index.js', '../upload/index.js'],
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  t.diagnostic(`${size} bytes`);
  for (const path of Object.keys(metafile.inputs)) assert.match(path, /js\/elements\/[\w-]+\.js$/);
  assert.ok(size <= LIMIT, `${size} bytes`);
});
