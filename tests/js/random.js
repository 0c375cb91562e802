/**
 * Random frames and options that can be had again: `CASEFRAME_SEED=<the number printed>`.
 */
import { randomInt } from 'node:crypto';
import { randomFrom } from './photographs.js';

/** @typedef {{ data: Uint8Array, width: number, height: number, stride?: number }} Frame */
/** @typedef {import('../../js/engine/options.js').EncodeOptions} EncodeOptions */
/** @typedef {import('../../js/engine/options.js').Region} Region */

const first = Number(process.env.CASEFRAME_SEED ?? randomInt(2 ** 31));

/**
 * Runs `check` once for each of `count` seeds; a failure says which.
 * @param {number} count
 * @param {(dice: Dice) => unknown} check
 */
export async function forEachSeed(count, check) {
  for (let seed = first; seed < first + count; ++seed) {
    try {
      await check(new Dice(seed));
    } catch (error) {
      if (error instanceof Error) error.message += ` (CASEFRAME_SEED=${seed})`;
      throw error;
    }
  }
}

export class Dice {
  /** @param {number} seed */
  constructor(seed) {
    this.random = randomFrom(seed);
  }

  /** Both ends are possible. @param {number} low @param {number} high */
  between(low, high) {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  /** @template T @param {readonly T[]} choices @returns {T} */
  pick(choices) {
    return choices[this.between(0, choices.length - 1)];
  }

  /** Every byte at random, those between the rows too. @param {number} width @param {number} height @returns {Frame} */
  noise(width, height, stride = width * 4) {
    const data = new Uint8Array(stride * (height - 1) + width * 4);
    for (let i = 0; i < data.length; ++i) data[i] = this.random() * 256;
    return { data, width, height, stride };
  }

  /** Shades and boxes, as a photograph has them. @param {number} width @param {number} height @returns {Frame} */
  scenery(width, height) {
    const data = new Uint8Array(width * height * 4).fill(255);
    const [r, g, b] = [this.between(0, 128), this.between(0, 128), this.between(0, 128)];
    const [left, top] = [this.between(0, width - 1), this.between(0, height - 1)];
    for (let y = 0, i = 0; y < height; ++y) {
      for (let x = 0; x < width; ++x, i += 4) {
        const boxed = x >= left && y >= top;
        data[i] = boxed ? b : r + (x * 100) / width;
        data[i + 1] = boxed ? r : g + (y * 100) / height;
        data[i + 2] = boxed ? g : b + ((x + y) * 100) / (width + height);
      }
    }
    return { data, width, height };
  }

  /** @param {number} width @param {number} height @returns {Region} */
  region(width, height) {
    const ratio = this.between(0, 3) === 0;
    const [across, down] = ratio ? [1, 1] : [width, height];
    return {
      x: (this.random() * 1.4 - 0.4) * across,
      y: (this.random() * 1.4 - 0.4) * down,
      width: this.random() * across,
      height: this.random() * down,
      unit: ratio ? 'ratio' : 'pixel',
      mode: this.pick([undefined, 'pixelate', 'blur', 'fill']),
      color: this.pick([undefined, '#123', '#FedCba', 'teal']),
    };
  }

  /** Anything that is allowed; nothing is rejected. @param {number} width @param {number} height @returns {EncodeOptions} */
  options(width, height) {
    return {
      quality: this.pick([undefined, 0, 1, this.random()]),
      subsampling: this.pick([undefined, '4:2:0', '4:2:2', '4:4:4', 'gray']),
      progressive: this.pick([undefined, false, true]),
      maxWidth: this.pick([undefined, 1, this.between(1, 2 * width), 1e9, Infinity]),
      maxHeight: this.pick([undefined, 1, this.between(1, 2 * height), 1e9]),
      redact: Array.from({ length: this.between(0, 4) }, () => this.region(width, height)),
      reject: [],
    };
  }
}
