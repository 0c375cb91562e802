// Who waits for whom in PostgreSQL: transactions that meet on the same rows lock them in one order, so that none is given up.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ADMIN, createClock, describeRecords, LEASE_MS, store } from './records-lab.js';

const HOLD = { protectRecordings: true };

describeRecords('locks', ({ kind, open, createUrl }) => {
  if (kind !== 'postgres') return; // SQLite's writers come one after the other.
  const clock = createClock();
  /** @type {string} */ let url;
  /** @type {import('./records-lab.js').Records} */ let records;
  before(async () => {
    url = await createUrl();
    records = await open({ url, clock });
  });

  /**
   * Runs the calls until each of them waits, one after the other, for what somebody else has locked, and lets them go on.
   * @param {string} lock @param {(() => Promise<unknown>)[]} calls
   */
  async function together(lock, calls) {
    const somebody = new pg.Client(url);
    await somebody.connect();
    try {
      await somebody.query('begin');
      await somebody.query(lock);
      const running = [];
      for (const call of calls) {
        running.push(call());
        const waiting = 'select count(*)::int as count from pg_locks where not granted';
        while ((await somebody.query(waiting)).rows[0].count < running.length) await sleep(5);
      }
      await somebody.query('commit');
      return await Promise.all(running);
    } finally {
      await somebody.end();
    }
  }

  /** @param {string} id @param {boolean} held */
  const hold = (id, held) => records.setHold('acme', id, held, 'Case 2026-117', ADMIN, HOLD);

  /** @param {import('../../examples/middleware/records/records.js').TaskKind} kind */
  async function claimTask(kind) {
    const [task] = await records.claimTasks({ kinds: [kind], limit: 1, leaseMs: LEASE_MS });
    return task;
  }

  test('a hold, while it is settled that Genesys was told of the one before', async () => {
    const { id } = await store(records, clock);
    await hold(id, true);
    const task = await claimTask('protection');
    const [released, isSettled] = await together(
      "select * from audit_heads where organization_id = 'acme' for update",
      [() => hold(id, false), () => records.settleTask(task, { outcome: 'done', details: {} })],
    );
    assert.equal(released.legalHold, false);
    assert.equal(isSettled, false, 'and it is told anew');
  });

  test('a hold, while what had failed of the same snapshot is redriven', async () => {
    const { id } = await store(records, clock, { interactionId: 'call-2' });
    await hold(id, true);
    for (const kind of /** @type {const} */ (['annotation', 'protection'])) {
      for (let task = await claimTask(kind); task !== undefined; task = await claimTask(kind)) {
        await records.settleTask(task, { outcome: 'failed', reason: 'no such case' });
      }
    }
    clock.advance(1);
    const [released, redriven] = await together(`select * from snapshots where id = '${id}' for update`, [
      () => hold(id, false),
      () => records.redriveTasks({ queuedBefore: clock.date() }),
    ]);
    assert.equal(released.legalHold, false);
    const kinds = redriven
      .filter((/** @type {any} */ task) => task.snapshotId === id)
      .map((/** @type {any} */ { kind }) => kind);
    assert.ok(kinds.includes('annotation'), 'its note; the protection was queued anew by the hold');
  });
});
