// Where the module comes from, and what is said when it does not come.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import vm from 'node:vm';
import { createEngine } from '../../dist/engine/node.js';
import { freePort } from '../middleware/servers/free-port.js';
import { Dice } from './random.js';

const frame = new Dice(6).noise(20, 10);
/** @param {string} variant */
const read = async (variant) =>
  new Uint8Array(await readFile(new URL(`../../dist/wasm/caseframe.${variant}.wasm`, import.meta.url)));
const wasm = {
  simd: await read('simd'),
  baseline: await read('baseline'),
};

/** @type {Record<string, [number, string, string | Uint8Array]>} */
const FILES = {
  '/assets/caseframe.simd.wasm': [200, 'application/wasm', wasm.simd],
  '/assets/caseframe.baseline.wasm': [200, 'application/wasm', wasm.baseline],
  '/typed-wrong.wasm': [200, 'application/octet-stream', wasm.simd],
  '/with-charset.wasm': [200, 'application/wasm; charset=utf-8', wasm.simd],
  '/fallback.wasm': [200, 'text/html', '<!doctype html><title>Our single-page app</title>'],
  '/cut.wasm': [200, 'application/wasm', wasm.simd.subarray(0, 5000)],
  '/empty.wasm': [200, 'application/wasm', ''],
};
/** Half of a file, then nothing more. @type {Record<string, string>} */
const BROKEN_OFF = { '/off.wasm': 'application/wasm', '/off.bin': 'application/octet-stream' };
const server = createServer((request, response) => {
  const broken = BROKEN_OFF[request.url ?? ''];
  if (broken) {
    response.writeHead(200, { 'content-type': broken, 'content-length': wasm.simd.length });
    response.write(wasm.simd.subarray(0, 5000), () => response.destroy());
    return;
  }
  const [status, type, body] = FILES[request.url ?? ''] ?? [404, 'text/plain', 'no such file'];
  response.writeHead(status, { 'content-type': type }).end(body);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
after(() => server.close());

const reference = await createEngine();
const expected = reference.encode(frame).sha256;
reference.dispose();

/** @param {Parameters<typeof createEngine>[0]} options @param {string} variant */
async function works(options, variant) {
  const engine = await createEngine(options);
  assert.equal(engine.variant, variant);
  assert.equal(engine.encode(frame).sha256, expected);
  engine.dispose();
}

/** @param {Parameters<typeof createEngine>[0]} options @returns {Promise<any>} */
const failed = (options) =>
  createEngine(options).then(
    () => assert.fail('it loaded'),
    (error) => error,
  );

/** @param {Parameters<typeof createEngine>[0]} options @param {RegExp} message */
async function fails(options, message) {
  await assert.rejects(createEngine(options), (/** @type {any} */ error) => {
    assert.equal(error.name, 'CaptureError');
    assert.equal(error.code, 'engine-load');
    assert.match(error.message, message);
    return true;
  });
}

test('from a URL: a file, or the folder that holds both', async () => {
  await works({ wasmUrl: `${origin}/assets/` }, 'simd');
  await works({ wasmUrl: `${origin}/assets/`, variant: 'baseline' }, 'baseline');
  await works({ wasmUrl: `${origin}/assets/caseframe.baseline.wasm` }, 'baseline');
  await works({ wasmUrl: new URL('/assets/caseframe.simd.wasm', origin) }, 'simd');
});

test('whatever type the server says it is', async () => {
  await works({ wasmUrl: `${origin}/typed-wrong.wasm` }, 'simd');
  await works({ wasmUrl: `${origin}/with-charset.wasm` }, 'simd');
});

test('from a compiled module', async () => {
  await works({ wasmModule: await WebAssembly.compile(wasm.simd) }, 'simd');
  const wasmModule = await WebAssembly.compile(wasm.baseline);
  await works({ wasmModule }, 'baseline');
  await works({ wasmModule, variant: 'baseline' }, 'baseline');
  await works({ wasmModule, variant: 'simd' }, 'baseline');
  const wasmUrl = `${origin}/assets/caseframe.baseline.wasm`;
  await assert.rejects(createEngine({ wasmUrl, variant: 'simd' }), { code: 'invalid-argument' });
  await works({ wasmModule, wasmUrl: 'http://127.0.0.1:1/never-asked' }, 'baseline');
});

test('what another realm made is as good as ours', async () => {
  const foreign = vm.runInNewContext('new WebAssembly.Module(bytes)', { bytes: wasm.baseline });
  assert.ok(!(foreign instanceof WebAssembly.Module));
  await works({ wasmModule: foreign }, 'baseline');
  // A URL class that is not the platform's, as in a test's page.
  const href = `${origin}/assets/`;
  const url = /** @type {any} */ ({ [Symbol.toStringTag]: 'URL', href, toString: () => href });
  await works({ wasmUrl: url }, 'simd');
  const liar = /** @type {any} */ ({ [Symbol.toStringTag]: 'WebAssembly.Module' });
  await assert.rejects(createEngine({ wasmModule: liar }), { code: 'invalid-argument' });
});

test('from a file', async () => {
  await works({ wasmUrl: new URL('../../dist/wasm/', import.meta.url) }, 'simd');
  await works({ wasmUrl: new URL('../../dist/wasm/caseframe.baseline.wasm', import.meta.url).href }, 'baseline');
  await fails({ wasmUrl: 'file:///nowhere/' }, /^Could not read file:\/\/\/nowhere\/caseframe\.simd\.wasm: .*wasmUrl/);
  await fails({ wasmUrl: new URL(import.meta.url) }, /engine-load\.test\.js is no WebAssembly/);
});

test('several engines share a module and nothing else', async () => {
  const wasmModule = await WebAssembly.compile(wasm.simd);
  const [one, two] = await Promise.all([createEngine({ wasmModule }), createEngine({ wasmModule })]);
  one.dispose();
  assert.equal(two.encode(frame).sha256, expected);
  two.dispose();
});

test('a URL that answers nothing, nothing good or no WebAssembly says so', async () => {
  const port = await freePort();
  await fails({ wasmUrl: `http://127.0.0.1:${port}/x.wasm` }, /Could not fetch .*x\.wasm.*connect-src.*CORS/);
  await fails({ wasmUrl: 'no url at all' }, /Could not fetch no url at all/);
  await fails({ wasmUrl: `${origin}/missing.wasm` }, /missing\.wasm answered 404/);
  await fails({ wasmUrl: `${origin}/missing/` }, /missing\/caseframe\.simd\.wasm answered 404/);
  await fails({ wasmUrl: `${origin}/fallback.wasm` }, /no WebAssembly.*served as text\/html/);
  await fails({ wasmUrl: `${origin}/cut.wasm` }, /no WebAssembly/);
  await fails({ wasmUrl: `${origin}/off.wasm` }, /Could not fetch .*off\.wasm/);
  await fails({ wasmUrl: `${origin}/off.bin` }, /Could not fetch .*off\.bin/);
  await fails({ wasmUrl: `${origin}/empty.wasm` }, /no WebAssembly/);
});

test('an address in a message is short, and holds no credentials and no query', async () => {
  const { message } = await failed({ wasmUrl: `data:application/wasm;base64,${'A'.repeat(300000)}` });
  assert.ok(message.length < 600, `${message.length} characters`);
  assert.match(message, /: serve the file itself|set wasmUrl/, 'and still says what to do');
  const url = origin.replace('//', '//user:s3cret@');
  for (const wasmUrl of [`${url}/x.wasm?token=abc#def`, `${origin}/missing.wasm?token=abc`, `${origin}/?sig=abc#/x/`]) {
    const error = await failed({ wasmUrl });
    assert.doesNotMatch(error.message, /user|s3cret|token|abc/);
    assert.match(error.message, /http:\/\/127\.0\.0\.1:\d+\//);
  }
});

test('a module that is somebody else’s does not start', { timeout: 600_000 }, async () => {
  const header = [0, 97, 115, 109, 1, 0, 0, 0];
  await fails({ wasmModule: new WebAssembly.Module(new Uint8Array(header)) }, /did not start/);
  // (import "env" "other" (func))
  const stranger = [...header, 1, 4, 1, 96, 0, 0, 2, 13, 1, 3, 101, 110, 118, 5, 111, 116, 104, 101, 114, 0, 0];
  await fails({ wasmModule: new WebAssembly.Module(new Uint8Array(stranger)) }, /did not start/);
  // (memory (export "memory") 1)
  const memory = [...header, 5, 3, 1, 0, 1, 7, 10, 1, 6, 109, 101, 109, 111, 114, 121, 2, 0];
  await fails({ wasmModule: new WebAssembly.Module(new Uint8Array(memory)) }, /did not start/);
});
