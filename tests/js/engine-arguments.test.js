// Whatever is wrong with an argument: 'invalid-argument', naming it, what was expected and what came; and the engine
// goes on working.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import vm from 'node:vm';
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
    assert.doesNotThrow(() => structuredClone(error.details));
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
  allRefused('colorSpace', ['display-p3', 'srgb-linear', 'rec2020', '', null, 1], (colorSpace) =>
    engine.encode({ ...frame, colorSpace }),
  );
  allRefused('pixelFormat', ['rgba-float16', 'RGBA', '', null, 8], (pixelFormat) =>
    engine.analyze({ ...frame, pixelFormat }),
  );
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

test('a list, of regions for one, is no options: it would cover nothing', () => {
  const regions = [{ x: 2, y: 2, width: 8, height: 4 }];
  const lists = [[], regions, new Map([['redact', regions]]), new Set(regions), new Uint8Array(4)];
  allRefused('options', lists, (value) => engine.encode(frame, value));
  allRefused('frame', lists, (value) => engine.encode(value));
  allRefused('metadata', lists, (metadata) => encode({ metadata }));
  allRefused('redact[0]', lists, (region) => encode({ redact: [region] }));
  const held = engine.allocate(16, 8);
  allRefused('options', lists, (value) => held.encode(value));
  allRefused('options', lists, (value) => held.scaled(value));
  assert.throws(() => engine.encode(frame, /** @type {any} */ (regions[0])), { message: /redact/ }, 'nor is a region');
  held.release();
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
    const values = [undefined, -1, -1e-9, 0, 0.999, ...NO_NUMBERS];
    allRefused(`redact[0].${name}`, values, (value) => redact({ [name]: value }));
    allRefused(`redact[0].${name}`, [undefined, -1, -1e-9, 0, ...NO_NUMBERS], (value) =>
      redact({ x: 0, y: 0, width: 1, height: 1, unit: 'ratio', [name]: value }),
    );
  }
  allRefused('redact[0].mode', ['mosaic', 'Fill', '', 0, null, {}], (mode) => redact({ mode }));
  allRefused('redact[0].unit', ['percent', 'pixels', '', 0, null, {}], (unit) => redact({ unit }));
  allRefused('redact[0].of', [...NO_OBJECTS], (of) => redact({ of }));
  for (const side of ['width', 'height']) {
    allRefused(`redact[0].of.${side}`, [undefined, 0, -1, 1n, ...NO_NUMBERS], (value) =>
      redact({ of: { width: 9, height: 9, [side]: value } }),
    );
  }
  refused('redact[0].of', { width: 9, height: 9 }, () =>
    redact({ x: 0, y: 0, width: 1, height: 1, unit: 'ratio', of: { width: 9, height: 9 } }),
  );
  allRefused('redact[0].color', ['#12', '#1234', '#12345g', 'rgb(0,0,0)', 'toString', '', 0, null, {}], (color) =>
    redact({ color }),
  );
});

test('undefined is "not given", everywhere', async () => {
  const region = { x: 1, y: 1, width: 4, height: 4 };
  const nothing = (/** @type {string[]} */ ...names) => Object.fromEntries(names.map((name) => [name, undefined]));
  const options = nothing(
    'quality',
    'subsampling',
    'progressive',
    'maxWidth',
    'maxHeight',
    'redact',
    'reject',
    'metadata',
  );
  assert.equal(encode(options).sha256, expected);
  assert.equal(encode({ ...options, redactions: undefined, Quality: undefined }).sha256, expected);
  const texts = ['id', 'interactionId', 'participantId', 'agentId', 'capturedAt', 'software', 'description'];
  assert.equal(encode({ metadata: nothing(...texts, 'frameAgeMs', 'embed') }).sha256, expected);
  const nulls = Object.fromEntries([...texts, 'frameAgeMs'].map((name) => [name, null]));
  assert.equal(encode({ metadata: nulls }).sha256, expected);
  const covered = encode({ redact: [region] }).sha256;
  assert.equal(encode({ redact: [{ ...region, ...nothing('mode', 'color', 'unit', 'of') }] }).sha256, covered);
  const stated = { ...region, mode: 'pixelate', color: 'black', unit: 'pixel', of: { width: 16, height: 8 } };
  assert.equal(encode({ redact: [stated] }).sha256, covered);
  const given = { ...frame, ...nothing('stride', 'colorSpace', 'pixelFormat') };
  assert.equal(engine.encode(given, undefined).sha256, expected);
  assert.equal(engine.encode({ ...given, colorSpace: 'srgb', pixelFormat: 'rgba-unorm8' }).sha256, expected);
  const held = engine.allocate(16, 8);
  assert.deepEqual(held.place(undefined), []);
  assert.deepEqual(held.scaled(nothing('maxWidth', 'maxHeight')).width, 16);
  held.release();
  const other = await createEngine(nothing('variant', 'wasmUrl', 'wasmModule'));
  assert.equal(other.encode(frame).sha256, expected);
  other.dispose();
});

