/** Brings a database to this version's schema, and tells whether it is there. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Migrator, sql } from 'kysely';
import { migrationsFor } from './migrations.js';
import { RecordsError } from './records.js';

const TABLE = 'migrations';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: lock_not_available. */
const NO_LOCK = '55P03';
/** Between two tries for a lock: what had to wait behind the first goes on. */
const PAUSE_MS = 5000;
/** Some ten minutes: whoever starts the service starts it again. */
const TRIES = 100;

/**
 * @typedef {object} MigrateOptions
 * @property {(why: string) => void} [onWait] Others use the tables, such as a back-up: it is tried again.
 * @property {number} [tries]
 */

/**
 * Two processes that start at once apply each migration once: the second waits for the first.
 * @param {import('kysely').Kysely<any>} db @param {'sqlite' | 'postgres'} kind @param {MigrateOptions} [options]
 * @returns {Promise<string[]>} What was applied, by name.
 */
export async function migrate(db, kind, { onWait = () => {}, tries = TRIES } = {}) {
  let said = '';
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await migrateToLatest(db, kind);
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== NO_LOCK) throw error;
      const why = await whoIsInTheWay(db);
      if (left <= 0) throw new RecordsError('unavailable', why, error);
      if (why !== said) onWait(why);
      said = why;
      await sleep(PAUSE_MS);
    }
  }
}

/** @param {import('kysely').Kysely<any>} db @param {'sqlite' | 'postgres'} kind */
async function migrateToLatest(db, kind) {
  const migrations = migrationsFor(kind);
  await refuseNewer(db, migrations);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: TABLE,
    migrationLockTableName: 'migrations_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  // Another version may have migrated between the look and the lock.
  if (error !== undefined) await refuseNewer(db, migrations);
  if (error !== undefined) throw error;
  return results.map(({ migrationName }) => migrationName);
}

/** PostgreSQL's own message names no table and nobody. @param {import('kysely').Kysely<any>} db */
async function whoIsInTheWay(db) {
  const { rows } = await sql`
    select l.pid, coalesce(nullif(a.application_name, ''), 'somebody') as who,
      string_agg(distinct c.relname, ', ' order by c.relname) as tables
    from pg_locks l join pg_class c on c.oid = l.relation left join pg_stat_activity a on a.pid = l.pid
    where l.granted and l.pid <> pg_backend_pid() and c.relkind = 'r' and pg_table_is_visible(c.oid)
      and l.database = (select oid from pg_database where datname = current_database())
      and c.relnamespace <> 'pg_catalog'::regnamespace
    group by l.pid, who order by l.pid`.execute(db);
  const holders = /** @type {{ pid: number, who: string, tables: string }[]} */ (rows);
  const list = holders.map(({ pid, who, tables }) => `${who} (process ${pid}) on ${tables}`).join('; ');
  return `A migration waits for locks on tables that others hold: ${list || 'they have just let go'}`;
}

/**
 * Throws where the database has another schema than this version of the service.
 * @param {import('kysely').Kysely<any>} db @param {'sqlite' | 'postgres'} kind
 */
export async function checkSchema(db, kind) {
  const migrations = migrationsFor(kind);
  const applied = await refuseNewer(db, migrations);
  const missing = Object.keys(migrations).filter((name) => !applied.includes(name));
  if (missing.length > 0) {
    throw new RecordsError('schema', `The database lacks ${missing.join(', ')}: run “node main.js migrate”`);
  }
}

/** @param {import('kysely').Kysely<any>} db @param {Record<string, unknown>} migrations @returns {Promise<string[]>} */
async function refuseNewer(db, migrations) {
  const applied = await appliedMigrations(db);
  const unknown = applied.filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) {
    throw new RecordsError(
      'schema',
      `The database was migrated by a newer version of this service (${unknown.join(', ')}): run that version`,
    );
  }
  return applied;
}

/** @param {import('kysely').Kysely<any>} db @returns {Promise<string[]>} */
async function appliedMigrations(db) {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === TABLE)) return [];
  const { rows } = await sql`select name from ${sql.table(TABLE)} order by name`.execute(db);
  return rows.map((row) => /** @type {{ name: string }} */ (row).name);
}
