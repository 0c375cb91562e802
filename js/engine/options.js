/**
 * The arguments of the engine, checked: whatever is wrong is an `invalid-argument` that names the field, what was
 * expected and what came. Pure, so that a page can refuse bad options before it waits for a frame.
 */
import { invalidArgument } from '../errors.js';
import { REDACT_MODES, REGION_UNITS, SUBSAMPLINGS, VERDICTS } from './border.js';
import { parseMetadata } from './metadata.js';

/** @typedef {import('./border.js').Subsampling} Subsampling */
/** @typedef {import('./border.js').RedactMode} RedactMode */
/** @typedef {import('./border.js').RegionUnit} RegionUnit */
/** @typedef {import('./border.js').Verdict} Verdict */

/** The longest side a frame can have: kMaxSide of src/frame.hpp, libjpeg's limit. */
const MAX_SIDE = 65500;

/**
 * RGBA, 8 bits a sample, row-major, top row first. Alpha is not looked at, but for frames that are transparent
 * throughout ('undecoded'). An `ImageData` fits.
 * @typedef {object} Frame
 * @property {Uint8Array | Uint8ClampedArray} data Never written to.
 * @property {number} width 1..65500
 * @property {number} height 1..65500
 * @property {number} [stride] Bytes from one row to the next, at least `width * 4`, which is the default.
 */

/**
 * A rectangle to make unreadable. It may stick out of the frame and overlap others.
 * @typedef {object} Region
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {RedactMode} [mode] Default 'pixelate'.
 * @property {string} [color] For 'fill': `#rgb`, `#rrggbb` or one of CSS's sixteen basic names. Default black.
 * @property {RegionUnit} [unit] 'pixel' of the frame (default), or 'ratio': 0..1 of its width and height.
 */

/**
 * @typedef {object} EncodeOptions
 * @property {number} [quality] 0..1, as in `canvas.toBlob`. Default 0.9.
 * @property {Subsampling} [subsampling] Default '4:2:0'.
 * @property {boolean} [progressive] Default false.
 * @property {number} [maxWidth] In pixels; the picture is made to fit, never enlarged.
 * @property {number} [maxHeight] In pixels.
 * @property {Region[]} [redact] Default none.
 * @property {Verdict[]} [reject] Verdicts that make `encode` throw. Default black and undecoded.
 * @property {import('./metadata.js').Metadata} [metadata] What goes into the file's Exif and XMP.
 */

/**
 * Complete and plain, fit for structured cloning and for the border.
 * @typedef {object} ParsedOptions
 * @property {import('../wasm/caseframe.js').RawOptions} options
 * @property {import('../wasm/caseframe.js').RawRegion[]} regions
 * @property {import('../wasm/caseframe.js').RawMetadata} metadata
 */

/**
 * @param {EncodeOptions} [options]
 * @returns {ParsedOptions}
 */
export function parseEncodeOptions(options = {}) {
  if (!isObject(options)) throw invalidArgument('options', 'an object', options);
  const { quality = 0.9, progressive = false, redact = [], reject = ['black', 'undecoded'] } = options;
  if (typeof quality !== 'number' || !(quality >= 0 && quality <= 1)) {
    throw invalidArgument('quality', 'a number from 0 to 1', quality);
  }
  if (typeof progressive !== 'boolean') throw invalidArgument('progressive', 'a boolean', progressive);
  if (!Array.isArray(redact)) throw invalidArgument('redact', 'an array of regions', redact);
  if (!Array.isArray(reject)) throw invalidArgument('reject', 'an array of verdicts', reject);
  return {
    options: {
      quality,
      subsampling: indexOf(SUBSAMPLINGS, options.subsampling, '4:2:0', 'subsampling'),
      progressive,
      maxWidth: limit(options.maxWidth, 'maxWidth'),
      maxHeight: limit(options.maxHeight, 'maxHeight'),
      reject: reject.reduce((set, verdict, i) => set | (1 << rejectable(verdict, `reject[${i}]`)), 0),
    },
    regions: redact.map((region, i) => parseRegion(region, `redact[${i}]`)),
    metadata: parseMetadata(options.metadata),
  };
}

/**
 * @param {Frame} frame
 * @returns {{ data: Uint8Array | Uint8ClampedArray, width: number, height: number, stride: number }}
 */
