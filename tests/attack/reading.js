/**
 * From a decoded picture back to the colours of the mosaic's cells.
 *
 * A mosaic and its blur are both linear in the colours of the cells, and separable: picture = down × cells × across.
 * Least squares over all pixels undoes either, and averages the codec's noise away; the few colours that a cell may
 * have do the rest.
 */
import { colourOf, LEVELS, toYcc } from './mosaic.js';

/** @typedef {import('./mosaic.js').Layout} Layout */
/** @typedef {import('./scene.js').Rectangle} Rectangle */
/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {{ data: Uint8Array, width: number, channels: number }} Picture */

/**
 * Red, green and blue of each cell, row by row.
 * @param {Picture} picture
 * @param {Rectangle} region
 * @param {Layout} layout
 * @param {'pixelate' | 'blur'} mode
 */
export function readCells({ data, width, channels }, region, { cell, columns, rows }, mode) {
  const down = inverse(shares(region.height, cell, rows.length, mode));
  const across = inverse(shares(region.width, cell, columns.length, mode));
  const cells = Array.from({ length: rows.length * columns.length }, () => [0, 0, 0]);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < region.height; y++) {
      const start = ((region.y + y) * width + region.x) * channels + c;
      for (let i = 0; i < columns.length; i++) {
        const weights = across[i];
        let sum = 0;
        for (let x = 0; x < weights.length; x++) sum += weights[x] * data[start + x * channels];
        for (let j = 0; j < rows.length; j++) cells[j * columns.length + i][c] += down[j][y] * sum;
      }
    }
  }
  return cells;
}

/**
 * How much of each cell is in each pixel of an axis.
 * @param {number} length
 * @param {number} cell
 * @param {number} count
 * @param {'pixelate' | 'blur'} mode
 */
function shares(length, cell, count, mode) {
  return Array.from({ length }, (_, offset) => {
    const row = new Array(count).fill(0);
    if (mode === 'pixelate') {
      row[Math.floor(offset / cell)] = 1;
      return row;
    }
    const place = Math.min(Math.max((2 * offset + 1 - cell) / (2 * cell), 0), count - 1);
    const low = Math.min(Math.floor(place), count - 1);
    row[low] = 1 - (place - low);
    if (low + 1 < count) row[low + 1] = place - low;
    return row;
  });
}

/** The pseudo-inverse of a tall matrix, by the normal equations. @param {number[][]} matrix @returns {number[][]} */
function inverse(matrix) {
  const count = matrix[0].length;
  const system = Array.from({ length: count }, (_, i) => [
    ...Array.from({ length: count }, (__, j) => matrix.reduce((sum, row) => sum + row[i] * row[j], 0)),
    ...matrix.map((row) => row[i]),
  ]);
  for (let i = 0; i < count; i++) {
    const pivot = system[i][i]; // positive definite: no need to look for a better one
    system[i] = system[i].map((value) => value / pivot);
    for (let k = 0; k < count; k++) {
      const factor = system[k][i];
      if (k !== i) system[k] = system[k].map((value, j) => value - factor * system[i][j]);
    }
  }
  return system.map((row) => row.slice(count));
}

/**
 * The levels a cell may have, as one range for each of Y, Cb and Cr: those of the nearest colour, and of its equals
 * where colours that RGB cannot show were clipped to the same one.
 * @param {number[]} colour As read.
 * @param {number[][]} palette Levels that can occur.
 */
export function rangesOf(colour, palette) {
  const distances = palette.map((levels) => distance(colour, colourOf(levels)));
  const nearest = Math.min(...distances);
  const equals = palette.filter((_, i) => distances[i] <= nearest + 2);
  return LEVELS.map((_, c) => {
    const levels = equals.map((candidate) => candidate[c]);
    return { low: Math.min(...levels), high: Math.max(...levels) };
  });
}

/** @param {number[]} a @param {number[]} b */
function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/**
 * All levels between those of the ground and of the ink.
 * @param {Scene} scene @param {Uint8ClampedArray[]} planes Y, Cb and Cr of the ground.
 */
export function paletteOf({ ink }, planes) {
  const [ys, cbs, crs] = toYcc(...ink).map((value, c) => {
    let [least, most] = [value, value];
    const plane = planes[c];
    for (let i = 0; i < plane.length; i++) {
      if (plane[i] < least) least = plane[i];
      if (plane[i] > most) most = plane[i];
    }
    const [low, high] = [LEVELS[c][least], LEVELS[c][most]];
    return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  });
  return ys.flatMap((y) => cbs.flatMap((cb) => crs.map((cr) => [y, cb, cr])));
}
