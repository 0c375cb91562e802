/** What the page gives a review, checked: regions and suggestions, brought to pixels of the still. Pure. */

import { invalid } from './errors.js';
import { outward } from './review-geometry.js';
import { parseMode } from './review-mode.js';

/** @import { Region } from '../index.js' */
/** @import { Size } from './review-geometry.js' */
/** @import { Mode } from './review-mode.js' */
/** @import { ReviewRegion } from './review-regions.js' */

/**
 * Never dropped in silence: a region that covers nothing of the still is refused, as the core would.
 * @param {unknown} list @param {string} name @param {Size} picture @param {Mode} mode Where a region has none.
 * @param {Pick<ReviewRegion, 'state' | 'suggested' | 'draft'>} facts
 * @returns {Omit<ReviewRegion, 'id'>[]}
 * @throws {CaptureError} `invalid-argument`
 */
export function parseReviewRegions(list, name, picture, mode, facts) {
  if (!Array.isArray(list)) throw invalid(name, 'an array of regions', list);
  return list.map((/** @type {Region} */ region, index) => {
    const where = `${name}[${index}]`;
    if (typeof region !== 'object' || region === null) throw invalid(where, 'a region', region);
    // A unit that is not known is not taken for pixels: another place would be covered than was meant.
    if (![undefined, 'pixel', 'ratio'].includes(region.unit)) {
      throw invalid(`${where}.unit`, "'pixel' or 'ratio'", region.unit);
    }
    const whole = region.unit === 'ratio' ? { width: 1, height: 1 } : region.of || picture;
    const [across, down] = [picture.width / whole.width, picture.height / whole.height];
    const rect = {
      x: region.x * across,
      y: region.y * down,
      width: region.width * across,
      height: region.height * down,
    };
    const { x, y, width, height } = rect;
    const isSeen =
      width > 0 && height > 0 && x < picture.width && y < picture.height && x + width > 0 && y + height > 0;
    if (!isSeen || !Object.values(rect).every(Number.isFinite)) {
      throw invalid(where, `a region of a picture of ${picture.width} × ${picture.height}`, JSON.stringify(rect));
    }
    const given = region.mode === undefined ? mode : parseMode(region.mode, `${where}.mode`);
    return { ...outward(rect, picture), mode: given, color: region.color, ...facts };
  });
}
