/** What the service does by itself, again and again: one of a kind at a time, and none once it is closing. */

/**
 * @param {object} chore
 * @param {string} chore.name
 * @param {number} chore.everyMs
 * @param {() => Promise<unknown>} chore.work
 * @param {import('fastify').FastifyBaseLogger} log
 * @returns {{ stop: () => Promise<void> }} `stop` waits for what is under way.
 */
export function startChore({ name, everyMs, work }, log) {
  let isStopped = false;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<void>} */
  let round = Promise.resolve();

  function begin() {
    round = work().then(
      () => next(),
      (error) => {
        log.error({ err: error, chore: name }, 'a chore failed');
        next();
      },
    );
  }
  function next() {
    if (isStopped) return;
    timer = setTimeout(begin, everyMs);
    timer.unref();
  }
  begin();

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
