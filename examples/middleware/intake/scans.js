/**
 * Is all of the picture there, to its last bit? Decoders are made to show what they can of a broken file: libjpeg paints grey
 * where data are missing, warns of some damage, and of none in the last lines. Here all Huffman codes of all scans are read
 * (ITU-T T.81, F.2.2 and G.2), without computing a pixel: each coefficient has to be in its block, each restart where it is
 * due, each scan's data have to end with its last block, and the scans have to tell every coefficient to its last bit.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { broken } from './broken-jpeg.js';
import { mostOf, RST0 } from './jpeg.js';

/**
 * @import { HuffmanTable } from './huffman.js'
 * @import { Component, Picture, Scan } from './jpeg.js'
 */

/** How many units of one to ten blocks are read until others have their turn: a picture of 720p, some milliseconds. */
const UNITS_AT_ONCE = 4096;

/** More than a block takes, in bytes: 64 codes of 16 bits, each with as many after it. So far may be read behind the end. */
const SPARE_BYTES = 65 * 4;

/**
 * @param {Picture} picture
 * @throws {Problem} 422 `broken-jpeg`
 */
export async function checkScans(picture) {
  const toldOf = new Map(picture.components.map((component) => [component, new Told(sizeOf(picture, component))]));
  let left = UNITS_AT_ONCE;
  for (const scan of picture.scans) {
    for (const { component } of scan.parts) toldOf.get(component)?.add(scan);
    const { units, read } = unitsOf(picture, scan, toldOf);
    const unitsOfInterval = scan.restartInterval || units;
    const { bytes, ends } = unstuff(scan.data, Math.ceil(units / unitsOfInterval));
    const reader = new BlockReader(bytes);
    for (const [n, endOfData] of ends.entries()) {
      reader.begin(n > 0 ? ends[n - 1] : 0, endOfData);
      const end = Math.min(units, (n + 1) * unitsOfInterval);
      for (let unit = n * unitsOfInterval; unit < end; ) {
        if (left === 0) {
          await nextTurn();
          left = UNITS_AT_ONCE;
        }
        const next = Math.min(end, unit + left);
        read(reader, unit, next);
        left -= next - unit;
        unit = next;
      }
      reader.finish();
    }
  }
  if (Array.from(toldOf.values()).some((told) => !told.isWhole)) broken('not all of its picture is there');
}

/** How many blocks of 8 × 8 a component has. @param {Picture} picture @param {Component} component */
function sizeOf({ width, height, components }, { horizontal, vertical }) {
  const most = mostOf(components);
  const columns = Math.ceil(Math.ceil((width * horizontal) / most.horizontal) / 8);
  return columns * Math.ceil(Math.ceil((height * vertical) / most.vertical) / 8);
}

/**
 * What a scan is made of: the blocks of one component, or units of the blocks of several, which also fill up its edges (A.2).
 * @param {Picture} picture @param {Scan} scan @param {Map<Component, Told>} toldOf
 * @returns {{ units: number, read: (reader: BlockReader, from: number, to: number) => void }}
 */
function unitsOf({ width, height, components }, scan, toldOf) {
  const { parts, first, last, high, low } = scan;
  const [{ component, ac }] = parts;
  const told = /** @type {Told} */ (toldOf.get(component));
  if (first > 0) {
    const table = /** @type {HuffmanTable} */ (ac);
    // A scan that codes the lowest bit has none after it that would have to know.
    const nonzero = high > 0 || low > 0 ? told.nonzero : undefined;
    return {
      units: told.blocks,
      read(reader, from, to) {
        for (let block = from; block < to; block += 1) {
          if (high > 0) reader.acBit(table, scan, told.nonzero, block);
          else reader.ac(table, scan, nonzero, block);
        }
      },
    };
  }
  const most = mostOf(components);
  const isAlone = parts.length === 1;
  const tables = parts.flatMap(({ component: { horizontal, vertical }, ...of }) =>
    Array.from({ length: isAlone ? 1 : horizontal * vertical }, () => /** @type {Required<typeof of>} */ (of)),
  );
  return {
    units: isAlone ? told.blocks : Math.ceil(width / (8 * most.horizontal)) * Math.ceil(height / (8 * most.vertical)),
    read(reader, from, to) {
      for (let unit = from; unit < to; unit += 1) {
        for (const { dc, ac } of tables) {
          if (last > 0) reader.whole(dc, ac);
          else if (high === 0) reader.dc(dc);
          else reader.dcBit();
        }
      }
    },
  };
}

