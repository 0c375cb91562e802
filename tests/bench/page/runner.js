/** One contestant, or the engine's stages, on one frame: the same for a worker and the page. */
import { CONTESTANTS } from './contestants.js';
import { createStages } from './stages.js';

/**
 * @typedef {object} Job
 * @property {string} [contestant] A name of contestants.js…
 * @property {'simd' | 'baseline'} [stages] …or the variant whose stages are timed.
 * @property {string} url Of the raw RGBA.
 * @property {number} width
 * @property {number} height
 * @property {import('./contestants.js').Options} options
 * @property {number} [times] Runs that a sample is the mean of.
 */

/** @param {Job} job */
export async function createRunner({ contestant, stages, url, width, height, options, times = 1 }) {
  const data = new Uint8ClampedArray(await (await fetch(url)).arrayBuffer());
  const frame = { data, width, height };
  if (stages) return createStages(frame, stages, options, times);
  const { prepare, encode } = await CONTESTANTS[contestant].create(frame, options);
  return {
    /** @returns {Promise<{ encode: number }>} Milliseconds. */
    async round() {
      let ms = 0;
      for (let i = 0; i < times; ++i) {
        if (prepare) prepare();
        const start = performance.now();
        await encode();
        ms += performance.now() - start;
      }
      return { encode: ms / times };
    },
    /** @returns {Promise<Uint8Array>} The file it makes. */
    async file() {
      if (prepare) prepare();
      const made = await encode();
      return made instanceof Blob ? new Uint8Array(await made.arrayBuffer()) : Uint8Array.from(made);
    },
  };
}
