/** What the page and the worker both have to know of Chromium's VideoFrames. */

/**
 * How long a reader is left alone after its capture has ended: far beyond the time between two frames. Chromium loses
 * a frame that arrives in the very moment of `cancel()` while it is being read: it is never closed.
 */
export const LINGER_MS = 1000;

/** @param {VideoFrame} frame @returns {number | undefined} For remote video, where the browser tells it. */
export function rtpTimestampOf(frame) {
  return frame.metadata ? frame.metadata().rtpTimestamp : undefined;
}
