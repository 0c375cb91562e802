/** Pictures encrypted at rest, with Node's own WebCrypto and a database that clones as browsers do. */
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../js/upload/clock.js';
import { createCipher } from '../../js/upload/encryption.js';
import { createDatabase } from '../../js/upload/indexeddb.js';
import { parseOptions } from '../../js/upload/options.js';
import { createUploaderIn } from '../../js/upload/uploader.js';
import { itemOf } from '../browser/pages/upload-contract.js';
import { fakeSnapshot } from './upload-fakes.js';

const text = (/** @type {ArrayBuffer} */ data) => Buffer.from(data).toString();
const bytes = (/** @type {string} */ value) => new Uint8Array(Buffer.from(value)).buffer;
const settled = () => new Promise((resolve) => setTimeout(resolve, 30));
const fresh = (/** @type {string} */ id, interactionId = 'case-1') =>
  itemOf(id, { interactionId, queuedAt: Date.now() });

/**
 * Disposed with its test, however that ends: a queue that waits keeps the process.
 * @param {import('node:test').TestContext} t
 * @param {import('../../js/upload/indexeddb.js').Database} database @param {object} [options]
 */
function open(t, database, options) {
  const line = { isUp: true, wake() {} };
  /** @type {string[]} */
  const sent = [];
  /** @type {any[]} */
  const events = [];
  const settings = parseOptions({ url: 'https://example.test/u', agentId: 'ann', encrypt: true, ...options });
  const uploader = createUploaderIn(settings, {
    clock: systemClock,
    random: () => 1,
    owner: String(Math.random()),
    database,
    post: async ({ item, data }) => {
      if (!line.isUp) return { reason: 'network' };
      sent.push(text(data));
      const { id, sha256 } = item;
      return { status: 200, receipt: { success: true, id, url: '', sha256, annotation: 'queued' } };
    },
    isHidden: () => false,
    listen(wake) {
      line.wake = wake;
      return () => {};
    },
  });
  t.after(() => uploader.dispose());
  for (const type of /** @type {const} */ (['failed', 'warning'])) uploader.on(type, (event) => events.push(event));
  return { uploader, sent, events, line };
}

test('what lies on the disk is not the picture; what is sent is', async (t) => {
  const database = createDatabase('encrypted', systemClock);
  /** @type {string[]} */
  const stored = [];
  const { transact } = database;
  database.transact = (change, strict) =>
    transact((items, to) => {
      /** @type {import('../../js/upload/record.js').Writer['put']} */
      const put = (item, data) => {
        if (data) stored.push(text(data));
        to.put(item, data);
      };
      return change(items, { ...to, put });
    }, strict);
  const { uploader, sent } = open(t, database);
  await uploader.send(fakeSnapshot('a-secret-picture'));
  assert.equal(stored.length, 1);
  assert.ok(!stored[0].includes('secret'));
  assert.deepEqual(sent, ['a-secret-picture']);
});

test('a later page has the key, also one that encrypts no more', async (t) => {
  const database = createDatabase('later', systemClock);
  const { seal } = await createCipher(database);
  const [item, data] = await seal(fresh('a'), bytes('picture'));
  await database.transact((_, to) => to.put(item, data));
  database.close();
  const { sent } = open(t, createDatabase('later', systemClock), { encrypt: false });
  while (sent.length === 0) await settled();
  assert.deepEqual(sent, ['picture']);
});

test('what was changed, or put under another record, is given up, kept and told', async (t) => {
  const database = createDatabase('changed', systemClock);
  const { seal } = await createCipher(database);
  const [a, sealedA] = await seal(fresh('a'), bytes('picture a'));
  const [b] = await seal(fresh('b', 'case-2'), bytes('picture b'));
  const [c, sealedC] = await seal(fresh('c', 'case-3'), bytes('picture c'));
  new Uint8Array(sealedC)[0] ^= 1;
  await database.transact((_, to) => {
    to.put({ ...b, iv: a.iv }, sealedA);
    to.put(c, sealedC);
  });
  const { uploader, sent, events } = open(t, database);
  while (events.length < 2) await settled();
  assert.deepEqual(sent, []);
  assert.deepEqual(
    events.map(({ error, willRetry }) => [error.details.reason, willRetry]),
    [
      ['unreadable', false],
      ['unreadable', false],
    ],
  );
  assert.deepEqual(
    (await uploader.pending()).map(({ state }) => state),
    ['rejected', 'rejected'],
  );
});

test('where no key can be kept the picture is in memory alone, with a warning', async (t) => {
  for (const [name, breakIt] of /** @type {[string, (database: any) => void][]} */ ([
    [
      'no WebCrypto',
      () => t.mock.method(crypto.subtle, 'generateKey', () => Promise.reject(new TypeError('insecure'))),
    ],
    [
      'a key that cannot be stored',
      (database) => {
        database.key = () => Promise.reject(new DOMException('not cloneable', 'DataCloneError'));
      },
    ],
  ])) {
    const database = createDatabase(`no key: ${name}`, systemClock);
    breakIt(database);
    const { uploader, sent, events } = open(t, database);
    await uploader.send(fakeSnapshot('a'));
    assert.deepEqual(sent, ['a'], name);
    assert.ok(
      events.some(({ code, ids }) => code === 'volatile-queue' && ids.includes('a')),
      name,
    );
    uploader.dispose();
    t.mock.restoreAll();
    assert.deepEqual(await createDatabase(`no key: ${name}`, systemClock).transact((items) => items), [], name);
  }
});

