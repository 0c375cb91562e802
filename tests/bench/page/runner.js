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
 * @property {number} quality 0..1
 */

/** @param {Job} job */
export async function createRunner({ contestant, stages, url, width, height, quality }) {
  const data = new Uint8ClampedArray(await (await fetch(url)).arrayBuffer());
  const frame = { data, width, height };
  if (stages) {
    const { round } = await createStages(frame, stages, quality);
    return { round };
  }
  const { prepare, encode } = await CONTESTANTS[contestant].create(frame, quality);
  return {
    /** @returns {Promise<{ encode: number }>} Milliseconds. */
    async round() {
      if (prepare) prepare();
      const start = performance.now();
      await encode();
      return { encode: performance.now() - start };
    },
    /** @returns {Promise<Uint8Array>} The file it makes. */
    async file() {
      if (prepare) prepare();
      const made = await encode();
      return made instanceof Blob ? new Uint8Array(await made.arrayBuffer()) : Uint8Array.from(made);
    },
  };
}
