/**
 * What a file says of itself, checked. The rules are those of src/metadata/segments.hpp; here an error also says what came.
 */
import { invalidArgument } from '../errors.js';
import { isTime } from '../time.js';
import { readFields } from './fields.js';
import { isDate } from './realm.js';

/** @import { RawMetadata } from '../wasm/caseframe.js' */

/** kMaxTextBytes and kMaxDescriptionBytes of src/metadata/segments.hpp. */
const MAX_TEXT_BYTES = 256;
const MAX_DESCRIPTION_BYTES = 4096;

/** What a 32-bit number holds: 49 days. */
const MAX_AGE_MS = 4294967295;

/** RFC 9562, or its 32 digits alone. */
const UUID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Control characters, lone surrogates (a pair is one code point to `u`), and what else XML cannot carry. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNWRITABLE = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/u;

/**
 * All optional; `null` and empty texts count as not given. Texts hold no control characters, but `description` may have
 * tabs and line breaks. Their lengths are in bytes of UTF-8; what is longer is refused, never cut.
 * @typedef {object} Metadata
 * @property {string | null} [id] A UUID: Exif's ImageUniqueID. Default: derived from the picture as it is in the file.
 * @property {string | null} [interactionId] Up to 256 bytes. Written with `embed: true` only, as are the next two.
 * @property {string | null} [participantId] Up to 256 bytes.
 * @property {string | null} [agentId] Up to 256 bytes.
 * @property {string | Date | null} [capturedAt] A Date, or ISO 8601 with an offset, which is kept:
 *   `2026-11-22T10:20:30.456+01:00`.
 * @property {string | null} [software] Up to 256 bytes. Default `caseframe` and its version.
 * @property {string | null} [description] Up to 4096 bytes.
 * @property {number | null} [frameAgeMs] How old the frame was when it was taken, in ms; rounded.
 * @property {boolean} [embed] Whether the ids of people and interactions, which are personal data, go into the file.
 *   Default false.
 */

/** @type {readonly (keyof Metadata)[]} */
const FIELDS = [
  'id',
  'interactionId',
  'participantId',
  'agentId',
  'capturedAt',
  'software',
  'description',
  'frameAgeMs',
  'embed',
];

/**
 * @param {unknown} [metadata]
 * @returns {{ plain: Metadata, raw: RawMetadata }} `plain` is what was given, as data that can be posted to a worker.
 */
export function parseMetadata(metadata = {}) {
  const plain = readFields(/** @type {Metadata} */ (metadata), FIELDS, 'metadata.');
  // Its own time, whatever methods it was given.
  const time = isDate(plain.capturedAt) && new Date(plain.capturedAt);
  if (time && !Number.isNaN(time.getTime())) plain.capturedAt = time.toISOString();
  const { embed = false } = plain;
  if (typeof embed !== 'boolean') throw invalidArgument('metadata.embed', 'a boolean', embed);
  const raw = {
    id: parseId(plain.id),
    interactionId: text(plain.interactionId, 'interactionId', MAX_TEXT_BYTES),
    participantId: text(plain.participantId, 'participantId', MAX_TEXT_BYTES),
    agentId: text(plain.agentId, 'agentId', MAX_TEXT_BYTES),
    capturedAt: parseTime(plain.capturedAt),
    software: text(plain.software, 'software', MAX_TEXT_BYTES),
    description: text(plain.description, 'description', MAX_DESCRIPTION_BYTES),
    frameAgeMs: parseAge(plain.frameAgeMs),
    embed,
  };
  return { plain, raw };
}

/** @param {unknown} value @param {string} name @param {number} maxBytes */
function text(value, name, maxBytes) {
  if (isAbsent(value)) return utf8('');
  const lines = name === 'description';
  const expected = `a string of at most ${maxBytes} bytes in UTF-8, without ${
    lines ? 'control characters other than tabs and line breaks' : 'control characters'
  } or lone surrogates,`;
  if (typeof value !== 'string') throw invalidArgument(`metadata.${name}`, expected, value);
  // Long before it is encoded: a byte holds no more than one UTF-16 code unit.
  if (value.length > maxBytes) throw invalidArgument(`metadata.${name}`, expected, value);
  const bytes = utf8(value);
  if (bytes.length > maxBytes || UNWRITABLE.test(lines ? value.replace(/[\t\n\r]/g, ' ') : value)) {
    throw invalidArgument(`metadata.${name}`, expected, value);
  }
  return bytes;
}

/** @param {unknown} value */
function parseId(value) {
  if (isAbsent(value)) return utf8('');
  if (typeof value !== 'string' || !UUID.test(value)) throw invalidArgument('metadata.id', 'a UUID', value);
  return utf8(value);
}

/** @param {unknown} value */
function parseTime(value) {
  if (isAbsent(value)) return utf8('');
  if (!isTime(value)) {
    const expected = 'a Date or an ISO 8601 date and time with its offset, such as 2026-11-22T10:20:30.456+01:00,';
    throw invalidArgument('metadata.capturedAt', expected, value);
  }
  return utf8(value);
}

/** @param {unknown} value */
function parseAge(value) {
  if (value === undefined || value === null) return -1;
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_AGE_MS)) {
    throw invalidArgument('metadata.frameAgeMs', `a number from 0 to ${MAX_AGE_MS}`, value);
  }
  return Math.round(value);
}

/** @param {unknown} value */
function isAbsent(value) {
  return value === undefined || value === null || value === '';
}

/** @param {string} value */
function utf8(value) {
  return new TextEncoder().encode(value);
}
