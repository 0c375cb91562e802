/**
 * A frame with a secret in it and a rectangle over the secret. The attacker knows everything here but the secret: the
 * font, its size and place, the ink, the rectangle, and the ground to the pixel.
 */
import { PHOTOGRAPHS, photograph } from '../js/photographs.js';
import { FONTS, rasterise } from './font.js';
import { CAPITALS, DIGITS, glyphOf, LETTERS, makeSecret } from './secret.js';

/** @typedef {import('../js/random.js').Dice} Dice */
/** @typedef {import('./font.js').Glyphs} Glyphs */
/** @typedef {import('./secret.js').Kind} Kind */
/** @typedef {import('./secret.js').Secret} Secret */

/** @typedef {[number, number, number]} Rgb */
/** @typedef {{ x: number, y: number, width: number, height: number }} Rectangle */

/**
 * @typedef {object} Scene
 * @property {Secret} secret
 * @property {Glyphs} glyphs
 * @property {number} x Of the first character's pen.
 * @property {number} baseline
 * @property {number} top First row that ink of the alphabet can reach.
 * @property {number} bottom First row below it.
 * @property {Rgb} ink
 * @property {Uint8Array} ground RGBA.
 * @property {number} width Of the frame.
 * @property {number} height
 * @property {Rectangle} region On even coordinates.
 */

export const SIZES = Object.freeze([10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 96]);
export const PLACEMENTS = Object.freeze(/** @type {const} */ (['tight', 'margin', 'offset']));
export const GROUNDS = Object.freeze(/** @type {const} */ (['flat', 'label', 'gradient', 'noise', 'photograph']));

/** @type {Readonly<Record<string, { ink: Rgb, paper: Rgb }>>} */
export const COLOURS = Object.freeze({
  'black on white': { ink: [0, 0, 0], paper: [255, 255, 255] },
  'white on dark': { ink: [255, 255, 255], paper: [24, 26, 30] },
  'red on cream': { ink: [170, 20, 30], paper: [250, 244, 225] },
  'yellow on blue': { ink: [250, 220, 60], paper: [20, 40, 110] },
  'grey on grey': { ink: [150, 150, 150], paper: [200, 200, 200] },
});

/** @type {Map<string, Promise<Glyphs>>} */
const atlas = new Map();

/** @param {string} font @param {number} size */
function glyphsOf(font, size) {
  const key = `${font} ${size}`;
  const glyphs = atlas.get(key) ?? rasterise(FONTS[font], size, `${DIGITS}${CAPITALS}${LETTERS}. `);
  atlas.set(key, glyphs);
  return glyphs;
}

const photographs = Promise.all(PHOTOGRAPHS.map((name) => photograph(name, 640, 400)));

/**
 * @typedef {object} Setting
 * @property {Kind} kind
 * @property {string} font
 * @property {number} size
 * @property {string} colour
 * @property {typeof PLACEMENTS[number]} placement
 * @property {typeof GROUNDS[number]} ground
 */

/** @param {Dice} dice @param {Setting} setting @returns {Promise<Scene>} */
export async function makeScene(dice, { kind, font, size, colour, placement, ground }) {
  const glyphs = await glyphsOf(font, size);
  const secret = makeSecret(kind, dice, glyphs, size);
  const extents = Array.from(secret.alphabet, (character) => glyphOf(glyphs, character));
  const ascent = -Math.min(...extents.map(({ top }) => top));
  const descent = Math.max(...extents.map(({ top, height }) => top + height));

  const margin = marginsOf(placement, dice, size);
  // The frame ends near the region, or goes on for as much as the widest squares of a few characters reach.
  const rooms = dice.pick([0, Math.min(secret.width, 4 * size)]);
  const room = () => dice.between(0, 2 * size + rooms);
  const x = room() + margin.left + 2;
  const baseline = room() + margin.top + ascent + 2;
  const region = even(
    x - 1 - margin.left,
    baseline - ascent - margin.top,
    x + secret.width + 1 + margin.right,
    baseline + descent + margin.bottom,
  );
  const width = region.x + region.width + room();
  const height = region.y + region.height + room();
  const { ink, paper } = COLOURS[colour];
  return {
    ...{ secret, glyphs, x, baseline, top: baseline - ascent, bottom: baseline + descent, ink, width, height, region },
    ground: await paint(ground, dice, { paper, width, height, region }),
  };
}

