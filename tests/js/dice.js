/** Random frames and options from a seed: the same everywhere, browsers included. */

/** @typedef {{ data: Uint8Array, width: number, height: number, stride?: number }} Frame */
/** @typedef {import('../../js/engine/options.js').EncodeOptions} EncodeOptions */
/** @typedef {import('../../js/engine/options.js').Region} Region */

/** Mulberry32: 0..1, the same numbers from the same seed. @param {number} seed */
export function randomFrom(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
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

  /**
   * What transforms and codes have their worst day with: samples at the ends of their range, in patterns of the
   * transform's own frequencies, alone, or in all at once. No sines: browsers round them as they please.
   * @param {number} width @param {number} height @returns {Frame}
   */
  extremes(width, height) {
    const data = new Uint8Array(width * height * 4).fill(255);
    const kind = this.pick(['noise', 'waves', 'specks', 'flat']);
    const level = this.pick([0, 1, 127, 128, 254, 255]);
    const [across, down] = [this.between(0, 8), this.between(0, 8)];
    const rare = this.pick([0.5, 0.02, 0.001]);
    for (let i = 0; i < data.length; ++i) {
      const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
      if (i % 4 === 3) continue;
      if (kind === 'noise') data[i] = this.random() < 0.5 ? 0 : 255;
      else if (kind === 'waves') data[i] = ((((x * across) >> 3) + ((y * down) >> 3)) & 1) * 255;
      else data[i] = kind === 'specks' && this.random() < rare ? 255 - level : level;
    }
    return { data, width, height };
  }

  /** Any of them. @param {number} width @param {number} height @returns {Frame} */
  frame(width, height) {
    const kind = this.between(0, 2);
    if (kind === 0) return this.noise(width, height, width * 4 + this.between(0, 9));
    return kind === 1 ? this.scenery(width, height) : this.extremes(width, height);
  }

  /** One that meets the frame, and often sticks out. @param {number} width @param {number} height @returns {Region} */
  region(width, height) {
    const kind = this.pick(['pixel', 'pixel', 'ratio', 'of']);
    const of = kind === 'of' ? { width: this.between(1, 2000), height: this.between(1, 2000) } : undefined;
    const whole = of || (kind === 'ratio' ? { width: 1, height: 1 } : { width, height });
    /** @param {number} length Of the picture. @param {number} pixel The least that is taken. */
    const part = (length, pixel) => {
      const size = pixel + this.random() * (length - pixel);
      return { at: (0.01 + 0.98 * this.random()) * (length + size) - size, size };
    };
    const across = part(whole.width, kind === 'ratio' ? 1 / width : 1);
    const down = part(whole.height, kind === 'ratio' ? 1 / height : 1);
    return {
      x: across.at,
      y: down.at,
      width: across.size,
      height: down.size,
      unit: kind === 'ratio' ? 'ratio' : 'pixel',
      of,
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
