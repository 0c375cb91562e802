/** Who encodes how fast: the browser's own encoders, the peers and ours, side by side in one browser. */
import { inspect } from './inspect.js';
import { startNative } from './native.js';
import { QUALITY } from './plan.js';
import { addJob, playRounds } from './rounds.js';
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
 * @property {number} [ratio] To OffscreenCanvas.convertToBlob where there is one, median over the rounds; above 1 is
 *   slower.
 * @property {number} bytes
 * @property {string} [subsampling]
 * @property {number} [psnr] In dB, against the pixels given.
 */

/** @typedef {import('./rounds.js').Runner & { name: string, where: string, inspect: () => Promise<object> }} Encoder */

/**
 * @param {object} options
 * @param {import('./rounds.js').Bench} options.bench
 * @param {import('./frames.js').FrameFile} options.frame
 * @param {import('./scene.js').Picture} options.picture The same, at hand.
 * @param {import('./plan.js').Rounds} options.plan
 * @returns {Promise<EncodingRow[]>}
 */
export async function measureEncoding({ bench, frame, picture, plan }) {
  const native = [
    ['libjpeg-turbo, native', startNative('caseframe-bench-libjpeg-turbo', frame)],
    ['caseframe, native', startNative('caseframe-bench-core', frame)],
  ];
  try {
    const encoders = [
      ...(await contestants({ bench, frame, picture })),
      ...native.map(([name, program]) => nativeEncoder(name, program)),
    ];
    return await play(encoders, plan);
  } finally {
    await Promise.all(native.map(([, program]) => program.close()));
  }
}

/**
 * @param {object} options As of measureEncoding, and:
 * @param {string[]} [options.names] Only these, as far as this browser has them.
 * @param {number} [options.times] Runs a sample is the mean of.
 * @returns {Promise<Encoder[]>}
 */
export async function contestants({ bench, frame, picture, names, times = 1 }) {
  const { url, width, height } = frame;
  const encoders = [];
  for (const { name, where } of await bench('contestants')) {
    if (names && !names.includes(name)) continue;
    const job = { contestant: name, url, width, height, options: { quality: QUALITY }, times };
    const { round, file } = await addJob(bench, job);
    encoders.push({ name, where, round, inspect: async () => inspect(name, await file(), picture) });
  }
  return encoders;
}

/** @param {string} name @param {import('./native.js').NativeProgram} program @returns {Encoder} */
function nativeEncoder(name, program) {
  let bytes;
  return {
    name,
    where: 'native',
    async round() {
      const { ms, ...file } = await program.time('encode', 1);
      bytes = file.bytes;
      return { encode: ms };
    },
    inspect: async () => ({ bytes }),
  };
}

/** @param {Encoder[]} encoders @param {import('./plan.js').Rounds} plan @returns {Promise<EncodingRow[]>} */
export async function play(encoders, plan) {
  const times = await playRounds(encoders, plan);
  const samples = (encoder) => times.get(encoder).map(({ encode }) => encode);
  const reference = encoders.find(({ name }) => name === REFERENCE);
  const rows = [];
  for (const encoder of encoders) {
    const measured = samples(encoder).slice(plan.warmUp);
    rows.push({
      name: encoder.name,
      where: encoder.where,
      ms: summarize(measured),
      firstMs: samples(encoder)[0],
      ratio: reference && medianRatio(measured, samples(reference).slice(plan.warmUp)),
      ...(await encoder.inspect()),
    });
  }
  return rows;
}
