/** Who may see a snapshot, and what an admin decides about it: also where one side fails in the middle. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { createRetention } from '../../examples/middleware/custody/retention.js';
import { makeThumbnail } from '../../examples/middleware/custody/thumbnails.js';
import { RecordsError } from '../../examples/middleware/records/records.js';
import { StorageError } from '../../examples/middleware/storage/storage.js';
import {
  bearer,
  decision,
  filesIn,
  formOf,
  KEYS,
  newId,
  PATH,
  pause,
  read,
  sha256,
  startService,
} from './servers/service.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What the contract promises, no more and no less. */
const LISTED = [
  'id',
  'interactionId',
  'agentId',
  'timestamp',
  'receivedAt',
  'sha256',
  'bytes',
  'width',
  'height',
  'redactions',
  'annotation',
  'legalHold',
  'expiresAt',
  'url',
  'thumbnailUrl',
];

/** @type {Buffer} */ let photo;
/** @type {Awaited<ReturnType<typeof startService>>} */ let service;
/** @type {Date} */ let clock;
before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  service = await startService({ now: () => clock ?? new Date() });
});
after(() => service.close());

describe('looking at a snapshot', () => {
  test('the agent who took it, a supervisor and an admin get the bytes that came, with hardened headers', async () => {
    const id = await uploaded();
    for (const key of [KEYS.agent, KEYS.supervisor, KEYS.admin]) {
      const response = await get(`/${id}`, key);
      assert.equal(response.status, 200);
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), photo);
      const header = (/** @type {string} */ name) => response.headers.get(name);
      assert.equal(header('content-type'), 'image/jpeg');
      assert.equal(header('x-content-type-options'), 'nosniff');
      assert.equal(header('cache-control'), 'private, no-store');
      assert.equal(header('content-security-policy'), "default-src 'none'; sandbox");
      assert.equal(header('cross-origin-resource-policy'), 'same-origin');
      assert.equal(header('content-disposition'), `inline; filename="${id}.jpg"`);
      assert.equal(header('referrer-policy'), 'no-referrer');
    }
  });

  test('another agent is refused, and that stands in the audit as well', async () => {
    const id = await uploaded();
    for (const path of [`/${id}`, `/${id}/thumbnail`]) {
      const answer = await read(await get(path, KEYS.other));
      assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden']);
    }
    for (const path of [`/${id}/export`, `/${id}/audit`]) assert.equal((await get(path, KEYS.agent)).status, 403, path);
    assert.deepEqual(await audit(id), [
      'agent-7 agent stored',
      'agent-8 agent refused',
      'agent-8 agent refused',
      'agent-7 agent refused',
      'agent-7 agent refused',
    ]);
  });

  test('each look stands in the audit, by whom and how; without an audit nobody sees anything', async (t) => {
    const id = await uploaded();
    await get(`/${id}`, KEYS.agent);
    await get(`/${id}/thumbnail`, KEYS.supervisor);
    await fetch(`${service.url}/${id}`, { method: 'HEAD', headers: bearer(KEYS.admin) });
    assert.deepEqual(await audit(id), [
      'agent-7 agent stored',
      'agent-7 agent viewed',
      'supervisor-1 supervisor viewed',
      'admin-1 admin viewed',
    ]);
    const { body } = await read(await get(`/${id}/audit`, KEYS.supervisor));
    assert.deepEqual(
      body.entries.slice(1).map((/** @type {any} */ { details }) => details),
      [{}, { thumbnail: true }, { method: 'HEAD' }, { audit: true }],
      'who reads the audit stands in it, too',
    );

    const broken = await startService({
      folder: service.data,
      wrap: ({ records }) => ({ records: withFault(records, 'audit', new Error('away')) }),
    });
    t.after(() => broken.close());
    for (const path of [`/${id}`, `/${id}/thumbnail`, '/?interactionId=call-1', `/${id}/audit`, `/${id}/export`]) {
      const answer = await read(await fetch(broken.url + path, { headers: bearer(KEYS.supervisor) }));
      assert.deepEqual([answer.status, answer.body.code], [503, 'records-unavailable'], path);
    }
  });

  test('the records go away while the audit is read: try again; an entry that was changed is for the operator', async (t) => {
    const id = await uploaded();
    /** @type {Error} */
    let fault = new RecordsError('unavailable', 'The database is away');
    let isAway = (/** @type {object | undefined} */ _query) => true;
    const broken = await startService({
      folder: service.data,
      wrap: ({ records }) => ({
        records: {
          ...records,
          async *auditEntries(organizationId, query) {
            for await (const entry of records.auditEntries(organizationId, query)) {
              if (isAway(query)) throw fault;
              yield entry;
            }
          },
        },
      }),
    });
    t.after(() => broken.close());
    const ask = (/** @type {string} */ path) =>
      fetch(`${broken.url}/${id}/${path}`, { headers: bearer(KEYS.supervisor) });
    for (const path of ['audit', 'export']) {
      const answer = await read(await ask(path));
      assert.deepEqual([answer.status, answer.body.code], [503, 'records-unavailable'], path);
      assert.ok(Number(answer.headers.get('retry-after')) >= 1, path);
    }
    fault = new RecordsError('invalid', 'The audit entry 1 was changed');
    for (const path of ['audit', 'export']) {
      const answer = await read(await ask(path));
      assert.deepEqual([answer.status, answer.body.code], [500, 'internal'], path);
    }
    // Of the chain, once the picture is under way.
    fault = new RecordsError('unavailable', 'The database is away');
    isAway = (query) => query !== undefined && !('snapshotId' in query) && !('limit' in query);
    const zip = await ask('export');
    assert.equal(zip.status, 200);
    await assert.rejects(zip.arrayBuffer(), 'it breaks off');
  });

  test('an export is audited as one where it is handed out, a head of it as a look', async () => {
    const id = await uploaded();
    const head = await fetch(`${service.url}/${id}/export`, { method: 'HEAD', headers: bearer(KEYS.supervisor) });
    assert.deepEqual([head.status, head.headers.get('content-type')], [200, 'application/zip']);
    const looks = ['agent-7 agent stored', 'supervisor-1 supervisor viewed'];
    assert.deepEqual(await audit(id), looks);
    const zip = await get(`/${id}/export`, KEYS.supervisor);
    assert.equal(Buffer.from(await zip.arrayBuffer()).toString('latin1', 0, 2), 'PK');
    assert.deepEqual(await audit(id), [...looks, 'supervisor-1 supervisor exported']);
  });

  test('a long audit comes in pages, by the Link header, and is whole', async () => {
    const id = await uploaded();
    const entry = { actor: { id: 'agent-7', role: 'agent' }, action: 'viewed', snapshotId: id };
    // In turns, so that the service's own loop, which this is, is not held up.
    for (let n = 0; n < 1010; n += 1) {
      await service.records.audit('local', entry);
      if (n % 5 === 0) await pause(1);
    }
    const seen = [];
    const pages = [];
    for (let next = `${PATH}/${id}/audit`; next !== undefined; ) {
      const response = await read(await fetch(service.base + next, { headers: bearer(KEYS.supervisor) }));
      pages.push(response.body.entries.length);
      seen.push(...response.body.entries.map((/** @type {any} */ { seq }) => seq));
      next = /** @type {any} */ (/<(.+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]);
    }
    const all = await Array.fromAsync(service.records.auditEntries('local', { snapshotId: id }));
    assert.deepEqual(pages, [1000, 13]);
    assert.deepEqual(
      seen,
      all.map(({ seq }) => seq),
    );
    for (const after of ['0', '-1', 'x', '1e3']) {
      assert.equal((await get(`/${id}/audit?after=${after}`, KEYS.supervisor)).status, 400, after);
    }
  });

  test('a store with presigned links: 302, never for longer than a minute, kept by no cache', async (t) => {
    /** @type {any[]} */
    const asked = [];
    const linked = await startService({
      wrap: ({ storage }) => ({
        storage: {
          ...storage,
          kind: 's3',
          link: async (key, about) => {
            asked.push({ key, ...about });
            return { url: 'https://bucket.example/object?signature=1', seconds: about.seconds };
          },
        },
      }),
    });
    t.after(() => linked.close());
    const id = await uploaded({ to: linked });
    const response = await fetch(`${linked.url}/${id}`, { headers: bearer(KEYS.agent), redirect: 'manual' });
    assert.equal(response.status, 302);
    assert.equal(response.headers.get('location'), 'https://bucket.example/object?signature=1');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(asked.length, 1);
    assert.ok(asked[0].seconds <= 60);
    assert.equal(asked[0].fileName, `${id}.jpg`);
    const told = await fetch(`${linked.url}/${id}`, { headers: { ...bearer(KEYS.agent), accept: 'application/json' } });
    assert.equal(told.status, 200, 'for a page that has a key, and may not follow a redirect');
    assert.deepEqual(await told.json(), { url: 'https://bucket.example/object?signature=1' });
    assert.equal(told.headers.get('cache-control'), 'no-store');
    assert.ok(!linked.log.join('').includes('signature'), 'a link is as good as a key: it stays out of the log');
    const record = await linked.records.find('local', id);
    await linked.storage.remove(String(record?.objectKey));
    const lost = await fetch(`${linked.url}/${id}`, { headers: bearer(KEYS.agent), redirect: 'manual' });
    assert.equal(lost.status, 500, 'no link to nothing');
  });

  test('a picture that is not the one that was taken is not shown', async () => {
    const id = await uploaded();
    const record = await service.records.find('local', id);
    const { writeFile, chmod } = await import('node:fs/promises');
    const path = join(service.data, 'objects', String(record?.objectKey));
    await chmod(path, 0o600);
    await writeFile(path, await sharp(photo).flop().jpeg().toBuffer());
    for (const rest of ['', '/thumbnail', '/export']) {
      const answer = await read(await get(`/${id}${rest}`, KEYS.supervisor));
      assert.deepEqual([answer.status, answer.body.code], [500, 'picture-changed']);
    }
    assert.deepEqual(await audit(id), ['agent-7 agent stored'], 'nor handed out');
    const metrics = await (await fetch(`${service.base}/metrics`)).text();
    assert.match(metrics, /caseframe_refusals_total\{code="picture-changed"\} 3/);
  });

  test('a thumbnail is a small JPEG of the same picture', async () => {
    const response = await get(`/${await uploaded()}/thumbnail`, KEYS.agent);
    assert.equal(response.status, 200);
    const { format, width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    assert.deepEqual({ format, width, height }, { format: 'jpeg', width: 320, height: 214 });
  });

  test('a thumbnail leaves nothing of its picture in memory', () => {
    const { items, memory } = sharp.cache();
    assert.deepEqual([items.max, memory.max], [0, 0], 'what the decoder keeps');
  });

  test('a thumbnail is upright, whatever way the camera was held', async () => {
    const file = await sharp(photo).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const response = await get(`/${await uploaded({ file })}/thumbnail`, KEYS.agent);
    const { width, height, orientation } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    assert.deepEqual([width, height, orientation ?? 1], [214, 320, 1]);
  });

  test('a thumbnail is made of as many pixels as MAX_PIXELS lets in, beyond what sharp takes by itself', async () => {
    const flat = { width: 16384, height: 16384, channels: /** @type {const} */ (3), background: 'grey' };
    const picture = await sharp({ create: flat, limitInputPixels: false }).greyscale().jpeg().toBuffer();
    const { width, height } = await sharp(await makeThumbnail(picture)).metadata();
    assert.deepEqual([width, height], [320, 320]);
  });

  test('what is not there is 404', async () => {
    for (const path of [`/${newId()}`, `/${newId()}/thumbnail`, '/-', '/x.jpg', `/${'x'.repeat(65)}`, '/a/b/c']) {
      const answer = await read(await get(path, KEYS.admin));
      assert.deepEqual([answer.status, answer.body.code], [404, 'not-found'], path);
    }
  });
});

