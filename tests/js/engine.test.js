// The engine as its users see it, in both variants: shapes, pictures, and the same bytes from each.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { createEngine } from '../../dist/engine/node.js';
import { flat, photograph } from './photographs.js';
import { Dice, forEachSeed } from './random.js';

const [simd, baseline] = await Promise.all([createEngine({ variant: 'simd' }), createEngine({ variant: 'baseline' })]);
after(() => {
  simd.dispose();
  baseline.dispose();
});

/** @param {string} name @param {(engine: typeof simd) => void | Promise<void>} check */
function inBoth(name, check) {
  test(`${name} (simd)`, () => check(simd));
  test(`${name} (baseline)`, () => check(baseline));
}

/** Raw RGB, through a decoder that is not ours. @param {Uint8Array} jpeg */
async function decode(jpeg) {
  const { data, info } = await sharp(jpeg, { failOn: 'warning' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** In dB, over all three channels. @param {import('./random.js').Frame} frame @param {Uint8Array} jpeg */
async function psnr(frame, jpeg) {
  const decoded = await decode(jpeg);
  assert.deepEqual([decoded.width, decoded.height], [frame.width, frame.height]);
  let squares = 0;
  for (let i = 0; i < frame.width * frame.height; ++i) {
    for (let c = 0; c < 3; ++c) squares += (decoded.data[3 * i + c] - frame.data[4 * i + c]) ** 2;
  }
  return 10 * Math.log10((255 ** 2 * 3 * frame.width * frame.height) / squares);
}

/** @param {() => unknown} action */
function thrownBy(action) {
  try {
    action();
  } catch (error) {
    return /** @type {import('../../js/errors.js').CaptureError} */ (error);
  }
  return assert.fail('nothing was thrown');
}

test('each engine says which variant it is, and auto is SIMD where there is SIMD', async () => {
  assert.equal(simd.variant, 'simd');
  assert.equal(baseline.variant, 'baseline');
  const auto = await createEngine();
  assert.equal(auto.variant, 'simd');
  auto.dispose();
});

inBoth('a report has the contract’s fields', (engine) => {
  const frame = flat(32, 16, [200, 30, 90]);
  const report = engine.analyze(frame);
  assert.deepEqual(Object.keys(report).sort(), ['darkRatio', 'lumaStdDev', 'meanLuma', 'peakLuma', 'verdict']);
  assert.equal(report.verdict, 'uniform');
  const luma = 0.2126 * 200 + 0.7152 * 30 + 0.0722 * 90;
  assert.ok(Math.abs(report.meanLuma - luma) < 0.6, `${report.meanLuma} is not ${luma}`);
  assert.ok(report.lumaStdDev < 0.6);
  assert.equal(report.darkRatio, 0);
});

inBoth('an encoded picture has the contract’s fields', async (engine) => {
  const frame = await photograph('coffee.png', 320, 200);
  const encoded = engine.encode(frame, {
    redact: [
      { x: 3, y: 5, width: 100, height: 33 },
      { x: 0.5, y: 0.5, width: 1, height: 1, unit: 'ratio', mode: 'blur' },
      { x: 200, y: 10, width: 21, height: 21, mode: 'fill', color: '#1A2b3C' },
      { x: 0, y: 60, width: 2, height: 2, mode: 'fill' },
      { x: 2, y: 60, width: 2, height: 2, mode: 'fill', color: '#0Ef' },
    ],
  });
  assert.deepEqual(Object.keys(encoded).sort(), ['height', 'jpeg', 'redactions', 'report', 'sha256', 'width']);
  assert.ok(encoded.jpeg instanceof Uint8Array);
  assert.equal(encoded.jpeg.byteLength, encoded.jpeg.buffer.byteLength, 'the bytes are a view of something larger');
  assert.equal(encoded.sha256, createHash('sha256').update(encoded.jpeg).digest('hex'));
  assert.deepEqual([encoded.width, encoded.height], [320, 200]);
  assert.deepEqual(encoded.report, engine.analyze(frame));
  const levels = { luma: 16, chroma: 8 };
  const [{ cell }, { cell: blurred, radius }] = encoded.redactions;
  for (const side of [cell, blurred])
    assert.ok(Number.isInteger(side) && Number(side) >= 16, `a cell of ${side} pixels`);
  assert.ok(Number(radius) >= Number(blurred), `a radius of ${radius} pixels`);
  assert.deepEqual(encoded.redactions, [
    { x: 2, y: 4, width: 102, height: 34, mode: 'pixelate', cell, levels },
    { x: 160, y: 100, width: 160, height: 100, mode: 'blur', cell: blurred, levels, radius },
    { x: 200, y: 10, width: 22, height: 22, mode: 'fill', color: '#1a2b3c' },
    { x: 0, y: 60, width: 2, height: 2, mode: 'fill', color: '#000000' },
    { x: 2, y: 60, width: 2, height: 2, mode: 'fill', color: '#00eeff' },
  ]);
});

inBoth('photographs come back as they were', async (engine) => {
  for (const name of ['astronaut.png', 'coffee.png', 'rocket.jpg']) {
    const frame = await photograph(name, 321, 241);
    // The worst of the three has 33.0 dB (its colours are what 4:2:0 costs most), and 50.3.
    assert.ok((await psnr(frame, engine.encode(frame).jpeg)) > 32, name);
    const best = engine.encode(frame, { quality: 1, subsampling: '4:4:4', progressive: true });
    assert.ok((await psnr(frame, best.jpeg)) > 49, name);
  }
});

/** Sampling factors, across and down, of each component. */
const FACTORS = {
  '4:2:0': [0x22, 0x11, 0x11],
  '4:2:2': [0x21, 0x11, 0x11],
  '4:4:4': [0x11, 0x11, 0x11],
  gray: [0x11],
};

/** SOF0 or SOF2: ITU-T T.81, B.2.2. @param {Uint8Array} jpeg */
function frameHeader(jpeg) {
  let at = 2;
  while (jpeg[at + 1] !== 0xc0 && jpeg[at + 1] !== 0xc2) at += 2 + jpeg[at + 2] * 256 + jpeg[at + 3];
  const factors = Array.from({ length: jpeg[at + 9] }, (_, i) => jpeg[at + 11 + 3 * i]);
  return { progressive: jpeg[at + 1] === 0xc2, factors };
}

inBoth('kinds of file', async (engine) => {
  const frame = await photograph('astronaut.png', 161, 121);
  for (const progressive of [false, true]) {
    for (const subsampling of /** @type {const} */ (['4:2:0', '4:2:2', '4:4:4', 'gray'])) {
      const { jpeg } = engine.encode(frame, { subsampling, progressive });
      assert.deepEqual(frameHeader(jpeg), { progressive, factors: FACTORS[subsampling] });
      assert.equal((await sharp(jpeg).metadata()).channels, subsampling === 'gray' ? 1 : 3);
    }
  }
});

inBoth('pictures are made to fit and never enlarged', (engine) => {
  const frame = new Dice(1).scenery(300, 200);
  /** @param {import('./random.js').EncodeOptions} options */
  const size = (options) => {
    const { width, height } = engine.encode(frame, options);
    return [width, height];
  };
  assert.deepEqual(size({ maxWidth: 150 }), [150, 100]);
  assert.deepEqual(size({ maxHeight: 100 }), [150, 100]);
  assert.deepEqual(size({ maxWidth: 30, maxHeight: 100 }), [30, 20]);
  assert.deepEqual(size({ maxWidth: 3000 }), [300, 200]);
  assert.deepEqual(size({ maxWidth: 1e9, maxHeight: Infinity }), [300, 200]);
  assert.deepEqual(size({ maxWidth: 1 }), [1, 1]);
});

inBoth('a rejected frame is an error with its report', (engine) => {
  const black = flat(64, 48, [0, 0, 0]);
  const uniform = flat(64, 48, [200, 30, 90]);
  const transparent = { data: new Uint8Array(64 * 48 * 4), width: 64, height: 48 };
  const cases = /** @type {const} */ ([
    [black, undefined, 'black-frame', 'black'],
    [transparent, undefined, 'undecoded-frame', 'undecoded'],
    [uniform, ['uniform'], 'uniform-frame', 'uniform'],
  ]);
  for (const [frame, reject, code, verdict] of cases) {
    const error = thrownBy(() => engine.encode(frame, { reject: reject && [...reject] }));
    assert.equal(error.name, 'CaptureError');
    assert.equal(error.code, code);
    assert.equal(/** @type {any} */ (error.details).report.verdict, verdict);
    assert.ok(engine.encode(frame, { reject: [] }).jpeg.length > 0);
  }
  assert.ok(engine.encode(uniform).jpeg.length > 0);
});

inBoth('what was under a fill is nowhere in the file', async (engine) => {
  const frame = await photograph('astronaut.png', 200, 160);
  const fill = /** @type {const} */ ({ x: 51, y: 41, width: 70, height: 50, mode: 'fill', color: 'red' });
  const other = { ...frame, data: frame.data.slice() };
  for (let y = 40; y < 92; ++y) other.data.fill(y, (y * 200 + 50) * 4, (y * 200 + 122) * 4);
  for (const maxWidth of [undefined, 77]) {
    const options = { redact: [fill], maxWidth };
    assert.equal(engine.encode(frame, options).sha256, engine.encode(other, options).sha256);
  }
  const { data } = await decode(engine.encode(frame, { redact: [fill], subsampling: '4:4:4' }).jpeg);
  assert.deepEqual([...data.subarray((60 * 200 + 80) * 3, (60 * 200 + 80) * 3 + 3)], [254, 0, 0]);
});

test('the caller’s bytes are never written, and padding between rows is never seen', async () => {
  await forEachSeed(40, (dice) => {
    const [width, height] = [dice.between(1, 60), dice.between(1, 60)];
    const tight = dice.noise(width, height);
    const padded = dice.noise(width, height, width * 4 + dice.between(1, 30));
    for (let y = 0; y < height; ++y) {
      padded.data.set(
        tight.data.subarray(y * width * 4, (y + 1) * width * 4),
        y * /** @type {number} */ (padded.stride),
      );
    }
    const before = [tight.data.slice(), padded.data.slice()];
    const options = dice.options(width, height);
    assert.equal(simd.encode(padded, options).sha256, simd.encode(tight, options).sha256);
    assert.deepEqual(simd.analyze(padded), simd.analyze(tight));
    assert.deepEqual([tight.data, padded.data], before);
  });
});

test('data may be longer than the frame, clamped, a Buffer, or part of another buffer', () => {
  const { data, width, height } = new Dice(2).noise(20, 10);
  const whole = new Uint8Array(data.length + 100);
  whole.set(data, 50);
  const expected = simd.encode({ data, width, height }).sha256;
  for (const other of [
    whole.subarray(50),
    whole.subarray(50, 50 + data.length),
    new Uint8ClampedArray(data),
    Buffer.from(data),
  ]) {
    assert.equal(simd.encode({ data: other, width, height }).sha256, expected);
  }
});

inBoth('a frame in the engine’s memory is written once and read often', (engine) => {
  const { data, width, height } = new Dice(3).scenery(90, 60);
  const held = engine.allocate(width, height);
  held.pixels().set(data);
  assert.deepEqual([held.width, held.height], [width, height]);
  /** @type {import('./random.js').EncodeOptions} */
  const options = { redact: [{ x: 10, y: 10, width: 30, height: 30, mode: 'fill' }] };
  assert.equal(held.encode(options).sha256, engine.encode({ data, width, height }, options).sha256);
  assert.equal(held.encode().sha256, engine.encode({ data, width, height }).sha256);
  assert.deepEqual(held.analyze(), engine.analyze({ data, width, height }));
  assert.deepEqual(Buffer.from(held.pixels()), Buffer.from(data));
  const small = held.scaled({ maxWidth: 45 });
  assert.ok(small.data instanceof Uint8ClampedArray);
  assert.deepEqual([small.width, small.height, small.data.length], [45, 30, 45 * 30 * 4]);
  assert.deepEqual(Buffer.from(held.scaled().data.buffer), Buffer.from(data));
  assert.deepEqual(Buffer.from(held.scaled({ redact: [] }).data), Buffer.from(data));
  held.release();
  held.release();
  for (const use of [
    () => held.pixels(),
    () => held.analyze(),
    () => held.place(),
    () => held.encode(),
    () => held.scaled(),
  ]) {
    assert.equal(thrownBy(use).code, 'disposed');
  }
});
