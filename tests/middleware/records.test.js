// What the records promise, on both databases.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { openRecords } from '../../examples/middleware/records/open.js';
import { LeaseLost } from '../../examples/middleware/records/records.js';
import {
  ADMIN,
  AGENT,
  claimOf,
  createClock,
  DAY_MS,
  describeRecords,
  expireDue,
  LEASE_MS,
  runSql,
  store,
} from './records-lab.js';

const run = promisify(execFile);

describeRecords('claims', ({ open }) => {
  /** @type {import('./records-lab.js').Records} */
  let records;
  const clock = createClock();
  before(async () => {
    records = await open({ clock });
  });

  /** @param {Parameters<typeof claimOf>[1]} about */
  async function claim(about) {
    return records.claim(claimOf(clock, about));
  }
  /** @param {Parameters<typeof claimOf>[1]} about */
  async function lease(about) {
    const claimed = await claim(about);
    assert.equal(claimed.outcome, 'claimed');
    return claimed.outcome === 'claimed' ? claimed.lease : '';
  }

  test('a new one is claimed, then stored, with all that it came with', async () => {
    const asked = claimOf(clock, { id: 'whole' });
    const claimed = await records.claim(asked);
    assert.equal(claimed.outcome, 'claimed');
    if (claimed.outcome !== 'claimed') return;
    assert.equal(await records.find('acme', 'whole'), undefined, 'pending is not to be seen');
    await records.stored(claimed.lease, AGENT);
    const { metadata } = asked.snapshot;
    assert.deepEqual(await records.find('acme', 'whole'), {
      ...asked.snapshot,
      metadata,
      state: 'stored',
      annotation: 'queued',
      annotationReason: null,
      legalHold: false,
      holdReason: null,
      deletedAt: null,
      deletedReason: null,
    });
  });

  test('the same key and file, once stored, is answered with what is stored', async () => {
    const first = await store(records, clock, { key: 'again' });
    const second = await claim({ key: 'again', id: 'another-id' });
    assert.deepEqual(second, { outcome: 'stored', snapshot: first });
  });

  test('the same key while it is filed says how long to wait', async () => {
    await lease({ id: 'running' });
    clock.advance(LEASE_MS - 1000);
    assert.deepEqual(await claim({ id: 'running' }), { outcome: 'in-progress', retryAfterMs: 1000 });
  });

  test('the same key for another file or interaction is a mismatch, at each stage', async () => {
    const others = [{ sha256: 'cd'.repeat(32) }, { interactionId: 'call-2' }];
    const held = await lease({ id: 'mismatch' });
    for (const other of others) assert.deepEqual(await claim({ id: 'mismatch', ...other }), { outcome: 'mismatch' });
    clock.advance(LEASE_MS);
    for (const other of others) assert.deepEqual(await claim({ id: 'mismatch', ...other }), { outcome: 'mismatch' });
    await records.stored(held, AGENT);
    for (const other of others) assert.deepEqual(await claim({ id: 'mismatch', ...other }), { outcome: 'mismatch' });
    await records.markDeleted('acme', 'mismatch', 'asked', ADMIN);
    for (const other of others) assert.deepEqual(await claim({ id: 'mismatch', ...other }), { outcome: 'mismatch' });
  });

  test('a lease that has run out is taken over with the row as it stands, and the loser is told', async () => {
    const first = claimOf(clock, { id: 'lost' });
    const loser = await records.claim(first);
    clock.advance(LEASE_MS);
    const winner = await claim({ id: 'lost', metadata: { other: true } });
    assert.ok(loser.outcome === 'claimed' && winner.outcome === 'claimed');
    assert.equal(winner.snapshot.objectKey, first.snapshot.objectKey);
    assert.notEqual(winner.lease, loser.lease);
    await assert.rejects(records.stored(loser.lease, AGENT), LeaseLost);
    await records.abandon(loser.lease);
    await records.release(loser.lease);
    assert.equal((await claim({ id: 'lost' })).outcome, 'in-progress', 'the loser changes nothing');
    await records.stored(winner.lease, AGENT);
    await assert.rejects(records.stored(loser.lease, AGENT), LeaseLost);
  });

  test('a lease that has run out and that nobody took over still stores', async () => {
    const late = await lease({ id: 'late' });
    clock.advance(10 * LEASE_MS);
    assert.equal((await records.stored(late, AGENT)).state, 'stored');
  });

  test('stored twice with one lease is stored once', async () => {
    const held = await lease({ id: 'twice' });
    await records.stored(held, AGENT);
    await records.stored(held, AGENT);
    const entries = await Array.fromAsync(records.auditEntries('acme', { snapshotId: 'twice' }));
    assert.deepEqual(
      entries.map(({ action }) => action),
      ['stored'],
    );
  });

  test('abandoned: it was never there; released: taken over at once', async () => {
    await records.abandon(await lease({ id: 'abandoned' }));
    assert.equal((await claim({ id: 'abandoned', sha256: 'cd'.repeat(32) })).outcome, 'claimed');
    const first = claimOf(clock, { id: 'released' });
    const claimed = await records.claim(first);
    assert.ok(claimed.outcome === 'claimed');
    await records.release(claimed.lease);
    const next = await claim({ id: 'released' });
    assert.ok(next.outcome === 'claimed');
    assert.equal(next.snapshot.objectKey, first.snapshot.objectKey);
  });

  test('what was stored is not abandoned', async () => {
    const held = await lease({ id: 'kept' });
    await records.stored(held, AGENT);
    await records.abandon(held);
    await records.release(held);
    assert.equal((await records.find('acme', 'kept'))?.state, 'stored');
  });

  test('a key is of one agent in one organisation, an id of one organisation', async () => {
    await store(records, clock, { id: 'mine', key: 'shared' });
    assert.equal((await claim({ id: 'theirs', key: 'shared', agentId: 'agent-2' })).outcome, 'claimed');
    assert.equal((await claim({ id: 'mine', key: 'shared', organizationId: 'other' })).outcome, 'claimed');
    assert.deepEqual(await claim({ id: 'mine', key: 'new' }), { outcome: 'id-taken' });
    assert.deepEqual(await claim({ id: 'mine', key: 'shared', agentId: 'agent-3' }), { outcome: 'id-taken' });
    assert.equal(await records.find('other', 'mine'), undefined);
    assert.equal(await records.find('nobody', 'mine'), undefined);
  });

  test('a claim for somebody else is refused', async () => {
    const wrong = { ...claimOf(clock), agentId: 'agent-2' };
    await assert.rejects(records.claim(wrong), { name: 'RecordsError', code: 'invalid' });
  });

  test('text that no database takes is refused by name', async () => {
    await store(records, clock, { id: 'text' });
    for (const bad of ['a\0b', 'a\ud800b']) {
      const refusal = { name: 'RecordsError', code: 'invalid' };
      await assert.rejects(claim({ interactionId: bad }), refusal);
      await assert.rejects(records.setHold('acme', 'text', true, bad, ADMIN), refusal);
      await assert.rejects(records.markDeleted('acme', 'text', bad, ADMIN), refusal);
      await assert.rejects(records.audit('acme', { actor: { ...ADMIN, id: bad }, action: 'viewed' }), refusal);
    }
    assert.equal((await records.find('acme', 'text'))?.legalHold, false);
  });

  test('many at once on several connections: one is claimed, the others wait', async () => {
    const results = await Promise.all(Array.from({ length: 40 }, () => claim({ id: 'crowd' })));
    const outcomes = results.map(({ outcome }) => outcome);
    assert.equal(outcomes.filter((outcome) => outcome === 'claimed').length, 1);
    assert.equal(outcomes.filter((outcome) => outcome === 'in-progress').length, 39);
    clock.advance(LEASE_MS);
    const later = await Promise.all(Array.from({ length: 40 }, () => claim({ id: 'crowd' })));
    assert.equal(later.filter(({ outcome }) => outcome === 'claimed').length, 1);
  });

  test('after a crash, pending rows are taken over by one sweep, and by no other', async () => {
    const fresh = await open({ clock });
    for (const id of ['a', 'b', 'c']) await fresh.claim(claimOf(clock, { id }));
    clock.advance(LEASE_MS - 1);
    assert.deepEqual(await fresh.takeOverAbandoned(clock.date()), []);
    clock.advance(1);
    const [some, rest] = await Promise.all([
      fresh.takeOverAbandoned(clock.date(), 2),
      fresh.takeOverAbandoned(clock.date(), 2),
    ]);
    const ids = [...some, ...rest].map(({ snapshot }) => snapshot.id);
    assert.equal(new Set(ids).size, ids.length, 'none was taken twice');
    const all = [...ids, ...(await fresh.takeOverAbandoned(clock.date())).map(({ snapshot }) => snapshot.id)];
    assert.deepEqual(all.sort(), ['a', 'b', 'c']);
    assert.equal((await fresh.claim(claimOf(clock, { id: 'a' }))).outcome, 'in-progress');
    await fresh.stored(some[0].lease, ADMIN, { recovered: true });
    const [entry] = await Array.fromAsync(fresh.auditEntries('acme'));
    assert.equal(/** @type {any} */ (entry.details).recovered, true);
  });
});

