/**
 * The demo's own key: made at start, given to the demo's own widget with its page, and useless to any other page.
 *
 * The cookie is out of reach of scripts (HttpOnly) and of other sites (SameSite=Strict). Another port of this machine is
 * the same site to a browser, so that every request has to come from the widget's own origin as well; and a name that
 * was made to point here (DNS rebinding) is no name of this machine. Programs on this machine may read the page as a
 * browser does: the demo trusts them.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '../loopback.js';
import { Problem } from '../problem.js';
import { unauthorized } from './identity.js';

/** Who is signed in at the widget: in the demo, somebody who may show everything. */
const DEMO = /** @type {const} */ ({ organizationId: 'local', agentId: 'demo-agent', role: 'admin', via: 'demo' });
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/** @typedef {import('fastify').FastifyRequest} FastifyRequest */

/** @param {string} [given] Where several instances are one demo. */
export function createDemoKey(given) {
  const key = given ?? randomBytes(32).toString('base64url');

  return {
    /** What must not be printed. */
    key,

    /** Goes with the page. @param {FastifyRequest} request */
    cookie: (request) => `${nameOf(request)}=${key}; Path=/api/; HttpOnly; SameSite=Strict`,

    /** @param {FastifyRequest} request @throws {Problem} 421 */
    checkHost({ hostname }) {
      if (isLoopback(hostname)) return;
      throw new Problem(421, 'misdirected', 'The demo answers to the names of this machine only, such as 127.0.0.1');
    },

    /**
     * @param {FastifyRequest} request
     * @returns {import('./identity.js').Identity}
     * @throws {Problem} 401, 403
     */
    identify(request) {
      const given = cookies(request).get(nameOf(request));
      if (given === undefined || !isEqual(given, key)) {
        throw unauthorized('Nobody is signed in: the demo gives its key to its own page only');
      }
      if (!comesFromOwnPage(request)) {
        throw new Problem(403, 'foreign-page', 'Only the demo’s own page may use its key');
      }
      return { ...DEMO, checkParticipant: async () => {} };
    },
  };
}

/** Cookies are shared among the ports of a machine: two demos do not take each other's. @param {FastifyRequest} request */
function nameOf({ port }) {
  return `caseframe-demo-${port ?? 80}`;
}

/**
 * Sec-Fetch-Site is set by the browser alone; one that does not know it (Safari before 16.4) sends Origin with whatever
 * changes something.
 * @param {FastifyRequest} request
 */
function comesFromOwnPage({ method, headers, host }) {
  const isSafe = SAFE_METHODS.has(method);
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return false;
  const site = headers['sec-fetch-site'];
  // “none” is the address bar.
  if (site !== undefined) return site === 'same-origin' || (site === 'none' && isSafe);
  return isSafe || headers.origin !== undefined;
}

/** @param {FastifyRequest} request @returns {Map<string, string>} */
function cookies({ headers: { cookie = '' } }) {
  const pairs = cookie.split(';').map((pair) => /^\s*([^=]+)=(.*)$/.exec(pair) ?? []);
  return new Map(pairs.filter(([pair]) => pair).map(([, name, value]) => [name, value.trim()]));
}

/** @param {string} a @param {string} b */
function isEqual(a, b) {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(x, y);
}
