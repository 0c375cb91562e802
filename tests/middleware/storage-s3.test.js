/** Snapshots in S3, over a real server: the contract, and what only a bucket can do or get wrong. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { startProxy } from './servers/proxy.js';
import { createBucket, KMS_KEY_ID, startS3 } from './servers/s3.js';
import { about, keys, picture, rejects, storageContract } from './storage-contract.js';
import { leastPrivilege } from './storage-policies.js';

/** Of the lifecycle's rules. */
const DAY_SECONDS = 2;

/** For what a busy machine does in the background. */
const PATIENCE_MS = 120_000;

/** @type {import('./servers/s3.js').S3Server} */ let server;
/** @type {import('./servers/proxy.js').Proxy} */ let proxy;
/** @type {string} */ let bucket;
/** @type {import('@aws-sdk/client-s3').S3Client} */ let owner;

before(async () => {
  server = await startS3({ daySeconds: DAY_SECONDS });
  proxy = await startProxy(server.endpoint);
  bucket = await createBucket(server);
  owner = server.client();
});
after(async () => {
  owner?.destroy();
  await proxy?.stop();
  await server?.stop();
});

/**
 * @param {object} [options]
 * @param {string} [options.at] The bucket. @param {string} [options.prefix] Default: a new one.
 * @param {string} [options.endpoint] @param {string} [options.query] Further parameters.
 * @param {{ accessKeyId: string, secretAccessKey: string }} [options.as]
 * @param {Record<string, string>} [options.env] @param {() => number} [options.now]
 */
function open({
  at = bucket,
  prefix = randomUUID(),
  endpoint = server.endpoint,
  query = '',
  as = server,
  env = {},
  now,
} = {}) {
  const url = `s3://${at}/${prefix}?endpoint=${endpoint}&sse=aws:kms&kmsKeyId=${KMS_KEY_ID}${query}`;
  const keys = { AWS_ACCESS_KEY_ID: as.accessKeyId, AWS_SECRET_ACCESS_KEY: as.secretAccessKey };
  return openStorage(url, { env: { ...keys, ...env }, now, pageSize: 5 });
}

storageContract('s3', {
  open: () => open({ endpoint: proxy.endpoint }),
  async gone() {
    const gone = await startProxy(server.endpoint);
    await gone.stop();
    return open({ endpoint: gone.endpoint, query: '&timeoutMs=10000' });
  },
  async silent() {
    const silent = await startProxy(server.endpoint);
    silent.fallSilent();
    const storage = await open({ endpoint: silent.endpoint, query: '&timeoutMs=1000' });
    return { ...storage, close: async () => void (await Promise.all([storage.close(), silent.stop()])) };
  },
  denied: () => open({ as: { accessKeyId: server.accessKeyId, secretAccessKey: 'wrong' } }),
  async lose(_storage, work) {
    proxy.lose();
    return work();
  },
});

/** @param {import('../../examples/middleware/storage/storage.js').Storage} storage @param {string} key */
async function put(storage, key, retentionDays = 30) {
  const bytes = picture();
  await storage.put(key, bytes, about(bytes, { retentionDays }));
  return bytes;
}

/** @param {string} Key @param {string} [Bucket] */
async function versionsOf(Key, Bucket = bucket) {
  const { Versions = [], DeleteMarkers = [] } = await owner.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: Key }),
  );
  return Versions.length + DeleteMarkers.length;
}

