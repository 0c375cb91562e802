/** Does the picture decode, to its last pixel? */

import sharp from 'sharp';
import { Problem } from '../problem.js';

// People's pictures do not stay in a cache once they have been looked at.
sharp.cache(false);

/**
 * @param {Uint8Array} bytes A JPEG whose structure is sound.
 * @param {number} maxPixels
 * @throws {Problem} 422 `broken-jpeg`
 */
export async function checkDecodes(bytes, maxPixels) {
  try {
    await sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels }).raw().toBuffer();
  } catch {
    throw new Problem(422, 'broken-jpeg', 'The file is not a well-formed JPEG: its picture cannot be decoded in full');
  }
}
