/**
 * A database that cannot be reached for a while: another tab is frozen in the middle of a transaction, say. What lies there
 * is nobody's to know until then, so that nothing is said of it; what this page has goes on from memory.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createWorld, eventsOf, fakeSnapshot, outcome } from './upload-fakes.js';

const MINUTE = 60000;

/** A disk with the snapshot `a` on it, which no tab can reach; the page that took it is gone. */
async function outage() {
  const world = createWorld({ behave: () => ({}) });
  const first = world.open();
  first.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(100);
  first.crash();
  world.faults.behave = () => ({ status: 200 });
  world.faults.diskFault = () =>
    new Promise((resolve) => world.clock.after(8000, () => resolve(new Error('It took longer than 8000 ms'))));
  const tab = world.open();
  return {
    world,
    tab,
    /** Until the page has given the database up. */
    async isNoticed() {
      await world.clock.advance(20000);
    },
    end() {
      world.faults.diskFault = undefined;
    },
  };
}

/** What clears it. @param {ReturnType<typeof createWorld>} world */
function clear(world) {
  world.disk.items.clear();
  world.clearings += 1;
}

describe('send with an id alone', () => {
  test('waits for the database, and for the delivery of what lies there', async () => {
    const { world, tab, end } = await outage();
    const sent = tab.uploader.send({ id: 'a' });
    await world.clock.advance(5 * MINUTE);
    assert.equal(await outcome(world, sent), 'pending');
    assert.deepEqual(
      eventsOf(tab, 'warning').map(({ code, ids }) => [code, ids]),
      [['volatile-queue', []]],
      'told once; nothing of it is in memory',
    );
    end();
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).id, 'a');
    assert.equal(world.server.filed.length, 1);
    assert.deepEqual(await tab.uploader.pending(), []);
  });

  test('is told what another tab has done meanwhile', async () => {
    const { world, tab, isNoticed, end } = await outage();
    const sent = tab.uploader.send({ id: 'a' });
    await isNoticed();
    const item = /** @type {import('../../js/upload/record.js').Item} */ (world.disk.items.get('a'));
    const receipt = { success: /** @type {const} */ (true), id: 'a', url: '/a', sha256: item.sha256 };
    await world.disk.transact((_, to) =>
      to.remove('a', { ...item, receipt: { ...receipt, annotation: 'done' }, at: world.clock.now() }),
    );
    end();
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).annotation, 'done');
    assert.equal(world.server.filed.length, 0);
  });

  test('is invalid-argument only once it is known that nobody has it', async () => {
    const { world, tab, isNoticed, end } = await outage();
    const sent = tab.uploader.send({ id: 'never-taken' });
    await isNoticed();
    assert.equal(await outcome(world, sent), 'pending');
    end();
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).code, 'invalid-argument');
  });

  test('waits on where the database fails once more', async () => {
    const { world, tab, isNoticed } = await outage();
    const sent = tab.uploader.send({ id: 'never-taken' });
    await isNoticed();
    let transactions = 0;
    world.faults.diskFault = (_, work) => {
      if (work === 'transact') transactions += 1;
      return transactions === 3 ? new DOMException('gone', 'UnknownError') : undefined;
    };
    await world.clock.advance(MINUTE);
    assert.ok(transactions > 3);
    assert.equal((await outcome(world, sent)).code, 'invalid-argument');
  });

  test('does not count as what a reload loses', async () => {
    const world = createWorld({ behave: () => ({ status: 200, sendMs: 15000 }) });
    const [one, two] = [world.open(), world.open()];
    one.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    two.uploader.send({ id: 'a' });
    await world.clock.advance(100);
    world.faults.diskFault = (tab) => (tab === two ? new DOMException('gone', 'UnknownError') : undefined);
    await world.clock.advance(5000);
    assert.deepEqual(
      eventsOf(two, 'warning').map(({ code, ids }) => [code, ids]),
      [['volatile-queue', []]],
    );
  });

  test('of another agent is agent-mismatch, once that is known', async () => {
    const { world, isNoticed, end } = await outage();
    const bob = world.open({ agentId: 'bob' });
    const sent = bob.uploader.send({ id: 'a' });
    await isNoticed();
    assert.equal(await outcome(world, sent), 'pending');
    end();
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).code, 'agent-mismatch');
  });

  test('that is aborted says that it was not taken out', async () => {
    const { world, tab, isNoticed, end } = await outage();
    const controller = new AbortController();
    const sent = tab.uploader.send({ id: 'a' }, { signal: controller.signal });
    await isNoticed();
    controller.abort();
    const error = await outcome(world, sent);
    assert.deepEqual([error.code, error.details.reason], ['upload-failed', 'storage']);
    end();
    await world.clock.advance(MINUTE);
    assert.equal(world.server.filed.length, 1);
  });

  test('of a page that is gone is heard of by dispose', async () => {
    const { world, tab, isNoticed } = await outage();
    const sent = tab.uploader.send({ id: 'a' });
    await isNoticed();
    tab.uploader.dispose();
    assert.equal((await outcome(world, sent)).code, 'disposed');
  });
});

