/** A snapshot's row on its way: claimed, stored, held, deleted. Each function is one transaction, its audit entry in it. */

import { randomUUID } from 'node:crypto';
import { appendEntry } from './audit.js';
import { LeaseLost, RecordsError, refuseUnstorable, SYSTEM } from './records.js';
import { enqueueProtection, newTask } from './tasks.js';

/** How long the sweep has for a row that it has taken over. */
export const TAKEOVER_MS = 20_000;
/** More than any setting allows: such a lease was given by a clock that was ahead, and has been put right since. */
const LONGEST_LEASE_MS = 2 * 3_600_000;
/** How often a claim is tried again where the row it met has gone meanwhile. */
const CLAIM_TRIES = 10;

/** @typedef {import('./records.js').Snapshot} Snapshot */
/** @typedef {import('./records.js').Actor} Actor */
/** @typedef {import('./schema.js').SnapshotRow} SnapshotRow */

/**
 * @param {import('./schema.js').Database} db
 * @param {'sqlite' | 'postgres'} kind
 * @param {() => Date} now
 */
export function snapshotRecords(db, kind, now) {
  const isPostgres = kind === 'postgres';

  /** @param {import('./records.js').Claim} claim @returns {Promise<import('./records.js').Claimed>} */
  async function claim({ organizationId, agentId, idempotencyKey, leaseMs, snapshot }) {
    const lease = randomUUID();
    const row = toRow(snapshot, { idempotencyKey, lease, leaseUntil: later(now(), leaseMs) });
    if (row.organization_id !== organizationId || row.agent_id !== agentId) {
      throw new RecordsError('invalid', `The snapshot ${row.id} is not of the organisation and agent that claim it`);
    }
    refuseUnstorable(row);
    // Nearly always nothing is in its way, and one statement is a transaction of its own: `begin` and `commit` would be two
    // round trips more to PostgreSQL. SQLite's begins as all of its transactions do, which does not block the event loop.
    if (isPostgres && (await insert(db, row))) return { outcome: 'claimed', snapshot: fromRow(row), lease };
    for (let tries = 0; tries < CLAIM_TRIES; ++tries) {
      const claimed = await db.transaction().execute((trx) => claimOnce(trx, row));
      if (claimed) return claimed;
    }
    throw new RecordsError('unavailable', `The snapshot ${row.id} is claimed and abandoned all the time`);
  }

  /**
   * @param {import('./schema.js').Transaction} trx @param {SnapshotRow} row
   * @returns {Promise<import('./records.js').Claimed | undefined>} `undefined`: what was in the way has gone.
   */
  async function claimOnce(trx, row) {
    if (await insert(trx, row)) return { outcome: 'claimed', snapshot: fromRow(row), lease: row.lease };
    const first = await trx
      .selectFrom('snapshots')
      .selectAll()
      .where('organization_id', '=', row.organization_id)
      .where('agent_id', '=', row.agent_id)
      .where('idempotency_key', '=', row.idempotency_key)
      .$if(isPostgres, (query) => query.forUpdate())
      .executeTakeFirst();
    if (!first) return (await hasId(trx, row)) ? { outcome: 'id-taken' } : undefined;
    if (first.sha256 !== row.sha256 || first.interaction_id !== row.interaction_id) return { outcome: 'mismatch' };
    if (first.state !== 'pending') return { outcome: first.state, snapshot: fromRow(first) };
    const retryAfterMs = Date.parse(first.lease_until) - now().getTime();
    // Longer than any lease: it was given by a clock that was ahead, and has been put right since.
    const isPossible = retryAfterMs <= 2 * Math.max(Date.parse(row.lease_until) - now().getTime(), TAKEOVER_MS);
    if (retryAfterMs > 0 && isPossible) return { outcome: 'in-progress', retryAfterMs };
    const { lease, lease_until } = row;
    await ofRow(trx.updateTable('snapshots').set({ lease, lease_until }), first).execute();
    return { outcome: 'claimed', snapshot: fromRow(first), lease };
  }

  /**
   * @param {import('./schema.js').Database | import('./schema.js').Transaction} where @param {SnapshotRow} row
   * @returns {Promise<boolean>} false where another has its id, or its idempotency key.
   */
  async function insert(where, row) {
    const made = await where
      .insertInto('snapshots')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    return made !== undefined;
  }

  /** @param {import('./schema.js').Transaction} trx @param {SnapshotRow} row */
  async function hasId(trx, { organization_id, id }) {
    const found = await trx
      .selectFrom('snapshots')
      .select('id')
      .where('organization_id', '=', organization_id)
      .where('id', '=', id)
      .executeTakeFirst();
    return found !== undefined;
  }

  /** @param {string} lease @param {Actor} actor @param {object} [details] */
  function stored(lease, actor, details) {
    return db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('snapshots')
        .set({ state: 'stored' })
        .where('lease', '=', lease)
        .where('state', '=', 'pending')
        .returningAll()
        .executeTakeFirst();
      if (!row) {
        // The answer to the first call was lost on its way; or another has taken it over.
        const before = await trx.selectFrom('snapshots').selectAll().where('lease', '=', lease).executeTakeFirst();
        if (before) return fromRow(before);
        throw new LeaseLost('Another has taken this snapshot over, or it was abandoned');
      }
      await audit(trx, row, actor, 'stored', { ...proved(row), ...details });
      await trx
        .insertInto('outbox')
        .values(newTask(row, 'annotation', now().toISOString()))
        .execute();
      return fromRow(row);
    });
  }

  /** @param {string} lease */
  async function abandon(lease) {
    await db.deleteFrom('snapshots').where('lease', '=', lease).where('state', '=', 'pending').execute();
  }

  /** @param {string} lease */
  async function release(lease) {
    await db
      .updateTable('snapshots')
      .set({ lease_until: now().toISOString() })
      .where('lease', '=', lease)
      .where('state', '=', 'pending')
      .execute();
  }

  /** @param {Date} at @param {number} [limit] */
  function takeOverAbandoned(at, limit = 100) {
    return db.transaction().execute(async (trx) => {
      const rows = await trx
        .selectFrom('snapshots')
        .selectAll()
        .where('state', '=', 'pending')
        .where((where) =>
          where.or([
            where('lease_until', '<=', at.toISOString()),
            where('lease_until', '>', later(at, LONGEST_LEASE_MS)),
          ]),
        )
        .orderBy('lease_until')
        .limit(limit)
        .$if(isPostgres, (query) => query.forUpdate().skipLocked())
        .execute();
      const taken = [];
      for (const row of rows) {
        const lease = randomUUID();
        await ofRow(trx.updateTable('snapshots').set({ lease, lease_until: later(at, TAKEOVER_MS) }), row).execute();
        taken.push({ snapshot: fromRow(row), lease });
      }
      return taken;
    });
  }

  /** @param {string} organizationId @param {string} id */
  async function find(organizationId, id) {
    const row = await db
      .selectFrom('snapshots')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .where('state', '<>', 'pending')
      .executeTakeFirst();
    return row && fromRow(row);
  }

  /**
   * @param {string} organizationId
   * @param {{ interactionId: string, agentId?: string, limit: number, after?: string }} query
   */
  async function list(organizationId, { interactionId, agentId, limit, after }) {
    let query = db
      .selectFrom('snapshots')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('interaction_id', '=', interactionId)
      .where('state', '=', 'stored');
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
    if (after !== undefined) {
      // Pending and deleted ones count, too: the last one of a page may have been deleted since.
      query = query.where((where) =>
        where(
          where.refTuple('received_at', 'id'),
          '>',
          where
            .selectFrom('snapshots as last')
            .select(['last.received_at', 'last.id'])
            .where('last.organization_id', '=', organizationId)
            .where('last.id', '=', after)
            .$asTuple('received_at', 'id'),
        ),
      );
    }
    const rows = await query.orderBy('received_at').orderBy('id').limit(limit).execute();
    return rows.map(fromRow);
  }

  /**
   * @param {string} organizationId @param {string} id @param {boolean} held @param {string} reason @param {Actor} actor
   * @param {{ protectRecordings?: boolean }} [options]
   */
  async function setHold(organizationId, id, held, reason, actor, { protectRecordings = false } = {}) {
    refuseUnstorable({ reason });
    return db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('snapshots')
        .set({ hold_reason: held ? reason : null })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .where('state', '=', 'stored')
        .returningAll()
        .executeTakeFirst();
      if (!row) return undefined;
      // The organisation's audit comes last, as wherever a task is settled: who waits for it has all else already.
      if (protectRecordings) await enqueueProtection(trx, row, now().toISOString());
      await audit(trx, row, actor, held ? 'held' : 'released', { reason });
      return fromRow(row);
    });
  }

  /**
   * @param {string} organizationId @param {string} id @param {string} reason @param {Actor} actor
   * @returns {ReturnType<import('./records.js').Records['markDeleted']>}
   */
  async function markDeleted(organizationId, id, reason, actor) {
    refuseUnstorable({ reason });
    return db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('snapshots')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .$if(isPostgres, (query) => query.forUpdate())
        .executeTakeFirst();
      if (!row || row.state === 'pending') return { outcome: 'missing' };
      if (row.state === 'deleted') return { outcome: 'gone' };
      if (row.hold_reason !== null) return { outcome: 'held' };
      return { outcome: 'deleted', snapshot: await remove(trx, row, reason, actor, 'deleted', { reason }, now()) };
    });
  }

  /** @param {Date} at @param {number} limit @param {Snapshot} [after] */
  async function expiring(at, limit, after) {
    let query = due(db, at);
    if (after) {
      query = query.where((where) =>
        where(where.refTuple('expires_at', 'object_key'), '>', where.tuple(after.expiresAt, after.objectKey)),
      );
    }
    const rows = await query.orderBy('expires_at').orderBy('object_key').limit(limit).execute();
    return rows.map(fromRow);
  }

  /** @param {Date} at @param {Snapshot[]} snapshots */
  async function expire(at, snapshots) {
    const keys = snapshots.map(({ objectKey }) => objectKey);
    if (keys.length === 0) return [];
    return db.transaction().execute(async (trx) => {
      const rows = await due(trx, at)
        .where('object_key', 'in', keys)
        // A row that is locked is being held or deleted just now: the next sweep sees what came of it.
        .$if(isPostgres, (query) => query.forUpdate().skipLocked())
        .execute();
      // Two sweeps at once wait for the organisations' audits in the same order.
      rows.sort((a, b) => (a.organization_id < b.organization_id ? -1 : a.organization_id > b.organization_id ? 1 : 0));
      const expired = [];
      for (const row of rows) {
        const details = { expiresAt: row.expires_at };
        expired.push(await remove(trx, row, 'retention', SYSTEM, 'expired', details, at));
      }
      return expired;
    });
  }

  /** @param {import('./schema.js').Database | import('./schema.js').Transaction} where @param {Date} at */
  function due(where, at) {
    return where
      .selectFrom('snapshots')
      .selectAll()
      .where('state', '=', 'stored')
      .where('hold_reason', 'is', null)
      .where('expires_at', '<=', at.toISOString());
  }

  /**
   * Marks a row as deleted. What a person may be known by goes; what proves which picture it was stays.
   * @param {import('./schema.js').Transaction} trx @param {SnapshotRow} row @param {string} reason @param {Actor} actor
   * @param {'deleted' | 'expired'} action @param {object} details @param {Date} at
   */
  async function remove(trx, row, reason, actor, action, details, at) {
    const changes = /** @type {const} */ ({
      state: 'deleted',
      deleted_at: at.toISOString(),
      deleted_reason: reason,
      metadata: '{}',
      redactions: '[]',
    });
    await ofRow(trx.updateTable('snapshots').set(changes), row).execute();
    await audit(trx, row, actor, action, { sha256: row.sha256, ...details });
    return fromRow({ ...row, ...changes });
  }

  /** @param {number} limit @param {{ deletedAt: string, id: string }} [after] */
  async function unremoved(limit, after) {
    let query = db.selectFrom('snapshots').selectAll().where('state', '=', 'deleted').where('removed_at', 'is', null);
    if (after) {
      query = query.where((where) =>
        where(where.refTuple('deleted_at', 'id'), '>', where.tuple(after.deletedAt, after.id)),
      );
    }
    const rows = await query.orderBy('deleted_at').orderBy('id').limit(limit).execute();
    return rows.map(fromRow);
  }

  /** @param {string} organizationId @param {string} id */
  async function removed(organizationId, id) {
    await db
      .updateTable('snapshots')
      .set({ removed_at: now().toISOString() })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .where('state', '=', 'deleted')
      .where('removed_at', 'is', null)
      .execute();
  }

  /**
   * @param {import('./schema.js').Transaction} trx @param {SnapshotRow} row @param {Actor} actor @param {string} action
   * @param {object} details
   */
  function audit(trx, row, actor, action, details) {
    return appendEntry(trx, kind, row.organization_id, { actor, action, snapshotId: row.id, details }, now());
  }

  return {
    claim,
    stored,
    abandon,
    release,
    takeOverAbandoned,
    find,
    list,
    setHold,
    markDeleted,
    expiring,
    expire,
    unremoved,
    removed,
  };
}