describeRecords('custody', ({ open }) => {
  /** @type {import('./records-lab.js').Records} */
  let records;
  const clock = createClock();
  before(async () => {
    records = await open({ clock });
  });

  test('the list is of one interaction, in the order of receipt, of all or of one agent, page by page', async () => {
    const about = { interactionId: 'list' };
    const ids = [];
    for (let i = 0; i < 7; ++i) {
      const agentId = i % 2 ? 'agent-2' : 'agent-1';
      // Received at the same moment: the ids decide.
      if (i % 3 === 0) clock.advance(1000);
      ids.push((await store(records, clock, { ...about, id: `l${i}`, agentId })).id);
    }
    await records.claim(claimOf(clock, { ...about, id: 'pending' }));
    await store(records, clock, { ...about, id: 'elsewhere', organizationId: 'other' });
    const list = async (/** @type {object} */ query) =>
      (await records.list('acme', { ...about, limit: 100, ...query })).map(({ id }) => id);
    assert.deepEqual(await list({}), ids);
    assert.deepEqual(await list({ agentId: 'agent-2' }), ['l1', 'l3', 'l5']);
    assert.deepEqual(await list({ limit: 3 }), ids.slice(0, 3));
    assert.deepEqual(await list({ limit: 3, after: 'l2' }), ids.slice(3, 6));
    await records.markDeleted('acme', 'l2', 'asked', ADMIN);
    assert.deepEqual(await list({ limit: 3, after: 'l2' }), ids.slice(3, 6), 'after one that has gone');
    assert.deepEqual(await list({}), ['l0', 'l1', 'l3', 'l4', 'l5', 'l6']);
    assert.deepEqual(await list({ after: 'unknown' }), []);
    assert.deepEqual(await records.list('acme', { interactionId: 'none', limit: 5 }), []);
  });

  test('a hold keeps it: from deletion and from expiry', async () => {
    await store(records, clock, { id: 'held', expiresAt: clock.date().toISOString() });
    const held = await records.setHold('acme', 'held', true, 'a trial', ADMIN);
    assert.equal(held?.legalHold, true);
    assert.equal(held?.holdReason, 'a trial');
    assert.deepEqual(await records.markDeleted('acme', 'held', 'asked', ADMIN), { outcome: 'held' });
    clock.advance(DAY_MS);
    assert.deepEqual(await expireDue(records, clock.date(), 100), []);
    const released = await records.setHold('acme', 'held', false, 'it has ended', ADMIN);
    assert.deepEqual([released?.legalHold, released?.holdReason], [false, null]);
    const [expired] = await expireDue(records, clock.date(), 100);
    assert.deepEqual([expired.id, expired.state, expired.deletedReason], ['held', 'deleted', 'retention']);
    assert.equal(expired.deletedAt, clock.date().toISOString());
    const entries = await Array.fromAsync(records.auditEntries('acme', { snapshotId: 'held' }));
    assert.deepEqual(
      entries.map(({ action, actor, role, via, details }) => [
        action,
        actor,
        role,
        via,
        /** @type {any} */ (details).reason,
      ]),
      [
        ['stored', AGENT.id, 'agent', 'static-key', undefined],
        ['held', ADMIN.id, 'admin', 'static-key', 'a trial'],
        ['released', ADMIN.id, 'admin', 'static-key', 'it has ended'],
        ['expired', 'system', 'system', 'system', undefined],
      ],
    );
  });

  test('a hold of what is pending, deleted or nowhere is none', async () => {
    await records.claim(claimOf(clock, { id: 'pending-hold' }));
    await store(records, clock, { id: 'deleted-hold' });
    await records.markDeleted('acme', 'deleted-hold', 'asked', ADMIN);
    for (const id of ['pending-hold', 'deleted-hold', 'nowhere']) {
      assert.equal(await records.setHold('acme', id, true, 'a trial', ADMIN), undefined);
    }
  });

  test('deleted: it says when and why, keeps nothing personal, and is never stored anew', async () => {
    const before = await store(records, clock, { id: 'gone' });
    clock.advance(1000);
    const deleted = await records.markDeleted('acme', 'gone', 'article 17', ADMIN);
    assert.ok(deleted.outcome === 'deleted');
    const expected = {
      ...before,
      state: 'deleted',
      deletedAt: clock.date().toISOString(),
      deletedReason: 'article 17',
      metadata: {},
      redactions: [],
    };
    assert.deepEqual(deleted.snapshot, expected);
    assert.deepEqual(await records.find('acme', 'gone'), expected);
    assert.deepEqual(await records.markDeleted('acme', 'gone', 'again', ADMIN), { outcome: 'gone' });
    assert.deepEqual(await records.markDeleted('acme', 'never', 'x', ADMIN), { outcome: 'missing' });
    const again = await records.claim(claimOf(clock, { id: 'gone' }));
    assert.deepEqual(again, { outcome: 'deleted', snapshot: expected });
    assert.deepEqual(await records.claim(claimOf(clock, { id: 'gone', key: 'other' })), { outcome: 'id-taken' });
  });

  test('what is past its retention expires, the oldest first, in batches; nothing else does', async () => {
    const fresh = await open({ clock });
    const start = clock.date().getTime();
    for (const [id, days] of /** @type {const} */ ([
      ['c', 3],
      ['a', 1],
      ['b', 2],
      ['d', 4],
    ])) {
      await store(fresh, clock, {
        id,
        expiresAt: new Date(start + days * DAY_MS).toISOString(),
        organizationId: `org-${id}`,
      });
    }
    await fresh.claim(claimOf(clock, { id: 'pending', expiresAt: new Date(start).toISOString() }));
    const at = new Date(start + 3 * DAY_MS);
    const [first, second] = [await expireDue(fresh, at, 2), await expireDue(fresh, at, 2)];
    assert.deepEqual(
      first.map(({ id }) => id),
      ['a', 'b'],
    );
    assert.deepEqual(
      second.map(({ id }) => id),
      ['c'],
    );
    assert.deepEqual(await expireDue(fresh, at, 2), []);
  });

  test('a deleted one’s object is to be removed until it was', async () => {
    const fresh = await open({ clock });
    for (const id of ['a', 'b', 'c']) {
      await store(fresh, clock, { id });
      clock.advance(1000);
      await fresh.markDeleted('acme', id, 'asked', ADMIN);
    }
    await store(fresh, clock, { id: 'd' });
    const ids = async (/** @type {any[]} */ ...args) => (await fresh.unremoved(args[0], args[1])).map(({ id }) => id);
    assert.deepEqual(await ids(2), ['a', 'b']);
    const [, b] = await fresh.unremoved(2);
    assert.deepEqual(await ids(2, { deletedAt: b.deletedAt, id: b.id }), ['c']);
    await fresh.removed('acme', 'b');
    await fresh.removed('acme', 'b');
    await fresh.removed('acme', 'd');
    assert.deepEqual(await ids(10), ['a', 'c']);
  });
});

