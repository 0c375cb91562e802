/**
 * The regions to make unreadable: what can be known of them without a frame. Where they lie in a frame, and which cover
 * nothing there, is decided by src/redaction/regions.cpp; here its refusals get their words.
 */
import { CaptureError, invalidArgument } from '../errors.js';
import { numberOf, REDACT_MODES, REGION_UNITS } from './border.js';
import { parseColor } from './color.js';
import { isObject, readFields, readList } from './fields.js';

/** @import { RawRegion } from '../wasm/caseframe.js' */
/** @import { RedactMode, RegionUnit } from './border.js' */

/** kMaxRegions of src/redaction/regions.hpp. */
export const MAX_REGIONS = 1000;

/** kLeastPixel of src/redaction/regions.cpp: what a pixel made from its ends has at least. */
const LEAST_PIXEL = 1 - 0.0005;

/**
 * A rectangle to make unreadable. It may overlap others and stick out of the frame. Nothing that was asked to be covered
 * is dropped: a region that covers nothing, lies wholly outside the frame, is narrower or lower than one pixel, negative
 * or not finite is 'invalid-argument', with `details` of `region` (as given), `index`, and, once there is a frame,
 * `size` (the region's, in the frame's pixels) and `frame` (the frame's). One pixel is one of the picture that the
 * region was drawn on; of a ratio, which has none, one of the frame.
 * @typedef {object} Region
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {RedactMode} [mode] Default 'pixelate'.
 * @property {string} [color] For 'fill': `#rgb`, `#rrggbb` or one of CSS's sixteen basic names. Default black.
 * @property {RegionUnit} [unit] 'pixel' (default), or 'ratio': 0..1 of the frame's width and height.
 * @property {Size} [of] The picture that a region in pixels was drawn on, such as a preview or an earlier, larger frame.
 *   It is scaled from there to the frame, and never covers less than what was drawn. Default: the frame itself. Not with
 *   'ratio'.
 */

/** Above 0; a picture as it is laid out in a page may have fractions. @typedef {{ width: number, height: number }} Size */

/** @type {readonly (keyof Region)[]} */
const REGION_FIELDS = ['x', 'y', 'width', 'height', 'mode', 'color', 'unit', 'of'];

/**
 * @typedef {object} ParsedRegions
 * @property {Region[]} plain
 * @property {RawRegion[]} raw
 */

/**
 * @param {unknown} [redact]
 * @param {Size} [frame] For errors, where there is one already.
 * @returns {ParsedRegions}
 */
export function parseRegions(redact = [], frame) {
  const rule = { expected: 'an array of regions', most: MAX_REGIONS };
  const parsed = readList(redact, 'redact', rule, (region, index) => parseRegion(region, index, frame));
  return { plain: parsed.map(({ plain }) => plain), raw: parsed.map(({ raw }) => raw) };
}

