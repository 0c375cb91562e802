/** What each stage of an encoding takes, in both variants and natively, by the programs of stages/ and native/. */
import { startNative } from './native.js';
import { QUALITY } from './plan.js';
import { addJob, playRounds, summarizeTasks } from './rounds.js';

/** An encoding's stages in their order; `encode` is all of them but the copy. */
export const STAGES = ['copy', 'analyze', 'color', 'downsample', 'transform', 'huffman', 'hash'];
/** What is done only where it is asked for; redactions of the whole frame. */
export const EXTRAS = [
  ...['pixelate', 'blur', 'fill', 'downscale to 2/3', 'downscale to 1/2', 'downscale to 1/3'],
  ...['sharpness', 'sharpness of luma', 'text on a screen', 'text in a picture'],
];

/** libjpeg alone has no other stages. */
const OF_LIBJPEG = ['color', 'downsample', 'transform', 'huffman', 'encode'];

/** @typedef {Record<string, import('./statistics.js').Summary>} Tasks Milliseconds. */

/**
 * @param {object} options
 * @param {import('./rounds.js').Bench} options.bench
 * @param {import('./frames.js').FrameFile} options.frame
 * @param {import('./plan.js').Plan['stages']} options.plan
 * @returns {Promise<Record<'simd' | 'baseline' | 'native' | 'libjpeg-turbo', Tasks>>}
 */
export async function measureStages({ bench, frame, plan }) {
  const { url, width, height } = frame;
  const page = (variant) =>
    addJob(bench, { stages: variant, url, width, height, options: { quality: QUALITY }, times: plan.times });
  const core = startNative('caseframe-bench-core', frame);
  const libjpegTurbo = startNative('caseframe-bench-libjpeg-turbo', frame);
  try {
    const programs = {
      simd: await page('simd'),
      baseline: await page('baseline'),
      native: native(core, [...STAGES, ...EXTRAS, 'encode'], plan.times),
      'libjpeg-turbo': native(libjpegTurbo, OF_LIBJPEG, plan.times),
    };
    const times = await playRounds(Object.values(programs), plan);
    return Object.fromEntries(
      Object.entries(programs).map(([name, program]) => [name, summarizeTasks(times.get(program), plan)]),
    );
  } finally {
    await Promise.all([core.close(), libjpegTurbo.close()]);
  }
}

/** @param {import('./native.js').NativeProgram} program @param {string[]} tasks @param {number} times */
function native(program, tasks, times) {
  return {
    async round() {
      const round = {};
      for (const task of tasks) round[task] = (await program.time(task, times)).ms;
      return round;
    },
  };
}

/**
 * How an encoding divides into its stages, by the fastest round of each: what disturbs a round only ever adds, and more to
 * what takes longer. `rest` is what no stage accounts for: headers, memory, rows handed on.
 * @param {Tasks} tasks
 * @returns {{ stages: Record<string, number>, rest: number, total: number }} Milliseconds.
 */
export function divide(tasks) {
  const stages = Object.fromEntries(STAGES.filter((it) => tasks[it]).map((it) => [it, tasks[it].min]));
  const total = tasks.encode.min + (stages.copy || 0);
  const sum = Object.values(stages).reduce((a, b) => a + b, 0);
  return { stages, rest: total - sum, total };
}

/** By how much the stages' sum may miss the whole: each is timed alone, with the caches to itself. */
const TOLERANCE = 0.25;

/** Whether the stages are what the encoding consists of. @param {Tasks} tasks */
export function addsUp(tasks) {
  const { rest, total } = divide(tasks);
  return Math.abs(rest) <= TOLERANCE * total;
}
