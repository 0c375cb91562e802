/** What `caseframe/upload` adds to a page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * In bytes, bundled, minified and gzipped, without `errors.js`: its sentences are the whole package's, and a page that
 * captures has them already.
 */
const LIMIT = 10592;

/** @type {import('esbuild').Plugin} */
const errorsOfThePackage = {
  name: 'errors',
  setup({ onLoad }) {
    const contents = 'export const { CaptureError, invalidArgument, misnamed } = caseframe;';
    onLoad({ filter: /js.errors\.js$/ }, () => ({ contents }));
  },
};

test('the whole entry, minified and gzipped, keeps its limit, and needs nothing else', async (t) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../js/upload/index.js', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    write: false,
    metafile: true,
    plugins: [errorsOfThePackage],
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  t.diagnostic(`${size} bytes`);
  assert.ok(size <= LIMIT, `${size} bytes`);
  for (const path of Object.keys(metafile.inputs))
    assert.match(path, /js\/(upload\/[\w-]+|disposable|errors|time)\.js$/);
});
