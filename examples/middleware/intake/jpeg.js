/**
 * The structure of a JPEG file, marker by marker (ITU-T T.81, annex B). A decoder stops at EOI and skips what it does
 * not know, so that it accepts a file with something else hidden behind the picture; this walk does not.
 */

import { Problem } from '../problem.js';
import { broken } from './broken-jpeg.js';
import { HuffmanTable } from './huffman.js';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
const DQT = 0xdb;
const DRI = 0xdd;
export const RST0 = 0xd0;
const RST7 = 0xd7;
const COM = 0xfe;
/** Baseline, extended sequential, progressive: the frames that browsers show. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
const PROGRESSIVE = 0xc2;
/** Application segments 0–15, comment. */
const PASSED_OVER = new Set([COM, ...Array.from({ length: 16 }, (_, n) => 0xe0 + n)]);
/** Grey, YCbCr or RGB, CMYK: the pictures that browsers show. */
const COMPONENT_COUNTS = new Set([1, 3, 4]);
/** Progressive pictures have ten to twenty. Each costs a decoder a walk over the whole picture: thousands are a bomb. */
const MAX_SCANS = 64;
/** Ten scans have twenty tables, and a colour profile or long XMP some hundred segments. Each costs time: millions are a bomb. */
const MAX_SEGMENTS = 2048;
/** Four of each kind (B.2.4.2). */
const MAX_TABLES_OF_SEGMENT = 8;
/** The most blocks of 8 × 8 that a scan may code together (B.2.3). */
const MAX_BLOCKS_OF_MCU = 10;
/** The longest side that libjpeg takes, and so browsers. */
const MAX_SIDE = 65_500;
/** What a browser would take for the start of a tag. No encoder's comment needs it; polyglot files do. */
const MARKUP = /<[a-z!?/]/i;

/**
 * @typedef {object} Picture
 * @property {number} width In pixels, as the frame header states it.
 * @property {number} height
 * @property {boolean} isProgressive
 * @property {Component[]} components
 * @property {Scan[]} scans
 */

/**
 * @typedef {object} Component
 * @property {number} id
 * @property {number} horizontal How many blocks of 8 × 8 it has in a unit of the picture, beside each other: 1 to 4.
 * @property {number} vertical
 * @property {number} quantization Its table's number.
 */

/**
 * @typedef {object} Scan
 * @property {{ component: Component, dc?: HuffmanTable, ac?: HuffmanTable }[]} parts
 * @property {number} first Of the coefficients in it: 0 to 63.
 * @property {number} last
 * @property {number} high The bit that was the lowest known before it; 0 where none was.
 * @property {number} low The lowest bit that it codes.
 * @property {number} restartInterval In units; 0 where there are no restarts.
 * @property {Uint8Array} data Entropy-coded, with its restart markers.
 */

/** What a segment says, byte by byte; it is as long as it says, or broken. */
class Segment {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get isOver() {
    return this.at === this.bytes.length;
  }

  byte() {
    if (this.isOver) broken('a segment is too short');
    return this.bytes[this.at++];
  }

  halves() {
    const byte = this.byte();
    return [byte >> 4, byte & 15];
  }

  word() {
    return (this.byte() << 8) | this.byte();
  }

  /** @param {number} length */
  take(length) {
    const taken = this.bytes.subarray(this.at, this.at + length);
    if (taken.length < length) broken('a segment is too short');
    this.at += length;
    return taken;
  }

  end() {
    if (!this.isOver) broken('a segment is longer than what it holds');
  }
}

/**
 * Walks the whole file from SOI to EOI, which has to be its last byte; its scans' data are passed over, but for markers.
 * @param {Uint8Array} bytes
 * @returns {Picture}
 * @throws {Problem} 415 `not-a-jpeg`, 422 `broken-jpeg`
 */
