/** Which frame of a burst is taken: the package's own core and order, over planes of luma as a decoder has them. */
import { readFile } from 'node:fs/promises';
import { createCore } from '../../build/js/engine/core.js';
import { load } from '../../build/js/engine/load.js';
import { compare, isBetter } from '../../build/js/worker/ranking.js';

/** White in video of limited range (ITU-R BT.709-6, item 4.6). */
const WHITE = 235;

export async function createChooser() {
  const wasmUrl = new URL('../../build/js/wasm/', import.meta.url);
  const loaded = await load({ wasmUrl }, /** @type {any} */ (undefined), async (url) => readFile(new URL(url)));
  const engine = createCore(loaded);
  return {
    /**
     * @param {Uint8Array[]} planes In the order in which they came.
     * @param {number} width
     * @param {number} height
     * @returns {{ taken: number, rankings: import('../../js/worker/ranking.js').Measured[] }} Of two that are alike the
     *   earlier is taken.
     */
    choose(planes, width, height) {
      let taken = 0;
      /** @type {import('../../js/worker/ranking.js').Measured[]} */
      const rankings = [];
      /** @type {Uint8Array | undefined} */
      let before;
      for (const plane of planes) {
        const room = engine.allocate(Math.ceil(width / 4), height);
        room.pixels().set(plane);
        const raw = room.rank({ width, height, stride: width, white: WHITE });
        room.release();
        const newest = compare(raw, before);
        before = raw.thumbnail;
        if (rankings.length > 0 && isBetter(newest, rankings[taken])) taken = rankings.length;
        rankings.push(newest);
      }
      return { taken, rankings };
    },
    close: () => engine.dispose(),
  };
}

/** Luma of limited range (ITU-R BT.601-7, item 3.5). @param {import('../js/photographs.js').Frame} frame */
export function toLuma({ data, width, height }) {
  const luma = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < luma.length; i++, at += 4) {
    luma[i] = 16.5 + (65.738 * data[at] + 129.057 * data[at + 1] + 25.064 * data[at + 2]) / 256;
  }
  return luma;
}

/**
 * @param {number[]} values SSIM of each frame.
 * @param {number} taken
 * @returns {boolean} Whether the one that was taken is within 2 % of the best.
 */
export const isGood = (values, taken) => values[taken] >= 0.98 * Math.max(...values);
