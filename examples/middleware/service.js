/** Puts the service together. Nothing listens yet: call `listen` of what comes back, and `close` to end it. */

import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import fastify from 'fastify';
import { createAnnotation } from './annotation/annotation.js';
import { createAnnotationMetrics } from './annotation/metrics.js';
import { answerProblems, earlyAnswers } from './answers.js';
import { auditRoute } from './custody/audit.js';
import { auditRefusal } from './custody/authorise.js';
import { decisionRoutes } from './custody/decisions.js';
import { exportRoute } from './custody/export-route.js';
import { listRoute } from './custody/list.js';
import { createRetention } from './custody/retention.js';
import { viewRoutes } from './custody/view.js';
import { overloaded, withProblems } from './failures.js';
import { createGate } from './gate.js';
import { createDemoKey } from './identity/demo.js';
import { requireIdentity, requireRole } from './identity/plugin.js';
import { whoRoute } from './identity/who.js';
import { uploadRoute } from './intake/upload.js';
import { linkPageFiles } from './link/answer.js';
import { checkHasHost, checkHost, PATH } from './links.js';
import { healthRoutes } from './operations/health.js';
import { dropLeftovers } from './operations/leftovers.js';
import { createLog } from './operations/log.js';
import { createMetrics, measure, metricsRoute } from './operations/metrics.js';
import { describeRoutes, openapiRoute } from './operations/openapi.js';
import { createReconciler } from './operations/reconciler.js';
import { createUnderWay } from './operations/under-way.js';
import { agentOf, createPlaces } from './places.js';
import { RequestCounts } from './request-counts.js';
import { PROBLEM, SNAPSHOT } from './schemas.js';

/** Looked through, or decoded for a thumbnail, at a time. Decoded, a picture of 8K is 100 MB. */
const DECODERS = 2;
/**
 * Held in memory at a time: forms that are arriving or being stored, pictures and lists that are looked at. A browser asks for
 * six thumbnails at once, over HTTP/2 for all of a timeline, and who was without a network sends all that has gathered: these
 * wait. An upload that waits is not read yet.
 */
const UPLOADS = { inAll: 64, ofOne: 8, waiting: { inAll: 256, ofOne: 64 } };
const LOOKS = { inAll: 16, ofOne: 4, waiting: { inAll: 512, ofOne: 128 } };
/** With the audit of a large organisation, from the picture on. */
const EXPORTS = { inAll: 4, ofOne: 2, waiting: { inAll: 32, ofOne: 8 }, longestMs: 15 * 60_000 };
/** Of one agent, beside uploads: a timeline of a hundred thumbnails is a hundred requests. */
const REQUESTS_PER_MINUTE = 1200;
/** Beyond it the process is too busy to answer in time: others come again rather than all wait. */
const MAX_EVENT_LOOP_DELAY_MS = 5000;
/** What a crash left is finished so soon after its lease has run out. */
const SWEEP_EVERY_MS = 10_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** A client that neither sends nor reads for so long is gone. */
const SILENCE_MS = 60_000;
/** How often Node looks for requests that take too long. Its own default would let them live half a minute longer. */
const TIMEOUTS_EVERY_MS = 1000;

/**
 * @typedef {object} Parts What the routes work with.
 * @property {import('./settings.js').Settings} settings
 * @property {import('./storage/storage.js').Storage} storage
 * @property {import('./records/records.js').Records} records
 * @property {ReturnType<typeof createMetrics>} metrics
 * @property {ReturnType<typeof createUnderWay>} underWay
 * @property {ReturnType<typeof createGate>} decoding
 * @property {Record<'uploads' | 'looks' | 'exports', import('./places.js').Places>} places
 * @property {() => Date} now
 * @property {import('fastify').FastifyBaseLogger} log
 */

/**
 * @param {import('./settings.js').Settings} settings
 * @param {object} given
 * @param {import('./storage/storage.js').Storage} given.storage Closed with the service, as are
 * @param {import('./records/records.js').Records} given.records whose migrations have to be applied.
 * @param {import('./page.js').PageFolders} [given.page] The widget, served at `/`.
 * @param {() => Date} [given.now]
 * @param {import('pino').DestinationStream} [given.logStream] Default: stderr.
 * @param {Pick<import('./annotation/annotation.js').AnnotationOptions, 'at' | 'random' | 'pollMs'>} [given.annotation] For
 *   tests.
 * @param {number} [given.waitMs] For a place, likewise.
 * @returns {Promise<import('fastify').FastifyInstance>}
 */
