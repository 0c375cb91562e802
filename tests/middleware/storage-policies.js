/**
 * Least privilege on a real S3 server: a user whom `policies/aws` lets in does the driver's work and nothing else.
 *
 * The server knows policies of buckets only, and lets whoever wrote an object do anything with it. So what IAM's policy
 * allows is said in the bucket's, and what IAM denies by not allowing it, is denied there.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import {
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { createBucket, KMS_KEY_ID } from './servers/s3.js';
import { about, keys, picture, rejects } from './storage-contract.js';

const PREFIX = 'snapshots';
const ENCRYPTED = /** @type {const} */ ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KMS_KEY_ID });

/** @type {import('./servers/s3.js').S3Server} */ let server;
/** @type {Awaited<ReturnType<import('./servers/s3.js').S3Server['createUser']>>} */ let service;
/** @type {Awaited<ReturnType<import('./servers/s3.js').S3Server['createUser']>>} */ let stranger;
/** @type {string} */ let Bucket;
/** @type {string} */ let otherBucket;
/** @type {import('@aws-sdk/client-s3').S3Client} */ let owner;
/** @type {import('@aws-sdk/client-s3').S3Client} */ let asService;
/** @type {import('@aws-sdk/client-s3').S3Client} */ let asStranger;

/** @param {string} name */
async function file(name) {
  const text = await readFile(new URL(`../../examples/middleware/policies/aws/${name}`, import.meta.url), 'utf8');
  return JSON.parse(text.replaceAll('BUCKET', Bucket).replaceAll('PREFIX', PREFIX));
}

/** What else there is to do with an object. */
const ELSE = [
  'PutObjectAcl',
  'PutObjectVersionAcl',
  'GetObjectAcl',
  'GetObjectVersionAcl',
  'PutObjectRetention',
  'GetObjectRetention',
]
  .concat([
    'DeleteObject',
    'DeleteObjectTagging',
    'DeleteObjectVersionTagging',
    'RestoreObject',
    'BypassGovernanceRetention',
  ])
  .concat(['AbortMultipartUpload', 'ListMultipartUploadParts', 'GetObjectTorrent', 'GetObjectVersionTorrent'])
  .map((name) => `s3:${name}`);

/** Both policies in one, but for the encryption's part and clear text, which this server cannot tell. */
async function policy() {
  const ofBucket = (await file('bucket-policy.json')).Statement;
  const ofService = (await file('iam-policy.json')).Statement.filter(
    (/** @type {any} */ { Sid }) => Sid !== 'Encryption',
  );
  const Principal = { AWS: service.arn };
  const allowed = ofService.flatMap((/** @type {any} */ { Action }) => Action);
  const denied = ELSE.filter((action) => !allowed.includes(action));
  return {
    Version: '2012-10-17',
    Statement: [
      ...ofBucket.filter((/** @type {any} */ { Sid }) => Sid !== 'RefuseClearText'),
      ...ofService.map((/** @type {any} */ statement) => ({ ...statement, Principal })),
      { Effect: 'Deny', Principal, Action: denied, Resource: `arn:aws:s3:::${Bucket}/*` },
    ],
  };
}

/** @param {{ accessKeyId: string, secretAccessKey: string }} as @param {{ at?: string, prefix?: string, query?: string }} [where] */
function open(
  { accessKeyId, secretAccessKey },
  { at = Bucket, prefix = PREFIX, query = `&sse=aws:kms&kmsKeyId=${KMS_KEY_ID}` } = {},
) {
  const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return openStorage(`s3://${at}/${prefix}?endpoint=${server.endpoint}${query}`, { env });
}