/**
 * @template {{ where: (column: any, operator: any, value: any) => any }} Query
 * @param {Query} query @param {SnapshotRow} row @returns {Query}
 */
function ofRow(query, row) {
  return query.where('organization_id', '=', row.organization_id).where('id', '=', row.id);
}

/** What the audit binds to the snapshot: the picture, by its hash, and where it came from. @param {SnapshotRow} row */
function proved(row) {
  return {
    sha256: row.sha256,
    bytes: row.bytes,
    interactionId: row.interaction_id,
    agentId: row.agent_id,
    timestamp: row.captured_at,
    receivedAt: row.received_at,
  };
}

/** @param {Date} date @param {number} ms */
function later(date, ms) {
  return new Date(date.getTime() + ms).toISOString();
}

/**
 * @param {import('./records.js').Claim['snapshot']} snapshot
 * @param {{ idempotencyKey: string, lease: string, leaseUntil: string }} claim
 * @returns {SnapshotRow}
 */
function toRow(snapshot, { idempotencyKey, lease, leaseUntil }) {
  return {
    organization_id: snapshot.organizationId,
    id: snapshot.id,
    agent_id: snapshot.agentId,
    idempotency_key: idempotencyKey,
    interaction_id: snapshot.interactionId,
    captured_at: snapshot.timestamp,
    received_at: utc(snapshot.receivedAt),
    sha256: snapshot.sha256,
    bytes: snapshot.bytes,
    width: snapshot.width,
    height: snapshot.height,
    redactions: JSON.stringify(snapshot.redactions),
    metadata: JSON.stringify(snapshot.metadata),
    object_key: snapshot.objectKey,
    state: 'pending',
    annotation: 'queued',
    annotation_reason: null,
    hold_reason: null,
    expires_at: utc(snapshot.expiresAt),
    deleted_at: null,
    deleted_reason: null,
    removed_at: null,
    lease,
    lease_until: leaseUntil,
  };
}

/** Times that are compared have to be written alike. @param {string} time ISO 8601. */
function utc(time) {
  return new Date(time).toISOString();
}

/** @param {SnapshotRow} row @returns {Snapshot} */
export function fromRow(row) {
  return {
    id: row.id,
    organizationId: row.organization_id,
    interactionId: row.interaction_id,
    agentId: row.agent_id,
    timestamp: row.captured_at,
    receivedAt: row.received_at,
    sha256: row.sha256,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    redactions: JSON.parse(row.redactions),
    metadata: JSON.parse(row.metadata),
    objectKey: row.object_key,
    state: row.state,
    annotation: row.annotation,
    annotationReason: row.annotation_reason,
    legalHold: row.hold_reason !== null,
    holdReason: row.hold_reason,
    expiresAt: row.expires_at,
    deletedAt: row.deleted_at,
    deletedReason: row.deleted_reason,
  };
}
