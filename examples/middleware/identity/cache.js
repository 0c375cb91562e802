/** Remembers answers for a while, the newest so many, and asks once for all who want the same at a time. */

/**
 * @template T
 * @param {{ size: number, ms: number, now: () => number }} options
 */
export function createCache({ size, ms, now }) {
  /** The oldest first. @type {Map<string, { value: T, until: number }>} */
  const known = new Map();
  /** @type {Map<string, Promise<T>>} */
  const asked = new Map();

  return {
    /**
     * @param {string} key @param {() => Promise<T>} ask What it throws is not remembered.
     * @returns {Promise<T>}
     */
    get(key, ask) {
      const entry = known.get(key);
      if (entry !== undefined && now() < entry.until) return Promise.resolve(entry.value);
      const underWay = asked.get(key);
      if (underWay !== undefined) return underWay;
      // From the question on, not from the answer: what was true then may have ended meanwhile.
      const until = now() + ms;
      const answer = ask()
        .then((value) => {
          known.delete(key);
          known.set(key, { value, until });
          if (known.size > size) known.delete(/** @type {string} */ (known.keys().next().value));
          return value;
        })
        .finally(() => asked.delete(key));
      asked.set(key, answer);
      return answer;
    },

    /** @param {string} key */
    forget: (key) => known.delete(key),
  };
}
