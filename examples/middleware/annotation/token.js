/**
 * The service's own token, by client credentials: one for all who ask, renewed ahead of its end by one of them while the
 * others go on with the old one.
 */

import { drop, readJson } from '../identity/genesys-body.js';
import { pauseOf } from './retry.js';
import { GenesysTrouble, transient } from './trouble.js';

const TIMEOUT_MS = 5000;
/** A token lives for a day; one of a short life is renewed when a tenth of it is left. */
const MAX_AHEAD_MS = 5 * 60_000;
/** After a renewal that failed nobody asks for so long; wrong credentials stay wrong until somebody changes them. */
const AGAIN_MS = 2000;
const WRONG_AGAIN_MS = 30_000;
/** RFC 6749, appendix A.12, and of a length that is a header's. What is no such text would turn up in an error's message. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

/**
 * @param {Pick<import('./annotation.js').AnnotationSettings, 'loginUrl' | 'clientId' | 'clientSecret'>} settings
 * @param {{ now: () => number, metrics: Pick<import('./metrics.js').AnnotationMetrics, 'tokens'>,
 *   log: Pick<import('fastify').FastifyBaseLogger, 'error'>, timeoutMs?: number }} parts
 */
export function createToken({ loginUrl, clientId, clientSecret }, { now, metrics, log, timeoutMs = TIMEOUT_MS }) {
  /** @type {{ value: string, renewAt: number, endsAt: number } | undefined} */
  let current;
  /** @type {Promise<string> | undefined} */
  let renewal;
  /** Why nobody asks before then. @type {{ from: number, until: number, trouble: GenesysTrouble } | undefined} */
  let failed;

  /** @returns {Promise<string>} @throws {GenesysTrouble} */
  async function get() {
    const at = now();
    const mayAsk = failed === undefined || at >= failed.until || at < failed.from;
    if (current !== undefined && at < current.endsAt) {
      if (at >= current.renewAt && mayAsk) renew().catch(() => {}); // The old one is good for a while.
      return current.value;
    }
    if (renewal === undefined && failed !== undefined && !mayAsk) throw failed.trouble;
    return renew();
  }

  function renew() {
    renewal ??= ask()
      .then(
        (token) => {
          current = token;
          failed = undefined;
          metrics.tokens.inc({ outcome: 'issued' });
          return token.value;
        },
        (error) => {
          const trouble = error instanceof GenesysTrouble ? error : transient('Genesys gives no token just now', error);
          const { kind, retryAfterMs = AGAIN_MS } = trouble.trouble;
          const from = now();
          failed = {
            from,
            until: from + (kind === 'permanent' ? WRONG_AGAIN_MS : retryAfterMs),
            trouble: asTransient(trouble),
          };
          metrics.tokens.inc({ outcome: kind === 'permanent' ? 'refused' : 'failed' });
          if (kind === 'permanent')
            log.error({ alert: 'genesys-credentials', reason: trouble.message }, trouble.message);
          throw failed.trouble;
        },
      )
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  }

  async function ask() {
    const at = now();
    const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const response = await fetch(`${loginUrl}/oauth/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
      redirect: 'error', // The secret goes nowhere else.
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) await drop(response);
    if (response.status === 429) {
      throw new GenesysTrouble({
        kind: 'throttled',
        reason: 'Genesys is asked for tokens too often',
        retryAfterMs: pauseOf(response.headers),
      });
    }
    if (response.status === 400 || response.status === 401 || response.status === 403) {
      throw new GenesysTrouble({
        kind: 'permanent',
        reason: `Genesys refuses GENESYS_CLIENT_ID or GENESYS_CLIENT_SECRET (${response.status})`,
      });
    }
    if (response.status !== 200) throw new Error(`Genesys answered ${response.status} instead of a token`);
    const { access_token: value, expires_in: seconds } = await readJson(response);
    if (typeof value !== 'string' || !TOKEN.test(value)) throw new Error('Genesys answered with no token');
    const lifeMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : MAX_AHEAD_MS;
    // From the question on: it lives since then at the latest.
    return { value, endsAt: at + lifeMs, renewAt: at + lifeMs - Math.min(MAX_AHEAD_MS, lifeMs / 10) };
  }

  return {
    get,
    /** Genesys does not know it any more: the next one asks for another, once. @param {string} value */
    refuse(value) {
      if (current?.value === value) current = undefined;
    },
  };
}

/** A task is not dead because the credentials are wrong: they are made right. @param {GenesysTrouble} trouble */
function asTransient({ trouble, cause }) {
  return new GenesysTrouble(trouble.kind === 'permanent' ? { ...trouble, kind: 'transient' } : trouble, cause);
}
