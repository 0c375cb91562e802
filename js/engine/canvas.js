/**
 * Pixels of a picture by way of a canvas. Some browsers falsify what a canvas gives back, so that pages cannot tell
 * their users by it: all of it (Firefox with `privacy.resistFingerprinting`) or single samples (Firefox with the
 * `CanvasRandomization` of `privacy.fingerprintingProtection`, Brave). A canvas is believed once one has given back a
 * known picture.
 */
import { CaptureError } from '../errors.js';

/**
 * Side of the known picture, in pixels. Firefox changes 20 to 255 samples of a picture, whatever its size, and none of a
 * single colour (nsRFPService::RandomizePixels).
 */
const SIDE = 32;

/** Whether a canvas of this thread has given the known picture back: all of them are of one kind. */
let isProved = false;

/**
 * @param {CanvasImageSource} image
 * @param {number} width Of the picture that is read, in pixels.
 * @param {number} height
 * @returns {ImageData} The caller's. Alpha is straight, as ImageData's is.
 * @throws {CaptureError} `unreliable-pixels`, or `out-of-memory` where there is no canvas of that size. What the browser
 *   throws is let through.
 */
export function readThroughCanvas(image, width, height) {
  if (!canvasIsTrue()) {
    throw new CaptureError('unreliable-pixels', 'The browser falsifies what a canvas reads, against fingerprinting');
  }
  return drawn(image, width, height);
}

/** Asked anew until it is: a user may allow a page later what was refused at first. */
export function canvasIsTrue() {
  isProved = isProved || givesBackKnownPicture();
  return isProved;
}

/** Drawn as every other picture is, since browsers falsify by how a canvas was painted. */
function givesBackKnownPicture() {
  const source = createCanvas(SIDE, SIDE);
  try {
    const context = contextOf(source);
    const known = context.createImageData(SIDE, SIDE);
    paint(known.data);
    context.putImageData(known, 0, 0);
    const read = drawn(source, SIDE, SIDE).data;
    return known.data.every((value, i) => value === read[i]);
  } finally {
    empty(source);
  }
}

/** Of many colours, no two neighbours alike; opaque, so that nothing is rounded. @param {Uint8ClampedArray} data */
function paint(data) {
  for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? 255 : (i * 167 + (i >> 7) * 59) & 255;
}

/** @param {CanvasImageSource} image @param {number} width @param {number} height */
function drawn(image, width, height) {
  const canvas = createCanvas(width, height);
  try {
    const context = contextOf(canvas);
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } finally {
    empty(canvas);
  }
}

/** @param {number} width @param {number} height @returns {HTMLCanvasElement | OffscreenCanvas} */
function createCanvas(width, height) {
  return typeof document === 'object'
    ? Object.assign(document.createElement('canvas'), { width, height })
    : new OffscreenCanvas(width, height);
}

/** @param {HTMLCanvasElement | OffscreenCanvas} canvas */
function contextOf(canvas) {
  // Kept in main memory: from the graphics card's, every read would be one more copy.
  const context = /** @type {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null} */ (
    canvas.getContext('2d', { willReadFrequently: true })
  );
  if (context) return context;
  throw new CaptureError('out-of-memory', `No canvas of ${canvas.width} × ${canvas.height} to read a picture with`);
}

/** No pixels stay behind. @param {HTMLCanvasElement | OffscreenCanvas} canvas */
function empty(canvas) {
  canvas.width = 0;
  canvas.height = 0;
}
