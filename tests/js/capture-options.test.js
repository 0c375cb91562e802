import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { createCapture } from '../../dist/index.js';
import { parseEncodeOptions } from '../../js/engine/options.js';
import { parseCaptureOptions, parseCreateOptions } from '../../js/options.js';

test('defaults are the documented ones', () => {
  const { limits, encode, signal, beforeCapture, detect, interactionId } = parseCaptureOptions();
  assert.deepEqual(limits, { timeoutMs: 3000, loadTimeoutMs: 15000, maxFrameAgeMs: 1000, minWidth: 0, minHeight: 0 });
  assert.deepEqual(encode.plain.reject, ['black', 'undecoded']);
  assert.deepEqual(encode.plain.redact, []);
  assert.deepEqual([signal, beforeCapture, detect, interactionId], [undefined, undefined, undefined, undefined]);
  assert.deepEqual(parseCreateOptions(), {
    worker: 'auto',
    workerUrl: undefined,
    engine: { wasmModule: undefined, wasmUrl: undefined },
  });
});

test('what goes to the worker can be cloned, whatever the regions were made of', () => {
  class Box {
    constructor() {
      Object.assign(this, { x: 1, y: 2, width: 3, height: 4, onMove: () => {} });
    }
    get mode() {
      return 'fill';
    }
  }
  const parsed = parseEncodeOptions({ redact: [new Box()], quality: 0.5, onSomething: () => {} });
  assert.doesNotThrow(() => structuredClone(parsed));
  const { plain } = parsed;
  assert.deepEqual(structuredClone(plain.redact), [{ x: 1, y: 2, width: 3, height: 4, mode: 'fill' }]);
  assert.equal(plain.quality, 0.5);
});

test('what fails when it is looked at is an invalid argument, too', () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return /** @type {any} */ (proxy);
  };
  for (const name of ['detect', 'redact', 'reject', 'metadata', 'signal', 'beforeCapture', 'timeoutMs']) {
    assert.throws(() => parseCaptureOptions({ [name]: revoked() }), { code: 'invalid-argument' }, name);
  }
  assert.throws(() => parseCaptureOptions(revoked()), { code: 'invalid-argument' });
  for (const signal of [
    { aborted: false, addEventListener: 1 },
    { aborted: 'no', addEventListener() {}, removeEventListener() {} },
    { aborted: false, addEventListener() {} },
    {
      get aborted() {
        throw new Error('mine');
      },
    },
  ]) {
    assert.throws(() => parseCaptureOptions({ signal: /** @type {any} */ (signal) }), { code: 'invalid-argument' });
  }
  const date = new Date(0);
  const fail = () => assert.fail('asked');
  Object.assign(date, { toISOString: fail, getTime: fail });
  const { metadata } = parseEncodeOptions({ metadata: { capturedAt: date } }).plain;
  assert.equal(metadata?.capturedAt, '1970-01-01T00:00:00.000Z');
});

test('a sentence names the field, what was expected and what came', () => {
  assert.throws(() => parseCaptureOptions({ timeoutMs: 0 }), {
    code: 'invalid-argument',
    message: 'Expected a number above 0 and up to 2147483647 for timeoutMs but received 0 of type number',
  });
  assert.throws(() => parseCaptureOptions({ redact: [{ x: 0, y: 0, width: -1, height: 1 }] }), {
    code: 'invalid-argument',
    message: /redact\[0\]\.width/,
  });
});

test('nothing that cannot be cloned gets through, in metadata neither', () => {
  const metadata = { id: null, capturedAt: new Date(0), description: 'x', extra() {}, node: Symbol('node') };
  const { encode } = parseCaptureOptions(/** @type {any} */ ({ metadata, redact: [], onDone() {} }));
  assert.deepEqual(structuredClone(encode).plain, {
    metadata: { id: null, capturedAt: '1970-01-01T00:00:00.000Z', description: 'x' },
    redact: [],
    reject: ['black', 'undecoded'],
  });
  // A Date of another frame of the page, with something of its own.
  const date = Object.assign(vm.runInNewContext('new Date(5)'), { owner() {} });
  assert.equal(
    parseEncodeOptions({ metadata: { capturedAt: date } }).plain.metadata?.capturedAt,
    '1970-01-01T00:00:00.005Z',
  );
});

test('what is undefined is not given, and does not come along to hide what is', () => {
  const names = ['quality', 'subsampling', 'progressive', 'maxWidth', 'maxHeight', 'redact', 'reject', 'metadata'];
  const nothing = (/** @type {string[]} */ list) => Object.fromEntries(list.map((name) => [name, undefined]));
  assert.deepEqual(parseEncodeOptions(nothing(names)).plain, { redact: [], reject: ['black', 'undecoded'] });
  const metadata = nothing(['id', 'interactionId', 'participantId', 'agentId', 'capturedAt', 'description', 'embed']);
  assert.deepEqual(Object.keys(parseEncodeOptions({ metadata }).plain.metadata ?? {}), []);
  const redact = [
    { x: 1, y: 2, width: 3, height: 4, mode: undefined, color: undefined, unit: undefined, of: undefined },
  ];
  assert.deepEqual(parseEncodeOptions({ redact }).plain.redact, [{ x: 1, y: 2, width: 3, height: 4 }]);
  const own = [
    'timeoutMs',
    'loadTimeoutMs',
    'maxFrameAgeMs',
    'minWidth',
    'minHeight',
    'signal',
    'beforeCapture',
    'detect',
  ];
  const given = nothing([...own, 'interactionId', 'participantId', ...names]);
  assert.deepEqual(parseCaptureOptions(given), parseCaptureOptions());
  assert.deepEqual(parseCreateOptions(nothing(['wasmUrl', 'workerUrl', 'wasmModule', 'worker'])), parseCreateOptions());
});

