/** Every failure as the package's one error, whoever's code it comes from. */
import { CaptureError } from '../index.js';

/** @import { CaptureErrorCode } from '../index.js' */

/**
 * By name and code, not by class: a page may have two copies of the package.
 * @param {unknown} value
 * @returns {value is CaptureError}
 */
export function isCaptureError(value) {
  if (typeof value !== 'object' || value === null) return false;
  const { name, code } = /** @type {Record<string, unknown>} */ (value);
  return name === 'CaptureError' && typeof code === 'string';
}

/**
 * @param {unknown} error
 * @param {CaptureErrorCode} code What something else counts as.
 * @param {string} message For developers.
 */
export function toCaptureError(error, code, message) {
  return isCaptureError(error) ? error : new CaptureError(code, message, { cause: error });
}

/**
 * In the package's words for a bad argument.
 * @param {string} name @param {string} expected @param {unknown} actual
 */
export function invalid(name, expected, actual) {
  const shown =
    typeof actual === 'string' ? JSON.stringify(actual) : Object.prototype.toString.call(actual).slice(8, -1);
  return new CaptureError('invalid-argument', `Expected ${expected} for ${name} but received ${shown}`, {
    details: { name, expected },
  });
}
