/** The pictures of the study, by kind and seed. */
import { Dice } from '../js/dice.js';
import { photographSheet } from './camera.js';
import { makePlain, part } from './plain.js';
import { openScreens } from './screens.js';
import { BITRATES, openShare } from './share.js';
import { makeSheet } from './sheets.js';

/**
 * Pages as they are, and as they come out of a call; what a camera sees; and pictures in which nothing is to be read.
 * @typedef {'pages' | 'shares' | 'camera' | 'plain'} PictureKind
 */

/** What customers' cameras send, in px. */
const CAMERAS = [
  [1280, 720],
  [1280, 720],
  [1920, 1080],
  [640, 480],
];

export async function openPictures() {
  const screens = await openScreens();
  /** @type {Promise<Awaited<ReturnType<typeof openShare>>> | undefined} */
  let sharing;

  /** @type {Record<PictureKind, (seed: number) => Promise<any>>} */
  const makers = {
    pages: (seed) => screens.render(seed),

    async shares(seed) {
      sharing ||= openShare(screens.browser);
      const screen = await screens.render(seed);
      const bitrate = BITRATES[seed % BITRATES.length];
      return { ...screen, ...(await (await sharing).send(screen, bitrate)), bitrate };
    },

    async camera(seed) {
      const { dice, width, height } = camera(seed);
      return photographSheet(await screens.render(seed, makeSheet), await part(dice, width, height), seed);
    },

    plain(seed) {
      const { width, height } = camera(seed);
      return makePlain(seed, width, height);
    },
  };

  return {
    /** @param {PictureKind} kind @param {number} seed */
    async make(kind, seed) {
      if (!makers[kind]) throw new Error(`Expected one of ${Object.keys(makers).join(', ')} but received ${kind}`);
      return makers[kind](seed);
    },
    async close() {
      if (sharing) await (await sharing).close();
      await screens.close();
    },
  };
}

/** @param {number} seed */
function camera(seed) {
  const dice = new Dice(seed ^ 0xca3e);
  const [width, height] = dice.pick(CAMERAS);
  return { dice, width, height };
}
