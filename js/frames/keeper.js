/**
 * Sources that a page has made ready: the worker keeps the newest frame of each of their tracks, and a capture takes it
 * instead of waiting for the next, where it is certain whom it shows.
 */
import { isLocal } from './local.js';
import { openFrames } from './processor.js';
import { toSource } from './source.js';
import { isSamePicture, listTargets } from './target.js';

/** @typedef {import('./source.js').CaptureSource} CaptureSource */
/** @typedef {import('./target.js').ChosenTarget} ChosenTarget */
/** @typedef {import('../worker/host.js').Server} Server */
/** @typedef {ReturnType<typeof createKeeper>} Keeper */

/**
 * What to ask the worker for.
 * @typedef {object} Kept
 * @property {number} watchId
 * @property {number} since Older frames may show somebody else; in ms since the epoch.
 */

/** Never the same twice, whoever the worker is. */
let lastWatchId = 0;

/** @param {(target: ChosenTarget) => void} warm For browsers where a track is read through an element. */
export function createKeeper(warm) {
  // By what the page gave, since a stream becomes another source at each call.
  /** @type {Map<unknown, ReturnType<typeof keep>>} */
  const sources = new Map();

  /** @param {unknown} sourceLike */
  function drop(sourceLike) {
    const kept = sources.get(sourceLike);
    if (kept) kept.stop();
    sources.delete(sourceLike);
  }

  /** @type {(sourceLike: unknown, server: Server) => Promise<void>} */
  function keepWith(sourceLike, server) {
    const before = sources.get(sourceLike);
    // A track that a page has added to a stream itself comes without an event.
    if (before?.server === server) return before.follow();
    drop(sourceLike);
    for (const [other, kept] of Array.from(sources)) if (!kept.isAlive()) drop(other);
    const kept = keep(toSource(sourceLike), server, warm);
    sources.set(sourceLike, kept);
    return kept.follow();
  }

  return {
    /**
     * Until its tracks have ended.
     * @param {unknown} sourceLike
     * @param {Server} server Whose worker keeps the frames.
     * @returns {Promise<void>} Once it does.
     */
    keep: keepWith,

    /**
     * @param {unknown} sourceLike
     * @param {Server} server
     * @param {ChosenTarget} target
     * @returns {Kept | undefined} Undefined where the next frame has to be waited for.
     */
    find(sourceLike, server, target) {
      const kept = sources.get(sourceLike);
      if (!kept) return undefined;
      if (kept.server === server) return kept.find(target);
      // The worker has crashed since.
      keepWith(sourceLike, server);
      return undefined;
    },

    dispose() {
      for (const sourceLike of Array.from(sources.keys())) drop(sourceLike);
    },
  };
}

/** @param {CaptureSource} source @param {Server} server @param {(target: ChosenTarget) => void} warm */
function keep(source, server, warm) {
  /** @type {Map<MediaStreamTrack, { watchId: number, seen: ChosenTarget }>} */
  const watches = new Map();
  let changedAt = Number.NEGATIVE_INFINITY;
  /** The latest: the worker answers in order. */
  let opening = Promise.resolve();

  /** @returns {Promise<void>} */
  function follow() {
    const targets = living();
    for (const track of Array.from(watches.keys())) if (!targets.some((target) => target.track === track)) drop(track);
    for (const target of targets) if (!watches.has(/** @type {MediaStreamTrack} */ (target.track))) open(target);
    return opening;
  }

  function living() {
    try {
      return listTargets(source).filter(({ track }) => track && track.readyState === 'live' && !isLocal(track));
    } catch {
      return [];
    }
  }

  /** @param {ChosenTarget} target */
  function open(target) {
    const track = /** @type {MediaStreamTrack} */ (target.track);
    warm(target);
    const frames = server.inPage ? undefined : openFrames(track);
    if (!frames) return;
    const watchId = ++lastWatchId;
    watches.set(track, { watchId, seen: target });
    opening = server.call('watch', { watchId, frames }, [frames]).catch(() => {
      watches.delete(track);
    });
  }

  /** @param {MediaStreamTrack} track */
  function drop(track) {
    const { watchId } = /** @type {{ watchId: number }} */ (watches.get(track));
    watches.delete(track);
    server.call('unwatch', { watchId }).catch(() => {});
  }

  const off = source.on('change', () => {
    changedAt = performance.now();
    follow();
  });

  return {
    server,
    follow,
    isAlive: () => living().length > 0,

    /** @param {ChosenTarget} target @returns {Kept | undefined} */
    find(target) {
      const { track } = target;
      const watched = track && watches.get(track);
      if (!watched || !track.enabled || track.muted) return undefined;
      const { seen, watchId } = watched;
      watched.seen = target;
      // It has moved without an event: who knows when.
      if (!isSamePicture(seen, target) || !isSameInteraction(seen, target)) return undefined;
      return { watchId, since: performance.timeOrigin + Math.max(changedAt, target.notBefore ?? 0) };
    },

    stop() {
      if (off) off();
      for (const track of Array.from(watches.keys())) drop(track);
    },
  };
}

/** Where the caller names the interaction, its source knows none. @param {ChosenTarget} a @param {ChosenTarget} b */
function isSameInteraction(a, b) {
  return a.isNamed || b.isNamed || a.interactionId === b.interactionId;
}