export function readStructure(bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new Problem(415, 'not-a-jpeg', 'The file is not a JPEG');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = createTables();
  /** @type {Picture | undefined} */
  let picture;
  let position = 2;
  for (let segments = 0; ; segments += 1) {
    if (segments > MAX_SEGMENTS) broken(`it has more than ${MAX_SEGMENTS} segments`);
    position = expectMarker(bytes, position);
    const marker = bytes[position - 1];
    if (marker === EOI) {
      if (picture === undefined || picture.scans.length === 0) broken('there is no picture in it');
      if (position !== bytes.length) broken(`${bytes.length - position} bytes follow its end`);
      return picture;
    }
    if (position + 2 > bytes.length) broken('it ends too early');
    const end = position + view.getUint16(position);
    if (end < position + 2 || end > bytes.length) broken('a segment is longer than the file');
    const segment = new Segment(bytes.subarray(position + 2, end));
    position = end;
    if (FRAMES.has(marker)) {
      if (picture !== undefined) broken('there is more than one frame in it');
      picture = readFrame(segment, marker === PROGRESSIVE);
    } else if (marker === SOS) {
      if (picture === undefined) broken('a scan comes before its frame');
      if (picture.scans.length === MAX_SCANS) broken(`it has more than ${MAX_SCANS} scans`);
      position = endOfScan(bytes, end);
      picture.scans.push(readScan(segment, picture, tables, bytes.subarray(end, position)));
    } else if (marker === DHT) {
      tables.addHuffman(segment);
    } else if (marker === DQT) {
      tables.addQuantization(segment);
    } else if (marker === DRI) {
      tables.setRestartInterval(segment);
    } else if (PASSED_OVER.has(marker)) {
      if (marker === COM && MARKUP.test(Buffer.from(segment.bytes).toString('latin1'))) {
        broken('its comment contains markup');
      }
    } else {
      broken(`it contains the unexpected marker 0x${marker.toString(16)}`);
    }
  }
}

/** @param {Uint8Array} bytes @param {number} position @returns {number} the position behind the marker */
function expectMarker(bytes, position) {
  if (bytes[position] !== 0xff) broken(position < bytes.length ? 'a marker is missing' : 'it ends too early');
  let behind = position + 1;
  while (bytes[behind] === 0xff) behind += 1; // Fill bytes are allowed before any marker (B.1.1.2).
  if (behind >= bytes.length) broken('it ends too early');
  return behind + 1;
}

/** What segments set for the scans that follow them. */
function createTables() {
  const huffman = {
    dc: /** @type {(HuffmanTable | undefined)[]} */ ([]),
    ac: /** @type {(HuffmanTable | undefined)[]} */ ([]),
  };
  /** @type {Set<number>} */
  const quantization = new Set();
  const tables = {
    huffman,
    quantization,
    restartInterval: 0,

    /** @param {Segment} segment */
    addHuffman(segment) {
      for (let n = 0; !segment.isOver; n += 1) {
        if (n === MAX_TABLES_OF_SEGMENT) broken('a segment has more tables than there are');
        const [kind, id] = segment.halves();
        if (kind > 1 || id > 3) broken('a Huffman table has an impossible number');
        const counts = segment.take(16);
        const symbols = segment.take(counts.reduce((sum, count) => sum + count, 0));
        huffman[kind === 0 ? 'dc' : 'ac'][id] = new HuffmanTable(counts, symbols, kind === 0);
      }
    },

    /** @param {Segment} segment */
    addQuantization(segment) {
      while (!segment.isOver) {
        const [precision, id] = segment.halves();
        if (precision > 1 || id > 3) broken('a quantization table has an impossible number');
        segment.take(64 * (precision + 1));
        quantization.add(id);
      }
    },

    /** @param {Segment} segment */
    setRestartInterval(segment) {
      tables.restartInterval = segment.word();
      segment.end();
    },
  };
  return tables;
}

