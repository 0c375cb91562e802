/**
 * How often somebody has asked in this minute, for `@fastify/rate-limit`. Its own store goes by the time of day: a clock
 * that is set back by an hour would keep those out for an hour who were at their limit.
 */

/** Of whom counts are kept, those who asked last. */
const MOST = 5000;

/** @implements {import('@fastify/rate-limit').FastifyRateLimitStore} */
export class RequestCounts {
  /** Who asked last comes last. @type {Map<string, { since: number, count: number }>} */
  #counts = new Map();

  /**
   * @param {string} key @param {(error: null, result: { current: number, ttl: number }) => void} done
   * @param {number} windowMs
   */
  incr(key, done, windowMs) {
    const at = performance.now();
    const known = this.#counts.get(key);
    const { since, count } = known !== undefined && at - known.since < windowMs ? known : { since: at, count: 0 };
    this.#counts.delete(key);
    this.#counts.set(key, { since, count: count + 1 });
    if (this.#counts.size > MOST) this.#counts.delete(/** @type {string} */ (this.#counts.keys().next().value));
    done(null, { current: count + 1, ttl: windowMs - (at - since) });
  }

  /** Of a route with a limit of its own. */
  child() {
    return new RequestCounts();
  }
}
