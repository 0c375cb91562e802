/** What one try came to, and what follows from it. Pure: no clock, no network, no chance of its own. */

/**
 * What the middleware says once a picture is stored.
 * @typedef {object} Receipt
 * @property {true} success
 * @property {string} id The snapshot's.
 * @property {string} url The stable link of the stored picture.
 * @property {string} sha256 Of the bytes that were stored, lowercase hex: the same as the snapshot's.
 * @property {'queued' | 'done' | 'failed'} annotation Whether the note at the interaction is written yet, or given up.
 */

/**
 * `network`: the connection failed. `stalled`: no progress for `stallMs`. `unanswered`: no answer for `answerMs`.
 * `headers`: the page's hook failed, took too long, or gave what are no headers. `storage`: the queue cannot be read now.
 * `unreadable`: the stored picture is missing or does not decrypt, and never will; or the page's own cannot be read.
 * @typedef {'network' | 'stalled' | 'unanswered' | 'headers' | 'storage' | 'unreadable'} Reason
 */

/**
 * One try.
 * @typedef {object} Outcome
 * @property {number} [status] The answer's; missing or 0 where there was none.
 * @property {Reason} [reason] Why there was none.
 * @property {Receipt} [receipt] Only one that was checked against the snapshot.
 * @property {string} [code] The server's, from its JSON.
 * @property {string} [error] The server's sentence, or what the failure said of itself.
 * @property {string | null} [retryAfter] The header, where it may be read.
 */

/**
 * What follows. With a `receipt` it is delivered. `renew`: ask for the headers once more and try at once. Otherwise it
 * failed by `error`, and is tried again after `wait`, or, without that, not by itself.
 * @typedef {object} Decision
 * @property {Receipt} [receipt]
 * @property {boolean} [renew]
 * @property {import('./record.js').StoredError} [error]
 * @property {{ ms: number, asked: number }} [wait] `asked`: what of it the server has named, so that nothing shortens it.
 */

/** Client errors that a repeat may well mend (RFC 9110, RFC 8470; 409: the same key is still being processed). */
const PASSING = [408, 409, 425, 429];

/**
 * Only what the server has understood and refused ends the tries: a 4xx that no repeat can mend. An answer that is no
 * receipt (a captive portal's page, a login page after a redirect, another picture's hash) proves nothing, so that it
 * counts as none.
 * @param {Outcome} outcome
 * @param {object} circumstances
 * @param {number} circumstances.attempt The try's number, from 1.
 * @param {boolean} circumstances.renewed Whether this try has asked for its headers a second time already.
 * @param {number} circumstances.now Date.now()
 * @param {number} circumstances.random 0..1
 * @param {number} circumstances.baseMs
 * @param {number} circumstances.maxMs
 * @returns {Decision}
 */
export function decide(outcome, { attempt, renewed, now, random, baseMs, maxMs }) {
  const { status = 0, reason, receipt, code, error, retryAfter } = outcome;
  if (receipt) return { receipt };
  if (status === 401 && !renewed) return { renew: true };
  const isRefused = status >= 400 && status < 500 && !PASSING.includes(status);
  /** @type {Decision} */
  const decision = {
    error: {
      code: isRefused ? 'upload-rejected' : 'upload-failed',
      message: error || `No receipt: ${reason || status}`,
      details: reason ? { reason } : { status, code, error },
    },
  };
  if (!isRefused && reason !== 'unreadable') {
    const asked = Math.min(maxMs, parseRetryAfter(retryAfter, now) || 0);
    // Full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015): clients that failed together do not come together.
    const backOff = random * baseMs * 2 ** (attempt - 1);
    decision.wait = { ms: Math.max(asked, Math.min(maxMs, backOff)), asked };
  }
  return decision;
}

/**
 * RFC 9110, 10.2.3: whole seconds, or a date.
 * @param {string | null | undefined} text @param {number} now
 * @returns {number | undefined} in ms, never negative
 */
export function parseRetryAfter(text, now) {
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Date.parse takes many a number for a year.
  const date = / GMT$/.test(text) && Date.parse(text);
  return date ? Math.max(0, date - now) : undefined;
}