test('retry and discard do not say that what they cannot see is not there', async () => {
  const { world, tab, isNoticed, end } = await outage();
  await isNoticed();
  for (const call of [tab.uploader.retry('a'), tab.uploader.discard('a'), tab.uploader.discard('b')]) {
    const error = await outcome(world, call);
    assert.deepEqual([error.code, error.details.reason], ['upload-failed', 'storage']);
  }
  end();
  await world.clock.advance(MINUTE);
  assert.equal(world.server.filed.length, 1, 'nothing was taken out');
  assert.equal(await tab.uploader.discard('b'), false);
});

test('pending names what the page itself holds, and all of it once the database is back', async () => {
  const { world, tab, isNoticed, end } = await outage();
  await isNoticed();
  world.faults.behave = () => ({});
  tab.uploader.send(fakeSnapshot('b', 'case-2'));
  await world.clock.advance(1100);
  const ids = async () => (await tab.uploader.pending()).map(({ id, durable }) => [id, durable]);
  assert.deepEqual(await ids(), [['b', false]]);
  end();
  await world.clock.advance(MINUTE);
  assert.deepEqual(await ids(), [
    ['a', true],
    ['b', false],
  ]);
});

test('a new snapshot is not held up by looking for the database', async () => {
  const { world, tab, isNoticed } = await outage();
  await isNoticed();
  for (const id of ['b', 'c', 'd']) {
    const sent = tab.uploader.send(fakeSnapshot(id));
    await world.clock.advance(2000);
    assert.equal((await outcome(world, sent)).id, id);
  }
});

test('what was on the disk and is discarded from memory is not sent once the disk is back', async () => {
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open();
  const sent = tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(100);
  world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
  tab.wake();
  await world.clock.advance(100);
  assert.equal(await tab.uploader.discard('a'), true);
  assert.equal((await outcome(world, sent)).code, 'aborted');
  world.faults.behave = () => ({ status: 200 });
  world.faults.diskFault = undefined;
  await world.clock.advance(2 * MINUTE);
  assert.equal(world.server.filed.length, 0);
  assert.equal(world.disk.items.size, 0);
  const again = tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(MINUTE);
  assert.equal((await outcome(world, again)).id, 'a', 'taken anew it is sent');
});

test('what was delivered from memory is taken off the disk without another try, and its receipt is there', async () => {
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open({ retry: { baseMs: 1000 } });
  const sent = tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(100);
  world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
  world.faults.behave = () => ({ status: 200 });
  await world.clock.advance(MINUTE);
  assert.equal((await sent).id, 'a');
  const tries = world.server.tries.get('a');
  world.faults.diskFault = undefined;
  await world.clock.advance(2 * MINUTE);
  assert.equal(world.server.tries.get('a'), tries);
  assert.equal(world.disk.items.size, 0);
  const later = world.open();
  assert.equal((await outcome(world, later.uploader.send({ id: 'a' }))).id, 'a');
});

