/** The queue's stores: one contract for all of them, and what IndexedDB does to its users. */
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CaptureError } from '../../js/errors.js';
import { systemClock } from '../../js/upload/clock.js';
import { createDatabase, MIGRATIONS } from '../../js/upload/indexeddb.js';
import { createMemoryStore } from '../../js/upload/memory.js';
import { createStore } from '../../js/upload/store.js';
import { contract, itemOf } from '../browser/pages/upload-contract.js';
import { Dice } from './dice.js';
import { createFakeClock } from './upload-fakes.js';

const noWarning = (/** @type {unknown} */ cause) => assert.fail(String(cause));
const DAY_MS = 24 * 60 * 60 * 1000;
let names = 0;
const newName = () => {
  names += 1;
  return `queue-${names}`;
};

/** Each gives what opens a store on the same items. @type {Record<string, () => () => import('../../js/upload/record.js').Store>} */
const STORES = {
  memory() {
    const store = createMemoryStore(systemClock);
    return () => store;
  },
  IndexedDB() {
    const name = newName();
    return () => createDatabase(name, systemClock);
  },
  'a place in memory without a database'() {
    const store = createStore(undefined, systemClock, noWarning, () => {});
    return () => store;
  },
};

for (const [kind, make] of Object.entries(STORES)) {
  describe(kind, () => {
    for (const [name, check] of Object.entries(contract)) test(name, () => check(make()));
  });
}

describe('IndexedDB and a place in memory', () => {
  // Everything else is not the database's fault for this one: there, only the queue's own rules throw.
  for (const [name, check] of Object.entries(contract).filter(([rule]) => !rule.startsWith('writes all'))) {
    test(name, () => {
      const database = newName();
      return check(() => createStore(createDatabase(database, systemClock), systemClock, noWarning, () => {}));
    });
  }
});

describe('a picture that is to go on from memory is not taken there', () => {
  const data = new ArrayBuffer(3);
  const gone = Promise.reject(new DOMException('gone', 'UnknownError'));
  gone.catch(() => {});

  /** A store whose database has failed, and one that is there all the time. @param {boolean} isGone */
  async function storeOf(isGone) {
    const database = createDatabase(newName(), systemClock);
    const { transact } = database;
    if (isGone) database.transact = () => gone;
    const store = createStore(
      database,
      systemClock,
      () => {},
      () => {},
    );
    const ids = await store.transact(list);
    assert.deepEqual([ids, store.isBlind()], [[], isGone]);
    return { store, back: () => Object.assign(database, { transact }) };
  }

  test('where it was taken out just before', async () => {
    const { store } = await storeOf(true);
    await store.hold(itemOf('a'), data, () => true);
    assert.deepEqual(await store.transact(list), ['a']);
    const taking = store.transact((_, to) => to.remove('a'));
    await store.hold(itemOf('a'), data, () => true);
    await taking;
    assert.deepEqual(await store.transact(list), []);
  });

  test('where the database is back', async () => {
    const { store, back } = await storeOf(true);
    back();
    await store.recover();
    await store.hold(itemOf('a'), data, () => true);
    assert.deepEqual(await store.transact(list), []);
  });

  test('where it is there, and goes on already', async () => {
    const { store } = await storeOf(true);
    await store.hold(itemOf('a'), data, () => true);
    await store.transact(([item], to) => to.put({ ...item, attempts: 7 }));
    await store.hold(itemOf('a'), data, () => true);
    assert.deepEqual(await store.transact(([{ attempts }]) => attempts), 7);
  });

  test('where nobody waits for it by then', async () => {
    const { store } = await storeOf(true);
    await store.hold(itemOf('a'), data, () => false);
    assert.deepEqual(await store.transact(list), []);
  });
});

const putOne = (/** @type {string} */ id) => (/** @type {any} */ _, /** @type {any} */ to) =>
  to.put(itemOf(id), new ArrayBuffer(3));
