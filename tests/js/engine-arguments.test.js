// Whatever is wrong with an argument: 'invalid-argument', naming it, what was expected and what came; and the engine
// goes on working.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { Dice, forEachSeed } from './random.js';

const engine = await createEngine();
after(() => engine.dispose());

const frame = new Dice(4).noise(16, 8);
const expected = engine.encode(frame).sha256;

/** Wrong wherever a number of at least 1 is wanted. */
const NO_SIZES = [0, -1, 1.5, 1e9, NaN, Infinity, -Infinity, '16', null, {}, [], true, 16n, Symbol('16')];
const NO_NUMBERS = [NaN, Infinity, -Infinity, '1', null, {}, [], true, () => 1];
const NO_OBJECTS = [null, 1, 'x', true, Symbol('x'), () => {}];

/** @param {unknown} value */
function shown(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Object.prototype.toString.call(value).slice(8, -1);
  return String(value);
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return 'null';
  return typeof value === 'object' ? shown(value) : typeof value;
}

/** @param {string} name @param {unknown} value @param {() => unknown} action */
function refused(name, value, action) {
  assert.throws(action, (/** @type {any} */ error) => {
    assert.equal(error.name, 'CaptureError');
    assert.equal(error.code, 'invalid-argument');
    const message = `for ${name} but received ${shown(value)} of type ${typeOf(value)}`;
    assert.match(error.message, /^Expected \S/);
    assert.ok(error.message.endsWith(message), `“${error.message}” does not end with “${message}”`);
    assert.equal(error.details.name, name);
    assert.ok(error.message.startsWith(`Expected ${error.details.expected} for `));
    return true;
  });
  assert.equal(engine.encode(frame).sha256, expected, 'the engine works no more');
}

/** @param {string} name @param {unknown[]} values @param {(value: any) => unknown} action */
function allRefused(name, values, action) {
  for (const value of values) refused(name, value, () => action(value));
}

/** @param {Record<string, unknown>} options */
const encode = (options) => engine.encode(frame, /** @type {any} */ (options));

test('frame', () => {
  allRefused('frame', [undefined, ...NO_OBJECTS], (value) => engine.encode(value));
  allRefused('frame', [undefined, ...NO_OBJECTS], (value) => engine.analyze(value));
  allRefused(
    'data',
    [undefined, [], 'x', null, new ArrayBuffer(512), new Uint16Array(256), new Int8Array(512)],
    (data) => engine.encode({ ...frame, data }),
  );
  for (const name of ['width', 'height']) {
    allRefused(name, [undefined, 65501, 1.0000001, ...NO_SIZES], (value) => engine.encode({ ...frame, [name]: value }));
  }
  allRefused('stride', [0, 63, -64, 64.5, NaN, Infinity, '64', null, 64n], (stride) =>
    engine.encode({ ...frame, stride }),
  );
});

test('data that is too short', () => {
  const short = { ...frame, data: frame.data.subarray(1) };
  refused('data.length', 511, () => engine.encode(short));
  refused('data.length', 511, () => engine.analyze(short));
  refused('data.length', 0, () => engine.encode({ data: new Uint8Array(0), width: 1, height: 1 }));
  refused('data.length', 512, () => engine.encode({ ...frame, stride: 65 }));
  refused('data.length', 512, () => engine.encode({ ...frame, stride: Number.MAX_SAFE_INTEGER }));
  refused('data.length', 512, () => engine.encode({ ...frame, width: 65500, height: 65500, stride: undefined }));
  const gone = new Uint8Array(512);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  refused('data.length', 0, () => engine.encode({ data: gone, width: 16, height: 8 }));
});

test('options', () => {
  allRefused('options', NO_OBJECTS, (value) => engine.encode(frame, value));
  allRefused('quality', [-0.01, 1.01, 90, ...NO_NUMBERS], (quality) => encode({ quality }));
  allRefused('progressive', [0, 1, 'true', null, {}], (progressive) => encode({ progressive }));
  allRefused('subsampling', ['420', '4:1:1', '', 'Gray', 420, 0, null, {}], (subsampling) => encode({ subsampling }));
  for (const name of ['maxWidth', 'maxHeight']) {
    const values = NO_SIZES.filter((value) => value !== 1e9 && value !== Infinity);
    allRefused(name, values, (value) => encode({ [name]: value }));
  }
  allRefused('reject', [null, 'black', {}, 1, new Set(['black'])], (reject) => encode({ reject }));
  allRefused('reject[1]', ['ok', 'dark', '', 0, null, undefined, {}], (value) => encode({ reject: ['black', value] }));
});

