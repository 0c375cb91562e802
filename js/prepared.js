/**
 * Sources that a page has made ready: the worker keeps the latest frame of each of their tracks, and a capture takes it
 * instead of waiting for the next, where it is certain whom it shows.
 */

import { attempt } from './attempt.js';
import { isLocal } from './frames/local.js';
import { openFrames } from './frames/processor.js';
import { onChange, toSource } from './frames/source.js';
import { isSamePicture, listTargets } from './frames/target.js';

/** @import { Clock } from './clock.js' */
/** @import { Wanted } from './frames/latest-frame.js' */
/** @import { CaptureSource } from './frames/source.js' */
/** @import { ChosenTarget } from './frames/target.js' */
/** @import { Server } from './worker/host.js' */

/**
 * The most sources that are kept ready while none of their tracks is alive: a call may pause between two tracks, but a
 * page that makes a new stream for each call shall not gather them all.
 */
const MOST_WITHOUT_TRACK = 8;

/** Watch ids are never used again, not even with the next worker. */
let lastWatchId = 0;

const nothing = () => {};

/** @typedef {ReturnType<typeof createPreparedSources>} PreparedSources */

/**
 * @param {object} context
 * @param {Clock} context.clock
 * @param {(target: ChosenTarget) => () => void} context.warm For browsers where a track is read through an element.
 * @param {(track: MediaStreamTrack) => ReadableStream<VideoFrame> | undefined} [context.open]
 */
export function createPreparedSources({ clock, warm, open = openFrames }) {
  // By what the page gave, since a stream becomes another source at each call; the latest last.
  /** @type {Map<unknown, ReturnType<typeof prepare>>} */
  const sources = new Map();

  /** @param {unknown} given */
  function drop(given) {
    const prepared = sources.get(given);
    sources.delete(given);
    if (prepared) prepared.stop();
  }

  function dropForgotten() {
    const idle = Array.from(sources).filter(([, prepared]) => !prepared.hasTrack());
    for (const [given] of idle.slice(0, Math.max(0, idle.length - MOST_WITHOUT_TRACK))) drop(given);
  }

  /** @type {(given: unknown, server: Server) => Promise<void>} */
  async function prepareFor(given, server) {
    const before = sources.get(given);
    // A track that a page has added to a stream itself comes without an event.
    if (before?.server === server) return before.follow();
    const prepared = prepare(toSource(given), server, { clock, warm, open });
    drop(given);
    sources.set(given, prepared);
    dropForgotten();
    return prepared.follow();
  }

  /** @type {(given: unknown, server: Server, target: ChosenTarget) => Pick<Wanted, 'watchId' | 'maxAgeMs'> | undefined} */
  function find(given, server, target) {
    const prepared = sources.get(given);
    return prepared?.server === server ? prepared.find(target) : undefined;
  }

  return {
    /**
     * Until its tracks have ended.
     * @param {unknown} given A source, or anything that can be made one.
     * @param {Server} server Whose worker keeps the frames.
     * @returns {Promise<void>} Once it does.
     */
    prepare: prepareFor,

    /**
     * @param {unknown} given
     * @param {Server} server
     * @param {ChosenTarget} target
     * @returns {Pick<Wanted, 'watchId' | 'maxAgeMs'> | undefined} What to ask the worker for; undefined where the next
     *   frame has to be waited for.
     */
    find,

    /**
     * For a capture that wants a target's frames as they come: those that are kept already, or a watch of its own.
     * @param {unknown} given
     * @param {Server} server
     * @param {ChosenTarget} target
     * @param {number} since Frames from before do not count.
     * @returns {Watching | undefined} Undefined where the frames cannot go to the worker.
     */
    watch(given, server, target, since) {
      const found = find(given, server, target);
      if (found) {
        return { watchId: found.watchId, sinceMs: Math.min(found.maxAgeMs, clock.now() - since), end: nothing };
      }
      const started = target.track && startWatch(server, target.track, open);
      if (!started) return undefined;
      const { watchId, opening } = started;
      // Where that fails, the worker has none to rank, and the page reads them itself.
      opening.catch(nothing);
      const sinceMs = Math.min(0, clock.now() - (target.notBefore ?? 0));
      return { watchId, sinceMs, end: () => endWatch(server, watchId) };
    },

    /** All that was prepared with a server that is no more, with the one that has come in its place. @param {Server} server */
    moveTo(server) {
      for (const [given, prepared] of Array.from(sources)) {
        // One that fails is let go: it is in no other's way.
        if (prepared.server !== server) prepareFor(given, server).catch(() => drop(given));
      }
    },

    dispose() {
      for (const given of Array.from(sources.keys())) attempt(() => drop(given));
    },
  };
}