const list = (/** @type {import('../../js/upload/record.js').Item[]} */ items) => items.map(({ id }) => id);

/** Connections that the code under test has, to be taken away from it. */
function watchConnections(/** @type {import('node:test').TestContext} */ t) {
  /** @type {IDBDatabase[]} */
  const connections = [];
  const { open } = IDBFactory.prototype;
  t.mock.method(IDBFactory.prototype, 'open', function (/** @type {string} */ name, /** @type {number} */ version) {
    const request = open.call(this, name, version);
    request.addEventListener('success', () => connections.push(request.result));
    return request;
  });
  return connections;
}

describe('a database', () => {
  test('that is closed under it is opened again, once', async (t) => {
    const connections = watchConnections(t);
    const database = createDatabase(newName(), systemClock);
    await database.transact(putOne('a'));
    connections[0].close(); // As WebKit does to a background tab, without an event.
    await database.transact(putOne('b'));
    assert.deepEqual(await database.transact(list), ['a', 'b']);
    connections[1].close();
    connections[1].onclose?.(new Event('close'));
    assert.deepEqual(await database.transact(list), ['a', 'b']);
    assert.equal(connections.length, 3);
  });

  test('that keeps failing rejects, and works again once it does', async (t) => {
    const database = createDatabase(newName(), systemClock);
    await database.transact(putOne('a'));
    const failing = t.mock.method(IDBDatabase.prototype, 'transaction', () => {
      throw new DOMException('internal', 'UnknownError');
    });
    await assert.rejects(database.transact(list), { name: 'UnknownError' });
    assert.equal(failing.mock.callCount(), 2);
    failing.mock.restore();
    assert.deepEqual(await database.transact(list), ['a']);
  });

  test('that never opens rejects, and is closed should it open late', async (t) => {
    const clock = createFakeClock();
    /** @type {any[]} */
    const requests = [];
    t.mock.method(IDBFactory.prototype, 'open', () => {
      requests.push({});
      return requests[requests.length - 1];
    });
    const database = createDatabase('never', clock);
    /** @type {unknown} */
    let error;
    database.transact(list).catch((reason) => {
      error = reason;
    });
    await clock.advance(60000);
    assert.match(String(error), /longer than/);
    assert.equal(requests.length, 2);
    let closed = 0;
    for (const request of requests) {
      request.result = { close: () => (closed += 1) };
      request.onsuccess();
    }
    await clock.settled();
    assert.equal(closed, 2);
  });

  test('whose transaction never ends rejects, and is not asked again', async (t) => {
    const clock = createFakeClock();
    const database = createDatabase(newName(), clock);
    await database.transact(putOne('a'));
    const begun = t.mock.method(IDBDatabase.prototype, 'transaction', () => ({
      objectStore: () => ({ get: () => ({}) }),
      abort() {},
    }));
    /** @type {unknown} */
    let error;
    database.transact(list).catch((reason) => {
      error = reason;
    });
    for (let turns = 0; turns < 20 && !error; turns += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5)); // The database keeps time of its own.
      await clock.advance(9000);
    }
    assert.match(String(error), /longer than/);
    assert.equal(begun.mock.callCount(), 1);
  });

  test('is not blamed for a rule of the queue', async (t) => {
    const connections = watchConnections(t);
    const database = createDatabase(newName(), systemClock);
    const full = new CaptureError('queue-full');
    const refuse = () => {
      throw full;
    };
    await assert.rejects(database.transact(refuse), full);
    await database.transact(putOne('a'));
    assert.equal(connections.length, 1);
  });

  test('that was closed lets go again of what still came, and of what was just being opened', async (t) => {
    const connections = watchConnections(t);
    const isOpen = (/** @type {IDBDatabase} */ connection) => {
      try {
        return Boolean(connection.transaction(['items']));
      } catch {
        return false;
      }
    };
    const database = createDatabase(newName(), systemClock);
    const late = database.transact(putOne('a'));
    database.close();
    await late;
    assert.deepEqual(await database.transact(list), ['a']);
    await Promise.all([database.picture('a'), database.receipt('a'), database.transact(list)]);
    assert.ok(connections.length > 1);
    assert.deepEqual(connections.filter(isOpen), []);
  });

  test('keeps the first of several keys', async () => {
    const database = newName();
    const keys = await Promise.all(
      ['one', 'two', 'three'].map((key) => createDatabase(database, systemClock).key(/** @type {any} */ (key))),
    );
    assert.equal(new Set(keys).size, 1);
  });
});

