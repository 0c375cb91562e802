/** Every error leaves as `{ error, code }`: a sentence for people and a code for programs. */

import { STATUS_CODES } from 'node:http';
import { isStorageError, storageProblem } from './failures.js';
import { isOpenedByBrowser, sendLinkPage } from './link/answer.js';
import { Problem } from './problem.js';

/** What Node, Fastify and its plugins refuse by themselves. @type {Map<string, Problem>} */
const KNOWN = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', new Problem(413, 'body-too-large', 'The body is too large')],
  ['FST_ERR_CTP_INVALID_JSON_BODY', new Problem(400, 'malformed-body', 'The body is not valid JSON')],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', new Problem(400, 'malformed-body', 'The body is empty')],
  ['FST_ERR_MAX_PARAM_LENGTH', new Problem(414, 'address-too-long', 'The address is longer than any of this service')],
  ['HPE_HEADER_OVERFLOW', new Problem(431, 'headers-too-large', 'The address and the headers are too large')],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    new Problem(408, 'request-timeout', 'The request took too long to arrive', { 'retry-after': '1' }),
  ],
]);

/** @typedef {Pick<ReturnType<typeof import('./operations/metrics.js').createMetrics>, 'refusals'>} Metrics */

/**
 * Options of Fastify, for what is refused before there is a route: by the router, and by Node's parser, which has read no
 * request then.
 * @param {Metrics} metrics
 * @returns {Pick<import('fastify').FastifyServerOptions, 'frameworkErrors' | 'clientErrorHandler'>}
 */
export function earlyAnswers({ refusals }) {
  return {
    frameworkErrors(error, request, reply) {
      const { statusCode, code, message } = asProblem(error, request);
      refusals.inc({ code });
      reply
        .code(statusCode)
        .type('application/json')
        .send(JSON.stringify({ error: message, code }));
    },
    clientErrorHandler(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) return;
      const { statusCode, code, message, headers } = KNOWN.get(error.code) ?? notUnderstood(400);
      refusals.inc({ code });
      const body = JSON.stringify({ error: message, code });
      const all = {
        ...headers,
        'content-type': 'application/json',
        'content-length': body.length,
        connection: 'close',
      };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n${lines.join('')}\r\n${body}`);
      socket.destroy(error);
    },
  };
}

/**
 * @param {import('fastify').FastifyInstance} app @param {Metrics} metrics
 * @param {import('./settings.js').Settings['identity']} identity How somebody may say who they are.
 */
export function answerProblems(app, { refusals }, identity) {
  app.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error, request);
    const { statusCode, code, message, headers, details, cause } = problem;
    if (statusCode >= 500) request.log.error({ err: cause ?? error, code }, message);
    refusals.inc({ code });
    // It depends on who asks, how, and when: browsers would keep a 410 for good.
    reply.code(statusCode).headers({ 'cache-control': 'no-store', ...headers });
    if (isOpenedByBrowser(request)) return sendLinkPage(request, reply, problem, identity);
    return reply.type('application/json').send({ error: message, code, ...details });
  });
  app.setNotFoundHandler(() => {
    throw new Problem(404, 'not-found', 'There is nothing at this address');
  });
}

/** @param {any} error @param {import('fastify').FastifyRequest} request @returns {Problem} */
function asProblem(error, request) {
  if (error instanceof Problem) return error;
  if (isStorageError(error)) return storageProblem(error);
  const known = KNOWN.get(error.code);
  if (known !== undefined) return known;
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return request.routeOptions.config.form === undefined
      ? new Problem(415, 'not-json', 'Send the body as application/json')
      : new Problem(415, 'not-multipart', 'Send the snapshot as multipart/form-data');
  }
  // No snapshot has an id that breaks the rule.
  if (error.validationContext === 'params') return new Problem(404, 'not-found', 'There is no such snapshot');
  if (error.validation !== undefined) {
    const where = error.validation[0]?.instancePath.slice(1) || error.validation[0]?.params?.missingProperty;
    return new Problem(
      400,
      'invalid-field',
      `${where ? `“${where}”` : `The ${error.validationContext}`} is missing or not valid`,
    );
  }
  if (error.statusCode === 429) {
    return new Problem(429, 'too-many-requests', 'You ask too often: try again after the time in Retry-After');
  }
  if (error.statusCode < 500) return notUnderstood(error.statusCode);
  return new Problem(500, 'internal', 'Something went wrong here: try again');
}

/** @param {number} statusCode */
function notUnderstood(statusCode) {
  return new Problem(statusCode, 'bad-request', 'The request could not be understood');
}
