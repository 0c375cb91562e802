/**
 * A clock that stands still until it is told how late it is: timers fire in the order in which they are due, and whatever
 * they set off settles before the next one fires. Waits of hours pass in no time, in the same order every time.
 */

/** @typedef {import('../../js/clock.js').Clock} Clock */

/** @returns {Clock & { advance: (ms: number) => Promise<void>, settle: () => Promise<void>, timers: () => number }} */
export function createFakeClock(start = 1000) {
  let now = start;
  let lastId = 0;
  /** @type {Map<number, { at: number, callback: () => void }>} */
  const timers = new Map();

  function next() {
    let first;
    for (const [id, timer] of timers) if (!first || timer.at < first.at) first = { id, ...timer };
    return first;
  }

  /** Lets promises settle: a round of the event loop runs all microtasks, however many follow from each other. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  return {
    now: () => now,
    // An even day, far from zero, where times and ages cannot be mistaken for each other.
    date: () => Date.UTC(2026, 0, 1) + now,
    setTimeout(callback, ms) {
      timers.set(++lastId, { at: now + Math.max(0, ms), callback });
      return lastId;
    },
    clearTimeout: (id) => timers.delete(id),

    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let due = next(); due && due.at <= end; due = next()) {
        timers.delete(due.id);
        now = due.at;
        due.callback();
        await settle();
      }
      now = end;
    },
    settle,
    timers: () => timers.size,
  };
}
