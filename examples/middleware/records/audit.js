/**
 * The audit: per organisation a chain of entries, each bound to the one before it by a hash.
 *
 *     text    {"organizationId":"acme","seq":3,"at":"2026-01-01T00:00:01.000Z", … }⏎
 *     digest  sha256(text)
 *     hash    sha256(hash of entry 2 ⏎ digest ⏎)
 *
 * A head row holds the last entry's number and hash. It is what concurrent writers wait for, and what says that the end
 * of the chain is there.
 */

import { createHash, randomBytes } from 'node:crypto';
import { AUDIT_ACTIONS, RecordsError, refuseUnstorable } from './records.js';

/** The hash before an organisation's first entry. */
export const GENESIS = '0'.repeat(64);

/** Entries read at once. */
const PAGE = 500;

/** @typedef {import('./records.js').AuditEntry} AuditEntry */
/** @typedef {{ actor: import('./records.js').Actor, action: string, snapshotId?: string | null, details?: object }} NewEntry */

/**
 * What is digested: one line of JSON, its members in this order, as `JSON.stringify` writes it, in UTF-8, and a line feed.
 * `details` is the text that was stored, letter by letter.
 * @param {Omit<import('./schema.js').AuditRow, 'digest' | 'hash'>} row
 */
export function canonicalText(row) {
  const members = {
    organizationId: row.organization_id,
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    role: row.role,
    via: row.via,
    action: row.action,
    snapshotId: row.snapshot_id,
    salt: row.salt,
  };
  return `${JSON.stringify(members).slice(0, -1)},"details":${row.details}}\n`;
}

/** @param {string} text @returns {string} Lowercase hex. */
export function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** @param {string} previous @param {string} digest */
export function linkHash(previous, digest) {
  return sha256(`${previous}\n${digest}\n`);
}

/**
 * Adds an entry, as a part of the transaction that does what it tells of.
 * @param {import('./schema.js').Transaction} trx @param {'sqlite' | 'postgres'} kind
 * @param {string} organizationId @param {NewEntry} entry @param {Date} at
 * @returns {Promise<AuditEntry>}
 */
export async function appendEntry(trx, kind, organizationId, { actor, action, snapshotId = null, details = {} }, at) {
  if (!AUDIT_ACTIONS.includes(action)) throw new TypeError(`“${action}” is none of AUDIT_ACTIONS`);
  const head = (await lockHead(trx, kind, organizationId)) ?? (await firstHead(trx, kind, organizationId));
  const unlinked = {
    organization_id: organizationId,
    seq: head.seq + 1,
    at: at.toISOString(),
    actor: actor.id,
    role: actor.role,
    via: actor.via ?? null,
    action,
    snapshot_id: snapshotId,
    details: JSON.stringify(details),
    salt: randomBytes(16).toString('hex'),
  };
  refuseUnstorable(unlinked);
  const digest = sha256(canonicalText(unlinked));
  const row = { ...unlinked, digest, hash: linkHash(head.hash, digest) };
  await trx.insertInto('audit_entries').values(row).execute();
  await trx
    .updateTable('audit_heads')
    .set({ seq: row.seq, hash: row.hash })
    .where('organization_id', '=', organizationId)
    .execute();
  return fromRow(row);
}

/** @param {import('./schema.js').Transaction} trx @param {'sqlite' | 'postgres'} kind @param {string} organizationId */
function lockHead(trx, kind, organizationId) {
  return (
    trx
      .selectFrom('audit_heads')
      .selectAll()
      .where('organization_id', '=', organizationId)
      // Whoever comes second reads what the first has written. SQLite's transactions come one after the other anyway.
      .$if(kind === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst()
  );
}

/**
 * Of an organisation that has none yet. Of two at the same time one makes it, and the other waits for that.
 * @param {import('./schema.js').Transaction} trx @param {'sqlite' | 'postgres'} kind @param {string} organizationId
 */
async function firstHead(trx, kind, organizationId) {
  await trx
    .insertInto('audit_heads')
    .values({ organization_id: organizationId, seq: 0, hash: GENESIS })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const head = await lockHead(trx, kind, organizationId);
  if (head === undefined) throw new RecordsError('unavailable', `The audit's end of ${organizationId} went away`);
  return head;
}

/**
 * The rows as they are, in the order of their numbers.
 * @param {import('./schema.js').Database} db @param {string} organizationId
 * @param {{ snapshotId?: string, fromSeq?: number, limit?: number }} [query]
 * @returns {AsyncGenerator<import('./schema.js').AuditRow, void, void>}
 */
export async function* entryRows(db, organizationId, { snapshotId, fromSeq = Number.MIN_SAFE_INTEGER, limit } = {}) {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for (let from = fromSeq; left > 0; ) {
    const size = Math.min(PAGE, left);
    let page = db.selectFrom('audit_entries').selectAll().where('organization_id', '=', organizationId);
    if (snapshotId !== undefined) page = page.where('snapshot_id', '=', snapshotId);
    const rows = await page.where('seq', '>=', from).orderBy('seq').limit(size).execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    from = last.seq + 1;
    left -= rows.length;
  }
}

/**
 * @param {import('./schema.js').Database} db @param {string} organizationId
 * @returns {Promise<{ seq: number, hash: string }>}
 */
export async function readHead(db, organizationId) {
  const head = await db
    .selectFrom('audit_heads')
    .select(['seq', 'hash'])
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return head ? { seq: head.seq, hash: head.hash } : { seq: 0, hash: GENESIS };
}

/**
 * Those with a head, then those with entries whose head is gone. Each is one step in an index, however many entries it has.
 * @param {import('./schema.js').Database} db
 * @returns {AsyncGenerator<string, void, void>}
 */
export async function* auditedOrganizations(db) {
  yield* step('audit_heads');
  for await (const organizationId of step('audit_entries')) {
    if ((await readHead(db, organizationId)).seq === 0) yield organizationId;
  }

  /** @param {'audit_heads' | 'audit_entries'} table */
  async function* step(table) {
    for (let last = ''; ; ) {
      const next = await db
        .selectFrom(table)
        .select('organization_id')
        .where('organization_id', '>', last)
        .orderBy('organization_id')
        .limit(1)
        .executeTakeFirst();
      if (!next) return;
      last = next.organization_id;
      yield last;
    }
  }
}

/** @param {import('./schema.js').AuditRow} row @returns {AuditEntry} */
export function fromRow(row) {
  return {
    organizationId: row.organization_id,
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    role: row.role,
    via: row.via,
    action: row.action,
    snapshotId: row.snapshot_id,
    details: parseDetails(row),
    salt: row.salt,
    text: canonicalText(row),
    digest: row.digest,
    hash: row.hash,
  };
}

/** @param {import('./schema.js').AuditRow} row */
function parseDetails({ organization_id, seq, details }) {
  try {
    return JSON.parse(details);
  } catch (error) {
    throw new RecordsError(
      'invalid',
      `The audit entry ${seq} of ${organization_id} was changed: run verify-audit`,
      error,
    );
  }
}
