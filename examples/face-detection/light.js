/** Dark pictures: the network hardly finds a face in what it was never shown while it learned. */

/** Mean luma, 0..255. A picture below is looked at a second time, brightened. */
const DARK = 64;
/** What its mean becomes; photographs lie around it. */
const LIT = 110;
/** More shows noise, not faces. */
const MOST = 8;

/** @param {ImageData} pixels */
export function* looksAt(pixels) {
  yield pixels;
  const mean = meanLuma(pixels.data);
  if (mean < DARK) yield brightened(pixels, Math.min(MOST, LIT / mean));
}

/** BT.709. @param {Uint8ClampedArray} data */
function meanLuma(data) {
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
  return sum / (data.length / 4);
}

/** @param {ImageData} pixels @param {number} gain */
function brightened({ data, width, height }, gain) {
  return new ImageData(
    data.map((value) => value * gain),
    width,
    height,
  );
}
