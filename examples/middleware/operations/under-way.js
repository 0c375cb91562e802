/** Work that is finished even if whoever asked for it has gone: the drain waits for it. */
export function createUnderWay() {
  /** @type {Set<Promise<unknown>>} */
  const running = new Set();

  return {
    /**
     * @template T
     * @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    run(work) {
      const result = work();
      running.add(result);
      const end = () => running.delete(result);
      result.then(end, end);
      return result;
    },

    /** Until nothing is running. */
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },

    count: () => running.size,
  };
}
