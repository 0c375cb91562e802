/**
 * The sharpest of the frames that come within a time after the call (`select: 'sharpest'`). The worker ranks each as it
 * comes and keeps the best; this end knows whom that one shows, and lets go of it where that is somebody else meanwhile.
 */
import { isSamePicture } from './frames/target.js';

/** @import { FreshFrames } from './frames/fresh-frames.js' */
/** @import { Offer } from './grab.js' */
/** @import { Lifetime } from './lifetime.js' */
/** @import { Stopwatch } from './stopwatch.js' */
/** @import { Server } from './worker/host.js' */
/** @import { Ranking } from './worker/ranking.js' */

/** The most frames that are looked at: what 300 ms of 30 fps video have. */
const MOST_CANDIDATES = 8;

/** Burst ids are never used again, not even with the next worker. */
let lastBurstId = 0;

const nothing = () => {};

/**
 * @typedef {object} Candidates
 * @property {number} count How many frames were ranked, 1 to 8, those of before somebody else was in the picture included.
 * @property {number} taken Which of them was taken: 0 is the first, the one that `select: 'first'` would have taken.
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
 * @param {Offer} [args.latest] Of a source that was made ready: the first candidate.
 * @param {number} args.withinMs
 * @param {() => Promise<Server>} args.loaded
 * @param {Lifetime} args.lifetime
 * @param {Stopwatch} args.stopwatch
 */
export function createBurst({ frames, latest, withinMs, loaded, lifetime, stopwatch }) {
  const { clock } = lifetime;
  const end = clock.now() + withinMs;
  const burstId = ++lastBurstId;
  let waiting = latest;
  let count = 0;
  let waitMs = 0;
  /** What the worker keeps. @type {{ offer: Offer, taken: number, ranking: Ranking, server: Server } | undefined} */
  let kept;
  /** @type {Server | undefined} */
  let server;

  /** @returns {Promise<Offer | undefined>} Undefined where the time is over and there is one to take. */
  async function nextOffer() {
    const first = waiting;
    waiting = undefined;
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
      if (kept && (kept.server !== current || !isAlike(kept.offer, offer))) drop();
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

  function drop() {
    kept = undefined;
    if (server) server.call('drop', { burstId }).catch(nothing);
  }

  return {
    /**
     * @returns {Promise<Offer & { choice: Choice }>} The best of those that came in time; where none did, the first that comes
     *   afterwards. To be opened, once. Rejects as `FreshFrames.next`.
     */
    async next() {
      for (;;) {
        const since = clock.now();
        const offer = await nextOffer();
        waitMs += clock.now() - since;
        if (offer) await rank(offer);
        // None: the time is over, or the deadline has passed before.
        if (!kept || (offer && count < MOST_CANDIDATES && clock.now() < end)) continue;
        const { offer: best, taken, ranking } = kept;
        kept = undefined;
        const choice = { candidates: { count, taken }, ranking, waitMs };
        return { ...best, input: { burstId }, transfer: [], release: nothing, choice };
      }
    },

    /** Lets go of what is left; to be called whatever came of it. */
    end: drop,
  };
}

/** Whether both show the same person, for the same interaction. @param {Offer} a @param {Offer} b */
function isAlike(a, b) {
  return isSamePicture(a.target, b.target) && a.target.interactionId === b.target.interactionId;
}
