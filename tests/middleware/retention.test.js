// The sweep: what is past its retention goes, what is held stays, what a crash has cut short is finished or forgotten.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { createRetention } from '../../examples/middleware/custody/retention.js';
import { openRecords } from '../../examples/middleware/records/open.js';
import { createFakeClock } from '../js/fake-clock.js';
import { firstSeed, forEachSeed } from '../js/random.js';
import { ADMIN, AGENT, claimOf, DAY_MS, LEASE_MS } from './records-lab.js';
import { createStorageFake } from './storage-fake.js';

console.log(`CASEFRAME_SEED=${firstSeed}`);

/** @type {import('../../examples/middleware/records/records.js').Records[]} */
const opened = [];
after(() => Promise.all(opened.map((records) => records.close())));

async function setUp({ expires = false, batch = 100, intervalMs = 60_000 } = {}) {
  const fake = createFakeClock();
  const date = () => new Date(fake.date());
  const clock = { now: date, setTimeout: fake.setTimeout, clearTimeout: fake.clearTimeout };
  const records = await openRecords('sqlite::memory:', { now: date });
  opened.push(records);
  await records.migrate();
  const storage = createStorageFake({ expires });
  /** @type {string[]} */
  const errors = [];
  const log = {
    info: () => {},
    error: (/** @type {object} */ _about, /** @type {string} */ text) => errors.push(text),
  };
  const create = (/** @type {object} */ other = {}) =>
    createRetention({ records, storage, log, clock, batch, intervalMs, ...other });

  /** As the upload's route does it; `killed` says where its process ends. @param {string} id @param {{ killed?: string, expiresAt?: string }} [options] */
  async function upload(id, { killed = 'never', ...about } = {}) {
    const bytes = Buffer.from(`picture ${id}`);
    const claim = claimOf(
      { date, advance: () => {} },
      { id, sha256: storage.sha256(bytes), bytes: bytes.length, ...about },
    );
    const claimed = await records.claim(claim);
    assert.ok(claimed.outcome === 'claimed', claimed.outcome);
    const { objectKey, sha256 } = claimed.snapshot;
    if (killed === 'before the object') return claimed.snapshot;
    await storage.put(objectKey, bytes, { sha256, retentionDays: 1 });
    if (killed === 'after the object') return claimed.snapshot;
    return records.stored(claimed.lease, AGENT);
  }
  const actions = async () => (await Array.fromAsync(records.auditEntries('acme'))).map((entry) => entry);
  return { fake, clock, records, storage, errors, create, upload, actions, retention: create() };
}

