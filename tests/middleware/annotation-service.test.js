/** Notes as users see them: uploaded, listed, held, redriven; and one instance that is killed while another goes on. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startGenesys } from './servers/genesys.js';
import { startPostgres } from './servers/postgres.js';
import { bearer, decision, formOf, PATH, pause, read, startMain, startService } from './servers/service.js';

const [ORGANIZATION, WIDGET, ALICE, BOSS, CLIENT] = Array.from({ length: 5 }, () => randomUUID());
const SECRET = 'the-secret-of-the-service';
const PUBLIC_URL = 'https://snapshots.example';
const METRICS_KEY = 'key-of-prometheus';

/** @type {Buffer} */ let photo;
/** @type {Awaited<ReturnType<typeof startGenesys>>} */ let genesys;
/** @type {Record<string, string>} */ let env;
before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  genesys = await startGenesys();
  genesys.setLimit(Number.POSITIVE_INFINITY);
  genesys.tokens.set('token-of-alice', { organizationId: ORGANIZATION, clientId: WIDGET, userId: ALICE });
  genesys.tokens.set('token-of-boss', {
    organizationId: ORGANIZATION,
    clientId: WIDGET,
    userId: BOSS,
    roles: ['Boss'],
  });
  env = {
    GENESYS_REGION: 'mypurecloud.de',
    GENESYS_ORGANIZATIONS: ORGANIZATION,
    GENESYS_OAUTH_CLIENTS: WIDGET,
    GENESYS_ADMIN_ROLES: 'Boss',
    GENESYS_CLIENT_ID: CLIENT,
    GENESYS_CLIENT_SECRET: SECRET,
    CASEFRAME_TEST_GENESYS_URL: genesys.url,
    PUBLIC_URL,
    ANNOTATE: 'auto',
    ANNOTATE_LEASE_SECONDS: '1',
    METRICS_KEY,
  };
});
beforeEach(() => {
  genesys.setFault();
  genesys.clients.set(CLIENT, { secret: SECRET, organizationId: ORGANIZATION });
});
after(() => genesys.close());

/** @param {Partial<import('./servers/genesys-platform.js').Conversation>} [about] */
function call(about = {}) {
  const id = randomUUID();
  genesys.conversations.set(id, { organizationId: ORGANIZATION, userIds: [ALICE], ...about });
  return id;
}

/** @param {string} url @param {string} interactionId @param {string} [snapshotId] */
async function upload(url, interactionId, snapshotId = randomUUID()) {
  const body = formOf({ fields: { interactionId, agentId: ALICE, snapshotId }, file: photo });
  return read(await fetch(`${url}/upload`, { method: 'POST', headers: bearer('token-of-alice'), body }));
}

/** @param {string} url @param {string} interactionId */
async function listed(url, interactionId) {
  const answer = await read(
    await fetch(`${url}/?interactionId=${interactionId}`, { headers: bearer('token-of-alice') }),
  );
  return answer.body.snapshots[0];
}

/** @param {string} url @param {string} interactionId */
async function settled(url, interactionId) {
  for (;;) {
    const snapshot = await listed(url, interactionId);
    if (snapshot.annotation !== 'queued') return snapshot;
    await pause(50);
  }
}

