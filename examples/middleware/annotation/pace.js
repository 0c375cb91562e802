/**
 * How fast Genesys may be asked: so many requests in any minute, and none while it has said to wait. Each instance counts
 * its own; where several share an OAuth client, each is given its part, and 429 does the rest.
 */

const MINUTE_MS = 60_000;
const NOT_PAUSED = { from: Number.NEGATIVE_INFINITY, until: Number.NEGATIVE_INFINITY };

/** @param {{ perMinute: number, now: () => number }} options */
export function createPace({ perMinute, now }) {
  /** When requests were made, in the last minute, the oldest first. @type {number[]} */
  const made = [];
  let paused = NOT_PAUSED;

  /** @param {number} at */
  function forget(at) {
    let old = 0;
    // A clock that was set back would keep them for ever.
    while (old < made.length && (made[old] <= at - MINUTE_MS || made[old] > at)) ++old;
    made.splice(0, old);
    if (at < paused.from) paused = NOT_PAUSED;
  }

  return {
    /** How many requests may be made now. */
    free() {
      const at = now();
      forget(at);
      return at < paused.until ? 0 : Math.max(0, perMinute - made.length);
    },

    /** For how long `count` requests cannot be made; 0: now. @param {number} [count] */
    waitMs(count = 1) {
      const at = now();
      forget(at);
      const full = made.length + Math.min(count, perMinute) - perMinute;
      const room = full > 0 ? made[full - 1] + MINUTE_MS : at;
      return Math.max(0, room - at, paused.until - at);
    },

    take: () => void made.push(now()),

    /** Genesys said so. @param {number} ms */
    pause(ms) {
      const from = now();
      forget(from);
      paused = { from, until: Math.max(paused.until, from + ms) };
    },
  };
}