test('flush is over when its time is, whatever the database does', async () => {
  const { world, tab } = await outage();
  const flushed = tab.uploader.flush({ timeoutMs: 2000 });
  await world.clock.advance(3000);
  const error = await outcome(world, flushed);
  assert.deepEqual([error.code, error.details.reason], ['upload-failed', 'storage'], 'nobody knows what is left');
});

test('flush does not say that nothing is left of a queue that is out of reach', async () => {
  const world = createWorld({ behave: () => ({}) });
  const first = world.open();
  first.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(500);
  first.crash();
  const tab = world.open();
  await world.clock.advance(500);
  world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
  await world.clock.advance(MINUTE);
  const flushed = tab.uploader.flush({ timeoutMs: 5000 });
  await world.clock.advance(4000);
  assert.equal(await outcome(world, flushed), 'pending');
  await world.clock.advance(2500);
  const error = await outcome(world, flushed);
  assert.deepEqual([error.code, error.details.reason], ['upload-failed', 'storage']);
  const late = tab.uploader.flush({ timeoutMs: 5000 });
  await world.clock.advance(1000);
  Object.assign(world.faults, { behave: () => ({ status: 200 }), diskFault: undefined });
  await world.clock.advance(2000);
  assert.deepEqual(await outcome(world, late), [], 'it is back in time');
  assert.equal(world.server.filed.length, 1);
});

test('flush of a page that never had a database goes by what the page has', async () => {
  const world = createWorld({ diskFault: () => new DOMException('sandboxed', 'SecurityError') });
  const tab = world.open();
  const sent = tab.uploader.send(fakeSnapshot('a'));
  const flushed = tab.uploader.flush();
  await world.clock.advance(1500);
  assert.deepEqual([(await outcome(world, sent)).id, await outcome(world, flushed)], ['a', []]);
});

test('dispose does not say that a picture is gone which lies in a database out of reach', async () => {
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open();
  const sent = tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(500);
  world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
  await world.clock.advance(2000);
  tab.uploader.dispose();
  const error = await outcome(world, sent);
  assert.deepEqual([error.code, error.details], ['disposed', { kept: undefined }]);
  Object.assign(world.faults, { behave: () => ({ status: 200 }), diskFault: undefined });
  world.open();
  await world.clock.advance(MINUTE);
  assert.equal(world.server.filed.length, 1, 'the next page delivers it');
});

test('of what lies in a database that was out of reach from the start, nothing is said while it is waited for', async () => {
  const { world, tab, isNoticed, end } = await outage();
  const sent = tab.uploader.send({ id: 'a' });
  await isNoticed();
  const [flushed, late] = [5000, 60000].map((timeoutMs) => tab.uploader.flush({ timeoutMs }));
  await world.clock.advance(4000);
  assert.equal(await outcome(world, flushed), 'pending');
  await world.clock.advance(3000);
  const error = await outcome(world, flushed);
  assert.deepEqual([error.code, error.details.reason], ['upload-failed', 'storage']);
  const other = await outage();
  const lost = other.tab.uploader.send({ id: 'a' });
  await other.isNoticed();
  other.tab.uploader.dispose();
  assert.deepEqual((await outcome(other.world, lost)).details, { kept: undefined });
  end();
  await world.clock.advance(MINUTE);
  assert.deepEqual([(await outcome(world, sent)).id, await outcome(world, late)], ['a', []]);
});

test('dispose says that a picture is gone where there never was a database', async () => {
  const world = createWorld({ behave: () => ({}), diskFault: () => new DOMException('sandboxed', 'SecurityError') });
  const tab = world.open();
  const sent = tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(2000);
  tab.uploader.dispose();
  assert.equal((await outcome(world, sent)).details.kept, false);
});

