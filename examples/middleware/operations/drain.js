/**
 * Ends the service in steps: it says that it is no longer ready, takes no new connections, finishes what is under way,
 * closes the store and the records. All of it has a bound, and a second signal does not wait.
 */

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {number} drainMs
 */
export function drainOnSignal(app, drainMs) {
  let isDraining = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, async () => {
      if (isDraining) process.exit(1);
      isDraining = true;
      setTimeout(() => {
        app.log.error('what was under way took too long: the rest is cut off');
        process.exit(1);
      }, drainMs).unref();
      try {
        await app.close();
        process.exit(0);
      } catch (error) {
        app.log.error(error);
        process.exit(1);
      }
    });
  }
}
