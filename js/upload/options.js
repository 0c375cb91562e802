/** The arguments of createUploader, send and flush, checked before anything is stored or sent. */
import { invalidArgument, misnamed } from '../errors.js';
import { isTime } from '../time.js';
import { checkSignal } from './signal.js';
import { coded } from './text.js';

/** @import { Item } from './record.js' */

/**
 * @typedef {object} HeadersContext
 * @property {string} agentId Whose picture it is.
 * @property {string} snapshotId
 * @property {number} attempt The try's number, from 1.
 * @property {boolean} renew True where the server has just answered 401: a token that was kept is no longer good.
 */

/** @typedef {Record<string, string> | Headers | Map<string, string>} PageHeaders */

/**
 * @typedef {object} UploaderOptions
 * @property {string | URL} url Of the middleware's `…/api/v1/video-snapshot/upload`; relative to the page.
 * @property {string} agentId Who is signed in. Another agent needs another uploader.
 * @property {(context: HeadersContext) => PageHeaders | Promise<PageHeaders>} [headers] Called anew for every try, and once
 *   more at once after a 401. Failing, taking longer than 15 s, or a value that is no text counts as a failed try.
 * @property {'indexeddb' | 'memory'} [queue] Where snapshots wait. Default 'indexeddb'.
 * @property {string} [database] The queue's name. All uploaders of an origin with the same name share it: two services
 *   need two names. Default 'caseframe-upload'.
 * @property {{ baseMs?: number, maxMs?: number }} [retry] After the n-th failed try the next one waits for a random part
 *   of `baseMs` × 2ⁿ⁻¹, at most `maxMs`, which caps the server's Retry-After as well. Defaults 1 s and 5 min.
 * @property {{ count?: number, bytes?: number, ageMs?: number, parallel?: number }} [limits] Of one agent's snapshots in
 *   the queue: how many (1000) and how large in all (256 MiB), with those that were given up and not discarded; for how
 *   long they wait (7 days); and how many are sent at once by this page, each of another interaction (3).
 * @property {number} [stallMs] A try without progress for so long is broken off. Default 30 s.
 * @property {number} [answerMs] A try without an answer so long after its body is broken off. Default 60 s.
 * @property {boolean} [encrypt] Pictures are encrypted in the database. Default false.
 * @property {'same-origin' | 'include'} [credentials] Whether cookies go to another origin too, as in `fetch`. `include`
 *   needs that origin's consent (`Access-Control-Allow-Credentials`). Default 'same-origin'.
 */

/**
 * A snapshot as `createCapture` gives it, or what else has these properties. Where only `id` is given, the snapshot has to
 * be in the queue, or delivered within a day.
 * @typedef {object} UploadSnapshot
 * @property {string} id The idempotency key. 1 to 255 printable ASCII characters.
 * @property {Blob} [blob]
 * @property {string} [sha256] Of the blob, lowercase hex.
 * @property {string} [capturedAt] ISO 8601, with its offset.
 * @property {string | null} [interactionId]
 * @property {number} [width] This and what follows becomes the field `metadata`.
 * @property {number} [height]
 * @property {string | null} [participantId]
 * @property {string} [sourceKind]
 * @property {object} [frame]
 * @property {object[]} [redactions]
 * @property {object[]} [dropped] Regions that were suggested in a review, and are not covered.
 */

/**
 * @typedef {object} SendOptions
 * @property {string} [interactionId] Where the snapshot itself has none, or another is meant.
 * @property {AbortSignal} [signal] Takes the snapshot out of the queue. What has been sent already may be stored.
 * @property {(progress: { loaded: number, total: number }) => void} [onProgress] Of the whole request's body, in bytes.
 *   100 % is sent, not delivered.
 */

/** @typedef {ReturnType<typeof parseOptions>} Settings */

/** Options that are positive numbers, by where they stand, with their defaults; times in ms. */
const NUMBERS = {
  options: { stallMs: 30000, answerMs: 60000 },
  retry: { baseMs: 1000, maxMs: 300000 },
  limits: { count: 1000, bytes: 256 * 1024 * 1024, ageMs: 7 * 24 * 60 * 60 * 1000, parallel: 3 },
};

/** @typedef {typeof NUMBERS.options & typeof NUMBERS.retry & typeof NUMBERS.limits} Numbers */

/** Options that have one of few values, the default first. @type {Record<string, unknown[]>} */
const CHOICES = { queue: ['indexeddb', 'memory'], encrypt: [false, true], credentials: ['same-origin', 'include'] };

const OPTIONS = [
  ...['url', 'agentId', 'headers', 'database', 'retry', 'limits'],
  ...Object.keys(CHOICES),
  ...Object.keys(NUMBERS.options),
];

/** In bytes: what the middleware takes of one field. */
const LONGEST_METADATA = 256 * 1024;

/**
 * @param {unknown} fits @param {string} name @param {string} expected @param {unknown} actual
 * @returns {asserts fits}
 */
function check(fits, name, expected, actual) {
  if (!fits) throw invalidArgument(name, expected, actual);
}

/**
 * What throws while it is read, a getter or a proxy that was revoked, is no argument.
 * @template {unknown[]} A @template T @param {(...given: A) => T} parse
 * @returns {(...given: A) => T}
 */
const reading =
  (parse) =>
  (...given) => {
    try {
      return parse(...given);
    } catch (cause) {
      throw coded('invalid-argument', cause);
    }
  };

export const parseOptions = reading(readOptions);
export const parseSnapshot = reading(readSnapshot);
export const parseFlush = reading(readFlush);

