/** The next frame of a video element, read by a VideoFrame or, where there is none, by a canvas. */
import { CaptureError } from '../errors.js';
import { takeVideoFrame } from './candidate.js';
import { nextPresented } from './frame-callback.js';

/** @import { Lifetime } from '../lifetime.js' */
/** @import { Candidate, Taken } from './candidate.js' */

/**
 * @param {HTMLVideoElement} video
 * @param {HTMLCanvasElement} canvas Shared by all: it is filled, read and emptied within one turn.
 * @param {Lifetime} lifetime
 * @returns {Promise<Candidate>}
 */
export async function nextFromElement(video, canvas, lifetime) {
  const proof = await nextPresented(video, lifetime);
  return {
    ...proof,
    width: video.videoWidth,
    height: video.videoHeight,
    // One that does not play presents black, or once more what it showed when it stopped.
    take: () => (video.paused ? undefined : grabVideoFrame(video) || draw(video, canvas)),
    close: () => {},
  };
}

/** @param {HTMLVideoElement} video @returns {Taken | undefined} */
function grabVideoFrame(video) {
  if (typeof VideoFrame !== 'function') return undefined;
  try {
    return takeVideoFrame(new VideoFrame(video));
  } catch (cause) {
    throwUnlessLost(cause);
    return undefined;
  }
}

/** @param {HTMLVideoElement} video @param {HTMLCanvasElement} canvas @returns {Taken | undefined} */
function draw(video, canvas) {
  const start = performance.now();
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0 || height === 0 || video.readyState < 2) return undefined;
  canvas.width = width;
  canvas.height = height;
  try {
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return undefined;
    context.drawImage(video, 0, 0, width, height);
    const data = context.getImageData(0, 0, width, height).data;
    return {
      method: 'canvas',
      input: { data, width, height },
      transfer: [data.buffer],
      width,
      height,
      readMs: performance.now() - start,
      release() {
        // Empty once transferred; then `fill` would throw.
        if (data.length > 0) data.fill(0);
      },
    };
  } catch (cause) {
    throwUnlessLost(cause);
    return undefined;
  } finally {
    // No pixels stay behind.
    canvas.width = 0;
    canvas.height = 0;
  }
}

/** An element that has lost its picture is no error; the next frame is tried. @param {unknown} cause */
function throwUnlessLost(cause) {
  const { name } = /** @type {{ name?: string }} */ (cause);
  if (name === 'SecurityError') {
    throw new CaptureError('tainted', 'The video is of another origin that does not share it (CORS)', { cause });
  }
  if (name === 'RangeError') throw new CaptureError('out-of-memory', undefined, { cause });
}
