/** Does the picture decode, to its last pixel? */

import sharp from 'sharp';
import { Problem } from '../problem.js';

// People's pictures do not stay in a cache once they have been looked at.
sharp.cache(false);

/**
 * Asks for the last pixel alone: the decoder reads line by line from the top, so that all before it are decoded at full size,
 * and an error or warning in any of them is one here. All pixels as a Buffer would be megabytes that nobody reads, and V8
 * collects garbage according to the memory that is held by Buffers: that took as long as the decoding.
 * @param {Uint8Array} bytes A JPEG whose structure is sound.
 * @param {{ width: number, height: number }} size Its own.
 * @param {number} maxPixels
 * @throws {Problem} 422 `broken-jpeg`
 */
export async function checkDecodes(bytes, { width, height }, maxPixels) {
  const lastPixel = { left: width - 1, top: height - 1, width: 1, height: 1 };
  try {
    await sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels }).extract(lastPixel).raw().toBuffer();
  } catch {
    throw new Problem(422, 'broken-jpeg', 'The file is not a well-formed JPEG: its picture cannot be decoded in full');
  }
}
