/** Snapshots in Google Cloud Storage, by the real SDK over a stand-in of the calls that are made. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { startGcs } from './servers/gcs.js';
import { startProxy } from './servers/proxy.js';
import { about, picture, rejects, storageContract } from './storage-contract.js';

const BUCKET = 'snapshots';

/** @type {Awaited<ReturnType<typeof startGcs>>} */ let server;
/** @type {import('./servers/proxy.js').Proxy} */ let proxy;

before(async () => {
  server = await startGcs();
  server.createBucket(BUCKET);
  proxy = await startProxy(server.origin);
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
});

/** @param {{ at?: string, prefix?: string, origin?: string, query?: string, now?: () => number }} [options] */
function open({ at = BUCKET, prefix = randomUUID(), origin = proxy.endpoint, query = '', now } = {}) {
  const env = { GOOGLE_APPLICATION_CREDENTIALS: server.keyFile };
  return openStorage(`gs://${at}/${prefix}?endpoint=${origin}${query}`, { env, now, pageSize: 5 });
}

storageContract('gcs', {
  open: () => open(),
  async gone() {
    const gone = await startProxy(server.origin);
    await gone.stop();
    return open({ origin: gone.endpoint, query: '&timeoutMs=10000' });
  },
  async silent() {
    const silent = await startProxy(server.origin);
    silent.fallSilent();
    const storage = await open({ origin: silent.endpoint, query: '&timeoutMs=1000' });
    return { ...storage, close: async () => void (await Promise.all([storage.close(), silent.stop()])) };
  },
  denied: () => open({ at: 'denied' }),
  async lose(_storage, work) {
    proxy.lose();
    return work();
  },
});

describe('an object in Google’s storage', () => {
  test('says the day before its retention ends, by which the lifecycle goes, and its key of encryption', async () => {
    const prefix = randomUUID();
    const kmsKeyName = 'projects/p/locations/eu/keyRings/r/cryptoKeys/k';
    const now = Date.parse('2026-11-26T10:00:00Z');
    const storage = await open({ prefix, query: `&kmsKeyName=${kmsKeyName}`, now: () => now });
    const bytes = picture();
    const from = proxy.exchanges.length;
    await storage.put('a.jpg', bytes, about(bytes, { retentionDays: 30 }));
    const stored = server.objects(BUCKET).find(({ name }) => name === `${prefix}/a.jpg`);
    assert.equal(stored?.customTime, '2026-12-25T10:00:00.000Z');
    const url = new URL(proxy.exchanges[from].url, server.origin);
    assert.equal(url.searchParams.get('ifGenerationMatch'), '0');
    assert.equal(url.searchParams.get('kmsKeyName'), kmsKeyName);
  });

  test('is removed with every generation, and not at all where one of them is held', async () => {
    const prefix = randomUUID();
    const storage = await open({ prefix });
    const generations = () => server.objects(BUCKET).filter(({ name }) => name === `${prefix}/a.jpg`);
    for (let times = 0; times < 3; times += 1) {
      const bytes = picture();
      await storage.put('a.jpg', bytes, about(bytes));
      for (const object of generations()) object.isCurrent = false;
    }
    assert.equal(await storage.head('a.jpg'), undefined);
    generations()[1].temporaryHold = true;
    await rejects(storage.remove('a.jpg'), 'held');
    assert.equal(generations().length, 3);
    generations()[1].temporaryHold = false;
    await storage.remove('a.jpg');
    assert.equal(generations().length, 0);
  });

  test('lives in a bucket that is there', async () => {
    const storage = await open({ at: 'no-such-place' });
    await rejects(storage.check(), 'unavailable');
    await rejects(storage.head('a.jpg'), 'unavailable');
  });

  test('that is not there is missing, whatever its bucket and prefix are called: Google names both', async () => {
    const at = 'the-bucket';
    server.createBucket(at);
    const storage = await open({ at, prefix: 'bucket' });
    assert.equal(await storage.head('a.jpg'), undefined);
    await rejects(storage.read('a.jpg'), 'missing');
    await rejects(storage.hold('a.jpg', true), 'missing');
    await storage.remove('a.jpg');
  });
});
