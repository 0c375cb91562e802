/** Stable links of the service: they authorise and audit whoever opens them, and stay the same for good. */

import { Problem } from './problem.js';

export const PATH = '/api/v1/video-snapshot';
/** A name or an address, and perhaps a port (RFC 9110, 7.2). */
const HOST = /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$/;

/** RFC 9112, 3.2. @param {import('fastify').FastifyRequest} request */
export function checkHasHost({ headers, raw }) {
  if (headers.host === undefined && raw.httpVersion === '1.1') {
    throw new Problem(400, 'bad-request', 'The header Host is missing');
  }
}

/** What is no host would become part of an address. @param {import('fastify').FastifyRequest} request */
export function checkHost({ host }) {
  if (!HOST.test(host)) throw new Problem(400, 'bad-request', 'The header Host is not one');
}

/**
 * Without `PUBLIC_URL` the host is the client's own word: good enough for its own answer, so that it is never stored.
 * @param {import('fastify').FastifyRequest} request @param {string | undefined} publicUrl
 * @param {string} id @param {string} [rest] Below the snapshot's address.
 */
export function addressOf(request, publicUrl, id, rest = '') {
  return `${publicUrl ?? `${request.protocol}://${request.host}`}${PATH}/${id}${rest}`;
}
