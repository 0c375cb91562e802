/**
 * The schema's versions, in the order of their names. One that was released is never changed: what comes later is another.
 */

import { sql } from 'kysely';

/** @typedef {import('kysely').Kysely<any>} Schema */

/**
 * @param {'sqlite' | 'postgres'} kind
 * @returns {Record<string, import('kysely').Migration>}
 */
export function migrationsFor(kind) {
  return {
    '0001-snapshots': { up: makeSnapshots },
    '0002-audit': { up: (db) => makeAudit(db, kind) },
    '0003-outbox': { up: makeOutbox },
    '0004-annotation': { up: makeAnnotation },
    '0005-passes': { up: (db) => db.schema.alterTable('probes').addColumn('left_over', 'integer').execute() },
    '0006-outbox-protection': { up: makeOutboxProtection },
  };

  /** @param {Schema} db */
  async function makeSnapshots(db) {
    await db.schema
      .createTable('snapshots')
      .addColumn('organization_id', 'text', required)
      .addColumn('id', 'text', required)
      .addColumn('agent_id', 'text', required)
      .addColumn('idempotency_key', 'text', required)
      .addColumn('interaction_id', 'text', required)
      .addColumn('captured_at', 'text', required)
      .addColumn('received_at', timeType(), required)
      .addColumn('sha256', 'text', required)
      .addColumn('bytes', 'integer', required)
      .addColumn('width', 'integer', required)
      .addColumn('height', 'integer', required)
      .addColumn('redactions', 'text', required)
      .addColumn('metadata', 'text', required)
      .addColumn('object_key', 'text', (column) => column.notNull().unique())
      .addColumn('state', 'text', (column) => column.notNull().check(sql`state in ('pending', 'stored', 'deleted')`))
      .addColumn('annotation', 'text', required)
      .addColumn('hold_reason', 'text')
      .addColumn('expires_at', timeType(), required)
      .addColumn('deleted_at', timeType())
      .addColumn('deleted_reason', 'text')
      .addColumn('removed_at', timeType())
      .addColumn('lease', 'text', (column) => column.notNull().unique())
      .addColumn('lease_until', timeType(), required)
      .addPrimaryKeyConstraint('snapshots_pkey', ['organization_id', 'id'])
      .addUniqueConstraint('snapshots_key', ['organization_id', 'agent_id', 'idempotency_key'])
      .addCheckConstraint('snapshots_held_is_stored', sql`hold_reason is null or state = 'stored'`)
      .addCheckConstraint('snapshots_deleted', sql`(state = 'deleted') = (deleted_at is not null)`)
      .execute();
    await db.schema
      .createIndex('snapshots_by_interaction')
      .on('snapshots')
      .columns(['organization_id', 'interaction_id', 'received_at', 'id'])
      .execute();
    await sql`create index snapshots_by_lease on snapshots (lease_until) where state = 'pending'`.execute(db);
    await sql`create index snapshots_by_expiry on snapshots (expires_at)
      where state = 'stored' and hold_reason is null`.execute(db);
    await sql`create index snapshots_unremoved on snapshots (deleted_at)
      where state = 'deleted' and removed_at is null`.execute(db);
    await db.schema
      .createTable('probes')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('at', timeType(), required)
      .execute();
  }

  /** @param {Schema} db */
  async function makeOutbox(db) {
    await db.schema
      .createTable('outbox')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('organization_id', 'text', required)
      .addColumn('snapshot_id', 'text', required)
      .addColumn('kind', 'text', required)
      .addColumn('state', 'text', (column) => column.notNull().check(sql`state in ('queued', 'done', 'dead')`))
      .addColumn('attempts', 'integer', required)
      .addColumn('due_at', timeType(), required)
      .addColumn('lease', 'text')
      .addColumn('lease_until', timeType())
      .addColumn('last_error', 'text')
      .addColumn('created_at', timeType(), required)
      .addUniqueConstraint('outbox_once', ['organization_id', 'snapshot_id', 'kind'])
      .addForeignKeyConstraint('outbox_snapshot', ['organization_id', 'snapshot_id'], 'snapshots', [
        'organization_id',
        'id',
      ])
      .execute();
    await sql`create index outbox_due on outbox (due_at) where state = 'queued'`.execute(db);
  }

  /** @param {Schema} db */
  async function makeAnnotation(db) {
    await db.schema.alterTable('snapshots').addColumn('annotation_reason', 'text').execute();
    await db.schema.alterTable('outbox').addColumn('target', 'text').execute();
    await db.schema.alterTable('outbox').addColumn('tried_at', timeType()).execute();
    await sql`create index outbox_dead on outbox (created_at) where state = 'dead'`.execute(db);
    await sql`create index snapshots_held on snapshots (organization_id, interaction_id)
      where hold_reason is not null`.execute(db);
  }

  /** Where notes are off, all of them wait, and protections are found without a step through these. @param {Schema} db */
  async function makeOutboxProtection(db) {
    await sql`create index outbox_protection_due on outbox (due_at)
      where state = 'queued' and kind = 'protection'`.execute(db);
  }

  /** In PostgreSQL, times are compared letter by letter, whatever the database's language. */
  function timeType() {
    return kind === 'postgres' ? sql`text collate "C"` : 'text';
  }
}