describe('an object in S3', () => {
  test('is encrypted by the key that was said, tagged and described', async () => {
    const prefix = randomUUID();
    const storage = await open({ prefix });
    await put(storage, 'a.jpg', 90);
    const at = { Bucket: bucket, Key: `${prefix}/a.jpg` };
    const head = await owner.send(new HeadObjectCommand(at));
    assert.equal(head.ServerSideEncryption, 'aws:kms');
    assert.equal(head.SSEKMSKeyId, KMS_KEY_ID);
    assert.equal(head.ContentType, 'image/jpeg');
    const { TagSet = [] } = await owner.send(new GetObjectTaggingCommand(at));
    assert.deepEqual(Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value])), {
      hold: 'no',
      'retention-days': '90',
    });
  });

  test('is refused where its key of encryption is not one', async () => {
    const storage = await openStorage(`s3://${bucket}/x?endpoint=${server.endpoint}&sse=aws:kms&kmsKeyId=no-such-key`, {
      env: { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey },
    });
    await rejects(put(storage, 'a.jpg'), 'denied');
    await rejects(storage.check(), 'denied');
  });

  test('is locked by a hold: even its owner cannot delete the version, and its other tags stay', async () => {
    const prefix = randomUUID();
    const storage = await open({ prefix });
    await put(storage, 'a.jpg', 90);
    const at = { Bucket: bucket, Key: `${prefix}/a.jpg` };
    await storage.hold('a.jpg', true);
    const { VersionId } = await owner.send(new HeadObjectCommand(at));
    await assert.rejects(owner.send(new DeleteObjectCommand({ ...at, VersionId })), { name: 'AccessDenied' });
    const { TagSet = [] } = await owner.send(new GetObjectTaggingCommand(at));
    assert.deepEqual(Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value])), {
      hold: 'yes',
      'retention-days': '90',
    });
    await storage.hold('a.jpg', false);
    await owner.send(new DeleteObjectCommand({ ...at, VersionId }));
    assert.equal(await versionsOf(at.Key), 0);
  });

  test('is held while only half of a hold has been done, either half', async () => {
    const prefix = randomUUID();
    const storage = await open({ prefix });
    for (const key of ['tag.jpg', 'lock.jpg']) await put(storage, key);
    const [tagged, locked] = ['tag.jpg', 'lock.jpg'].map((key) => ({ Bucket: bucket, Key: `${prefix}/${key}` }));
    await owner.send(new PutObjectTaggingCommand({ ...tagged, Tagging: { TagSet: [{ Key: 'hold', Value: 'yes' }] } }));
    await owner.send(new PutObjectLegalHoldCommand({ ...locked, LegalHold: { Status: 'ON' } }));
    for (const key of ['tag.jpg', 'lock.jpg']) {
      assert.equal((await storage.head(key))?.held, true, key);
      await rejects(storage.remove(key), 'held');
      await storage.hold(key, false);
      await storage.remove(key);
    }
  });

  test('is tagged before it is locked and unlocked before it is untagged', async () => {
    const storage = await open({ endpoint: proxy.endpoint });
    await put(storage, 'a.jpg');
    for (const held of [true, false]) {
      const from = proxy.exchanges.length;
      await storage.hold('a.jpg', held);
      const puts = proxy.exchanges.slice(from).filter(({ method }) => method === 'PUT');
      const order = puts.map(({ url }) => /[?&](tagging|legal-hold)/.exec(url)?.[1]);
      assert.deepEqual(order, held ? ['tagging', 'legal-hold'] : ['legal-hold', 'tagging']);
    }
  });

  test('is removed with every version and delete marker, whatever lies on top', async () => {
    const prefix = randomUUID();
    const storage = await open({ prefix });
    const at = { Bucket: bucket, Key: `${prefix}/a.jpg` };
    for (let times = 0; times < 7; times += 1) {
      await put(storage, 'a.jpg');
      await owner.send(new DeleteObjectCommand(at));
    }
    assert.equal(await storage.head('a.jpg'), undefined);
    assert.equal(await versionsOf(at.Key), 14);
    await storage.remove('a.jpg');
    assert.equal(await versionsOf(at.Key), 0);
  });

  test('is not removed where an older version is locked', async () => {
    const prefix = randomUUID();
    const storage = await open({ prefix });
    const bytes = await put(storage, 'a.jpg');
    await storage.hold('a.jpg', true);
    await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${prefix}/a.jpg` }));
    assert.equal(await storage.head('a.jpg'), undefined);
    await rejects(storage.remove('a.jpg'), 'held');
    const { Versions = [] } = await owner.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: `${prefix}/a.jpg` }),
    );
    assert.equal(Versions.length, 1);
    assert.equal(Versions[0].Size, bytes.length);
  });

  test('has a link that is good for no longer than the credentials', async () => {
    let now = Date.now();
    const env = { AWS_CREDENTIAL_EXPIRATION: new Date(now + 45_900).toISOString() };
    const storage = await open({ env, now: () => now });
    const link = await storage.link('a.jpg', { seconds: 60, fileName: 'a.jpg' });
    assert.equal(link?.seconds, 45);
    assert.equal(new URL(link.url).searchParams.get('X-Amz-Expires'), '45');
    assert.equal((await storage.link('a.jpg', { seconds: 10, fileName: 'a.jpg' }))?.seconds, 10);
    now += 45_500;
    await rejects(storage.link('a.jpg', { seconds: 60, fileName: 'a.jpg' }), 'denied');
  });

  test('cannot be held for real in a bucket without Object Lock, unless that is said', async () => {
    const at = await createBucket(server, { objectLock: false });
    const storage = await open({ at });
    await put(storage, 'a.jpg');
    await rejects(storage.hold('a.jpg', true), 'denied');
    const plain = await open({ at, prefix: 'plain', query: '&objectLock=false' });
    await put(plain, 'a.jpg');
    await plain.hold('a.jpg', true);
    await rejects(plain.remove('a.jpg'), 'held');
    await plain.hold('a.jpg', false);
    await plain.remove('a.jpg');
    assert.equal(await versionsOf('plain/a.jpg', at), 0);
  });

  test('lives in a bucket that is there', async () => {
    const storage = await open({ at: `bucket-${randomUUID()}` });
    await rejects(storage.check(), 'unavailable');
    await rejects(put(storage, 'a.jpg'), 'unavailable');
  });

  test('is refused unencrypted where the bucket insists on it', async () => {
    const at = await createBucket(server);
    const Statement = [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${at}/*`,
        Condition: { Null: { 's3:x-amz-server-side-encryption': 'true' } },
      },
    ];
    await owner.send(
      new PutBucketPolicyCommand({ Bucket: at, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
    );
    await assert.rejects(owner.send(new PutObjectCommand({ Bucket: at, Key: 'plain', Body: 'x' })), {
      name: 'AccessDenied',
    });
    const unencrypted = await openStorage(`s3://${at}?endpoint=${server.endpoint}`, {
      env: { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey },
    });
    await rejects(put(unencrypted, 'a.jpg'), 'denied');
    const storage = await open({ at });
    assert.ok(await put(storage, 'a.jpg'));
  });
});

