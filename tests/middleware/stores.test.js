/**
 * The service on both pairs of stores, as `main.js` starts it.
 *
 * `kill -9` in the middle of hundreds of uploads, again and again. Clients try again until they are answered, but for some
 * who go away for good. In the end each answered snapshot is stored once and whole, and there is no object without its row
 * and no row without its object.
 */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openRecords } from '../../examples/middleware/records/open.js';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { randomFrom } from '../js/dice.js';
import { firstSeed } from '../js/random.js';
import { startPostgres } from './servers/postgres.js';
import { createBucket, startS3 } from './servers/s3.js';
import {
  bearer,
  decision,
  formOf,
  KEYS,
  PATH,
  pause,
  read,
  STATIC_KEYS,
  sha256,
  startMain,
} from './servers/service.js';

const UPLOADS = 240;
const KILLS = 4;
const CLIENTS = 8;
/** Short, so that what was broken off is taken over soon. */
const LEASE_SECONDS = 2;
/** Clients that do not come again once their connection has broken. */
const QUITTERS = 0.2;
const INTERACTIONS = 12;

/** @type {Buffer} */
let photo;
before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
});

test('files and SQLite', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'caseframe-crash-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await survive(t, {
    STORAGE_URL: `file:${join(folder, 'objects')}`,
    DATABASE_URL: `sqlite:${join(folder, 'records.sqlite')}`,
  });
});