describe('the list of an interaction', () => {
  test('has an agent’s own, or all for a supervisor, with exactly the promised fields', async () => {
    const interactionId = newId();
    const mine = await uploaded({ fields: { interactionId, metadata: '{"redactions":[{"x":1}, 7],"secret":1}' } });
    const theirs = await uploaded({ key: KEYS.other, fields: { interactionId, agentId: 'agent-8' } });
    const own = await read(await get(`/?interactionId=${interactionId}`, KEYS.agent));
    assert.deepEqual(Object.keys(own.body), ['snapshots']);
    assert.deepEqual(
      own.body.snapshots.map(({ id }) => id),
      [mine],
    );
    const [item] = own.body.snapshots;
    assert.deepEqual(Object.keys(item), LISTED);
    assert.deepEqual(
      [item.sha256, item.bytes, item.width, item.height, item.redactions, item.annotation, item.legalHold],
      [sha256(photo), photo.length, 640, 427, [{ x: 1 }], 'queued', false],
    );
    assert.equal(item.url, `${service.url}/${mine}`);
    assert.equal(item.thumbnailUrl, `${service.url}/${mine}/thumbnail`);
    for (const key of [KEYS.supervisor, KEYS.admin]) {
      const all = await read(await get(`/?interactionId=${interactionId}`, key));
      assert.deepEqual(
        all.body.snapshots.map(({ id }) => id),
        [mine, theirs],
      );
    }
    const none = await read(await get(`?interactionId=${newId()}`, KEYS.agent));
    assert.deepEqual([none.status, none.body], [200, { snapshots: [] }]);
  });

  test('comes in pages, each with a link to the next', async () => {
    const interactionId = newId();
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push(await uploaded({ fields: { interactionId } }));
    const seen = [];
    let next = `${PATH}/?interactionId=${interactionId}&limit=2`;
    for (let pages = 0; next; pages += 1) {
      assert.ok(pages < 3, 'three pages');
      const response = await fetch(service.base + next, { headers: bearer(KEYS.agent) });
      seen.push(...(await response.json()).snapshots.map((/** @type {any} */ { id }) => id));
      next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
    }
    assert.deepEqual(seen, ids);
  });

  test('goes on from one of its own alone: behind any other it would be empty, or lack some', async () => {
    const interactionId = newId();
    const strange = await uploaded({ fields: { interactionId: newId() } });
    const fields = { interactionId, agentId: 'agent-8' };
    const foreign = await uploaded({ fields, key: KEYS.other });
    const own = await uploaded({ fields: { interactionId } });
    const from = async (/** @type {string} */ after, /** @type {string} */ key) => {
      const { status, body } = await read(await get(`/?interactionId=${interactionId}&after=${after}`, key));
      return [status, body.code ?? body.snapshots.map((/** @type {any} */ { id }) => id).join()];
    };
    for (const after of [newId(), strange]) {
      assert.deepEqual(await from(after, KEYS.supervisor), [400, 'invalid-field']);
    }
    assert.deepEqual(await from(foreign, KEYS.agent), [400, 'invalid-field']);
    assert.deepEqual(await from(foreign, KEYS.supervisor), [200, own]);
    await fetch(`${service.url}/${own}`, decision('DELETE', KEYS.admin));
    assert.deepEqual(await from(own, KEYS.agent), [200, ''], 'it may have been deleted since');
  });

  test('refuses a query that it does not understand', async () => {
    for (const query of [
      '',
      '?interactionId=',
      '?interactionId=../x',
      '?interactionId=a&interactionId=b',
      '?interactionId=a&limit=0',
      '?interactionId=a&limit=101',
      '?interactionId=a&limit=x',
      '?interactionId=a&agentId=agent-8',
      "?interactionId=a'%20OR%201=1",
    ]) {
      const answer = await read(await get(`/${query}`, KEYS.agent));
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid-field'], query);
    }
  });
});

