/**
 * The structure of a JPEG file, marker by marker (ITU-T T.81, annex B). A decoder stops at EOI and skips what it does
 * not know, so that it accepts a file with something else hidden behind the picture; this walk does not.
 */

import { Problem } from '../problem.js';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const COM = 0xfe;
/** Baseline, extended sequential, progressive: the frames that browsers show. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
/** Tables, restart interval, application segments 0–15, comment. */
const SEGMENTS = new Set([0xc4, 0xdb, 0xdd, COM, ...Array.from({ length: 16 }, (_, n) => 0xe0 + n)]);
/** Progressive pictures have ten to twenty. Each costs a decoder a walk over the whole picture: thousands are a bomb. */
const MAX_SCANS = 64;
/** What a browser would take for the start of a tag. No encoder's comment needs it; polyglot files do. */
const MARKUP = /<[a-z!?/]/i;

/** @param {string} reason @returns {never} */
function broken(reason) {
  throw new Problem(422, 'broken-jpeg', `The file is not a well-formed JPEG: ${reason}`);
}

/**
 * Walks the whole file from SOI to EOI, which has to be its last byte.
 * @param {Uint8Array} bytes
 * @returns {{ width: number, height: number }} in pixels, as the frame header states them
 * @throws {Problem} 415 `not-a-jpeg`, 422 `broken-jpeg`
 */
export function checkStructure(bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new Problem(415, 'not-a-jpeg', 'The file is not a JPEG');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @type {{ width: number, height: number } | undefined} */
  let size;
  let scans = 0;
  let position = 2;
  for (;;) {
    position = expectMarker(bytes, position);
    const marker = bytes[position - 1];
    if (marker === EOI) {
      if (scans === 0 || size === undefined) broken('there is no picture in it');
      if (position !== bytes.length) broken(`${bytes.length - position} bytes follow its end`);
      return size;
    }
    if (position + 2 > bytes.length) broken('it ends too early');
    const end = position + view.getUint16(position);
    if (end < position + 2 || end > bytes.length) broken('a segment is longer than the file');
    if (FRAMES.has(marker)) {
      if (size !== undefined) broken('there is more than one frame in it');
      size = frameSize(view, position, end);
      position = end;
    } else if (marker === SOS) {
      if (size === undefined) broken('a scan comes before its frame');
      scans += 1;
      if (scans > MAX_SCANS) broken(`it has more than ${MAX_SCANS} scans`);
      position = skipEntropyCodedData(bytes, end);
    } else if (SEGMENTS.has(marker)) {
      if (marker === COM && MARKUP.test(Buffer.from(bytes.subarray(position + 2, end)).toString('latin1'))) {
        broken('its comment contains markup');
      }
      position = end;
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

/** @param {DataView} view @param {number} position @param {number} end */
function frameSize(view, position, end) {
  if (end - position < 8) broken('its frame header is too short');
  const height = view.getUint16(position + 3);
  const width = view.getUint16(position + 5);
  if (width === 0 || height === 0) broken('its frame has no size');
  return { width, height };
}

/** @param {Uint8Array} bytes @param {number} position @returns {number} the position of the next marker */
function skipEntropyCodedData(bytes, position) {
  for (let at = bytes.indexOf(0xff, position); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    const stuffedByte = next === 0;
    const restart = next >= 0xd0 && next <= 0xd7;
    if (!stuffedByte && !restart && next !== 0xff) return at;
  }
  return broken('it ends too early');
}
