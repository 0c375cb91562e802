/** The middleware over real HTTP: what it files, what it refuses, and that a refusal leaves nothing behind. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import sharp from 'sharp';
import { readStructure } from '../../examples/middleware/intake/jpeg.js';
import { StorageError } from '../../examples/middleware/storage/storage.js';
import {
  bearer,
  FIELDS,
  filesIn,
  formOf,
  KEYS,
  newId,
  PATH,
  pause,
  read,
  STATIC_KEYS,
  sha256,
  startService,
} from './servers/service.js';

const ROCKET = new URL('../fixtures/rocket.jpg', import.meta.url);
const MAX_FILE_BYTES = 300_000;
const MAX_PIXELS = 1_000_000;
const LIMITS = { MAX_FILE_BYTES: String(MAX_FILE_BYTES), MAX_PIXELS: String(MAX_PIXELS), UPLOADS_PER_MINUTE: '100000' };

/** @type {Awaited<ReturnType<typeof startService>>} */ let service;
/** @type {string} */ let base;
/** Where the pictures lie. @type {string} */ let objects;
/** @type {Buffer} */ let photo;
/** @type {Buffer} */ let otherPhoto;
/** What was there before the test. @type {string[]} */ let filed;

before(async () => {
  photo = await readFile(ROCKET);
  otherPhoto = await sharp(photo).flop().jpeg().toBuffer();
  service = await startService({ env: { STATIC_KEYS, ...LIMITS } });
  base = service.base;
  objects = join(service.data, 'objects');
});
after(() => service.close());
beforeEach(async () => {
  filed = await filesIn(objects);
});

describe('a snapshot that is in order', () => {
  test('has its metadata by their values, not by their text', async () => {
    const metadata = '{ "track": 12345678901234567890, "gain": 1e999, "zero": -0, "a": 1, "a": 2, "text": "\\u00e4" }';
    const { status, body } = await upload({ fields: { metadata } });
    assert.equal(status, 200);
    const record = await service.records.find('local', body.id);
    const kept = '{"track":12345678901234567000,"gain":null,"zero":0,"a":2,"text":"ä"}';
    assert.equal(JSON.stringify(record?.metadata), kept);
  });

  test('is filed as it came, with its record', async () => {
    const id = newId();
    const answer = await upload({
      fields: { snapshotId: id, sha256: sha256(photo), metadata: '{"redactions":[{"x":1}]}' },
      key: id,
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, {
      success: true,
      id,
      url: `${base}${PATH}/${id}`,
      sha256: sha256(photo),
      annotation: 'queued',
    });
    const record = await service.records.find('local', id);
    assert.ok(record);
    const { receivedAt, expiresAt, objectKey, ...rest } = record;
    assert.match(
      objectKey,
      /^video-snapshots\/call-1\/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.jpg$/,
    );
    assert.deepEqual(await readFile(join(objects, objectKey)), photo);
    assert.ok(Math.abs(Date.now() - Date.parse(receivedAt)) < 60_000, receivedAt);
    assert.equal(Date.parse(expiresAt) - Date.parse(receivedAt), 30 * 24 * 60 * 60 * 1000);
    assert.deepEqual(rest, {
      id,
      organizationId: 'local',
      interactionId: 'call-1',
      agentId: 'agent-7',
      timestamp: '2026-11-02T10:20:30.456Z',
      sha256: sha256(photo),
      bytes: photo.length,
      width: 640,
      height: 427,
      redactions: [{ x: 1 }],
      metadata: { redactions: [{ x: 1 }] },
      state: 'stored',
      annotation: 'queued',
      annotationReason: null,
      legalHold: false,
      holdReason: null,
      deletedAt: null,
      deletedReason: null,
    });
  });

  test('needs no more than the four fields of the guide', async () => {
    const { status, body } = await upload({});
    assert.equal(status, 200);
    assert.match(body.id, /^[0-9a-f-]{36}$/);
    const record = await service.records.find('local', body.id);
    assert.deepEqual(await newPictures(), [record?.objectKey]);
  });

  test('is shown by its stable link, safely', async () => {
    const { body } = await upload({});
    const response = await fetch(body.url, { headers: bearer(KEYS.agent) });
    assert.equal(response.status, 200);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), photo);
    const header = (/** @type {string} */ name) => response.headers.get(name);
    assert.equal(header('content-type'), 'image/jpeg');
    assert.equal(header('x-content-type-options'), 'nosniff');
    assert.equal(header('cache-control'), 'private, no-store');
    assert.equal(header('content-security-policy'), "default-src 'none'; sandbox");
    assert.equal(header('cross-origin-resource-policy'), 'same-origin');
  });

  test('may be progressive, have restart markers, or be grey', async () => {
    const variants = [
      sharp(photo).jpeg({ progressive: true }),
      sharp(photo).greyscale().jpeg(),
      sharp(photo).jpeg({ chromaSubsampling: '4:4:4', quality: 40 }),
    ];
    for (const variant of variants) {
      const answer = await upload({ file: await variant.toBuffer() });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    }
  });

  test('comes in any order of parts', async () => {
    const form = new FormData();
    form.append('file', new Blob([photo], { type: 'image/jpeg' }), 'snapshot.jpg');
    for (const [name, value] of Object.entries(FIELDS)) form.append(name, value);
    assert.equal((await post(form)).status, 200);
  });
});