describe('a bucket’s lifecycle', () => {
  test('deletes what is past its retention, and never what is held', async () => {
    const file = new URL('../../examples/middleware/policies/aws/lifecycle.json', import.meta.url);
    // One day instead of thirty.
    const { Rules } = JSON.parse((await readFile(file, 'utf8')).replaceAll('30', '1').replaceAll('PREFIX', 'x'));
    const at = await createBucket(server, { lifecycle: Rules });
    const storage = await open({ at, prefix: 'x', query: '&lifecycle=true' });
    assert.equal(storage.expires, true);
    const began = Date.now();
    const kept = await put(storage, 'longer.jpg', 100);
    const held = await putHeld(storage, 'held.jpg', 1);
    await put(storage, 'a.jpg', 1);
    const until = async (/** @type {() => Promise<boolean>} */ done) => {
      while (!(await done())) {
        assert.ok(Date.now() - began < PATIENCE_MS, `After ${PATIENCE_MS} ms: ${await keys(storage)}`);
        await sleep(250);
      }
    };
    await until(async () => (await storage.head('a.jpg')) === undefined);
    await until(async () => (await versionsOf('x/a.jpg', at)) === 0);
    assert.deepEqual(await keys(storage), ['held.jpg', 'longer.jpg']);
    assert.deepEqual(await storage.read('held.jpg'), held);
    assert.deepEqual(await storage.read('longer.jpg'), kept);
    // Once it is not held any more, its time is up.
    await storage.hold('held.jpg', false);
    await until(async () => (await storage.head('held.jpg')) === undefined);
    assert.deepEqual(await keys(storage), ['longer.jpg']);
  });
});

/**
 * Held before its time is up, two seconds after it was put: a busy machine may come too late, and then puts it anew.
 * @param {import('../../examples/middleware/storage/storage.js').Storage} storage @param {string} key @param {number} days
 */
async function putHeld(storage, key, days) {
  for (;;) {
    const bytes = await put(storage, key, days);
    try {
      await storage.hold(key, true);
      return bytes;
    } catch (/** @type {any} */ error) {
      if (error.code !== 'missing') throw error;
    }
  }
}

leastPrivilege(() => server);