test('pixels that are a view of the engine’s own memory: encoded while they are there, refused once it has moved', async () => {
  const other = await createEngine();
  const held = other.allocate(4000, 2000);
  held.pixels().fill(200);
  let moved = 0;
  for (let i = 0; i < 8; i++) {
    const data = held.pixels();
    try {
      assert.ok(other.analyze({ data, width: 4000, height: 2000 }));
    } catch (error) {
      assert.deepEqual([error.name, error.code, error.details.name], ['CaptureError', 'invalid-argument', 'data']);
      moved++;
    }
  }
  assert.equal(moved, 1, 'the room that was made is used again');
  other.dispose();
});

test('a list is as long as it says: what is no length is refused, and never taken for none', () => {
  const withLength = (list, length) => new Proxy(list, { get: (of, key) => (key === 'length' ? length : of[key]) });
  const lists = { redact: [{ x: 1, y: 1, width: 4, height: 4 }], reject: ['black'] };
  for (const [name, list] of Object.entries(lists)) {
    for (const length of [undefined, NaN, -1, 0.5, '1', null, 1n, Symbol('s'), Infinity]) {
      refused(`${name}.length`, length, () => encode({ [name]: withLength(list, length) }));
    }
    for (const length of [1001, 2 ** 53]) {
      assert.throws(() => encode({ [name]: withLength(list, length) }), { code: 'invalid-argument' });
    }
    assert.ok(encode({ [name]: withLength(list, 1) }));
  }
});

test('an unknown field that looks like a known one is refused, others are let pass', () => {
  const region = { x: 1, y: 1, width: 4, height: 4 };
  for (const name of [
    'redactions',
    'regions',
    'region',
    'Redact',
    'REGIONS',
    'detect',
    'replaceRedact',
    'redacted',
    'masks',
    'redatc',
  ]) {
    refused(name, [region], () => encode({ [name]: [region] }));
    refused(name, [region], () => encode({ redact: [], [name]: [region] }));
  }
  refused('Quality', 0.5, () => encode({ Quality: 0.5 }));
  for (const [name, value] of Object.entries({
    Mode: 'fill',
    colour: 'red',
    Color: 'red',
    units: 'ratio',
    Of: {},
    modes: 'fill',
  })) {
    refused(`redact[0].${name}`, value, () => encode({ redact: [{ ...region, [name]: value }] }));
  }
  refused('metadata.Embed', true, () => encode({ metadata: { Embed: true } }));
  assert.throws(() => encode({ regions: [region] }), /did you mean redact\?/);
  const covered = encode({ redact: [region] }).sha256;
  const detected = { ...region, score: 0.9, label: 'face', id: 7, top: 3, onMove: () => {} };
  assert.equal(encode({ redact: [detected], note: 'x', onDone: () => {} }).sha256, covered);
});

test('a getter that throws is an invalid argument with the cause; each field is read once', async () => {
  const cause = new Error('no');
  /** @param {string} name @param {object} [rest] */
  const broken = (name, rest = {}) =>
    Object.defineProperty({ ...rest }, name, {
      enumerable: true,
      get() {
        throw cause;
      },
    });
  const region = { x: 1, y: 1, width: 4, height: 4 };
  /** @type {Record<string, () => unknown>} */
  const actions = {};
  for (const name of [
    'quality',
    'subsampling',
    'progressive',
    'maxWidth',
    'maxHeight',
    'redact',
    'reject',
    'metadata',
  ]) {
    actions[name] = () => encode(broken(name));
  }
  for (const name of ['x', 'y', 'width', 'height', 'mode', 'color', 'unit', 'of']) {
    actions[`redact[0].${name}`] = () => encode({ redact: [broken(name, region)] });
  }
  actions['redact[0].of.width'] = () => encode({ redact: [{ ...region, of: broken('width', { height: 9 }) }] });
  actions['metadata.capturedAt'] = () => encode({ metadata: broken('capturedAt') });
  const list = [region, region];
  Object.defineProperty(list, 1, Object.getOwnPropertyDescriptor(broken('it'), 'it') ?? {});
  actions['redact[1]'] = () => encode({ redact: list });
  for (const name of ['data', 'width', 'height', 'stride', 'colorSpace']) {
    actions[name] = () => engine.analyze(/** @type {any} */ (broken(name, frame)));
  }
  for (const [name, action] of Object.entries(actions)) {
    assert.throws(action, { code: 'invalid-argument', message: `Reading ${name} failed`, cause, details: { name } });
  }
  await assert.rejects(createEngine(broken('wasmUrl')), { code: 'invalid-argument', cause });

  let reads = 0;
  const shifty = {
    ...region,
    mode: 'fill',
    get x() {
      return ++reads;
    },
  };
  const [{ x }] = encode({ redact: [shifty] }).redactions;
  assert.deepEqual([x, reads], [0, 1]);
});

