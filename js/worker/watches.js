/**
 * The newest frame of each track that is watched, so that a capture need not wait for the next. The frames come straight
 * to this thread: the page's has nothing to do with them.
 */
import { LINGER_MS } from '../frames/video-frame.js';
import { createPresentationClock } from './presentation-clock.js';

/** How old the picture of now may be: two frames of 15 fps video, and what they vary by. */
const FRESH_MS = 150;

/**
 * @typedef {object} Wanted
 * @property {number} since Frames from before do not count; in ms since the epoch, as `performance.timeOrigin +
 *   performance.now()` tells it.
 * @property {number} maxFrameAgeMs
 * @property {number} minWidth In pixels, upright.
 * @property {number} minHeight
 */

/**
 * @typedef {object} KeptFrame
 * @property {VideoFrame} frame The caller's.
 * @property {number} presentedAt As `since`.
 * @property {number} ageMs
 */

export function createWatches() {
  /** @type {Map<number, ReturnType<typeof watch>>} */
  const watches = new Map();

  return {
    /** @param {number} watchId @param {ReadableStream<VideoFrame>} frames */
    add(watchId, frames) {
      watches.set(watchId, watch(frames));
    },

    /** @param {number} watchId */
    remove(watchId) {
      const found = watches.get(watchId);
      watches.delete(watchId);
      if (found) found.stop();
    },

    /** @param {number} watchId @param {Wanted} wanted @returns {KeptFrame | undefined} */
    newest(watchId, { since, maxFrameAgeMs, minWidth, minHeight }) {
      const found = watches.get(watchId)?.newest();
      if (!found) return undefined;
      const { frame } = found;
      const presentedAt = performance.timeOrigin + found.presentedAt;
      const ageMs = Math.max(0, performance.now() - found.presentedAt);
      const isWanted = presentedAt >= since && ageMs <= Math.min(maxFrameAgeMs, FRESH_MS);
      const isLarge = frame.displayWidth >= minWidth && frame.displayHeight >= minHeight;
      return isWanted && isLarge ? { frame: frame.clone(), presentedAt, ageMs } : undefined;
    },

    dispose() {
      for (const each of Array.from(watches.values())) each.stop();
      watches.clear();
    },
  };
}

/** @param {ReadableStream<VideoFrame>} frames */
function watch(frames) {
  const reader = frames.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  const clock = createPresentationClock();
  /** @type {{ frame: VideoFrame, presentedAt: number } | undefined} */
  let newest;
  let stopped = false;

  /** @param {VideoFrame} [frame] */
  function replace(frame) {
    if (newest) newest.frame.close();
    newest = frame && { frame, presentedAt: clock.presentedAt(frame.timestamp, performance.now()) };
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
    newest: () => newest,
    stop() {
      if (stopped) return;
      stopped = true;
      replace(undefined);
      setTimeout(cancel, LINGER_MS);
    },
  };
}
