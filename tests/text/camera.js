/**
 * What a camera makes of a sheet: it lies somewhere on a photograph, in perspective, out of focus, in bad light, with noise,
 * and compressed. The truth goes the same way: for each pixel how much of it is text's, and which line's.
 */
import sharp from 'sharp';
import { Dice } from '../js/dice.js';
import { sensorNoise, throughJpeg } from '../js/photographs.js';
import { homography } from './homography.js';

/** @typedef {import('../js/photographs.js').Frame} Frame */
/** @typedef {import('./screens.js').Screen} Screen */

/**
 * @typedef {Frame & { kind: string, seed: number, glyphs: Uint8Array, lineAt: Uint16Array, lines: { size: number }[],
 *   defocus: number, light: number, onSheet: Uint8Array }} CameraPicture `glyphs` as the screen's, before blur; `lineAt`:
 *   which line or code a pixel belongs to, from 1, codes after lines; sizes of fonts as they come out, in px.
 */

/** @param {Screen} sheet @param {Frame} ground @param {number} seed @returns {Promise<CameraPicture>} */
export async function photographSheet(sheet, ground, seed) {
  const dice = new Dice(seed ^ 0x5eed);
  const { width, height } = ground;
  const { corners, scale } = place(dice, sheet, width, height);
  const back = homography(corners, [
    [0, 0],
    [sheet.width, 0],
    [sheet.width, sheet.height],
    [0, sheet.height],
  ]);
  const boxes = [...sheet.lines, ...sheet.codes];
  const owners = ownersOf(sheet, boxes);
  const picture = { data: ground.data.slice(), width, height };
  const [glyphs, lineAt, onSheet] = [
    new Uint8Array(width * height),
    new Uint16Array(width * height),
    new Uint8Array(width * height),
  ];
  // Four samples a pixel: a sheet that is made smaller would otherwise lose strokes.
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let [r, g, b, ink, hits] = [0, 0, 0, 0, 0];
      for (const [dx, dy] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ]) {
        const [u, v] = back(x + dx, y + dy);
        if (u < 0 || v < 0 || u >= sheet.width || v >= sheet.height) continue;
        const from = Math.floor(v) * sheet.width + Math.floor(u);
        r += sheet.data[4 * from];
        g += sheet.data[4 * from + 1];
        b += sheet.data[4 * from + 2];
        ink += sheet.glyphs[from];
        hits++;
        lineAt[at] ||= owners[from];
      }
      if (hits === 0) continue;
      const rest = 4 - hits;
      picture.data[4 * at] = (r + rest * picture.data[4 * at]) / 4;
      picture.data[4 * at + 1] = (g + rest * picture.data[4 * at + 1]) / 4;
      picture.data[4 * at + 2] = (b + rest * picture.data[4 * at + 2]) / 4;
      glyphs[at] = ink / 4;
      onSheet[at] = 1;
    }
  }
  const defocus = dice.pick([0, 0, 0.6, 1, 1.6]);
  const light = dice.pick([1, 1, 0.7, 0.45, 0.25]);
  shade(dice, picture, light);
  const lines = boxes.map((box) => ({ size: scale * ('size' in box ? Number(box.size) : 0) }));
  const facts = { kind: sheet.kind, seed, glyphs, lineAt, onSheet, lines, defocus, light };
  return { ...facts, ...(await develop(dice, picture, defocus)) };
}

/** Four corners of a sheet that is turned, tilted and wholly in the picture. @param {Dice} dice @param {{ width: number, height: number }} sheet @param {number} width @param {number} height */
function place(dice, sheet, width, height) {
  const scale = Math.min(width / sheet.width, height / sheet.height) * (0.55 + 0.4 * dice.random());
  const [turn, tilt, lean] = [(dice.random() - 0.5) * 0.5, (dice.random() - 0.5) * 0.5, (dice.random() - 0.5) * 0.5];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const raw = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([x, y]) => {
    const depth = 1 + 0.5 * (tilt * x + lean * y);
    const [u, v] = [(x * sheet.width * scale) / 2 / depth, (y * sheet.height * scale) / 2 / depth];
    return [u * cos - v * sin, u * sin + v * cos];
  });
  const [xs, ys] = [raw.map(([x]) => x), raw.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const shrink = Math.min(1, (0.98 * width) / (right - left), (0.98 * height) / (bottom - top));
  const [roomX, roomY] = [width - (right - left) * shrink, height - (bottom - top) * shrink];
  const [x0, y0] = [dice.random() * roomX - left * shrink, dice.random() * roomY - top * shrink];
  return { scale: scale * shrink, corners: raw.map(([x, y]) => [x0 + x * shrink, y0 + y * shrink]) };
}

/** @param {Screen} sheet @param {import('./truth.js').Box[]} boxes */
function ownersOf({ width, height }, boxes) {
  const owners = new Uint16Array(width * height);
  boxes.forEach(({ x, y, width: w, height: h }, i) => {
    for (let row = y; row < y + h; row++) owners.fill(i + 1, row * width + x, row * width + x + w);
  });
  return owners;
}

/** Light that falls off to one side, and a shadow's edge. @param {Dice} dice @param {Frame} picture Altered. @param {number} light */
function shade(dice, { data, width, height }, light) {
  const [ax, ay, edge] = [dice.random() - 0.5, dice.random() - 0.5, dice.random() * 2];
  const shadow = dice.random() < 0.3 ? 0.6 : 1;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const factor =
        light * (1 + (0.6 * ax * x) / width + (0.6 * ay * y) / height) * (x / width + y / height > edge ? shadow : 1);
      for (let c = i; c < i + 3; c++) data[c] = Math.min(255, data[c] * factor);
    }
  }
}

/** Lens, sensor and encoder. @param {Dice} dice @param {Frame} picture @param {number} defocus Standard deviation, in px. */
export async function develop(dice, picture, defocus) {
  const { data, width, height } = picture;
  const blurred = defocus
    ? await sharp(data, { raw: { width, height, channels: 4 } })
        .blur(defocus)
        .raw()
        .toBuffer()
    : data;
  const noisy = sensorNoise({ data: new Uint8Array(blurred), width, height }, dice.pick([1, 3, 6]), () =>
    dice.random(),
  );
  return throughJpeg(noisy, dice.pick([40, 60, 80, 90]));
}
