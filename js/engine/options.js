/**
 * The arguments of the engine, checked: whatever is wrong is an `invalid-argument` that names the field, what was
 * expected and what came. Pure, so that a page can refuse bad options before it waits for a frame.
 */
import { invalidArgument } from '../errors.js';
import { numberOf, oneOf, SUBSAMPLINGS, TEXT_KINDS, VERDICTS } from './border.js';
import { readFields, readList } from './fields.js';
import { parseMetadata } from './metadata.js';
import { isBytes } from './realm.js';
import { parseRegions } from './regions.js';

/** @import { RawMetadata, RawOptions, RawRegion } from '../wasm/caseframe.js' */
/** @import { Subsampling, TextKind, Verdict } from './border.js' */
/** @import { Metadata } from './metadata.js' */
/** @import { Region, Size } from './regions.js' */

/** The longest side a frame can have: kMaxSide of src/frame.hpp, libjpeg's limit. */
const MAX_SIDE = 65500;

/**
 * RGBA, 8 bits a sample, row-major, top row first. Alpha is not looked at, but for frames that are transparent
 * throughout ('undecoded'). An `ImageData` fits, if it is one of sRGB and of 8 bits.
 * @typedef {object} Frame
 * @property {Uint8Array | Uint8ClampedArray} data Never written to.
 * @property {number} width 1..65500
 * @property {number} height 1..65500
 * @property {number} [stride] Bytes from one row to the next, at least `width * 4`, which is the default.
 * @property {string} [colorSpace] As an `ImageData` has it. What is not 'srgb' (default) is refused: its numbers mean
 *   other colours, and a conversion would not give the same bytes in every browser.
 * @property {string} [pixelFormat] As an `ImageData` has it. What is not 'rgba-unorm8' (default) is refused.
 */

/** @type {readonly (keyof Frame)[]} */
const FRAME_FIELDS = ['data', 'width', 'height', 'stride', 'colorSpace', 'pixelFormat'];

/**
 * `undefined` is "not given" everywhere; `null` is refused, but in `metadata`. Unknown fields are let pass, but for those
 * that look like a known one (`masks`, `redacted`, `Redact`), or would cover something in another call (`detect`, `replaceRedact`).
 * @typedef {object} EncodeOptions
 * @property {number} [quality] 0..1, as in `canvas.toBlob`. Default 0.9.
 * @property {Subsampling} [subsampling] Default '4:2:0'.
 * @property {boolean} [progressive] Default false.
 * @property {number} [maxWidth] In pixels; the picture is made to fit, never enlarged. `Infinity` is no limit.
 * @property {number} [maxHeight] In pixels.
 * @property {Region[]} [redact] At most 1,000. Default none.
 * @property {Verdict[]} [reject] Verdicts that make `encode` throw. Default black and undecoded.
 * @property {Metadata} [metadata] What goes into the file's Exif and XMP.
 */

/** @type {readonly (keyof EncodeOptions)[]} */
export const ENCODE_FIELDS = [
  'quality',
  'subsampling',
  'progressive',
  'maxWidth',
  'maxHeight',
  'redact',
  'reject',
  'metadata',
];

/** @type {readonly Verdict[]} */
const DEFAULT_REJECT = ['black', 'undecoded'];

/**
 * For the border, complete. They can be posted to a worker, which then has nothing to check.
 * @typedef {object} CheckedOptions
 * @property {RawOptions} options
 * @property {RawRegion[]} regions
 * @property {RawMetadata} metadata
 */

/**
 * @typedef {object} OptionsAsGiven
 * @property {EncodeOptions & Required<Pick<EncodeOptions, 'redact' | 'reject'>>} plain What was given, as plain data;
 *   `redact` and `reject` are always there.
 */

/** @typedef {CheckedOptions & OptionsAsGiven} ParsedOptions */

/**
 * @param {EncodeOptions} [options]
 * @param {Size} [frame] What the options are for, where it is known already.
 * @returns {ParsedOptions}
 */
