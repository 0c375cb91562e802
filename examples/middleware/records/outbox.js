/**
 * What is still to be told to Genesys: a row for each note, and one for the protection of a call's recordings. A relay
 * leases rows, works, and settles them. Each function is one transaction.
 *
 * A leased row is due again when its lease runs out: who died is taken over as soon as that. `lease` is the fence: whoever
 * comes back late settles nothing.
 */

import { randomUUID } from 'node:crypto';
import { appendEntry } from './audit.js';
import { LeaseLost, SYSTEM } from './records.js';
import { fromRow } from './snapshots.js';

/** @typedef {import('./records.js').Task} Task */
/** @typedef {import('./records.js').TaskKind} TaskKind */
/** @typedef {import('./schema.js').OutboxRow} OutboxRow */
/** @typedef {import('./schema.js').Transaction} Transaction */

/** An audit's text, and a line in a list. */
const MAX_REASON = 500;
/** By how much two instances' clocks may differ without being taken for wrong. */
const AHEAD_MS = 60_000;
/** Nothing is postponed for longer: that is a quarter of an hour (`annotation/retry.js`) and some jitter. */
const LONGEST_WAIT_MS = 16 * 60_000;

/**
 * @param {import('./schema.js').Database} db
 * @param {'sqlite' | 'postgres'} kind
 * @param {() => Date} now
 */