test('a receipt leaves the disk after a day, though nobody asks for it and nothing else is delivered', async () => {
  const name = newName();
  const clock = { ...systemClock, now: () => Date.now() + passedMs };
  let passedMs = 0;
  const database = createDatabase(name, clock);
  await database.transact((_, to) => {
    for (const id of ['a', 'b'])
      to.remove(id, /** @type {any} */ ({ id, at: clock.now() + (id === 'b' ? 2 * DAY_MS : 0) }));
  });
  const onDisk = async () => {
    const opened = await new Promise((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    const request = opened.transaction('receipts').objectStore('receipts').getAllKeys();
    await new Promise((resolve) => request.addEventListener('success', resolve));
    opened.close();
    return request.result;
  };
  await database.transact(list);
  assert.deepEqual(await onDisk(), ['a'], 'what lies two days ahead is none');
  passedMs = DAY_MS - 60000;
  await database.transact(list);
  assert.deepEqual(await onDisk(), ['a']);
  passedMs = DAY_MS + 1;
  await database.transact(list); // As each look does that finds nothing to do.
  assert.deepEqual(await onDisk(), []);
  database.close();
});

describe('what has not changed', () => {
  /** Counts how often the items are read from the disk. @param {import('node:test').TestContext} t */
  const countReads = (t) => t.mock.method(IDBObjectStore.prototype, 'getAll').mock;

  test('is not read again', async (t) => {
    const database = createDatabase(newName(), systemClock);
    await database.transact(putOne('a'));
    const reads = countReads(t);
    await database.transact(putOne('b'));
    await database.transact((_, to) => to.remove('a'));
    assert.deepEqual(await database.transact(list), ['b']);
    assert.equal(reads.callCount(), 0);
  });

  test('by another tab, that is: its changes are seen, whichever of the two looks', async (t) => {
    const seed = Number(process.env.CASEFRAME_SEED ?? Math.floor(Math.random() * 2 ** 31));
    t.diagnostic(`seed ${seed}`);
    const dice = new Dice(seed);
    const name = newName();
    const tabs = [0, 1, 2].map(() => createDatabase(name, systemClock));
    const expected = new Set();
    for (let round = 0; round < 300; round += 1) {
      const id = String(dice.between(0, 9));
      const isThere = expected.has(id);
      const tab = tabs[dice.between(0, 2)];
      await tab.transact((_, to) => (isThere ? to.remove(id) : putOne(id)(_, to)));
      if (isThere) expected.delete(id);
      else expected.add(id);
      assert.deepEqual((await tabs[dice.between(0, 2)].transact(list)).sort(), [...expected].sort());
    }
  });

  test('in a transaction that failed, neither', async () => {
    const name = newName();
    const [one, other] = [0, 1].map(() => createDatabase(name, systemClock));
    await one.transact(putOne('a'));
    const broken = new CaptureError('queue-full');
    const changing = one.transact((items, to) => {
      putOne('b')(items, to);
      throw broken;
    });
    await assert.rejects(changing, broken);
    for (const tab of [one, other]) assert.deepEqual(await tab.transact(list), ['a']);
  });

  test('and a database that was deleted is empty', async () => {
    const name = newName();
    const database = createDatabase(name, systemClock);
    await database.transact(putOne('a'));
    await new Promise((resolve) => indexedDB.deleteDatabase(name).addEventListener('success', resolve));
    assert.deepEqual(await database.transact(list), []);
  });

  test('a database that was made anew is told from one that was changed, also where another tab has filled it', async () => {
    const name = newName();
    const [one, other] = [0, 1].map(() => createDatabase(name, systemClock));
    await one.transact(putOne('a'));
    const first = one.generation();
    await other.transact((_, to) => to.remove('a'));
    await one.transact(list);
    assert.equal(one.generation(), first);
    for (const tab of [one, other]) {
      await new Promise((resolve) => indexedDB.deleteDatabase(name).addEventListener('success', resolve));
      const known = one.generation();
      await tab.transact(putOne('b'));
      assert.deepEqual(await one.transact(list), ['b']);
      assert.notEqual(one.generation(), known);
    }
  });
});

test('what a tab of an earlier version writes, whose mark is one number, makes no other database of it', async () => {
  const name = newName();
  const database = createDatabase(name, systemClock);
  await database.transact(putOne('a'));
  const first = database.generation();
  const connection = /** @type {IDBDatabase} */ (
    await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
    })
  );
  const writing = connection.transaction(['items', 'marks'], 'readwrite');
  writing.objectStore('items').delete('a');
  writing.objectStore('marks').put(0.5, 'items');
  await new Promise((resolve) => writing.addEventListener('complete', resolve));
  connection.close();
  assert.deepEqual(await database.transact(list), []);
  assert.equal(database.generation(), first);
  await database.transact(putOne('b'));
  assert.equal(database.generation(), first);
});

