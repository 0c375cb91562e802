// The reconciler: what differs between rows and objects is found, told, and mended where it can be; nothing else changes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { createRetention } from '../../examples/middleware/custody/retention.js';
import { NOBODYS, reconcile } from '../../examples/middleware/operations/reconcile.js';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { firstSeed, forEachSeed } from '../js/random.js';
import { ADMIN, AGENT, claimOf, DAY_MS, describeRecords } from './records-lab.js';

console.log(`CASEFRAME_SEED=${firstSeed}`);

const GRACE_MS = 60 * 60 * 1000;
/** @type {string[]} */
const folders = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A clock that goes with the machine's, since files have its time, and can be put forward. */
function createShiftedClock() {
  let offset = 0;
  return {
    date: () => new Date(Date.now() + offset),
    /** @param {number} ms */
    advance(ms) {
      offset += ms;
    },
  };
}

describeRecords('reconcile', ({ open }) => {
  /** @type {Awaited<ReturnType<typeof setUp>>} */
  let lab;
  beforeEach(async () => {
    lab = await setUp();
  });

  async function setUp() {
    const clock = createShiftedClock();
    const folder = await mkdtemp(join(tmpdir(), 'cf-reconcile-'));
    folders.push(folder);
    const storage = await openStorage(`file:${folder}`);
    const records = await open({ clock: /** @type {any} */ (clock) });
    const log = { info: () => {}, error: () => {} };
    const { sweep } = createRetention({ records, storage, log, clock: { now: clock.date, setTimeout, clearTimeout } });

    /** As an upload does it, up to a step. @param {string} id @param {'row' | 'object' | 'mark'} [upTo] @param {object} [about] */
    async function upload(id, upTo = 'mark', about = {}) {
      const bytes = Buffer.from(`picture ${id}`);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const claimed = await records.claim(
        claimOf(/** @type {any} */ (clock), { id, sha256, bytes: bytes.length, ...about }),
      );
      assert.ok(claimed.outcome === 'claimed', claimed.outcome);
      if (upTo === 'row') return claimed.snapshot;
      await storage.put(claimed.snapshot.objectKey, bytes, { sha256, retentionDays: 1 });
      if (upTo === 'object') return claimed.snapshot;
      return records.stored(claimed.lease, AGENT);
    }

    /** @param {object} [options] */
    async function run(options = {}) {
      /** @type {import('../../examples/middleware/operations/reconcile.js').Finding[]} */
      const findings = [];
      const summary = await reconcile({
        storage,
        records,
        sweep,
        now: clock.date,
        graceMs: GRACE_MS,
        report: (finding) => findings.push(finding),
        ...options,
      });
      return { summary, findings, kinds: findings.map(({ kind, outcome }) => `${kind} ${outcome}`).sort() };
    }

    const keys = async () => (await Array.fromAsync(storage.list())).map(({ key }) => key).sort();
    const orphan = async (key = `video-snapshots/call-9/${Math.random()}.jpg`) => {
      const bytes = Buffer.from(key);
      await storage.put(key, bytes, { sha256: createHash('sha256').update(bytes).digest('hex'), retentionDays: 1 });
      return key;
    };
    return { clock, folder, storage, records, upload, run, keys, orphan };
  }

  /** Waits as long as a finding has to be old. */
  const age = () => lab.clock.advance(2 * GRACE_MS);

  test('finds nothing where nothing differs', async () => {
    await lab.upload('a');
    await lab.upload('b');
    await lab.records.setHold('acme', 'b', true, 'a trial', ADMIN);
    await lab.storage.hold((await lab.records.find('acme', 'b'))?.objectKey ?? '', true);
    age();
    assert.deepEqual((await lab.run()).summary, { rows: 2, objects: 2, mended: 0, left: 0 });
  });

  test('finds and mends every difference once it is old, and nothing is left for a second pass', async () => {
    const other = await lab.orphan('other-people/file.jpg');
    const kept = await lab.upload('kept');
    await lab.upload('row only', 'row');
    const cut = await lab.upload('cut short', 'object');
    const heldRow = await lab.upload('held row');
    await lab.records.setHold('acme', heldRow.id, true, 'a trial', ADMIN);
    const heldObject = await lab.upload('held object');
    await lab.storage.hold(heldObject.objectKey, true);
    const orphan = await lab.orphan();
    const deleted = await lab.upload('deleted');
    await lab.records.markDeleted('acme', deleted.id, 'article 17', ADMIN);
    await lab.records.removed('acme', deleted.id);
    const expired = await lab.upload('expired', 'mark', { expiresAt: new Date(Date.now() - 1000).toISOString() });

    assert.deepEqual((await lab.run()).kinds, [], 'what is young may be under way');
    age();
    const before = await lab.keys();
    const dry = await lab.run({ isDryRun: true });
    assert.deepEqual(dry.kinds, [
      'expired-but-there left',
      'expired-but-there left',
      'held-by-row-only left',
      'held-by-store-only left',
      'object-without-row left',
      'upload-cut-short left',
      'upload-cut-short left',
    ]);
    assert.deepEqual(await lab.keys(), before, 'a dry run changes nothing');

    const { kinds } = await lab.run();
    assert.deepEqual(kinds, [
      'expired-but-there mended',
      'expired-but-there mended',
      'held-by-row-only mended',
      'held-by-store-only mended',
      'object-without-row mended',
      'upload-cut-short mended',
      'upload-cut-short mended',
    ]);
    assert.deepEqual(
      await lab.keys(),
      [kept, cut, heldRow, heldObject]
        .map(({ objectKey }) => objectKey)
        .concat(other)
        .sort(),
    );
    assert.equal((await lab.storage.head(heldRow.objectKey))?.held, true);
    assert.equal((await lab.records.find('acme', heldObject.id))?.legalHold, true);
    assert.equal((await lab.records.find('acme', cut.id))?.state, 'stored');
    assert.equal((await lab.records.find('acme', expired.id))?.state, 'deleted');
    const details = [];
    for (const organization of ['acme', NOBODYS]) {
      for await (const entry of lab.records.auditEntries(organization)) {
        if (entry.action === 'reconciled') details.push(/** @type {any} */ (entry.details));
      }
    }
    assert.deepEqual(details.map(({ kind, objectKey }) => `${kind} ${objectKey}`).sort(), [
      `expired-but-there ${deleted.objectKey}`,
      `held-by-row-only ${heldRow.objectKey}`,
      `object-without-row ${orphan}`,
    ]);
    assert.deepEqual((await lab.run()).kinds, []);
  });

  test('leaves, and says so, what only a back-up can mend', async () => {
    const lost = await lab.upload('lost');
    await lab.storage.remove(lost.objectKey);
    const changed = await lab.upload('changed');
    await lab.storage.remove(changed.objectKey);
    const bytes = Buffer.from('other bytes');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await lab.storage.put(changed.objectKey, bytes, { sha256, retentionDays: 1 });
    age();
    const { kinds, summary } = await lab.run();
    assert.deepEqual(kinds, ['object-differs left', 'row-without-object left']);
    assert.deepEqual([summary.mended, summary.left], [0, 2]);
  });

  test('removes bytes that nothing is said of, as a copy that was made while uploads went on has them', async () => {
    await lab.upload('kept');
    const orphan = await lab.orphan();
    await rm(join(lab.folder, '.about', `${orphan}.json`));
    age();
    assert.deepEqual((await lab.run()).kinds, ['object-without-row mended']);
    await assert.rejects(stat(join(lab.folder, orphan)), { code: 'ENOENT' });
  });

  test('never removes what is held', async () => {
    const orphan = await lab.orphan();
    await lab.storage.hold(orphan, true);
    const deleted = await lab.upload('deleted');
    await lab.records.markDeleted('acme', deleted.id, 'article 17', ADMIN);
    await lab.storage.hold(deleted.objectKey, true);
    const expired = await lab.upload('expired', 'mark', { expiresAt: new Date(Date.now() - 1000).toISOString() });
    await lab.storage.hold(expired.objectKey, true);
    age();
    const { kinds } = await lab.run();
    assert.deepEqual(kinds, ['expired-but-there left', 'held-by-store-only mended', 'object-without-row left']);
    assert.deepEqual(await lab.keys(), [orphan, deleted.objectKey, expired.objectKey].sort());
    const entries = await Array.fromAsync(lab.records.auditEntries('acme', { snapshotId: deleted.id }));
    assert.deepEqual(
      entries.map(({ action }) => action),
      ['stored', 'deleted'],
      'the audit tells of nothing that was not done',
    );
  });

  test('a hold that is taken into the row protects the call’s recordings, where that is wanted', async () => {
    for (const [id, protectRecordings] of /** @type {const} */ ([
      ['plain', false],
      ['wanted', true],
    ])) {
      await lab.storage.hold((await lab.upload(id)).objectKey, true);
      age();
      assert.deepEqual((await lab.run({ protectRecordings })).kinds, ['held-by-store-only mended']);
    }
    const tasks = await lab.records.claimTasks({ kinds: ['protection'], limit: 10, leaseMs: 1000 });
    assert.deepEqual(
      tasks.map(({ snapshot, interactionHeld }) => [snapshot.id, interactionHeld]),
      [['wanted', true]],
    );
  });

  test('an instance whose clock is a month ahead expires nothing, where the database has a clock of its own', async () => {
    const kept = await lab.upload('kept');
    lab.clock.advance(31 * DAY_MS);
    await lab.run();
    const isThere = lab.records.kind === 'postgres';
    assert.equal((await lab.records.find('acme', 'kept'))?.state, isThere ? 'stored' : 'deleted');
    assert.deepEqual(await lab.keys(), isThere ? [kept.objectKey] : []);
  });

  test('many objects without a row are left: the database is the wrong one', async () => {
    for (let n = 0; n < 25; n += 1) await lab.orphan();
    age();
    const { summary, findings } = await lab.run();
    assert.deepEqual([summary.mended, summary.left], [0, 25]);
    assert.deepEqual(
      findings.map(({ count }) => count),
      [25],
      'told once, however many they are',
    );
    assert.match(String(findings[0].why), /25 objects have no row: is it the right database/);
    assert.equal((await lab.run({ isDryRun: true })).findings.length, 25, 'a dry run names each');
    assert.equal((await lab.run({ isForced: true })).summary.mended, 25);
  });

  test('a few are left, too, where no object has a row: of a database that is new they are all there is', async () => {
    for (let n = 0; n < 3; n += 1) await lab.orphan();
    age();
    const { summary, findings } = await lab.run();
    assert.deepEqual([summary.mended, summary.left], [0, 3]);
    assert.match(String(findings[0].why), /3 objects have no row: is it the right database/);
    assert.equal((await lab.run({ isForced: true })).summary.mended, 3);
  });

  test('a pass is one instance’s at a time, and due once in its time', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await lab.run();
      inside -= 1;
      return 0;
    };
    assert.equal(await lab.records.passAlone(DAY_MS, work), 'done');
    assert.equal(await lab.records.passAlone(DAY_MS, work), 'early');
    lab.clock.advance(DAY_MS);
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => lab.records.passAlone(DAY_MS, work)));
    if (lab.records.kind === 'postgres') assert.equal(most, 1, outcomes.join());
    assert.ok(outcomes.includes('done'), outcomes.join());
    lab.clock.advance(DAY_MS);
    await assert.rejects(
      lab.records.passAlone(DAY_MS, async () => {
        throw new Error('cut short');
      }),
      /cut short/,
    );
    assert.equal(
      await lab.records.passAlone(DAY_MS, work),
      'done',
      'one that was cut short is done again, and lets go',
    );
  });

  test('a pass that is not to be remembered puts off no other, nor does one by a clock that was ahead', async () => {
    const { records, clock } = lab;
    const work = async () => 0;
    assert.equal(await records.passAlone(0, work, { isRemembered: false }), 'done');
    assert.equal(await records.passAlone(DAY_MS, work), 'done');
    clock.advance(365 * DAY_MS);
    assert.equal(await records.passAlone(DAY_MS, work), 'done');
    clock.advance(-300 * DAY_MS);
    assert.equal(await records.passAlone(DAY_MS, work), 'done');
    assert.equal(await records.passAlone(DAY_MS, work), 'early');
  });

  test('in random orders, whatever is broken off at whatever step', async () => {
    await forEachSeed(4, async (dice) => {
      lab = await setUp();
      const { records, storage } = lab;
      // Where no object has a row, those without one are left.
      await lab.upload('kept');
      /** @type {Map<string, import('../../examples/middleware/records/records.js').Snapshot>} */
      const stored = new Map();
      for (let n = 0; n < 25; n += 1) {
        const kind = dice.pick(['upload', 'upload', 'hold', 'release', 'delete', 'orphan']);
        const cut = dice.pick([0, 1, 2, 3]);
        const one = stored.size > 0 ? dice.pick([...stored.values()]) : undefined;
        if (kind === 'upload') {
          const upTo = /** @type {const} */ (['row', 'object', 'mark', 'mark'])[cut];
          const snapshot = await lab.upload(`s${n}`, upTo);
          if (upTo === 'mark') stored.set(snapshot.id, snapshot);
        } else if (kind === 'orphan') {
          if (cut === 0) await lab.orphan();
        } else if (one !== undefined) {
          // Each is two steps; a crash is between them.
          if (kind === 'hold') {
            await storage.hold(one.objectKey, true);
            if (cut > 0) await records.setHold('acme', one.id, true, 'why', ADMIN);
          } else if (kind === 'release') {
            await records.setHold('acme', one.id, false, 'why', ADMIN);
            if (cut > 0) await storage.hold(one.objectKey, false);
          } else if (!(await storage.head(one.objectKey))?.held) {
            const { outcome } = await records.markDeleted('acme', one.id, 'why', ADMIN);
            if (outcome === 'deleted') stored.delete(one.id);
            if (outcome === 'deleted' && cut > 0) await storage.remove(one.objectKey);
          }
        }
      }
      age();
      await lab.run();
      assert.deepEqual((await lab.run()).kinds, [], 'all is mended at once');
      const rows = (await records.scan(1000)).map(({ snapshot }) => snapshot);
      assert.deepEqual(await lab.keys(), rows.map(({ objectKey }) => objectKey).sort());
      for (const id of stored.keys())
        assert.ok(
          rows.some((row) => row.id === id),
          `${id} is still there`,
        );
      for (const row of rows) assert.equal((await storage.head(row.objectKey))?.held, row.legalHold, row.id);
    });
  });
});

