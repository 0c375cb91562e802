/**
 * Figures for Prometheus. No label names a person, an interaction or an organisation. Even so, counts tell outsiders how
 * busy a contact centre is: without METRICS_KEY only this machine sees them, and nothing that a proxy passes on. A proxy
 * on this machine may say nothing of itself: where PUBLIC_URL tells that one stands in front, nobody does.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { isBehindProxy } from '../identity/client-address.js';
import { bearerToken, unauthorized } from '../identity/identity.js';
import { isLoopback } from '../loopback.js';
import { Problem } from '../problem.js';
import { within } from '../storage/deadline.js';

/** In seconds. An upload of 1080p takes some tens of milliseconds, a bad connection a minute. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Of a scrape: a database that takes longer to say something is away. */
const ASK_MS = 2000;

/** By which a proxy says that it is one. */
const PROXY_HEADER = /^(x-forwarded-.*|forwarded|x-real-ip|via)$/;

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

/**
 * What the database says for a figure. That it is away, or silent, is told by /readyz; the other figures are still good.
 * @template T @param {() => Promise<T>} ask
 * @returns {Promise<T | undefined>}
 */
export function askedForFigure(ask) {
  return within(ASK_MS, ask).catch(() => undefined);
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
 * @param {{ metrics: ReturnType<typeof createMetrics>, settings: Pick<import('../settings.js').Settings, 'metricsKey' |
 *   'publicUrl'> }} parts
 */
export function metricsRoute(app, { metrics: { registry }, settings: { metricsKey, publicUrl } }) {
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (metricsKey === undefined) checkLocal(request, publicUrl);
    else if (!isKey(bearerToken(request), metricsKey)) throw unauthorized('Metrics need METRICS_KEY');
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

/** By the name and port that it has on this machine. @param {import('fastify').FastifyRequest} request @param {string} [publicUrl] */
function checkLocal({ headers, hostname, port, socket }, publicUrl) {
  const isForwarded = isBehindProxy(publicUrl) || Object.keys(headers).some((name) => PROXY_HEADER.test(name));
  const isOwnName = isLoopback(hostname) && (port ?? 80) === socket.localPort;
  const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  if (isLoopback(address) && isOwnName && !isForwarded) return;
  throw new Problem(403, 'forbidden', 'Metrics are for this machine only, unless METRICS_KEY is set');
}

/** @param {string | undefined} given @param {string} key */
function isKey(given = '', key) {
  const [a, b] = [given, key].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a, b);
}
