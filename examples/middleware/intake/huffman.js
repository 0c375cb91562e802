/** A Huffman table of a JPEG file (ITU-T T.81, B.2.4.2 and annexes C and F.2.2.3). */

import { broken } from './broken-jpeg.js';

/** Codes of at most so many bits are looked up; longer ones are rare, and searched. */
const LOOKUP_BITS = 9;

/** The highest category of a difference of two DC coefficients, whatever the precision; AC symbols are any byte. */
const MAX_DC_CATEGORY = 15;

export class HuffmanTable {
  /** Of each beginning of so many bits, what `find` tells; 0 where the code is longer, or none. */
  #lookup = new Uint16Array(1 << LOOKUP_BITS);
  /** Of each length, the number behind its last code; 0 where it has none. */
  #limits = new Int32Array(17);
  /** What turns a code of each length into the index of its symbol. */
  #offsets = new Int32Array(17);
  #symbols;

  /**
   * @param {Uint8Array} counts How many codes there are of 1 to 16 bits.
   * @param {Uint8Array} symbols In the order of their codes.
   * @param {boolean} isDc
   * @throws {Problem} 422 `broken-jpeg`
   */
  constructor(counts, symbols, isDc) {
    this.#symbols = symbols;
    if (isDc && symbols.some((symbol) => symbol > MAX_DC_CATEGORY)) broken('a Huffman table has an impossible symbol');
    let code = 0;
    let index = 0;
    for (let length = 1; length <= 16; length += 1) {
      const count = counts[length - 1];
      this.#offsets[length] = index - code;
      for (let n = 0; n < count && length <= LOOKUP_BITS; n += 1) {
        const first = (code + n) << (LOOKUP_BITS - length);
        this.#lookup.fill((length << 8) | symbols[index + n], first, first + (1 << (LOOKUP_BITS - length)));
      }
      code += count;
      index += count;
      // The code of ones alone is never one (C.2): what is filled up with ones is then no symbol.
      if (count > 0 && code >= 1 << length) broken('a Huffman table has more codes than there are');
      if (count > 0) this.#limits[length] = code;
      code <<= 1;
    }
  }

  /**
   * @param {number} bits The next 16.
   * @returns {number} The length of the code that they begin with, times 256, and its symbol.
   * @throws {Problem} 422 `broken-jpeg`
   */
  find(bits) {
    return this.#lookup[bits >>> (16 - LOOKUP_BITS)] || this.#search(bits);
  }

  /** @param {number} bits */
  #search(bits) {
    for (let length = LOOKUP_BITS + 1; length <= 16; length += 1) {
      const code = bits >>> (16 - length);
      if (code < this.#limits[length]) return (length << 8) | this.#symbols[code + this.#offsets[length]];
    }
    return broken('its picture has a code that is in no table');
  }
}
