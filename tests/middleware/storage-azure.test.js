/** Snapshots in Azure, over Microsoft's emulator and the real SDK: the contract, and the requests it has no answer to. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { startAzure } from './servers/azure.js';
import { startProxy } from './servers/proxy.js';
import { about, picture, rejects, storageContract } from './storage-contract.js';

/** @type {Awaited<ReturnType<typeof startAzure>>} */ let server;
/** @type {import('./servers/proxy.js').Proxy} */ let proxy;
/** @type {string} */ let container;

before(async () => {
  server = await startAzure();
  proxy = await startProxy(server.origin);
  container = await server.createContainer();
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
});

/** What the emulator lacks. */
const LACKS = '&immutability=false&versions=false';

/** @param {{ at?: string, prefix?: string, origin?: string, query?: string, key?: string }} [options] */
function open({
  at = container,
  prefix = randomUUID(),
  origin = proxy.endpoint,
  query = LACKS,
  key = server.key,
} = {}) {
  const url = `azure://${server.account}/${at}/${prefix}?endpoint=${origin}/${server.account}${query}`;
  return openStorage(url, { env: { AZURE_STORAGE_KEY: key }, pageSize: 5 });
}

storageContract('azure', {
  open: () => open(),
  async gone() {
    const gone = await startProxy(server.origin);
    await gone.stop();
    return open({ origin: gone.endpoint, query: `${LACKS}&timeoutMs=10000` });
  },
  async silent() {
    const silent = await startProxy(server.origin);
    silent.fallSilent();
    const storage = await open({ origin: silent.endpoint, query: `${LACKS}&timeoutMs=1000` });
    return { ...storage, close: async () => void (await Promise.all([storage.close(), silent.stop()])) };
  },
  denied: () => open({ key: Buffer.from('wrong').toString('base64') }),
  async lose(_storage, work) {
    proxy.lose();
    return work();
  },
});

describe('an object in Azure', () => {
  test('is tagged for the lifecycle and described', async () => {
    const prefix = randomUUID();
    const storage = await open({ prefix });
    const bytes = picture();
    await storage.put('a.jpg', bytes, about(bytes, { retentionDays: 90, metadata: { 'captured-by': 'x' } }));
    const credential = new StorageSharedKeyCredential(server.account, server.key);
    const service = new BlobServiceClient(`${server.origin}/${server.account}`, credential);
    const blob = service.getContainerClient(container).getBlobClient(`${prefix}/a.jpg`);
    assert.deepEqual((await blob.getTags()).tags, { hold: 'no', 'retention-days': '90' });
    const { metadata, contentType, contentMD5 } = await blob.getProperties();
    assert.equal(metadata?.captured_by, 'x');
    assert.equal(contentType, 'image/jpeg');
    assert.equal(contentMD5?.length, 16);
    await storage.hold('a.jpg', true);
    assert.deepEqual((await blob.getTags()).tags, { hold: 'yes', 'retention-days': '90' });
  });

  test('that the store cannot lock is not said to be held', async () => {
    const storage = await open({ query: '&versions=false' });
    const bytes = picture();
    await storage.put('a.jpg', bytes, about(bytes));
    await rejects(storage.hold('a.jpg', true), 'denied');
  });

  test('is tagged before it is locked and unlocked before it is untagged', async () => {
    const storage = await open({ query: '&versions=false' });
    const bytes = picture();
    await storage.put('a.jpg', bytes, about(bytes));
    proxy.answerBy(({ url }) => (url.includes('comp=legalhold') ? { status: 200 } : undefined));
    for (const held of [true, false]) {
      const from = proxy.exchanges.length;
      await storage.hold('a.jpg', held);
      const puts = proxy.exchanges.slice(from).filter(({ method }) => method === 'PUT');
      const order = puts.map(({ url }) => /comp=(\w+)/.exec(url)?.[1]);
      assert.deepEqual(order, held ? ['tags', 'legalhold'] : ['legalhold', 'tags']);
      const lock = puts.find(({ url }) => url.includes('legalhold'));
      assert.equal(lock?.headers['x-ms-legal-hold'], String(held));
    }
    proxy.answerBy(() => undefined);
  });

  test('is removed with every version, and not at all where one of them is locked', async () => {
    const prefix = randomUUID();
    const storage = await open({ prefix, query: '' });
    const bytes = picture();
    await storage.put('a.jpg', bytes, about(bytes));
    let isLocked = true;
    /** @param {string} name @param {string} id @param {boolean} locked */
    const version = (name, id, locked) => `<Blob><Name>${prefix}/${name}</Name><VersionId>${id}</VersionId><Properties>
      <Last-Modified>Thu, 26 Nov 2026 10:00:00 GMT</Last-Modified><Etag>x</Etag><Content-Length>1</Content-Length>
      <LegalHold>${locked}</LegalHold></Properties></Blob>`;
    proxy.answerBy(({ method, url }) => {
      if (url.includes('versionid=')) return { status: method === 'DELETE' ? 202 : 404 };
      if (!url.includes('comp=list')) return undefined;
      const body = `<?xml version="1.0"?><EnumerationResults ServiceEndpoint="x" ContainerName="x"><Blobs>
        ${version('a.jpg', '2026-01-01T00:00:00.0000001Z', isLocked)}${version('a.jpg', '2026-01-01T00:00:00.0000002Z', false)}
        ${version('a.jpg.more', '2026-01-01T00:00:00.0000003Z', false)}</Blobs><NextMarker/></EnumerationResults>`;
      return { status: 200, headers: { 'content-type': 'application/xml' }, body };
    });
    await rejects(storage.remove('a.jpg'), 'held');
    assert.deepEqual(await storage.read('a.jpg'), bytes);
    isLocked = false;
    const from = proxy.exchanges.length;
    await storage.remove('a.jpg');
    const deleted = proxy.exchanges.slice(from).filter(({ method }) => method === 'DELETE');
    const ids = deleted.map(({ url }) => new URLSearchParams(url.split('?')[1]).get('versionid')?.slice(-2));
    assert.deepEqual(ids, [undefined, '1Z', '2Z']);
    proxy.answerBy(() => undefined);
    assert.equal(await storage.head('a.jpg'), undefined);
  });

  test('lives in a container that is there', async () => {
    const storage = await open({ at: `c-${randomUUID()}` });
    await rejects(storage.check(), 'unavailable');
    const bytes = picture();
    await rejects(storage.put('a.jpg', bytes, about(bytes)), 'unavailable');
  });
});