/**
 * A scan's data without what tells them apart from markers (F.1.2.3), and where each interval between two restarts ends.
 * @param {Uint8Array} data @param {number} intervals
 */
function unstuff(data, intervals) {
  const bytes = new Uint8Array(data.length + SPARE_BYTES);
  const ends = [];
  let length = 0;
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at];
    if (byte !== 0xff) {
      bytes[length++] = byte;
      continue;
    }
    while (data[at + 1] === 0xff) at += 1;
    at += 1;
    if (data[at] === 0) {
      bytes[length++] = byte;
    } else if (at < data.length) {
      if (data[at] !== RST0 + (ends.length % 8)) broken('a restart is out of order');
      ends.push(length);
      if (ends.length === intervals) broken('there are more restarts than are due');
    }
  }
  ends.push(length);
  if (ends.length < intervals) broken('a restart is missing');
  return { bytes, ends };
}

/** What has been told of a component so far. */
class Told {
  /** @param {number} blocks How many of 8 × 8 it has. */
  constructor(blocks) {
    /** Of each coefficient the lowest bit that is known; -1 where nothing is. */
    this.bits = new Int8Array(64).fill(-1);
    this.blocks = blocks;
  }

  /**
   * Of each block 64 bits: which coefficients are known not to be 0. A scan that adds a bit to them has one for each of these.
   * @returns {Uint32Array}
   */
  get nonzero() {
    this.#nonzero ??= new Uint32Array(2 * this.blocks);
    return this.#nonzero;
  }
  /** @type {Uint32Array | undefined} */
  #nonzero;

  /** @param {Scan} scan */
  add({ first, last, high, low }) {
    if (first > 0 && this.bits[0] === -1) broken('a scan comes before the one that it adds to');
    for (let k = first; k <= last; k += 1) {
      const known = this.bits[k];
      if (known === -1 ? high !== 0 : known === 0 || high !== known) broken('a scan does not add to those before it');
      this.bits[k] = low;
    }
  }

  get isWhole() {
    return this.bits.every((bit) => bit === 0);
  }
}