describe('a bad field', () => {
  const cases = [
    ...['interactionId', 'agentId', 'timestamp'].map((name) => [name, undefined, 'missing-field']),
    ...['interactionId', 'agentId', 'snapshotId'].flatMap((name) =>
      ['', '-a', '_a', '.', '..', 'a.b', 'a/b', 'a\\b', '../a', '/etc', 'a b', 'ä', 'a\0b', 'a\n', 'x'.repeat(65)].map(
        (value) => [name, value, 'invalid-field'],
      ),
    ),
    ...[
      '',
      'yesterday',
      '1762078830',
      '2026-11-02',
      '2026-11-02T10:20:30',
      '2026-02-30T10:20:30Z',
      '2026-13-01T10:20:30Z',
      '2026-11-02T25:20:30Z',
      '2026-11-02T24:00:00Z',
      '0000-01-01T00:00:00Z',
      '02/11/2026 10:20',
    ].map((value) => ['timestamp', value, 'invalid-field']),
    ...['', 'abc', 'A'.repeat(64), 'g'.repeat(64), 'a'.repeat(65)].map((value) => ['sha256', value, 'invalid-field']),
    ...['', '{', '[]', '7', 'null', '"text"'].map((value) => ['metadata', value, 'invalid-field']),
    ['sha-256', 'a'.repeat(64), 'unknown-field'],
    ['__proto__', 'x', 'unknown-field'],
  ];
  for (const [name, value, code] of /** @type {[string, string | undefined, string][]} */ (cases)) {
    test(`${name} ${value === undefined ? 'left out' : JSON.stringify(value.slice(0, 24))}`, async () => {
      await refused(await upload({ fields: { [name]: value } }), 400, code);
    });
  }

  test('that is repeated', async () => {
    const form = formOf({ file: photo });
    form.append('agentId', 'agent-8');
    await refused(await post(form), 400, 'duplicate-field');
  });

  test('that is too large', async () => {
    const metadata = JSON.stringify({ text: 'x'.repeat(257 * 1024) });
    await refused(await upload({ fields: { metadata } }), 413, 'field-too-large');
  });

  test('metadata that are nested deeper than anybody reads', async () => {
    const nested = (/** @type {number} */ depth) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    for (const depth of [65, 30_000]) {
      await refused(await upload({ fields: { metadata: nested(depth) } }), 400, 'invalid-field');
    }
    const { status, body } = await upload({ fields: { metadata: nested(64) } });
    assert.equal(status, 200, JSON.stringify(body));
  });

  test('metadata of more objects than any capture has, in whatever shape; of 2,000 regions they are taken', async () => {
    const region = { x: 65432, y: 65432, width: 1234, height: 1234, mode: 'pixelate', cell: 1234 };
    for (const redactions of [Array(10_000).fill({}), Array(100).fill(Array(100).fill([]))]) {
      await refused(await upload({ fields: { metadata: JSON.stringify({ redactions }) } }), 400, 'invalid-field');
    }
    const metadata = JSON.stringify({ redactions: Array(1000).fill(region), dropped: Array(1000).fill(region) });
    const { status, body } = await upload({ fields: { metadata } });
    assert.equal(status, 200, JSON.stringify(body));
  });

  test('an idempotency key that is none', async () => {
    await refused(await upload({ key: 'a b' }), 400, 'invalid-idempotency-key');
    await refused(await upload({ key: 'x'.repeat(256) }), 400, 'invalid-idempotency-key');
  });
});

