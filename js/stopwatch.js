/** Adds up the time spent inside synchronous stretches of work: what a capture costs the thread it runs on. */

/** @typedef {ReturnType<typeof createStopwatch>} Stopwatch */

/** @param {import('./clock.js').Clock} clock */
export function createStopwatch(clock) {
  let total = 0;
  return {
    /** Milliseconds so far. */
    total: () => total,
    /** @param {number} ms Time that was measured elsewhere. */
    add(ms) {
      total += ms;
    },
    /**
     * Runs and times `work`. Not to be nested: the inner time would count twice.
     * @template T
     * @param {() => T} work
     * @returns {T}
     */
    run(work) {
      const start = clock.now();
      try {
        return work();
      } finally {
        total += clock.now() - start;
      }
    },
  };
}