/** Takes the last migrations back, as of a database that is to be brought up to date. */
const BEFORE_ANNOTATION = `
  alter table snapshots drop column annotation_reason;
  alter table outbox drop column target, drop column tried_at;
  drop index outbox_dead, snapshots_held, outbox_protection_due;
  alter table probes drop column left_over;
  delete from migrations where name >= '0004';
`;

describeRecords('the schema', ({ kind, createUrl, open }) => {
  test('is made once, by however many start at once', async () => {
    const url = await createUrl();
    const open = new URL('../../examples/middleware/records/open.js', import.meta.url);
    const script = `
      import { openRecords } from ${JSON.stringify(open.href)};
      const records = await openRecords(${JSON.stringify(url)});
      console.log(JSON.stringify(await records.migrate()));
      await records.check();
      await records.close();`;
    const processes = Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', script]));
    const applied = (await Promise.all(processes)).map(({ stdout }) => JSON.parse(stdout));
    assert.deepEqual(
      applied.filter((names) => names.length > 0),
      [['0001-snapshots', '0002-audit', '0003-outbox', '0004-annotation', '0005-passes', '0006-outbox-protection']],
    );
  });

  test('that is missing is told by its name', async () => {
    const records = await openRecords(await createUrl());
    await assert.rejects(records.check(), {
      code: 'schema',
      message: /lacks 0001-snapshots.*run “node main\.js migrate”/,
    });
    await records.close();
  });

  test('of a newer version is refused, and left as it is', async () => {
    const url = await createUrl();
    const records = await open({ url });
    await store(records, createClock(), { id: 'kept' });
    await runSql(url, `insert into migrations (name, timestamp) values ('0099-later', '2030-01-01T00:00:00.000Z')`);
    for (const call of [records.check, records.migrate]) {
      await assert.rejects(call(), { code: 'schema', message: /newer version of this service \(0099-later\)/ });
    }
    assert.equal((await records.find('acme', 'kept'))?.id, 'kept');
  });

  test('a migration that fails leaves nothing of itself, and is applied next time', async () => {
    const url = await createUrl();
    // In the way of the second one.
    await runSql(url, 'create table audit_heads (x integer)');
    const records = await openRecords(url);
    await assert.rejects(records.migrate(), /audit_heads/);
    await assert.rejects(records.check(), { code: 'schema', message: /lacks 0001-snapshots/ });
    await runSql(url, 'drop table audit_heads');
    assert.equal((await records.migrate()).length, 6);
    await records.check();
    await records.close();
  });

  if (kind === 'postgres') {
    test('a role that may make no tables, or not use them, is wrong in the settings', async () => {
      const url = await createUrl();
      await runSql(url, 'create role guest login');
      const records = await openRecords(url.replace('caseframe@', 'guest@'));
      const isTold = { code: 'settings', message: /^PostgreSQL refuses DATABASE_URL: permission denied for / };
      await assert.rejects(records.migrate(), isTold);
      const owner = await openRecords(url);
      await owner.migrate();
      await owner.close();
      await assert.rejects(records.migrate(), isTold);
      await assert.rejects(records.check(), isTold);
      await records.close();
    });

    test('while a back-up reads, a migration waits, says for whom, and holds nobody up', async () => {
      const url = await createUrl();
      const clock = createClock();
      const running = await open({ url, clock });
      await store(running, clock, { id: 'kept' });
      await runSql(url, BEFORE_ANNOTATION);
      const backup = new pg.Client({ connectionString: url, application_name: 'pg_dump' });
      await backup.connect();
      await backup.query('begin; select from snapshots, outbox');
      const hurried = await openRecords(url, { migration: { tries: 1 } });
      await assert.rejects(hurried.migrate(), (/** @type {any} */ { code, message }) => {
        assert.match(message, /waits for locks .* pg_dump \(process \d+\) on outbox, snapshots/);
        return code === 'unavailable';
      });
      await hurried.close();

      const waiting = Promise.withResolvers();
      const records = await openRecords(url, { migration: { onWait: waiting.resolve } });
      const migrated = records.migrate();
      assert.match(String(await waiting.promise), /pg_dump/);
      assert.equal((await running.list('acme', { interactionId: 'call-1', limit: 1 }))[0].id, 'kept');
      await backup.query('commit');
      await backup.end();
      assert.equal((await migrated)[0], '0004-annotation');
      await records.check();
      await records.close();
    });
  }

  test('a change is there for the next process', async () => {
    const url = await createUrl();
    const clock = createClock();
    const first = await openRecords(url, { now: clock.date });
    await first.migrate();
    await store(first, clock, { id: 'kept' });
    await first.close();
    const second = await open({ url, clock });
    assert.deepEqual(await second.migrate(), []);
    assert.equal((await second.find('acme', 'kept'))?.state, 'stored');
    assert.equal(second.kind, kind);
  });
});

