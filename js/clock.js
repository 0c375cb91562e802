/** The time that a capture waits and measures by. Tests hand in a clock of their own. */

/**
 * @typedef {object} Clock
 * @property {() => number} now Milliseconds that never jump back, from an arbitrary beginning.
 * @property {() => number} date Milliseconds since the epoch: what a calendar says, for `capturedAt` alone.
 * @property {(callback: () => void, ms: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

/** @type {Clock} */
export const systemClock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};