describe('an admin', () => {
  test('alone decides', async () => {
    const id = await uploaded();
    for (const [method, path] of [
      ['PUT', '/legal-hold'],
      ['DELETE', '/legal-hold'],
      ['DELETE', ''],
    ]) {
      for (const key of [KEYS.agent, KEYS.supervisor]) {
        const answer = await read(await fetch(`${service.url}/${id}${path}`, decision(method, key)));
        assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden']);
      }
    }
    assert.equal((await service.records.find('local', id))?.state, 'stored');
  });

  test('gives a reason, in one line', async () => {
    const id = await uploaded();
    for (const reason of ['', '  ', 'a\nb', 'a\0b', '\u007f', '\ud83d', 'a\udc00b', 'x'.repeat(501), 7, null, ['a']]) {
      const answer = await read(await fetch(`${service.url}/${id}/legal-hold`, decision('PUT', KEYS.admin, reason)));
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid-field'], String(reason));
    }
    /** @type {[string, string, number, string][]} */
    const bodies = [
      ['{', 'application/json', 400, 'malformed-body'],
      ['', 'application/json', 400, 'malformed-body'],
      ['{"reason":"x","__proto__":{"a":1}}', 'application/json', 400, 'malformed-body'],
      ['{}', 'application/json', 400, 'invalid-field'],
      ['{"reason":"x","more":1}', 'application/json', 400, 'invalid-field'],
      ['reason=x', 'application/x-www-form-urlencoded', 415, 'not-json'],
      ['{"reason":"x"}', 'text/plain', 415, 'not-json'],
      [JSON.stringify({ reason: 'x'.repeat(10_000) }), 'application/json', 413, 'body-too-large'],
    ];
    for (const [body, type, status, code] of bodies) {
      const answer = await read(
        await fetch(`${service.url}/${id}/legal-hold`, {
          method: 'PUT',
          headers: { ...bearer(KEYS.admin), 'content-type': type },
          body,
        }),
      );
      assert.deepEqual([answer.status, answer.body.code], [status, code], body.slice(0, 40));
    }
    assert.deepEqual(await audit(id), ['agent-7 agent stored']);
    const key = String((await service.records.find('local', id))?.objectKey);
    assert.equal((await service.storage.head(key))?.held, false, 'nothing is done before the request is in order');
    const emoji = await fetch(`${service.url}/${id}/legal-hold`, decision('PUT', KEYS.admin, 'Fall 😀'));
    assert.equal(emoji.status, 200);
  });

  test('holds: it stays past its time and refuses to be deleted; released, it goes', async () => {
    const id = await uploaded();
    const hold = await read(await fetch(`${service.url}/${id}/legal-hold`, decision('PUT', KEYS.admin)));
    assert.deepEqual([hold.status, hold.body], [200, { id, legalHold: true, reason: 'Case 2026-117' }]);
    const key = String((await service.records.find('local', id))?.objectKey);
    assert.equal((await service.storage.head(key))?.held, true, 'the store knows, too');
    const again = await fetch(`${service.url}/${id}/legal-hold`, decision('PUT', KEYS.admin));
    assert.equal(again.status, 200, 'repeating is harmless');
    const refused = await read(await fetch(`${service.url}/${id}`, decision('DELETE', KEYS.admin)));
    assert.deepEqual([refused.status, refused.body.code], [423, 'held']);
    clock = new Date(Date.now() + 31 * DAY_MS);
    try {
      assert.equal((await get(`/${id}`, KEYS.agent)).status, 200, 'past its time it is still there');
    } finally {
      clock = new Date();
    }
    const release = await read(await fetch(`${service.url}/${id}/legal-hold`, decision('DELETE', KEYS.admin)));
    assert.deepEqual([release.status, release.body.legalHold], [200, false]);
    assert.equal((await service.storage.head(key))?.held, false);
    const deleted = await read(await fetch(`${service.url}/${id}`, decision('DELETE', KEYS.admin, 'Article 17')));
    assert.deepEqual([deleted.status, deleted.body.id, deleted.body.reason], [200, id, 'Article 17']);
    assert.equal(await service.storage.head(key), undefined);
  });

  test('deletes: 410 with when and why, it leaves the list, and it is not taken in again', async () => {
    const interactionId = newId();
    const id = await uploaded({ fields: { interactionId }, idempotencyKey: 'deleted-1' });
    const deletion = await read(await fetch(`${service.url}/${id}`, decision('DELETE', KEYS.admin, 'Article 17')));
    assert.equal(deletion.status, 200);
    for (const path of [`/${id}`, `/${id}/thumbnail`]) {
      const gone = await read(await get(path, KEYS.agent));
      assert.equal(gone.status, 410);
      assert.deepEqual(
        { ...gone.body, error: '' },
        { error: '', code: 'deleted', deletedAt: deletion.body.deletedAt, reason: 'Article 17' },
      );
      assert.ok(gone.body.error.includes('Article 17') && gone.body.error.includes(deletion.body.deletedAt));
    }
    assert.equal((await get(`/${id}`, KEYS.other)).status, 403, 'why is nobody else’s business');
    const list = await read(await get(`/?interactionId=${interactionId}`, KEYS.agent));
    assert.deepEqual(list.body.snapshots, []);
    for (const method of ['PUT', 'DELETE']) {
      const hold = await fetch(`${service.url}/${id}/legal-hold`, decision(method, KEYS.admin));
      assert.equal(hold.status, 410, 'too late to hold or release');
    }
    const again = await read(await fetch(`${service.url}/${id}`, decision('DELETE', KEYS.admin, 'Article 17')));
    assert.deepEqual([again.status, again.body.deletedAt], [200, deletion.body.deletedAt]);
    const sent = await send(service, KEYS.agent, { interactionId, snapshotId: id }, 'deleted-1');
    assert.deepEqual([sent.status, sent.body.code], [410, 'deleted']);
    const left = await filesIn(join(service.data, 'objects'));
    assert.ok(!left.some((name) => name.includes(interactionId)), String(left));
  });

  test('past its time a snapshot is gone, before any sweep has come by', async () => {
    const interactionId = newId();
    const id = await uploaded({ fields: { interactionId } });
    clock = new Date(Date.now() + 30 * DAY_MS + 1000);
    try {
      const gone = await read(await get(`/${id}`, KEYS.agent));
      assert.deepEqual([gone.status, gone.body.code, gone.body.reason], [410, 'deleted', 'retention']);
      const { body } = await read(await get(`/?interactionId=${interactionId}`, KEYS.agent));
      assert.deepEqual(body.snapshots, []);
    } finally {
      clock = new Date();
    }
  });
});

