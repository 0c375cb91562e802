/** From a frame to RGBA pixels in the engine's memory: upright, square, in sRGB. */
import { CaptureError } from '../errors.js';

/** @import { Engine, EngineFrame } from './index.js' */

/**
 * A frame on its way: transferred, never copied. The receiver closes it, or zeroes its bytes.
 * @typedef {{ frame: VideoFrame } | { data: Uint8ClampedArray, width: number, height: number }} FrameInput
 */

/**
 * @param {Engine} engine Nothing else may call it until the promise settles.
 * @param {FrameInput} input
 * @returns {Promise<EngineFrame>}
 */
export async function readInto(engine, input) {
  if (!('frame' in input)) return hold(engine, input);
  const copied = await copyPlanes(engine, input.frame);
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

/** @param {Engine} engine @param {{ data: Uint8ClampedArray, width: number, height: number }} image */
function hold(engine, { data, width, height }) {
  const held = engine.allocate(width, height);
  held.pixels().set(data);
  return held;
}

/**
 * The browser converts straight into the engine's memory: 7 ms for a 1080p frame where a canvas takes 36.
 * @param {Engine} engine
 * @param {VideoFrame} frame
 * @returns {Promise<EngineFrame | undefined>} Undefined where a canvas has to do it.
 */
async function copyPlanes(engine, frame) {
  const { width, height } = frame.visibleRect || { width: 0, height: 0 };
  if (isTurned(frame) || width !== frame.displayWidth || height !== frame.displayHeight) return undefined;
  const isBlueFirst = !(await honoursFormat()) && /^BGR/.test(String(frame.format));
  if (!takesRgbaRoom(frame, width * height * 4)) return undefined;
  const held = engine.allocate(width, height);
  try {
    await frame.copyTo(held.pixels(), AS_RGBA);
    if (isBlueFirst) swapRedAndBlue(held.pixels());
    return held;
  } catch {
    held.release();
    return undefined;
  }
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

/** @param {Uint8Array<ArrayBuffer>} pixels */
function swapRedAndBlue(pixels) {
  // A frame starts on a word, and WebAssembly's memory is little-endian everywhere.
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4);
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    words[i] = (word & 0xff00ff00) | ((word & 0xff) << 16) | ((word >>> 16) & 0xff);
  }
}

/** `copyTo` gives pixels as they are stored; only drawing turns them upright. @param {VideoFrame} frame */
function isTurned(frame) {
  const { rotation, flip } = /** @type {{ rotation?: number, flip?: boolean }} */ (frame);
  return Boolean(rotation || flip);
}

/** @param {VideoFrame} frame */
function draw(frame) {
  const { displayWidth: width, displayHeight: height } = frame;
  const canvas = createCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D | null} */ (
    canvas.getContext('2d', { willReadFrequently: true })
  );
  if (!context) throw new CaptureError('out-of-memory', `No canvas of ${width} × ${height} to read the frame with`);
  try {
    context.drawImage(frame, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } catch (cause) {
    throw new CaptureError('out-of-memory', `No memory to read ${width} × ${height} pixels`, { cause });
  } finally {
    canvas.width = 0;
    canvas.height = 0;
  }
}

/** @param {number} width @param {number} height */
function createCanvas(width, height) {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement('canvas'), { width, height });
}