/** @param {unknown} region @param {number} index @param {Size} [frame] */
function parseRegion(region, index, frame) {
  const name = `redact[${index}]`;
  if (!isObject(region)) throw invalidArgument(name, 'a region', region, { index });
  const plain = /** @type {Region} */ (readFields(/** @type {Region} */ (region), REGION_FIELDS, `${name}.`));
  /** @param {keyof Region | 'of.width' | 'of.height'} field @param {string} expected @param {unknown} actual */
  const refuse = (field, expected, actual) =>
    invalidArgument(`${name}.${field}`, expected, actual, aboutRegion(plain, index, frame));

  if (plain.of !== undefined) {
    if (!isObject(plain.of)) throw refuse('of', 'an object with width and height', plain.of);
    plain.of = /** @type {Size} */ (readFields(plain.of, ['width', 'height'], `${name}.of.`));
  }
  const { x, y, width, height, of } = plain;
  const unit = numberOf(REGION_UNITS, plain.unit, 'pixel', `${name}.unit`);
  const isRatio = plain.unit === 'ratio';
  for (const [field, value] of /** @type {const} */ ([
    ['x', x],
    ['y', y],
  ])) {
    if (!Number.isFinite(value)) throw refuse(field, 'a finite number', value);
  }
  for (const [field, value] of /** @type {const} */ ([
    ['width', width],
    ['height', height],
  ])) {
    if (Number.isFinite(value) && (isRatio ? value > 0 : value >= LEAST_PIXEL)) continue;
    throw refuse(field, isRatio ? 'a finite number above 0' : `a finite number of at least 1${hint(plain)}`, value);
  }
  if (of !== undefined) {
    if (isRatio) throw refuse('of', "nothing beside unit: 'ratio'", of);
    for (const [field, value] of /** @type {const} */ ([
      ['of.width', of.width],
      ['of.height', of.height],
    ])) {
      if (!Number.isFinite(value) || value <= 0) throw refuse(field, 'a finite number above 0', value);
    }
  }
  /** @type {RawRegion} */
  const raw = {
    x,
    y,
    width,
    height,
    mode: numberOf(REDACT_MODES, plain.mode, 'pixelate', `${name}.mode`),
    unit,
    color: parseColor(plain.color, `${name}.color`),
    ofWidth: of ? of.width : 0,
    ofHeight: of ? of.height : 0,
  };
  return { plain, raw };
}

/** For a region in pixels that is less than one: it looks like a ratio where no number is above 1. @param {Region} region */
function hint({ x, y, width, height }) {
  const isLikeRatio = [x, y, width, height].every((value) => Number.isFinite(value) && value >= 0 && value <= 1);
  return isLikeRatio ? " (did you mean unit: 'ratio'?)" : '';
}

/**
 * What the action gives, or the engine's error about one of these regions in words that name it.
 * @template T
 * @param {Region[]} regions
 * @param {() => T} action
 * @returns {T}
 */
export function explaining(regions, action) {
  try {
    return action();
  } catch (error) {
    throw explainRegion(error, regions);
  }
}

/**
 * The engine knows a region by its index alone: this adds what was given, and what can be done.
 * @param {unknown} error @param {Region[]} regions
 */
export function explainRegion(error, regions) {
  const { code, message, details } = /** @type {CaptureError} */ (error);
  if (code !== 'invalid-argument' || !details || !('frame' in details) || 'region' in details) return error;
  const index = /** @type {number} */ (details.index);
  const frame = /** @type {Size} */ (details.frame);
  const region = regions[index];
  const expected = message.replace(/^Expected /, '');
  const about = aboutRegion(region, index, frame);
  const advice = region.unit === 'ratio' || region.of ? '' : ', or the picture it was drawn on as `of`';
  return new CaptureError(
    'invalid-argument',
    `Expected ${expected}${advice}, for redact[${index}] but received ${JSON.stringify(about.region)} ` +
      `for a frame of ${frame.width} × ${frame.height}`,
    { details: { name: `redact[${index}]`, expected, ...about } },
  );
}

/**
 * The details of an error: plain data, whatever the fields hold.
 * @param {Region} region @param {number} index @param {Size} [frame]
 */
function aboutRegion(region, index, frame) {
  const about = { index, region: plainOf(region) };
  if (isObject(region.of)) about.region.of = plainOf(region.of);
  return frame
    ? { ...about, size: sizeIn(frame, about.region), frame: { width: frame.width, height: frame.height } }
    : about;
}

/** Its numbers and texts. @param {object} object @returns {any} */
function plainOf(object) {
  const isPlain = (/** @type {unknown} */ value) => typeof value === 'number' || typeof value === 'string';
  return Object.fromEntries(Object.entries(object).filter(([, value]) => isPlain(value)));
}

/** As it was asked for, neither rounded nor clipped. @param {Size} frame @param {Region} region @returns {Size} */
function sizeIn(frame, { width, height, unit, of }) {
  const whole = unit === 'ratio' ? { width: 1, height: 1 } : of || frame;
  return { width: (width * frame.width) / whole.width, height: (height * frame.height) / whole.height };
}
