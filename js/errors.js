/**
 * The one error class. `code` is for programs, `message` says what went wrong, and `advice` is the sentence to show an
 * agent: what to do now.
 */
import { ADVICE } from './advice.js';
import { findLookalike } from './names.js';

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
   * from another frame, or as a plain object, has none.
   * @param {unknown} value @returns {value is CaptureError}
   */
  static is(value) {
    try {
      const { name, code } = /** @type {Record<string, unknown>} */ (Object(value));
      return name === 'CaptureError' && typeof code === 'string';
    } catch {
      return false; // What cannot be read.
    }
  }
}

/**
 * Words that may hold addresses, which end up in logs: without their credentials, queries and fragments, where keys are
 * (`sig=`, `token=`), and none longer than is read.
 * @param {string} text
 */
export function withoutSecrets(text) {
  return text
    .replace(/(:[\\/]*|[\\/]{2})[^\s\\/?#]*@/g, '$1')
    .replace(/([/.]\S*?)[?#]\S+/g, '$1…')
    .replace(/(\S{200})\S+/g, '$1…');
}

/**
 * Of what a file could not be loaded from: its message has an address.
 * @param {string} message @param {unknown} [cause]
 */
export function loadError(message, cause) {
  return new CaptureError('engine-load', withoutSecrets(message), { cause });
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

/**
 * The error of a field that is no known one, and looks like it.
 * @param {object} object
 * @param {readonly string[]} names
 * @param {string} [path] Where the object stands: `redact[0].`
 * @returns {CaptureError | undefined}
 */
export function misnamed(object, names, path = '') {
  const found = findLookalike(object, names);
  return found && invalidArgument(path + found.key, `nothing (did you mean ${found.meant}?)`, found.value);
}

/** @param {unknown} value */
function typeOf(value) {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return 'object'; // A proxy that was revoked, a tag that throws.
  }
}

/** Short, and never somebody's data in full. @param {unknown} value */
function show(value) {
  if (typeof value === 'string') {
    const text = withoutSecrets(value);
    return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  }
  if (typeof value === 'object' && value !== null) return typeOf(value);
  if (typeof value === 'function') return 'a function';
  return String(value);
}