/**
 * An object whose fields are meant by their names.
 * @param {unknown} value @param {string} name @param {readonly string[]} names @param {string} [path] Where its fields stand.
 * @returns {asserts value is Record<string, any>}
 */
function checkObject(value, name, names, path = '') {
  check(isObject(value), name, 'an object', value);
  const error = misnamed(value, names, path);
  if (error) throw error;
}

/** @param {UploaderOptions} options */
function readOptions(options) {
  checkObject(options, 'options', OPTIONS);
  const { headers = () => ({}), database = 'caseframe-upload' } = options;
  check(typeof headers === 'function', 'headers', 'a function', headers);
  /** @type {Record<string, any>} */
  const groups = { options, retry: options.retry, limits: options.limits };
  /** @type {Record<string, any>} */
  const settings = {};
  for (const [name, values] of Object.entries(CHOICES)) {
    const { [name]: value = values[0] } = /** @type {Record<string, any>} */ (options);
    check(values.includes(value), name, values.map((choice) => JSON.stringify(choice)).join(' or '), value);
    settings[name] = value;
  }
  for (const [group, numbers] of Object.entries(NUMBERS)) {
    const { [group]: given = {} } = groups;
    if (given !== options) checkObject(given, group, Object.keys(numbers), `${group}.`);
    for (const [name, preset] of Object.entries(numbers)) {
      const { [name]: value = preset } = given;
      check(typeof value === 'number' && value > 0, name, 'a positive number', value);
      check(!/count|parallel/.test(name) || value % 1 === 0 || value === Infinity, name, 'a whole number', value);
      settings[name] = value;
    }
  }
  const name = parseId('database', database);
  return {
    .../** @type {Numbers & { encrypt: boolean, credentials: 'same-origin' | 'include' }} */ (settings),
    url: parseUrl(options.url),
    agentId: parseId('agentId', options.agentId),
    headers,
    database: settings.queue === 'memory' ? undefined : name,
  };
}

/** @param {unknown} url */
function parseUrl(url) {
  let href = '';
  try {
    const text = isObject(url) ? url.href : url;
    if (text && typeof text === 'string') href = new URL(text, globalThis.location?.href).href;
  } catch {
    // Said below.
  }
  check(/^https?:/.test(href), 'url', 'an http or https address', url);
  return href;
}

/** Not blank, nor the text of a value that was missing; no control characters nor halves of a pair: forms change them. */
const ID = /^(?!(null|undefined|NaN)$)(?=.*\S)[^\p{Cc}\p{Cs}]+$/u;

/** What is filed under an id. @param {string} name @param {unknown} value */
function parseId(name, value) {
  check(typeof value === 'string' && ID.test(value), name, 'an id', value);
  return value;
}

/**
 * @param {UploadSnapshot} snapshot @param {SendOptions} options @param {string} agentId @param {number} now
 */
function readSnapshot(snapshot, options, agentId, now) {
  check(isObject(snapshot), 'snapshot', 'a snapshot', snapshot);
  checkObject(options, 'options', ['interactionId', 'signal', 'onProgress']);
  const { signal, onProgress, interactionId = snapshot.interactionId } = options;
  checkSignal(signal);
  check(onProgress === undefined || typeof onProgress === 'function', 'onProgress', 'a function', onProgress);
  const { id, blob, sha256 = '', capturedAt = '' } = snapshot;
  const { width, height, participantId, sourceKind, frame, redactions, dropped } = snapshot;
  const metadata = toJson({ width, height, participantId, sourceKind, frame, redactions, dropped });
  // It becomes a header.
  check(typeof id === 'string' && /^[!-~]{1,255}$/.test(id), 'snapshot.id', 'printable ASCII characters', id);
  if (blob !== undefined) {
    check(blob?.size > 0 && typeof blob.arrayBuffer === 'function', 'snapshot.blob', 'a Blob that is not empty', blob);
    check(
      typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256),
      'snapshot.sha256',
      '64 lowercase hex digits',
      sha256,
    );
    check(isTime(capturedAt), 'snapshot.capturedAt', 'an ISO 8601 date with its offset', capturedAt);
    const { length } = new TextEncoder().encode(metadata);
    check(length <= LONGEST_METADATA, 'metadata', `at most ${LONGEST_METADATA} bytes of JSON`, length);
  }
  /** @type {Item} */
  const fresh = {
    id,
    agentId,
    interactionId: blob || interactionId ? parseId('interactionId', interactionId) : '',
    sha256,
    timestamp: capturedAt,
    metadata,
    type: blob?.type || 'image/jpeg',
    bytes: blob?.size || 0,
    order: now,
    queuedAt: now,
    attempts: 0,
    state: 'waiting',
    wait: null,
    lease: null,
    error: null,
  };
  return { fresh, blob, signal, onProgress };
}

/**
 * @typedef {object} FlushOptions
 * @property {number} [timeoutMs] Default 10 s.
 * @property {AbortSignal} [signal] Ends the wait, not the sending.
 */

/** @param {object} metadata */
function toJson(metadata) {
  try {
    return JSON.stringify(metadata);
  } catch {
    throw invalidArgument('metadata', 'what JSON can hold', metadata);
  }
}

/** @param {FlushOptions} options */
function readFlush(options) {
  checkObject(options, 'options', ['timeoutMs', 'signal']);
  const { timeoutMs = 10000, signal } = options;
  check(typeof timeoutMs === 'number' && timeoutMs >= 0, 'timeoutMs', 'a number that is not negative', timeoutMs);
  checkSignal(signal);
  return { timeoutMs, signal };
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
