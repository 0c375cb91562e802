/** Everyone once in each round, one after another: what disturbs the machine disturbs all. */
import { createOrder } from './order.js';
import { summarize } from './statistics.js';

/** @typedef {(name: string, ...args: unknown[]) => Promise<any>} Bench Calls a function of page/jobs.js in a page. */

/**
 * Whoever takes part.
 * @typedef {object} Runner
 * @property {() => Promise<Record<string, number>>} round Task → milliseconds.
 */

/**
 * @param {Bench} bench
 * @param {import('./page/runner.js').Job} job
 * @returns {Promise<Runner & { file: () => Promise<Buffer> }>} `file`: what a contestant makes.
 */
export async function addJob(bench, job) {
  const id = await bench('add', job);
  return {
    round: () => bench('round', id),
    file: async () => Buffer.from(await bench('file', id), 'base64'),
  };
}

/**
 * @template {Runner} R
 * @param {R[]} runners
 * @param {import('./plan.js').Rounds} plan
 * @returns {Promise<Map<R, Record<string, number>[]>>} What each said of every round, warm-up included.
 */
export async function playRounds(runners, { warmUp, rounds }) {
  const times = new Map(runners.map((runner) => [runner, []]));
  const order = createOrder(runners);
  for (let round = 0; round < warmUp + rounds; ++round) {
    for (const runner of order()) times.get(runner).push(await runner.round());
  }
  return times;
}

/**
 * @param {Record<string, number>[]} rounds
 * @param {import('./plan.js').Rounds} plan
 * @returns {Record<string, import('./statistics.js').Summary>} Of each task, without the warm-up.
 */
export function summarizeTasks(rounds, { warmUp }) {
  const measured = rounds.slice(warmUp);
  const tasks = Object.keys(measured[0]);
  return Object.fromEntries(tasks.map((task) => [task, summarize(measured.map((it) => it[task]))]));
}