test('null is refused by name', () => {
  const own = [
    'timeoutMs',
    'loadTimeoutMs',
    'maxFrameAgeMs',
    'minWidth',
    'minHeight',
    'signal',
    'beforeCapture',
    'detect',
  ];
  for (const name of [
    ...own,
    'interactionId',
    'participantId',
    'quality',
    'redact',
    'reject',
    'metadata',
    'maxWidth',
  ]) {
    assert.throws(() => parseCaptureOptions({ [name]: null }), { code: 'invalid-argument', message: RegExp(name) });
  }
  for (const name of ['wasmUrl', 'workerUrl', 'wasmModule', 'worker']) {
    assert.throws(() => parseCreateOptions({ [name]: null }), { code: 'invalid-argument', message: RegExp(name) });
  }
});

test('a list of regions, or one region, is no options', () => {
  const region = { x: 2, y: 2, width: 8, height: 4 };
  for (const value of [[], [region], new Map(), region]) {
    assert.throws(() => parseCaptureOptions(/** @type {any} */ (value)), { code: 'invalid-argument' });
  }
  assert.throws(() => parseCreateOptions(/** @type {any} */ ([])), { code: 'invalid-argument' });
});

test('the picture that regions were drawn on goes along to the worker', () => {
  const region = { x: 1, y: 2, width: 3, height: 4, of: { width: 1280, height: 720 } };
  const element = Object.assign(Object.create({ ...region.of }), { onload() {} });
  assert.deepEqual(parseEncodeOptions({ redact: [{ ...region, of: element }] }).plain.redact, [region]);
});

test('too many regions, and what looks like an option and is none, are refused before anything waits', () => {
  const region = { x: 0, y: 0, width: 4, height: 4 };
  assert.throws(
    () => parseCaptureOptions({ redact: Array(1001).fill(region) }),
    (/** @type {any} */ error) => {
      assert.equal(error.code, 'invalid-argument');
      assert.equal(error.details.count, 1001);
      return true;
    },
  );
  for (const options of [
    { regions: [region] },
    { Detect: () => [] },
    { beforecapture: () => false },
    { timeoutms: 1 },
    { redacted: [region] },
    { masks: [region] },
    { detector: () => [] },
  ]) {
    const [name] = Object.keys(options);
    assert.throws(() => parseCaptureOptions(options), { code: 'invalid-argument', message: RegExp(`for ${name} `) });
  }
});

test('a getter that throws is an invalid argument with its cause', () => {
  const cause = new Error('no');
  /** @param {string} name */
  const broken = (name) =>
    Object.defineProperty({}, name, {
      get() {
        throw cause;
      },
    });
  assert.throws(() => parseCaptureOptions(broken('signal')), { code: 'invalid-argument', cause });
  assert.throws(() => parseCaptureOptions({ metadata: broken('id') }), { code: 'invalid-argument', cause });
  assert.throws(() => parseCreateOptions(broken('workerUrl')), { code: 'invalid-argument', cause });
});

test('a capture can be created where there is no page, as in server-side rendering', () => {
  assert.equal(typeof document, 'undefined');
  const options = { wasmUrl: '/assets/wasm/', workerUrl: new URL('https://example.com/worker.js') };
  createCapture(options).dispose();
  const { engine, workerUrl } = parseCreateOptions(options);
  assert.deepEqual([engine.wasmUrl, workerUrl], ['/assets/wasm/', 'https://example.com/worker.js']);
  for (const wrong of [
    { wasmUrl: 'https://' },
    { wasmUrl: '' },
    { workerUrl: '' },
    { Worker: false },
    { wasmURL: '/' },
  ]) {
    assert.throws(() => parseCreateOptions(/** @type {any} */ (wrong)), { code: 'invalid-argument' });
  }
});

test('what another frame of the page made is taken, relative to the page', () => {
  const module = vm.runInNewContext('new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))');
  assert.equal(parseCreateOptions({ wasmModule: module }).engine.wasmModule, module);
  const href = 'https://example.com/w/';
  const url = /** @type {any} */ ({ [Symbol.toStringTag]: 'URL', href, toString: () => href });
  Object.assign(globalThis, { document: { baseURI: 'https://page.example/desk/' } });
  try {
    const { engine, workerUrl } = parseCreateOptions({ wasmUrl: url, workerUrl: 'worker.js' });
    assert.deepEqual([engine.wasmUrl, workerUrl], [href, 'https://page.example/desk/worker.js']);
  } finally {
    Reflect.deleteProperty(globalThis, 'document');
  }
});
