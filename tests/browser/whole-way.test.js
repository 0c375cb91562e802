/**
 * The whole way of one picture: an agent's click in Chromium, the review, the queue, the middleware on Ceph and PostgreSQL
 * with two instances, of which the one that has the picture is killed before it has marked it as stored; the note on the
 * conversation; the supervisor who opens its link; a hold, which outlives the retention; and the end.
 */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { startStack } from '../middleware/chaos/stack.js';
import { startPostgres } from '../middleware/servers/postgres.js';
import { startS3 } from '../middleware/servers/s3.js';
import { bearer, decision, formOf, PATH, pause, read, sha256 } from '../middleware/servers/service.js';
import { launchChromium, STRICT_CSP, startServer } from './harness.js';

/** Only what stands still takes longer. */
const PATIENCE_MS = 120_000;
/** Beyond RETENTION_DAYS. */
const LATER = { CASEFRAME_TEST_CLOCK_SECONDS: String(31 * 24 * 3600) };
const [ALICE, BOSS, CALL] = [randomUUID(), randomUUID(), randomUUID()];

/** @type {Awaited<ReturnType<typeof startS3>>} */ let s3;
/** @type {Awaited<ReturnType<typeof startPostgres>>} */ let postgres;
/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
/** @type {Awaited<ReturnType<typeof launchChromium>>} */ let browser;
/** @type {import('../middleware/chaos/stack.js').Stack} */ let stack;
before(async () => {
  [s3, postgres, server] = await Promise.all([startS3(), startPostgres(), startServer()]);
  browser = await launchChromium();
  stack = await startStack('shared', {
    s3,
    postgres,
    env: { ANNOTATE: 'auto', GENESYS_ADMIN_ROLES: 'Boss', ALLOWED_ORIGINS: server.url },
  });
});
after(async () => {
  await browser?.close();
  await stack?.close();
  await Promise.all([server?.close(), s3?.stop(), postgres?.stop()]);
});

test('from the click to the end of the retention', async () => {
  const { genesys, address } = stack;
  const [organizationId, clientId] = [stack.env.GENESYS_ORGANIZATIONS, stack.env.GENESYS_OAUTH_CLIENTS];
  genesys.tokens.set('token-of-alice', { organizationId, clientId, userId: ALICE });
  genesys.tokens.set('token-of-boss', { organizationId, clientId, userId: BOSS, roles: ['Boss'] });
  genesys.conversations.set(CALL, { organizationId, userIds: [ALICE] });
  // Whichever gets the picture first is killed once it has put it into the store.
  const crash = { CASEFRAME_TEST_CRASH: 'object:after' };
  await Promise.all([stack.start(0, crash), stack.start(1, crash)]);

  const page = await browser.context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const policy = STRICT_CSP.replace("connect-src 'self'", `connect-src 'self' ${address}`);
  await page.goto(`${server.url}/?${new URLSearchParams({ csp: policy, script: '/pages/button.js' })}`);
  await page.waitForFunction(() => globalThis.stage !== undefined);
  await page.evaluate(
    async ([url, agentId, interactionId]) => {
      const { createUploader } = await import('/dist/upload/index.js');
      const uploader = createUploader({
        url,
        agentId,
        headers: async () => ({ authorization: 'Bearer token-of-alice' }),
        queue: 'indexeddb',
        retry: { baseMs: 100, maxMs: 1000 },
      });
      const options = { interactionId, timeoutMs: 20_000 };
      await globalThis.stage.open({ properties: { uploader, options }, attributes: { review: '' } });
    },
    [`${address}${PATH}/upload`, ALICE, CALL],
  );
  await page.getByRole('button', { name: 'Take picture' }).click();
  await page.getByRole('button', { name: 'Use this picture' }).click();

  const deaths = await restarted(() => page.evaluate(() => globalThis.stage.button.getAttribute('state')));
  assert.ok(deaths > 0, 'one was killed in the middle');
  const fired = await page.evaluate(() => globalThis.stage.fired);
  await page.close(); // And with it its call, which is not needed for the rest of the way.
  const [captured, delivered] = fired;
  assert.deepEqual(
    fired.map((/** @type {any} */ { type }) => type),
    ['captured', 'delivered'],
  );
  assert.equal(delivered.sha256, captured.sha256);

  const link = await noted();
  assert.equal(link, `${address}${PATH}/${captured.id}`);
  /** @type {any[]} */
  let seen = [];
  // The note is written first, and then settled.
  await until(async () => {
    const list = await fetch(`${address}${PATH}/?interactionId=${CALL}`, { headers: bearer('token-of-alice') });
    seen = (await read(list)).body.snapshots;
    return seen[0]?.annotation === 'done';
  }, 'the note is settled');
  assert.equal(seen.length, 1, 'once');

  assert.equal((await opened(link)).sha, captured.sha256);
  assert.equal((await fetch(`${link}/legal-hold`, decision('PUT', 'token-of-boss'))).status, 200);
  await sendAnother();
  await left(2);
  await Promise.all([stack.start(0, LATER), stack.start(1, LATER)]);
  await left(1);
  assert.equal((await opened(link)).sha, captured.sha256, 'the hold outlives the retention');
  assert.equal((await fetch(`${link}/legal-hold`, decision('DELETE', 'token-of-boss'))).status, 200);
  const gone = await read(await fetch(link, { headers: bearer('token-of-boss') }));
  assert.deepEqual([gone.status, gone.body.code, gone.body.reason], [410, 'deleted', 'retention']);
  await left(0);
});