test('a database that opens and then fails each time is not tried without a pause', async () => {
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open();
  let calls = 0;
  world.faults.diskFault = () => {
    calls += 1;
    if (calls > 1000) return undefined; // So that a mistake ends.
    return calls % 2 ? new DOMException('it cannot be written', 'UnknownError') : undefined;
  };
  tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(MINUTE);
  assert.ok(calls < 100, `${calls} transactions in a minute`);
});

test('flush does not take a queue for empty that is on its way from the disk to memory', async () => {
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open();
  tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(100);
  const flushed = tab.uploader.flush({ timeoutMs: 5000 });
  await world.clock.advance(100);
  world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
  await world.clock.advance(3900);
  assert.equal(await outcome(world, flushed), 'pending');
  await world.clock.advance(1001);
  assert.deepEqual(
    (await flushed).map(({ id }) => id),
    ['a'],
  );
});

for (const [name, take] of /** @type {[string, (tab: any, controller: AbortController) => any][]} */ ([
  ['discarded', (tab) => tab.uploader.discard('a')],
  ['aborted', (_, controller) => controller.abort()],
])) {
  test(`what is ${name} in the moment the database fails is not sent once that is back`, async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    const controller = new AbortController();
    const sent = tab.uploader.send(fakeSnapshot('a'), { signal: controller.signal });
    await world.clock.advance(100);
    world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
    const taken = take(tab, controller);
    assert.equal((await outcome(world, sent)).code, 'aborted');
    if (taken) assert.equal(await taken, true);
    world.faults.behave = () => ({ status: 200 });
    world.faults.diskFault = undefined;
    await world.clock.advance(2 * MINUTE);
    assert.equal(world.server.filed.length, 0);
    assert.equal(world.disk.items.size, 0);
  });
}

/**
 * A snapshot on a disk that has just failed: its picture is being read again, to go on from memory.
 * @param {ReturnType<typeof createWorld>} world
 */
async function rescued(world) {
  const tab = world.open();
  const controller = new AbortController();
  const snapshot = fakeSnapshot('a');
  /** @type {(() => void)[]} */
  const reads = [];
  const arrayBuffer = async () => {
    if (world.faults.diskFault) await new Promise((resolve) => reads.push(() => resolve(undefined)));
    return snapshot.blob.arrayBuffer();
  };
  const blob = /** @type {any} */ ({ ...snapshot.blob, arrayBuffer });
  const sent = tab.uploader.send({ ...snapshot, blob }, { signal: controller.signal });
  await world.clock.advance(500);
  world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
  await world.clock.advance(3000);
  assert.equal(reads.length, 1);
  return {
    tab,
    sent,
    controller,
    read() {
      for (const read of reads.splice(0)) read();
    },
  };
}

for (const name of ['discarded', 'aborted']) {
  for (const isBack of [true, false]) {
    test(`what is ${name} while its picture is read again is not sent, the database is ${isBack ? 'back' : 'gone'}`, async () => {
      for (let turns = 0; turns < 12; turns += 1) {
        const world = createWorld({ behave: () => ({}) });
        const { tab, sent, controller, read } = await rescued(world);
        world.faults.behave = () => ({ status: 200 });
        if (isBack) world.faults.diskFault = undefined;
        tab.wake();
        await world.clock.settled();
        const tries = world.server.tries.get('a');
        const taken = name === 'discarded' ? tab.uploader.discard('a') : controller.abort();
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        read();
        await world.clock.settled();
        read(); // What discard() itself reads.
        assert.equal((await outcome(world, sent)).code, 'aborted');
        if (taken) assert.equal(await taken, true);
        world.faults.diskFault = undefined;
        await world.clock.advance(MINUTE);
        assert.deepEqual([world.server.tries.get('a'), world.server.filed, world.disk.items.size], [tries, [], 0]);
      }
    });
  }
}

