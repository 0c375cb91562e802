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
 * @property {(pixel: number, coverage: number) => number} term What ink adds at a pixel of the frame.
 * @property {number} low
 * @property {number} high
 * @property {number} sigma How far beyond is still likely.
 * @property {number} grain Sums nearer to each other than this count as the same.
 */

/** Y, Cb and Cr of the ground, a plane each. @param {Scene} scene */
export function planesOf({ ground }) {
  const planes = [0, 1, 2].map(() => new Float32Array(ground.length / 4));
  for (let pixel = 0; pixel < planes[0].length; pixel++) {
    const i = pixel * 4;
    const [y, cb, cr] = toYcc(ground[i], ground[i + 1], ground[i + 2]);
    planes[0][pixel] = y;
    planes[1][pixel] = cb;
    planes[2][pixel] = cr;
  }
  return planes;
}

/**
 * @param {Scene} scene
 * @param {Float32Array[]} planes
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
      const inked = (/** @type {number} */ pixel, /** @type {number} */ coverage) =>
        Math.min(255, Math.max(0, Math.round(plane[pixel] + ((ink[c] - plane[pixel]) * coverage) / 255)));
      for (const counts of [LEVELS[c].map((q) => (q > high ? 1 : 0)), LEVELS[c].map((q) => (q < low ? 1 : 0))]) {
        const term = (/** @type {number} */ pixel, /** @type {number} */ coverage) =>
          counts[inked(pixel, coverage)] - counts[plane[pixel]];
        const { total, bare, most } = survey(scene, across, down, (pixel) => counts[plane[pixel]], term);
        // Where no text at all can break the rule there is nothing to learn.
        if (bare + most <= total / 2) continue;
        const highest = total / 2 - bare;
        bounds.push({ across, down, term, low: -Infinity, high: highest, sigma: 1.5, grain: 1 + total / 200 });
      }
    }
  }
  return bounds;
}

/**
 * @param {Scene} scene
 * @param {Float32Array[]} planes
 * @param {Layout} layout
 * @param {number[][]} cells Red, green and blue of each, row by row.
 * @returns {Bound[]}
 */
export function boundsOfMeans(scene, planes, layout, cells) {
  const noise = 0.8; // of a cell's mean luma after JPEG at quality 90
  const ink = toYcc(...scene.ink)[0];
  const luma = planes[0];
  const term = (/** @type {number} */ pixel, /** @type {number} */ coverage) => ((ink - luma[pixel]) * coverage) / 255;
  return windowsOf(layout).map(({ across, down }, cell) => {
    const [r, g, b] = cells[cell];
    const { total, bare } = survey(scene, across, down, (pixel) => luma[pixel], term);
    const sum = (0.299 * r + 0.587 * g + 0.114 * b) * total - bare;
    return { across, down, term, low: sum, high: sum, sigma: noise * total, grain: 0.5 * total };
  });
}

/** Row by row. @param {Layout} layout */
function windowsOf({ columns, rows }) {
  return rows.flatMap((down) => columns.map((across) => ({ across, down })));
}

/**
 * The window's number of pixels, the sum of its bare ground, and the most that ink could add to it.
 * @param {Scene} scene
 * @param {Span} across
 * @param {Span} down
 * @param {(pixel: number) => number} value
 * @param {Bound['term']} term
 */
function survey({ x, secret, top, bottom, width }, across, down, value, term) {
  let [total, bare, most] = [0, 0, 0];
  for (let row = down.begin; row < down.end; row += down.step) {
    for (let column = across.begin; column < across.end; column += across.step, total++) {
      const pixel = row * width + column;
      bare += value(pixel);
      if (row >= top && row < bottom && column >= x && column < x + secret.width) most += Math.max(0, term(pixel, 255));
    }
  }
  return { total, bare, most };
}