describe('versions', () => {
  /** A tab of long ago, which never lets go. @param {string} name @param {number} version @returns {Promise<IDBDatabase>} */
  const openOld = (name, version) =>
    new Promise((resolve) => {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = ({ oldVersion }) => {
        for (const migrate of MIGRATIONS.slice(oldVersion, version)) migrate(request.result);
      };
      request.onsuccess = () => resolve(request.result);
    });

  test('an older database is taken over with what is in it', async () => {
    const name = newName();
    for (let version = 1; version < MIGRATIONS.length; version += 1) {
      const old = await openOld(name, version);
      const writing = old.transaction(['items', 'pictures', 'receipts'], 'readwrite');
      writing.objectStore('items').put({ id: `v${version}` });
      writing.objectStore('pictures').put(new ArrayBuffer(3), `v${version}`);
      writing.objectStore('receipts').put({ id: `x${version}`, at: Date.now() });
      await new Promise((resolve) => writing.addEventListener('complete', resolve));
      old.close();
    }
    const database = createDatabase(name, systemClock);
    assert.deepEqual(await database.transact(list), ['v1', 'v2']);
    for (const version of [1, 2]) {
      assert.equal((await database.picture(`v${version}`))?.byteLength, 3);
      assert.ok(await database.receipt(`x${version}`));
    }
    assert.ok(await database.key(/** @type {any} */ ('key')), 'what is new in version 2');
    await database.transact(putOne('v3'));
    assert.deepEqual(await database.transact(list), ['v1', 'v2', 'v3'], 'and goes on in the newest');
  });

  test('an old tab does not hold up a new one, and says that it cannot go on', async () => {
    const name = newName();
    const old = createDatabase(name, systemClock);
    await old.transact(putOne('a'));
    const fresh = createDatabase(name, systemClock, [...MIGRATIONS, () => {}]);
    assert.deepEqual(await fresh.transact(list), ['a']);
    await assert.rejects(old.transact(list), { name: 'VersionError' });
  });

  test('a tab that does not let go is waited for, not for ever', async () => {
    const name = newName();
    const stubborn = await openOld(name, 1);
    const clock = createFakeClock();
    /** @type {unknown} */
    let error;
    createDatabase(name, clock)
      .transact(list)
      .catch((reason) => {
        error = reason;
      });
    for (let turns = 0; turns < 20 && !error; turns += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await clock.advance(9000);
    }
    assert.match(String(error), /longer than/);
    stubborn.close();
  });
});
