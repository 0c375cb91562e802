/**
 * Bounds what is held in memory at a time: in all, and of one agent, so that nobody takes all of it. Who comes beyond that
 * may wait for a while, in the order in which they came, if not too many do; else it is 503.
 */

import { finished } from 'node:stream';
import { overloaded } from './failures.js';

/** Whoever waits for longer comes again. */
export const WAIT_MS = 10_000;
/** Of an answer, to its last byte: the largest picture at 1 Mbit/s. */
const LONGEST_MS = 150_000;

/**
 * @typedef {{ inAll: number, ofOne: number }} Bounds
 * @typedef {ReturnType<typeof createPlaces>} Places
 */

/** Who an agent is, to count them. @param {Pick<import('./identity/identity.js').Identity, 'organizationId' | 'agentId'>} agent */
export function agentOf({ organizationId, agentId }) {
  return `${organizationId} ${agentId}`;
}

/**
 * @param {Bounds & { waiting?: Bounds, longestMs?: number }} bounds Default: nobody waits. `longestMs`: of an answer.
 * @param {number} [waitMs]
 */
export function createPlaces(
  { inAll, ofOne, waiting = { inAll: 0, ofOne: 0 }, longestMs = LONGEST_MS },
  waitMs = WAIT_MS,
) {
  let taken = 0;
  /** By agent, or whoever it is that is counted. @type {Map<string, number>} */
  const takenBy = new Map();
  /** @type {{ who: string, enter: () => void }[]} */
  const queue = [];

  /** @param {string} who */
  const isFree = (who) => taken < inAll && (takenBy.get(who) ?? 0) < ofOne;

  /** @param {string} who @param {1 | -1} change */
  function count(who, change) {
    const left = (takenBy.get(who) ?? 0) + change;
    taken += change;
    if (left === 0) takenBy.delete(who);
    else takenBy.set(who, left);
  }

  /** @param {string} who */
  function enter(who) {
    count(who, 1);
    return function leave() {
      count(who, -1);
      const next = queue.findIndex((entry) => isFree(entry.who));
      if (next !== -1) queue.splice(next, 1)[0].enter();
    };
  }

  /** @param {string} who @returns {Promise<() => void>} */
  function wait(who) {
    const own = queue.filter((entry) => entry.who === who).length;
    if (queue.length >= waiting.inAll || own >= waiting.ofOne) throw overloaded();
    return new Promise((resolve, reject) => {
      const entry = {
        who,
        enter() {
          clearTimeout(timer);
          resolve(enter(who));
        },
      };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(entry), 1);
        reject(overloaded());
      }, waitMs).unref();
      queue.push(entry);
    });
  }

  /**
   * @param {string} who
   * @returns {Promise<() => void>} Gives the place back; to be called once.
   * @throws {import('./problem.js').Problem} 503
   */
  async function take(who) {
    return isFree(who) ? enter(who) : wait(who);
  }

  return {
    /**
     * @template T
     * @param {string} who @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    async during(who, work) {
      const leave = await take(who);
      try {
        return await work();
      } finally {
        leave();
      }
    },

    /**
     * Until the answer is on its way in full, or whoever asked has gone. A client that takes longer is cut off: else a few
     * who read slowly would keep all others out.
     * @template T
     * @param {Pick<import('fastify').FastifyRequest, 'identity'>} request
     * @param {Pick<import('fastify').FastifyReply, 'raw'>} reply
     * @param {() => Promise<T>} work What is answered.
     * @returns {Promise<T>}
     */
    async untilAnswered({ identity }, { raw }, work) {
      const leave = await take(agentOf(identity));
      const timer = setTimeout(() => raw.destroy(), longestMs).unref();
      try {
        return await work();
      } finally {
        finished(raw, () => {
          clearTimeout(timer);
          leave();
        });
      }
    },
  };
}