/** The blocks of a scan's data, one after the other. */
class BlockReader {
  /** @param {Uint8Array} bytes As `unstuff` makes them: as long behind the last block as a block is. */
  constructor(bytes) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bit = 0;
    this.end = 0;
    /** How many blocks from here on have nothing more to tell. */
    this.endOfBandRun = 0;
  }

  /** An interval between two restarts. @param {number} start In bytes. @param {number} end */
  begin(start, end) {
    this.bit = 8 * start;
    this.end = 8 * end;
  }

  finish() {
    if (this.endOfBandRun > 0) broken('more blocks end than there are');
    // The last byte is filled up with bits that say nothing.
    if (this.end - this.bit >= 8) broken('its picture has more data than blocks');
  }

  /** @param {number} bit */
  #moveTo(bit) {
    this.bit = bit;
    if (bit > this.end) broken('its picture ends too early');
  }

  /** All coefficients. @param {HuffmanTable} dc @param {HuffmanTable} ac */
  whole(dc, ac) {
    const { view } = this;
    const category = dc.find(peek(view, this.bit));
    let bit = this.bit + (category >>> 8) + (category & 0xff);
    for (let k = 1; k < 64; k += 1) {
      const code = ac.find(peek(view, bit));
      const zeros = (code >>> 4) & 15;
      const size = code & 15;
      bit += (code >>> 8) + size;
      if (size === 0 && zeros === 0) break;
      if (size === 0 && zeros < 15) broken('a block ends in a way that is none');
      k += zeros;
      if (k > 63) broken('a block has more coefficients than places');
    }
    this.#moveTo(bit);
  }

  /** The DC coefficient, but for its low bits. @param {HuffmanTable} dc */
  dc(dc) {
    const category = dc.find(peek(this.view, this.bit));
    this.#moveTo(this.bit + (category >>> 8) + (category & 0xff));
  }

  /** One more bit of the DC coefficient. */
  dcBit() {
    this.#moveTo(this.bit + 1);
  }

  /**
   * A band of AC coefficients, but for their low bits.
   * @param {HuffmanTable} ac @param {Scan} scan @param {Uint32Array | undefined} nonzero Where low bits are to follow.
   * @param {number} block
   */
  ac(ac, { first, last }, nonzero, block) {
    if (this.endOfBandRun > 0) {
      this.endOfBandRun -= 1;
      return;
    }
    const { view } = this;
    let { bit } = this;
    for (let k = first; k <= last; k += 1) {
      const code = ac.find(peek(view, bit));
      const zeros = (code >>> 4) & 15;
      const size = code & 15;
      bit += code >>> 8;
      if (size === 0 && zeros < 15) {
        this.endOfBandRun = (1 << zeros) - 1 + take(view, bit, zeros);
        bit += zeros;
        break;
      }
      bit += size;
      k += zeros;
      if (k > last) broken('a block has more coefficients than places');
      if (size > 0 && nonzero) nonzero[2 * block + (k >>> 5)] |= 1 << (k & 31);
    }
    this.#moveTo(bit);
  }

  /**
   * One more bit of a band of AC coefficients, and those that this bit makes the first.
   * @param {HuffmanTable} ac @param {Scan} scan @param {Uint32Array} nonzero @param {number} block
   */
  acBit(ac, { first, last }, nonzero, block) {
    const { view } = this;
    let { bit } = this;
    let k = first;
    while (k <= last && this.endOfBandRun === 0) {
      const code = ac.find(peek(view, bit));
      let zeros = (code >>> 4) & 15;
      const size = code & 15;
      bit += code >>> 8;
      if (size === 0 && zeros < 15) {
        this.endOfBandRun = (1 << zeros) + take(view, bit, zeros);
        bit += zeros;
        break;
      }
      if (size > 1) broken('a coefficient begins with more than one bit');
      bit += size;
      // Past as many that are still 0; each that is known to be none has its bit here.
      for (; k <= last; k += 1) {
        if ((nonzero[2 * block + (k >>> 5)] >>> (k & 31)) & 1) bit += 1;
        else if (zeros-- === 0) break;
      }
      if (k > last) broken('a block has more coefficients than places');
      if (size > 0) nonzero[2 * block + (k >>> 5)] |= 1 << (k & 31);
      k += 1;
    }
    if (this.endOfBandRun > 0) {
      bit +=
        countOnes(nonzero[2 * block] & within(k, last)) + countOnes(nonzero[2 * block + 1] & within(k - 32, last - 32));
      this.endOfBandRun -= 1;
    }
    this.#moveTo(bit);
  }
}

/** The bits from one to another, of those from 0 to 31. @param {number} from @param {number} to */
function within(from, to) {
  if (from > to || to < 0 || from > 31) return 0;
  return (-1 << Math.max(0, from)) & (-1 >>> (31 - Math.min(31, to)));
}

/** How many of 32 bits are set (Warren, Hacker's Delight, 5-1). @param {number} bits */
function countOnes(bits) {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The next 16 bits. @param {DataView} view @param {number} bit */
function peek(view, bit) {
  return (view.getUint32(bit >>> 3) << (bit & 7)) >>> 16;
}

/** The next bits as a number. @param {DataView} view @param {number} bit @param {number} count 0 to 15. */
function take(view, bit, count) {
  return peek(view, bit) >>> (16 - count);
}