describe('DATABASE_URL', () => {
  /** @type {string} */
  let folder;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cf-records-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const url of [
    '',
    'records.db',
    'mysql://user:secret@host/db',
    'sqlite:',
    'sqlite:./folder/',
    'sqlite://host/records.db',
    'sqlite:./records.db?mode=ro',
    'postgres:',
    'postgres://',
    'postgres://user:secret@host',
    'postgres://user:secret@host:port/db',
    'postgres://user:secret%@host/db',
    'postgres://user:secret@host/db name',
    'postgres://user:secret@host/db#part',
    'postgres://user:secret@host/db?sslmod=require',
    'postgres://user:secret@host/db?SSLMODE=require',
    'postgres://user:secret@host/db?sslmode=',
    'postgres://user:secret@host/db?ssl',
    'postgres://user:secret@host/db?sslmode=require&sslmode=disable',
  ]) {
    test(`“${url}” gets a sentence that repeats no password`, async () => {
      await assert.rejects(openRecords(url), (error) => {
        assert.ok(error instanceof Error);
        assert.equal(/** @type {any} */ (error).code, 'settings');
        assert.match(error.message, /^DATABASE_URL is wrong: .+\. Give one such as /);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    });
  }

  test('a file is made with its folder, for its owner alone, the log included', async () => {
    const path = join(folder, 'deep', 'er', 'records.db');
    const records = await openRecords(`sqlite:${path}`);
    await records.migrate();
    for (const name of await readdir(join(folder, 'deep', 'er'))) {
      assert.equal((await stat(join(folder, 'deep', 'er', name))).mode & 0o777, 0o600, name);
    }
    assert.ok((await readdir(join(folder, 'deep', 'er'))).includes('records.db-wal'));
    assert.equal((await stat(join(folder, 'deep'))).mode & 0o777, 0o700);
    await records.close();
  });

  test('a file that is no database, or a folder, is told and left as it is', async () => {
    const path = join(folder, 'letter.txt');
    const text = 'Dear Sirs, this is no database. '.repeat(100);
    await writeFile(path, text);
    await chmod(path, 0o644);
    await assert.rejects(openRecords(`sqlite:${path}`), { code: 'settings', message: /none of SQLite/ });
    assert.equal(await readFile(path, 'utf8'), text);
    assert.equal((await stat(path)).mode & 0o777, 0o644);
    await assert.rejects(openRecords(`sqlite:${folder}`), { code: 'settings' });
    await assert.rejects(openRecords(`sqlite:${path}/records.db`), { code: 'settings' });
  });

  test('what is no file, such as a device or a pipe, is told and left as it is', async () => {
    const pipe = join(folder, 'pipe');
    await run('mkfifo', ['-m', '644', pipe]);
    await assert.rejects(openRecords(`sqlite:${pipe}`), { code: 'settings', message: /no file/ });
    assert.equal((await stat(pipe)).mode & 0o777, 0o644);
  });

  test('a server that is not there is unavailable, a database that is not there is a setting', async () => {
    const records = await openRecords('postgres://user:secret@127.0.0.1:1/db');
    for (const call of [records.check, records.migrate, () => records.find('a', 'b')]) {
      await assert.rejects(call(), (error) => {
        assert.equal(/** @type {any} */ (error).code, 'unavailable');
        assert.doesNotMatch(String(error), /secret/);
        return true;
      });
    }
    await records.close();
  });

  test('another process that keeps the file locked is waited for, without blocking this one', async () => {
    const path = join(folder, 'locked.db');
    const records = await openRecords(`sqlite:${path}`);
    await records.migrate();
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    let ticks = 0;
    const timer = setInterval(() => {
      if (++ticks === 20) other.exec('commit');
    }, 5);
    await records.audit('acme', { actor: ADMIN, action: 'viewed' });
    clearInterval(timer);
    assert.ok(ticks >= 20);
    other.close();
    await records.close();
  });
});
