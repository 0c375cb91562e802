/** Colours as CSS writes them. */
import { invalidArgument } from '../errors.js';

/** CSS Level 2's names, section 4.3.6, as 0xRRGGBB. @type {ReadonlyMap<string, number>} */
const BASIC_COLORS = new Map([
  ['aqua', 0x00ffff],
  ['black', 0x000000],
  ['blue', 0x0000ff],
  ['fuchsia', 0xff00ff],
  ['gray', 0x808080],
  ['green', 0x008000],
  ['lime', 0x00ff00],
  ['maroon', 0x800000],
  ['navy', 0x000080],
  ['olive', 0x808000],
  ['purple', 0x800080],
  ['red', 0xff0000],
  ['silver', 0xc0c0c0],
  ['teal', 0x008080],
  ['white', 0xffffff],
  ['yellow', 0xffff00],
]);

/** @param {unknown} color @param {string} name @returns {number} 0xRRGGBB */
export function parseColor(color, name) {
  if (color === undefined) return 0;
  if (typeof color === 'string') {
    const lower = color.toLowerCase();
    if (/^#[0-9a-f]{6}$/.test(lower)) return parseInt(lower.slice(1), 16);
    if (/^#[0-9a-f]{3}$/.test(lower)) return parseInt(lower.slice(1).replace(/./g, '$&$&'), 16);
    const basic = BASIC_COLORS.get(lower);
    if (basic !== undefined) return basic;
  }
  throw invalidArgument(name, 'a colour such as #1a2b3c, #abc or black', color);
}
