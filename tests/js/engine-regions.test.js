// Nothing that was asked to be covered is dropped: a region is covered, or it is an error that says which one and why.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { MAX_REGIONS } from '../../js/engine/regions.js';
import { Dice, forEachSeed } from './random.js';

/** @typedef {import('../../js/engine/regions.js').Region} Region */

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

/** @param {() => unknown} action */
function thrownBy(action) {
  try {
    action();
  } catch (error) {
    return /** @type {import('../../js/errors.js').CaptureError} */ (error);
  }
  return assert.fail('nothing was thrown');
}

/** Drawn on a picture of 1280 × 720. */
const SECRET = Object.freeze({ x: 896, y: 504, width: 256, height: 72 });
const DRAWN_ON = Object.freeze({ width: 1280, height: 720 });

inBoth('a region follows the picture it was drawn on into a smaller frame', (engine) => {
  const frame = new Dice(1).scenery(320, 180);
  const { redactions } = engine.encode(frame, { redact: [{ ...SECRET, of: DRAWN_ON, mode: 'fill' }] });
  assert.deepEqual(redactions, [{ x: 224, y: 126, width: 64, height: 18, mode: 'fill', color: '#000000' }]);
});

inBoth('without that picture it lies outside, and is refused with both sizes', (engine) => {
  const frame = new Dice(1).scenery(320, 180);
  const inside = { x: 0, y: 0, width: 10, height: 10 };
  const error = thrownBy(() => engine.encode(frame, { redact: [inside, { ...SECRET, mode: 'fill' }] }));
  assert.equal(error.code, 'invalid-argument');
  assert.equal(
    error.message,
    'Expected a region that meets the frame, or the picture it was drawn on as `of`, for redact[1] but received ' +
      '{"x":896,"y":504,"width":256,"height":72,"mode":"fill"} for a frame of 320 × 180',
  );
  assert.deepEqual(error.details, {
    name: 'redact[1]',
    expected: 'a region that meets the frame',
    index: 1,
    region: { ...SECRET, mode: 'fill' },
    size: { width: 256, height: 72 },
    frame: { width: 320, height: 180 },
  });
  const off = thrownBy(() => engine.encode(frame, { redact: [{ ...SECRET, x: 1280, of: DRAWN_ON }] }));
  assert.deepEqual(off.details, {
    name: 'redact[0]',
    expected: 'a region that meets the frame',
    index: 0,
    region: { ...SECRET, x: 1280, of: DRAWN_ON },
    size: { width: 64, height: 18 },
    frame: { width: 320, height: 180 },
  });
});

inBoth('ratios without their unit are refused, with a hint', (engine) => {
  const frame = new Dice(1).scenery(320, 180);
  const region = { x: 0.1, y: 0.8, width: 0.3, height: 0.1 };
  const error = thrownBy(() => engine.encode(frame, { redact: [region] }));
  assert.equal(error.code, 'invalid-argument');
  assert.match(error.message, /did you mean unit: 'ratio'\?\) for redact\[0\]\.width but received 0\.3/);
  assert.deepEqual(error.details.region, region);
  assert.equal(error.details.index, 0);
  assert.deepEqual(error.details.size, { width: 0.3, height: 0.1 });
  assert.deepEqual(error.details.frame, { width: 320, height: 180 });
  assert.doesNotMatch(thrownBy(() => engine.encode(frame, { redact: [{ ...region, x: 40 }] })).message, /did you mean/);
  const [covered] = engine.encode(frame, { redact: [{ ...region, unit: 'ratio' }] }).redactions;
  assert.deepEqual([covered.x, covered.y, covered.width, covered.height], [32, 144, 96, 18]);
});

inBoth('what covers nothing is refused', (engine) => {
  const frame = new Dice(1).scenery(320, 180);
  /** @type {Region[]} */
  const nothing = [
    { x: 0, y: 0, width: 0, height: 10 },
    { x: 0, y: 0, width: 10, height: 0.5 },
    { x: 320, y: 0, width: 10, height: 10 },
    { x: -10, y: 0, width: 10, height: 10 },
    { x: 0, y: 180, width: 10, height: 10 },
    { x: 0, y: -10, width: 10, height: 10 },
    { x: 1, y: 0, width: 1, height: 1, unit: 'ratio' },
    { x: 100, y: 100, width: 50, height: 20, unit: 'ratio' },
    { x: 0, y: 0, width: 0.5 / 320, height: 1, unit: 'ratio' },
    { x: 0, y: 0, width: 0.5, height: 1, of: { width: 1, height: 1 } },
  ];
  for (const region of nothing) {
    const error = thrownBy(() => engine.encode(frame, { redact: [region] }));
    assert.equal(error.code, 'invalid-argument', JSON.stringify(region));
    assert.deepEqual(error.details.region, region);
    assert.equal(error.details.index, 0);
    assert.deepEqual(error.details.frame, { width: 320, height: 180 });
  }
});

