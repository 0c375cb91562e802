/**
 * The service on both pairs of stores, as `main.js` starts it: all that is done with a snapshot, and `kill -9` at every
 * step of an upload, a small part of what `npm run chaos:middleware` does. In the end each answered snapshot is stored once
 * and whole, and there is no object without its row and no row without its object.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { startBalancer } from '../../examples/middleware/operations/scaled/balancer.js';
import { createInstances } from '../../examples/middleware/operations/scaled/instances.js';
import { randomFrom } from '../js/dice.js';
import { firstSeed } from '../js/random.js';
import { crashRounds } from './chaos/rounds.js';
import { startStack } from './chaos/stack.js';
import { sum } from './chaos/table.js';
import { startPostgres } from './servers/postgres.js';
import { createBucket, startS3 } from './servers/s3.js';
import { bearer, decision, formOf, KEYS, PATH, read, STATIC_KEYS, startMain } from './servers/service.js';

/** Of an upload. The answer is nothing's business but the client's. */
const POINTS = ['row:after', 'object:before', 'object:after', 'mark:after', 'answer:before', 'relay:annotated'];

/** @type {Buffer} */
let photo;
before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
});

test('files and SQLite lose nothing, wherever the service is killed', (t) => survive(t, 'files'));

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

  test('lose nothing either, with two instances', (t) => survive(t, 'shared', { s3, postgres }));

  test('a rolling restart fails no upload', async (t) => {
    const balancer = await startBalancer();
    const env = { ...process.env, STATIC_KEYS, UPLOADS_PER_MINUTE: '100000', ...(await settings()) };
    const instances = createInstances({ balancer, count: 2, env });
    t.after(async () => {
      await instances.close();
      await balancer.close();
    });
    await instances.start();
    const before = instances.addresses();
    let isRolling = true;
    /** @type {number[]} */
    const statuses = [];
    const client = async () => {
      while (isRolling) {
        const response = await fetch(`${balancer.address}${PATH}/upload`, {
          method: 'POST',
          headers: bearer(KEYS.agent),
          body: formOf({ file: photo }),
        });
        await response.arrayBuffer();
        statuses.push(response.status);
      }
    };
    const clients = [client(), client(), client()];
    await instances.roll();
    isRolling = false;
    await Promise.all(clients);
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.deepEqual(
      instances.addresses().filter((address) => before.includes(address)),
      [],
      'both are new',
    );
    t.diagnostic(`${statuses.length} uploads meanwhile, none failed`);
  });

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

/** @param {import('node:test').TestContext} t @param {'files' | 'shared'} kind @param {Parameters<typeof startStack>[1]} [servers] */
async function survive(t, kind, servers) {
  t.diagnostic(`CASEFRAME_SEED=${firstSeed}`);
  const random = randomFrom(firstSeed);
  const stack = await startStack(kind, servers);
  t.after(stack.close);
  const { kills, counts, problems } = await crashRounds(stack, { rounds: POINTS.length, points: POINTS, random });
  const { lost, twice, orphans, notedTwice, unnoted, ...rest } = sum(counts.values());
  t.diagnostic(JSON.stringify(rest));
  const wrong = { lost, twice, orphans, notedTwice, unnoted, problems };
  assert.deepEqual(wrong, { lost: 0, twice: 0, orphans: 0, notedTwice: 0, unnoted: 0, problems: [] });
  assert.ok(rest.answered > 0);
  const killed = [...kills.values()].reduce((count, { kills }) => count + kills, 0);
  assert.ok(killed > 0, 'something was under way when it was killed');
}