export function outboxRecords(db, kind, now) {
  const isPostgres = kind === 'postgres';

  /** @param {{ kinds: TaskKind[], limit: number, leaseMs: number }} options @returns {Promise<Task[]>} */
  async function claimTasks({ kinds, limit, leaseMs }) {
    const at = now();
    const time = at.toISOString();
    const lease = randomUUID();
    const until = new Date(at.getTime() + leaseMs).toISOString();
    /** @param {import('./schema.js').Database | Transaction} where @param {number} most */
    const due = (where, most) =>
      ofKinds(where.selectFrom('outbox').select('id').where('state', '=', 'queued'), kinds)
        .where((row) =>
          row.or([
            row('due_at', '<=', time),
            // Queued, leased or postponed by a clock that was ahead and has been put right since.
            row.and([row('tried_at', 'is', null), row('created_at', '>', later(at, AHEAD_MS))]),
            row.and([row('lease', 'is not', null), row('lease_until', '>', later(at, 2 * leaseMs + AHEAD_MS))]),
            row.and([row('lease', 'is', null), row('due_at', '>', later(at, LONGEST_WAIT_MS + AHEAD_MS))]),
          ]),
        )
        .orderBy('due_at')
        .limit(most);
    // Most looks find nothing: they lock nothing either.
    if ((await due(db, 1).executeTakeFirst()) === undefined) return [];
    return db.transaction().execute(async (trx) => {
      const rows = await trx
        .with(
          (cte) => cte('due').materialized(),
          // SQLite's writers come one after the other anyway.
          () => due(trx, limit).$if(isPostgres, (query) => query.forUpdate().skipLocked()),
        )
        .updateTable('outbox')
        .set((row) => ({
          lease,
          lease_until: until,
          due_at: until,
          attempts: row('attempts', '+', 1),
          tried_at: row.fn.coalesce('tried_at', row.val(time)),
        }))
        .where('id', 'in', (query) => query.selectFrom('due').select('due.id'))
        .returningAll()
        .execute();
      const tasks = [];
      for (const row of rows) tasks.push(await toTask(trx, row));
      return tasks.sort((a, b) => (a.queuedAt < b.queuedAt ? -1 : 1));
    });
  }

  /** @param {Transaction} trx @param {OutboxRow} row @returns {Promise<Task>} */
  async function toTask(trx, row) {
    const snapshot = await trx
      .selectFrom('snapshots')
      .selectAll()
      .where('organization_id', '=', row.organization_id)
      .where('id', '=', row.snapshot_id)
      .executeTakeFirstOrThrow();
    return {
      id: row.id,
      kind: row.kind,
      attempts: row.attempts,
      lease: String(row.lease),
      leaseUntil: String(row.lease_until),
      queuedAt: row.created_at,
      triedAt: String(row.tried_at),
      target: row.target,
      snapshot: fromRow(snapshot),
      interactionHeld: await isHeld(trx, snapshot),
    };
  }

  /** @param {Task} task @param {number} leaseMs @param {string} [target] */
  async function renewTask(task, leaseMs, target) {
    const until = new Date(now().getTime() + leaseMs).toISOString();
    const changes = { lease_until: until, due_at: until, ...(target === undefined ? {} : { target }) };
    const renewed = await leased(db.updateTable('outbox').set(changes), task).returning('id').executeTakeFirst();
    return renewed !== undefined;
  }

  /** @param {Task} task @param {{ dueAt: Date, reason?: string, counts?: boolean }} when */
  async function postponeTask(task, { dueAt, reason, counts = true }) {
    await leased(
      db.updateTable('outbox').set((row) => ({
        due_at: dueAt.toISOString(),
        lease: null,
        lease_until: null,
        ...(reason === undefined ? {} : { last_error: short(reason) }),
        ...(counts ? {} : { attempts: row('attempts', '-', 1) }),
      })),
      task,
    ).execute();
  }

  /** @param {Task} task @param {import('./records.js').TaskOutcome} outcome */
  function settleTask(task, outcome) {
    return db.transaction().execute(async (trx) => {
      const isDone = outcome.outcome === 'done';
      const reason = isDone ? null : short(outcome.reason);
      await settle(trx, task, { state: outcome.outcome === 'failed' ? 'dead' : 'done', last_error: reason });
      if (task.kind === 'protection') return settleProtection(trx, task, outcome);
      await ofSnapshot(
        trx.updateTable('snapshots').set({ annotation: isDone ? 'done' : 'failed', annotation_reason: reason }),
        task,
      ).execute();
      if (isDone) await audit(trx, task, 'annotated', outcome.details);
      else if (outcome.outcome === 'failed') await audit(trx, task, 'annotation-failed', { reason });
      return true;
    });
  }

  /**
   * The row is settled and so locked: a hold of this snapshot has been seen, or queues it anew after this.
   * @param {Transaction} trx @param {Task} task @param {import('./records.js').TaskOutcome} outcome
   */
  async function settleProtection(trx, task, outcome) {
    const { organizationId, interactionId } = task.snapshot;
    // A snapshot of the call was held or released meanwhile: what was told is no longer so, and is told anew.
    const isStale =
      (await isHeld(trx, { organization_id: organizationId, interaction_id: interactionId })) !== task.interactionHeld;
    if (isStale) {
      const at = now().toISOString();
      const anew = { state: /** @type {const} */ ('queued'), attempts: 0, due_at: at, tried_at: null, created_at: at };
      await trx.updateTable('outbox').set(anew).where('id', '=', task.id).execute();
    }
    if (outcome.outcome === 'done') {
      await audit(trx, task, task.interactionHeld ? 'protected' : 'unprotected', outcome.details);
    } else if (!isStale) {
      await audit(trx, task, 'protection-failed', { reason: short(outcome.reason) });
    }
    return !isStale;
  }

  /** @param {Transaction} trx @param {Task} task @param {Partial<OutboxRow>} changes */
  async function settle(trx, task, changes) {
    const row = await leased(trx.updateTable('outbox').set({ ...changes, lease: null, lease_until: null }), task)
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) throw new LeaseLost('Another has taken this task over');
  }

  /** @param {{ queuedBefore: Date, limit?: number }} options */
  async function redriveTasks({ queuedBefore, limit = 100 }) {
    // Kind by kind: a hold has its snapshot when it asks for the protection's row, a note has its own when it asks for the
    // snapshot. Whoever had both rows would wait for the hold, which waits for them.
    const notes = await redriveKind('annotation', queuedBefore, limit);
    const left = limit - notes.length;
    return left > 0 ? [...notes, ...(await redriveKind('protection', queuedBefore, left))] : notes;
  }

  /** @param {TaskKind} kind @param {Date} queuedBefore @param {number} limit */
  function redriveKind(kind, queuedBefore, limit) {
    return db.transaction().execute(async (trx) => {
      const at = now();
      const time = at.toISOString();
      const dead = await trx
        .selectFrom('outbox')
        .selectAll()
        .where('state', '=', 'dead')
        .where('kind', '=', kind)
        .where((row) =>
          row.or([
            row('created_at', '<', queuedBefore.toISOString()),
            // Queued by a clock that was ahead and has been put right since.
            row('created_at', '>', later(at, AHEAD_MS)),
          ]),
        )
        .orderBy('created_at')
        .limit(limit)
        .$if(isPostgres, (query) => query.forUpdate().skipLocked())
        .execute();
      for (const row of dead) {
        await trx
          .updateTable('outbox')
          .set({ state: 'queued', attempts: 0, due_at: time, tried_at: null, created_at: time })
          .where('id', '=', row.id)
          .execute();
        if (kind !== 'annotation') continue;
        await trx
          .updateTable('snapshots')
          .set({ annotation: 'queued', annotation_reason: null })
          .where('organization_id', '=', row.organization_id)
          .where('id', '=', row.snapshot_id)
          .execute();
      }
      return dead.map((row) => ({
        organizationId: row.organization_id,
        snapshotId: row.snapshot_id,
        kind,
        reason: row.last_error ?? '',
      }));
    });
  }

  /** @param {TaskKind[]} [kinds] */
  async function countTasks(kinds = ['annotation', 'protection']) {
    const counts = [];
    // One after the other: each state has an index of its own, done ones are many.
    for (const state of /** @type {const} */ (['queued', 'dead'])) {
      const rows = await ofKinds(db.selectFrom('outbox').where('state', '=', state), kinds)
        .select('kind')
        .select(({ fn }) => [fn.countAll().as('count'), fn.min('created_at').as('oldest')])
        .groupBy('kind')
        .execute();
      counts.push(...rows.map(({ kind, count, oldest }) => ({ kind, state, count: Number(count), oldest })));
    }
    return counts;
  }

  /** @param {Transaction} trx @param {Task} task @param {string} action @param {object} details */
  function audit(trx, { snapshot }, action, details) {
    const entry = { actor: SYSTEM, action, snapshotId: snapshot.id, details };
    return appendEntry(trx, kind, snapshot.organizationId, entry, now());
  }

  return { claimTasks, renewTask, postponeTask, settleTask, redriveTasks, countTasks };
}

