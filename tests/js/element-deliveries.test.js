/** What is told of pictures that wait behind another one of their interaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as task } from 'node:timers/promises';
import { createDeliveries } from '../../js/elements/deliveries.js';
import { CaptureError } from '../../js/index.js';

/** Deliveries of an uploader that the test speaks for. */
function begin() {
  /** @type {Record<string, Function>} */
  const tell = {};
  /** @type {Map<string, any>} */
  const sending = new Map();
  /** @type {string[]} */
  const told = [];
  const deliveries = createDeliveries(
    /** @type {any} */ ({
      send: ({ id }, { onProgress }) =>
        new Promise((resolve, reject) => sending.set(id, { onProgress, resolve, reject })),
      on: (type, listener) => {
        tell[type] = listener;
      },
    }),
    {
      progress: (id) => told.push(`${id} goes`),
      waiting: (id, isDurable) => told.push(`${id} waits ${isDurable ? 'on the disk' : 'here'}`),
      delivered: (id) => told.push(`${id} is delivered`),
      undelivered: (id) => told.push(`${id} is not`),
    },
    new Set(),
  );
  return {
    told: () => told.splice(0),
    sending,
    /** @param {string} id @param {string} interactionId @param {boolean} durable */
    send(id, interactionId, durable) {
      deliveries.send(/** @type {any} */ ({ id, interactionId }));
      tell.queued({ item: { id, interactionId, durable } });
    },
    /** @param {string} id @param {string} interactionId */
    fail: (id, interactionId, willRetry = true) =>
      tell.failed({ id, willRetry, error: new CaptureError('upload-failed'), item: { interactionId, durable: true } }),
  };
}

test('all behind one that will be tried again wait, each where it lies; those of others do not', () => {
  const { send, fail, told } = begin();
  send('a', 'one', true);
  send('b', 'one', true);
  send('c', 'one', false);
  send('d', 'other', true);
  assert.deepEqual(told(), []);
  fail('a', 'one');
  assert.deepEqual(told(), ['a waits on the disk', 'b waits on the disk', 'c waits here']);
});

test('one that comes while the first one waits does so, too, until that one is delivered', async () => {
  const { send, fail, told, sending } = begin();
  send('a', 'one', true);
  fail('a', 'one');
  send('b', 'one', false);
  assert.deepEqual(told(), ['a waits on the disk', 'b waits here']);
  sending.get('a').onProgress({ loaded: 1, total: 2 });
  send('c', 'one', true);
  assert.deepEqual(told(), ['a goes', 'c waits on the disk']);
  sending.get('a').resolve({});
  await task();
  sending.get('b').onProgress({ loaded: 1, total: 2 });
  send('d', 'one', true);
  assert.deepEqual(told(), ['a is delivered', 'b goes']);
});

test('one of another page holds up as well, until a later one goes out', () => {
  const { send, fail, told, sending } = begin();
  fail('earlier', 'one');
  send('a', 'one', true);
  assert.deepEqual(told(), ['earlier waits on the disk', 'a waits on the disk']);
  sending.get('a').onProgress({ loaded: 1, total: 2 });
  send('b', 'one', true);
  assert.deepEqual(told(), ['a goes']);
});

test('what is given up holds up nobody', async () => {
  const { send, fail, told, sending } = begin();
  send('a', 'one', true);
  fail('a', 'one');
  fail('a', 'one', false);
  sending.get('a').reject(new CaptureError('upload-rejected'));
  await task();
  send('b', 'one', true);
  assert.deepEqual(told(), ['a waits on the disk', 'a is not']);
});
