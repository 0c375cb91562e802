// Random orders: one call after the other against a model, and many at once against what must hold in any order.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { LeaseLost } from '../../examples/middleware/records/records.js';
import { TAKEOVER_MS } from '../../examples/middleware/records/snapshots.js';
import { firstSeed, forEachSeed } from '../js/random.js';
import { ADMIN, AGENT, claimOf, createClock, DAY_MS, describeRecords, expireDue, LEASE_MS } from './records-lab.js';

console.log(`CASEFRAME_SEED=${firstSeed}`);

const FILES = ['aa'.repeat(32), 'bb'.repeat(32)];

/** @typedef {import('../js/random.js').Dice} Dice */
/** @typedef {import('./records-lab.js').Records} Records */

/**
 * What a row is, in the model.
 * @typedef {object} Row
 * @property {string} id
 * @property {string} agentId
 * @property {string} key
 * @property {string} sha256
 * @property {string} objectKey
 * @property {'pending' | 'stored' | 'deleted'} state
 * @property {string} lease
 * @property {number} leaseUntil
 * @property {boolean} held
 * @property {number} expiresAt
 * @property {boolean} removed
 */

describeRecords('random orders', ({ open, createUrl }) => {
  const clock = createClock();
  /** @type {Records[]} */
  let connections;
  before(async () => {
    const url = await createUrl();
    connections = [await open({ url, clock }), await open({ url, clock }), await open({ url, clock })];
  });

  test('one call after the other does what the model does', async () => {
    await forEachSeed(12, async (dice) => {
      const organizationId = `model-${dice.between(0, 2 ** 30)}`;
      const now = () => clock.date().getTime();
      /** @type {Map<string, Row>} By id. */
      const rows = new Map();
      /** Every lease that was ever given. @type {string[]} */
      const leases = [];
      /** @type {string[]} */
      const actions = [];
      const pick = () => dice.pick(connections);
      const ids = ['a', 'b', 'c', 'd'];
      const byLease = (/** @type {string} */ lease) => [...rows.values()].find((row) => row.lease === lease);

      for (let step = 0; step < 60; ++step) {
        const id = dice.pick(ids);
        const row = rows.get(id);
        const isThere = row !== undefined && row.state !== 'pending';
        const lease = leases.length > 0 ? dice.pick(leases) : 'none';
        const holder = byLease(lease);
        const kind = dice.pick([
          'claim',
          'claim',
          'claim',
          'stored',
          'stored',
          'abandon',
          'release',
          'hold',
          'free',
          'delete',
          'expire',
          'takeOver',
          'removed',
          'advance',
          'advance',
        ]);
        if (kind === 'claim') {
          const about = {
            organizationId,
            id,
            agentId: dice.pick(['agent-1', 'agent-1', 'agent-2']),
            key: dice.pick([id, id, id, 'e']),
            sha256: dice.pick([FILES[0], FILES[0], FILES[0], FILES[1]]),
            expiresAt: new Date(now() + dice.between(0, 2) * DAY_MS).toISOString(),
          };
          const claim = claimOf(clock, about);
          const claimed = await pick().claim(claim);
          const first = [...rows.values()].find((each) => each.agentId === about.agentId && each.key === about.key);
          if (!first && row) assert.equal(claimed.outcome, 'id-taken');
          else if (!first) {
            assert.ok(claimed.outcome === 'claimed', claimed.outcome);
            rows.set(id, {
              id,
              agentId: about.agentId,
              key: about.key,
              sha256: about.sha256,
              objectKey: claim.snapshot.objectKey,
              state: 'pending',
              lease: claimed.lease,
              leaseUntil: now() + LEASE_MS,
              held: false,
              expiresAt: Date.parse(about.expiresAt),
              removed: false,
            });
            leases.push(claimed.lease);
          } else if (first.sha256 !== about.sha256) assert.equal(claimed.outcome, 'mismatch');
          else if (first.state !== 'pending') assert.equal(claimed.outcome, first.state);
          else if (first.leaseUntil > now()) {
            assert.deepEqual(claimed, { outcome: 'in-progress', retryAfterMs: first.leaseUntil - now() });
          } else {
            assert.ok(claimed.outcome === 'claimed', claimed.outcome);
            assert.equal(claimed.snapshot.objectKey, first.objectKey);
            Object.assign(first, { lease: claimed.lease, leaseUntil: now() + LEASE_MS });
            leases.push(claimed.lease);
          }
        } else if (kind === 'stored') {
          const call = pick().stored(lease, AGENT);
          if (!holder) await assert.rejects(call, LeaseLost);
          else {
            assert.equal((await call).id, holder.id);
            if (holder.state === 'pending') {
              holder.state = 'stored';
              actions.push(`stored ${holder.id}`);
            }
          }
        } else if (kind === 'abandon') {
          await pick().abandon(lease);
          if (holder?.state === 'pending') rows.delete(holder.id);
        } else if (kind === 'release') {
          await pick().release(lease);
          if (holder?.state === 'pending') holder.leaseUntil = now();
        } else if (kind === 'hold' || kind === 'free') {
          const held = kind === 'hold';
          const answer = await pick().setHold(organizationId, id, held, 'why', ADMIN);
          assert.equal(answer?.legalHold, row?.state === 'stored' ? held : undefined);
          if (row?.state === 'stored') {
            row.held = held;
            actions.push(`${held ? 'held' : 'released'} ${id}`);
          }
        } else if (kind === 'delete') {
          const { outcome } = await pick().markDeleted(organizationId, id, 'asked', ADMIN);
          const expected = !isThere ? 'missing' : row.state === 'deleted' ? 'gone' : row.held ? 'held' : 'deleted';
          assert.equal(outcome, expected);
          if (row && expected === 'deleted') {
            row.state = 'deleted';
            actions.push(`deleted ${id}`);
          }
        } else if (kind === 'expire') {
          const expired = (await expireDue(pick(), clock.date(), 1000))
            .filter((each) => each.organizationId === organizationId)
            .map((each) => each.id);
          const due = [...rows.values()].filter(
            (each) => each.state === 'stored' && !each.held && each.expiresAt <= now(),
          );
          assert.deepEqual([...expired].sort(), due.map((each) => each.id).sort());
          for (const each of due) each.state = 'deleted';
          for (const each of expired) actions.push(`expired ${each}`);
        } else if (kind === 'takeOver') {
          const taken = (await pick().takeOverAbandoned(clock.date(), 1000)).filter(
            ({ snapshot }) => snapshot.organizationId === organizationId,
          );
          const due = [...rows.values()].filter((each) => each.state === 'pending' && each.leaseUntil <= now());
          assert.deepEqual(taken.map(({ snapshot }) => snapshot.id).sort(), due.map((each) => each.id).sort());
          for (const { snapshot, lease } of taken) {
            Object.assign(rows.get(snapshot.id) ?? {}, { lease, leaseUntil: now() + TAKEOVER_MS });
            leases.push(lease);
          }
        } else if (kind === 'removed') {
          await pick().removed(organizationId, id);
          if (row?.state === 'deleted') row.removed = true;
        } else clock.advance(dice.pick([1000, LEASE_MS, DAY_MS]));
      }

      for (const id of ids) {
        const row = rows.get(id);
        const found = await pick().find(organizationId, id);
        assert.equal(found?.state, row?.state === 'pending' ? undefined : row?.state);
        assert.equal(found?.legalHold, row && row.state !== 'pending' ? row.held && row.state === 'stored' : undefined);
      }
      const unremoved = (await pick().unremoved(100_000)).filter((each) => each.organizationId === organizationId);
      const expected = [...rows.values()].filter((row) => row.state === 'deleted' && !row.removed);
      assert.deepEqual(unremoved.map(({ id }) => id).sort(), expected.map(({ id }) => id).sort());
      const entries = await Array.fromAsync(pick().auditEntries(organizationId));
      assert.deepEqual(
        entries.map(({ action, snapshotId }) => `${action} ${snapshotId}`),
        actions,
      );
      assert.deepEqual(await Array.fromAsync(pick().verifyAudit(organizationId)), []);
    });
  });

  test('many at once: nothing is stored twice, nothing held goes, and the audit tells each answer once', async () => {
    await forEachSeed(6, async (dice) => {
      const organizationId = `crowd-${dice.between(0, 2 ** 30)}`;
      const ids = ['a', 'b', 'c', 'd', 'e'];
      /** What was answered. @type {string[]} */
      const told = [];
      for (let round = 0; round < 4; ++round) {
        const calls = Array.from({ length: 30 }, async () => {
          const records = dice.pick(connections);
          const id = dice.pick(ids);
          const kind = dice.pick(['upload', 'upload', 'upload', 'hold', 'free', 'delete', 'expire', 'recover']);
          if (kind === 'upload') {
            const expiresAt = clock.date().toISOString();
            const claimed = await records.claim(claimOf(clock, { organizationId, id, expiresAt }));
            if (claimed.outcome !== 'claimed') return;
            if (id === 'e' && told.length % 2) return; // This client is killed here.
            const snapshot = await records.stored(claimed.lease, AGENT).catch(ignoreLost);
            if (snapshot) told.push(`stored ${id}`);
          } else if (kind === 'hold' || kind === 'free') {
            const snapshot = await records.setHold(organizationId, id, kind === 'hold', 'why', ADMIN);
            if (snapshot) told.push(`${kind === 'hold' ? 'held' : 'released'} ${id}`);
          } else if (kind === 'delete') {
            const { outcome } = await records.markDeleted(organizationId, id, 'asked', ADMIN);
            if (outcome === 'deleted') told.push(`deleted ${id}`);
          } else if (kind === 'expire') {
            for (const each of await expireDue(records, clock.date(), 100)) {
              if (each.organizationId === organizationId) told.push(`expired ${each.id}`);
            }
          } else {
            for (const { snapshot, lease } of await records.takeOverAbandoned(clock.date())) {
              if (snapshot.organizationId !== organizationId) continue;
              if (await records.stored(lease, ADMIN).catch(ignoreLost)) told.push(`stored ${snapshot.id}`);
            }
          }
        });
        await Promise.all(calls);
        clock.advance(LEASE_MS);
      }
      const entries = await Array.fromAsync(connections[0].auditEntries(organizationId));
      assert.deepEqual(entries.map(({ action, snapshotId }) => `${action} ${snapshotId}`).sort(), told.sort());
      for (const id of ids) {
        const actions = entries.filter(({ snapshotId }) => snapshotId === id).map(({ action }) => action);
        assert.match(actions.join(' '), /^(stored( held| released)*( deleted| expired)?)?$/);
        assert.doesNotMatch(actions.join(' '), /held (deleted|expired)/);
      }
      assert.deepEqual(await Array.fromAsync(connections[1].verifyAudit(organizationId)), []);
    });
  });
});

/** @param {unknown} error @returns {undefined} */
function ignoreLost(error) {
  if (!(error instanceof LeaseLost)) throw error;
}
