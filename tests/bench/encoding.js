/** Who encodes how fast, and what the engine's stages take: in each round everyone runs once, one after another. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from './inspect.js';
import { startNative } from './native.js';
import { createOrder } from './order.js';
import { QUALITY } from './plan.js';
import { scene } from './scene.js';
import { medianRatio, summarize } from './statistics.js';

/** What everyone is compared with: the browser's own encoder, off the main thread. */
const REFERENCE = 'OffscreenCanvas.convertToBlob';

/** @typedef {import('./statistics.js').Summary} Summary */

/**
 * @typedef {object} EncodingRow
 * @property {string} name
 * @property {'worker' | 'page' | 'native'} where
 * @property {Summary} ms
 * @property {number} firstMs The first run of all, before any warm-up: what a page that captures once sees.
 * @property {number} ratio To OffscreenCanvas.convertToBlob, median over the rounds; above 1 is slower.
 * @property {number} bytes
 * @property {string} [subsampling]
 * @property {number} [psnr] In dB, against the pixels given.
 */

/**
 * @typedef {object} FrameResult
 * @property {number} width
 * @property {number} height
 * @property {EncodingRow[]} encoding
 * @property {Record<'simd' | 'baseline' | 'native', Record<string, Summary>>} stages Milliseconds.
 */

/**
 * Whoever takes part in the rounds.
 * @typedef {object} Runner
 * @property {string} [name] Of its row, for those that encode.
 * @property {'worker' | 'page' | 'native'} where
 * @property {string} [stages] Whose stages its times are, for those that time them.
 * @property {() => Promise<Record<string, number>>} round Task → milliseconds.
 * @property {() => Promise<object>} inspect What there is to say of the file it makes.
 */

/**
 * @param {object} options
 * @param {import('playwright-core').Page} options.page On page/index.html, freshly loaded.
 * @param {URL} options.folder Where the frame goes; the server has it at `url`.
 * @param {string} options.url
 * @param {[number, number]} options.size
 * @param {import('./plan.js').Plan} options.plan
 * @returns {Promise<FrameResult>}
 */
export async function measureEncoding({ page, folder, url, size: [width, height], plan }) {
  const picture = await scene(width, height);
  const name = `${width}x${height}.rgba`;
  const path = fileURLToPath(new URL(name, folder));
  await writeFile(path, picture.data);
  const frame = { width, height, quality: QUALITY };

  const libjpegTurbo = startNative('caseframe-bench-libjpeg-turbo', { ...frame, path });
  const core = startNative('caseframe-bench-core', { ...frame, path });
  try {
    /** @type {Runner[]} */
    const runners = [
      ...(await contestants(page, { ...frame, url: url + name }, picture)),
      ...(await stageTimers(page, { ...frame, url: url + name })),
      { name: 'libjpeg-turbo, native', where: 'native', ...libjpegTurbo },
      { name: 'caseframe, native', where: 'native', stages: 'native', ...core },
    ];
    const times = await playRounds(runners, plan.warmUp + plan.rounds);
    return { width, height, encoding: await toRows(times, plan), stages: toStages(times, plan) };
  } finally {
    await Promise.all([libjpegTurbo.close(), core.close()]);
  }
}

/** @param {import('playwright-core').Page} page @param {object} frame @param {import('./scene.js').Picture} picture */
async function contestants(page, frame, picture) {
  const runners = [];
  for (const { name, where } of await page.evaluate(() => window.bench.contestants())) {
    const { round, file } = await addJob(page, { ...frame, contestant: name });
    runners.push({ name, where, round, inspect: async () => inspect(name, await file(), picture) });
  }
  return runners;
}

/** @param {import('playwright-core').Page} page @param {object} frame */
async function stageTimers(page, frame) {
  const runners = [];
  for (const variant of ['simd', 'baseline']) {
    const { round } = await addJob(page, { ...frame, stages: variant });
    runners.push({ stages: variant, where: 'worker', round });
  }
  return runners;
}

/** @param {import('playwright-core').Page} page @param {import('./page/runner.js').Job} job */
async function addJob(page, job) {
  const id = await page.evaluate((it) => window.bench.add(it), job);
  return {
    round: () => page.evaluate((it) => window.bench.round(it), id),
    file: async () => Buffer.from(await page.evaluate((it) => window.bench.file(it), id), 'base64'),
  };
}

/**
 * Everyone once in each round: what disturbs the machine disturbs all.
 * @param {Runner[]} runners @param {number} rounds
 * @returns {Promise<Map<Runner, Record<string, number>[]>>} What each said of every round, warm-up included.
 */
async function playRounds(runners, rounds) {
  const times = new Map(runners.map((runner) => [runner, []]));
  const order = createOrder(runners);
  for (let round = 0; round < rounds; ++round) {
    for (const runner of order()) times.get(runner).push(await runner.round());
  }
  return times;
}

/** @param {Map<Runner, Record<string, number>[]>} times @param {import('./plan.js').Plan} plan */
async function toRows(times, { warmUp }) {
  const encoders = [...times]
    .filter(([{ name }]) => name)
    .map(([runner, rounds]) => [runner, rounds.map((it) => it.encode)]);
  const [, reference] = encoders.find(([{ name }]) => name === REFERENCE);
  const rows = [];
  for (const [runner, samples] of encoders) {
    const measured = samples.slice(warmUp);
    rows.push({
      name: runner.name,
      where: runner.where,
      ms: summarize(measured),
      firstMs: samples[0],
      ratio: medianRatio(measured, reference.slice(warmUp)),
      ...(await runner.inspect()),
    });
  }
  return rows;
}

/** @param {Map<Runner, Record<string, number>[]>} times @param {import('./plan.js').Plan} plan */
function toStages(times, { warmUp }) {
  const stages = {};
  for (const [runner, rounds] of times) {
    if (!runner.stages) continue;
    const measured = rounds.slice(warmUp);
    const tasks = Object.keys(measured[0]);
    stages[runner.stages] = Object.fromEntries(tasks.map((task) => [task, summarize(measured.map((it) => it[task]))]));
  }
  return stages;
}