describe('where one side fails in the middle, a held picture is never lost, and the same request again mends it', () => {
  /** @type {[string, string, 'storage' | 'records', string][]} */
  const faults = [
    ['hold', 'PUT', 'storage', 'hold'],
    ['hold', 'PUT', 'records', 'setHold'],
    ['release', 'DELETE', 'records', 'setHold'],
    ['release', 'DELETE', 'storage', 'hold'],
  ];
  for (const [[name, method, side, call], isLate] of faults.flatMap((fault) => [
    [fault, false],
    [fault, true],
  ])) {
    test(`${name}: the ${side} fail${isLate ? ', and its time is over before it is asked for again' : ''}`, async (t) => {
      let isBroken = false;
      let late = 0;
      const now = () => new Date(Date.now() + late);
      const fault = new StorageError('unavailable', 'away');
      const broken = await startService({
        now,
        wrap: (parts) => ({ [side]: withFault(/** @type {any} */ (parts[side]), call, fault, () => isBroken) }),
      });
      t.after(() => broken.close());
      const id = await uploaded({ to: broken });
      if (method === 'DELETE') await fetch(`${broken.url}/${id}/legal-hold`, decision('PUT', KEYS.admin));
      isBroken = true;
      const failed = await read(await fetch(`${broken.url}/${id}/legal-hold`, decision(method, KEYS.admin)));
      assert.equal(failed.status, 503);
      assert.ok(Number(failed.headers.get('retry-after')) > 0);
      const halfway = await broken.records.find('local', id);
      const key = String(halfway?.objectKey);
      const object = await broken.storage.head(key);
      assert.ok(!halfway?.legalHold || object?.held, 'the row says “held” only of what the store really keeps');
      if (object?.held) {
        const deletion = await fetch(`${broken.url}/${id}`, decision('DELETE', KEYS.admin));
        assert.equal(deletion.status, 423, 'half a hold is one');
      }
      isBroken = false;
      if (isLate) {
        late = 31 * DAY_MS;
        await sweep(broken, now);
      }
      const again = await fetch(`${broken.url}/${id}/legal-hold`, decision(method, KEYS.admin));
      if (isLate && !object?.held) {
        assert.equal(again.status, 410, 'neither side has ever held it');
        return;
      }
      assert.equal(again.status, 200);
      const mended = await broken.records.find('local', id);
      assert.equal(mended?.legalHold, method === 'PUT');
      assert.equal((await broken.storage.head(key))?.held, method === 'PUT');
      if (!isLate) return;
      await sweep(broken, now);
      assert.equal((await broken.storage.head(key)) !== undefined, method === 'PUT', 'released, it goes');
      assert.equal((await broken.records.find('local', id))?.state, method === 'PUT' ? 'stored' : 'deleted');
    });
  }

  test('what is deleted and only the store still holds: its release lets it go', async () => {
    const id = await uploaded();
    const { objectKey } = /** @type {any} */ (await service.records.find('local', id));
    await service.storage.hold(objectKey, true);
    await service.records.markDeleted('local', id, 'Article 17', { id: 'admin-2', role: 'admin' });
    const deletion = await read(await fetch(`${service.url}/${id}`, decision('DELETE', KEYS.admin)));
    assert.deepEqual([deletion.status, deletion.body.code], [423, 'held']);
    const release = await read(await fetch(`${service.url}/${id}/legal-hold`, decision('DELETE', KEYS.admin)));
    assert.deepEqual([release.status, release.body.legalHold], [200, false]);
    assert.equal(await service.storage.head(objectKey), undefined);
    assert.equal((await audit(id)).at(-1), 'admin-1 admin released');
    assert.equal((await fetch(`${service.url}/${id}/legal-hold`, decision('DELETE', KEYS.admin))).status, 410);
  });

  test('deletion: the store fails once the row is gone', async (t) => {
    let isBroken = true;
    const fault = new StorageError('unavailable', 'away');
    const broken = await startService({
      wrap: ({ storage }) => ({ storage: withFault(storage, 'remove', fault, () => isBroken) }),
    });
    t.after(() => broken.close());
    const id = await uploaded({ to: broken });
    assert.equal((await fetch(`${broken.url}/${id}`, decision('DELETE', KEYS.admin))).status, 503);
    assert.equal((await fetch(`${broken.url}/${id}`, { headers: bearer(KEYS.agent) })).status, 410);
    isBroken = false;
    assert.equal((await fetch(`${broken.url}/${id}`, decision('DELETE', KEYS.admin))).status, 200);
    assert.deepEqual(await filesIn(join(broken.data, 'objects')), []);
  });

  test('a deletion that a hold overtakes in the store: it is deleted, and says so', async (t) => {
    const raced = await startService({
      wrap: ({ storage, records }) => ({
        records: new Proxy(records, {
          get: (target, name) => {
            const member = Reflect.get(target, name);
            if (name !== 'markDeleted') return typeof member === 'function' ? member.bind(target) : member;
            return async (/** @type {any[]} */ ...args) => {
              const { objectKey } = /** @type {any} */ (await target.find('local', args[1]));
              await storage.hold(objectKey, true);
              return member.apply(target, args);
            };
          },
        }),
      }),
    });
    t.after(() => raced.close());
    const id = await uploaded({ to: raced });
    const { objectKey } = /** @type {any} */ (await raced.records.find('local', id));
    const deletion = await read(await fetch(`${raced.url}/${id}`, decision('DELETE', KEYS.admin, 'Article 17')));
    assert.deepEqual([deletion.status, deletion.body.reason], [200, 'Article 17']);
    // What the hold finds once it gets to the row.
    const hold = await read(await fetch(`${raced.url}/${id}/legal-hold`, decision('PUT', KEYS.admin)));
    assert.deepEqual([hold.status, hold.body.code], [410, 'deleted']);
    assert.equal(await raced.storage.head(objectKey), undefined);
  });

  test('a look that a deletion or the bucket’s lifecycle overtakes: it is gone, not missing', async (t) => {
    let late = 0;
    let kind = /** @type {'file' | 's3'} */ ('file');
    let overtake = async (/** @type {string} */ _key) => {};
    const raced = await startService({
      now: () => new Date(Date.now() + late),
      wrap: ({ storage }) => ({
        storage: {
          ...storage,
          get kind() {
            return kind;
          },
          head: async (key) => {
            await overtake(key);
            return storage.head(key);
          },
          read: async (key) => {
            await overtake(key);
            return storage.read(key);
          },
        },
      }),
    });
    t.after(() => raced.close());
    const ways = {
      'Article 17': async (/** @type {string} */ key) => {
        const row = (await raced.records.findByObjects([key])).get(key);
        await raced.records.markDeleted('local', String(row?.id), 'Article 17', { id: 'admin-2', role: 'admin' });
        await raced.storage.remove(key);
      },
      retention: async (/** @type {string} */ key) => {
        late = 31 * DAY_MS;
        await raced.storage.remove(key);
      },
    };
    for (const [reason, way] of Object.entries(ways)) {
      for (const [path, storeKind] of /** @type {const} */ ([
        ['', 'file'],
        ['', 's3'],
        ['/thumbnail', 'file'],
        ['/export', 'file'],
      ])) {
        overtake = async () => {};
        late = 0;
        const id = await uploaded({ to: raced });
        kind = storeKind;
        overtake = way;
        const look = await read(await fetch(`${raced.url}/${id}${path}`, { headers: bearer(KEYS.supervisor) }));
        assert.deepEqual([look.status, look.body.code, look.body.reason], [410, 'deleted', reason], path);
      }
    }
    overtake = async () => {};
    late = 0;
    const id = await uploaded({ to: raced });
    overtake = (key) => raced.storage.remove(key);
    const lost = await read(await fetch(`${raced.url}/${id}`, { headers: bearer(KEYS.supervisor) }));
    assert.deepEqual([lost.status, lost.body.code], [500, 'picture-missing'], 'what nobody has deleted is missing');
  });

  test('a hold that a deletion overtakes: it is deleted, not missing', async (t) => {
    const raced = await startService({
      wrap: ({ storage, records }) => ({
        storage: {
          ...storage,
          async hold(key, held) {
            const row = (await records.findByObjects([key])).get(key);
            await records.markDeleted('local', String(row?.id), 'Article 17', { id: 'admin-2', role: 'admin' });
            await storage.remove(key);
            return storage.hold(key, held);
          },
        },
      }),
    });
    t.after(() => raced.close());
    const id = await uploaded({ to: raced });
    const hold = await read(await fetch(`${raced.url}/${id}/legal-hold`, decision('PUT', KEYS.admin)));
    assert.deepEqual([hold.status, hold.body.code, hold.body.reason], [410, 'deleted', 'Article 17']);
  });

  test('a hold that comes while it is being deleted: one of them wins, and nothing is left over', async (t) => {
    const raced = await startService({
      wrap: ({ records }) => ({
        records: new Proxy(records, {
          get: (target, name) => {
            const member = Reflect.get(target, name);
            if (name !== 'setHold') return typeof member === 'function' ? member.bind(target) : member;
            return async (/** @type {any[]} */ ...args) => {
              await target.markDeleted('local', args[1], 'Article 17', { id: 'admin-2', role: 'admin' });
              return member.apply(target, args);
            };
          },
        }),
      }),
    });
    t.after(() => raced.close());
    const id = await uploaded({ to: raced });
    const record = await raced.records.find('local', id);
    const hold = await read(await fetch(`${raced.url}/${id}/legal-hold`, decision('PUT', KEYS.admin)));
    assert.deepEqual([hold.status, hold.body.code], [410, 'deleted']);
    assert.equal(await raced.storage.head(String(record?.objectKey)), undefined);
  });
});