inBoth('a pixel that was made from its ends is one', (engine) => {
  const frame = engine.allocate(1920, 4);
  /** @param {number} left @param {number} right @param {'ratio' | 'pixel'} unit */
  const place = (left, right, unit) =>
    frame.place([{ unit, x: left, y: 0, width: right - left, height: 1 }]).map(({ x, width }) => [x, x + width]);
  for (let i = 0; i < 1920; i++) {
    const [[first, end]] = place(i / 1920, (i + 1) / 1920, 'ratio');
    assert.ok(first <= i && end > i, `${i}: ${first}..${end}`);
    place(i + 0.3, i + 0.3 + 1, 'pixel');
  }
  assert.equal(thrownBy(() => place(5, 5.999, 'pixel')).code, 'invalid-argument');
  frame.release();
});

inBoth('a picture of any size is scaled to the right place', (engine) => {
  const frame = engine.allocate(640, 480);
  const whole = 2 ** 1023;
  const of = { width: whole, height: whole };
  const [covered] = frame.place([{ x: whole / 2, y: whole / 4, width: whole / 4, height: whole / 8, of }]);
  assert.deepEqual([covered.x, covered.y, covered.width, covered.height], [320, 120, 160, 60]);
  frame.release();
});

inBoth('a frame that is black and a region that is wrong: the region is named', (engine) => {
  const data = new Uint8Array(320 * 180 * 4).map((_, i) => (i % 4 === 3 ? 255 : 0));
  const error = thrownBy(() => engine.encode({ data, width: 320, height: 180 }, { redact: [SECRET] }));
  assert.equal(error.code, 'invalid-argument');
});

inBoth('place says what encode would cover, and paints nothing', async (engine) => {
  await forEachSeed(300, (dice) => {
    const [width, height] = [dice.between(1, 90), dice.between(1, 90)];
    const frame = dice.scenery(width, height);
    const held = engine.allocate(width, height);
    held.pixels().set(frame.data);
    const regions = Array.from({ length: dice.between(0, 5) }, () => dice.region(width, height));
    // Now and then one that is refused.
    if (dice.between(0, 3) === 0) regions.push({ x: width + dice.random(), y: 0, width: 9, height: 9 });
    /** @type {unknown} */
    let placed;
    try {
      placed = held.place(regions);
    } catch (error) {
      const thrown = /** @type {import('../../js/errors.js').CaptureError} */ (error);
      const { code, message, details } = thrownBy(() => held.encode({ redact: regions, reject: [] }));
      assert.equal(code, 'invalid-argument');
      assert.deepEqual([thrown.code, thrown.message, thrown.details], [code, message, details]);
      return;
    } finally {
      assert.deepEqual(Buffer.from(held.pixels()), Buffer.from(frame.data));
    }
    assert.deepEqual(placed, held.encode({ redact: regions, reject: [] }).redactions);
    held.release();
  });
});

/** What a region asks for along one side, in the frame's pixels, and its length in the pixels it was drawn in. */
function asked(at, length, pixels, unit, drawnOn) {
  const scale = unit === 'ratio' ? pixels : pixels / (drawnOn ?? pixels);
  return { begin: at * scale, end: (at + length) * scale, own: unit === 'ratio' ? length * pixels : length };
}

/** What rounding may do to products of such numbers. */
const ROUNDING = 1e-6;

