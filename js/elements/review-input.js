/** What the page gives a review, checked: regions and suggestions, brought to pixels of the still. Pure. */

import { invalid } from './errors.js';
import { outward, SIDES } from './review-geometry.js';
import { parseMode } from './review-mode.js';

/** @import { Region } from '../index.js' */
/** @import { Size } from './review-geometry.js' */
/** @import { Mode } from './review-mode.js' */
/** @import { ReviewRegion } from './review-regions.js' */

/** As engine/regions.js has it: what a pixel that was made from its ends has at least. */
const LEAST_PIXEL = 1 - 0.0005;

/** Those of engine/color.js. */
const COLOR =
  /^(#([\da-f]{3}){1,2}|aqua|black|blue|fuchsia|gray|green|lime|maroon|navy|olive|purple|red|silver|teal|white|yellow)$/i;

/**
 * What the core would refuse is refused, and at once: nothing is dropped in silence, or covered where or as nobody meant it,
 * and no preview fails under the agent's hands.
 * @param {unknown} list @param {string} name @param {Size} picture @param {Mode} mode Where a region has none.
 * @param {Pick<ReviewRegion, 'state' | 'suggested' | 'draft'>} facts
 * @returns {Omit<ReviewRegion, 'id'>[]}
 * @throws {CaptureError} `invalid-argument`
 */
export function parseReviewRegions(list, name, picture, mode, facts) {
  if (!Array.isArray(list)) throw invalid(name, 'an array of regions', list);
  return list.map((/** @type {Region} */ region, index) => {
    const where = `${name}[${index}]`;
    /** @param {boolean} isRight @param {string} field @param {string} expected @param {unknown} actual */
    const check = (isRight, field, expected, actual) => {
      if (!isRight) throw invalid(where + field, expected, actual);
    };
    check(Object(region) === region, '', 'a region', region);
    const { unit = 'pixel', of, color } = region;
    const isRatio = unit === 'ratio';
    check(isRatio || unit === 'pixel', '.unit', "'pixel' or 'ratio'", unit);
    check(!isRatio || of === undefined, '.of', "nothing beside unit: 'ratio'", of);
    const whole = isRatio ? { width: 1, height: 1 } : of === undefined ? picture : Object(of);
    const rect = { x: 0, y: 0, width: 0, height: 0 };
    for (const side of SIDES) {
      const along = side === 'x' || side === 'width' ? 'width' : 'height';
      const [value, length] = [region[side], whole[along]];
      check(Number.isFinite(length) && length > 0, `.of.${along}`, 'a finite number above 0', length);
      // A pixel of what it was drawn on; of a ratio, which has none, one of the still.
      const least = side === along ? LEAST_PIXEL / (isRatio ? picture[along] : 1) : -Infinity;
      const expected = side === along ? " of at least one pixel (or unit: 'ratio')" : '';
      check(Number.isFinite(value) && value >= least, `.${side}`, `a finite number${expected}`, value);
      rect[side] = value * (picture[along] / length);
    }
    const { x, y, width, height } = rect;
    check(
      x < picture.width && y < picture.height && x + width > 0 && y + height > 0,
      '',
      `a region of a picture of ${picture.width} × ${picture.height}`,
      JSON.stringify(rect),
    );
    check(
      color === undefined || (typeof color === 'string' && COLOR.test(color)),
      '.color',
      'a colour such as #1a2b3c, #abc or black',
      color,
    );
    const given = region.mode === undefined ? mode : parseMode(region.mode, `${where}.mode`);
    return { ...outward(rect, picture), mode: given, color, ...facts };
  });
}