describe('a bad file', () => {
  test('none at all', async () => {
    const form = formOf({ file: photo });
    form.delete('file');
    await refused(await post(form), 400, 'missing-field');
  });

  test('two of them', async () => {
    const form = formOf({ file: photo });
    form.append('file', new Blob([photo], { type: 'image/jpeg' }), 'second.jpg');
    await refused(await post(form), 400, 'too-many-files');
  });

  test('under another name', async () => {
    const form = formOf({ file: photo });
    form.delete('file');
    form.append('picture', new Blob([photo], { type: 'image/jpeg' }), 'a.jpg');
    await refused(await post(form), 400, 'unknown-field');
  });

  test('of another type', async () => {
    await refused(await upload({ type: 'image/png' }), 415, 'not-a-jpeg');
    await refused(await upload({ file: await sharp(photo).resize(64).png().toBuffer() }), 415, 'not-a-jpeg');
    await refused(await upload({ file: Buffer.alloc(0) }), 415, 'not-a-jpeg');
    await refused(await upload({ file: Buffer.from('<script>alert(1)</script>') }), 415, 'not-a-jpeg');
  });

  test('cut short, at any byte', async () => {
    const small = await sharp(photo).resize(40).jpeg().toBuffer();
    for (let length = 0; length < small.length; length += 1) {
      assert.throws(() => readStructure(small.subarray(0, length)), { name: 'Problem' }, `first ${length} bytes`);
    }
    await refused(await upload({ file: photo.subarray(0, photo.length / 2) }), 422, 'broken-jpeg');
  });

  test('cut short but closed with an end marker', async () => {
    const file = Buffer.concat([photo.subarray(0, photo.length / 2), Buffer.from([0xff, 0xd9])]);
    assert.equal(readStructure(file).height, 427, 'all of its markers are in order');
    await refused(await upload({ file }), 422, 'broken-jpeg');
  });

  test('with something behind its end', async () => {
    for (const tail of ['\0', '\n', '<script>alert(1)</script>', 'PK\x03\x04']) {
      const file = Buffer.concat([photo, Buffer.from(tail, 'latin1')]);
      await refused(await upload({ file }), 422, 'broken-jpeg');
    }
    await refused(await upload({ file: Buffer.concat([photo, photo]) }), 422, 'broken-jpeg');
  });

  test('with markup in its comment', async () => {
    const comment = Buffer.from('<script>alert(1)</script>');
    const segment = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
    const file = Buffer.concat([photo.subarray(0, 2), segment, comment, photo.subarray(2)]);
    await refused(await upload({ file }), 422, 'broken-jpeg');
  });

  test('with broken bits in its picture', async () => {
    const file = Buffer.from(photo);
    file.fill(0xff, file.length - 4000, file.length - 2000);
    await refused(await upload({ file }), 422, 'broken-jpeg');
  });

  test('that is not the one of sha256', async () => {
    await refused(await upload({ fields: { sha256: sha256(otherPhoto) } }), 422, 'sha256-mismatch');
  });

  test('too large', async () => {
    const file = Buffer.concat([photo, Buffer.alloc(MAX_FILE_BYTES)]);
    await refused(await upload({ file }), 413, 'file-too-large');
  });

  test('of too many pixels', async () => {
    const create = { width: 1001, height: 1000, channels: /** @type {const} */ (3), background: 'black' };
    const file = await sharp({ create }).jpeg().toBuffer();
    await refused(await upload({ file }), 413, 'too-many-pixels');
  });
});

