/** Brings a database to this version's schema, and tells whether it is there. */

import { Migrator, sql } from 'kysely';
import { migrationsFor } from './migrations.js';
import { RecordsError } from './records.js';

const TABLE = 'migrations';

/**
 * Two processes that start at once apply each migration once: the second waits for the first.
 * @param {import('kysely').Kysely<any>} db @param {'sqlite' | 'postgres'} kind
 * @returns {Promise<string[]>} What was applied, by name.
 */
export async function migrate(db, kind) {
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
