/** Asks the Genesys Cloud Platform API, with the token of whoever it is about. What goes wrong there is a refusal here. */

import { Problem } from '../problem.js';
import { drop, readJson } from './genesys-body.js';
import { unauthorized } from './identity.js';
import { retryAfterOf } from './retry-after.js';

/** An agent waits no longer for their upload to be looked at. */
const TIMEOUT_MS = 5000;
/** Of 429, where Genesys does not say how long (its own limits count by the minute). */
const DEFAULT_RETRY_AFTER_S = 60;
/** What it says is passed on up to here. */
const MAX_RETRY_AFTER_S = 3600;
const UNAVAILABLE_RETRY_AFTER_S = 5;

/**
 * @param {string} baseUrl `https://api.{region}`
 * @param {{ timeoutMs?: number }} [options] For tests.
 */
export function createGenesysApi(baseUrl, { timeoutMs = TIMEOUT_MS } = {}) {
  /**
   * @param {string} path Below `/api/v2`. @param {string} token
   * @returns {Promise<{ status: 200, body: any } | { status: 400 | 403 | 404 }>}
   * @throws {Problem} 401, 429, 503
   */
  async function get(path, token) {
    /** @type {Response} */
    let response;
    try {
      response = await fetch(`${baseUrl}/api/v2${path}`, {
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
        redirect: 'error', // A token goes nowhere else.
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw unavailable(error);
    }
    const { status, headers } = response;
    if (status === 200) {
      const body = await readJson(response).catch((error) => Promise.reject(unavailable(error)));
      return { status, body };
    }
    await drop(response);
    if (status === 400 || status === 403 || status === 404) return { status };
    if (status === 401) throw unauthorized('Genesys does not know this token, or it has run out');
    if (status === 429) throw tooMany(retryAfterOf(headers));
    throw unavailable(new Error(`Genesys answered ${status}`));
  }

  return { get };
}

/** Whoever cannot be asked about is not let in. @param {unknown} cause */
function unavailable(cause) {
  const problem = new Problem(503, 'identity-unavailable', 'Genesys cannot be asked just now: try again later', {
    'retry-after': String(UNAVAILABLE_RETRY_AFTER_S),
  });
  problem.cause = cause;
  return problem;
}

/** @param {number | undefined} ms */
function tooMany(ms = 1000 * DEFAULT_RETRY_AFTER_S) {
  const seconds = String(Math.min(Math.ceil(ms / 1000), MAX_RETRY_AFTER_S));
  return new Problem(429, 'genesys-busy', 'Genesys is asked too often: try again later', { 'retry-after': seconds });
}
