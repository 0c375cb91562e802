/**
 * The other side of bindings/caseframe.cpp: names for its numbers, and errors for its failures. Each list stands in the
 * order of the C++ enum it names.
 */
import { CaptureError, invalidArgument } from '../errors.js';

/** @import { Failure, RawMetadata, RawOptions, RawRectangle, RawRedaction, RawRegion, RawReport } from '../wasm/caseframe.js' */

/** @typedef {'ok' | 'black' | 'undecoded' | 'uniform'} Verdict */
/** `enum class Verdict`. @type {readonly Verdict[]} */
export const VERDICTS = ['ok', 'black', 'undecoded', 'uniform'];

/** @typedef {'4:2:0' | '4:2:2' | '4:4:4' | 'gray'} Subsampling */
/** `enum class Subsampling`. @type {readonly Subsampling[]} */
export const SUBSAMPLINGS = ['4:2:0', '4:2:2', '4:4:4', 'gray'];

/** @typedef {'pixelate' | 'blur' | 'fill'} RedactMode */
/** `enum class RedactMode`. @type {readonly RedactMode[]} */
export const REDACT_MODES = ['pixelate', 'blur', 'fill'];

/** @typedef {'pixel' | 'ratio'} RegionUnit */
/** `enum class RegionUnit`. @type {readonly RegionUnit[]} */
export const REGION_UNITS = ['pixel', 'ratio'];

/** @typedef {'camera' | 'screen'} TextKind */
/** `enum class TextKind`. @type {readonly TextKind[]} */
export const TEXT_KINDS = ['camera', 'screen'];

/** `enum class ErrorCode`. @type {readonly import('../errors.js').CaptureErrorCode[]} */
const ERROR_CODES = [
  'invalid-argument',
  'out-of-memory',
  'black-frame',
  'undecoded-frame',
  'uniform-frame',
  'engine-crash',
];

/**
 * Colours of a mosaic cell, as the core has them (its `constant()`).
 */
const LEVELS = Object.freeze({ luma: 16, chroma: 8 });

/**
 * What a frame shows. Luma is BT.709 on full-range RGB, 0..255.
 * @typedef {object} FrameReport
 * @property {Verdict} verdict
 * @property {number} meanLuma
 * @property {number} lumaStdDev Of the population.
 * @property {number} peakLuma The 99.9th percentile.
 * @property {number} darkRatio Share of pixels with luma ≤ 25, 0..1.
 * @property {number} [sharpness] Of a capture with `select: 'sharpest'`: how much detail it has, above 0 where there is
 *   something to see; for comparing frames of one scene only.
 * @property {number} [motion] Likewise: how much the picture had changed since the frame before, in levels of luma,
 *   0..255; 0 for the first.
 * @property {number} [clipped] Likewise: share of the picture at white, 0..1.
 */

/**
 * A rectangle that was made unreadable, in pixels of the frame given: the region grown to even coordinates and clipped.
 * @typedef {object} Redaction
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {RedactMode} mode
 * @property {number} [cell] Side of a mosaic cell in pixels ('pixelate' and 'blur').
 * @property {{ luma: number, chroma: number }} [levels] Colours a cell may have ('pixelate' and 'blur').
 * @property {number} [radius] Reach of the smoothing in pixels ('blur').
 * @property {string} [color] `#rrggbb` ('fill').
 */

/**
 * A rectangle with text in it, or a code, in pixels of the frame given: a region for `encode`, as it is.
 * @typedef {object} TextRegion
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {'fill'} mode The mode that leaves nothing of a text.
 */

/** @param {RawReport} raw @returns {FrameReport} */
export function toReport(raw) {
  return { ...raw, verdict: VERDICTS[raw.verdict] };
}

/** @param {RawRectangle} rectangle @returns {TextRegion} */
export function toTextRegion({ x, y, width, height }) {
  return { x, y, width, height, mode: 'fill' };
}

/** @param {RawRedaction} raw @returns {Redaction} */
export function toRedaction({ x, y, width, height, mode, cell, radius, color }) {
  const rectangle = { x, y, width, height };
  switch (REDACT_MODES[mode]) {
    case 'fill':
      return { ...rectangle, mode: 'fill', color: `#${color.toString(16).padStart(6, '0')}` };
    case 'blur':
      return { ...rectangle, mode: 'blur', cell, levels: LEVELS, radius };
    default:
      return { ...rectangle, mode: 'pixelate', cell, levels: LEVELS };
  }
}

/** @param {Uint8Array} bytes Lowercase hex. */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The number of a name in one of the lists above.
 * @template {string} T
 * @param {readonly T[]} names @param {unknown} value @param {T} byDefault @param {string} argument
 */
export function numberOf(names, value, byDefault, argument) {
  const number = names.indexOf(value === undefined ? byDefault : /** @type {T} */ (value));
  if (number < 0) throw invalidArgument(argument, oneOf(names), value);
  return number;
}

/** @param {readonly string[]} names */
export function oneOf(names) {
  return `one of ${names.map((name) => `'${name}'`).join(', ')}`;
}

/**
 * The value, or the error that came in its place: with the report of a frame that was rejected, or the index of the
 * region that is to blame.
 * @template {object} T
 * @param {T | Failure} result
 * @param {{ width: number, height: number }} frame
 * @returns {T}
 */
export function unwrap(result, frame) {
  if (!('error' in result)) return result;
  const { error, message, report, region } = result;
  /** @type {Record<string, unknown>} */
  const details = {};
  if (report) details.report = toReport(report);
  if (region !== undefined) Object.assign(details, { index: region, frame });
  throw new CaptureError(ERROR_CODES[error], message, { details });
}

/**
 * The arguments of `encode` as the border takes them: `Options` of bindings/caseframe.cpp, then its regions, and the texts
 * in the order of `ReadMetadata::kTexts`.
 * @param {RawOptions} options @param {RawRegion[]} regions @param {RawMetadata} metadata @param {boolean} hash
 */
export function pack(options, regions, metadata, hash) {
  const { quality, subsampling, progressive, maxWidth, maxHeight, reject } = options;
  const { frameAgeMs, embed, id, interactionId, participantId, agentId, capturedAt, software, description } = metadata;
  const numbers = [quality, subsampling, +progressive, maxWidth, maxHeight, reject, frameAgeMs, +embed, +hash];
  const texts = [id, interactionId, participantId, agentId, capturedAt, software, description];
  return { numbers: Float64Array.from(numbers.concat(...regions.map(fields))), texts };
}

/** @param {RawRegion[]} regions */
export function packRegions(regions) {
  return Float64Array.from(/** @type {number[]} */ ([]).concat(...regions.map(fields)));
}

/** `RegionFields`. @param {RawRegion} region */
function fields({ x, y, width, height, mode, unit, color, ofWidth, ofHeight }) {
  return [x, y, width, height, mode, unit, color, ofWidth, ofHeight];
}