describe('S3 and PostgreSQL', () => {
  /** @type {Awaited<ReturnType<typeof startS3>>} */ let s3;
  /** @type {Awaited<ReturnType<typeof startPostgres>>} */ let postgres;
  before(async () => {
    [s3, postgres] = await Promise.all([startS3(), startPostgres()]);
  });
  after(() => Promise.all([s3?.stop(), postgres?.stop()]));

  const settings = async () => ({
    STORAGE_URL: `s3://${await createBucket(s3)}/prefix?region=us-east-1&endpoint=${encodeURIComponent(s3.endpoint)}`,
    DATABASE_URL: await postgres.createDatabase(),
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  });

  test('lose nothing either', async (t) => survive(t, await settings()));

  test('upload, look by a link, list, hold, export, release, delete', async (t) => {
    const main = startMain({ env: { PORT: '0', STATIC_KEYS, ...(await settings()) } });
    t.after(main.stop);
    const url = `${await main.address()}${PATH}`;
    const sent = await read(
      await fetch(`${url}/upload`, { method: 'POST', headers: bearer(KEYS.agent), body: formOf({ file: photo }) }),
    );
    assert.equal(sent.status, 200, JSON.stringify(sent.body));
    const { id } = sent.body;
    const ask = async (/** @type {string} */ path, /** @type {any} */ init) => {
      const response = await fetch(url + path, { redirect: 'manual', ...init });
      return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const view = await ask(`/${id}`, { headers: bearer(KEYS.supervisor) });
    assert.equal(view.status, 302);
    const link = new URL(String(view.headers.get('location')));
    assert.equal(link.origin, s3.endpoint);
    assert.ok(Number(link.searchParams.get('X-Amz-Expires')) <= 60, link.search);
    const linked = await fetch(link);
    assert.equal(linked.status, 200);
    assert.deepEqual(Buffer.from(await linked.arrayBuffer()), photo);
    assert.equal((await ask(`/${id}/thumbnail`, { headers: bearer(KEYS.agent) })).status, 200);
    assert.equal((await ask(`/${id}/legal-hold`, decision('PUT', KEYS.admin))).status, 200);
    assert.equal((await ask(`/${id}`, decision('DELETE', KEYS.admin))).status, 423);
    const list = JSON.parse((await ask('/?interactionId=call-1', { headers: bearer(KEYS.agent) })).bytes.toString());
    assert.equal(list.snapshots[0].legalHold, true);
    const zip = await ask(`/${id}/export`, { headers: bearer(KEYS.supervisor) });
    assert.deepEqual([zip.status, zip.bytes.subarray(0, 2).toString()], [200, 'PK']);
    assert.equal((await ask(`/${id}/legal-hold`, decision('DELETE', KEYS.admin))).status, 200);
    assert.equal((await ask(`/${id}`, decision('DELETE', KEYS.admin))).status, 200);
    assert.equal((await ask(`/${id}`, { headers: bearer(KEYS.agent) })).status, 410);
    assert.equal((await fetch(link)).status, 404, 'nothing is left of it');
    assert.equal(main.output.err, '');
  });
});

/** @param {import('node:test').TestContext} t @param {Record<string, string>} env */
async function survive(t, env) {
  t.diagnostic(`CASEFRAME_SEED=${firstSeed}`);
  const random = randomFrom(firstSeed);
  const all = {
    PORT: '0',
    STATIC_KEYS,
    UPLOAD_LEASE_SECONDS: String(LEASE_SECONDS),
    UPLOADS_PER_MINUTE: '100000',
    ...env,
  };
  /** @type {ReturnType<typeof startMain>} */
  let main;
  /** Changes with each start. @type {Promise<string>} */
  let address;
  const start = () => {
    main = startMain({ env: all });
    t.after(main.stop);
    address = main.address();
    return address;
  };
  await start();

  const snapshots = Array.from({ length: UPLOADS }, (_, n) => ({
    id: `snapshot-${n}`,
    interactionId: `call-${Math.floor(random() * INTERACTIONS)}`,
    file: distinct(n),
    quits: random() < QUITTERS,
  }));
  /** @type {Map<string, any>} */
  const answers = new Map();
  let tries = 0;
  let broken = 0;
  const left = [...snapshots];
  let isKilling = true;

  async function client() {
    for (let snapshot = left.shift(); snapshot !== undefined; snapshot = left.shift()) await deliver(snapshot);
  }

  /** @param {typeof snapshots[number]} snapshot */
  async function deliver({ id, interactionId, file, quits }) {
    for (;;) {
      tries += 1;
      try {
        const response = await fetch(`${await address}${PATH}/upload`, {
          method: 'POST',
          headers: { ...bearer(KEYS.agent), 'idempotency-key': id },
          body: formOf({ file, fields: { snapshotId: id, interactionId, sha256: sha256(file) } }),
        });
        const body = await response.json();
        if (response.status === 200) {
          answers.set(id, body);
          return;
        }
        assert.ok([409, 503].includes(response.status), JSON.stringify(body));
        await pause(100 + 300 * random());
      } catch (error) {
        if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
        broken += 1;
        if (quits) return;
        await pause(50);
      }
    }
  }

  async function killer() {
    for (let kills = 1; kills <= KILLS; kills += 1) {
      const goal = Math.floor(((kills - 0.5 + 0.5 * random()) * UPLOADS) / (KILLS + 1));
      while (answers.size < goal) await pause(1);
      await pause(20 * random());
      main.child.kill('SIGKILL');
      await main.ended;
      await main.stop();
      await start();
    }
    isKilling = false;
  }

  await Promise.all([killer(), ...Array.from({ length: CLIENTS }, client)]);
  assert.equal(isKilling, false);
  main.child.kill('SIGTERM');
  assert.deepEqual(await main.ended, [0, null], main.output.err);
  await pause(1000 * LEASE_SECONDS);
  await fetch(`${await start()}/readyz`);
  await pause(500);
  main.child.kill('SIGTERM');
  assert.deepEqual(await main.ended, [0, null], main.output.err);
  t.diagnostic(`${answers.size} of ${UPLOADS} answered, in ${tries} tries, of which ${broken} broke off`);
  assert.ok(broken > 0, 'something was under way when it was killed');

  const storage = await openStorage(env.STORAGE_URL, { env });
  const records = await openRecords(env.DATABASE_URL);
  try {
    /** @type {import('../../examples/middleware/records/records.js').Snapshot[]} */
    const rows = [];
    for (let n = 0; n < INTERACTIONS; n += 1) {
      rows.push(...(await records.list('local', { interactionId: `call-${n}`, limit: UPLOADS })));
    }
    const objects = [];
    for await (const { key } of storage.list()) objects.push(key);
    assert.deepEqual(
      await records.takeOverAbandoned(new Date(Date.now() + 3_600_000)),
      [],
      'nothing is left half done',
    );
    assert.deepEqual(objects.sort(), rows.map(({ objectKey }) => objectKey).sort(), 'an object for each row, and back');
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length, 'none twice');
    const stored = new Map(rows.map((row) => [row.id, row]));
    for (const id of answers.keys()) assert.ok(stored.has(id), `${id} was answered and is not there`);
    for (const { id, quits } of snapshots) assert.ok(answers.has(id) || quits, `${id} was never answered`);
    for (const { id, file, interactionId } of snapshots.filter(({ id }) => stored.has(id))) {
      const row = stored.get(id);
      assert.deepEqual([row?.sha256, row?.interactionId], [sha256(file), interactionId]);
      assert.ok((await storage.read(String(row?.objectKey))).equals(file), `${id} is whole`);
    }
    /** @type {string[]} */
    const problems = [];
    for await (const { message } of records.verifyAudit()) problems.push(message);
    assert.deepEqual(problems, []);
    const entries = [];
    for await (const { action, snapshotId } of records.auditEntries('local'))
      if (action === 'stored') entries.push(snapshotId);
    assert.deepEqual(entries.sort(), [...stored.keys()].sort(), 'each stands in the audit once');
    t.diagnostic(`${rows.length} stored: 0 lost, 0 twice, 0 orphans`);
  } finally {
    await records.close();
    await storage.close();
  }
}

/** The photograph with a comment of its own: another file each. @param {number} n */
function distinct(n) {
  const comment = Buffer.from(`number ${n}`);
  const segment = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([photo.subarray(0, 2), segment, comment, photo.subarray(2)]);
}