/** Whether any snapshot of the call is held. @param {Transaction} trx @param {{ organization_id: string, interaction_id: string }} row */
async function isHeld(trx, { organization_id, interaction_id }) {
  const held = await trx
    .selectFrom('snapshots')
    .select('id')
    .where('organization_id', '=', organization_id)
    .where('interaction_id', '=', interaction_id)
    .where('hold_reason', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return held !== undefined;
}

/**
 * SQLite finds the index of one kind by `=` alone.
 * @template {{ where: (column: any, operator: any, value: any) => any }} Query
 * @param {Query} query @param {TaskKind[]} kinds @returns {Query}
 */
function ofKinds(query, kinds) {
  return kinds.length === 1 ? query.where('kind', '=', kinds[0]) : query.where('kind', 'in', kinds);
}

/**
 * @template {{ where: (column: any, operator: any, value: any) => any }} Query
 * @param {Query} query @param {Task} task @returns {Query}
 */
function leased(query, { id, lease }) {
  return query.where('id', '=', id).where('lease', '=', lease).where('state', '=', 'queued');
}

/**
 * @template {{ where: (column: any, operator: any, value: any) => any }} Query
 * @param {Query} query @param {Task} task @returns {Query}
 */
function ofSnapshot(query, { snapshot }) {
  return query.where('organization_id', '=', snapshot.organizationId).where('id', '=', snapshot.id);
}

/** @param {string} reason */
function short(reason) {
  return reason.replaceAll('\0', '').toWellFormed().slice(0, MAX_REASON).toWellFormed();
}

/** @param {Date} at @param {number} ms */
function later(at, ms) {
  return new Date(at.getTime() + ms).toISOString();
}
