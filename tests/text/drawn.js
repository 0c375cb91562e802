/** Pages of text that need no browser: lines of words in the fonts on the machine, on one colour, with their truth. */
import { FONTS, rasterise } from '../attack/font.js';
import { Dice } from '../js/dice.js';
import { SCRIPTS, words } from './words.js';

/** Those of the fonts' scripts whose letters do not join. */
const WRITINGS = /** @type {const} */ (['latin', 'cyrillic', 'greek']);

/** Ground and ink. */
const COLOURS = [
  [255, 255, 255, 20, 20, 25],
  [30, 32, 36, 210, 212, 216],
  [245, 240, 225, 150, 30, 30],
  [20, 45, 90, 240, 240, 245],
  [255, 255, 255, 120, 120, 125],
];

/**
 * As screens.js gives a page.
 * @param {number} seed @param {number} width @param {number} height
 */
export async function drawPage(seed, width, height) {
  const dice = new Dice(seed ^ 0xd7a3);
  const [size, colours] = [dice.between(9, 26), dice.pick(COLOURS)];
  const writing = dice.pick(WRITINGS);
  const letters = await rasterise(dice.pick(Object.values(FONTS)), size, SCRIPTS[writing].replaceAll(/\s+/g, ' '));
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < data.length; at += 4) data.set([colours[0], colours[1], colours[2], 255], at);
  const glyphs = new Uint8Array(width * height);
  /** @type {{ x: number, y: number, width: number, height: number, size: number }[]} */
  const lines = [];
  const contrast = Math.max(...[0, 1, 2].map((c) => Math.abs(colours[3 + c] - colours[c]))) / 255;

  /** @param {string} text @param {number} x @param {number} baseline @returns {number} Where the pen ends. */
  const write = (text, x, baseline) => {
    for (const character of text) {
      const glyph = /** @type {import('../attack/font.js').Glyph} */ (letters.get(character));
      if (x + glyph.left + glyph.width >= width - size) break;
      glyph.coverage.forEach((ink, i) => {
        const at = (baseline + glyph.top + Math.floor(i / glyph.width)) * width + x + glyph.left + (i % glyph.width);
        for (let c = 0; c < 3; c++) data[4 * at + c] += ((colours[3 + c] - colours[c]) * ink) / 255;
        glyphs[at] = ink * contrast;
      });
      x += glyph.advance;
    }
    return x;
  };
  for (let baseline = 3 * size; baseline < height - size; baseline += Math.round(size * (1.4 + 3 * dice.random()))) {
    const x = size + dice.between(0, width / 3);
    const end = write(words(dice, writing, dice.between(1, 8)), x, baseline);
    lines.push({ x, y: baseline - size, width: end - x, height: Math.ceil(1.3 * size), size });
  }
  return { data, width, height, glyphs, lines, words: [], codes: [], seed };
}
