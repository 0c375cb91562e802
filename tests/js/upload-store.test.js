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
import { createFakeClock } from './upload-fakes.js';

const noWarning = (/** @type {unknown} */ cause) => assert.fail(String(cause));
let names = 0;
const newName = () => {
  names += 1;
  return `queue-${names}`;
};

/** Each gives what opens a store on the same items. @type {Record<string, () => () => import('../../js/upload/record.js').Store>} */
const STORES = {
  memory() {
    const store = createMemoryStore();
    return () => store;
  },
  IndexedDB() {
    const name = newName();
    return () => createDatabase(name, systemClock);
  },
  'a place in memory without a database'() {
    const store = createStore(undefined, noWarning, () => {});
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
      return check(() => createStore(createDatabase(database, systemClock), noWarning, () => {}));
    });
  }
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
      objectStore: () => ({ getAll: () => ({}) }),
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

  test('keeps the first of several keys', async () => {
    const database = newName();
    const keys = await Promise.all(
      ['one', 'two', 'three'].map((key) => createDatabase(database, systemClock).key(/** @type {any} */ (key))),
    );
    assert.equal(new Set(keys).size, 1);
  });
});

describe('versions', () => {
  test('an older database is taken over with what is in it', async () => {
    const name = newName();
    for (let version = 1; version < MIGRATIONS.length; version += 1) {
      const old = createDatabase(name, systemClock, MIGRATIONS.slice(0, version));
      await old.transact(putOne(`v${version}`));
      await old.transact((_, to) => to.remove('x', /** @type {any} */ ({ id: 'x', at: 1 })));
      old.close();
    }
    const database = createDatabase(name, systemClock);
    assert.deepEqual(await database.transact(list), ['v1']);
    assert.equal((await database.picture('v1'))?.byteLength, 3);
    assert.ok(await database.receipt('x'));
    assert.ok(await database.key(/** @type {any} */ ('key')), 'what is new in version 2');
  });

  test('an old tab does not hold up a new one, and says that it cannot go on', async () => {
    const name = newName();
    const old = createDatabase(name, systemClock, MIGRATIONS.slice(0, 1));
    await old.transact(putOne('a'));
    const fresh = createDatabase(name, systemClock);
    assert.deepEqual(await fresh.transact(list), ['a']);
    await assert.rejects(old.transact(list), { name: 'VersionError' });
  });

  test('a tab that does not let go is waited for, not for ever', async () => {
    const name = newName();
    /** @type {IDBDatabase} */
    const stubborn = await new Promise((resolve) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => MIGRATIONS[0](request.result);
      request.onsuccess = () => resolve(request.result);
    });
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
