/**
 * The latest frame of each track that is watched, so that a capture need not wait for the next. The frames come straight
 * to the worker's thread: the page's has nothing to do with them. Ages alone cross between the two threads, whose clocks
 * need not agree.
 */
import { createPresentationClock } from './presentation-clock.js';
import { LINGER_MS } from './video-frame.js';

/** @import { Clock } from '../clock.js' */

/** How old the picture of now may be, in ms: two frames of 15 fps video, and what they vary by. */
const LATEST_MS = 150;

/**
 * Which frame is asked for.
 * @typedef {object} Wanted
 * @property {number} watchId
 * @property {number} maxAgeMs Older frames do not count: they may show somebody else.
 * @property {number} minWidth In pixels, upright.
 * @property {number} minHeight
 */

/**
 * @typedef {object} LatestFrame
 * @property {VideoFrame} frame The caller's, to close.
 * @property {number} ageMs Since its presentation.
 */

/** @param {Clock} clock This thread's. */
export function createLatestFrames(clock) {
  /** @type {Map<number, ReturnType<typeof watch>>} */
  const watches = new Map();

  return {
    /** @param {number} watchId @param {ReadableStream<VideoFrame>} frames */
    watch(watchId, frames) {
      watches.set(watchId, watch(frames, clock));
    },

    /** @param {number} watchId */
    unwatch(watchId) {
      const found = watches.get(watchId);
      watches.delete(watchId);
      if (found) found.stop();
    },

    /** @param {Wanted} wanted @returns {LatestFrame | undefined} Undefined where there is none of now. */
    take({ watchId, maxAgeMs, minWidth, minHeight }) {
      const found = watches.get(watchId)?.latest();
      if (!found) return undefined;
      const { frame, presentedAt } = found;
      const ageMs = Math.max(0, clock.now() - presentedAt);
      const isWanted = ageMs <= Math.min(maxAgeMs, LATEST_MS);
      const isLarge = frame.displayWidth >= minWidth && frame.displayHeight >= minHeight;
      return isWanted && isLarge ? { frame: frame.clone(), ageMs } : undefined;
    },

    dispose() {
      for (const each of Array.from(watches.values())) each.stop();
      watches.clear();
    },
  };
}

/** @param {ReadableStream<VideoFrame>} frames @param {Clock} clock */
function watch(frames, clock) {
  const reader = frames.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  const presentation = createPresentationClock();
  /** @type {{ frame: VideoFrame, presentedAt: number } | undefined} */
  let latest;
  let stopped = false;

  /** @param {VideoFrame} [frame] */
  function replace(frame) {
    if (latest) latest.frame.close();
    latest = frame && { frame, presentedAt: presentation.presentedAt(frame.timestamp, clock.now()) };
  }

  async function follow() {
    while (!stopped) {
      const { value: frame, done } = await reader.read();
      if (done) stopped = true;
      // Whoever has it releases it: a decoder that gets none of its frames back stands still.
      replace(frame);
    }
    replace(undefined);
    cancel();
  }
  follow().catch(() => {
    stopped = true;
    replace(undefined);
  });

  return {
    latest: () => latest,
    stop() {
      if (stopped) return;
      stopped = true;
      replace(undefined);
      clock.setTimeout(cancel, LINGER_MS);
    },
  };
}
