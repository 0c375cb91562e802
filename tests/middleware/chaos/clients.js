/** Those who upload meanwhile: they try again until they are answered, but for some who go away for good. */

import { readFile } from 'node:fs/promises';
import { bearer, formOf, KEYS, PATH, pause, sha256 } from '../servers/service.js';
import { INTERACTIONS } from './stack.js';

/** While instances are killed all the time, one snapshot may be taken over by each of them, and broken off each time. */
const PATIENCE_MS = 900_000;
/** Clients that do not come again once their connection has broken. */
const QUITTERS = 0.15;
/** Answers that say: again. */
const AGAIN = [409, 429, 502, 503, 507];

/** @type {Buffer | undefined} */
let photo;

/**
 * @typedef {object} Sent
 * @property {string} id
 * @property {string} label Under which it is counted.
 * @property {string} interactionId
 * @property {string} sha256
 * @property {'answered' | 'quit' | 'waiting'} state
 */

/**
 * @param {string} address @param {() => number} random
 */
export async function createClients(address, random) {
  photo ??= await readFile(new URL('../../fixtures/rocket.jpg', import.meta.url));
  /** @type {Sent[]} */
  const sent = [];
  let tries = 0;

  /** One snapshot, until it is answered or given up. @param {string} label @param {{ mayQuit?: boolean }} [options] */
  async function deliver(label, { mayQuit = true } = {}) {
    const n = sent.length;
    const file = distinct(n);
    /** @type {Sent} */
    const one = {
      id: `snapshot-${n}`,
      label,
      interactionId: INTERACTIONS[n % INTERACTIONS.length],
      sha256: sha256(file),
      state: 'waiting',
    };
    sent.push(one);
    const quits = mayQuit && random() < QUITTERS;
    for (const deadline = Date.now() + PATIENCE_MS; ; ) {
      tries += 1;
      const answer = await send(one, file);
      if (answer.status === 200) {
        one.state = 'answered';
        return;
      }
      if (answer.status !== 0 && !AGAIN.includes(answer.status))
        throw new Error(`${one.id}: ${JSON.stringify(answer)}`);
      if (quits && [0, 502].includes(answer.status)) {
        one.state = 'quit';
        return;
      }
      if (Date.now() > deadline) throw new Error(`${one.id} was never answered: ${JSON.stringify(answer)}`);
      await pause(Math.min(1000 * (answer.retryAfter ?? 0), 3000) + 100 + 200 * random());
    }
  }

  /** @param {Sent} one @param {Buffer} file @returns {Promise<{ status: number, retryAfter?: number, body?: any }>} 0: it broke off. */
  async function send({ id, interactionId, sha256 }, file) {
    try {
      const response = await fetch(`${address}${PATH}/upload`, {
        method: 'POST',
        headers: { ...bearer(KEYS.agent), 'idempotency-key': id },
        body: formOf({ file, fields: { snapshotId: id, interactionId, sha256 } }),
        signal: AbortSignal.timeout(60_000),
      });
      return {
        status: response.status,
        retryAfter: Number(response.headers.get('retry-after')),
        body: await response.json(),
      };
    } catch (error) {
      if (
        error instanceof TypeError ||
        error instanceof SyntaxError ||
        /** @type {any} */ (error).name === 'TimeoutError'
      ) {
        return { status: 0 };
      }
      throw error;
    }
  }

  return { sent, deliver, tries: () => tries };
}

/** The photograph with a comment of its own: another file each. @param {number} n */
function distinct(n) {
  const comment = Buffer.from(`number ${n}`);
  const segment = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  const whole = /** @type {Buffer} */ (photo);
  return Buffer.concat([whole.subarray(0, 2), segment, comment, whole.subarray(2)]);
}
