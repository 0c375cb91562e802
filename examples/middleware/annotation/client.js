/**
 * Asks Genesys' Platform API with the service's own token, in its pace. What goes wrong is told as trouble of a kind, by
 * which it is decided what then; nothing is tried again here but a request whose token has just run out.
 */

import { drop, readJson } from '../identity/genesys-body.js';
import { pauseOf } from './retry.js';
import { GenesysTrouble, transient } from './trouble.js';

const TIMEOUT_MS = 5000;
/** Answers that may be another one next time, beside 5xx. */
const AGAIN = new Set([408, 409, 425]);
const MAX_MESSAGE = 200;

/** @typedef {ReturnType<typeof createGenesysClient>} GenesysClient */

/**
 * @typedef {object} GenesysRequest
 * @property {'GET' | 'POST' | 'PUT' | 'PATCH'} method
 * @property {string} path Below `/api/v2`.
 * @property {object} [body] Sent as JSON.
 * @property {boolean} [writes] Where there is no answer, it may have been done.
 */

/**
 * @param {Pick<import('./annotation.js').AnnotationSettings, 'apiUrl' | 'leaseMs'>} settings
 * @param {object} parts
 * @param {ReturnType<typeof import('./token.js').createToken>} parts.token
 * @param {ReturnType<typeof import('./pace.js').createPace>} parts.pace
 * @param {Pick<import('./metrics.js').AnnotationMetrics, 'requests'>} parts.metrics
 */
export function createGenesysClient({ apiUrl, leaseMs }, { token, pace, metrics }) {
  // Whatever it is, it has ended before the lease has.
  const timeoutMs = Math.min(TIMEOUT_MS, leaseMs / 2);

  /**
   * @param {GenesysRequest} request
   * @returns {Promise<any>} The answer's body; `undefined` where there is none.
   * @throws {GenesysTrouble}
   */
  async function ask(request) {
    const signal = AbortSignal.timeout(timeoutMs);
    const first = await within(signal, token.get());
    const response = await send(request, first, signal);
    if (response.status !== 401) return answerOf(request, response);
    await drop(response);
    token.refuse(first);
    const again = await send(request, await within(signal, token.get()), signal);
    if (again.status !== 401) return answerOf(request, again);
    await drop(again);
    throw transient('Genesys does not take the token that it has just given');
  }

  /** @param {GenesysRequest} request @param {string} bearer @param {AbortSignal} signal */
  async function send({ method, path, body, writes = false }, bearer, signal) {
    const retryAfterMs = pace.waitMs();
    if (retryAfterMs > 0) {
      throw new GenesysTrouble({
        kind: 'throttled',
        reason: 'The limit of requests a minute is reached',
        retryAfterMs,
      });
    }
    pace.take();
    try {
      const response = await fetch(`${apiUrl}/api/v2${path}`, {
        method,
        headers: {
          authorization: `Bearer ${bearer}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: 'manual', // A token goes nowhere else.
        signal,
      });
      metrics.requests.inc({ status: response.status });
      return response;
    } catch (error) {
      metrics.requests.inc({ status: 0 });
      throw new GenesysTrouble(
        { kind: 'transient', reason: `Genesys cannot be reached: ${messageOf(error)}`, mayHaveWritten: writes },
        error,
      );
    }
  }

  /** @param {GenesysRequest} request @param {Response} response */
  async function answerOf({ method, path, writes = false }, response) {
    const { status, headers } = response;
    if (status >= 200 && status < 300) {
      // What is neither JSON nor nothing comes from somebody else, such as a proxy's page.
      return readJson(response, { mayBeEmpty: writes }).catch((error) => {
        throw new GenesysTrouble(
          { kind: 'transient', reason: `Genesys’ answer cannot be read: ${messageOf(error)}`, mayHaveWritten: writes },
          error,
        );
      });
    }
    if (status === 429) {
      const retryAfterMs = pauseOf(headers);
      pace.pause(retryAfterMs);
      await drop(response);
      throw new GenesysTrouble({ kind: 'throttled', reason: 'Genesys says to wait (429)', retryAfterMs });
    }
    const said = await readJson(response).catch(() => ({}));
    const what = `${method} ${patternOf(path)} was answered by ${status}${sentence(said)}`;
    if (status >= 500 || AGAIN.has(status)) {
      throw new GenesysTrouble({ kind: 'transient', reason: what, mayHaveWritten: writes });
    }
    if (status < 400) throw transient(`${what}: a redirect, which is not followed`);
    throw new GenesysTrouble({ kind: 'permanent', reason: what, status });
  }

  return { ask };
}

/** @template T @param {AbortSignal} signal @param {Promise<T>} promise @returns {Promise<T>} */
function within(signal, promise) {
  return new Promise((resolve, reject) => {
    const tooLate = () => reject(transient('Genesys gives no token in time'));
    signal.addEventListener('abort', tooLate, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', tooLate));
  });
}

/** Without ids: reasons are for logs and lists. @param {string} path */
function patternOf(path) {
  return path.replace(/\?.*$/s, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '{id}');
}

/** Of an ErrorBody. @param {any} said */
function sentence({ code, message }) {
  const parts = [code, message].filter((part) => typeof part === 'string' && part !== '');
  return parts.length === 0 ? '' : ` (${[...new Set(parts)].join(': ').slice(0, MAX_MESSAGE)})`;
}

/** @param {unknown} error */
function messageOf(error) {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