describe('a pass over more than memory holds', () => {
  /** @param {number} count */
  const keysOf = (count) => Array.from({ length: count }, (_, n) => `video-snapshots/call-1/${n}.jpg`);
  const nothing = /** @type {any} */ ({
    scan: async () => [],
    findByObjects: async () => new Map(),
    audit: async () => {},
  });
  const common = { sweep: async () => {}, now: () => new Date(), graceMs: GRACE_MS };

  test('objects without a row are removed while they are listed', async () => {
    const present = new Set(keysOf(1000));
    let most = 0;
    const storage = /** @type {any} */ ({
      head: async () => undefined,
      remove: async (/** @type {string} */ key) => present.delete(key),
      async *list() {
        for (const [n, key] of keysOf(1000).entries()) {
          most = Math.max(most, n - (1000 - present.size));
          yield { key, bytes: 1, modifiedAt: new Date(0) };
        }
      },
    });
    const summary = await reconcile({ ...common, storage, records: nothing, isForced: true, report: () => {} });
    assert.deepEqual([summary.mended, present.size], [1000, 0]);
    assert.ok(most < 300, `${most} were waiting`);
  });

  test('rows that are due are finished page by page', async () => {
    const clock = /** @type {any} */ ({ date: () => new Date(0) });
    const rows = keysOf(1000).map((_, n) => ({
      snapshot: { ...claimOf(clock, { id: `s${n}` }).snapshot, state: 'pending' },
      leaseUntil: clock.date(),
    }));
    let waiting = 0;
    let most = 0;
    const records = {
      ...nothing,
      async scan(/** @type {number} */ limit, /** @type {any} */ after) {
        const from = after === undefined ? 0 : Number(after.id.slice(1)) + 1;
        const page = rows.slice(from, from + limit);
        waiting += page.length;
        most = Math.max(most, waiting);
        return page;
      },
    };
    const storage = /** @type {any} */ ({ list: async function* () {} });
    const report = () => {
      waiting -= 1;
    };
    const { mended } = await reconcile({ ...common, storage, records, report });
    assert.equal(mended, 1000);
    assert.ok(most < 300, `${most} were waiting`);
  });
});
