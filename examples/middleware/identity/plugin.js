/** Asks each request who it is from, and whether they may, before its body is read. */

import { Problem } from '../problem.js';
import { clientAddress } from './client-address.js';
import { createGenesysIdentities } from './genesys.js';
import { createGenesysApi } from './genesys-api.js';
import { bearerToken, isAtLeast, unauthorized } from './identity.js';
import { findStaticKey } from './static-keys.js';

/**
 * @param {import('fastify').FastifyInstance} app The scope of the routes that need it.
 * @param {object} parts
 * @param {Pick<import('../settings.js').Settings, 'identity' | 'publicUrl'>} parts.settings
 * @param {ReturnType<typeof import('./demo.js').createDemoKey>} [parts.demo]
 */
export function requireIdentity(app, { settings: { identity, publicUrl }, demo }) {
  const genesys =
    identity.genesys && createGenesysIdentities(identity.genesys, { api: createGenesysApi(identity.genesys.baseUrl) });

  /** @param {import('fastify').FastifyRequest} request */
  async function identify(request) {
    const token = bearerToken(request);
    if (token !== undefined) {
      const found = findStaticKey(identity.staticKeys, token);
      if (found !== undefined) return found;
      if (genesys !== undefined) return genesys.identify(token, clientAddress(request, publicUrl));
      throw unauthorized('This key is not known');
    }
    if (demo !== undefined) return demo.identify(request);
    throw unauthorized('Say who you are: send Authorization: Bearer and your key or token');
  }

  app.decorateRequest('identity', /** @type {any} */ (null));
  app.addHook('onRequest', async (request) => {
    request.identity = await identify(request);
  });
}

/**
 * Once the rate limit has counted the request: each refusal is an entry in the audit.
 * @param {import('fastify').FastifyInstance} app The scope of the routes that need it.
 * @param {object} parts
 * @param {(request: import('fastify').FastifyRequest, problem: Problem) => Promise<void>} parts.refused For the audit.
 */
export function requireRole(app, { refused }) {
  app.addHook('preParsing', async (request) => {
    const { role } = request.routeOptions.config;
    if (role === undefined || isAtLeast(request.identity, role)) return;
    const problem = new Problem(403, 'forbidden', `This needs the role ${role}`);
    await refused(request, problem);
    throw problem;
  });
}