export function parseFrame(frame) {
  if (!isObject(frame)) throw invalidArgument('frame', 'an object with data, width and height', frame);
  const { data } = frame;
  // By name, not instanceof: the frame may come from another realm, such as an iframe.
  const kind = Object.prototype.toString.call(data);
  if (kind !== '[object Uint8Array]' && kind !== '[object Uint8ClampedArray]') {
    throw invalidArgument('data', 'a Uint8Array or Uint8ClampedArray', data);
  }
  const width = side(frame.width, 'width');
  const height = side(frame.height, 'height');
  const { stride = width * 4 } = frame;
  if (!Number.isSafeInteger(stride) || stride < width * 4) {
    throw invalidArgument('stride', `an integer of at least ${width * 4} (width * 4)`, stride);
  }
  const needed = stride * (height - 1) + width * 4;
  if (data.length < needed) throw invalidArgument('data.length', `at least ${needed} bytes`, data.length);
  return { data, width, height, stride };
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
export function limit(value, name) {
  if (value === undefined) return 0;
  if (value === Infinity) return 0;
  if (!Number.isInteger(value) || /** @type {number} */ (value) < 1) {
    throw invalidArgument(name, 'a positive integer', value);
  }
  return Math.min(/** @type {number} */ (value), MAX_SIDE);
}

/**
 * @param {Region} region @param {string} name
 * @returns {import('../wasm/caseframe.js').RawRegion}
 */
function parseRegion(region, name) {
  if (!isObject(region)) throw invalidArgument(name, 'a region', region);
  const { x, y, width, height } = region;
  return {
    x: finite(x, `${name}.x`),
    y: finite(y, `${name}.y`),
    width: size(width, `${name}.width`),
    height: size(height, `${name}.height`),
    mode: indexOf(REDACT_MODES, region.mode, 'pixelate', `${name}.mode`),
    unit: indexOf(REGION_UNITS, region.unit, 'pixel', `${name}.unit`),
    color: parseColor(region.color, `${name}.color`),
  };
}

/** CSS Level 2's names, section 4.3.6, as 0xRRGGBB. @type {ReadonlyMap<string, number>} */
const BASIC_COLORS = new Map([
  ['aqua', 0x00ffff],
  ['black', 0x000000],
  ['blue', 0x0000ff],
  ['fuchsia', 0xff00ff],
  ['gray', 0x808080],
  ['green', 0x008000],
  ['lime', 0x00ff00],
  ['maroon', 0x800000],
  ['navy', 0x000080],
  ['olive', 0x808000],
  ['purple', 0x800080],
  ['red', 0xff0000],
  ['silver', 0xc0c0c0],
  ['teal', 0x008080],
  ['white', 0xffffff],
  ['yellow', 0xffff00],
]);

/** @param {unknown} color @param {string} name @returns {number} 0xRRGGBB */
function parseColor(color, name) {
  if (color === undefined) return 0;
  if (typeof color === 'string') {
    const lower = color.toLowerCase();
    if (/^#[0-9a-f]{6}$/.test(lower)) return parseInt(lower.slice(1), 16);
    if (/^#[0-9a-f]{3}$/.test(lower)) return parseInt(lower.slice(1).replace(/./g, '$&$&'), 16);
    const basic = BASIC_COLORS.get(lower);
    if (basic !== undefined) return basic;
  }
  throw invalidArgument(name, 'a colour such as #1a2b3c, #abc or black', color);
}

/** @param {unknown} value @param {string} name @returns {number} */
function finite(value, name) {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalidArgument(name, 'a finite number', value);
  return value;
}

/** @param {unknown} value @param {string} name @returns {number} */
function size(value, name) {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw invalidArgument(name, 'a finite number of at least 0', value);
  }
  return value;
}

/** @param {unknown} verdict @param {string} name */
function rejectable(verdict, name) {
  const index = VERDICTS.indexOf(/** @type {Verdict} */ (verdict));
  if (index < 1) throw invalidArgument(name, oneOf(VERDICTS.slice(1)), verdict);
  return index;
}

/**
 * @template {string} T
 * @param {readonly T[]} names @param {unknown} value @param {T} byDefault @param {string} name
 */
function indexOf(names, value, byDefault, name) {
  const index = names.indexOf(value === undefined ? byDefault : /** @type {T} */ (value));
  if (index < 0) throw invalidArgument(name, oneOf(names), value);
  return index;
}

/** @param {readonly string[]} names */
function oneOf(names) {
  return `one of ${names.map((name) => `'${name}'`).join(', ')}`;
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
