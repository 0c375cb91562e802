/**
 * What becomes of a task that could not be done: pure, a table for the tests.
 *
 * | what went wrong | what then |
 * |---|---|
 * | Genesys said to wait (429), or the pace is used up | again after that; it was no attempt |
 * | nothing to write to yet: no case, no recording | again in a minute; it was no attempt |
 * | no answer, 408, 409, 425, 5xx, no token | again after a back-off, until a day has passed |
 * | anything else: 400, 403, 404, … | dead: an operator has to look |
 */

import { retryAfterOf } from '../identity/retry-after.js';

/** Between the first two tries; it doubles with each. */
const BASE_MS = 1000;
const MAX_MS = 5 * 60_000;
/** What was given up after is redriven by hand: a day outlasts an outage, and what went wrong is still known. */
export const GIVE_UP_MS = 24 * 60 * 60_000;
/** A write without an answer may still be under way: a look at once would not find it. */
const SETTLE_MS = 5000;
/** Of a wait for a case or a recording. */
const WAIT_MS = 60_000;
/** What Genesys says is believed up to here. */
const MAX_PAUSE_MS = 15 * 60_000;

/**
 * @typedef {object} Trouble
 * @property {'throttled' | 'waiting' | 'transient' | 'permanent'} kind
 * @property {string} reason A sentence, for people.
 * @property {number} [retryAfterMs] What was said, where it is `throttled`.
 * @property {number} [status] Of the answer, where it is `permanent`.
 * @property {boolean} [mayHaveWritten] It was a write, and whether it was done is not known.
 *
 * @typedef {{ what: 'again', afterMs: number, counts: boolean } | { what: 'dead' }} Verdict
 */

/**
 * @param {Trouble} trouble
 * @param {{ attempts: number, ageMs: number, random: number }} task `attempts` with this one; `ageMs`
 *   since the first; `random` in [0, 1).
 * @returns {Verdict}
 */
export function decide({ kind, retryAfterMs = WAIT_MS, mayHaveWritten = false }, { attempts, ageMs, random }) {
  if (kind === 'permanent' || ageMs >= GIVE_UP_MS) return { what: 'dead' };
  if (kind === 'throttled') {
    // Not all at the same moment.
    return { what: 'again', afterMs: Math.min(retryAfterMs, MAX_PAUSE_MS) + random * BASE_MS, counts: false };
  }
  if (kind === 'waiting') return { what: 'again', afterMs: WAIT_MS, counts: false };
  // Full jitter (“Exponential Backoff and Jitter”, AWS Architecture Blog).
  const ceiling = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(attempts, 30));
  return { what: 'again', afterMs: Math.max(random * ceiling, mayHaveWritten ? SETTLE_MS : 0), counts: true };
}

/**
 * Of 429 (developer.genesys.cloud, “Rate limits”): `Retry-After`, else `inin-ratelimit-reset`, in seconds.
 * @param {{ get: (name: string) => string | null }} headers @returns {number} In milliseconds.
 */
export function pauseOf(headers) {
  const reset = headers.get('inin-ratelimit-reset')?.trim() ?? '';
  const other = /^\d{1,9}$/.test(reset) ? 1000 * (Number(reset) + 1) : WAIT_MS;
  return Math.min(retryAfterOf(headers) ?? other, MAX_PAUSE_MS);
}
