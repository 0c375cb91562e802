/** Time, so that tests can have their own. */

/**
 * @typedef {object} Clock
 * @property {() => number} now Date.now(): may be set back or forward at any time, and is the same in every tab.
 * @property {() => number} elapsed performance.now(): only ever forward, and means nothing to another tab.
 * @property {(ms: number, callback: () => void) => () => void} after A timer; returns what cancels it.
 */

/** The most `setTimeout` can wait: beyond 2^31 - 1 it fires at once. */
const LONGEST_TIMEOUT_MS = 2147483647;

/** For what is not waited for, and for what there is nothing to cancel of. */
export const nothing = () => {};

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMEOUT_MS));
    return () => clearTimeout(timer);
  },
};

/**
 * What `work` comes to, or `error` where that takes longer than `ms`. What comes later is nobody's.
 * @template T
 * @param {Clock} clock @param {number} ms
 * @param {() => T | Promise<T>} work Throwing counts as rejecting.
 * @param {Error} [error]
 * @returns {Promise<T>}
 */
export function within(clock, ms, work, error = new Error(`It took longer than ${ms} ms`)) {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(error));
    new Promise((begin) => begin(work())).then(/** @type {any} */ (resolve), reject).then(cancel);
  });
}
