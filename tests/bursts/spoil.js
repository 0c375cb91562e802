/**
 * What befalls a scene in one burst, made by a seed: a lens that hunts for focus, an object that is moved, a hand that
 * shakes, an exposure that settles; noise in all of them. Each frame has its own clean picture beside it: the part of the
 * scene that the camera sees then.
 */
import sharp from 'sharp';
import { Dice } from '../js/dice.js';

/** @typedef {import('../js/photographs.js').Frame} Frame */

/**
 * What is wrong with a frame.
 * @typedef {object} Fault
 * @property {number} defocus Standard deviation of a Gaussian, in px.
 * @property {number} length Of the motion while the shutter is open, in px.
 * @property {number} angle Of it, in radians.
 * @property {number} gain Of the samples' values: exposure.
 * @property {number} dx Where the camera points to, in px of the scene.
 * @property {number} dy
 */

/** @type {Record<string, (dice: Dice, count: number) => Omit<Fault, 'dx' | 'dy'>[]>} */
const STYLES = {
  focus(dice, count) {
    const [most, phase, speed] = [1 + 3 * dice.random(), 6 * dice.random(), 0.25 + 0.5 * dice.random()];
    return times(count, (i) => ({ ...SHARP, defocus: Math.abs(most * Math.sin(phase + speed * i)) }));
  },
  motion(dice, count) {
    const [most, angle, phase] = [6 + 14 * dice.random(), 6.3 * dice.random(), 6 * dice.random()];
    const speed = 0.3 + 0.5 * dice.random();
    return times(count, (i) => ({ ...SHARP, length: Math.abs(most * Math.sin(phase + speed * i)), angle }));
  },
  shake(dice, count) {
    const most = 3 + 7 * dice.random();
    return times(count, () => ({ ...SHARP, length: most * dice.random(), angle: 6.3 * dice.random() }));
  },
  exposure(dice, count) {
    const [start, defocus] = [dice.pick([0.55, 0.7, 1.3, 1.5]), 1.5 * dice.random()];
    return times(count, (i) => ({
      ...SHARP,
      gain: 1 + (start - 1) * 0.8 ** i,
      defocus: defocus * dice.random(),
    }));
  },
};
export const STYLE_NAMES = Object.freeze(Object.keys(STYLES));
const SHARP = Object.freeze({ defocus: 0, length: 0, angle: 0, gain: 1 });

/** How far the camera wanders beyond the picture to each side, in px of the scene. */
export const MARGIN = 12;

/** @template T @param {number} count @param {(i: number) => T} make */
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/**
 * @param {number} seed
 * @param {number} count
 * @returns {{ style: string, noise: number, faults: Fault[] }} `noise`: its standard deviation, in levels.
 */
export function makeFaults(seed, count) {
  const dice = new Dice(seed ^ 0xb0057);
  const style = dice.pick(STYLE_NAMES);
  const wander = (/** @type {number} */ at) => Math.max(0, Math.min(2 * MARGIN, at + dice.between(-3, 3)));
  let [dx, dy] = [MARGIN, MARGIN];
  const faults = STYLES[style](dice, count).map((fault) => {
    [dx, dy] = [wander(dx), wander(dy)];
    return { ...fault, dx, dy };
  });
  return { style, noise: dice.pick([1, 2, 4, 7]), faults };
}

/**
 * @param {Frame} scene Larger than the picture by MARGIN on each side.
 * @param {Fault} fault
 * @param {number} noise
 * @param {Dice} dice
 * @returns {Promise<{ clean: Frame, spoilt: Frame }>}
 */
export async function spoil(scene, { defocus, length, angle, gain, dx, dy }, noise, dice) {
  const [width, height] = [scene.width - 2 * MARGIN, scene.height - 2 * MARGIN];
  const raw = { width: scene.width, height: scene.height, channels: /** @type {const} */ (4) };
  const view = { left: dx, top: dy, width, height };
  const clean = await sharp(scene.data, { raw }).extract(view).raw().toBuffer();
  let image = sharp(scene.data, { raw });
  if (defocus >= 0.3) image = image.blur(defocus);
  if (length >= 1) image = image.convolve(line(length, angle));
  const blurred = await image.raw().toBuffer();
  const seen = await sharp(blurred, { raw }).extract(view).raw().toBuffer();
  return {
    clean: { data: new Uint8Array(clean), width, height },
    spoilt: { data: exposed(seen, gain, noise, dice), width, height },
  };
}

/** A line of that length, as a kernel. @param {number} length @param {number} angle */
function line(length, angle) {
  const radius = Math.max(1, Math.ceil(length / 2));
  const side = 2 * radius + 1;
  const kernel = new Array(side * side).fill(0);
  const steps = 8 * side;
  for (let i = 0; i < steps; i++) {
    const along = (i / (steps - 1) - 0.5) * length;
    const x = radius + Math.round(along * Math.cos(angle));
    const y = radius + Math.round(along * Math.sin(angle));
    kernel[y * side + x]++;
  }
  return { width: side, height: side, kernel, scale: steps };
}

/** @param {Uint8Array} data RGBA. @param {number} gain @param {number} sd @param {Dice} dice */
function exposed(data, gain, sd, dice) {
  // The square root of minus two logarithms is slow for a million samples: as many normal numbers as repeat unseen.
  const normal = times(65521, () => {
    return sd * Math.sqrt(-2 * Math.log(1 - dice.random())) * Math.cos(2 * Math.PI * dice.random());
  });
  const out = new Uint8ClampedArray(data.length).fill(255);
  for (let i = 0; i < data.length; i++) if (i % 4 !== 3) out[i] = data[i] * gain + normal[i % normal.length];
  return new Uint8Array(out.buffer);
}
