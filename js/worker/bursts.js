/**
 * Frames of one capture, ranked one after the other in the worker: the best so far is kept, every other is let go as soon
 * as it is ranked. So never more than one is held beside the one that has just come, and no decoder starves.
 */
import { letGo } from '../engine/pixels.js';
import { compare, isBetter, measure } from './ranking.js';

/** @import { Core } from '../engine/core.js' */
/** @import { FrameInput } from '../engine/pixels.js' */
/** @import { LatestPresentation } from './messages.js' */
/** @import { Measured, Ranking } from './ranking.js' */

/**
 * @typedef {object} Kept
 * @property {FrameInput} input
 * @property {Measured} measured
 * @property {LatestPresentation} [latest] Of a frame that was not sent along.
 */

export function createBursts() {
  /** @type {Map<number, { thumbnail?: Uint8Array, kept?: Kept }>} */
  const bursts = new Map();

  /** @param {number} burstId */
  function drop(burstId) {
    const burst = bursts.get(burstId);
    bursts.delete(burstId);
    if (burst?.kept) letGo(burst.kept.input);
    burst?.thumbnail?.fill(0);
  }

  return {
    /**
     * @param {number} burstId Of the page's choosing; the first frame begins it.
     * @param {Core} engine
     * @param {FrameInput} input Let go of by the time this settles, or kept.
     * @param {LatestPresentation} [latest]
     * @returns {Promise<{ ranking: Ranking, isBest: boolean }>} Whether it is the one that is kept now. Of two that are
     *   alike the earlier.
     */
    async add(burstId, engine, input, latest) {
      let isBest = false;
      try {
        const raw = await measure(engine, input);
        const burst = bursts.get(burstId) || {};
        bursts.set(burstId, burst);
        const measured = compare(raw, burst.thumbnail);
        burst.thumbnail?.fill(0);
        burst.thumbnail = raw.thumbnail;
        const before = burst.kept;
        isBest = !before || isBetter(measured, before.measured);
        if (isBest) {
          burst.kept = { input, measured, latest };
          if (before) letGo(before.input);
        }
        return { ranking: measured.ranking, isBest };
      } finally {
        if (!isBest) letGo(input);
      }
    },

    /** The best, which is the caller's from now on; the burst is over. @param {number} burstId @returns {Kept | undefined} */
    take(burstId) {
      const burst = bursts.get(burstId);
      const kept = burst?.kept;
      if (burst) burst.kept = undefined;
      drop(burstId);
      return kept;
    },

    drop,

    dispose() {
      for (const burstId of Array.from(bursts.keys())) drop(burstId);
    },
  };
}