/** From now on nothing of it can be reached. @param {import('../../js/upload/indexeddb.js').Database} database */
function takeAway(database) {
  const gone = () => Promise.reject(new DOMException('gone', 'UnknownError'));
  Object.assign(database, { transact: gone, picture: gone, receipt: gone, key: gone });
}

test('a picture goes on from memory where the database goes between its key and its writing', async (t) => {
  const database = createDatabase('goes after the key', systemClock);
  const { key } = database;
  database.key = async (candidate) => {
    const known = await key(candidate);
    takeAway(database);
    return known;
  };
  const { uploader, sent } = open(t, database);
  await uploader.send(fakeSnapshot('a'));
  assert.deepEqual(sent, ['a']);
});

test('a picture that a full disk did not take can be sent without the database', async (t) => {
  const database = createDatabase('full, then gone', systemClock);
  const { uploader, sent, line } = open(t, database);
  line.isUp = false;
  const { put } = IDBObjectStore.prototype;
  t.mock.method(IDBObjectStore.prototype, 'put', function (/** @type {any} */ value, /** @type {any} */ key) {
    if (this.name === 'pictures') throw new DOMException('full', 'QuotaExceededError');
    return put.call(this, value, key);
  });
  const sending = uploader.send(fakeSnapshot('a'));
  while ((await uploader.pending()).length === 0) await settled();
  assert.deepEqual(
    (await uploader.pending()).map(({ id, durable }) => [id, durable]),
    [['a', false]],
  );
  takeAway(database);
  line.isUp = true;
  line.wake();
  await sending;
  assert.deepEqual(sent, ['a']);
});

test('a picture without a key does not come onto the disk, also where the database is back meanwhile', async (t) => {
  const database = createDatabase('back meanwhile', systemClock);
  const { transact } = database;
  /** @type {(string | undefined)[]} */
  const stored = [];
  let slow = 0;
  database.transact = async (change, strict) => {
    slow -= 1;
    if (slow === 0) await settled();
    return transact((items, to) => {
      const put = (/** @type {any} */ item, /** @type {ArrayBuffer | undefined} */ data) => {
        if (data) stored.push(item.id);
        to.put(item, data);
      };
      return change(items, { ...to, put });
    }, strict);
  };
  const { uploader, sent, line } = open(t, database);
  await settled();
  database.key = () => {
    slow = 1;
    uploader.pending(); // Is still under way when the key has failed.
    return Promise.reject(new DOMException('not cloneable', 'DataCloneError'));
  };
  uploader.on('warning', () => line.wake());
  await uploader.send(fakeSnapshot('a'));
  assert.deepEqual([sent, stored], [['a'], []]);
});

test('a picture whose writing is under way stays encrypted where the key of another one fails meanwhile', async (t) => {
  const database = createDatabase('another key fails', systemClock);
  const { transact, key } = database;
  /** @type {[string, boolean, string][]} */
  const stored = [];
  let keys = 0;
  /** @type {((error: unknown) => void) | undefined} */
  let failKey;
  database.key = (candidate) =>
    ++keys === 1
      ? key(candidate)
      : new Promise((_, reject) => {
          failKey = reject;
        });
  database.transact = async (change, strict) => {
    // The first picture is encrypted, and its transaction begins: now the second one finds no key.
    if (failKey) {
      failKey(new DOMException('closed', 'InvalidStateError'));
      failKey = undefined;
      await settled();
    }
    return transact((items, to) => {
      const put = (/** @type {any} */ item, /** @type {ArrayBuffer | undefined} */ data) => {
        if (data) stored.push([item.id, item.iv !== undefined, text(data)]);
        to.put(item, data);
      };
      return change(items, { ...to, put });
    }, strict);
  };
  const { uploader, line } = open(t, database);
  await settled();
  line.isUp = false;
  const { encrypt } = crypto.subtle;
  crypto.subtle.encrypt = async (...args) => {
    const data = await encrypt.apply(crypto.subtle, args);
    for (let i = 0; i < 300 && !failKey; i++) await settled();
    return data;
  };
  try {
    uploader.send(fakeSnapshot('a')).catch(() => {});
    for (let i = 0; i < 300 && keys === 0; i++) await settled(); // Pictures that are read beside each other come in any order.
    uploader.send(fakeSnapshot('b')).catch(() => {});
    for (let i = 0; i < 300 && stored.length === 0; i++) await settled();
  } finally {
    crypto.subtle.encrypt = encrypt;
  }
  assert.deepEqual(
    stored.map(([id, isEncrypted, content]) => [id, isEncrypted, content === id]),
    [['a', true, false]],
  );
});

test('the key tells nothing', async () => {
  const database = createDatabase('key', systemClock);
  await createCipher(database);
  const key = await database.key(/** @type {any} */ (undefined));
  assert.equal(key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey('raw', key));
});
