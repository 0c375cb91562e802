/** What bursts are taken of: parts of photographs, and rendered documents, labels and cards lying on one. */
import { Dice } from '../js/dice.js';
import { paste } from '../js/photographs.js';
import { part } from '../text/plain.js';
import { makeSheet } from '../text/sheets.js';
import { MARGIN } from './spoil.js';

/** @typedef {import('../js/photographs.js').Frame} Frame */

/** @typedef {{ kind: 'photograph' | 'document', frame: Frame, words: { text: string }[] }} Scene */

/** From the left and the top of the scene to the sheet on it, in px. */
const [LEFT, TOP] = [40, 30];

/**
 * @param {Awaited<ReturnType<typeof import('../text/screens.js').openScreens>>} screens
 * @param {number} seed
 * @param {number} width Of the picture; the scene is larger.
 * @param {number} height
 * @returns {Promise<Scene>} `words`: Latin ones that are wholly in the picture, wherever the camera wanders.
 */
export async function makeScene(screens, seed, width, height) {
  const dice = new Dice(seed ^ 0x5ce4e);
  const ground = await part(dice, width + 2 * MARGIN, height + 2 * MARGIN);
  if (seed % 2 === 0) return { kind: 'photograph', frame: ground, words: [] };
  const sheet = await screens.render(dice.between(1, 1e9), makeSheet);
  const held = cut(sheet, Math.min(sheet.width, ground.width - LEFT), Math.min(sheet.height, ground.height - TOP));
  const isSeen = (/** @type {import('../text/truth.js').Box} */ { x, y, width: w, height: h }) =>
    LEFT + x + w < width && TOP + y + h < height;
  const words = sheet.script === 'latin' ? sheet.words.filter(isSeen) : [];
  return { kind: 'document', frame: paste(ground, held, LEFT, TOP), words };
}

/** The upper left part. @param {Frame} frame @param {number} width @param {number} height @returns {Frame} */
function cut(frame, width, height) {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const from = y * frame.width * 4;
    data.set(frame.data.subarray(from, from + width * 4), y * width * 4);
  }
  return { data, width, height };
}
