/**
 * What the page and the worker say to each other, and how errors cross. The in-page fallback speaks the same.
 *
 *   page ── Start ─────────────► worker      once
 *   page ◄─────────────── 'up' ── worker      once, when its script has loaded
 *   page ── Request (id) ──────► worker
 *   page ◄────── Response (id) ── worker      one per request, in their order
 */
import { CaptureError } from '../errors.js';

/** @import { FrameInput } from '../engine/pixels.js' */
/** @typedef {import('../engine/index.js').EncodeOptions} EncodeOptions */
/** @typedef {import('../engine/index.js').FrameReport} FrameReport */
/** @typedef {import('../engine/index.js').LoadOptions} LoadOptions */

/**
 * The engine's `Encoded` with the file as a Blob: made by the worker, since making one of a megabyte costs the page
 * more than all the rest of a capture.
 * @typedef {Omit<import('../engine/index.js').Encoded, 'jpeg'> & { blob: Blob }} EncodedBlob
 */

/** The worker's greeting. */
export const UP = 'up';

/** @typedef {{ start: LoadOptions }} Start */

/**
 * @typedef {object} Requests
 * @property {{}} load Loads the engine; the other requests do so too where that has not happened.
 * @property {{ input: FrameInput, options: EncodeOptions, encode: boolean }} open Takes a frame in. With `encode` it is
 *   encoded at once and let go; without, it stays as a still. A frame whose verdict is in `options.reject` is let go.
 * @property {{ stillId: number, options: EncodeOptions }} encode
 * @property {{ stillId: number, maxWidth?: number, maxHeight?: number }} preview
 * @property {{ stillId: number }} discard Zeroes a still's pixels.
 * @property {{ watchId: number, frames: ReadableStream<VideoFrame> }} watch Keeps the newest of a track's frames from
 *   now on. The page makes up the number.
 * @property {{ watchId: number }} unwatch
 * @property {{ watchId: number, wanted: import('./watches.js').Wanted, options: EncodeOptions, encode: boolean }} openNewest
 *   Takes in the newest of them. When it was taken goes into its metadata.
 * @property {{}} dispose Zeroes everything.
 */

/**
 * @typedef {object} Answers
 * @property {undefined} load
 * @property {Opened} open
 * @property {{ encoded: EncodedBlob, engineMs: number }} encode
 * @property {ImageBitmap} preview
 * @property {undefined} discard
 * @property {undefined} watch
 * @property {undefined} unwatch
 * @property {OpenedNewest | undefined} openNewest Undefined where there is none of now.
 * @property {undefined} dispose
 */

/**
 * @typedef {object} Opened
 * @property {boolean} rejected
 * @property {FrameReport} report
 * @property {number} width Upright, as the pixels were read.
 * @property {number} height
 * @property {number} [stillId]
 * @property {EncodedBlob} [encoded]
 * @property {number} readMs
 * @property {number} engineMs
 */

/**
 * @typedef {object} Presentation
 * @property {number} presentedAt In ms since the epoch, as `performance.timeOrigin + performance.now()` tells it.
 * @property {number} ageMs When it was taken in.
 * @property {string} capturedAt When it was presented: ISO 8601.
 * @property {number} [rtpTimestamp]
 */

/** @typedef {Opened & Presentation} OpenedNewest */

/** @typedef {keyof Requests} Operation */
/** @typedef {{ id: number, op: Operation, args: any }} Request */
/** @typedef {{ id: number, value?: unknown, error?: PlainError }} Response */
/** @typedef {Pick<CaptureError, 'code' | 'message' | 'details'>} PlainError */

/**
 * @param {CaptureError} error
 * @returns {PlainError}
 */
export function toPlainError({ code, message, details }) {
  return { code, message, details };
}

/**
 * @param {PlainError} plain
 * @returns {CaptureError}
 */
export function fromPlainError({ code, message, details }) {
  return new CaptureError(code, message, { details });
}
