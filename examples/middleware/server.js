/** Builds the service. Nothing listens yet: call `listen` of what comes back, and `close` to end it. */

import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import fastify from 'fastify';
import { pageRoutes } from './page.js';
import { Problem } from './problem.js';
import { snapshotRoutes } from './snapshots.js';
import { openStore } from './store.js';

/** A 4K picture at quality 1.0 and 4:4:4 stays below this. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** 8K UHD, 7680 × 4320. */
const MAX_PIXELS = 7680 * 4320;
/** A slow connection may take this long over an upload; a stalled one ends here. */
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * @typedef {object} MiddlewareOptions
 * @property {string} dataFolder Where snapshots go; created where missing.
 * @property {string} [widgetFolder] The agent widget's files, served at `/`. Needs `packageFolder`.
 * @property {string} [packageFolder] The built package, served at `/caseframe/`.
 * @property {string} [publicUrl] What stable links start with, without a final slash. Default: the address the upload
 *   came to, which is right unless a proxy stands in front.
 * @property {string[]} [allowedOrigins] Origins whose pages may upload and read the answers, beside the widget's own.
 * @property {import('./store.js').Store} [store] Default: files in `dataFolder`.
 * @property {number} [maxFileBytes] Default 16 MiB.
 * @property {number} [maxPixels] Default 7680 × 4320.
 * @property {import('fastify').FastifyServerOptions['logger']} [logger] Default: silent.
 */

/**
 * @param {MiddlewareOptions} options
 * @returns {Promise<import('fastify').FastifyInstance>}
 */
export async function createMiddleware(options) {
  const { dataFolder, widgetFolder, packageFolder, publicUrl, allowedOrigins = [], logger = false } = options;
  const { maxFileBytes = MAX_FILE_BYTES, maxPixels = MAX_PIXELS } = options;
  const store = options.store ?? (await openStore(dataFolder));
  /** @type {import('fastify').FastifyInstance} */
  const app = fastify({ logger, requestTimeout: REQUEST_TIMEOUT_MS });

  app.setErrorHandler((error, request, reply) => {
    const { statusCode, code, message, headers } = asProblem(error);
    if (statusCode >= 500) request.log.error(error);
    return reply.code(statusCode).headers(headers).send({ error: message, code });
  });
  app.setNotFoundHandler(() => {
    throw new Problem(404, 'not-found', 'There is nothing at this address');
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  if (allowedOrigins.length > 0) {
    await app.register(cors, {
      origin: allowedOrigins,
      allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
      exposedHeaders: ['Retry-After'],
    });
  }
  app.removeAllContentTypeParsers();
  await app.register(multipart);
  await app.register(snapshotRoutes, { store, maxFileBytes, maxPixels, publicUrl });
  if (widgetFolder !== undefined && packageFolder !== undefined) {
    await app.register(pageRoutes, { widgetFolder, packageFolder });
  }
  return app;
}

/** @param {unknown} error @returns {Pick<Problem, 'statusCode' | 'code' | 'message' | 'headers'>} */
function asProblem(error) {
  if (error instanceof Problem) return error;
  const { code, statusCode = 500 } = /** @type {{ code?: string, statusCode?: number }} */ (error);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return { statusCode: 415, code: 'not-multipart', message: 'Send the snapshot as multipart/form-data', headers: {} };
  }
  if (statusCode < 500)
    return { statusCode, code: 'bad-request', message: 'The request could not be understood', headers: {} };
  return { statusCode: 500, code: 'internal', message: 'Something went wrong here: try again', headers: {} };
}
