/** Every failure as the package's one error, whoever's code it comes from. */
import { CaptureError } from '../index.js';

/** @import { CaptureErrorCode } from '../index.js' */

/**
 * @param {unknown} error
 * @param {CaptureErrorCode} code What something else counts as.
 * @param {string} message For developers.
 */
export function toCaptureError(error, code, message) {
  return CaptureError.is(error) ? error : new CaptureError(code, message, { cause: error });
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
