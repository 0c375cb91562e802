/**
 * Ends the service in steps: it says that it is no longer ready, and after a while takes no new connections, finishes what
 * is under way, closes the store and the records. All of it has a bound, and a second signal does not wait.
 */

import { setTimeout as sleep } from 'node:timers/promises';

/** Closing the store and the records takes a while, too, where nothing is under way. */
const CLOSE_MS = 1000;

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {Pick<import('../settings.js').Limits, 'drainMs' | 'noticeMs'>} limits
 */
export function drainOnSignal(app, { drainMs, noticeMs }) {
  let isDraining = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, async () => {
      if (isDraining) process.exit(1);
      isDraining = true;
      setTimeout(() => {
        app.log.error('what was under way took too long: the rest is cut off');
        process.exit(1);
      }, noticeMs + Math.max(drainMs, CLOSE_MS)).unref();
      try {
        app.announceEnd();
        await sleep(noticeMs);
        await app.close();
        process.exit(0);
      } catch (error) {
        app.log.error(error);
        process.exit(1);
      }
    });
  }
}