/** Whichever was killed is started anew, until the picture is delivered. @param {() => Promise<string | null>} state */
async function restarted(state) {
  let deaths = 0;
  await until(async () => {
    for (const index of [0, 1]) {
      if (stack.instance(index)?.child.signalCode === 'SIGKILL') {
        deaths += 1;
        await stack.start(index);
      }
    }
    return (await state()) === 'delivered';
  }, 'the picture is delivered');
  return deaths;
}

/** The link in the conversation's participant attributes. */
async function noted() {
  let link = '';
  await until(async () => {
    const { participants = [] } = stack.genesys.conversations.get(CALL) ?? {};
    const values = participants.flatMap(({ attributes = {} }) => Object.values(attributes).map(String));
    link = values.map((value) => /https?:\S+/.exec(value)?.[0]).find((found) => found !== undefined) ?? '';
    return link !== '';
  }, 'there is a note');
  return link;
}

/** As the supervisor's browser follows it. @param {string} link */
async function opened(link) {
  const shown = await fetch(link, { headers: bearer('token-of-boss'), redirect: 'manual' });
  assert.equal(shown.status, 302, await shown.text());
  const picture = await fetch(String(shown.headers.get('location')));
  assert.equal(picture.status, 200);
  return { sha: sha256(Buffer.from(await picture.arrayBuffer())) };
}

/** Another picture of the call, which nobody holds: once it is gone, the sweep has been there. Tried again as clients do. */
async function sendAnother() {
  const file = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  const headers = { ...bearer('token-of-alice'), 'idempotency-key': randomUUID() };
  await until(async () => {
    const body = formOf({ file, fields: { interactionId: CALL, agentId: ALICE } });
    const sent = await read(await fetch(`${stack.address}${PATH}/upload`, { method: 'POST', headers, body }));
    // In progress: the one before, whose answer was lost, goes on.
    const isForLater = [502, 503].includes(sent.status) || sent.body.code === 'in-progress';
    assert.ok(sent.status === 200 || isForLater, JSON.stringify(sent.body));
    return sent.status === 200;
  }, 'another picture is stored');
}

/** So many objects are left in the bucket. @param {number} count */
async function left(count) {
  const storage = await openStorage(stack.env.STORAGE_URL, { env: stack.env });
  try {
    await until(async () => (await Array.fromAsync(storage.list())).length === count, `${count} objects are left`);
  } finally {
    await storage.close();
  }
}

/** @param {() => Promise<boolean>} condition @param {string} what */
async function until(condition, what) {
  for (const deadline = Date.now() + PATIENCE_MS; !(await condition()); await pause(100)) {
    if (Date.now() > deadline) throw new Error(`It has not come so far: ${what}`);
  }
}
