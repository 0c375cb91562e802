/**
 * Agents who come with their Genesys Cloud access token. It is opaque: what it is worth only Genesys knows, so that it is
 * asked there, twice. `tokens/me` says for which organisation and OAuth client it was issued, without which a token that
 * some other application was given would do here too; `users/me` says whose it is.
 */

import { createHash } from 'node:crypto';
import { isIdentifier } from '../intake/fields.js';
import { createPlaces } from '../places.js';
import { Problem } from '../problem.js';
import { createCache } from './cache.js';

/** A token that was withdrawn is good here for so long at most. */
export const CACHE_MS = 60_000;
const CACHED_TOKENS = 10_000;
const CACHED_CONVERSATIONS = 50_000;
/** Of tokens that are good for nothing: anybody can make them up, and no agent's is forgotten for them. */
const CACHED_REFUSALS = 1000;
/**
 * At a time, in all and from one address: whoever sends made-up tokens floods neither Genesys nor this service. Of an
 * office behind one address, those who come in the morning wait in turn.
 */
const LOOKUPS = { inAll: 50, ofOne: 20, waiting: { inAll: 500, ofOne: 200 } };

/** @typedef {import('./identity.js').Identity} Identity */

/**
 * @param {import('../settings.js').GenesysSettings} settings
 * @param {{ api: ReturnType<typeof import('./genesys-api.js').createGenesysApi>, now?: () => number }} parts
 *   `now` in milliseconds. Default: since the process began, whatever is done to the machine's clock.
 */
export function createGenesysIdentities(settings, { api, now = () => performance.now() }) {
  /** By the token's hash, so that no memory dump holds tokens. @type {ReturnType<typeof createCache<Known>>} */
  const tokens = createCache({ size: CACHED_TOKENS, ms: CACHE_MS, now });
  /** Likewise. @type {ReturnType<typeof createCache<Problem>>} */
  const refusals = createCache({ size: CACHED_REFUSALS, ms: CACHE_MS, now });
  /** @type {ReturnType<typeof createCache<true>>} */
  const participations = createCache({ size: CACHED_CONVERSATIONS, ms: CACHE_MS, now });
  const lookups = createPlaces(LOOKUPS);

  /** @typedef {Omit<Identity, 'checkParticipant'>} Known */

  /**
   * @param {string} token @param {string} address From where it comes.
   * @returns {Promise<Identity>}
   * @throws {Problem} 401, 403, 429, 503
   */
  async function identify(token, address) {
    const hash = createHash('sha256').update(token).digest('base64');
    const refusal = refusals.find(hash);
    if (refusal !== undefined) throw refusal;
    const known = await tokens
      .get(hash, () => lookups.during(address, () => lookUp(token)))
      .catch((error) => {
        // “Unknown token” is an answer like any other; “ask later” is none.
        if (error instanceof Problem && [401, 403].includes(error.statusCode)) refusals.remember(hash, error);
        throw error;
      });
    return { ...known, checkParticipant };

    /** @param {string} interactionId */
    async function checkParticipant(interactionId) {
      try {
        await participations.get(`${hash} ${interactionId}`, () => askParticipation(token, interactionId));
      } catch (error) {
        if (error instanceof Problem && error.statusCode === 401) tokens.forget(hash);
        throw error;
      }
    }

    /** @param {string} ownToken @param {string} interactionId @returns {Promise<true>} */
    async function askParticipation(ownToken, interactionId) {
      const { agentId } = known;
      const answer = await api.get(`/conversations/${encodeURIComponent(interactionId)}`, ownToken);
      const participants =
        answer.status === 200 && Array.isArray(answer.body.participants) ? answer.body.participants : [];
      if (participants.some((/** @type {any} */ participant) => participant?.userId === agentId)) return true;
      throw new Problem(403, 'not-a-participant', 'You have no part in this interaction');
    }
  }

  /** @param {string} token @returns {Promise<Known>} */
  async function lookUp(token) {
    const [issued, user] = await Promise.all([
      api.get('/tokens/me?preserveIdleTTL=true', token),
      api.get('/users/me?expand=authorization', token),
    ]);
    return identityOf(issued, user);
  }

  /**
   * @param {Awaited<ReturnType<typeof api.get>>} issued @param {Awaited<ReturnType<typeof api.get>>} user
   * @returns {Known}
   * @throws {Problem} 403
   */
  function identityOf(issued, user) {
    if (issued.status !== 200) throw new Problem(403, 'forbidden', 'Genesys does not say for whom this token is');
    const organizationId = String(issued.body.organization?.id).toLowerCase();
    const clientId = String(issued.body.OAuthClient?.id).toLowerCase();
    if (!settings.organizations.has(organizationId)) {
      throw new Problem(403, 'organization-not-allowed', 'This organisation may not use the service');
    }
    if (!settings.oauthClients.has(clientId)) {
      throw new Problem(403, 'client-not-allowed', 'This token was issued to another application');
    }
    const agentId = user.status === 200 ? user.body.id : undefined;
    if (typeof agentId !== 'string' || !isIdentifier(agentId)) {
      throw new Problem(403, 'not-a-user', 'This token is no agent’s: client credentials do not take snapshots');
    }
    return { organizationId, agentId, role: roleOf(/** @type {any} */ (user).body), via: 'genesys' };
  }

  /** @param {any} user @returns {import('./identity.js').Role} */
  function roleOf({ authorization }) {
    const roles = Array.isArray(authorization?.roles) ? authorization.roles : [];
    const permissions = Array.isArray(authorization?.permissions) ? authorization.permissions : [];
    const own = [...roles.flatMap((/** @type {any} */ role) => [role?.id, role?.name]), ...permissions];
    if (own.some((name) => settings.adminRoles.has(name))) return 'admin';
    return own.some((name) => settings.supervisorRoles.has(name)) ? 'supervisor' : 'agent';
  }

  return { identify };
}