test('bytes and dates of another realm are as good as ours, and what only says that it is one is not', () => {
  const foreign = vm.runInNewContext('({ bytes: new Uint8ClampedArray(n), date: new Date(0) })', {
    n: frame.data.length,
  });
  foreign.bytes.set(frame.data);
  assert.equal(engine.encode({ ...frame, data: foreign.bytes }).sha256, expected);
  const dated = encode({ metadata: { capturedAt: new Date(0) } }).sha256;
  assert.equal(encode({ metadata: { capturedAt: foreign.date } }).sha256, dated);
  /** @param {string} tag */
  const liar = (tag) => ({ length: 1e9, [Symbol.toStringTag]: tag });
  assert.throws(() => engine.encode({ ...frame, data: /** @type {any} */ (liar('Uint8Array')) }), {
    code: 'invalid-argument',
    details: { name: 'data', expected: 'a Uint8Array or Uint8ClampedArray' },
  });
  assert.throws(() => encode({ metadata: { capturedAt: liar('Date') } }), { code: 'invalid-argument' });
});

test('frames in the engine’s memory', () => {
  allRefused('width', [undefined, 65501, ...NO_SIZES], (value) => engine.allocate(value, 1));
  allRefused('height', [undefined, 65501, ...NO_SIZES], (value) => engine.allocate(1, value));
  const held = engine.allocate(16, 8);
  allRefused('redact', [null, {}, 'all', 1, { length: 1 }], (redact) => held.place(redact));
  allRefused('options', NO_OBJECTS, (value) => held.encode(value));
  allRefused('options', NO_OBJECTS, (value) => held.scaled(value));
  allRefused('maxWidth', [0, -1, 1.5, NaN, '9', null], (maxWidth) => held.scaled({ maxWidth }));
  allRefused('maxHeight', [0, -1, 1.5, NaN, '9', null], (maxHeight) => held.scaled({ maxHeight }));
  held.release();
});

test('options whose getters take the pixels away', () => {
  for (const ask of /** @type {const} */ (['encode', 'findText'])) {
    const data = new Uint8Array(16 * 8 * 4).fill(9);
    const take = { get: () => void data.buffer.transfer() };
    const options = Object.defineProperties({}, { quality: take, kind: take });
    assert.throws(() => engine[ask]({ data, width: 16, height: 8 }, options), { code: 'invalid-argument' });
  }
});

test('after dispose nothing is looked at', async () => {
  const gone = await createEngine();
  gone.dispose();
  assert.throws(() => gone.allocate(0, 3), { code: 'disposed' });
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
  const { proxy: wasmUrl, revoke } = Proxy.revocable({}, {});
  revoke();
  await assert.rejects(createEngine({ wasmUrl: /** @type {any} */ (wasmUrl) }), { code: 'invalid-argument' });
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
  const parts = ['x', 'y', 'width', 'height', 'mode', 'unit', 'color', 'of'];
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
      if (typeof region?.of === 'object' && region.of !== null)
        region.of = { ...region.of, [dice.pick(['width', 'height'])]: value() };
    }
    const held = engine.allocate(16, 8);
    try {
      const { jpeg, redactions } = encode(options);
      assert.equal(redactions.length, regions?.length ?? 0, 'a region was dropped');
      assert.deepEqual(held.place(regions), redactions);
      assert.deepEqual([jpeg[0], jpeg[1], jpeg[jpeg.length - 2], jpeg[jpeg.length - 1]], [0xff, 0xd8, 0xff, 0xd9]);
      ++outcomes.encoded;
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'invalid-argument') throw error;
      assert.doesNotThrow(() => structuredClone(/** @type {any} */ (error).details));
      ++outcomes.refused;
    } finally {
      held.release();
    }
  });
  assert.ok(outcomes.encoded > 300 && outcomes.refused > 300, JSON.stringify(outcomes));
  assert.equal(engine.encode(frame).sha256, expected);
});
