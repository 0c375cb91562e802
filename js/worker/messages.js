/**
 * What the page and the worker say to each other, and how errors cross. In a page without a worker the same requests go to
 * the same service by a call.
 *
 *   page ── Start ─────────────► worker      once
 *   page ◄──────── its version ── worker      once, when its script has loaded
 *   page ── Request (id) ──────► worker
 *   page ◄────── Response (id) ── worker      one per request, in their order but for `gather`
 *   page ── 'ping' ────────────► worker      when nothing was heard for long
 *   page ◄───────────── 'pong' ── worker      at once, whatever is under way
 *
 * Messages carry ages, never times: the clocks of two threads part when a machine sleeps or is set.
 */
import { CaptureError } from '../errors.js';

/** @import { Encoded } from '../engine/core.js' */
/** @import { FrameReport, LoadOptions, TextRegion } from '../engine/index.js' */
/** @import { CheckedOptions } from '../engine/options.js' */
/** @import { RawRegion } from '../wasm/caseframe.js' */
/** @import { CaptureErrorCode } from '../errors.js' */
/** @import { FrameInput } from '../engine/pixels.js' */
/** @import { Wanted } from '../frames/latest-frame.js' */
/** @import { Ranking } from './ranking.js' */

export const PING = 'ping';
export const PONG = 'pong';

/** What the worker is called, so that its script knows that it runs as the package's own. */
export const WORKER_NAME = 'caseframe';

/**
 * The engine's `Encoded` with the file as a Blob: made by the worker, since making one of a megabyte costs the page
 * more than all the rest of a capture.
 * @typedef {Omit<Encoded, 'jpeg'> & { blob: Blob }} EncodedBlob
 */

/**
 * How the engine is loaded: options that have been checked, and where its modules are without `wasmUrl`, which the page
 * knows: the worker's own address may be none to fetch from.
 * @typedef {LoadOptions & { locations?: import('../engine/load.js').Locations }} ServiceOptions
 */

/** @typedef {{ start: ServiceOptions }} Start */

/**
 * @typedef {object} Requests
 * @property {{}} load Loads the engine; the other requests do so too where that has not happened.
 * @property {{ input: FrameInput | Wanted | BestOf, options: CheckedOptions, encode: boolean }} open Takes a frame
 *   in: one that is sent along, the latest of a track that is watched, or the best of a burst. With `encode` it is encoded
 *   at once and let go; without, it stays as a still. A frame whose verdict is rejected is let go.
 * @property {{ input: FrameInput | Wanted, burstId: number }} rank Compares a frame with the best of its burst so far,
 *   keeps the better one and lets the other go. The page makes up the number.
 * @property {Gathering} gather Ranks the frames of a track that is watched, as they come. Others are served meanwhile.
 * @property {{ burstId: number }} drop Lets go of what a burst has kept.
 * @property {{ stillId: number, options: CheckedOptions }} encode
 * @property {{ stillId: number, maxWidth: number, maxHeight: number, regions: RawRegion[] }} preview
 * @property {{ stillId: number, kind: number }} findText `kind`: an index of TEXT_KINDS.
 * @property {{ stillId: number }} discard Zeroes a still's pixels.
 * @property {{ watchId: number, frames: ReadableStream<VideoFrame> }} watch Keeps the latest of a track's frames from
 *   now on. The page makes up the number.
 * @property {{ watchId: number }} unwatch
 * @property {{}} dispose Zeroes everything.
 */

/**
 * @typedef {object} Answers
 * @property {undefined} load
 * @property {Opened | undefined} open Undefined where the latest frame was asked for and there is none of now.
 * @property {Ranked | undefined} rank As `open`.
 * @property {Gathered | undefined} gather When the time is over, or enough have come. Undefined where none has that was
 *   wanted, or the burst was dropped.
 * @property {undefined} drop
 * @property {{ encoded: EncodedBlob, engineMs: number }} encode
 * @property {ImageBitmap | ImageData} preview An ImageBitmap where the thread can make one.
 * @property {{ regions: TextRegion[], engineMs: number }} findText
 * @property {undefined} discard
 * @property {undefined} watch
 * @property {undefined} unwatch
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
 * @property {LatestPresentation} [latest] Of a frame that was not sent along.
 */

/**
 * Of an answer that came too late: a preview may show what was to be covered.
 * @param {any} answer
 */
export function letGo(answer) {
  answer?.data?.fill(0);
  answer?.close?.();
}

/** The best of the frames that were ranked. @typedef {{ burstId: number }} BestOf */

/** @typedef {{ ranking: Ranking, isBest: boolean }} Ranked `isBest`: better than those before it. */

/**
 * @typedef {object} Gathering
 * @property {number} burstId Of the page's choosing.
 * @property {Wanted} wanted Its `maxAgeMs` is for each of them.
 * @property {number} sinceMs How long ago the first that counts may have been presented; less than 0 where it is yet to be.
 * @property {number} withinMs How long they are waited for.
 * @property {number} most How many are ranked.
 */

/**
 * @typedef {object} Gathered
 * @property {number} count How many were ranked.
 * @property {number} taken Which of them is kept; 0 is the first.
 * @property {Ranking} ranking Of that one.
 */

/**
 * @typedef {object} LatestPresentation
 * @property {number} ageMs When it was taken in.
 * @property {string} capturedAt When it was presented, as its file says: ISO 8601.
 * @property {number} [rtpTimestamp]
 */

/** @typedef {keyof Requests} Operation */
/** @typedef {{ id: number, op: Operation, args: any }} Request */
/** @typedef {{ id: number, value?: unknown, error?: PlainError }} Response */

/**
 * An error as plain data: browsers of some age cannot post errors, and lose their class where they can.
 * @typedef {object} PlainError
 * @property {string} name
 * @property {string} message
 * @property {string} [stack]
 * @property {CaptureErrorCode} [code] Of a CaptureError.
 * @property {Record<string, unknown>} [details] Of a CaptureError.
 * @property {PlainError} [cause]
 */

/** Causes of causes: deeper than any error of this package goes, and an end where one leads back to itself. */
const DEEPEST_CAUSE = 4;

/**
 * @param {unknown} error
 * @returns {PlainError}
 */
export function toPlainError(error, depth = 0) {
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: String(error) };
  const { name, message, stack, cause } = /** @type {Error & { cause?: unknown }} */ (error);
  const own = CaptureError.is(error) ? { code: error.code, details: error.details } : { stack };
  const further = cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: toPlainError(cause, depth + 1) };
  return { name: String(name), message: String(message), ...own, ...further };
}

/**
 * @param {PlainError} plain
 * @returns {Error} A CaptureError where it was one.
 */
export function fromPlainError({ name, message, stack, code, details, cause: plainCause }) {
  const cause = plainCause && fromPlainError(plainCause);
  // The worker's script has no sentences of its own: without words, the page's stand for them.
  if (code) return new CaptureError(code, message || undefined, { cause, details });
  return Object.assign(new Error(message), { name, stack, ...(cause ? { cause } : {}) });
}
