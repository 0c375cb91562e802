/** What the reconciler asks of the records: all rows page by page, rows by their objects, and that only one of many runs; and of the sweep. */

import { sql } from 'kysely';
import { fromRow } from './snapshots.js';

/** The reconciler's number among PostgreSQL's advisory locks: any but another's will do. "case", "reco" in ASCII. */
const LOCK = { space: 0x63617365, key: 0x7265636f };
/** The row of `probes` that says when a pass ended last, and what it has left; 1 is the health check's. */
const LAST_PASS = 2;

/**
 * @param {import('./schema.js').Database} db
 * @param {'sqlite' | 'postgres'} kind
 * @param {() => Date} now
 */
export function upkeepRecords(db, kind, now) {
  /** @param {number} limit @param {{ organizationId: string, id: string }} [after] */
  async function scan(limit, after) {
    let query = db.selectFrom('snapshots').selectAll().where('state', '<>', 'deleted');
    if (after) {
      query = query.where((where) =>
        where(where.refTuple('organization_id', 'id'), '>', where.tuple(after.organizationId, after.id)),
      );
    }
    const rows = await query.orderBy('organization_id').orderBy('id').limit(limit).execute();
    return rows.map((row) => ({ snapshot: fromRow(row), leaseUntil: row.lease_until }));
  }

  /** @param {string[]} keys */
  async function findByObjects(keys) {
    if (keys.length === 0) return new Map();
    const rows = await db.selectFrom('snapshots').selectAll().where('object_key', 'in', keys).execute();
    return new Map(rows.map((row) => [row.object_key, fromRow(row)]));
  }

  /** @type {import('./records.js').Records['passAlone']} */
  async function passAlone(everyMs, work, { isRemembered = true } = {}) {
    if (kind === 'sqlite') return passIfDue(everyMs, work, isRemembered);
    // The lock is the connection's: when this process dies, the server lets go of both.
    return db.connection().execute(async (connection) => {
      const { rows } = await sql`select pg_try_advisory_lock(${LOCK.space}, ${LOCK.key}) as mine`.execute(connection);
      if (!(/** @type {{ mine: boolean }} */ (rows[0]).mine)) return 'busy';
      try {
        return await passIfDue(everyMs, work, isRemembered);
      } finally {
        // Where the connection is broken, the lock is gone, too.
        await sql`select pg_advisory_unlock(${LOCK.space}, ${LOCK.key})`.execute(connection).catch(() => {});
      }
    });
  }

  /** @param {number} everyMs @param {() => Promise<number>} work @param {boolean} isRemembered @returns {Promise<'done' | 'early'>} */
  async function passIfDue(everyMs, work, isRemembered) {
    const last = await lastPass();
    const sinceMs = last === undefined ? Number.NaN : now().getTime() - Date.parse(last.at);
    // One that is still to come was told by a clock that was ahead and has been put right since.
    if (sinceMs >= 0 && sinceMs < everyMs) return 'early';
    const left = await work();
    if (!isRemembered) return 'done';
    const pass = { at: now().toISOString(), left_over: left };
    await db
      .insertInto('probes')
      .values({ id: LAST_PASS, ...pass })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(pass))
      .execute();
    return 'done';
  }

  /** @type {import('./records.js').Records['lastPass']} */
  async function lastPass() {
    const row = await db.selectFrom('probes').selectAll().where('id', '=', LAST_PASS).executeTakeFirst();
    return row && { at: row.at, left: row.left_over ?? undefined };
  }

  /** @type {import('./records.js').Records['serverTime']} */
  async function serverTime() {
    if (kind === 'sqlite') return undefined;
    const { rows } = await sql`select now() as at`.execute(db);
    return /** @type {{ at: Date }} */ (rows[0]).at;
  }

  return { scan, findByObjects, passAlone, lastPass, serverTime };
}
