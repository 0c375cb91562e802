/**
 * Is whoever holds a lease still sending?
 *
 * No date says so: clocks are set back and forward, and a lease that ends "at 12:00" would then block an item for an hour
 * or let two send it. Instead its owner counts `beat` up while it sends, and whoever sees the same beat for `lease.ms` by
 * their own clock, which only goes forward, takes over. A frozen tab's beat stands still like a killed one's. Where the
 * browser has Web Locks, a killed owner is found out at once: its lock is free. A frozen one keeps its lock, so that this
 * only ever hastens. A free lock tells of the one beat that was seen before, never of its owner: a tab that has nothing to
 * send holds no lock, and one that could not write to the database has left a lease there that it has no more.
 */

import { nothing } from './clock.js';

/** @import { Item } from './record.js' */

/**
 * A beat's period, and how long it may stay the same. Browsers run the timers of a hidden page once a minute at worst
 * (Chrome 88, "intensive throttling").
 */
export const BEAT_MS = 5000;
const LEASE_MS = 20000;
const HIDDEN_LEASE_MS = 90000;

/** No timer of a page that runs is later than that: the page, or the whole machine, stood still. */
const STOOD_STILL_MS = 120000;

/**
 * @param {object} of
 * @param {string} of.owner The uploader that asks.
 * @param {import('./clock.js').Clock} of.clock
 * @param {LockManager} [of.locks] Missing before Chrome 69, Firefox 96, Safari 15.4, and on insecure origins.
 * @param {() => boolean} of.isHidden
 */
export function createLeases({ owner, clock, locks, isHidden }) {
  /** By the item's id, the beat that was seen last, and since when; since ever, where its owner is gone.
   * @type {Map<string, { mark: string, since: number, last: number }>} */
  const seen = new Map();
  /** @type {(() => void) | undefined} */
  let release;
  /** @type {Promise<void> | undefined} */
  let holding;
  let isLocked = false;

  /**
   * In a sandboxed frame a request rejects with a SecurityError.
   * @template T
   * @param {string} name @param {LockOptions} options @param {(lock: Lock | null) => T} callback
   * @returns {Promise<any>}
   */
  const lock = async (name, options, callback) => locks?.request(`caseframe-upload ${name}`, options, callback);

  return {
    /** For what is claimed now, or renewed. @returns {import('./record.js').Lease} */
    fresh: () => ({ owner, beat: 0, ms: isHidden() ? HIDDEN_LEASE_MS : LEASE_MS, locked: isLocked }),

    /** How long to wait until the item may be claimed, in ms. @param {Item} item */
    remaining({ id, order, attempts, lease }) {
      if (!lease || lease.owner === owner) return 0;
      const now = clock.elapsed();
      const mark = [lease.owner, order, attempts, lease.beat].join();
      const known = seen.get(id);
      const goesOn = known?.mark === mark && now - known.last < STOOD_STILL_MS;
      const since = goesOn ? known.since : now;
      seen.set(id, { mark, since, last: now });
      return Math.max(0, since + lease.ms - now);
    },

    /**
     * Looks whether the owners that hold a lock still live.
     * @param {Item[]} items As `remaining` has seen them. @param {() => void} found Called where one does not.
     */
    probe(items, found) {
      for (const id of seen.keys()) if (!items.some((item) => item.id === id)) seen.delete(id);
      for (const { id, lease } of items) {
        const known = seen.get(id);
        if (!lease?.locked || lease.owner === owner || !known || known.since < 0) continue;
        lock(lease.owner, { ifAvailable: true }, (free) => {
          if (!free) return;
          known.since = -Infinity;
          found();
        }).catch(nothing);
      }
    },

    /**
     * Holds the owner's lock until `drop`. Done once it is held, or is not to be had.
     * @returns {Promise<void>}
     */
    hold() {
      holding =
        holding ||
        new Promise((resolve) => {
          /** @type {Promise<void>} */
          const until = new Promise((end) => {
            release = end;
          });
          const own = release;
          lock(owner, {}, () => {
            isLocked = release === own;
            resolve();
            return until;
          }).then(resolve, resolve);
        });
      return holding;
    },

    /** A page that holds a lock is kept out of the back/forward cache. */
    drop() {
      isLocked = false;
      release?.();
      release = holding = undefined;
    },
  };
}
