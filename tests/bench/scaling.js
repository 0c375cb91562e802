/** Whether time grows as pixels do: the same tile of photographs, laid once for the smallest frame and 144 times for 4K. */
import { writeFrame } from './frames.js';
import { QUALITY } from './plan.js';
import { addJob, playRounds } from './rounds.js';
import { tiled } from './scene.js';
import { summarize } from './statistics.js';

const ENCODERS = {
  simd: 'caseframe, SIMD',
  baseline: 'caseframe, baseline',
  convertToBlob: 'OffscreenCanvas.convertToBlob',
};

/** From here on what a call costs by itself no longer counts. */
const LARGE = 1280 * 720;

/** A sample of a small frame is the mean of as many runs as one of 1920 × 1080 has pixels for. */
const PIXELS_PER_SAMPLE = 1920 * 1080;

/** @typedef {import('./statistics.js').Summary} Summary */
/** @typedef {{ width: number, height: number, bytes: number, simd: Summary, baseline: Summary, convertToBlob: Summary }} ScalingRow Milliseconds. */

/**
 * @param {object} options
 * @param {import('./rounds.js').Bench} options.bench
 * @param {{ folder: URL, url: string }} options.place
 * @param {import('./plan.js').Plan['scaling']} options.plan
 * @returns {Promise<ScalingRow[]>}
 */
export async function measureScaling({ bench, place, plan }) {
  const runners = [];
  for (const [width, height] of plan.sizes) {
    const { url } = await writeFrame(await tiled(width, height), 'tiled', place);
    const times = Math.max(1, Math.round(PIXELS_PER_SAMPLE / (width * height)));
    for (const [column, contestant] of Object.entries(ENCODERS)) {
      const job = { contestant, url, width, height, options: { quality: QUALITY }, times };
      runners.push({ width, height, column, ...(await addJob(bench, job)) });
    }
  }
  const times = await playRounds(runners, plan);
  const rows = [];
  for (const [width, height] of plan.sizes) {
    const row = { width, height };
    for (const runner of runners.filter((it) => it.width === width)) {
      row[runner.column] = summarize(
        times
          .get(runner)
          .slice(plan.warmUp)
          .map(({ encode }) => encode),
      );
      if (runner.column === 'simd') row.bytes = (await runner.file()).length;
    }
    rows.push(row);
  }
  return rows;
}

/** @param {{ width: number, height: number }} frame @param {number} ms */
export const nsPerPixel = ({ width, height }, ms) => (ms * 1e6) / (width * height);

/**
 * By how much the dearest pixel costs more than the cheapest, over the frames from 720p on: 0 is exactly linear. By the
 * fastest round of each, because what disturbs a round hits the large frames more often.
 * @param {ScalingRow[]} rows @param {'simd' | 'baseline' | 'convertToBlob'} column
 */
export function spread(rows, column) {
  const costs = rows
    .filter(({ width, height }) => width * height >= LARGE)
    .map((row) => nsPerPixel(row, row[column].min));
  return costs.length > 0 ? Math.max(...costs) / Math.min(...costs) - 1 : Number.NaN;
}
