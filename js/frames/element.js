/** The next frame of a video element, read by a VideoFrame or, where that will not do, by a canvas. */
import { readThroughCanvas } from '../engine/canvas.js';
import { CaptureError } from '../errors.js';
import { takeVideoFrame } from './candidate.js';
import { nextPresented } from './frame-callback.js';

/** @import { Lifetime } from '../lifetime.js' */
/** @import { Candidate, Taken } from './candidate.js' */

/**
 * @param {HTMLVideoElement} video
 * @param {Lifetime} lifetime
 * @returns {Promise<Candidate>}
 */
export async function nextFromElement(video, lifetime) {
  const proof = await nextPresented(video, lifetime);
  return {
    ...proof,
    width: video.videoWidth,
    height: video.videoHeight,
    // One that does not play presents black, or once more what it showed when it stopped.
    take: () => (video.paused ? undefined : grabVideoFrame(video) || draw(video)),
    close: () => {},
  };
}

/** @param {HTMLVideoElement} video @returns {Taken | undefined} Undefined where it has to be drawn. */
function grabVideoFrame(video) {
  if (typeof VideoFrame !== 'function') return undefined;
  const isUpright = showsUprightPictures(video);
  if (!isUpright && !('rotation' in VideoFrame.prototype)) return undefined;
  try {
    const frame = new VideoFrame(video);
    return { ...takeVideoFrame(frame), input: { frame, isUpright } };
  } catch (cause) {
    throwUnlessLost(cause);
    return undefined;
  }
}

/** The RTP header extension that notes beside a picture by what it is turned (3GPP TS 26.114, 7.4.5). */
const ORIENTATION = 'urn:3gpp:video-orientation';

/**
 * Whether the pictures are certain to be stored as they are shown. Else a VideoFrame of the element is good only where it
 * tells its turn: Firefox and WebKit make it of what is stored. A file may hold any turn in its header. A stream has
 * none in a browser that does not agree to receive it: the sender then turns the picture itself (RFC 7742, section 4).
 * @param {HTMLVideoElement} video
 */
function showsUprightPictures(video) {
  if (!video.srcObject || !('getVideoTracks' in video.srcObject)) return false;
  if (typeof RTCRtpReceiver !== 'function') return true;
  const { headerExtensions = [] } = RTCRtpReceiver.getCapabilities?.('video') || {};
  return headerExtensions.length > 0 && !headerExtensions.some(({ uri }) => uri === ORIENTATION);
}

/** @param {HTMLVideoElement} video @returns {Taken | undefined} */
function draw(video) {
  const start = performance.now();
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0 || height === 0 || video.readyState < 2) return undefined;
  try {
    const { data } = readThroughCanvas(video, width, height);
    return {
      method: 'canvas',
      input: { data, width, height },
      transfer: [data.buffer],
      width,
      height,
      readMs: performance.now() - start,
      // It shows a picture of another size a task before it tells: what is drawn between the two is a part of that.
      isWhole: nextTask().then(() => video.videoWidth === width && video.videoHeight === height),
      release() {
        // Empty once transferred; then `fill` would throw.
        if (data.length > 0) data.fill(0);
      },
    };
  } catch (cause) {
    throwUnlessLost(cause);
    return undefined;
  }
}

/** Not held up in hidden tabs, as timers are. @returns {Promise<unknown>} */
function nextTask() {
  const { port1, port2 } = new MessageChannel();
  port2.postMessage(0);
  return new Promise((resolve) => {
    port1.onmessage = () => resolve(port1.close());
  });
}

/** An element that has lost its picture is no error; the next frame is tried. @param {unknown} cause */
function throwUnlessLost(cause) {
  if (cause instanceof CaptureError) throw cause;
  const { name } = /** @type {{ name?: string }} */ (cause);
  if (name === 'SecurityError') {
    throw new CaptureError('tainted', 'The video is of another origin that does not share it (CORS)', { cause });
  }
  if (name === 'RangeError') throw new CaptureError('out-of-memory', undefined, { cause });
}
