/** The pictures of the study, by kind and seed. */
import { Dice } from '../js/dice.js';
import { photographSheet } from './camera.js';
import { makePlain, part } from './plain.js';
import { openScreens } from './screens.js';
import { makeSheet } from './sheets.js';

/** What customers' cameras send, in px. */
const CAMERAS = [
  [1280, 720],
  [1280, 720],
  [1920, 1080],
  [640, 480],
];

export async function openPictures() {
  const screens = await openScreens();
  return {
    screens,
    /** @param {string} kind 'pages' (as they are), 'camera', or 'plain' (nothing is to be read in them). @param {number} seed @returns {Promise<any>} */
    async make(kind, seed) {
      if (kind === 'pages') return screens.render(seed);
      const dice = new Dice(seed ^ 0xca3e);
      const [width, height] = dice.pick(CAMERAS);
      if (kind === 'plain') return makePlain(seed, width, height);
      if (kind === 'camera')
        return photographSheet(await screens.render(seed, makeSheet), await part(dice, width, height), seed);
      throw new Error(`--kind: pages, camera or plain, not ${kind}`);
    },
    close: screens.close,
  };
}
