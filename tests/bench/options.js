/** What each encode option costs in time and bytes. */
import { QUALITY } from './plan.js';
import { addJob, playRounds } from './rounds.js';
import { summarize } from './statistics.js';

/** @typedef {{ label: string, ms: import('./statistics.js').Summary, bytes: number }} OptionRow */

/** @param {number} width Of the frame; limits are two thirds and one third of it. @returns {object[]} */
const choices = (width) => [
  {},
  { subsampling: '4:2:2' },
  { subsampling: '4:4:4' },
  { subsampling: 'gray' },
  { progressive: true },
  { quality: 0 },
  { quality: 0.3 },
  { quality: 0.5 },
  { quality: 0.75 },
  { quality: 1 },
  { maxWidth: Math.round((width * 2) / 3) },
  { maxWidth: Math.round(width / 3) },
];

/**
 * @param {object} options
 * @param {import('./rounds.js').Bench} options.bench
 * @param {import('./frames.js').FrameFile} options.frame
 * @param {import('./plan.js').Rounds} options.plan
 * @returns {Promise<OptionRow[]>}
 */
export async function measureOptions({ bench, frame: { url, width, height }, plan }) {
  const runners = [];
  for (const choice of choices(width)) {
    const job = { contestant: 'caseframe, SIMD', url, width, height, options: { quality: QUALITY, ...choice } };
    runners.push({ choice, ...(await addJob(bench, job)) });
  }
  const times = await playRounds(runners, plan);
  const rows = [];
  for (const runner of runners) {
    const samples = times.get(runner).map(({ encode }) => encode);
    const ms = summarize(samples.slice(plan.warmUp));
    rows.push({ label: toLabel(runner.choice), ms, bytes: (await runner.file()).length });
  }
  return rows;
}

/** As one types it. @param {object} choice */
function toLabel(choice) {
  const [entry] = Object.entries(choice);
  return entry ? `${entry[0]}: ${typeof entry[1] === 'string' ? `'${entry[1]}'` : entry[1]}` : 'defaults';
}
