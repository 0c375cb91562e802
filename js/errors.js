/**
 * The one error class. `code` is for programs, `message` says what went wrong, and `advice` is the sentence to show an
 * agent: what to do now.
 */

/** What an agent can do about each code. The README's table is made of these. */
const ADVICE = Object.freeze({
  'no-source': 'There is no customer video to capture. Ask the customer to turn the camera on.',
  'local-stream': 'This is your own camera, not the customer’s. Choose the customer’s video.',
  'camera-off': 'The customer’s camera is off. Ask the customer to turn it on, then capture again.',
  'no-frame': 'No picture has arrived yet. Wait until you see the customer, then capture again.',
  'stale-frame': 'The customer’s video is frozen. Wait until it moves again, then capture.',
  'black-frame': 'The picture is black. Ask the customer to uncover the camera or turn on a light.',
  'undecoded-frame': 'The video has not started properly. Wait a moment, then capture again.',
  'uniform-frame': 'The picture shows a single colour. Ask the customer to point the camera at the subject.',
  'too-small': 'The picture is still too small to be useful. Wait until the video gets sharper, then capture again.',
  'stream-ended': 'The customer’s video has ended. Capture again once the customer is back.',
  'interaction-ambiguous':
    'It is not certain whose picture this is. Choose the interaction and the customer, or wait a moment and capture again.',
  'interaction-changed': 'The interaction changed during the capture, so nothing was saved. Capture again.',
  tainted: 'The browser does not allow reading this video. Tell your administrator.',
  'consent-denied': 'The customer has not agreed to being captured. Nothing was saved.',
  'invalid-argument': 'The capture is set up incorrectly. Tell your administrator.',
  'engine-load': 'The capture component could not be loaded. Reload the page; if it stays, tell your administrator.',
  'engine-crash': 'The capture component failed and was restarted. Capture again.',
  'out-of-memory': 'There is not enough memory for this picture. Close other tabs, then capture again.',
  aborted: 'The capture was cancelled. Nothing was saved.',
  disposed: 'The capture has been closed. Reload the page to capture again.',
  'upload-rejected': 'The server did not accept the picture. Tell your administrator.',
  'upload-failed': 'The picture could not be sent. Check your connection and try again.',
  'agent-mismatch': 'The picture was taken by another agent. It goes out once that agent signs in again.',
  'queue-full': 'Too many pictures are waiting to be sent. Wait until some of them have gone out.',
  'unreliable-pixels':
    'This browser gives false pictures to protect privacy. Allow canvas data for this page, or use another browser.',
});

/** @typedef {keyof typeof ADVICE} CaptureErrorCode */

/** Every code there is. */
export const CAPTURE_ERROR_CODES = /** @type {readonly CaptureErrorCode[]} */ (Object.freeze(Object.keys(ADVICE)));

export class CaptureError extends Error {
  /**
   * @param {CaptureErrorCode} code
   * @param {string} [message] What went wrong, for developers; the advice where none is given.
   * @param {{ cause?: unknown, details?: Record<string, unknown> }} [options] `details` holds facts about this case:
   *   plain data, never pixels.
   */
  constructor(code, message = ADVICE[code], { cause, details = {} } = {}) {
    super(message);
    this.name = 'CaptureError';
    /** @type {CaptureErrorCode} */
    this.code = code;
    /** A sentence for the agent: what to do now. @type {string} */
    this.advice = ADVICE[code];
    /** @type {Record<string, unknown>} */
    this.details = details;
    /** What led to this error, where something else did. @type {unknown} */
    this.cause = cause;
  }

  /**
   * Goes by name and code, since a page may have two copies of the package, each with a class of its own, and what comes
   * from another frame or by a message has none.
   * @param {unknown} value @returns {value is CaptureError}
   */
  static is(value) {
    const { name, code } = /** @type {Record<string, unknown>} */ (Object(value));
    return name === 'CaptureError' && typeof code === 'string';
  }
}

/**
 * One sentence for every bad argument.
 * @param {string} name @param {string} expected @param {unknown} actual
 * @param {Record<string, unknown>} [details] More about the case.
 * @returns {CaptureError}
 * @example invalidArgument('width', 'a positive integer', 0)
 *   // Expected a positive integer for width but received 0 of type number
 */
export function invalidArgument(name, expected, actual, details) {
  return new CaptureError(
    'invalid-argument',
    `Expected ${expected} for ${name} but received ${show(actual)} of type ${typeOf(actual)}`,
    { details: { name, expected, ...details } },
  );
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Short, and never somebody's data in full. @param {unknown} value */
function show(value) {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'object' && value !== null) return typeOf(value);
  if (typeof value === 'function') return 'a function';
  return String(value);
}
