/** Small pictures for a timeline, made when they are asked for: none is stored, so that none outlives its snapshot. */

import sharp from 'sharp';

// People's pictures do not stay in a cache once they have been looked at.
sharp.cache(false);

const LONGEST_SIDE = 320;
const QUALITY = 70;

/** @param {Buffer} jpeg @returns {Promise<Buffer>} */
export function makeThumbnail(jpeg) {
  // How many pixels it may have was asked when it came.
  return sharp(jpeg, { limitInputPixels: false })
    .autoOrient() // The metadata that say which way is up do not come along.
    .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: QUALITY })
    .toBuffer();
}