/** In pixels. @param {Setting['placement']} placement @param {Dice} dice @param {number} size */
function marginsOf(placement, dice, size) {
  const up = (/** @type {number} */ share) => Math.round(dice.random() * share * size);
  switch (placement) {
    case 'tight':
      return { left: 0, right: 0, top: 0, bottom: 0 };
    case 'margin': {
      const all = Math.round(size * 0.15) + up(0.35);
      return { left: all, right: all, top: all, bottom: all };
    }
    default:
      return { left: up(1), right: up(1), top: up(0.6), bottom: up(0.6) };
  }
}

/** @param {number} left @param {number} top @param {number} right @param {number} bottom @returns {Rectangle} */
function even(left, top, right, bottom) {
  const [x, y] = [left & ~1, top & ~1];
  return { x, y, width: ((right + 1) & ~1) - x, height: ((bottom + 1) & ~1) - y };
}

/**
 * @param {Setting['ground']} kind
 * @param {Dice} dice
 * @param {{ paper: Rgb, width: number, height: number, region: Rectangle }} frame
 */
async function paint(kind, dice, { paper, width, height, region }) {
  const photo = dice.pick(await photographs);
  const zoom = 1 + 2 * dice.random();
  const [photoX, photoY] = [dice.between(0, photo.width / 2), dice.between(0, photo.height / 2)];
  const [slopeX, slopeY] = [(dice.random() - 0.5) * 160, (dice.random() - 0.5) * 160];
  const desk = [dice.between(0, 255), dice.between(0, 255), dice.between(0, 255)];
  const border = dice.between(0, 4);
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0, i = 0; y < height; y++) {
    const down = y - region.y;
    const photoRow = (Math.floor(photoY + y / zoom) % photo.height) * photo.width;
    for (let x = 0; x < width; x++, i += 4) {
      const right = x - region.x;
      /** @type {ArrayLike<number>} */
      let colour = paper;
      let start = 0;
      let light = 0;
      if (kind === 'label') {
        const beside = Math.max(-right, right - region.width + 1, -down, down - region.height + 1);
        if (beside > border) colour = desk;
      } else if (kind === 'gradient') {
        light = (right / region.width - 0.5) * slopeX + (down / region.height - 0.5) * slopeY;
      } else if (kind === 'noise') {
        light = (dice.random() + dice.random() + dice.random() - 1.5) * 10; // standard deviation 5
      } else if (kind === 'photograph') {
        colour = photo.data;
        start = (photoRow + (Math.floor(photoX + x / zoom) % photo.width)) * 4;
      }
      for (let c = 0; c < 3; c++) pixels[i + c] = colour[start + c] + light;
    }
  }
  return new Uint8Array(pixels.buffer);
}

/** The frame as the camera has it: the secret on its ground. @param {Scene} scene */
export function draw({ secret, glyphs, x, baseline, ink, ground, width }) {
  const pixels = ground.slice();
  let pen = x;
  for (const character of secret.text) {
    const glyph = glyphOf(glyphs, character);
    for (let row = 0; row < glyph.height; row++) {
      const start = ((baseline + glyph.top + row) * width + pen + glyph.left) * 4;
      for (let column = 0; column < glyph.width; column++) {
        const share = glyph.coverage[row * glyph.width + column] / 255;
        for (let c = 0; c < 3; c++) {
          const i = start + column * 4 + c;
          pixels[i] = Math.round(pixels[i] + (ink[c] - pixels[i]) * share);
        }
      }
    }
    pen += glyph.advance;
  }
  return pixels;
}
