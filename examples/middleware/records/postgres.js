/** PostgreSQL by `pg`, as a dialect of Kysely: a pool of connections. */

import { PostgresDialect } from 'kysely';
import pg from 'pg';

const CONNECTIONS = 10;
const CONNECT_MS = 10_000;
/** Longer than the server lets any statement run: nothing comes any more. */
const ANSWER_MS = 35_000;
/** A connection that waits and hears nothing asks whether the other side is still there. */
const KEEP_ALIVE_MS = 10_000;

/**
 * What each connection begins with. Durable once a call resolves, whatever the server's default is; and nobody waits for
 * ever behind a process that is stuck in a transaction.
 */
const SETTINGS = `
  set synchronous_commit = on;
  set lock_timeout = '20s';
  set statement_timeout = '30s';
  set idle_in_transaction_session_timeout = '30s';
`;

/**
 * Of a migration: it takes as long as it takes, but for what waits for a table's lock all others on that table wait as well,
 * so that it lets them pass again soon.
 */
const MIGRATION_SETTINGS = `
  ${SETTINGS}
  set lock_timeout = '2s';
  set statement_timeout = 0;
`;

/**
 * @typedef {object} PostgresOptions
 * @property {(error: Error) => void} onIdleError A connection that nobody uses broke: another is opened.
 * @property {number} [answerMs] How long a statement waits for its answer.
 */

/** @param {string} url @param {PostgresOptions} options */
export function postgresDialect(url, { onIdleError, answerMs = ANSWER_MS }) {
  return dialect(url, onIdleError, SETTINGS, impatient(answerMs));
}

/** @param {string} url @param {PostgresOptions} options */
export function migrationDialect(url, { onIdleError }) {
  return dialect(url, onIdleError, MIGRATION_SETTINGS, pg.Client);
}

/** @param {string} url @param {(error: Error) => void} onIdleError @param {string} settings @param {typeof pg.Client} Client */
function dialect(url, onIdleError, settings, Client) {
  const pool = new pg.Pool({
    connectionString: url,
    Client,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'caseframe',
    // Eight-byte integers are numbers here: none of ours comes near 2^53.
    types: {
      getTypeParser: /** @type {typeof pg.types.getTypeParser} */ (
        (/** @type {any} */ type, /** @type {any} */ format) =>
          type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format)
      ),
    },
    // By the pool, not by Kysely, which would never give back a connection on which this fails.
    onConnect: async (client) => {
      await client.query(settings);
    },
  });
  pool.on('error', onIdleError);
  // One that is in use, between two queries of a transaction, has nobody who listens: its error would end the process. The
  // next query fails anyway.
  pool.on('connect', (client) => client.on('error', () => {}));
  return new PostgresDialect({ pool });
}

/**
 * A host or a NAT may go away without a word. The server's time-outs do not arrive then, and the connection itself is
 * given up, not the statement alone: the next one on it would wait as long.
 * @param {number} answerMs
 */
function impatient(answerMs) {
  return class extends pg.Client {
    /** Asked for a promise, as Kysely and the pool do. @param {any[]} args @returns {any} */
    query(...args) {
      const answer = /** @type {any} */ (super.query)(...args);
      const { stream } = /** @type {any} */ (this).connection;
      const timer = setTimeout(() => stream.destroy(new Error('connection given up: no answer in time')), answerMs);
      const end = () => clearTimeout(timer);
      answer.then(end, end);
      return answer;
    }
  };
}
