/** Whatever the page has thrown, as words and as an error of ours. */
import { CaptureError } from '../errors.js';

/** An object without a prototype has no text. @param {unknown} value */
export function textOf(value) {
  try {
    return String(value);
  } catch {
    return 'It has no text';
  }
}

/** @param {import('../errors.js').CaptureErrorCode} code Where it has none yet. @param {unknown} cause */
export const coded = (code, cause) =>
  cause instanceof CaptureError ? cause : new CaptureError(code, textOf(cause), { cause });