describe('what goes on from memory', () => {
  const gone = () => new DOMException('gone', 'UnknownError');

  test('waits as long as the server has named, and counts its tries on', async () => {
    const world = createWorld({ behave: () => ({ status: 429, retryAfter: '250' }) });
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(500);
    world.faults.diskFault = gone;
    await world.clock.advance(245000);
    const [{ attempts, error }] = await tab.uploader.pending();
    assert.deepEqual([world.server.tries.get('a'), attempts, error?.details.status], [1, 1, 429]);
    world.faults.behave = () => ({ status: 200 });
    await world.clock.advance(10000);
    assert.equal((await outcome(world, sent)).id, 'a');
    assert.equal(world.server.tries.get('a'), 2);
  });

  test('has failed as the server says, also where the database fails with the answer', async () => {
    const world = createWorld({ behave: () => ({ status: 429, retryAfter: '250', sendMs: 1000 }) });
    const tab = world.open();
    tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(500);
    world.faults.diskFault = gone;
    await world.clock.advance(240000);
    assert.equal(world.server.tries.get('a'), 1);
    assert.deepEqual(
      eventsOf(tab, 'failed').map(({ error, willRetry, item }) => [error.details.status, willRetry, item.attempts]),
      [[429, true, 1]],
    );
  });

  for (const when of ['before a try', 'during the first']) {
    test(`and is refused, stays refused once the database is back that failed ${when}`, async () => {
      const { world, tab, sent } = await refused(when === 'before a try' ? 2000 : 500);
      world.faults.diskFault = undefined;
      world.faults.behave = () => ({ status: 200 });
      const tries = world.server.tries.get('a');
      await world.clock.advance(2 * MINUTE);
      assert.deepEqual([world.server.tries.get('a'), world.disk.items.get('a')?.state], [tries, 'rejected']);
      assert.deepEqual(
        (await tab.uploader.pending()).map(({ id, state, durable, error }) => [id, state, durable, error?.code]),
        [['a', 'rejected', true, 'upload-rejected']],
      );
      assert.equal((await outcome(world, sent)).code, 'upload-rejected');
      assert.equal(await outcome(world, tab.uploader.retry('a')), true);
      await world.clock.advance(1000);
      assert.equal(world.server.filed.length, 1);
    });
  }

  test('keeps what the server has named of its wait once the database is back', async () => {
    const world = createWorld({ behave: () => ({ status: 503 }) });
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(500);
    world.faults.diskFault = gone;
    world.faults.behave = () => ({ status: 429, retryAfter: '200' });
    await world.clock.advance(5000);
    assert.equal(world.server.tries.get('a'), 2);
    Object.assign(world.faults, { behave: () => ({ status: 200 }), diskFault: undefined });
    await world.clock.advance(190000);
    const [{ attempts, durable, error }] = await tab.uploader.pending();
    assert.deepEqual([attempts, durable, error?.details.status, world.server.tries.get('a')], [2, true, 429, 2]);
    await world.clock.advance(10000);
    assert.equal((await outcome(world, sent)).id, 'a');
  });

  const LEASE = { owner: 'another tab', beat: 0, ms: 20000, locked: false };
  /** @type {[string, Partial<import('../../js/upload/record.js').Item>][]} */
  const meanwhile = [
    ['is being sent by another tab', { attempts: 2, lease: LEASE }],
    ['was tried more often by another tab', { attempts: 5 }],
    ['is tried again, as another tab was told', { queuedAt: Date.parse('2026-11-26T10:00:00Z') }],
    ['was queued anew, for another interaction', { interactionId: 'case-2', order: 1 }],
    ['is another agent’s', { agentId: 'bob', order: 1 }],
  ];
  for (const [name, change] of meanwhile) {
    test(`says nothing of what ${name} meanwhile`, async () => {
      const { world, tab } = await refused(2000);
      await world.disk.transact(([item], to) => to.put({ ...item, lease: null, wait: null, ...change }));
      world.faults.behave = () => ({ sendMs: 1000 });
      world.faults.diskFault = undefined;
      tab.wake();
      await world.clock.advance(100);
      const { state, ...item } = /** @type {any} */ (world.disk.items.get('a'));
      assert.equal(state, 'waiting');
      if (change.lease) assert.equal(item.lease.owner, LEASE.owner);
      else assert.equal(item.lease?.owner, change.agentId ? undefined : 'tab-0', 'it is tried');
    });
  }

  /** What the server refuses while the database is out of reach. @param {number} ms Until it is. */
  async function refused(ms) {
    const body = { code: 'forbidden', error: 'no' };
    const world = createWorld({ behave: () => ({ status: ms > 1000 ? 503 : 403, body, sendMs: 1000 }) });
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(ms);
    assert.equal(world.server.tries.get('a'), 1);
    world.faults.diskFault = gone;
    world.faults.behave = () => ({ status: 403, body });
    await world.clock.advance(5000);
    assert.deepEqual(
      (await tab.uploader.pending()).map(({ state, durable }) => [state, durable]),
      [['rejected', false]],
    );
    return { world, tab, sent };
  }

  test('keeps its order, though the clock was set back in between', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    for (const id of ['first', 'second', 'third']) {
      tab.uploader.send(fakeSnapshot(id));
      await world.clock.advance(500);
      world.clock.step(-60 * MINUTE);
    }
    Object.assign(world.faults, { behave: () => ({ status: 200 }), diskFault: gone });
    await world.clock.advance(MINUTE);
    assert.deepEqual(
      world.server.filed.map(({ id }) => id),
      ['first', 'second', 'third'],
    );
  });
});

