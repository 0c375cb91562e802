/**
 * @typedef {object} Summary
 * @property {number} n
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {number[]} samples In the order they were taken.
 */

/** @param {number[]} samples @returns {Summary} */
export function summarize(samples) {
  return { n: samples.length, median: median(samples), min: Math.min(...samples), max: Math.max(...samples), samples };
}

/** @param {number[]} samples */
export function median(samples) {
  if (samples.length === 0) throw new RangeError('Expected at least one sample');
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median of the rounds' own ratios: what slows a whole round down cancels.
 * @param {number[]} samples @param {number[]} reference Of the same rounds.
 */
export function medianRatio(samples, reference) {
  return median(samples.map((sample, round) => sample / reference[round]));
}
