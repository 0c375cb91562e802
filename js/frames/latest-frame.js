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

  /**
   * @param {ReturnType<typeof watch>} watched @param {Wanted} wanted
   * @returns {LatestFrame | undefined}
   */
  function take(watched, { maxAgeMs, minWidth, minHeight }) {
    const found = watched.latest();
    if (!found) return undefined;
    const { frame, presentedAt } = found;
    const ageMs = Math.max(0, clock.now() - presentedAt);
    const isLarge = frame.displayWidth >= minWidth && frame.displayHeight >= minHeight;
    return ageMs <= maxAgeMs && isLarge ? { frame: frame.clone(), ageMs } : undefined;
  }

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
    take(wanted) {
      const watched = watches.get(wanted.watchId);
      return watched && take(watched, { ...wanted, maxAgeMs: Math.min(wanted.maxAgeMs, LATEST_MS) });
    },

    /**
     * The latest, where it is one of now, and those that come, one after the other: what comes while nobody asks is
     * passed over.
     * @param {Wanted} wanted
     * @param {{ sinceMs: number, withinMs: number }} window How long ago the first that counts may have been presented,
     *   less than 0 where it is yet to be; how long they are waited for.
     * @returns {AsyncGenerator<LatestFrame, void>} Until the time is over, or the track has ended.
     */
    async *follow(wanted, { sinceMs, withinMs }) {
      const watched = watches.get(wanted.watchId);
      if (!watched) return;
      const start = clock.now();
      let limitMs = LATEST_MS;
      let seen = 0;
      do {
        const maxAgeMs = Math.min(wanted.maxAgeMs, limitMs, sinceMs + clock.now() - start);
        const found = take(watched, { ...wanted, maxAgeMs });
        limitMs = Number.POSITIVE_INFINITY;
        seen = watched.count();
        if (found) yield found;
      } while (await watched.hasMore(seen, start + withinMs));
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
  let count = 0;
  let stopped = false;
  /** Who waits for another. @type {(() => void)[]} */
  let waiting = [];

  /** @param {VideoFrame} [frame] */
  function replace(frame) {
    if (latest) latest.frame.close();
    latest = frame && { frame, presentedAt: presentation.presentedAt(frame.timestamp, clock.now()) };
    if (frame) count++;
    const served = waiting;
    waiting = [];
    for (const resolve of served) resolve();
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

    /** How many frames have come. */
    count: () => count,

    /**
     * @param {number} seen Of those that have come. @param {number} until
     * @returns {Promise<boolean>} True as soon as there is another; false where none comes until then, or none any more.
     */
    async hasMore(seen, until) {
      const left = until - clock.now();
      if (!stopped && left > 0 && count <= seen) {
        await new Promise((resolve) => {
          const timer = clock.setTimeout(() => resolve(undefined), left);
          waiting.push(() => {
            clock.clearTimeout(timer);
            resolve(undefined);
          });
        });
      }
      return !stopped && count > seen && clock.now() < until;
    },

    stop() {
      if (stopped) return;
      stopped = true;
      replace(undefined);
      clock.setTimeout(cancel, LINGER_MS);
    },
  };
}