inBoth('any region is either refused or covered, and by little more than was asked', async (engine) => {
  const outcomes = { covered: 0, refused: 0 };
  await forEachSeed(3000, (dice) => {
    const [width, height] = [dice.between(1, 400), dice.between(1, 300)];
    const kind = dice.pick(['pixel', 'ratio', 'of']);
    const of = kind === 'of' ? { width: dice.between(1, 4000), height: dice.random() * 2000 + 0.01 } : undefined;
    const [across, down] = kind === 'ratio' ? [1, 1] : [of?.width ?? width, of?.height ?? height];
    const number = dice.pick([Math.round, (/** @type {number} */ value) => value]);
    const round = kind === 'ratio' ? (/** @type {number} */ value) => value : number;
    const most = dice.pick([1.5, 0.02]);
    /** @type {Region} */
    const region = {
      x: round((dice.random() * 2.4 - 1.2) * across),
      y: round((dice.random() * 2.4 - 1.2) * down),
      width: round(dice.random() * most * across),
      height: round(dice.random() * most * down),
      unit: kind === 'ratio' ? 'ratio' : undefined,
      of,
    };
    const sides = [
      { ...asked(region.x, region.width, width, region.unit, of?.width), pixels: width },
      { ...asked(region.y, region.height, height, region.unit, of?.height), pixels: height },
    ];
    const thinnest = Math.min(...sides.map(({ own }) => own));
    const outside = sides.some(({ begin, end, pixels }) => begin >= pixels || end <= 0);
    const held = engine.allocate(width, height);
    let placed;
    try {
      placed = held.place([region]);
    } catch (error) {
      ++outcomes.refused;
      assert.equal(/** @type {any} */ (error).code, 'invalid-argument');
      assert.ok(thinnest < 1 + ROUNDING || outside, `refused: ${JSON.stringify({ region, width, height })}`);
      return;
    } finally {
      held.release();
    }
    ++outcomes.covered;
    const told = JSON.stringify({ region, width, height, placed });
    assert.ok(thinnest > 1 - ROUNDING && !outside, told);
    assert.equal(placed.length, 1);
    const [{ x, y, width: w, height: h }] = placed;
    [
      { at: x, length: w },
      { at: y, length: h },
    ].forEach(({ at, length }, i) => {
      const { begin, end, pixels } = sides[i];
      const [first, last] = [Math.max(begin, 0), Math.min(end, pixels)];
      assert.ok(length > 0 && at >= 0 && at + length <= pixels, told);
      assert.ok(at % 2 === 0 && (length % 2 === 0 || at + length === pixels), told);
      assert.ok(at <= first + ROUNDING && at + length >= last - ROUNDING, told);
      assert.ok(at > first - 2 - ROUNDING && at + length < last + 2 + ROUNDING, told);
    });
  });
  assert.ok(outcomes.covered > 500 && outcomes.refused > 500, JSON.stringify(outcomes));
});

inBoth('a thousand regions are covered, one more is refused with the count', (engine) => {
  const frame = new Dice(1).scenery(64, 48);
  const many = (/** @type {number} */ length) =>
    Array.from({ length }, (_, i) => ({ x: i % 60, y: i % 40, width: 4, height: 4 }));
  assert.equal(engine.encode(frame, { redact: many(1000) }).redactions.length, 1000);
  const error = thrownBy(() => engine.encode(frame, { redact: many(1001) }));
  assert.equal(error.code, 'invalid-argument');
  assert.equal(error.message, 'Expected at most 1000 for redact.length but received 1001 of type number');
  assert.equal(error.details.count, 1001);
});

inBoth('the same region a thousand times is recorded each time, and covered as by one', (engine) => {
  const frame = new Dice(1).scenery(64, 48);
  for (const mode of /** @type {const} */ (['pixelate', 'blur', 'fill'])) {
    const region = { x: 9, y: 9, width: 40, height: 30, mode };
    const { jpeg, redactions } = engine.encode(frame, { redact: Array(1000).fill(region) });
    const [once] = engine.encode(frame, { redact: [region] }).redactions;
    assert.deepEqual(redactions, Array(1000).fill(once));
    const other = engine.encode(frame, { redact: [region] }).jpeg;
    assert.deepEqual(pictureOf(jpeg), pictureOf(other));
  }
});

inBoth('mosaics that touch say one cell: in the answer, in the file and of a frame that is held', (engine) => {
  const frame = new Dice(1).scenery(320, 180);
  const redact = /** @type {Region[]} */ ([
    { x: 20, y: 20, width: 64, height: 64 },
    { x: 90, y: 20, width: 64, height: 64, mode: 'blur' },
    { x: 160, y: 20, width: 40, height: 64, mode: 'fill' },
    { x: 204, y: 20, width: 40, height: 64 },
  ]);
  const { jpeg, redactions } = engine.encode(frame, { redact });
  assert.deepEqual(
    redactions.map(({ cell, radius }) => [cell, radius]),
    [
      [34, undefined],
      [34, 34],
      [undefined, undefined],
      [16, undefined],
    ],
  );
  const file = Buffer.from(jpeg).toString('latin1');
  assert.deepEqual(file.match(/(?<=caseframe:cell=")\d+/g), ['34', '34', '16']);
  const held = engine.allocate(frame.width, frame.height);
  assert.deepEqual(held.place(redact), redactions);
  held.release();
});

/** All behind the segments that say what was covered: from the first quantisation table on. @param {Uint8Array} jpeg */
function pictureOf(jpeg) {
  const bytes = Buffer.from(jpeg);
  return bytes.subarray(bytes.indexOf(Buffer.from([0xff, 0xdb])));
}

test('the most that JavaScript lets pass is what the core lets pass', async () => {
  const header = await readFile(new URL('../../src/redaction/regions.hpp', import.meta.url), 'utf8');
  assert.equal(Number(/kMaxRegions = (\d+);/.exec(header)?.[1]), MAX_REGIONS);
});