/** @param {() => import('./servers/s3.js').S3Server} started What it runs on, once the tests run. */
export function leastPrivilege(started) {
  describe('the policies', () => {
    before(async () => {
      server = started();
      owner = server.client();
      [service, stranger] = [await server.createUser('service'), await server.createUser('stranger')];
      [asService, asStranger] = [server.client(service), server.client(stranger)];
      [Bucket, otherBucket] = [await createBucket(server), await createBucket(server)];
      await owner.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(await policy()) }));
    });
    after(() => {
      for (const client of [owner, asService, asStranger]) client?.destroy();
    });

    describe('the service’s credential', () => {
      test('does all of the driver’s work', async () => {
        const storage = await open(service);
        const bytes = picture();
        await storage.check();
        assert.equal((await storage.put('a/b.jpg', bytes, about(bytes))).created, true);
        assert.equal((await storage.put('a/b.jpg', bytes, about(bytes))).created, false);
        assert.deepEqual(await storage.read('a/b.jpg'), bytes);
        assert.deepEqual(await keys(storage), ['a/b.jpg']);
        const link = await storage.link('a/b.jpg', { seconds: 60, fileName: 'b.jpg' });
        const answer = await fetch(link?.url ?? '');
        assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
        await storage.hold('a/b.jpg', true);
        await rejects(storage.remove('a/b.jpg'), 'held');
        await storage.hold('a/b.jpg', false);
        await storage.remove('a/b.jpg');
        assert.equal(await storage.head('a/b.jpg'), undefined);
        assert.deepEqual(await keys(storage), []);
      });

      test('does nothing else, though the same requests are good ones of the owner', async () => {
        const storage = await open(service);
        const bytes = picture();
        await storage.put('mine.jpg', bytes, about(bytes));
        await owner.send(new PutObjectCommand({ Bucket, Key: 'other/a.jpg', Body: 'x', ...ENCRYPTED }));
        await owner.send(new PutObjectCommand({ Bucket: otherBucket, Key: `${PREFIX}/a.jpg`, Body: 'x' }));
        await owner.send(new PutObjectCommand({ Bucket, Key: `${PREFIX}/owners.jpg`, Body: 'x', ...ENCRYPTED }));
        const inAnHour = new Date(Date.now() + 3_600_000);
        const Rules = [
          { ID: 'all', Status: /** @type {const} */ ('Enabled'), Filter: { Prefix: 'none/' }, Expiration: { Days: 1 } },
        ];
        const Policy = JSON.stringify(await policy());
        /** The last ones are destructive. @param {{ Bucket: string, Key: string }} mine @returns {[string, any][]} */
        const requests = (mine) => [
          ['write below another prefix', new PutObjectCommand({ Bucket, Key: 'other/b.jpg', Body: 'x', ...ENCRYPTED })],
          ['write to another bucket', new PutObjectCommand({ Bucket: otherBucket, Key: `${PREFIX}/b.jpg`, Body: 'x' })],
          ['read below another prefix', new GetObjectCommand({ Bucket, Key: 'other/a.jpg' })],
          ['read another bucket', new GetObjectCommand({ Bucket: otherBucket, Key: `${PREFIX}/a.jpg` })],
          ['list everything', new ListObjectsV2Command({ Bucket })],
          ['list another prefix', new ListObjectsV2Command({ Bucket, Prefix: 'other/' })],
          ['list all versions', new ListObjectVersionsCommand({ Bucket })],
          ['list another bucket', new ListObjectsV2Command({ Bucket: otherBucket, Prefix: `${PREFIX}/` })],
          ['make an object public', new PutObjectAclCommand({ ...mine, ACL: 'public-read' })],
          [
            'put a retention on an object',
            new PutObjectRetentionCommand({ ...mine, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: inAnHour } }),
          ],
          ['hide an object by a delete marker', new DeleteObjectCommand(mine)],
          ['delete below another prefix', new DeleteObjectCommand({ Bucket, Key: 'other/a.jpg' })],
          ['read the bucket’s policy', new GetBucketPolicyCommand({ Bucket })],
          ['change the bucket’s policy', new PutBucketPolicyCommand({ Bucket, Policy })],
          [
            'change the lifecycle',
            new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
          ],
          ['delete the lifecycle', new DeleteBucketLifecycleCommand({ Bucket })],
          [
            'turn versions off',
            new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }),
          ],
          ['delete the bucket', new DeleteBucketCommand({ Bucket })],
          ['delete another bucket', new DeleteBucketCommand({ Bucket: otherBucket })],
          ['delete the policy', new DeleteBucketPolicyCommand({ Bucket })],
        ];
        const outcome = (/** @type {typeof owner} */ client, /** @type {any} */ command) =>
          client.send(command).then(
            () => 'done',
            (/** @type {Error} */ error) => error.name,
          );
        for (const [what, command] of requests({ Bucket, Key: `${PREFIX}/mine.jpg` }))
          assert.equal(await outcome(asService, command), 'AccessDenied', what);
        for (const [what, command] of requests({ Bucket, Key: `${PREFIX}/owners.jpg` }))
          assert.notEqual(await outcome(owner, command), 'AccessDenied', what);
        await owner.send(new PutBucketPolicyCommand({ Bucket, Policy }));
        assert.deepEqual(await storage.read('mine.jpg'), bytes);
      });

      test('cannot get past a retention in governance mode, nor can anybody', async () => {
        const at = { Bucket, Key: `${PREFIX}/governed.jpg` };
        const RetainUntilDate = new Date(Date.now() + 3_600_000);
        await owner.send(new PutObjectCommand({ ...at, Body: 'x', ...ENCRYPTED }));
        await owner.send(new PutObjectRetentionCommand({ ...at, Retention: { Mode: 'GOVERNANCE', RetainUntilDate } }));
        const { VersionId } = await owner.send(new HeadObjectCommand(at));
        for (const client of [asService, owner]) {
          const bypass = new DeleteObjectCommand({ ...at, VersionId, BypassGovernanceRetention: true });
          await assert.rejects(client.send(bypass), { name: 'AccessDenied' });
        }
        await rejects((await open(service)).remove('governed.jpg'), 'denied');
        assert.ok(await owner.send(new HeadObjectCommand(at)));
      });

      test('writes nothing unencrypted, or encrypted otherwise', async () => {
        const bytes = picture();
        for (const query of ['', '&sse=AES256']) {
          await rejects((await open(service, { query })).put('plain.jpg', bytes, about(bytes)), 'denied');
        }
        for (const client of [owner, asService]) {
          await assert.rejects(client.send(new PutObjectCommand({ Bucket, Key: `${PREFIX}/plain.jpg`, Body: 'x' })), {
            name: 'AccessDenied',
          });
        }
      });

      test('is good for one place: the driver says that it is denied elsewhere', async () => {
        const bytes = picture();
        for (const where of [{ prefix: 'other' }, { at: otherBucket }]) {
          const storage = await open(service, where);
          await rejects(storage.check(), 'denied');
          await rejects(storage.put('a.jpg', bytes, about(bytes)), 'denied');
          await rejects(storage.remove('a.jpg'), 'denied');
        }
      });
    });

    test('a stranger and the public see nothing', async () => {
      const storage = await open(service);
      const bytes = picture();
      await storage.put('private.jpg', bytes, about(bytes));
      const at = { Bucket, Key: `${PREFIX}/private.jpg` };
      for (const command of [
        new GetObjectCommand(at),
        new ListObjectsV2Command({ Bucket, Prefix: `${PREFIX}/` }),
        new PutObjectCommand({ ...at, Body: 'x', ...ENCRYPTED }),
      ]) {
        await assert.rejects(asStranger.send(/** @type {any} */ (command)), { name: 'AccessDenied' });
      }
      assert.equal((await fetch(`${server.endpoint}/${at.Bucket}/${at.Key}`)).status, 403);
      assert.deepEqual(await storage.read('private.jpg'), bytes);
    });
  });
}
