/** A full disk, at each place where a browser says so: what does not fit is kept in memory, what fits goes on from the disk. */
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../js/upload/clock.js';
import { createDatabase } from '../../js/upload/indexeddb.js';
import { parseOptions } from '../../js/upload/options.js';
import { createUploaderIn } from '../../js/upload/uploader.js';
import { fakeSnapshot } from './upload-fakes.js';

const full = () => new DOMException('The quota has been exceeded', 'QuotaExceededError');

/** A page whose server cannot be reached until `online`. @param {string} name */
function open(name) {
  let isOnline = false;
  let wake = () => {};
  /** @type {string[]} */
  const sent = [];
  /** @type {any[]} */
  const warnings = [];
  const settings = parseOptions({ url: 'https://example.test/u', agentId: 'ann', database: name });
  const uploader = createUploaderIn(settings, {
    clock: systemClock,
    random: () => 0.01,
    owner: String(Math.random()),
    database: createDatabase(name, systemClock),
    post: async ({ item: { id, sha256 } }) => {
      if (!isOnline) return { reason: 'network' };
      sent.push(id);
      return { status: 200, receipt: { success: true, id, url: '', sha256, annotation: 'queued' } };
    },
    isHidden: () => false,
    listen(callback) {
      wake = callback;
      return () => {};
    },
  });
  uploader.on('warning', (event) => warnings.push(event));
  return {
    uploader,
    sent,
    warnings,
    /** Resolves once it is stored. @param {string} id */
    queue: (id) =>
      new Promise((resolve) => {
        const off = uploader.on('queued', ({ item }) => {
          if (item.id !== id) return;
          off();
          resolve(item.durable);
        });
        uploader.send(fakeSnapshot(id, id)).catch(() => {});
      }),
    goOnline() {
      isOnline = true;
      wake();
    },
  };
}

const { put } = IDBObjectStore.prototype;

test('a disposed uploader leaves no database open, also behind a picture that is stored late, or never read', async (t) => {
  const closing = t.mock.method(IDBDatabase.prototype, 'close').mock;
  const opening = t.mock.method(IDBFactory.prototype, 'open').mock;
  const { uploader } = open('late');
  let read = (/** @type {ArrayBuffer} */ _) => {};
  const late = { size: 1, type: 'image/jpeg', arrayBuffer: () => new Promise((resolve) => (read = resolve)) };
  const never = { size: 1, type: 'image/jpeg', arrayBuffer: () => new Promise(() => {}) };
  for (const [id, blob] of Object.entries({ late, never })) {
    uploader.send({ ...fakeSnapshot(id), blob: /** @type {any} */ (blob) });
  }
  const counts = () => [opening.callCount(), closing.callCount()];
  /** As long as that takes on a busy machine; then a moment in which nothing more may come. @param {number[]} expected */
  const become = async (expected) => {
    for (let turns = 0; turns < 1000 && String(counts()) !== String(expected); turns++) await pause(10);
    await pause(50);
    assert.deepEqual(counts(), expected);
  };
  await become([1, 0]);
  uploader.dispose();
  await become([1, 1]);
  read(new ArrayBuffer(1));
  await become([2, 2]);
});

/** Of the writing of a picture. @type {[string, (store: IDBObjectStore, write: () => IDBRequest) => IDBRequest][]} */
const PLACES = [
  [
    'put throws',
    () => {
      throw full();
    },
  ],
  [
    'the request fails, and ends its transaction',
    (store, write) => {
      const request = write();
      const { transaction } = store;
      request.addEventListener('success', () => {
        Object.defineProperty(request, 'error', { value: full() });
        Object.defineProperty(transaction, 'error', { value: request.error });
        request.onerror?.(new Event('error'));
        transaction.abort();
      });
      return request;
    },
  ],
  [
    'the transaction ends by it',
    ({ transaction }, write) => {
      const request = write();
      Object.defineProperty(transaction, 'error', { value: full() });
      transaction.abort();
      return request;
    },
  ],
];

for (const [place, fail] of PLACES) {
  test(`a disk that is full where ${place}`, async (t) => {
    const { uploader, sent, warnings, queue, goOnline } = open(place);
    assert.equal(await queue('fits'), true);
    t.mock.method(IDBObjectStore.prototype, 'put', function (/** @type {any} */ value, /** @type {any} */ key) {
      const write = () => put.call(this, value, key);
      return this.name === 'pictures' ? fail(this, write) : write();
    });
    assert.equal(await queue('does-not-fit'), false);
    assert.deepEqual(
      (await uploader.pending()).map(({ id, durable }) => [id, durable]),
      [
        ['fits', true],
        ['does-not-fit', false],
      ],
    );
    assert.deepEqual(
      warnings.map(({ code, ids, cause }) => [code, ids, cause.name]),
      [['volatile-queue', ['does-not-fit'], 'QuotaExceededError']],
    );
    goOnline();
    assert.deepEqual(await uploader.flush(), []);
    assert.deepEqual(sent.sort(), ['does-not-fit', 'fits']);
    uploader.dispose();
  });
}

test('a disk that is full where the database is opened: from memory, and from the disk once there is room', async (t) => {
  const failing = t.mock.method(IDBFactory.prototype, 'open', () => {
    /** @type {any} */
    const request = { error: full() };
    queueMicrotask(() => request.onerror());
    return request;
  });
  const { uploader, sent, warnings, queue, goOnline } = open('open fails');
  assert.equal(await queue('a'), false);
  assert.ok(warnings.every(({ code, cause }) => code === 'volatile-queue' && cause.name === 'QuotaExceededError'));
  assert.ok(warnings.some(({ ids }) => ids.includes('a')));
  failing.mock.restore();
  await new Promise((resolve) => setTimeout(resolve, 50)); // What had begun to look for it has ended.
  assert.equal(await queue('b'), true);
  goOnline();
  assert.deepEqual(await uploader.flush(), []);
  assert.deepEqual(sent.sort(), ['a', 'b']);
  uploader.dispose();
});
