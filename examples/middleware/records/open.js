/** Opens the records that `DATABASE_URL` names. */

import { resolve } from 'node:path';
import { Kysely } from 'kysely';
import { appendEntry, auditedOrganizations, entryRows, fromRow, readHead } from './audit.js';
import { verify } from './audit-verify.js';
import { asRecordsError } from './failures.js';
import { checkSchema, migrate } from './migrate.js';
import { outboxRecords } from './outbox.js';
import { migrationDialect, postgresDialect } from './postgres.js';
import { RecordsError } from './records.js';
import { snapshotRecords } from './snapshots.js';
import { sqliteDialect } from './sqlite.js';
import { upkeepRecords } from './upkeep.js';

const EXAMPLES = 'such as sqlite:./data/records.db or postgres://user:password@host:5432/database';

/** Of pg-connection-string, its README. */
const SSL_PARAMETERS = new Set(['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation']);

/**
 * @typedef {object} RecordsOptions
 * @property {() => Date} [now] Default: the machine's clock.
 * @property {(error: Error) => void} [onIdleError] A connection to PostgreSQL broke while nobody used it: for the log.
 * @property {import('./migrate.js').MigrateOptions} [migration]
 * @property {boolean} [isThere] The database has to be there: an SQLite file is not made. Default: false.
 * @property {number} [answerMs] How long PostgreSQL may take to answer a statement. Default: longer than it lets one run.
 */

/**
 * Nothing is asked of the database yet but whether an SQLite file can be opened: `migrate` or `check` comes next.
 * @param {string} url
 * @param {RecordsOptions} [options]
 * @returns {Promise<import('./records.js').Records>}
 * @throws {RecordsError} `settings` with a sentence, where the URL is wrong.
 */
export async function openRecords(url, options = {}) {
  const { now = () => new Date(), onIdleError = () => {}, migration, isThere = false, answerMs } = options;
  const { kind, place } = parseDatabaseUrl(url);
  const dialect = await asRecordsError(async () =>
    kind === 'sqlite' ? sqliteDialect(place, { isThere }) : postgresDialect(place, { onIdleError, answerMs }),
  );
  /** @type {import('./schema.js').Database} */
  const db = new Kysely({ dialect });
  const snapshots = snapshotRecords(db, kind, now);

  async function migrateAll() {
    if (kind === 'sqlite') return migrate(db, kind);
    const patient = new Kysely({ dialect: migrationDialect(place, { onIdleError }) });
    return migrate(patient, kind, migration).finally(() => patient.destroy());
  }

  async function check() {
    await checkSchema(db, kind);
    // Really written and flushed: a full disk or a standby is not noticed by less.
    const at = now().toISOString();
    await db
      .insertInto('probes')
      .values({ id: 1, at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ at }))
      .execute();
  }

  /** @type {Omit<import('./records.js').Records, 'kind' | 'auditEntries' | 'organizations' | 'verifyAudit'>} */
  const calls = {
    ...snapshots,
    ...upkeepRecords(db, kind, now),
    ...outboxRecords(db, kind, now),
    migrate: migrateAll,
    check,
    audit: (organizationId, entry) =>
      db.transaction().execute((trx) => appendEntry(trx, kind, organizationId, entry, now())),
    auditHead: (organizationId) => readHead(db, organizationId),
    close: () => db.destroy(),
  };
  return {
    kind,
    ...translated(calls),
    async *auditEntries(organizationId, query) {
      for await (const row of translatedRows(entryRows(db, organizationId, query))) yield fromRow(row);
    },
    organizations: () => translatedRows(auditedOrganizations(db)),
    verifyAudit: (organizationId) => translatedRows(verify(db, organizationId)),
  };
}

/**
 * @param {string} url
 * @returns {{ kind: 'sqlite' | 'postgres', place: string }} A file's path, or the URL itself.
 * @throws {RecordsError} `settings`
 */
export function parseDatabaseUrl(url) {
  const [, scheme = '', rest = ''] = /^([a-z0-9+.-]+):(.*)$/is.exec(url) ?? [];
  if (scheme === 'sqlite') {
    if (rest === ':memory:') return { kind: 'sqlite', place: rest };
    const path = rest.replace(/^\/\/(?=\/)/, '');
    if (path === '' || path.startsWith('//') || path.endsWith('/') || /[?#\0]/.test(path)) {
      throw wrong('sqlite: is followed by the path of a file');
    }
    return { kind: 'sqlite', place: resolve(path) };
  }
  if (scheme === 'postgres' || scheme === 'postgresql') {
    if (!rest.startsWith('//') || !URL.canParse(url) || /[\s#]/.test(url)) throw wrong('it is no URL that can be read');
    if (!isEncoded(url)) throw wrong('it has a percent sign that is no %XX, which is written as %25');
    const { pathname, searchParams } = new URL(url);
    if (pathname.length < 2) throw wrong('it names no database');
    // The driver passes over what it does not know, and would talk in clear.
    const unknown = [...searchParams.keys()].find((name) => /^ssl/i.test(name) && !SSL_PARAMETERS.has(name));
    if (unknown !== undefined) throw wrong(`“${unknown}” is none of ${[...SSL_PARAMETERS].join(', ')}`);
    return { kind: 'postgres', place: url };
  }
  throw wrong(scheme === '' ? 'it has no scheme' : `“${scheme}:” is no database that this service knows`);
}

/** Else whoever takes it apart finds other words in it than the next one, or none. @param {string} url */
function isEncoded(url) {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

/** The URL itself is not repeated: it may hold a password. @param {string} why */
function wrong(why) {
  return new RecordsError('settings', `DATABASE_URL is wrong: ${why}. Give one ${EXAMPLES}`);
}

/** @template {Record<string, (...args: any[]) => Promise<any>>} Calls @param {Calls} calls @returns {Calls} */
function translated(calls) {
  return /** @type {Calls} */ (
    Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        (/** @type {any[]} */ ...args) => asRecordsError(() => call(...args)),
      ]),
    )
  );
}

/** @template T @param {AsyncGenerator<T, void, void>} rows @returns {AsyncGenerator<T, void, void>} */
async function* translatedRows(rows) {
  try {
    for (;;) {
      const { done, value } = await asRecordsError(() => rows.next());
      if (done) return;
      yield value;
    }
  } finally {
    await rows.return();
  }
}