describe('an upload', () => {
  /** @type {Awaited<ReturnType<typeof startService>>} */ let service;
  before(async () => {
    // A request has half of the lease: with a second, a busy machine would lose answers.
    const patient = { ...env, ANNOTATE_LEASE_SECONDS: '60', PROTECT_RECORDINGS: 'on' };
    service = await startService({ env: patient, annotation: { pollMs: 20 } });
  });
  after(async () => {
    const metrics = await (await fetch(`${service.base}/metrics`, { headers: bearer(METRICS_KEY) })).text();
    await service.close();
    const printed = service.log.join('') + metrics;
    assert.ok(service.log.length > 0);
    const issued = [...genesys.tokens.keys()];
    const basic = Buffer.from(`${CLIENT}:${SECRET}`).toString('base64');
    for (const secret of [SECRET, basic, ...issued]) assert.ok(!printed.includes(secret), 'a secret was printed');
  });

  test('is queued, then done: the link stands on the call, and the list and a repeat say so', async () => {
    const interactionId = call();
    const first = await upload(service.url, interactionId);
    assert.deepEqual([first.status, first.body.annotation], [200, 'queued']);
    const { id, url } = first.body;
    const snapshot = await settled(service.url, interactionId);
    assert.deepEqual([snapshot.annotation, 'annotationReason' in snapshot], ['done', false]);
    assert.deepEqual(genesys.notesOf(id), [`caseframe_snapshot_${id} ${PUBLIC_URL}${PATH}/${id}`]);
    assert.equal(url, `${PUBLIC_URL}${PATH}/${id}`, 'the very link of the answer');
    const again = await upload(service.url, interactionId, id);
    assert.deepEqual([again.status, again.body.annotation], [200, 'done']);
    const metrics = await (await fetch(`${service.base}/metrics`, { headers: bearer(METRICS_KEY) })).text();
    assert.match(metrics, /caseframe_annotations_total\{target="attributes",how="written"\} 1/);
    assert.match(metrics, /caseframe_outbox_outcomes_total\{kind="annotation",outcome="done"\} 1/);
    assert.match(metrics, /caseframe_genesys_requests_total\{status="202"\} 1/);
  });

  test('of a call that has ended: a comment on the case', async () => {
    const interactionId = call({ endTime: new Date().toISOString() });
    genesys.cases.set('case-1', { conversationIds: [interactionId], comments: [] });
    const { body } = await upload(service.url, interactionId);
    await settled(service.url, interactionId);
    const comments = genesys.cases.get('case-1')?.comments.map(({ content }) => content);
    assert.deepEqual(comments, [
      `Video snapshot [${body.id}], taken 2026-11-02T10:20:30.456Z: ${PUBLIC_URL}${PATH}/${body.id}`,
    ]);
  });

  test('whose note is refused: the list says failed and why; redrive has it written', async () => {
    const client = /** @type {{ permissions?: string[] }} */ (genesys.clients.get(CLIENT));
    const interactionId = call({ endTime: new Date().toISOString() });
    genesys.cases.set('case-2', { conversationIds: [interactionId], comments: [] });
    client.permissions = [];
    genesys.tokens.forEach((token) => {
      if (token.clientId === CLIENT) token.permissions = client.permissions;
    });
    const { body } = await upload(service.url, interactionId);
    const failed = await settled(service.url, interactionId);
    assert.equal(failed.annotation, 'failed');
    assert.match(failed.annotationReason, /403 .*caseManagement:caseAssociation:view/);
    const again = await upload(service.url, interactionId, body.id);
    assert.deepEqual([again.status, again.body.annotation], [200, 'failed']);
    assert.ok(service.log.some((line) => JSON.parse(line).alert === 'annotation-dead'));

    client.permissions.push(
      'caseManagement:caseAssociation:view',
      'caseManagement:comment:view',
      'caseManagement:comment:add',
    );
    const command = startMain({ args: ['redrive', '--data', service.data], env });
    assert.deepEqual(await command.ended, [0, null], command.output.err);
    assert.match(
      command.output.out,
      new RegExp(`^${ORGANIZATION}: annotation of ${body.id}, which had failed: .*\n1 queued anew\n$`),
    );
    assert.equal((await settled(service.url, interactionId)).annotation, 'done');
    assert.equal(genesys.notesOf(body.id).length, 1);
    for (const token of genesys.tokens.values()) token.permissions = undefined;
  });

  test('that is held has the call’s recordings protected, until it is released', { timeout: 600_000 }, async () => {
    const interactionId = call();
    const { body } = await upload(service.url, interactionId);
    const hold = (/** @type {string} */ method) =>
      fetch(`${service.url}/${body.id}/legal-hold`, decision(method, 'token-of-boss'));
    assert.equal((await hold('PUT')).status, 200);
    while (!genesys.protectedConversations.has(interactionId)) await pause(20);
    assert.equal((await hold('DELETE')).status, 200);
    while (genesys.protectedConversations.has(interactionId)) await pause(20);
  });
});

test('off: nothing is asked of Genesys, and annotation stays queued', async (t) => {
  const service = await startService({ env: { ...env, ANNOTATE: 'off' }, annotation: { pollMs: 5 } });
  t.after(() => service.close());
  const interactionId = call();
  const { body } = await upload(service.url, interactionId);
  await pause(100);
  assert.equal((await listed(service.url, interactionId)).annotation, 'queued');
  assert.deepEqual(genesys.notesOf(body.id), []);
});

// The two others are in the crash matrix, many times over.
for (const { kind, isStored } of /** @type {const} */ ([
  { kind: 'sqlite', isStored: false },
  { kind: 'postgres', isStored: true },
])) {
  const when = isStored ? 'after its note was stored, before the answer' : 'while it writes a note';
  test(`an instance that is killed ${when}: another one takes over, ${kind}`, { timeout: 600_000 }, async (t) => {
    const data = await mkdtemp(join(tmpdir(), 'caseframe-takeover-'));
    t.after(() => rm(data, { recursive: true, force: true }));
    /** @type {Record<string, string>} */
    let database = {};
    if (kind === 'postgres') {
      const server = await startPostgres();
      t.after(() => server.stop());
      database = { DATABASE_URL: await server.createDatabase() };
    }
    // Each with an OAuth client of its own, by which it is known who writes.
    const clients = [randomUUID(), randomUUID()];
    const instances = clients.map((id) => {
      genesys.clients.set(id, { secret: SECRET, organizationId: ORGANIZATION });
      const own = { ...env, ...database, GENESYS_CLIENT_ID: id };
      const main = startMain({ args: ['--data', data, '--port', '0'], env: own });
      t.after(main.stop);
      return main;
    });
    const urls = [];
    for (const { address } of instances) urls.push((await address()) + PATH);
    const interactionId = call({ endTime: new Date().toISOString() });
    genesys.cases.set(`case-${interactionId}`, { conversationIds: [interactionId], comments: [] });

    /** Whose write is the first one: it gets no answer. @type {string | undefined} */
    let writer;
    const isWrite = (/** @type {string} */ line) => /^POST .*comments$/.test(line);
    t.after(() => genesys.setLost());
    if (isStored) {
      genesys.setLost((line, { clientId }) => {
        if (!isWrite(line) || writer !== undefined) return false;
        writer = clientId;
        return 'silent';
      });
    } else {
      genesys.setFault(({ method, url, headers }) => {
        if (!isWrite(`${method} ${url}`) || writer !== undefined) return false;
        writer = genesys.tokens.get(String(headers.authorization).slice('Bearer '.length))?.clientId;
        return true;
      });
    }
    const { body } = await upload(urls[0], interactionId);
    while (writer === undefined) await pause(5);
    const killed = clients.indexOf(writer);
    instances[killed].child.kill('SIGKILL');
    const since = performance.now();
    await instances[killed].ended;
    const snapshot = await settled(urls[1 - killed], interactionId);
    t.diagnostic(`done ${Math.round(performance.now() - since)} ms after the kill`);
    assert.equal(snapshot.annotation, 'done');
    assert.equal(genesys.notesOf(body.id).length, 1);
  });
}
