/** Pictures without text, made by a seed: parts of photographs, and made things that look most like text: bricks, blinds, leaves, gravel. */
import sharp from 'sharp';
import { Dice } from '../js/dice.js';
import { photograph } from '../js/photographs.js';
import { develop } from './camera.js';

/** @typedef {import('../js/photographs.js').Frame} Frame */

/** Parts of the fixtures that show no letters, 0..1 of each: the astronaut's patches and flag are left out. */
const PARTS = [
  { name: 'coffee.png', x: 0, y: 0, width: 1, height: 1 },
  { name: 'rocket.jpg', x: 0, y: 0, width: 1, height: 1 },
  { name: 'astronaut.png', x: 0.2, y: 0, width: 0.55, height: 0.45 },
];

/** A part of a photograph, at least a third of it, mirrored or not. @param {Dice} dice @param {number} width @param {number} height */
export async function part(dice, width, height) {
  const { name, ...area } = dice.pick(PARTS);
  const whole = await photograph(name, 1536, 1024);
  const size = 0.35 + 0.65 * dice.random();
  const across = Math.floor(whole.width * area.width * size);
  const down = Math.min(Math.floor((across * height) / width), Math.floor(whole.height * area.height));
  const left = Math.floor(whole.width * (area.x + dice.random() * area.width * (1 - size)));
  const top = Math.floor(whole.height * area.y + dice.random() * (whole.height * area.height - down));
  const raw = { width: whole.width, height: whole.height, channels: /** @type {const} */ (4) };
  const cut = sharp(whole.data, { raw }).extract({ left, top, width: across, height: down });
  const scaled = (dice.random() < 0.5 ? cut.flop() : cut).resize(width, height, { fit: 'fill' });
  return { data: new Uint8Array(await scaled.raw().toBuffer()), width, height };
}

/** @param {number} width @param {number} height @param {(x: number, y: number) => number[]} colour */
function paint(width, height, colour) {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4)
      data.set(
        [...colour(x, y), 255].map((value) => Math.max(0, Math.min(255, value))),
        i,
      );
  }
  return { data, width, height };
}

/** @param {Dice} dice @param {number} width @param {number} height */
function bricks(dice, width, height) {
  const [w, h] = [dice.between(60, 200), dice.between(20, 70)];
  const shades = Array.from({ length: 997 }, () => 0.75 + 0.4 * dice.random());
  return paint(width, height, (x, y) => {
    const row = Math.floor(y / h);
    const shifted = x + (row % 2) * (w / 2);
    if (y % h < 4 || shifted % w < 4) return [190, 185, 175];
    const shade = shades[(row * 31 + Math.floor(shifted / w) * 7) % shades.length];
    return [170 * shade, 85 * shade, 65 * shade];
  });
}

/** @param {Dice} dice @param {number} width @param {number} height */
function blinds(dice, width, height) {
  const [period, isUpright] = [dice.between(10, 60), dice.random() < 0.4];
  return paint(width, height, (x, y) => {
    const t = ((isUpright ? x : y) % period) / period;
    const light = 235 - 150 * t * t - (60 * x) / width;
    return [light, light, light - 12];
  });
}

/** @param {Dice} dice @param {number} width @param {number} height */
const leaves = (dice, width, height) =>
  blobs(
    dice,
    width,
    height,
    2500,
    [4, 26],
    [
      [40, 90, 30],
      [80, 140, 50],
      [20, 50, 20],
      [120, 160, 70],
    ],
  );

/** @param {Dice} dice @param {number} width @param {number} height */
const gravel = (dice, width, height) =>
  blobs(
    dice,
    width,
    height,
    6000,
    [3, 12],
    [
      [120, 115, 110],
      [160, 155, 150],
      [85, 80, 78],
      [60, 58, 55],
    ],
  );

/** Furniture: few large surfaces with edges. @param {Dice} dice @param {number} width @param {number} height */
const rooms = (dice, width, height) =>
  blobs(
    dice,
    width,
    height,
    25,
    [60, 400],
    [
      [200, 190, 170],
      [120, 90, 70],
      [90, 110, 130],
      [230, 230, 225],
      [60, 60, 65],
    ],
  );

/** Turned ellipses and boxes over each other. @param {Dice} dice @param {number} width @param {number} height @param {number} count @param {[number, number]} sizes @param {number[][]} colours */
function blobs(dice, width, height, count, [least, most], colours) {
  const frame = paint(width, height, () => colours[0]);
  for (let n = 0; n < count; n++) {
    const [cx, cy, a, b] = [
      dice.between(0, width),
      dice.between(0, height),
      dice.between(least, most),
      dice.between(least, most) / 2,
    ];
    const angle = dice.random() * Math.PI;
    const [cos, sin, isBox] = [Math.cos(angle), Math.sin(angle), dice.random() < 0.3];
    const colour = dice.pick(colours).map((value) => value * (0.7 + 0.5 * dice.random()));
    for (let y = Math.max(0, cy - most); y < Math.min(height, cy + most); y++) {
      for (let x = Math.max(0, cx - most); x < Math.min(width, cx + most); x++) {
        const [u, v] = [((x - cx) * cos + (y - cy) * sin) / a, ((y - cy) * cos - (x - cx) * sin) / b];
        const isIn = isBox ? Math.abs(u) < 0.8 && Math.abs(v) < 0.8 : u * u + v * v < 1;
        if (isIn)
          for (let c = 0; c < 3; c++) frame.data[4 * (y * width + x) + c] = Math.min(255, colour[c] * (1 + 0.15 * v));
      }
    }
  }
  return frame;
}

const MADE = { bricks, blinds, leaves, gravel, rooms };

/** @param {number} seed @param {number} width @param {number} height @returns {Promise<Frame & { kind: string, seed: number }>} As a camera sees it. */
export async function makePlain(seed, width, height) {
  const dice = new Dice(seed ^ 0xb1a4);
  const kind = dice.random() < 0.6 ? 'photograph' : dice.pick(Object.keys(MADE));
  const frame = kind === 'photograph' ? await part(dice, width, height) : MADE[kind](dice, width, height);
  return { ...(await develop(dice, frame, dice.pick([0, 0, 0.6, 1]))), kind, seed };
}