describe('a sweep', () => {
  /** @type {Awaited<ReturnType<typeof setUp>>} */
  let lab;
  beforeEach(async () => {
    lab = await setUp();
  });
  const expiresAt = () => new Date(lab.fake.date() + DAY_MS).toISOString();

  test('removes what is past its retention, row and object, and nothing else', async () => {
    const due = await lab.upload('due', { expiresAt: expiresAt() });
    const held = await lab.upload('held', { expiresAt: expiresAt() });
    const kept = await lab.upload('kept');
    await lab.records.setHold('acme', 'held', true, 'a trial', ADMIN);
    assert.equal((await lab.retention.sweep()).expired, 0);
    await lab.fake.advance(DAY_MS);
    const swept = await lab.retention.sweep();
    assert.deepEqual(swept, { recovered: 0, abandoned: 0, expired: 1, removed: 1, failed: 0 });
    assert.deepEqual(lab.storage.keys(), [held.objectKey, kept.objectKey].sort());
    assert.deepEqual(lab.storage.removals, [due.objectKey]);
    assert.equal((await lab.records.find('acme', 'due'))?.deletedReason, 'retention');
    assert.equal((await lab.records.find('acme', 'held'))?.state, 'stored');
    assert.deepEqual((await lab.retention.sweep()).removed, 0, 'once is enough');
  });

  test('leaves what only the store holds, as a hold that was broken off does, and takes the rest in batches', async () => {
    lab = await setUp({ batch: 2 });
    const half = [];
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      const { objectKey } = await lab.upload(id, { expiresAt: expiresAt() });
      if (id === 'e') continue;
      await lab.storage.hold(objectKey, true);
      half.push(objectKey);
    }
    await lab.fake.advance(DAY_MS);
    assert.deepEqual(await lab.retention.sweep(), { recovered: 0, abandoned: 0, expired: 1, removed: 1, failed: 0 });
    assert.deepEqual(lab.storage.keys(), half.sort());
    assert.deepEqual(lab.errors, []);
    for (const key of half) await lab.storage.hold(key, false);
    assert.equal((await lab.retention.sweep()).removed, 4);
  });

  test('expires nothing by a clock that is ahead of the database’s, and says so once; one that is behind waits', async () => {
    await lab.upload('kept', { expiresAt: expiresAt() });
    let aheadMs = 31 * DAY_MS;
    const records = { ...lab.records, serverTime: async () => new Date(lab.fake.date() - aheadMs) };
    const { sweep } = lab.create({ records });
    await lab.fake.advance(DAY_MS);
    for (let n = 0; n < 3; ++n) assert.equal((await sweep()).expired, 0);
    assert.equal(lab.errors.length, 1);
    assert.match(lab.errors[0], /this clock and the database’s differ/);
    aheadMs = 0;
    assert.equal((await sweep()).expired, 1);
    await lab.upload('next', { expiresAt: expiresAt() });
    aheadMs = -31 * DAY_MS;
    assert.equal((await sweep()).expired, 0);
    assert.equal(lab.errors.length, 2);
  });

  test('does not take an admin’s word for the store’s: what is deleted before its time is removed, whatever the reason', async () => {
    lab = await setUp({ expires: true });
    await lab.upload('early');
    await lab.records.markDeleted('acme', 'early', 'retention', ADMIN);
    assert.equal((await lab.retention.sweep()).removed, 1);
    assert.deepEqual(lab.storage.keys(), []);
  });

  test('leaves those past their retention to a store that expires them, and removes others that were deleted', async () => {
    lab = await setUp({ expires: true });
    const due = await lab.upload('due', { expiresAt: expiresAt() });
    await lab.upload('asked');
    await lab.records.markDeleted('acme', 'asked', 'article 17', ADMIN);
    await lab.fake.advance(DAY_MS);
    assert.deepEqual(await lab.retention.sweep(), { recovered: 0, abandoned: 0, expired: 1, removed: 2, failed: 0 });
    assert.deepEqual(lab.storage.keys(), [due.objectKey]);
    assert.deepEqual(await lab.records.unremoved(10), []);
  });

  test('stores an upload whose process was killed after the object, as recovered', async () => {
    await lab.upload('cut', { killed: 'after the object' });
    await lab.fake.advance(LEASE_MS - 1);
    assert.equal((await lab.retention.sweep()).recovered, 0, 'its lease is alive');
    await lab.fake.advance(1);
    assert.equal((await lab.retention.sweep()).recovered, 1);
    assert.equal((await lab.records.find('acme', 'cut'))?.state, 'stored');
    const [entry] = await lab.actions();
    assert.deepEqual(
      [entry.action, entry.actor, /** @type {any} */ (entry.details).recovered],
      ['stored', 'system', true],
    );
    assert.deepEqual(await lab.storage.keys().length, 1);
  });

  test('forgets one that was killed before the object', async () => {
    await lab.upload('cut', { killed: 'before the object' });
    await lab.fake.advance(LEASE_MS);
    assert.equal((await lab.retention.sweep()).abandoned, 1);
    assert.deepEqual(await lab.actions(), []);
    assert.equal((await lab.upload('cut')).state, 'stored', 'the client’s next try is a new one');
  });

  test('removes other bytes that a crash has left under the key', async () => {
    const cut = await lab.upload('cut', { killed: 'before the object' });
    const bytes = Buffer.from('half a pict');
    await lab.storage.put(cut.objectKey, bytes, { sha256: lab.storage.sha256(bytes), retentionDays: 1 });
    await lab.fake.advance(LEASE_MS);
    assert.equal((await lab.retention.sweep()).abandoned, 1);
    assert.deepEqual(lab.storage.keys(), []);
    assert.match(lab.errors.join(), /left other bytes/);
  });

  test('goes on where one fails, and tries that again', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    const snapshots = [];
    for (const id of ids) snapshots.push(await lab.upload(id, { expiresAt: expiresAt() }));
    const [, second] = snapshots;
    await lab.upload('cut', { killed: 'after the object' });
    await lab.fake.advance(DAY_MS);
    lab.storage.failing.add(second.objectKey);
    const swept = await lab.retention.sweep();
    assert.deepEqual(swept, { recovered: 1, abandoned: 0, expired: 3, removed: 3, failed: 1 });
    assert.equal(lab.errors.length, 1);
    lab.storage.failing.clear();
    assert.deepEqual(await lab.retention.sweep(), { recovered: 0, abandoned: 0, expired: 1, removed: 1, failed: 0 });
    assert.equal(lab.storage.keys().length, 1);
  });

  test('an upload whose object cannot be looked at is tried again a minute later', async () => {
    const cut = await lab.upload('cut', { killed: 'after the object' });
    await lab.fake.advance(LEASE_MS);
    lab.storage.failing.add(cut.objectKey);
    assert.equal((await lab.retention.sweep()).failed, 1);
    lab.storage.failing.clear();
    assert.equal((await lab.retention.sweep()).recovered, 0, 'leased');
    await lab.fake.advance(60_000);
    assert.equal((await lab.retention.sweep()).recovered, 1);
  });

  test('takes any number in batches', async () => {
    lab = await setUp({ batch: 3 });
    for (let i = 0; i < 10; ++i) await lab.upload(`due-${i}`, { expiresAt: expiresAt() });
    for (let i = 0; i < 7; ++i) await lab.upload(`cut-${i}`, { killed: 'after the object' });
    lab.storage.failing.add((await lab.upload('stuck', { expiresAt: expiresAt() })).objectKey);
    await lab.fake.advance(DAY_MS);
    assert.deepEqual(await lab.retention.sweep(), { recovered: 7, abandoned: 0, expired: 10, removed: 10, failed: 1 });
  });

  test('says so where the records are away, and does not throw', async () => {
    const away = async () => {
      throw new Error('away');
    };
    const records = { ...lab.records, takeOverAbandoned: away, expiring: away, unremoved: away };
    assert.equal((await lab.create({ records }).sweep()).failed, 3);
    assert.equal(lab.errors.length, 3);
  });

  test('that runs already is waited for', async () => {
    await lab.upload('due', { expiresAt: expiresAt() });
    await lab.fake.advance(DAY_MS);
    const [first, second] = await Promise.all([lab.retention.sweep(), lab.retention.sweep()]);
    assert.equal(first, second);
    assert.equal(first.removed, 1);
  });
});

