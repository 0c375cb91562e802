/**
 * What a cell says of the text, as bounds on sums over the pixels of ink.
 *
 * That the median of a window is level q means: at most half of its pixels lie above q, and less than half below. That
 * its mean is m means: the sum of its pixels is m times their number, give or take the codec's noise. Either sum is
 * that of the bare ground, which the attacker knows, and a term for each pixel that a character inks: so the characters
 * add up, and a search can place one after the other.
 */
import { LEVELS, toYcc } from './mosaic.js';

/** @typedef {import('./mosaic.js').Span} Span */
/** @typedef {import('./mosaic.js').Layout} Layout */
/** @typedef {import('./scene.js').Scene} Scene */

/**
 * A sum over the window's pixels that must come to low..high.
 * @typedef {object} Bound
 * @property {Span} across
 * @property {Span} down
 * @property {Uint8ClampedArray} plane Of the ground.
 * @property {Int8Array | Float64Array} gains What ink adds to the sum, by the ground's value times 256 plus the coverage.
 * @property {number} low
 * @property {number} high
 * @property {number} sigma How far beyond is still likely.
 * @property {number} grain Sums nearer to each other than this count as the same.
 */

/** Y, Cb and Cr of the ground, a plane each. @param {Scene} scene */
export function planesOf({ ground }) {
  const planes = [0, 1, 2].map(() => new Uint8ClampedArray(ground.length / 4));
  const [ys, cbs, crs] = planes;
  const colours = new Uint32Array(ground.buffer, ground.byteOffset, ys.length);
  for (let pixel = 0; pixel < ys.length; pixel++) {
    if (pixel > 0 && colours[pixel] === colours[pixel - 1]) {
      ys[pixel] = ys[pixel - 1];
      cbs[pixel] = cbs[pixel - 1];
      crs[pixel] = crs[pixel - 1];
    } else {
      const i = pixel * 4;
      [ys[pixel], cbs[pixel], crs[pixel]] = toYcc(ground[i], ground[i + 1], ground[i + 2]);
    }
  }
  return planes;
}

/**
 * @param {Scene} scene
 * @param {Uint8ClampedArray[]} planes
 * @param {Layout} layout
 * @param {{ low: number, high: number }[][]} cells Levels of each cell, row by row.
 * @returns {Bound[]}
 */
export function boundsOfMedians(scene, planes, layout, cells) {
  const ink = toYcc(...scene.ink);
  /** @type {Bound[]} */
  const bounds = [];
  for (const [cell, { across, down }] of windowsOf(layout).entries()) {
    for (const [c, { low, high }] of cells[cell].entries()) {
      const plane = planes[c];
      const { total, all, inkable } = survey(scene, across, down, plane);
      for (const { name, counts } of [
        { name: `above ${high}`, counts: LEVELS[c].map((q) => (q > high ? 1 : 0)) },
        { name: `below ${low}`, counts: LEVELS[c].map((q) => (q < low ? 1 : 0)) },
      ]) {
        let [bare, most] = [0, 0];
        for (let value = 0; value < 256; value++) {
          bare += counts[value] * all[value];
          if (counts[ink[c]] > counts[value]) most += inkable[value];
        }
        // Where no text at all can break the rule there is nothing to learn.
        if (bare + most <= total / 2) continue;
        const gains = remembered(`${name} ${c} ${ink[c]}`, () => gainsOfMedians(ink[c], counts));
        const highest = total / 2 - bare;
        bounds.push({ across, down, plane, gains, low: -Infinity, high: highest, sigma: 1.5, grain: 1 + total / 200 });
      }
    }
  }
  return bounds;
}

/** @param {number} ink @param {Uint8Array} counts */
function gainsOfMedians(ink, counts) {
  const gains = new Int8Array(1 << 16);
  for (let i = 0; i < gains.length; i++) {
    const [value, coverage] = [i >> 8, i & 255];
    gains[i] = counts[Math.round(value + ((ink - value) * coverage) / 255)] - counts[value];
  }
  return gains;
}

/**
 * @param {Scene} scene
 * @param {Uint8ClampedArray[]} planes
 * @param {Layout} layout
 * @param {number[][]} cells Red, green and blue of each, row by row.
 * @returns {Bound[]}
 */
export function boundsOfMeans(scene, planes, layout, cells) {
  const noise = 0.8; // of a cell's mean luma after JPEG at quality 90
  const ink = toYcc(...scene.ink)[0];
  const plane = planes[0];
  const gains = remembered(`mean ${ink}`, () =>
    Float64Array.from({ length: 1 << 16 }, (_, i) => ((ink - (i >> 8)) * (i & 255)) / 255),
  );
  return windowsOf(layout).map(({ across, down }, cell) => {
    const [r, g, b] = cells[cell];
    const { total, all } = survey(scene, across, down, plane);
    const bare = all.reduce((sum, count, value) => sum + count * value, 0);
    const sum = (0.299 * r + 0.587 * g + 0.114 * b) * total - bare;
    return { across, down, plane, gains, low: sum, high: sum, sigma: noise * total, grain: 0.5 * total };
  });
}

/** @type {Map<string, any>} */
const tables = new Map();

/** @template T @param {string} key @param {() => T} make @returns {T} */
function remembered(key, make) {
  const table = tables.get(key) ?? make();
  tables.set(key, table);
  return table;
}

/** Row by row. @param {Layout} layout */
function windowsOf({ columns, rows }) {
  return rows.flatMap((down) => columns.map((across) => ({ across, down })));
}

/**
 * How many pixels the window looks at: in total, of each value, and of each value where ink can be.
 * @param {Scene} scene
 * @param {Span} across
 * @param {Span} down
 * @param {Uint8ClampedArray} plane
 */
function survey({ x, secret, top, bottom, width }, across, down, plane) {
  const [all, inkable] = [new Uint32Array(256), new Uint32Array(256)];
  let total = 0;
  for (let row = down.begin; row < down.end; row += down.step) {
    const isInLine = row >= top && row < bottom;
    for (let column = across.begin; column < across.end; column += across.step, total++) {
      const value = plane[row * width + column];
      all[value]++;
      if (isInLine && column >= x && column < x + secret.width) inkable[value]++;
    }
  }
  return { total, all, inkable };
}
