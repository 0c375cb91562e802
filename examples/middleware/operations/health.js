/** Whether the process lives, and whether it can serve. What cannot is 503, so that nobody keeps it in rotation. */

import { within } from '../storage/deadline.js';

/** A store that takes longer to say that it is there is not. */
const CHECK_MS = 3000;
/** Probes come from many sides at once; the store is asked for all of them together. */
const CACHE_MS = 1000;

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {object} parts
 * @param {Pick<import('../storage/storage.js').Storage, 'check'>} parts.storage
 * @param {Pick<import('../records/records.js').Records, 'check'>} parts.records
 * @param {() => boolean} parts.isDraining
 * @param {import('fastify').FastifyBaseLogger} parts.log
 */
export function healthRoutes(app, { storage, records, isDraining, log }) {
  /** @type {{ until: number, result: Promise<Record<string, 'ok' | 'failed'>> } | undefined} */
  let latest;

  async function check() {
    const checks = {
      storage: (/** @type {AbortSignal} */ signal) => storage.check(signal),
      records: () => records.check(),
    };
    const results = Object.entries(checks).map(async ([name, ask]) => {
      try {
        await within(CHECK_MS, ask);
        return /** @type {const} */ ([name, 'ok']);
      } catch (error) {
        log.error({ err: error, check: name }, 'not ready');
        return /** @type {const} */ ([name, 'failed']);
      }
    });
    return Object.fromEntries(await Promise.all(results));
  }

  app.get('/livez', { schema: { hide: true }, logLevel: 'silent' }, async () => ({ status: 'ok' }));

  app.get('/readyz', { schema: { hide: true }, logLevel: 'silent' }, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    if (isDraining()) return reply.code(503).send({ status: 'draining' });
    const now = performance.now();
    if (latest === undefined || now > latest.until) latest = { until: now + CACHE_MS, result: check() };
    const checks = await latest.result;
    const isReady = Object.values(checks).every((outcome) => outcome === 'ok');
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'unavailable', checks });
  });
}
