/** Keys from the settings: for machines, for trying things out, and for desktops other than Genesys. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { isIdentifier } from '../intake/fields.js';

/** The organisation of everybody who comes with one. */
const ORGANIZATION_ID = 'local';
const ROLES = new Set(['agent', 'supervisor', 'admin']);

/** @typedef {{ hash: Buffer, agentId: string, role: import('./identity.js').Role }} StaticKey */

/**
 * @param {string | undefined} text `key=agentId:role`, separated by commas. A key may itself contain `=`.
 * @returns {StaticKey[]}
 * @throws {SyntaxError} which says the place of an entry, never what it says
 */
export function parseStaticKeys(text) {
  if (text === undefined) return [];
  const keys = text.split(',').map((entry, n) => {
    const [, key, agentId, role] = /^([\x21-\x7e]+)=([^=:]*):([^=:]*)$/.exec(entry.trim()) ?? [];
    const place = `STATIC_KEYS, entry ${n + 1}:`;
    if (key === undefined) throw new SyntaxError(`${place} give key=agentId:role`);
    if (!/^[A-Za-z0-9._~+/=:@!$%&*-]{1,4096}$/.test(key)) {
      throw new SyntaxError(`${place} the key has a character that does not go into an Authorization header`);
    }
    if (!isIdentifier(agentId)) throw new SyntaxError(`${place} the agent's id is not valid`);
    if (!ROLES.has(role)) throw new SyntaxError(`${place} the role has to be agent, supervisor or admin`);
    return { hash: hashOf(key), agentId, role: /** @type {import('./identity.js').Role} */ (role) };
  });
  if (new Set(keys.map(({ hash }) => hash.toString('hex'))).size < keys.length) {
    throw new SyntaxError('STATIC_KEYS: a key is there twice');
  }
  return keys;
}

/**
 * Compares hashes, all of them and each in constant time: how long it takes says nothing about a key.
 * @param {readonly StaticKey[]} keys @param {string} token
 * @returns {import('./identity.js').Identity | undefined}
 */
export function findStaticKey(keys, token) {
  const hash = hashOf(token);
  const [found] = keys.filter((key) => timingSafeEqual(key.hash, hash));
  if (found === undefined) return undefined;
  const { agentId, role } = found;
  return { organizationId: ORGANIZATION_ID, agentId, role, via: 'static-key', checkParticipant: async () => {} };
}

/** @param {string} key */
function hashOf(key) {
  return createHash('sha256').update(key).digest();
}
