/**
 * One large character under several small mosaics: an attacker who knows its shape, its place and the regions covers each
 * candidate with the engine and takes the one that comes out most alike. Only covered pixels are looked at.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { MODES, seed } from '../attack/study.js';
import { Dice } from './random.js';

/** @typedef {import('../../js/engine/index.js').Engine} Engine */
/** @typedef {{ x: number, y: number, width: number, height: number, mode?: 'pixelate' | 'blur' }} Tile */
/** @typedef {{ width: number, height: number, stroke: number }} Size Of a digit, in pixels. */

const FRAME = { width: 400, height: 320 };
const PLACE = { x: 100, y: 40 };
const CHANCE = 1 / 10;

/** @type {readonly Size[]} */
const SIZES = [
  { width: 150, height: 240, stroke: 40 },
  { width: 100, height: 160, stroke: 26 },
];
/** Of tiles, in pixels, and what lies open between them. */
const CUTS = [
  { tile: 32, gap: 0 },
  { tile: 48, gap: 0 },
  { tile: 64, gap: 0 },
  { tile: 64, gap: 14 },
];

/** The bars of each digit: above, right above, right below, below, left below, left above, middle. */
const DIGITS = ['abcdef', 'bc', 'abged', 'abgcd', 'fgbc', 'afgcd', 'afgedc', 'abc', 'abcdefg', 'abcdfg'];

/** @type {Engine} */
let engine;
before(async () => {
  engine = await createEngine();
});
after(() => engine.dispose());

/** Dark on white. @param {number} digit @param {Size} size @param {Dice} [noise] */
function draw(digit, { width, height, stroke }, noise) {
  const half = height >> 1;
  /** @type {Record<string, number[]>} Left, top, width, height. */
  const bars = {
    a: [0, 0, width, stroke],
    b: [width - stroke, 0, stroke, half],
    c: [width - stroke, half, stroke, half],
    d: [0, height - stroke, width, stroke],
    e: [0, half, stroke, half],
    f: [0, 0, stroke, half],
    g: [0, half - (stroke >> 1), width, stroke],
  };
  const data = new Uint8ClampedArray(FRAME.width * FRAME.height * 4).fill(255);
  for (const bar of DIGITS[digit]) {
    const [left, top, across, down] = bars[bar];
    for (let y = PLACE.y + top; y < PLACE.y + top + down; y++) {
      const from = (y * FRAME.width + PLACE.x + left) * 4;
      data.fill(20, from, from + across * 4);
    }
  }
  if (noise) for (let i = 0; i < data.length; i++) data[i] += i % 4 === 3 ? 0 : noise.between(0, 30) - 15;
  return data;
}

/** @param {Size} size @param {{ tile: number, gap: number }} cut @returns {Tile[]} */
function tilesOver(size, { tile, gap }) {
  const tiles = [];
  for (let y = 0; y < size.height; y += tile + gap) {
    for (let x = 0; x < size.width; x += tile + gap) {
      const [width, height] = [Math.min(tile, size.width - x), Math.min(tile, size.height - y)];
      tiles.push({ x: PLACE.x + x, y: PLACE.y + y, width, height, mode: MODES[tiles.length % 2] });
    }
  }
  return tiles;
}

/** The luma under each tile. @param {Uint8ClampedArray} data @param {Tile[]} redact */
function covered(data, redact) {
  const held = engine.allocate(FRAME.width, FRAME.height);
  held.pixels().set(data);
  const painted = held.scaled({ redact }).data;
  held.release();
  return redact.flatMap(({ x, y, width, height }) =>
    Array.from({ length: width * height }, (_, i) => {
      return painted[((y + Math.floor(i / width)) * FRAME.width + x + (i % width)) * 4];
    }),
  );
}

/**
 * The share of digits that are read; of candidates that look the same each is as good.
 * @param {Size} size
 * @param {(data: Uint8ClampedArray) => number[]} cover
 */
function shareRead(size, cover) {
  const dice = new Dice(seed);
  const known = DIGITS.map((_, digit) => cover(draw(digit, size)));
  let right = 0;
  for (let digit = 0; digit < 10; digit++) {
    const seen = cover(draw(digit, size, dice));
    const distances = known.map((candidate) => candidate.reduce((sum, v, i) => sum + Math.abs(v - seen[i]), 0));
    const least = Math.min(...distances);
    if (distances[digit] === least) right += 1 / distances.filter((distance) => distance === least).length;
  }
  return right / 10;
}

test('the attack works: it reads tiles that were covered one by one, and put together', () => {
  const [size] = SIZES;
  const tiles = tilesOver(size, { tile: 64, gap: 0 });
  assert.ok(shareRead(size, (data) => tiles.flatMap((tile) => covered(data, [tile]))) > 0.9);
});

for (const size of SIZES) {
  for (const cut of CUTS) {
    test(`a digit ${size.height} px high, under tiles of ${cut.tile} px, ${cut.gap} px apart, is not read`, () => {
      const tiles = tilesOver(size, cut);
      const share = shareRead(size, (data) => covered(data, tiles));
      assert.ok(share < CHANCE + 0.001, `${100 * share} % of the digits under ${tiles.length} regions`);
    });
  }
}