describe('a body that is no form', () => {
  for (const type of ['application/json', 'text/plain', 'image/jpeg', 'application/x-www-form-urlencoded']) {
    test(type, async () => {
      const response = await fetch(`${base}${PATH}/upload`, {
        method: 'POST',
        headers: { ...bearer(KEYS.agent), 'content-type': type },
        body: '{}',
      });
      await refused(await read(response), 415, 'not-multipart');
    });
  }

  test('nothing at all', async () => {
    await refused(
      await read(await fetch(`${base}${PATH}/upload`, { method: 'POST', headers: bearer(KEYS.agent) })),
      415,
      'not-multipart',
    );
  });

  test('a form that breaks off', async () => {
    const response = await fetch(`${base}${PATH}/upload`, {
      method: 'POST',
      headers: { ...bearer(KEYS.agent), 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\ncontent-disposition: form-data; name="interactionId"\r\n\r\ncall-1',
    });
    await refused(await read(response), 400, 'malformed-body');
  });
});

describe('the same idempotency key', () => {
  test('with the same picture: the same answer, and one object', async () => {
    const key = newId();
    const first = await upload({ key });
    const again = await upload({ key, fields: { timestamp: '2026-11-02T11:00:00Z' } });
    assert.equal(first.status, 200);
    assert.deepEqual([again.status, again.body], [200, first.body]);
    assert.equal((await newPictures()).length, 1);
    assert.equal((await service.records.find('local', first.body.id))?.timestamp, '2026-11-02T10:20:30.456Z');
  });

  test('with a picture that has been lost from the store since: not filed, so that its sender does not let go of it', async () => {
    const key = newId();
    const { body } = await upload({ key });
    const { objectKey = '' } = (await service.records.find('local', body.id)) ?? {};
    await service.storage.remove(objectKey);
    const again = await upload({ key });
    assert.deepEqual([again.status, again.body.code], [500, 'picture-missing']);
    await service.storage.put(objectKey, photo, { sha256: sha256(photo), retentionDays: 30 });
    const found = await upload({ key });
    assert.deepEqual([found.status, found.body], [200, body]);
  });

  test('with another picture, or for another interaction: never again, and nothing changes', async () => {
    const key = newId();
    const first = await upload({ key });
    filed = await filesIn(objects);
    await refused(await upload({ key, file: otherPhoto }), 422, 'idempotency-mismatch');
    await refused(await upload({ key, fields: { interactionId: 'call-2' } }), 422, 'idempotency-mismatch');
    const record = await service.records.find('local', first.body.id);
    assert.deepEqual(await readFile(join(objects, String(record?.objectKey))), photo);
  });

  test('of another agent is another key', async () => {
    const key = newId();
    const first = await upload({ key });
    const form = formOf({ file: otherPhoto, fields: { agentId: 'agent-8' } });
    const other = await post(form, { ...bearer(KEYS.other), 'idempotency-key': key });
    assert.deepEqual([first.status, other.status], [200, 200]);
    assert.notEqual(other.body.id, first.body.id);
  });

  test('while the first is still being processed: 409, to come again; another key waits for nobody', async (t) => {
    /** @type {(() => void)[]} */
    const waiting = [];
    const slow = await startService({
      wrap: ({ storage }) => ({
        storage: {
          ...storage,
          put: async (...args) => {
            await new Promise((resolve) => waiting.push(() => resolve(undefined)));
            return storage.put(...args);
          },
        },
      }),
    });
    t.after(() => slow.close());
    const send = (/** @type {string} */ key) =>
      fetch(`${slow.url}/upload`, {
        method: 'POST',
        headers: { ...bearer(KEYS.agent), 'idempotency-key': key },
        body: formOf({ file: photo }),
      });
    const first = send('key-1');
    while (waiting.length < 1) await pause(5);
    const second = await send('key-1');
    assert.deepEqual([second.status, (await second.json()).code], [409, 'in-progress']);
    const seconds = Number(second.headers.get('retry-after'));
    assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 20, `what is left of the lease: ${seconds}`);
    const other = send('key-2');
    while (waiting.length < 2) await pause(5);
    waiting[1]();
    assert.equal((await other).status, 200);
    waiting[0]();
    assert.equal((await first).status, 200);
    assert.equal((await send('key-1')).status, 200);
  });

  test('many at once, the same picture: one object, and the same answer for all who come again', async () => {
    const key = newId();
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload({ key })));
    const done = await upload({ key });
    assert.equal(done.status, 200);
    for (const answer of answers) {
      if (answer.status === 409) assert.equal(answer.body.code, 'in-progress');
      else assert.deepEqual([answer.status, answer.body], [200, done.body]);
    }
    assert.equal((await newPictures()).length, 1);
  });

  test('many at once, each with another picture: one wins', async () => {
    const key = newId();
    const files = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        sharp(photo)
          .resize(100 + n)
          .jpeg()
          .toBuffer(),
      ),
    );
    const answers = await Promise.all(files.map((file) => upload({ key, file })));
    const winners = answers.flatMap((answer, n) => (answer.status === 200 ? [n] : []));
    assert.equal(winners.length, 1);
    for (const { status, body } of answers) {
      assert.ok([200, 409, 422].includes(status), JSON.stringify(body));
      if (status === 409) assert.equal(body.code, 'in-progress');
      if (status === 422) assert.equal(body.code, 'idempotency-mismatch');
    }
    const [picture, ...others] = await newPictures();
    assert.deepEqual(others, []);
    assert.deepEqual(await readFile(join(objects, picture)), files[winners[0]]);
  });

  test('a snapshot id that is taken is not written over by another key', async () => {
    const fields = { snapshotId: newId() };
    assert.equal((await upload({ key: newId(), fields })).status, 200);
    filed = await filesIn(objects);
    await refused(await upload({ key: newId(), fields, file: otherPhoto }), 422, 'snapshot-exists');
  });
});