/**
 * @param {CaptureSource} source
 * @param {Server} server
 * @param {Required<Parameters<typeof createPreparedSources>[0]>} context
 */
function prepare(source, server, { clock, warm, open }) {
  /** @type {Map<MediaStreamTrack, Watch>} */
  const watches = new Map();
  let changedAt = Number.NEGATIVE_INFINITY;
  /** The latest: the worker answers in order. */
  let opening = Promise.resolve();
  /** As soon as nothing is to be opened any more: also once the server has not taken a track's frames. */
  let stopped = false;

  /** @returns {Promise<void>} */
  function follow() {
    if (stopped) return opening;
    const targets = living();
    for (const track of Array.from(watches.keys())) if (!targets.some((target) => target.track === track)) drop(track);
    for (const target of targets) if (!watches.has(/** @type {MediaStreamTrack} */ (target.track))) watch(target);
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
  function watch(target) {
    const track = /** @type {MediaStreamTrack} */ (target.track);
    const letGo = warm(target);
    const started = startWatch(server, track, open);
    watches.set(track, { watchId: started?.watchId, seen: target, since: Number.NEGATIVE_INFINITY, letGo });
    if (!started) return;
    opening = started.opening.catch(() => {
      stopped = true;
      watches.delete(track);
      letGo();
    });
  }

  /** @param {MediaStreamTrack} track */
  function drop(track) {
    const { watchId, letGo } = /** @type {Watch} */ (watches.get(track));
    watches.delete(track);
    letGo();
    if (watchId !== undefined) endWatch(server, watchId);
  }

  const off = onChange(source, () => {
    changedAt = clock.now();
    follow();
  });

  return {
    server,
    follow,
    hasTrack: () => living().length > 0,

    /** @param {ChosenTarget} target */
    find(target) {
      const { track } = target;
      const watched = track && watches.get(track);
      if (!watched || watched.watchId === undefined || !track.enabled || track.muted) return undefined;
      const { seen } = watched;
      watched.seen = target;
      // It has moved without an event: who knows when, so that no frame from before now tells whom it shows.
      if (!isSamePicture(seen, target) || !isSameInteraction(seen, target)) watched.since = clock.now();
      const since = Math.max(changedAt, watched.since, target.notBefore ?? Number.NEGATIVE_INFINITY);
      const maxAgeMs = clock.now() - since;
      return maxAgeMs > 0 ? { watchId: watched.watchId, maxAgeMs } : undefined;
    },

    stop() {
      stopped = true;
      attempt(off, ...Array.from(watches.keys(), (track) => () => drop(track)));
    },
  };
}

/**
 * Has the worker keep a track's latest frame.
 * @param {Server} server @param {MediaStreamTrack} track @param {typeof openFrames} open
 * @returns {{ watchId: number, opening: Promise<void> } | undefined} Undefined where its frames cannot go to the worker.
 */
function startWatch(server, track, open) {
  const frames = server.inPage ? undefined : open(track);
  if (!frames) return undefined;
  const watchId = ++lastWatchId;
  const opening = server.call('watch', { watchId, frames }, [frames]);
  // It has stayed here where the server is gone.
  opening.catch(() => frames.cancel()).catch(nothing);
  return { watchId, opening };
}

/** @param {Server} server @param {number} watchId */
function endWatch(server, watchId) {
  server.call('unwatch', { watchId }).catch(nothing);
}

/**
 * Frames that go to the worker.
 * @typedef {object} Watching
 * @property {number} watchId
 * @property {number} sinceMs How long ago the first that counts may have been presented; less than 0 where it is yet to be.
 * @property {() => void} end Lets go of them.
 */

/**
 * A track whose frames the worker keeps.
 * @typedef {object} Watch
 * @property {number | undefined} watchId Undefined where nothing reads tracks directly: only the element plays then.
 * @property {ChosenTarget} seen Whom it showed when it was last asked for.
 * @property {number} since Frames from before may show somebody else.
 * @property {() => void} letGo
 */

/** Where the caller names the interaction, its source knows none. @param {ChosenTarget} a @param {ChosenTarget} b */
function isSameInteraction(a, b) {
  return (a.isNamed ? null : a.interactionId) === (b.isNamed ? null : b.interactionId);
}