export function parseEncodeOptions(options = {}, frame) {
  const given = readFields(options, ENCODE_FIELDS);
  const { quality = 0.9, progressive = false } = given;
  if (typeof quality !== 'number' || !(quality >= 0 && quality <= 1)) {
    throw invalidArgument('quality', 'a number from 0 to 1', quality);
  }
  if (typeof progressive !== 'boolean') throw invalidArgument('progressive', 'a boolean', progressive);
  const regions = parseRegions(given.redact, frame);
  const reject = readList(
    given.reject === undefined ? DEFAULT_REJECT : given.reject,
    'reject',
    { expected: 'an array of verdicts' },
    rejectable,
  );
  const metadata = parseMetadata(given.metadata);
  const plain = { ...given, redact: regions.plain, reject };
  if (given.metadata !== undefined) plain.metadata = metadata.plain;
  return {
    plain,
    options: {
      quality,
      subsampling: numberOf(SUBSAMPLINGS, given.subsampling, '4:2:0', 'subsampling'),
      progressive,
      maxWidth: limit(given.maxWidth, 'maxWidth'),
      maxHeight: limit(given.maxHeight, 'maxHeight'),
      reject: reject.reduce((set, verdict) => set | (1 << VERDICTS.indexOf(verdict)), 0),
    },
    regions: regions.raw,
    metadata: metadata.raw,
  };
}

/**
 * @param {Frame} frame
 * @returns {{ data: Uint8Array | Uint8ClampedArray, width: number, height: number, stride: number }}
 */
export function parseFrame(frame) {
  const given = readFields(frame, FRAME_FIELDS, '', 'frame');
  const { data, colorSpace = 'srgb', pixelFormat = 'rgba-unorm8' } = given;
  if (colorSpace !== 'srgb') {
    throw invalidArgument('colorSpace', "'srgb' (which getImageData converts to where it is asked to)", colorSpace);
  }
  if (pixelFormat !== 'rgba-unorm8') throw invalidArgument('pixelFormat', "'rgba-unorm8'", pixelFormat);
  if (!isBytes(data)) throw invalidArgument('data', 'a Uint8Array or Uint8ClampedArray', data);
  const width = side(given.width, 'width');
  const height = side(given.height, 'height');
  const { stride = width * 4 } = given;
  if (!Number.isSafeInteger(stride) || stride < width * 4) {
    throw invalidArgument('stride', `an integer of at least ${width * 4} (width * 4)`, stride);
  }
  const needed = stride * (height - 1) + width * 4;
  if (data.length < needed) throw invalidArgument('data.length', `at least ${needed} bytes`, data.length);
  return { data, width, height, stride };
}

/** @type {readonly ('maxWidth' | 'maxHeight' | 'redact')[]} */
export const SCALED_FIELDS = ['maxWidth', 'maxHeight', 'redact'];

/** @param {{ maxWidth?: number, maxHeight?: number, redact?: Region[] }} [options] A limit is 0 where there is none. */
export function parseScaledOptions(options = {}) {
  const { maxWidth, maxHeight, redact } = readFields(options, SCALED_FIELDS);
  return { maxWidth: limit(maxWidth, 'maxWidth'), maxHeight: limit(maxHeight, 'maxHeight'), redact };
}

/** @type {readonly ('kind')[]} */
const TEXT_FIELDS = ['kind'];

/** @param {{ kind?: TextKind }} [options] @param {TextKind} [usual] Where none is given. @returns {number} An index of TEXT_KINDS. */
export function parseTextOptions(options = {}, usual = 'camera') {
  const { kind } = readFields(options, TEXT_FIELDS);
  return numberOf(TEXT_KINDS, kind, usual, 'kind');
}

/** @param {unknown} value @param {string} name */
export function side(value, name) {
  if (!Number.isInteger(value) || /** @type {number} */ (value) < 1 || /** @type {number} */ (value) > MAX_SIDE) {
    throw invalidArgument(name, `an integer from 1 to ${MAX_SIDE}`, value);
  }
  return /** @type {number} */ (value);
}

/**
 * `maxWidth` and `maxHeight`: 0 where there is no limit. Above the longest side there is nothing left to limit.
 * @param {unknown} value @param {string} name
 */
function limit(value, name) {
  if (value === undefined || value === Infinity) return 0;
  if (!Number.isInteger(value) || /** @type {number} */ (value) < 1) {
    throw invalidArgument(name, 'a positive integer', value);
  }
  return Math.min(/** @type {number} */ (value), MAX_SIDE);
}

/** @param {unknown} verdict @param {number} index @returns {Verdict} */
function rejectable(verdict, index) {
  const known = VERDICTS.slice(1);
  if (known.includes(/** @type {Verdict} */ (verdict))) return /** @type {Verdict} */ (verdict);
  throw invalidArgument(`reject[${index}]`, oneOf(known), verdict);
}