test('a picture that comes after its id was asked for goes on from memory', async () => {
  const world = createWorld({ behave: () => ({}) });
  const first = world.open();
  first.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(100);
  first.crash();
  const tab = world.open();
  const sends = [tab.uploader.send({ id: 'a' })];
  await world.clock.advance(100);
  sends.push(tab.uploader.send(fakeSnapshot('a')));
  await world.clock.advance(100);
  world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
  world.faults.behave = () => ({ status: 200 });
  await world.clock.advance(MINUTE);
  for (const sent of sends) assert.equal((await outcome(world, sent)).id, 'a');
});

test('what was given up is tried again where its id is asked for, once the database is back', async () => {
  const { world, tab, isNoticed, end } = await outage();
  const error = /** @type {const} */ ({ code: 'upload-rejected', message: 'Too large', details: { status: 413 } });
  await world.disk.transact(([item], to) => to.put({ ...item, state: 'rejected', wait: null, lease: null, error }));
  const sent = tab.uploader.send({ id: 'a' });
  await isNoticed();
  end();
  await world.clock.advance(MINUTE);
  assert.equal((await outcome(world, sent)).id, 'a');
});

test('a picture whose second blob cannot be read goes on by its first, once the database is cleared or out of reach', async () => {
  const fails = () => Promise.reject(new Error('NotReadableError'));
  for (const arrayBuffer of [fails, () => new Promise(() => {})]) {
    for (const happens of ['cleared', 'out of reach']) {
      const world = createWorld({ behave: () => ({}) });
      const tab = world.open();
      const snapshot = fakeSnapshot('a');
      const sends = [tab.uploader.send(snapshot)];
      await world.clock.advance(100);
      sends.push(tab.uploader.send({ ...snapshot, blob: /** @type {any} */ ({ ...snapshot.blob, arrayBuffer }) }));
      await world.clock.advance(10000);
      if (happens === 'cleared') clear(world);
      else world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
      world.faults.behave = () => ({ status: 200 });
      tab.wake();
      await world.clock.advance(MINUTE);
      for (const sent of sends) assert.equal((await outcome(world, sent)).id, 'a', happens);
    }
  }
});

