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

  /** @param {string} key @returns {T | undefined} */
  function find(key) {
    const entry = known.get(key);
    return entry !== undefined && now() < entry.until ? entry.value : undefined;
  }

  /** @param {string} key @param {T} value @param {number} [since] When it was so. */
  function remember(key, value, since = now()) {
    known.delete(key);
    known.set(key, { value, until: since + ms });
    if (known.size > size) known.delete(/** @type {string} */ (known.keys().next().value));
  }

  return {
    find,
    remember,

    /**
     * @param {string} key @param {() => Promise<T>} ask What it throws is not remembered.
     * @returns {Promise<T>}
     */
    get(key, ask) {
      const value = find(key);
      if (value !== undefined) return Promise.resolve(value);
      const underWay = asked.get(key);
      if (underWay !== undefined) return underWay;
      // From the question on, not from the answer: what was true then may have ended meanwhile.
      const since = now();
      const answer = ask()
        .then((answered) => {
          remember(key, answered, since);
          return answered;
        })
        .finally(() => asked.delete(key));
      asked.set(key, answer);
      return answer;
    },

    /** @param {string} key */
    forget: (key) => known.delete(key),
  };
}
