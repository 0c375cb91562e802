/**
 * What tests may do to the service and nobody else: end it by SIGKILL at a step, and set its clock. Refused unless
 * NODE_ENV is `test` and it listens on this machine only.
 *
 *   CASEFRAME_TEST_CRASH=object:after      the first time that the object has been put; `@3`: the third time
 *   CASEFRAME_TEST_CLOCK_SECONDS=86400     a day later, by the database's clock, too
 */

import { isLoopback } from '../loopback.js';
import { SettingsError } from '../settings.js';

/** An upload's steps, as calls of the records and the storage. */
const CALLS = /** @type {const} */ ({
  row: ['records', 'claim'],
  object: ['storage', 'put'],
  mark: ['records', 'stored'],
});
/** Where it may end. `answer` is the HTTP answer; the last four are the relay's, which annotates. */
export const CRASH_POINTS = [
  ...Object.keys(CALLS).flatMap((step) => [`${step}:before`, `${step}:after`]),
  'answer:before',
  'answer:after',
  'relay:claimed',
  'relay:annotating',
  'relay:annotated',
  'relay:acknowledged',
];

/** @typedef {{ storage: import('../storage/storage.js').Storage, records: import('../records/records.js').Records }} Stores */

/**
 * @param {NodeJS.ProcessEnv} environment @param {Pick<import('../settings.js').Settings, 'host'>} settings
 * @throws {SettingsError}
 */
export function testHooks(environment, { host }) {
  const { CASEFRAME_TEST_CRASH: crash, CASEFRAME_TEST_CLOCK_SECONDS: seconds, NODE_ENV } = environment;
  if (crash === undefined && seconds === undefined) return NONE;
  if (NODE_ENV !== 'test' || !isLoopback(host)) {
    throw new SettingsError([
      'CASEFRAME_TEST_CRASH and CASEFRAME_TEST_CLOCK_SECONDS are for tests, on this machine only',
    ]);
  }
  const [, point = '', times = '1'] = /^([a-z]+:[a-z]+)(?:@([1-9]\d*))?$/.exec(crash ?? '') ?? [];
  if (crash !== undefined && !CRASH_POINTS.includes(point)) {
    throw new SettingsError([`CASEFRAME_TEST_CRASH has to be one of ${CRASH_POINTS.join(', ')}`]);
  }
  const offsetMs = 1000 * Number(seconds ?? 0);
  if (!Number.isFinite(offsetMs)) throw new SettingsError(['CASEFRAME_TEST_CLOCK_SECONDS has to be a number']);
  let left = Number(times);

  /** Ends the process at once where this is the point, as a power cut does. @param {string} name */
  function at(name) {
    if (name !== point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  }

  const shifted = (/** @type {Date} */ at) => new Date(at.getTime() + offsetMs);

  return {
    now: () => shifted(new Date()),
    /** The relay's own steps. @type {Pick<import('../annotation/annotation.js').AnnotationOptions, 'at'>} */
    annotation: { at: (point) => at(`relay:${point}`) },

    /** @param {Stores} stores @returns {Stores} */
    wrap(stores) {
      const wrapped = { storage: { ...stores.storage }, records: { ...stores.records } };
      for (const [step, [store, call]] of Object.entries(CALLS)) {
        const target = /** @type {Record<string, any>} */ (wrapped[store]);
        const original = target[call];
        target[call] = async (/** @type {any[]} */ ...args) => {
          at(`${step}:before`);
          const result = await original(...args);
          at(`${step}:after`);
          return result;
        };
      }
      wrapped.records.serverTime = async () => {
        const at = await stores.records.serverTime();
        return at && shifted(at);
      };
      return wrapped;
    },

    /** @param {import('fastify').FastifyInstance} app Before it listens. */
    watch(app) {
      const isUpload = (
        /** @type {import('fastify').FastifyRequest} */ { routeOptions },
        /** @type {number} */ status,
      ) => status === 200 && routeOptions.config.form !== undefined;
      app.addHook('onSend', async (request, reply) => {
        if (isUpload(request, reply.statusCode)) at('answer:before');
      });
      app.addHook('onResponse', async (request, reply) => {
        if (isUpload(request, reply.statusCode)) at('answer:after');
      });
    },
  };
}

const NONE = {
  now: () => new Date(),
  annotation: {},
  /** @param {Stores} stores */
  wrap: (stores) => stores,
  /** @param {import('fastify').FastifyInstance} _app */
  watch: (_app) => {},
};