/** @param {Segment} segment @param {boolean} isProgressive @returns {Picture} */
function readFrame(segment, isProgressive) {
  if (segment.byte() !== 8) broken('its samples have not 8 bits');
  const height = segment.word();
  const width = segment.word();
  if (width === 0 || height === 0) broken('its frame has no size');
  if (Math.max(width, height) > MAX_SIDE) broken(`it has a side of more than ${MAX_SIDE} pixels`);
  const count = segment.byte();
  if (!COMPONENT_COUNTS.has(count)) broken('it has an impossible number of components');
  /** @type {Component[]} */
  const components = [];
  for (let n = 0; n < count; n += 1) {
    const id = segment.byte();
    const [horizontal, vertical] = segment.halves();
    const quantization = segment.byte();
    if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4) broken('it has an impossible sampling');
    if (components.some((other) => other.id === id)) broken('two components have the same id');
    components.push({ id, horizontal, vertical, quantization });
  }
  segment.end();
  const most = mostOf(components);
  if (components.some((one) => most.horizontal % one.horizontal || most.vertical % one.vertical)) {
    broken('it has an impossible sampling');
  }
  return { width, height, isProgressive, components, scans: [] };
}

/** @param {Component[]} components @returns {Pick<Component, 'horizontal' | 'vertical'>} Of the one that has most samples. */
export function mostOf(components) {
  return {
    horizontal: Math.max(...components.map(({ horizontal }) => horizontal)),
    vertical: Math.max(...components.map(({ vertical }) => vertical)),
  };
}

/**
 * @param {Segment} segment
 * @param {Picture} picture
 * @param {ReturnType<typeof createTables>} tables As they are when the scan begins.
 * @param {Uint8Array} data
 * @returns {Scan}
 */
function readScan(segment, { components, isProgressive }, { huffman, quantization, restartInterval }, data) {
  const count = segment.byte();
  /** @type {Scan['parts']} */
  const parts = [];
  for (let n = 0; n < count; n += 1) {
    const id = segment.byte();
    const component = components.find((one) => one.id === id);
    if (component === undefined) broken('a scan has a component that its frame does not have');
    if (parts.some((part) => part.component === component)) broken('a scan has a component twice');
    if (!quantization.has(component.quantization)) broken('a quantization table is missing');
    const [dc, ac] = segment.halves();
    parts.push({ component, dc: huffman.dc[dc], ac: huffman.ac[ac] });
  }
  if (count === 0) broken('a scan has no component');
  const blocks = parts.reduce((sum, { component }) => sum + component.horizontal * component.vertical, 0);
  if (count > 1 && blocks > MAX_BLOCKS_OF_MCU) broken('a scan codes too many blocks together');
  const [first, last] = [segment.byte(), segment.byte()];
  const [high, low] = segment.halves();
  segment.end();
  const isWhole = first === 0 && last === 63 && high === 0 && low === 0;
  // A progressive scan has the DC coefficients of one or more components, or some of the AC ones of a single one (G.1.1.1).
  const isPartial = first === 0 ? last === 0 : first <= last && last <= 63 && count === 1;
  if (!(isProgressive ? isPartial : isWhole)) broken('a scan has impossible coefficients');
  if (isProgressive && high > 0 ? low !== high - 1 : low > 13) broken('a scan has impossible bits');
  const needs = {
    dc: first === 0 && high === 0,
    ac: last > 0,
  };
  for (const { dc, ac } of parts) {
    if ((needs.dc && dc === undefined) || (needs.ac && ac === undefined)) broken('a Huffman table is missing');
  }
  return { parts, first, last, high, low, restartInterval, data };
}

/** @param {Uint8Array} bytes @param {number} position @returns {number} the position of the next marker */
function endOfScan(bytes, position) {
  // Byte by byte: a search for each 0xff takes a second where a file is full of them.
  for (let at = position; at + 1 < bytes.length; at += 1) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1];
    const isStuffed = next === 0;
    const isRestart = next >= RST0 && next <= RST7;
    if (!isStuffed && !isRestart && next !== 0xff) return at;
  }
  return broken('it ends too early');
}