describe('the timer', () => {
  test('sweeps at the start, then in intervals until it is closed', async () => {
    const lab = await setUp();
    const due = (/** @type {number} */ ms) => new Date(lab.fake.date() + ms).toISOString();
    await lab.upload('first', { expiresAt: due(0) });
    assert.equal((await lab.retention.start()).removed, 1);
    await lab.upload('second', { expiresAt: due(90_000) });
    await lab.fake.advance(60_000);
    assert.equal(lab.storage.removals.length, 1);
    await lab.fake.advance(60_000);
    assert.equal(lab.storage.removals.length, 2);
    await lab.upload('third', { expiresAt: due(0) });
    await lab.retention.close();
    assert.equal(lab.fake.timers(), 0);
    await lab.fake.advance(DAY_MS);
    assert.equal(lab.storage.removals.length, 2);
    await lab.retention.close();
  });

  test('closed in the middle of a sweep: the row that is worked on is finished, no other is begun', async () => {
    const lab = await setUp();
    const due = new Date(lab.fake.date()).toISOString();
    for (const id of ['a', 'b', 'c']) await lab.upload(id, { expiresAt: due });
    const release = lab.storage.pause();
    const sweep = lab.retention.sweep();
    await lab.storage.reached();
    let isClosed = false;
    const closed = lab.retention.close().then(() => {
      isClosed = true;
    });
    await lab.fake.settle();
    assert.equal(isClosed, false);
    release();
    await closed;
    assert.equal((await sweep).removed, 1);
    assert.equal(lab.storage.removals.length, 1);
    assert.equal((await lab.records.unremoved(10)).length, 2);
    await lab.fake.advance(DAY_MS);
    assert.equal(lab.fake.timers(), 0);
  });
});

