/** What `STORAGE_URL` may say, and the sentence for what it may not. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { parseStorageUrl } from '../../examples/middleware/storage/url.js';

describe('STORAGE_URL names', () => {
  test('a folder', () => {
    for (const [url, folder] of [
      ['file:./data', './data'],
      ['file:data', 'data'],
      ['file:/var/lib/caseframe', '/var/lib/caseframe'],
      ['file:///var/lib/case%20frame', '/var/lib/case frame'],
    ]) {
      assert.deepEqual(parseStorageUrl(url), { kind: 'file', folder });
    }
  });

  test('a bucket at AWS, encrypted and locked unless it is said otherwise', () => {
    assert.deepEqual(parseStorageUrl('s3://snapshots/video/calls?region=eu-central-1'), {
      kind: 's3',
      bucket: 'snapshots',
      prefix: 'video/calls/',
      region: 'eu-central-1',
      endpoint: undefined,
      forcePathStyle: false,
      sse: 'AES256',
      kmsKeyId: undefined,
      checksums: 'WHEN_SUPPORTED',
      objectLock: true,
      verifyPut: false,
      lifecycle: false,
      timeoutMs: 30_000,
    });
  });

  test('a bucket of another server, with what such a server needs', () => {
    const url =
      's3://snapshots?endpoint=https://s3.example.com/&sse=aws:kms&kmsKeyId=arn:aws:kms:eu:1:key/a-b&lifecycle=true';
    const settings = parseStorageUrl(url);
    assert.deepEqual(settings, {
      kind: 's3',
      bucket: 'snapshots',
      prefix: '',
      region: 'us-east-1',
      endpoint: 'https://s3.example.com',
      forcePathStyle: true,
      sse: 'aws:kms',
      kmsKeyId: 'arn:aws:kms:eu:1:key/a-b',
      checksums: 'WHEN_REQUIRED',
      objectLock: true,
      verifyPut: true,
      lifecycle: true,
      timeoutMs: 30_000,
    });
    const other =
      '&checksums=when-supported&forcePathStyle=false&objectLock=false&verifyPut=false&timeoutMs=5000&region=a';
    const { checksums, forcePathStyle, objectLock, verifyPut, timeoutMs, region } = /** @type {any} */ (
      parseStorageUrl(url + other)
    );
    assert.deepEqual(
      [checksums, forcePathStyle, objectLock, verifyPut, timeoutMs, region],
      ['WHEN_SUPPORTED', false, false, false, 5000, 'a'],
    );
  });

  test('a container and a Google bucket', () => {
    assert.deepEqual(parseStorageUrl('azure://account1/snapshots/calls'), {
      kind: 'azure',
      account: 'account1',
      container: 'snapshots',
      prefix: 'calls/',
      endpoint: 'https://account1.blob.core.windows.net',
      encryptionScope: undefined,
      immutability: true,
      versions: true,
      lifecycle: false,
      timeoutMs: 30_000,
    });
    assert.deepEqual(parseStorageUrl('gs://snapshots/calls?lifecycle=true'), {
      kind: 'gcs',
      bucket: 'snapshots',
      prefix: 'calls/',
      endpoint: undefined,
      kmsKeyName: undefined,
      lifecycle: true,
      timeoutMs: 30_000,
    });
  });
});

const REFUSED = /** @type {[string, RegExp][]} */ ([
  ['', /begins with file:/],
  ['./data', /begins with file:/],
  ['https://bucket', /begins with file:/],
  ['file:', /names a folder/],
  ['file://server/share', /names a folder/],
  ['file:./data?mode=0777', /names a folder/],
  ['file:./a%', /percent sign/],
  ['s3:bucket', /goes on as s3:\/\/bucket/],
  ['s3://bucket', /bucket’s region/],
  ['s3://B/x?region=eu', /bucket is not one/],
  ['s3://bucket/../x?region=eu', /prefix has letters/],
  ['s3://key:secret@bucket?region=eu', /no credentials/],
  ['s3://bucket:9000?region=eu', /no port/],
  ['s3://bucket?region=eu-central-1&colour=red', /does not know: "colour"; it knows endpoint/],
  ['s3://bucket?region=eu&region=us', /"region" twice/],
  ['s3://bucket?region=eu.evil.com/', /region is not one/],
  ['s3://bucket?region=eu@evil', /region is not one/],
  ['s3://bucket?region=', /region is not one/],
  ['s3://bucket?region=eu&sse=rot13', /sse is AES256 or aws:kms or none/],
  ['s3://bucket?region=eu&kmsKeyId=k', /only with sse=aws:kms/],
  ['s3://bucket?region=eu&objectLock=yes', /objectLock is true or false/],
  ['s3://bucket?region=eu&checksums=never', /checksums is when-required or when-supported/],
  ['s3://bucket?region=eu&timeoutMs=0', /timeoutMs is not one/],
  ['s3://bucket?endpoint=s3.example.com', /no address/],
  ['s3://bucket?endpoint=ftp://s3.example.com', /begins with https/],
  ['s3://bucket?endpoint=file:///etc/passwd', /begins with https/],
  ['s3://bucket?endpoint=http://s3.example.com', /insecure=true/],
  ['s3://bucket?endpoint=http://127.0.0.1.evil.com', /insecure=true/],
  ['s3://bucket?endpoint=http://localhost.evil.com', /insecure=true/],
  ['s3://bucket?endpoint=https://key:hunter2@s3.example.com', /no credentials/],
  ['s3://bucket?endpoint=https://s3.example.com/?a=b', /no query/],
  ['s3://bucket?endpoint=http://169.254.169.254&insecure=true', /metadata service/],
  ['s3://bucket?endpoint=http://2852039166&insecure=true', /metadata service/],
  ['s3://bucket?endpoint=https://[::ffff:169.254.169.254]', /metadata service/],
  ['s3://bucket?endpoint=http://metadata.google.internal&insecure=true', /metadata service/],
  ['azure://account', /container is not one/],
  ['azure://Account/container', /storage account is not one/],
  ['azure://account.evil/container', /storage account is not one/],
  ['azure://account/container?region=eu', /does not know: "region"/],
  ['gs://bucket?sse=AES256', /does not know: "sse"/],
  ['gs://bucket?kmsKeyName=key', /kmsKeyName is not one/],
]);

describe('STORAGE_URL is refused with a sentence', () => {
  for (const [url, sentence] of REFUSED) {
    test(url || 'nothing', async () => {
      await assert.rejects(openStorage(url, { env: {} }), (/** @type {any} */ error) => {
        assert.equal(error.name, 'StorageUrlError');
        assert.equal(error.code, 'invalid-setting');
        assert.match(error.message, sentence);
        assert.doesNotMatch(error.message, /hunter2|secret/);
        return true;
      });
    });
  }
});

test('STORAGE_URL may say that clear text is wanted', () => {
  const settings = parseStorageUrl('s3://bucket?endpoint=http://ceph.internal:7480&insecure=true');
  assert.equal(/** @type {any} */ (settings).endpoint, 'http://ceph.internal:7480');
  for (const host of ['localhost', '127.0.0.1:9000', '[::1]:9000'])
    parseStorageUrl(`s3://bucket?endpoint=http://${host}`);
});