test('a picture that is asked for once more while it is read again goes on from memory, and keeps its wait', async () => {
  for (const again of [{ id: 'a' }, fakeSnapshot('a')]) {
    const world = createWorld({ behave: () => ({ status: 429, retryAfter: '250', sendMs: 1000 }) });
    const tab = world.open();
    const { blob, ...snapshot } = fakeSnapshot('a');
    const arrayBuffer = () => new Promise((resolve) => void world.clock.after(200, () => resolve(blob.arrayBuffer())));
    const sends = [tab.uploader.send({ ...snapshot, blob: /** @type {any} */ ({ ...blob, arrayBuffer }) })];
    await world.clock.advance(500);
    world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
    await world.clock.advance(800); // The answer is there; what is to be kept of it is read once more.
    sends.push(tab.uploader.send(again));
    await world.clock.advance(10000);
    assert.deepEqual(
      (await tab.uploader.pending()).map(({ id, attempts, error }) => [id, attempts, error?.details.status]),
      [['a', 1, 429]],
    );
    assert.equal(world.server.tries.get('a'), 1);
    const discarded = tab.uploader.discard('a');
    assert.equal(await outcome(world, discarded), true);
    for (const sent of sends) assert.equal((await outcome(world, sent)).code, 'aborted');
  }
});

test('a picture that is read at once goes on from memory, and stops nothing', async () => {
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open();
  const blob = /** @type {any} */ ({ size: 1, type: 'image/jpeg', arrayBuffer: () => new ArrayBuffer(1) });
  const sends = [tab.uploader.send({ ...fakeSnapshot('a'), blob })];
  await world.clock.advance(500);
  world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
  tab.wake();
  await world.clock.advance(5000);
  world.faults.behave = () => ({ status: 200 });
  await world.clock.advance(MINUTE);
  world.faults.diskFault = undefined;
  sends.push(tab.uploader.send(fakeSnapshot('b', 'case-2')));
  await world.clock.advance(MINUTE);
  for (const sent of sends) assert.ok((await outcome(world, sent)).success);
});

test('a record that makes no sense stops nothing', async (t) => {
  const errors = t.mock.method(console, 'error', () => {});
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open();
  tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(100);
  // Given up without an error, as no version of this writes it.
  await world.disk.transact(([item], to) => to.put({ ...item, state: 'rejected', lease: null, error: null }));
  tab.wake();
  await world.clock.advance(100);
  assert.equal(errors.mock.callCount(), 1);
  world.faults.behave = () => ({ status: 200 });
  const sent = tab.uploader.send(fakeSnapshot('b', 'case-2'));
  await world.clock.advance(MINUTE);
  assert.equal((await outcome(world, sent)).id, 'b');
});

test('each outage is told of, also behind a disk that was full', async () => {
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open();
  tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(100);
  world.faults.isFull = true;
  tab.uploader.send(fakeSnapshot('b'));
  await world.clock.advance(100);
  for (let outages = 0; outages < 2; outages += 1) {
    world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
    tab.wake();
    await world.clock.advance(MINUTE);
    world.faults.diskFault = undefined;
    await world.clock.advance(MINUTE);
  }
  assert.deepEqual(
    eventsOf(tab, 'warning').map(({ ids, cause }) => [ids, cause.name]),
    [
      [['b'], 'QuotaExceededError'],
      [['a', 'b'], 'UnknownError'],
      [['a', 'b'], 'UnknownError'],
    ],
  );
});