test('regions', () => {
  allRefused('redact', [null, {}, 'all', 1, { length: 1 }], (redact) => encode({ redact }));
  allRefused('redact[1]', [undefined, ...NO_OBJECTS], (value) =>
    encode({ redact: [{ x: 0, y: 0, width: 1, height: 1 }, value] }),
  );
  /** @param {Record<string, unknown>} change */
  const redact = (change) => encode({ redact: [{ x: 1, y: 1, width: 4, height: 4, ...change }] });
  for (const name of ['x', 'y']) {
    allRefused(`redact[0].${name}`, [undefined, 1n, ...NO_NUMBERS], (value) => redact({ [name]: value }));
  }
  for (const name of ['width', 'height']) {
    allRefused(`redact[0].${name}`, [undefined, -1, -1e-9, ...NO_NUMBERS], (value) => redact({ [name]: value }));
  }
  allRefused('redact[0].mode', ['mosaic', 'Fill', '', 0, null, {}], (mode) => redact({ mode }));
  allRefused('redact[0].unit', ['percent', 'pixels', '', 0, null, {}], (unit) => redact({ unit }));
  allRefused('redact[0].color', ['#12', '#1234', '#12345g', 'rgb(0,0,0)', 'toString', '', 0, null, {}], (color) =>
    redact({ color }),
  );
});

test('frames in the engine’s memory', () => {
  allRefused('width', [undefined, 65501, ...NO_SIZES], (value) => engine.allocate(value, 1));
  allRefused('height', [undefined, 65501, ...NO_SIZES], (value) => engine.allocate(1, value));
  const held = engine.allocate(16, 8);
  allRefused('options', NO_OBJECTS, (value) => held.encode(value));
  allRefused('options', NO_OBJECTS, (value) => held.scaled(value));
  allRefused('maxWidth', [0, -1, 1.5, NaN, '9', null], (maxWidth) => held.scaled({ maxWidth }));
  allRefused('maxHeight', [0, -1, 1.5, NaN, '9', null], (maxHeight) => held.scaled({ maxHeight }));
  held.release();
});

test('createEngine', async () => {
  /** @param {string} name @param {unknown[]} values @param {(value: any) => unknown} options */
  async function rejected(name, values, options) {
    for (const value of values) {
      await assert.rejects(createEngine(/** @type {any} */ (options(value))), (/** @type {any} */ error) => {
        assert.equal(error.code, 'invalid-argument');
        assert.ok(error.message.endsWith(`for ${name} but received ${shown(value)} of type ${typeOf(value)}`));
        return true;
      });
    }
  }
  await rejected('options', NO_OBJECTS, (value) => value);
  await rejected('variant', ['SIMD', '', 0, null, {}], (variant) => ({ variant }));
  await rejected('wasmUrl', [0, null, {}, true], (wasmUrl) => ({ wasmUrl }));
  await rejected('wasmModule', [0, null, {}, new Uint8Array(8), 'x'], (wasmModule) => ({ wasmModule }));
});

test('anything at all is either encoded or refused as an invalid argument', async () => {
  const anything = [
    undefined,
    null,
    0,
    -0,
    1,
    -1,
    0.5,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    1e300,
    NaN,
    Infinity,
    '',
    'fill',
    '1',
  ];
  const more = [true, false, [], [[]], {}, [{}], () => {}, Symbol('s'), 7n, new Uint8Array(9), new Date(0), /x/];
  const names = ['quality', 'subsampling', 'progressive', 'maxWidth', 'maxHeight', 'redact', 'reject', 'unknown'];
  const parts = ['x', 'y', 'width', 'height', 'mode', 'unit', 'color'];
  const outcomes = { encoded: 0, refused: 0 };
  await forEachSeed(3000, (dice) => {
    const value = () => dice.pick(dice.pick([anything, more]));
    /** @type {Record<string, unknown>} */
    const options = dice.options(16, 8);
    for (let i = dice.between(0, 2); i > 0; --i) options[dice.pick(names)] = value();
    const regions = /** @type {any} */ (options.redact);
    if (Array.isArray(regions) && dice.pick([true, false])) {
      const region = regions[0];
      if (typeof region === 'object' && region !== null) region[dice.pick(parts)] = value();
    }
    try {
      const { jpeg } = encode(options);
      assert.deepEqual([jpeg[0], jpeg[1], jpeg[jpeg.length - 2], jpeg[jpeg.length - 1]], [0xff, 0xd8, 0xff, 0xd9]);
      ++outcomes.encoded;
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'invalid-argument') throw error;
      ++outcomes.refused;
    }
  });
  assert.ok(outcomes.encoded > 300 && outcomes.refused > 300, JSON.stringify(outcomes));
  assert.equal(engine.encode(frame).sha256, expected);
});
