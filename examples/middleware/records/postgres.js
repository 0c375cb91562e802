/** PostgreSQL by `pg`, as a dialect of Kysely: a pool of connections. */

import { CompiledQuery, PostgresDialect } from 'kysely';
import pg from 'pg';

const CONNECTIONS = 10;
const CONNECT_MS = 10_000;

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

/** @param {string} url @param {(error: Error) => void} onIdleError A connection that nobody uses broke: another is opened. */
export function postgresDialect(url, onIdleError) {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: 'caseframe',
    // Eight-byte integers are numbers here: none of ours comes near 2^53.
    types: {
      getTypeParser: /** @type {typeof pg.types.getTypeParser} */ (
        (/** @type {any} */ type, /** @type {any} */ format) =>
          type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format)
      ),
    },
  });
  pool.on('error', onIdleError);
  // One that is in use, between two queries of a transaction, has nobody who listens: its error would end the process. The
  // next query fails anyway.
  pool.on('connect', (client) => client.on('error', () => {}));
  return new PostgresDialect({
    pool,
    onCreateConnection: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw(SETTINGS));
    },
  });
}
