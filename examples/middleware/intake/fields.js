/** What each form field may hold. Identifiers become folder and file names, so the rule has no dot and no slash. */

import { Problem } from '../problem.js';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** As RFC 3339 narrows it: a day has no hour 24, and there is no year 0. */
const ISO_8601 = /^((?!0000)\d{4}-\d{2}-\d{2})T(?!24)\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
/** 1 to 255 printable ASCII characters. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
/** Of metadata, in each other. What is much deeper cannot be written as JSON again: that takes a stack. */
const MAX_DEPTH = 64;
/**
 * Objects and lists in it: 1,000 regions, and as many that were left open, are 2,000. A list of snapshots reads the metadata
 * of a hundred rows at once, and 256 KiB of empty objects are 10 MiB in memory.
 */
const MAX_OBJECTS = 10_000;

/** @typedef {ReturnType<typeof checkFields>} Fields */

/** @param {string} text */
export function isIdentifier(text) {
  return IDENTIFIER.test(text);
}

/**
 * @param {ReadonlyMap<string, unknown>} fields as they came, by name
 * @throws {Problem} 400 `missing-field`, `invalid-field`
 */
export function checkFields(fields) {
  return {
    interactionId: required(fields, 'interactionId', matching(IDENTIFIER)),
    agentId: required(fields, 'agentId', matching(IDENTIFIER)),
    timestamp: required(fields, 'timestamp', instant),
    snapshotId: optional(fields, 'snapshotId', matching(IDENTIFIER)),
    sha256: optional(fields, 'sha256', matching(SHA256)),
    metadata: optional(fields, 'metadata', jsonObject),
  };
}

export const FIELD_NAMES = new Set(['interactionId', 'agentId', 'timestamp', 'snapshotId', 'sha256', 'metadata']);

/** @param {string | string[] | undefined} header */
export function checkIdempotencyKey(header) {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !IDEMPOTENCY_KEY.test(header)) {
    throw new Problem(400, 'invalid-idempotency-key', 'Idempotency-Key has to be 1 to 255 printable ASCII characters');
  }
  return header;
}

/**
 * @template T
 * @param {ReadonlyMap<string, unknown>} fields @param {string} name @param {(value: unknown) => T | undefined} read
 * @returns {T}
 */
function required(fields, name, read) {
  const value = optional(fields, name, read);
  if (value === undefined) throw new Problem(400, 'missing-field', `The field ${name} is missing`);
  return value;
}

/**
 * @template T
 * @param {ReadonlyMap<string, unknown>} fields @param {string} name @param {(value: unknown) => T | undefined} read
 * @returns {T | undefined}
 */
function optional(fields, name, read) {
  if (!fields.has(name)) return undefined;
  const value = read(fields.get(name));
  if (value === undefined) throw new Problem(400, 'invalid-field', `The field ${name} is not valid`);
  return value;
}

/** @param {RegExp} pattern @returns {(value: unknown) => string | undefined} */
function matching(pattern) {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
}

/** @param {unknown} value */
function instant(value) {
  const [text, day] = (typeof value === 'string' && ISO_8601.exec(value)) || [];
  if (text === undefined || Number.isNaN(Date.parse(text))) return undefined;
  // Date.parse takes 30 February for 2 March.
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) ? text : undefined;
}

/** @param {unknown} value @returns {object | undefined} */
function jsonObject(value) {
  try {
    // Busboy hands over a part that calls itself application/json already parsed.
    const parsed = typeof value === 'string' ? JSON.parse(value) : value;
    return isObject(parsed) && !Array.isArray(parsed) && isModest(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether it has neither more levels nor more objects than any capture says of itself. Level by level, since a call for each
 * would need the stack itself.
 * @param {object} value
 */
function isModest(value) {
  let level = [value];
  let count = 1;
  for (let depth = 1; depth <= MAX_DEPTH && level.length > 0; depth += 1) {
    level = level.flatMap((inner) => Object.values(inner)).filter(isObject);
    count += level.length;
  }
  return level.length === 0 && count <= MAX_OBJECTS;
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
