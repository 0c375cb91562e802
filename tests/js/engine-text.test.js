// What findText takes and gives, in both variants.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { develop } from '../text/camera.js';
import { drawPage } from '../text/drawn.js';
import { score } from '../text/score.js';
import { Dice } from './random.js';

const engines = [await createEngine({ variant: 'simd' }), await createEngine({ variant: 'baseline' })];
const [engine] = engines;
after(() => engines.map((each) => each.dispose()));

/** Eight letters T, 14 px high, black on white. */
function word() {
  const [width, height] = [320, 200];
  const data = new Uint8Array(width * height * 4).fill(255);
  /** @param {number} x0 @param {number} y0 @param {number} w @param {number} h */
  const bar = (x0, y0, w, h) => {
    for (let y = y0; y < y0 + h; y++) {
      for (let x = x0; x < x0 + w; x++) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  };
  for (let i = 0; i < 8; i++) {
    bar(100 + 12 * i, 80, 10, 2);
    bar(104 + 12 * i, 80, 2, 14);
  }
  return { data, width, height };
}

/** @param {{ x: number, y: number, width: number, height: number }[]} regions @param {number} x @param {number} y */
const covers = (regions, x, y) => regions.some((r) => x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height);

test('a word is covered, by regions that encode takes as they are, the same in both variants', () => {
  const frame = word();
  const before = frame.data.slice();
  for (const kind of /** @type {const} */ (['screen', 'camera'])) {
    const [simd, baseline] = engines.map((each) => each.findText(frame, { kind }));
    assert.deepEqual(simd, baseline);
    assert.ok(simd.length > 0);
    for (let at = 0; at < frame.data.length; at += 4) {
      const [x, y] = [(at / 4) % frame.width, Math.floor(at / 4 / frame.width)];
      if (frame.data[at] === 0) assert.ok(covers(simd, x, y), `${x}, ${y} is open as ${kind}`);
    }
    assert.ok(!covers(simd, 10, 10) && !covers(simd, 310, 190));
    const { redactions } = engine.encode(frame, { redact: simd });
    assert.deepEqual([...new Set(redactions.map(({ mode }) => mode))], ['fill']);
  }
  assert.deepEqual(frame.data, before, 'the caller’s pixels stay as they are');
});

test('a camera is meant where no kind is given, and a held frame gives the same', () => {
  const frame = word();
  const camera = engine.findText(frame, { kind: 'camera' });
  for (const options of [undefined, {}, { kind: undefined }]) assert.deepEqual(engine.findText(frame, options), camera);
  const held = engine.allocate(frame.width, frame.height);
  held.pixels().set(frame.data);
  assert.deepEqual(held.findText(), camera);
  held.release();
  assert.throws(() => held.findText(), { code: 'disposed' });
});

test('both variants find the same in noise, of any size', () => {
  const dice = new Dice(11);
  for (const [width, height] of [
    [1, 1],
    [15, 7],
    [97, 61],
    [320, 33],
  ]) {
    const frame = dice.noise(width, height);
    for (const kind of /** @type {const} */ (['screen', 'camera'])) {
      const [simd, baseline] = engines.map((each) => each.findText(frame, { kind }));
      assert.deepEqual(simd, baseline);
    }
  }
});

test('both variants find the same of strokes in colours as bright as their ground, wherever they begin', () => {
  const dice = new Dice(12);
  let found = 0;
  for (let round = 0; round < 20; round++) {
    const [width, height] = [dice.between(64, 263), dice.between(48, 127)];
    const data = new Uint8Array(width * height * 4).fill(100);
    for (let n = 0; n < width * height; n += 200) {
      const [x, y] = [dice.between(0, width - 13), dice.between(0, height - 13)];
      const [w, h] = dice.pick([
        [dice.between(1, 3), dice.between(4, 11)],
        [dice.between(4, 11), dice.between(1, 3)],
      ]);
      const green = dice.between(0, 199);
      const red = Math.min(255, dice.between(0, 400 - 2 * green));
      const ink = [red, green, Math.min(255, 400 - 2 * green - red)];
      for (let row = y; row < y + h; row++) {
        for (let column = x; column < x + w; column++) data.set(ink, (row * width + column) * 4);
      }
    }
    const frame = { data, width, height };
    const [simd, baseline] = engines.map((each) => each.findText(frame, { kind: 'screen' }));
    assert.deepEqual(simd, baseline);
    found += simd.length;
  }
  assert.ok(found > 20, `${found} regions`);
});

test('of drawn pages hardly any ink stays open, and little else is covered, the same in both variants', async (t) => {
  const as = { screen: { open: 0, over: 0 }, camera: { open: 0, over: 0 } };
  const total = { glyphs: 0, free: 0 };
  for (let seed = 1; seed <= 6; seed++) {
    const page = await drawPage(seed, 640, 400);
    const dice = new Dice(seed);
    for (const kind of /** @type {const} */ (['screen', 'camera'])) {
      const frame = kind === 'screen' ? page : await develop(dice, page, 0.6);
      const [simd, baseline] = engines.map((each) => each.findText(frame, { kind }));
      assert.deepEqual(simd, baseline);
      const result = score(page, simd);
      as[kind].open += result.open;
      as[kind].over += result.over;
      if (kind === 'screen') {
        total.glyphs += result.glyphs;
        total.free += result.free;
      }
    }
  }
  const percent = (/** @type {number} */ part, /** @type {number} */ all) => (100 * part) / all;
  for (const [kind, { open, over }] of Object.entries(as)) {
    t.diagnostic(`${kind}: ${percent(open, total.glyphs)} % open, ${percent(over, total.free)} % over`);
  }
  assert.ok(percent(as.screen.open, total.glyphs) <= 1);
  assert.ok(percent(as.camera.open, total.glyphs) <= 5);
  for (const { over } of Object.values(as)) assert.ok(percent(over, total.free) <= 25);
});

test('nothing is found where nothing is', () => {
  const data = new Uint8Array(64 * 64 * 4).fill(200);
  for (const kind of /** @type {const} */ (['screen', 'camera'])) {
    assert.deepEqual(engine.findText({ data, width: 64, height: 64 }, { kind }), []);
  }
});

test('whatever is wrong is named', () => {
  const find = /** @type {(...args: any[]) => unknown} */ (engine.findText);
  const frame = word();
  const refused = (/** @type {string} */ name) => (/** @type {any} */ error) =>
    error.code === 'invalid-argument' && error.details.name === name;
  for (const kind of ['Screen', 'any', null, 1, {}]) assert.throws(() => find(frame, { kind }), refused('kind'));
  assert.throws(() => find(frame, { Kind: 'screen' }), refused('Kind'));
  for (const options of [null, 'screen', 1]) assert.throws(() => find(frame, options), refused('options'));
  assert.throws(() => find(undefined), refused('frame'));
  assert.throws(() => find({ ...frame, data: frame.data.subarray(4) }), refused('data.length'));
});

test('not after dispose', async () => {
  const gone = await createEngine();
  gone.dispose();
  assert.throws(() => gone.findText(word()), { code: 'disposed' });
});
