/** Keys from the settings: for machines, for trying things out, and for desktops other than Genesys. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { isIdentifier } from '../intake/fields.js';
import { isToken } from './identity.js';

/** The organisation of everybody who comes with one. */
const ORGANIZATION_ID = 'local';
const ROLES = new Set(['agent', 'supervisor', 'admin']);

/** @typedef {{ hash: Buffer, agentId: string, role: import('./identity.js').Role }} StaticKey */

/**
 * @param {string | undefined} text `key=agentId:role`, separated by commas. A key may itself contain `=`.
 * @returns {StaticKey[]}
 * @throws {SyntaxError} A line for each entry that is wrong: its place, never what it says.
 */
export function parseStaticKeys(text) {
  if (text === undefined) return [];
  /** @type {string[]} */
  const mistakes = [];
  /** @type {Map<string, StaticKey>} */
  const keys = new Map();
  for (const [n, entry] of text.split(',').entries()) {
    const [, key = '', agentId = '', role = ''] = /^([\x21-\x7e]+)=([^=:]*):([^=:]*)$/.exec(entry.trim()) ?? [];
    const hash = hashOf(key);
    const mistake = mistakeOf(key, agentId, role) ?? (keys.has(hash.toString('hex')) ? 'the key is there twice' : '');
    if (mistake !== '') mistakes.push(`STATIC_KEYS, entry ${n + 1}: ${mistake}`);
    keys.set(hash.toString('hex'), { hash, agentId, role: /** @type {import('./identity.js').Role} */ (role) });
  }
  if (mistakes.length > 0) throw new SyntaxError(mistakes.join('\n'));
  return [...keys.values()];
}

/** @param {string} key @param {string} agentId @param {string} role */
function mistakeOf(key, agentId, role) {
  if (key === '') return 'give key=agentId:role';
  if (!isToken(key)) {
    return 'the key has a character that does not go into an Authorization header';
  }
  if (!isIdentifier(agentId)) return "the agent's id is not valid";
  if (!ROLES.has(role)) return 'the role has to be agent, supervisor or admin';
  return undefined;
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