describe('a database that is cleared', () => {
  test('loses no picture that the page still holds', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    const sends = ['a', 'b'].map((id) => tab.uploader.send(fakeSnapshot(id, id)));
    await world.clock.advance(100);
    clear(world);
    await world.clock.advance(100);
    world.faults.behave = () => ({ status: 200 });
    await world.clock.advance(MINUTE);
    assert.deepEqual(await Promise.all(sends.map(async (sent) => (await outcome(world, sent)).id)), ['a', 'b']);
    assert.equal(world.server.filed.length, 2);
    assert.deepEqual(await tab.uploader.pending(), []);
  });

  test('while a picture is being sent ends nothing', async () => {
    for (const status of [200, 503]) {
      const world = createWorld({ behave: ({ tries }) => ({ status: tries > 1 ? 200 : status, sendMs: 7000 }) });
      const tab = world.open();
      const sent = tab.uploader.send(fakeSnapshot('a'));
      await world.clock.advance(100);
      clear(world);
      await world.clock.advance(2 * MINUTE);
      assert.equal((await outcome(world, sent)).id, 'a');
      assert.deepEqual(
        world.server.filed.map(({ id }) => id),
        ['a'],
      );
    }
  });

  test('does not bring back what is taken out in the same moment', async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      const world = createWorld({ behave: () => ({}) });
      const tab = world.open();
      const sent = tab.uploader.send(fakeSnapshot('a'));
      await world.clock.advance(100);
      clear(world);
      world.faults.behave = () => ({ status: 503 });
      tab.wake();
      for (let turn = 0; turn < turns; turn += 1) await setImmediate();
      const taken = tab.uploader.discard('a');
      await world.clock.advance(MINUTE);
      assert.deepEqual(
        [(await outcome(world, sent)).code, world.disk.items.size],
        ['aborted', 0],
        `after ${turns} turns`,
      );
      assert.equal(typeof (await taken), 'boolean');
    }
  });

  test('loses what only its id is known of, and says so: nobody has discarded it', async () => {
    const world = createWorld({ behave: () => ({}) });
    const first = world.open();
    first.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(500);
    first.crash();
    const tab = world.open();
    await world.clock.advance(100);
    const sent = tab.uploader.send({ id: 'a' });
    await world.clock.advance(25000);
    clear(world);
    await world.clock.advance(MINUTE);
    const { code, details } = await outcome(world, sent);
    assert.deepEqual([code, details.reason], ['upload-failed', 'storage']);
  });

  test('ends nothing that was taken out and sent again while its pictures are read once more', async () => {
    for (const by of ['this tab', 'another tab']) {
      const world = createWorld({ behave: () => ({}) });
      const [tab, other] = [world.open(), world.open()];
      const slow = fakeSnapshot('x', 'case-x');
      let reads = 0;
      const arrayBuffer = async () => {
        reads += 1;
        if (reads > 1) await new Promise((resolve) => world.clock.after(3000, () => resolve(undefined)));
        return slow.blob.arrayBuffer();
      };
      tab.uploader.send({ ...slow, blob: /** @type {any} */ ({ ...slow.blob, arrayBuffer }) });
      tab.uploader.send(fakeSnapshot('y', 'case-y'));
      await world.clock.advance(500);
      clear(world);
      tab.wake();
      await world.clock.advance(1000);
      assert.equal(reads, 2);
      if (by === 'this tab') await tab.uploader.discard('y');
      else await other.uploader.discard('y');
      const interaction = by === 'this tab' ? 'case-y2' : 'case-y';
      const again = tab.uploader.send(fakeSnapshot('y', interaction));
      await world.clock.advance(100);
      world.faults.behave = () => ({ status: 200 });
      await world.clock.advance(MINUTE);
      assert.equal((await outcome(world, again)).id, 'y', by);
      assert.ok(world.server.filed.some(({ id, interactionId }) => id === 'y' && interactionId === interaction));
    }
  });

  test('is not what another tab does that takes a picture out', async () => {
    const world = createWorld({ behave: () => ({}) });
    const [one, two] = [world.open(), world.open()];
    const sent = one.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    await two.uploader.discard('a');
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).code, 'aborted');
    assert.equal(world.disk.items.size, 0);
  });
});