describe('what breaks off', () => {
  /** @param {string} url @param {string} key */
  const send = async (url, key) =>
    read(
      await fetch(`${url}/upload`, {
        method: 'POST',
        headers: { ...bearer(KEYS.agent), 'idempotency-key': key },
        body: formOf({ file: photo, fields: { snapshotId: 'snapshot-1' } }),
      }),
    );

  for (const [code, status, answer] of /** @type {const} */ ([
    ['full', 507, 'storage-full'],
    ['unavailable', 503, 'storage-unavailable'],
    ['denied', 503, 'storage-unavailable'],
  ])) {
    test(`the store is ${code}: ${status} with Retry-After, and the next try ends in one object`, async (t) => {
      let isBroken = true;
      const broken = await startService({
        wrap: ({ storage }) => ({
          storage: {
            ...storage,
            put: (...args) =>
              isBroken ? Promise.reject(new StorageError(code, 'no such luck')) : storage.put(...args),
          },
        }),
      });
      t.after(() => broken.close());
      const failed = await send(broken.url, 'key-1');
      assert.deepEqual([failed.status, failed.body.code], [status, answer]);
      assert.ok(Number(failed.headers.get('retry-after')) >= 1);
      assert.ok(!failed.body.error.includes('luck'), 'what is wrong inside is nobody’s business');
      isBroken = false;
      assert.equal((await send(broken.url, 'key-1')).status, 200);
      assert.equal((await filesIn(join(broken.data, 'objects', 'video-snapshots'))).length, 1);
    });
  }

  test('the records are away once the object is stored: 503, and the next try finds the same object', async (t) => {
    let isBroken = true;
    const broken = await startService({
      env: { STATIC_KEYS, UPLOAD_LEASE_SECONDS: '1' },
      wrap: ({ records }) => ({
        records: new Proxy(records, {
          get: (target, name) => {
            if (name === 'stored' && isBroken) return () => Promise.reject(new Error('connection lost'));
            const member = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          },
        }),
      }),
    });
    t.after(() => broken.close());
    const failed = await send(broken.url, 'key-1');
    assert.deepEqual([failed.status, failed.body.code], [503, 'records-unavailable']);
    const [object] = await filesIn(join(broken.data, 'objects', 'video-snapshots'));
    isBroken = false;
    let again = failed;
    for (let tries = 0; tries < 100 && again.status !== 200; tries += 1) {
      await pause(100);
      again = await send(broken.url, 'key-1');
    }
    assert.equal(again.status, 200);
    assert.deepEqual(await filesIn(join(broken.data, 'objects', 'video-snapshots')), [object]);
  });

  test('the store is full when an upload that a crash broke off is taken over: its object is found again', async (t) => {
    let fault = /** @type {'records' | 'storage' | undefined} */ ('records');
    const broken = await startService({
      env: { STATIC_KEYS, UPLOAD_LEASE_SECONDS: '1' },
      wrap: ({ storage, records }) => ({
        storage: {
          ...storage,
          put: (...args) =>
            fault === 'storage' ? Promise.reject(new StorageError('full', 'no room')) : storage.put(...args),
        },
        records: {
          ...records,
          stored: (...args) => (fault === 'records' ? Promise.reject(new Error('killed')) : records.stored(...args)),
          takeOverAbandoned: async () => [], // No sweep comes by.
        },
      }),
    });
    t.after(() => broken.close());
    /** @param {number} status */
    const until = async (status) => {
      let answer = await send(broken.url, 'key-1');
      for (let tries = 0; tries < 200 && answer.status === 409; tries += 1) {
        await pause(50);
        answer = await send(broken.url, 'key-1');
      }
      assert.equal(answer.status, status, JSON.stringify(answer.body));
    };
    await until(503);
    fault = 'storage';
    await until(507);
    fault = undefined;
    await until(200);
    assert.equal((await filesIn(join(broken.data, 'objects', 'video-snapshots'))).length, 1);
  });

  describe('a put that takes longer than its lease', () => {
    /**
     * The first put waits until it is told to go on; the next ones do not. Its lease ends when the test says so, however
     * long the machine takes.
     * @param {import('node:test').TestContext} t
     */
    async function slowService(t) {
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      /** @type {(() => void)[]} */
      const waiting = [];
      let puts = 0;
      const slow = await startService({
        env: { STATIC_KEYS, UPLOAD_LEASE_SECONDS: '1' },
        wrap: ({ storage }) => ({
          storage: {
            ...storage,
            put: async (...args) => {
              puts += 1;
              if (puts === 1) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
              return storage.put(...args);
            },
          },
        }),
      });
      const first = send(slow.url, 'key-1');
      while (waiting.length < 1) await pause(5);
      return { slow, first, goOn: () => waiting[0]() };
    }

    test('another try takes over: both get the same answer, for one object', async (t) => {
      const { slow, first, goOn } = await slowService(t);
      t.after(() => slow.close());
      assert.equal((await send(slow.url, 'key-1')).status, 409);
      t.mock.timers.tick(2000);
      const second = await send(slow.url, 'key-1');
      assert.equal(second.status, 200);
      goOn();
      assert.deepEqual((await first).body, second.body);
      assert.equal((await filesIn(join(slow.data, 'objects', 'video-snapshots'))).length, 1);
    });

    test('the sweep has dropped its row meanwhile: it is filed anew, and the first object does not stay', async (t) => {
      const { slow, first, goOn } = await slowService(t);
      t.after(() => slow.close());
      const [{ lease }] = await slow.records.takeOverAbandoned(new Date(Date.now() + 10_000));
      await slow.records.abandon(lease);
      goOn();
      assert.equal((await first).status, 200);
      const record = await slow.records.find('local', 'snapshot-1');
      assert.equal(record?.state, 'stored');
      const left = await filesIn(join(slow.data, 'objects', 'video-snapshots'));
      assert.deepEqual(
        left.map((name) => `video-snapshots/${name}`),
        [record?.objectKey],
      );
    });

    test('the sweep that has dropped its row removes what was put under it, however late: nothing that was answered', async (t) => {
      const { slow, first, goOn } = await slowService(t);
      t.after(() => slow.close());
      const [{ lease, snapshot }] = await slow.records.takeOverAbandoned(new Date(Date.now() + 10_000));
      await slow.records.abandon(lease);
      assert.equal((await slow.records.findByObjects([snapshot.objectKey])).size, 0, 'nobody’s, the sweep finds');
      goOn();
      assert.equal((await first).status, 200);
      await slow.storage.remove(snapshot.objectKey); // By the sweep, which has looked before.
      const shown = await fetch(`${slow.url}/snapshot-1`, { headers: bearer(KEYS.agent) });
      assert.equal(shown.status, 200);
      assert.deepEqual(Buffer.from(await shown.arrayBuffer()), photo);
    });

    test('another has filed it anew meanwhile, or is at it: what the first has put does not stay', async (t) => {
      const { slow, first, goOn } = await slowService(t);
      t.after(() => slow.close());
      const [{ lease, snapshot }] = await slow.records.takeOverAbandoned(new Date(Date.now() + 10_000));
      await slow.records.abandon(lease);
      const objectKey = snapshot.objectKey.replace(/[^/]+$/, 'another.jpg');
      const about = { organizationId: 'local', agentId: 'agent-7', idempotencyKey: 'key-1', leaseMs: 20_000 };
      const { state, annotation, ...row } = snapshot;
      await slow.records.claim({ ...about, snapshot: { ...row, objectKey } });
      goOn();
      assert.deepEqual([(await first).status, (await first).body.code], [409, 'in-progress']);
      assert.deepEqual(await filesIn(join(slow.data, 'objects')), []);
    });
  });

  test('an upload that is cut off before its last byte leaves nothing behind', async () => {
    const { head, payload } = await rawUpload();
    const arrived = once(service.app.server, 'request');
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    socket.write(head);
    socket.write(payload.subarray(0, payload.length - 1000));
    const [message] = await arrived;
    while (message.socket.bytesRead < payload.length - 1000) await pause(5);
    assert.deepEqual(await filesIn(objects), filed, 'nothing is written before the whole file is there');
    const gone = new Promise((resolve) => message.on('error', () => {}).once('close', resolve));
    socket.destroy();
    await gone;
    await pause(100);
    assert.deepEqual(await filesIn(objects), filed);
  });

  test('a client that goes away after the last byte: its snapshot is stored all the same', async (t) => {
    /** @type {() => void} */
    let goOn = () => {};
    let isReached = false;
    const slow = await startService({
      wrap: ({ storage }) => ({
        storage: {
          ...storage,
          put: async (...args) => {
            isReached = true;
            await new Promise((resolve) => {
              goOn = () => resolve(undefined);
            });
            return storage.put(...args);
          },
        },
      }),
    });
    const id = newId();
    const { head, payload } = await rawUpload({ snapshotId: id });
    const socket = connect(Number(new URL(slow.base).port), '127.0.0.1');
    socket.write(Buffer.concat([Buffer.from(head), payload]));
    while (!isReached) await pause(5);
    socket.destroy();
    await pause(50);
    const closed = slow.app.close(); // Even a drain waits for it.
    await pause(50);
    goOn();
    await closed;
    const again = await startService({ folder: slow.data });
    t.after(async () => {
      await again.close();
      await slow.close();
    });
    assert.equal((await again.records.find('local', id))?.state, 'stored');
  });
});

