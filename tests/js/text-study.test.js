/** The study of what text stays open: its measure, its seeds, and a few of its pictures without text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { homography } from '../text/homography.js';
import { KIND_NAMES, makePage } from '../text/pages.js';
import { makePlain } from '../text/plain.js';
import { score } from '../text/score.js';

test('open glyph pixels and over-cover are counted as they are', () => {
  const [width, height] = [100, 60];
  const glyphs = new Uint8Array(width * height);
  for (let x = 40; x < 60; x++) glyphs[30 * width + x] = 255;
  const line = { x: 40, y: 28, width: 20, height: 6, size: 6 };
  const picture = { width, height, glyphs, lines: [line], words: [{ ...line, text: 'word' }], codes: [] };
  const none = score(picture, []);
  assert.deepEqual([none.glyphs, none.open, none.over, none.openWords], [20, 20, 0, ['word']]);
  const half = score(picture, [{ x: 40, y: 28, width: 10, height: 6 }]);
  assert.deepEqual([half.open, half.over, half.openWords], [10, 0, ['word']]);
  assert.deepEqual(score(picture, [{ x: 40, y: 28, width: 16, height: 6 }]).openWords, []);
  const all = score(picture, [{ x: -5, y: 0, width: 200, height: 60 }]);
  assert.deepEqual([all.open, all.over, all.openWords], [0, all.free, []]);
  // Near is 12 px to each side, from even to even.
  assert.equal(all.free, width * height - 44 * 30);
});

test('the same seed gives the same page, another one another, and every kind comes', () => {
  const photographs = ['a', 'b', 'c'];
  const kinds = new Set();
  for (let seed = 0; seed < 2 * KIND_NAMES.length; seed++) {
    const page = makePage(seed, photographs);
    assert.deepEqual(makePage(seed, photographs), page);
    assert.notEqual(makePage(seed + KIND_NAMES.length, photographs).html, page.html);
    kinds.add(page.kind);
  }
  assert.equal(kinds.size, KIND_NAMES.length);
});

test('four points go where they are to go', () => {
  const to = [
    [3, 5],
    [90, 12],
    [80, 70],
    [7, 66],
  ];
  const map = homography(
    [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
    ],
    to,
  );
  for (const [i, [x, y]] of [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ].entries()) {
    const [u, v] = map(x, y);
    assert.ok(Math.hypot(u - to[i][0], v - to[i][1]) < 1e-6);
  }
});

test('of pictures without text little is covered as a camera’s', async (t) => {
  const engine = await createEngine();
  let [over, area] = [0, 0];
  for (let seed = 1; seed <= 6; seed++) {
    const picture = await makePlain(seed, 640, 480);
    const nothing = { ...picture, glyphs: new Uint8Array(640 * 480), lines: [], words: [], codes: [] };
    const result = score(nothing, engine.findText(picture));
    over += result.over;
    area += result.area;
  }
  engine.dispose();
  t.diagnostic(`${((100 * over) / area).toFixed(1)} %`);
  assert.ok(over <= 0.05 * area, `${over} of ${area}`);
});