test('holds, releases and deletions beside two sweeps, in random orders: nothing held is removed', async () => {
  await forEachSeed(60, async (dice) => {
    const lab = await setUp({ batch: dice.between(1, 4) });
    lab.storage.delay = () => dice.between(0, 3);
    const ids = Array.from({ length: 6 }, (_, i) => `s${i}`);
    const keys = new Map();
    for (const id of ids) {
      const killed = dice.pick(['never', 'never', 'never', 'before the object', 'after the object']);
      const expiresAt = new Date(lab.fake.date() + dice.between(0, 2) * LEASE_MS).toISOString();
      keys.set(id, (await lab.upload(id, { killed, expiresAt })).objectKey);
    }
    /** Held by the last answer. @type {Set<string>} */
    const held = new Set();
    lab.storage.onRemove = (key) => {
      for (const id of held) assert.notEqual(key, keys.get(id), `${id} is held`);
    };
    const instances = [lab.retention, lab.create()];
    for (let round = 0; round < 4; ++round) {
      const pause = async () => {
        for (let i = dice.between(0, 6); i > 0; --i) await Promise.resolve();
      };
      const calls = [
        ...instances.map(async (instance) => {
          await pause();
          await instance.sweep();
        }),
        // One call about a snapshot at a time: the order of their answers is the order in which they came.
        ...ids.map(async (id) => {
          await pause();
          const kind = dice.pick(['hold', 'hold', 'free', 'delete', 'nothing']);
          if (kind === 'hold') {
            const found = await lab.records.setHold('acme', id, true, 'a trial', ADMIN);
            if (found) held.add(id);
          } else if (kind === 'free') {
            held.delete(id);
            await lab.records.setHold('acme', id, false, 'it has ended', ADMIN);
          } else if (kind === 'delete') {
            const { outcome } = await lab.records.markDeleted('acme', id, 'asked', ADMIN);
            assert.equal(outcome === 'deleted' && held.has(id), false);
          }
        }),
      ];
      await Promise.all(calls);
      await lab.fake.advance(LEASE_MS);
    }
    for (const instance of instances) assert.equal((await instance.sweep()).failed, 0);
    for (const [id, key] of keys) {
      const row = await lab.records.find('acme', id);
      assert.equal(lab.storage.keys().includes(key), row?.state === 'stored', `${id}: ${row?.state}`);
      if (held.has(id)) assert.equal(row?.legalHold, true);
    }
    assert.deepEqual(await lab.records.takeOverAbandoned(new Date(lab.fake.date())), []);
    assert.deepEqual(await Array.fromAsync(lab.records.verifyAudit()), []);
    assert.deepEqual(lab.errors, []);
    await lab.records.close();
    opened.splice(opened.indexOf(lab.records), 1);
  });
});