export async function createService(
  settings,
  { storage, records: bareRecords, page, now = () => new Date(), logStream, annotation: annotationOptions, waitMs },
) {
  const demo = settings.identity.demo ? createDemoKey(settings.identity.demoKey) : undefined;
  const secrets = demo === undefined ? settings.secrets : [...settings.secrets, demo.key];
  const log = /** @type {import('fastify').FastifyBaseLogger} */ (
    createLog({ level: settings.logLevel, secrets, stream: logStream })
  );
  const records = withProblems(bareRecords);
  const underWay = createUnderWay();
  const metrics = createMetrics(underWay);
  /** @type {Parts} */
  const parts = {
    settings,
    storage,
    records,
    metrics,
    underWay,
    decoding: createGate(DECODERS),
    places: {
      uploads: createPlaces(UPLOADS, waitMs),
      looks: createPlaces(LOOKS, waitMs),
      exports: createPlaces(EXPORTS, waitMs),
    },
    now,
    log,
  };
  let isDraining = false;

  const app = fastify({
    loggerInstance: log,
    requestTimeout: settings.limits.requestTimeoutMs,
    connectionTimeout: SILENCE_MS,
    ...earlyAnswers(metrics),
    http: {
      connectionsCheckingInterval: TIMEOUTS_EVERY_MS,
      requireHostHeader: false, // Node's own refusal has no body; `checkHasHost` has one.
      // Never more than the whole request's: Node would take the one for the other.
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, settings.limits.requestTimeoutMs),
    },
    return503OnClosing: false, // Who asks on a connection that is still open is answered: the drain waits for that.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    routerOptions: { maxParamLength: 100 },
  });
  answerProblems(app, metrics, settings.identity);
  // An expectation that nobody here knows may be passed over (RFC 9110, 10.1.1); Node's own refusal has no body.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.addHook('onRequest', async (request) => checkHasHost(request));
  measure(app, metrics);
  dropLeftovers(app, { maxBytes: 4 * settings.limits.maxFileBytes, maxMs: settings.limits.requestTimeoutMs });
  await describeRoutes(app, settings.publicUrl);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginOpenerPolicy: false,
    strictTransportSecurity: settings.publicUrl?.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  });
  if (settings.allowedOrigins.length > 0) {
    await app.register(cors, {
      origin: settings.allowedOrigins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
      exposedHeaders: ['Retry-After', 'Link'],
      maxAge: 600,
      strictPreflight: false, // Its refusal is plain text; who is no page learns nothing from an empty answer.
    });
  }
  if (demo !== undefined) app.addHook('onRequest', async (request) => demo.checkHost(request));
  app.removeAllContentTypeParsers();
  app.addSchema(PROBLEM);
  app.addSchema(SNAPSHOT);

  healthRoutes(app, { storage, records: bareRecords, isDraining: () => isDraining, log });
  metricsRoute(app, { metrics, settings });
  openapiRoute(app);
  await app.register(linkPageFiles);
  await app.register(
    async (api) => {
      await api.register(underPressure, { maxEventLoopDelay: MAX_EVENT_LOOP_DELAY_MS, pressureHandler });
      api.addHook('onRequest', async (request) => checkHost(request));
      const refused = (/** @type {any} */ request, /** @type {any} */ problem) => auditRefusal(request, problem, parts);
      requireIdentity(api, { settings, demo });
      await api.register(rateLimit, {
        hook: 'onRequest', // Those of routes come last: once it is known who asks, and before a body is read.
        max: REQUESTS_PER_MINUTE,
        timeWindow: 60_000,
        store: RequestCounts,
        keyGenerator: ({ identity, routeOptions }) =>
          `${agentOf(identity)} ${routeOptions.config.form ? 'uploads' : ''}`,
      });
      requireRole(api, { refused });
      await api.register(multipart);
      for (const routes of [whoRoute, uploadRoute, viewRoutes, listRoute, decisionRoutes, auditRoute, exportRoute]) {
        await api.register(routes, parts);
      }
    },
    { prefix: PATH },
  );
  if (page !== undefined) {
    const { pageRoutes } = await import('./page.js');
    await app.register(pageRoutes, { ...page, cookie: demo?.cookie, frameAncestors: settings.frameAncestors });
  }

  const retention = createRetention({
    records: bareRecords,
    storage,
    log,
    intervalMs: SWEEP_EVERY_MS,
    clock: { ...clock, now },
  });
  const reconciler = createReconciler({
    ...settings.reconcile,
    protectRecordings: settings.annotation?.protectRecordings,
    records: bareRecords,
    storage,
    sweep: retention.sweep,
    log,
    registry: metrics.registry,
    clock,
    now,
  });
  const annotation =
    settings.annotation &&
    createAnnotation({
      settings: settings.annotation,
      records: bareRecords,
      log,
      metrics: createAnnotationMetrics(metrics.registry, { records: bareRecords, settings: settings.annotation, now }),
      clock: { ...clock, now },
      ...annotationOptions,
    });
  app.addHook('onReady', async () => {
    retention.start(); // It never throws, and nobody has to wait for it.
    reconciler.start();
    annotation?.start();
  });
  const announceEnd = () => {
    isDraining = true;
  };
  app.decorate('announceEnd', announceEnd);
  app.addHook('preClose', async () => announceEnd());
  app.addHook('onSend', async (_request, reply) => {
    // What is answered while draining is the last on its connection: an idle one would hold the drain up.
    if (isDraining) reply.header('connection', 'close');
  });
  app.addHook('onClose', async () => {
    await underWay.idle();
    await Promise.all([reconciler.close(), retention.close(), annotation?.stop()]);
    await storage.close();
    await bareRecords.close();
  });
  return app;
}

/** @type {Pick<import('./custody/retention.js').Clock, 'setTimeout' | 'clearTimeout'>} */
const clock = { setTimeout: (callback, ms) => setTimeout(callback, ms).unref(), clearTimeout };

/** @param {unknown} _request @param {unknown} _reply @param {string} _type @param {number | undefined} value */
function pressureHandler(_request, _reply, _type, value) {
  // The plugin says Infinity where it has no sample at all: the whole process stood still, and is going on now.
  if (value !== Number.POSITIVE_INFINITY) throw overloaded();
}
