/** Stable links of the service: they authorise and audit whoever opens them, and stay the same for good. */

export const PATH = '/api/v1/video-snapshot';

/**
 * Without `PUBLIC_URL` the host is the client's own word: good enough for its own answer, so that it is never stored.
 * @param {import('fastify').FastifyRequest} request @param {string | undefined} publicUrl
 * @param {string} id @param {string} [rest] Below the snapshot's address.
 */
export function addressOf(request, publicUrl, id, rest = '') {
  return `${publicUrl ?? `${request.protocol}://${request.host}`}${PATH}/${id}${rest}`;
}
