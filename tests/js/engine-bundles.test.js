// The engine in bundles that leave its .wasm files behind, or that are no modules: an error that names what to do, and
// `wasmUrl` or `wasmModule` as the way out. Bundlers that carry the files along are tested from the packed tarball.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { build } from 'esbuild';
import { createEngine } from '../../dist/engine/node.js';
import { Dice } from './random.js';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'caseframe-bundles-'));
after(() => rm(folder, { recursive: true }));

const frame = new Dice(7).noise(20, 10);
const engine = await createEngine();
const expected = engine.encode(frame).sha256;
engine.dispose();

/** @param {string} entry @param {string} name @param {import('esbuild').BuildOptions} options @returns {Promise<string>} */
async function bundle(entry, name, options) {
  const outfile = join(folder, name);
  await build({ entryPoints: [join(dist, entry)], outfile, bundle: true, logLevel: 'silent', ...options });
  return outfile;
}

/** @param {typeof createEngine} create @param {Parameters<typeof createEngine>[0]} options */
async function works(create, options) {
  const made = await create(options);
  assert.equal(made.encode(frame).sha256, expected);
  made.dispose();
}

test('a script that is no module asks for wasmUrl, and works from a compiled module', async () => {
  const script = await bundle('engine/index.js', 'engine.js', { format: 'iife', globalName: 'caseframe' });
  const { createEngine: create } = vm.runInThisContext(`${await readFile(script, 'utf8')};caseframe`);
  for (const variant of /** @type {const} */ (['auto', 'simd', 'baseline'])) {
    await assert.rejects(create({ variant }), { name: 'CaptureError', code: 'engine-load', message: /set wasmUrl/ });
  }
  await works(create, {
    wasmModule: await WebAssembly.compile(await readFile(join(dist, 'wasm/caseframe.simd.wasm'))),
  });
});

test('a CommonJS bundle for Node asks for wasmUrl, which may be a file', async () => {
  const script = await bundle('engine/node.js', 'engine.cjs', { format: 'cjs', platform: 'node' });
  const { createEngine: create } = createRequire(import.meta.url)(script);
  await assert.rejects(create(), { name: 'CaptureError', code: 'engine-load', message: /set wasmUrl/ });
  await works(create, { wasmUrl: pathToFileURL(join(dist, 'wasm/')) });
  await works(create, { wasmUrl: pathToFileURL(join(dist, 'wasm/caseframe.baseline.wasm')).href });
});

test('where a CommonJS transform cannot load what knows the package’s place, as Jest’s cannot, wasmUrl is asked for', async () => {
  const options = /** @type {import('esbuild').BuildOptions} */ ({
    platform: 'node',
    external: ['*location.js'],
    supported: { 'dynamic-import': false },
  });
  const script = await bundle('engine/node.js', 'transformed.cjs', { format: 'cjs', ...options });
  const { createEngine: create } = createRequire(import.meta.url)(script);
  await assert.rejects(create(), { name: 'CaptureError', code: 'engine-load', message: /set wasmUrl/ });
  await works(create, { wasmUrl: pathToFileURL(join(dist, 'wasm/')) });
});

test('a bundle for Node without the .wasm files names the one it looks for, and finds it once it is there', async () => {
  const script = await bundle('engine/node.js', 'server/engine.mjs', { format: 'esm', platform: 'node' });
  const { createEngine: create } = await import(pathToFileURL(script).href);
  const missing = pathToFileURL(join(folder, 'wasm/caseframe.simd.wasm')).href;
  await assert.rejects(create(), (/** @type {any} */ error) => {
    assert.equal(error.code, 'engine-load');
    assert.ok(error.message.startsWith(`Could not read ${missing}: `), error.message);
    assert.equal(error.cause.code, 'ENOENT');
    return true;
  });
  await cp(join(dist, 'wasm'), join(folder, 'wasm'), { recursive: true });
  await works(create, undefined);
});
