/** Whether an element's picture has changed since it was last looked at: the proof of last resort. */
import { canvasIsTrue } from '../engine/canvas.js';

/** The sides of the copy that is compared, in pixels: a camera's noise alone changes one of this size. */
const WIDTH = 32;
const HEIGHT = 18;

/** What counts as black here: limited range's own, and what codecs make of it. */
const BLACK = 20;

/**
 * @param {HTMLVideoElement} video
 * @returns {() => boolean} False at the first look at a picture. True where there is nothing to compare and whoever
 *   reads the element says why: where reading is forbidden or gives noise, and where all is black, as of a camera that was
 *   switched off.
 */
export function watchPicture(video) {
  /** @type {Uint8ClampedArray | undefined} */
  let before;

  return () => {
    if (video.readyState < 2) return false;
    const now = look(video);
    if (!now || isNoise()) return true;
    const isOther = before !== undefined && now.some((value, i) => value !== /** @type {any} */ (before)[i]);
    before = now;
    return isOther || now.every((value, i) => value <= BLACK || i % 4 === 3);
  };
}

/**
 * Noise in the whole picture, new at each look. Where a browser falsifies single samples only, it leaves VideoFrames as
 * they are, and the same picture gets the same noise.
 */
function isNoise() {
  return typeof VideoFrame !== 'function' && !canvasIsTrue();
}

/** @param {HTMLVideoElement} video */
function look(video) {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  try {
    if (!context) return undefined;
    context.drawImage(video, 0, 0, WIDTH, HEIGHT);
    return context.getImageData(0, 0, WIDTH, HEIGHT).data;
  } catch {
    return undefined;
  } finally {
    canvas.width = 0;
    canvas.height = 0;
  }
}
