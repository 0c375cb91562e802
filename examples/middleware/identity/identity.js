/** Who asks. Everything after this goes by it alone, never by what a form says. */

import { Problem } from '../problem.js';

/**
 * @typedef {'agent' | 'supervisor' | 'admin'} Role Each may do what those before it may.
 *
 * @typedef {object} Identity
 * @property {string} organizationId
 * @property {string} agentId
 * @property {Role} role
 * @property {'static-key' | 'genesys' | 'demo'} via
 * @property {(interactionId: string) => Promise<void>} checkParticipant Throws 403 where they have no part in it.
 */

/** @type {Role[]} */
const ORDER = ['agent', 'supervisor', 'admin'];

/** @param {Identity} identity @param {Role} role */
export function isAtLeast({ role: own }, role) {
  return ORDER.indexOf(own) >= ORDER.indexOf(role);
}

/** What may stand behind “Bearer”. @param {string} text */
export function isToken(text) {
  return /^[A-Za-z0-9._~+/=:@!$%&*-]{1,4096}$/.test(text);
}

/** For the audit. @param {Identity} identity @returns {import('../records/records.js').Actor} */
export function actorOf({ agentId, role, via }) {
  return { id: agentId, role, via };
}

/**
 * @param {import('fastify').FastifyRequest} request
 * @returns {string | undefined}
 * @throws {Problem} 401 where there is a header that is none of ours
 */
export function bearerToken({ headers: { authorization } }) {
  if (authorization === undefined) return undefined;
  const [, token = ''] = /^Bearer +(.*)$/i.exec(authorization) ?? [];
  if (!isToken(token)) throw unauthorized('Authorization has to be “Bearer” and a key or token');
  return token;
}

/** @param {string} message */
export function unauthorized(message) {
  return new Problem(401, 'unauthorized', message, { 'www-authenticate': 'Bearer' });
}
