/**
 * The sharpest of the frames that come within a time after the call (`select: 'sharpest'`). The worker ranks each as it
 * comes and keeps the best; this end knows whom that one shows, and lets go of it where that is somebody else meanwhile.
 *
 * Where the browser lets a track's frames go to the worker by themselves, the page's thread has nothing to do with each of
 * them. Elsewhere, and while the engine still loads, the page reads one after the other and sends it.
 */
/** @import { FreshFrames, Limits } from './frames/fresh-frames.js' */
/** @import { Target } from './frames/source.js' */
/** @import { Offer } from './grab.js' */
/** @import { Lifetime } from './lifetime.js' */
/** @import { Watching } from './prepared.js' */
/** @import { Stopwatch } from './stopwatch.js' */
/** @import { Server } from './worker/host.js' */
/** @import { Ranking } from './worker/ranking.js' */

/** The most frames that are looked at: what 300 ms of 30 fps video have. */
const MOST_CANDIDATES = 8;

/**
 * How long before the deadline the worker's part has to be over, in ms: why no frame was good enough is seen by the page,
 * in those that come afterwards.
 */
const SPARE_MS = 500;

/** Burst ids are never used again, not even with the next worker. */
let lastBurstId = 0;

const nothing = () => {};

/**
 * @typedef {object} Candidates
 * @property {number} count How many the choice was made from, 1 to 8.
 * @property {number} taken Which of them was taken: 0 is the first that came.
 */

/**
 * How a frame was chosen.
 * @typedef {object} Choice
 * @property {Candidates} candidates
 * @property {Ranking} ranking
 * @property {number} waitMs How long frames were waited for, ranking them not included.
 */

/**
 * @param {object} args
 * @param {FreshFrames} args.frames
 * @param {() => Offer | undefined} args.latest Of a source that was made ready: the first candidate, where the page reads
 *   the others.
 * @param {number} args.withinMs
 * @param {Limits} args.limits
 * @param {(server: Server, target: Target) => Watching | undefined} args.watch
 * @param {() => Server | undefined} args.ready The server whose engine is loaded already.
 * @param {() => Promise<Server>} args.loaded
 * @param {Lifetime} args.lifetime
 * @param {Stopwatch} args.stopwatch
 */
export function createBurst({ frames, latest, withinMs, limits, watch, ready, loaded, lifetime, stopwatch }) {
  const { clock } = lifetime;
  const end = clock.now() + withinMs;
  let burstId = ++lastBurstId;
  let canGather = limits.timeoutMs >= withinMs + SPARE_MS;
  let isFirst = true;
  let count = 0;
  let waitMs = 0;
  /** What the worker keeps. @type {{ offer: Offer, taken: number, ranking: Ranking, server: Server } | undefined} */
  let kept;
  /** @type {Server | undefined} */
  let server;

  /**
   * By the worker alone; once more where somebody else has come into the picture.
   * @returns {Promise<(Offer & { choice: Choice }) | undefined>} Undefined where the worker cannot have the frames, or
   *   none came that was wanted.
   */
  async function gather() {
    const since = clock.now();
    while (canGather && clock.now() < end) {
      const current = ready();
      const shown = frames.shown();
      const watching = current && stopwatch.run(() => watch(current, shown.target));
      if (!watching) break;
      server = current;
      try {
        const gathered = await frames.alongside(() => stopwatch.run(() => ask(current, watching)));
        if (gathered) {
          const { ranking, ...candidates } = gathered;
          return take({ ...shown, takenAt: clock.now() }, { candidates, ranking, waitMs: clock.now() - since });
        }
      } finally {
        watching.end();
      }
      drop();
      if (frames.shown().episode === shown.episode) break;
    }
    canGather = false;
    waitMs += clock.now() - since;
    return undefined;
  }

  /** @param {Server} current @param {Watching} watching */
  function ask(current, { watchId, sinceMs }) {
    const { minWidth, minHeight, maxFrameAgeMs: maxAgeMs } = limits;
    return current.call('gather', {
      burstId,
      wanted: { watchId, maxAgeMs, minWidth, minHeight },
      sinceMs,
      withinMs: end - clock.now(),
      most: MOST_CANDIDATES,
    });
  }

  /** @returns {Promise<Offer | undefined>} Undefined where the time is over and there is one to take. */
  async function nextOffer() {
    const first = isFirst ? latest() : undefined;
    isFirst = false;
    if (first) return first;
    if (!kept) return frames.next();
    return count < MOST_CANDIDATES ? frames.nextBefore(end) : undefined;
  }

  /** Ranks it; the worker has it from then on. @param {Offer} offer */
  async function rank(offer) {
    let isHandedOver = false;
    try {
      const current = await loaded();
      // A new worker, after a crash, has nothing of the old one's.
      if (kept && (kept.server !== current || kept.offer.episode !== offer.episode)) drop();
      server = current;
      const { input, transfer } = /** @type {{ input: any, transfer: Transferable[] }} */ (offer);
      const call = stopwatch.run(() => current.call('rank', { input, burstId }, transfer));
      // In the page the frame itself is kept, not a transferred one: it is not to be closed here.
      isHandedOver = current.inPage;
      const startedAt = clock.now();
      const ranked = await lifetime.race(call);
      if (current.inPage) stopwatch.add(clock.now() - startedAt);
      if (!ranked) return;
      const taken = count++;
      if (ranked.isBest) kept = { offer, taken, ranking: ranked.ranking, server: current };
    } finally {
      if (!isHandedOver) offer.release();
    }
  }

  /** What comes of it now counts for nothing. */
  function drop() {
    kept = undefined;
    count = 0;
    if (server) server.call('drop', { burstId }).catch(nothing);
    burstId = ++lastBurstId;
  }

  /**
   * @param {Pick<Offer, 'target' | 'episode' | 'takenAt'> & Partial<Offer>} offer @param {Choice} choice
   * @returns {Offer & { choice: Choice }} The best, which the worker keeps.
   */
  function take(offer, choice) {
    const best = { input: { burstId }, transfer: [], release: nothing };
    return { method: 'video-frame', readMs: 0, ...offer, ...best, choice };
  }

  return {
    /**
     * @returns {Promise<Offer & { choice: Choice }>} The best of those that came in time; where none did, the first that comes
     *   afterwards. To be opened, once. Rejects as `FreshFrames.next`.
     */
    async next() {
      const gathered = await gather();
      if (gathered) return gathered;
      for (;;) {
        const since = clock.now();
        const offer = await nextOffer();
        waitMs += clock.now() - since;
        if (offer) await rank(offer);
        // None: the time is over, or the deadline has passed before.
        if (!kept || (offer && count < MOST_CANDIDATES && clock.now() < end)) continue;
        const { offer: best, taken, ranking } = kept;
        const candidates = { count, taken };
        kept = undefined;
        count = 0;
        return take(best, { candidates, ranking, waitMs });
      }
    },

    /** Lets go of what is left; to be called whatever came of it. */
    end: drop,
  };
}
