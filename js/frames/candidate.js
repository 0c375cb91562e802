import { rtpTimestampOf } from './video-frame.js';

/** @import { FrameInput } from '../engine/pixels.js' */

/**
 * A frame that arrived after it was asked for. Whether it is good enough is decided by `fresh-frames.js`; the holder calls
 * `take` or `close`, once.
 * @typedef {object} Candidate
 * @property {number} width In pixels, upright.
 * @property {number} height
 * @property {number} presentedAt When it was presented, on the clock of `performance.now()`.
 * @property {number} [presentedFrames] How many frames the element has presented (requestVideoFrameCallback).
 * @property {number} [rtpTimestamp] The frame's RTP timestamp, for remote video.
 * @property {() => Taken | undefined} take Its pixels; undefined where the element has lost them meanwhile. Throws
 *   CaptureError `tainted`.
 * @property {() => void} close
 */

/**
 * @typedef {object} Taken
 * @property {'video-frame' | 'canvas'} method How its pixels are read.
 * @property {FrameInput} input
 * @property {Transferable[]} transfer
 * @property {number} width Of the pixels that were really read: a sender may switch resolution at any frame.
 * @property {number} height
 * @property {number} readMs How long reading took here; 0 where the worker reads.
 * @property {Promise<boolean>} [isWhole] Whether it is one picture, where that shows only a task later.
 * @property {() => void} release Closes or zeroes it; harmless once it has been transferred or released.
 */

/**
 * @param {VideoFrame} frame Owned by the candidate from here on.
 * @param {number} presentedAt
 * @returns {Candidate}
 */
export function fromVideoFrame(frame, presentedAt) {
  const rtpTimestamp = rtpTimestampOf(frame);
  return {
    width: frame.displayWidth,
    height: frame.displayHeight,
    presentedAt,
    ...(rtpTimestamp === undefined ? {} : { rtpTimestamp }),
    take: () => takeVideoFrame(frame),
    close: () => frame.close(),
  };
}

/** @param {VideoFrame} frame @returns {Taken} */
export function takeVideoFrame(frame) {
  const { displayWidth: width, displayHeight: height } = frame;
  return {
    method: 'video-frame',
    input: { frame },
    transfer: [frame],
    width,
    height,
    readMs: 0,
    release: () => frame.close(),
  };
}