/** @param {{ records: any, storage: any }} parts @param {() => Date} now */
async function sweep({ records, storage }, now) {
  const log = { info: () => {}, error: assert.fail };
  await createRetention({ records, storage, log, clock: { now, setTimeout, clearTimeout } }).sweep();
}

/** Read to its end, so that no connection is left waiting. @param {string} path @param {string} key */
async function get(path, key) {
  const response = await fetch(service.url + path, { headers: bearer(key), redirect: 'manual' });
  return new Response(await response.arrayBuffer(), response);
}

/**
 * @param {{ url: string }} to @param {string} key @param {Record<string, string>} fields @param {string} [idempotencyKey]
 * @param {Buffer} [file]
 */
async function send({ url }, key, fields, idempotencyKey, file = photo) {
  const headers = { ...bearer(key), ...(idempotencyKey && { 'idempotency-key': idempotencyKey }) };
  return read(await fetch(`${url}/upload`, { method: 'POST', headers, body: formOf({ file, fields }) }));
}

/**
 * @param {{ to?: { url: string }, key?: string, fields?: Record<string, string>, idempotencyKey?: string, file?: Buffer }}
 *   [options]
 * @returns {Promise<string>} its id
 */
async function uploaded({ to = service, key = KEYS.agent, fields = {}, idempotencyKey, file } = {}) {
  const { status, body } = await send(to, key, fields, idempotencyKey, file);
  assert.equal(status, 200, JSON.stringify(body));
  return body.id;
}

/** As `who role action`. @param {string} id */
async function audit(id) {
  const entries = [];
  for await (const { actor, role, action } of service.records.auditEntries('local', { snapshotId: id })) {
    entries.push(`${actor} ${role} ${action}`);
  }
  return entries;
}

/**
 * @template {object} T
 * @param {T} target @param {string} call @param {Error} error @param {() => boolean} [isBroken]
 * @returns {T}
 */
function withFault(target, call, error, isBroken = () => true) {
  return new Proxy(target, {
    get: (object, name) => {
      const member = Reflect.get(object, name);
      if (typeof member !== 'function') return member;
      return name === call && isBroken() ? () => Promise.reject(error) : member.bind(object);
    },
  });
}
