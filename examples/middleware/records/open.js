/** Opens the records that `DATABASE_URL` names. */

import { Kysely } from 'kysely';
import { appendEntry, auditedOrganizations, entryRows, fromRow, readHead } from './audit.js';
import { verify } from './audit-verify.js';
import { asRecordsError } from './failures.js';
import { checkSchema, migrate } from './migrate.js';
import { outboxRecords } from './outbox.js';
import { migrationDialect, postgresDialect } from './postgres.js';
import { snapshotRecords } from './snapshots.js';
import { sqliteDialect } from './sqlite.js';
import { upkeepRecords } from './upkeep.js';
import { parseDatabaseUrl } from './url.js';

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
 * @throws {import('./records.js').RecordsError} `settings` with a sentence, where the URL is wrong.
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
