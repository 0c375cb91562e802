/** The ways to cover a region, and how one is chosen. Pure. */
import { invalid } from './errors.js';

/** @typedef {'pixelate' | 'blur' | 'fill'} Mode */

/** @type {readonly Mode[]} */
export const MODES = ['pixelate', 'blur', 'fill'];

/** @param {unknown} value @param {string} name @returns {Mode} @throws {CaptureError} `invalid-argument` */
export function parseMode(value, name) {
  if (MODES.includes(/** @type {Mode} */ (value))) return /** @type {Mode} */ (value);
  throw invalid(name, `one of '${MODES.join("', '")}'`, value);
}
