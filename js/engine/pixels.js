/** From a frame to RGBA pixels in the engine's memory: upright, square, over black, in sRGB. */
import { CaptureError } from '../errors.js';
import { readThroughCanvas } from './canvas.js';

/** @import { Core, RawFrame } from './core.js' */

/**
 * A frame on its way: transferred, never copied. The receiver closes it, or zeroes its bytes.
 * @typedef {{ frame: VideoFrame, isUpright?: boolean } | { data: Uint8ClampedArray, width: number, height: number }}
 *   FrameInput `isUpright`: nothing has to be turned, though the frame itself cannot say so (`rotation`).
 */

/**
 * @param {Core} engine Nothing else may call it until the promise settles.
 * @param {FrameInput} input
 * @returns {Promise<RawFrame>} Upright, square pixels, over black. Alpha is what it was: a frame that no decoder has
 *   written to is transparent throughout.
 * @throws {CaptureError} `unreliable-pixels`, `out-of-memory`
 */
export async function readInto(engine, input) {
  if (!('frame' in input)) return hold(engine, input);
  const copied = await copyPlanes(engine, input.frame, Boolean(input.isUpright));
  if (copied) return copied;
  const image = draw(input.frame);
  try {
    return hold(engine, image);
  } finally {
    image.data.fill(0);
  }
}

/** Closes or zeroes what carried a frame here. @param {FrameInput} input */
export function letGo(input) {
  if ('frame' in input) input.frame.close();
  else input.data.fill(0);
}

/** @param {Core} engine @param {{ data: Uint8ClampedArray, width: number, height: number }} image */
function hold(engine, { data, width, height }) {
  const held = engine.allocate(width, height);
  const pixels = held.pixels();
  pixels.set(data);
  placeOverBlack(toWords(pixels));
  return held;
}

/**
 * The browser converts straight into the engine's memory: 7 ms for a 1080p frame where a canvas takes 36.
 * @param {Core} engine
 * @param {VideoFrame} frame
 * @param {boolean} isUpright
 * @returns {Promise<RawFrame | undefined>} Undefined where a canvas has to do it.
 */
async function copyPlanes(engine, frame, isUpright) {
  const { width, height } = frame.visibleRect || { width: 0, height: 0 };
  if (isTurned(frame, isUpright) || width !== frame.displayWidth || height !== frame.displayHeight) return undefined;
  const isBlueFirst = !(await honoursFormat()) && /^BGR/.test(String(frame.format));
  if (!takesRgbaRoom(frame, width * height * 4)) return undefined;
  const held = engine.allocate(width, height);
  try {
    await frame.copyTo(held.pixels(), AS_RGBA);
    if (isBlueFirst) swapRedAndBlue(toWords(held.pixels()));
    // Chromium's frames hold straight colours, Firefox's premultiplied ones: only the browser itself can tell.
    if (!hasAlpha(frame) || isOpaque(toWords(held.pixels()))) return held;
  } catch {
    // A canvas can do it.
  }
  held.release();
  return undefined;
}

/** @type {VideoFrameCopyToOptions} */
const AS_RGBA = { format: 'RGBA', colorSpace: 'srgb' };

/**
 * Browsers that cannot convert either say so or ignore the format and name the size of what they have.
 * @param {VideoFrame} frame
 * @param {number} size
 */
function takesRgbaRoom(frame, size) {
  try {
    return frame.allocationSize(AS_RGBA) === size;
  } catch {
    return false;
  }
}

/** @type {Promise<boolean> | undefined} */
let honoured;

/** WebKit 2.50 ignores the format, and BGRA, which it then copies, has the size of RGBA: only a try can tell. */
function honoursFormat() {
  honoured = honoured || tryFormat().catch(() => false);
  return honoured;
}

async function tryFormat() {
  const [blue, red] = [10, 200];
  const pixel = new Uint8Array([blue, 100, red, 255]);
  const frame = new VideoFrame(pixel, { format: 'BGRA', codedWidth: 1, codedHeight: 1, timestamp: 0 });
  try {
    await frame.copyTo(pixel, AS_RGBA);
    return pixel[0] === red;
  } finally {
    frame.close();
  }
}

/**
 * A frame starts on a word, and WebAssembly's memory is little-endian everywhere. Signed: Firefox takes several times as
 * long over words that do not fit into 31 bits.
 * @param {Uint8Array<ArrayBuffer>} pixels
 */
function toWords({ buffer, byteOffset, length }) {
  return new Int32Array(buffer, byteOffset, length / 4);
}

/** @param {Int32Array} words */
function swapRedAndBlue(words) {
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    words[i] = (word & 0xff00ff00) | ((word & 0xff) << 16) | ((word >>> 16) & 0xff);
  }
}

/** RGBA, BGRA, I420A and the like (WebCodecs, Pixel Format). @param {VideoFrame} frame */
function hasAlpha(frame) {
  return /A/.test(String(frame.format));
}

/** @param {Int32Array} words */
function isOpaque(words) {
  let all = -1;
  for (let i = 0; i < words.length; i++) all &= words[i];
  return all >>> 24 === 255;
}

/**
 * What is transparent as a video element shows it, and as a JPEG of a canvas has it. Alpha itself stays.
 * @param {Int32Array} words
 */
function placeOverBlack(words) {
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const alpha = word >>> 24;
    if (alpha === 255) continue;
    const red = Math.round(((word & 0xff) * alpha) / 255);
    const green = Math.round((((word >>> 8) & 0xff) * alpha) / 255);
    const blue = Math.round((((word >>> 16) & 0xff) * alpha) / 255);
    words[i] = (alpha << 24) | (blue << 16) | (green << 8) | red;
  }
}

/**
 * `copyTo` gives pixels as they are stored; only drawing turns them upright. Chromium keeps the turn with every frame,
 * and tells it from version 138 on.
 * @param {VideoFrame} frame
 * @param {boolean} isUpright
 */
function isTurned(frame, isUpright) {
  const { rotation, flip } = /** @type {{ rotation?: number, flip?: boolean }} */ (frame);
  return rotation === undefined ? !isUpright : Boolean(rotation || flip);
}

/** @param {VideoFrame} frame */
function draw(frame) {
  const { displayWidth: width, displayHeight: height } = frame;
  try {
    return readThroughCanvas(frame, width, height);
  } catch (cause) {
    if (cause instanceof CaptureError) throw cause;
    throw new CaptureError('out-of-memory', `No memory to read ${width} × ${height} pixels`, { cause });
  }
}