test('no path leads out of the folder', async () => {
  const form = formOf({ file: photo });
  form.delete('file');
  form.append('file', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), '../../../evil.jpg');
  const { body } = await post(form);
  assert.deepEqual(await newPictures(), [(await service.records.find('local', body.id))?.objectKey]);

  for (const path of [
    '../../package/json',
    '..%2f..%2fx/y',
    'call-1/..%2f..%2fsecret',
    '%2e%2e/%2e%2e',
    '%2e%2e%2f%2e%2e',
    '..%5c..%5cx',
    'a/b%00',
    'a%00',
    './.',
    '.about',
  ]) {
    assert.equal(await rawStatus(`${PATH}/${path}`), 404, path);
  }
  assert.equal(await rawStatus(`${PATH}/${body.id}`), 200);
  assert.equal(await rawStatus(`${PATH}/${body.id}.json`), 404);
});

describe('a page of another origin', () => {
  const WIDGET = 'https://agents.example';
  const ask = (/** @type {string} */ at, /** @type {string} */ origin) =>
    fetch(`${at}${PATH}/upload`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key',
      },
    });

  test('that is allowed may upload, and read how long it is to wait', async (t) => {
    const open = await startService({ env: { STATIC_KEYS, ALLOWED_ORIGINS: WIDGET } });
    t.after(() => open.close());
    const at = open.base;
    const preflight = await ask(at, WIDGET);
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), WIDGET);
    const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(/,\s*/);
    assert.deepEqual(allowed?.sort(), ['authorization', 'content-type', 'idempotency-key']);
    const answer = await fetch(`${at}${PATH}/upload`, {
      method: 'POST',
      headers: { ...bearer(KEYS.agent), origin: WIDGET },
      body: formOf({ file: photo }),
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), WIDGET);
    assert.match(answer.headers.get('access-control-expose-headers') ?? '', /retry-after/i);
    const refusal = await fetch(`${at}${PATH}/upload`, { method: 'POST', headers: { origin: WIDGET } });
    assert.equal(refusal.headers.get('access-control-allow-origin'), WIDGET, 'errors are to be read as well');
    assert.equal((await ask(at, 'https://evil.example')).headers.get('access-control-allow-origin'), null);
  });

  test('a preflight that is none is told nothing, in no other format', async (t) => {
    const open = await startService({ env: { STATIC_KEYS, ALLOWED_ORIGINS: WIDGET } });
    t.after(() => open.close());
    for (const headers of [{}, { origin: WIDGET }, { origin: 'https://evil.example' }]) {
      const answer = await fetch(`${open.base}${PATH}/upload`, { method: 'OPTIONS', headers });
      assert.deepEqual([answer.status, await answer.text()], [204, '']);
      const allowed = answer.headers.get('access-control-allow-origin');
      assert.equal(allowed, headers.origin === WIDGET ? WIDGET : null);
    }
  });

  test('may do nothing unless it was named', async () => {
    assert.equal((await ask(base, WIDGET)).headers.get('access-control-allow-origin'), null);
    const answer = await fetch(`${base}${PATH}/upload`, { method: 'POST', headers: { origin: WIDGET } });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });
});

