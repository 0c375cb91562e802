/**
 * Figures for Prometheus. No label names a person, an interaction or an organisation. Even so, counts tell outsiders how
 * busy a contact centre is: without METRICS_KEY only this machine sees them, and nothing that a proxy passes on.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { bearerToken, unauthorized } from '../identity/identity.js';
import { isLoopback } from '../loopback.js';
import { Problem } from '../problem.js';

/** In seconds. An upload of 1080p takes some tens of milliseconds, a bad connection a minute. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** @param {ReturnType<typeof import('./under-way.js').createUnderWay>} underWay */
export function createMetrics(underWay) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'caseframe_uploads_under_way',
    help: 'Uploads that are being stored',
    registers,
    collect() {
      this.set(underWay.count());
    },
  });
  return {
    registry,
    requests: new Histogram({
      name: 'caseframe_http_request_duration_seconds',
      help: 'Requests by route, method and status',
      labelNames: ['route', 'method', 'status'],
      buckets: DURATIONS,
      registers,
    }),
    refusals: new Counter({
      name: 'caseframe_refusals_total',
      help: 'Requests that were refused or failed, by code',
      labelNames: ['code'],
      registers,
    }),
    bytes: new Counter({ name: 'caseframe_snapshot_bytes_total', help: 'Bytes of pictures taken in', registers }),
  };
}

/** @param {import('fastify').FastifyInstance} app @param {ReturnType<typeof createMetrics>} metrics */
export function measure(app, { requests }) {
  app.addHook('onResponse', async ({ method, routeOptions: { url } }, reply) => {
    // By the route's pattern: addresses are chosen by clients, and each label is kept for good.
    requests.observe({ route: url ?? 'none', method, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {{ metrics: ReturnType<typeof createMetrics>, metricsKey?: string }} parts
 */
export function metricsRoute(app, { metrics: { registry }, metricsKey }) {
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (metricsKey === undefined) checkLocal(request);
    else if (!isKey(bearerToken(request), metricsKey)) throw unauthorized('Metrics need METRICS_KEY');
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

/** @param {import('fastify').FastifyRequest} request */
function checkLocal({ headers, socket }) {
  const isForwarded = 'x-forwarded-for' in headers || 'forwarded' in headers;
  const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  if (isLoopback(address) && !isForwarded) return;
  throw new Problem(403, 'forbidden', 'Metrics are for this machine only, unless METRICS_KEY is set');
}

/** @param {string | undefined} given @param {string} key */
function isKey(given = '', key) {
  const [a, b] = [given, key].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a, b);
}