/** @param {import('kysely').ColumnDefinitionBuilder} column */
function required(column) {
  return column.notNull();
}

/**
 * Entries are added and never changed or taken away, and a head goes one entry at a time: the database itself refuses the
 * rest. Who may change the schema can undo that; `verify-audit` is for them.
 * @param {Schema} db @param {'sqlite' | 'postgres'} kind
 */
async function makeAudit(db, kind) {
  await db.schema
    .createTable('audit_entries')
    .addColumn('organization_id', 'text', required)
    .addColumn('seq', 'bigint', required)
    .addColumn('at', 'text', required)
    .addColumn('actor', 'text', required)
    .addColumn('role', 'text', required)
    .addColumn('via', 'text')
    .addColumn('action', 'text', required)
    .addColumn('snapshot_id', 'text')
    .addColumn('details', 'text', required)
    .addColumn('salt', 'text', required)
    .addColumn('digest', 'text', required)
    .addColumn('hash', 'text', required)
    .addPrimaryKeyConstraint('audit_entries_pkey', ['organization_id', 'seq'])
    .execute();
  await db.schema
    .createIndex('audit_entries_by_snapshot')
    .on('audit_entries')
    .columns(['organization_id', 'snapshot_id', 'seq'])
    .execute();
  await db.schema
    .createTable('audit_heads')
    .addColumn('organization_id', 'text', (column) => column.primaryKey())
    .addColumn('seq', 'bigint', required)
    .addColumn('hash', 'text', required)
    .execute();
  for (const statement of kind === 'sqlite' ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS) await sql.raw(statement).execute(db);
}

const SQLITE_TRIGGERS = [
  `create trigger audit_entries_no_update before update on audit_entries
     begin select raise(abort, 'audit entries are never changed'); end`,
  `create trigger audit_entries_no_delete before delete on audit_entries
     begin select raise(abort, 'audit entries are never deleted'); end`,
  // “insert or replace” takes a row away without asking the trigger above.
  `create trigger audit_entries_no_replace before insert on audit_entries
     when exists (select 1 from audit_entries where organization_id = new.organization_id and seq = new.seq)
     begin select raise(abort, 'audit entries are never changed'); end`,
  `create trigger audit_heads_forward before update on audit_heads
     when new.seq <> old.seq + 1 or new.organization_id <> old.organization_id
     begin select raise(abort, 'an audit head goes one entry at a time'); end`,
  `create trigger audit_heads_no_delete before delete on audit_heads
     begin select raise(abort, 'audit heads are never deleted'); end`,
];

const POSTGRES_TRIGGERS = [
  `create function audit_refuse() returns trigger language plpgsql as $$
     begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$`,
  `create function audit_forward() returns trigger language plpgsql as $$
     begin
       if new.seq <> old.seq + 1 or new.organization_id <> old.organization_id then
         raise exception 'an audit head goes one entry at a time' using errcode = 'restrict_violation';
       end if;
       return new;
     end $$`,
  `create trigger audit_entries_append_only before update or delete on audit_entries
     for each row execute function audit_refuse()`,
  `create trigger audit_entries_no_truncate before truncate on audit_entries
     for each statement execute function audit_refuse()`,
  `create trigger audit_heads_forward before update on audit_heads for each row execute function audit_forward()`,
  `create trigger audit_heads_no_delete before delete on audit_heads for each row execute function audit_refuse()`,
  `create trigger audit_heads_no_truncate before truncate on audit_heads
     for each statement execute function audit_refuse()`,
];