test('an unknown address answers like the rest', async () => {
  const answer = await read(await fetch(`${base}/nothing`));
  await refused(answer, 404, 'not-found');
});

/** @typedef {{ fields?: Record<string, string | undefined>, file?: Buffer, type?: string, key?: string }} Upload */

/** @param {Upload} what */
async function upload({ file = photo, key, ...what }) {
  const headers = key === undefined ? bearer(KEYS.agent) : { ...bearer(KEYS.agent), 'idempotency-key': key };
  return post(formOf({ ...what, file }), headers);
}

/** @param {FormData} form @param {Record<string, string>} [headers] */
async function post(form, headers = bearer(KEYS.agent)) {
  return read(await fetch(`${service.url}/upload`, { method: 'POST', headers, body: form }));
}

/** As it goes over the wire. @param {Record<string, string>} [fields] */
async function rawUpload(fields) {
  const payload = Buffer.from(await new Response(formOf({ file: photo, fields })).arrayBuffer());
  const boundary = payload.subarray(2, payload.indexOf('\r\n')).toString();
  const head = [
    `POST ${PATH}/upload HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${KEYS.agent}`,
    `content-type: multipart/form-data; boundary=${boundary}`,
    `content-length: ${payload.length}`,
  ].join('\r\n');
  return { head: `${head}\r\n\r\n`, payload };
}

/** @param {{ status: number, body: any }} answer @param {number} status @param {string} code */
async function refused(answer, status, code) {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
  assert.deepEqual(Object.keys(answer.body), ['error', 'code']);
  assert.ok(answer.body.error.length > 10, 'says what is wrong');
  assert.deepEqual(await filesIn(objects), filed, 'leaves nothing behind');
}

/** A path as it stands, without the tidying of fetch. @param {string} path @returns {Promise<number | undefined>} */
async function rawStatus(path) {
  const [response] = await once(httpRequest(base, { path, headers: bearer(KEYS.agent) }).end(), 'response');
  response.resume();
  return response.statusCode;
}

/** Those of this test, as keys. */
async function newPictures() {
  const added = (await filesIn(objects)).filter((name) => !filed.includes(name));
  return added.filter((name) => name.endsWith('.jpg'));
}
