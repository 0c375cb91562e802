/** The widget and what becomes of the case elsewhere: in another window, by somebody else, on another day. */

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PATH } from '../middleware/servers/service.js';
import { take, useDemo } from './demo.js';

const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const demo = useDemo();
/** @type {string} */
let photo;
before(async () => {
  photo = (await readFile(new URL('../fixtures/rocket.jpg', import.meta.url))).toString('base64');
  await mkdir(SCREENSHOTS, { recursive: true });
});

/** As somebody else of the demo does it. @param {import('playwright-core').Page} page @param {string} method @param {string} path */
function decide(page, method, path) {
  return page.evaluate(
    async ([how, address]) => {
      const headers = { 'content-type': 'application/json' };
      const { status } = await fetch(address, { method: how, headers, body: '{"reason":"Art. 17"}' });
      return status;
    },
    [method, `${PATH}/${path}`],
  );
}

/** The agent turns to this window. @param {import('playwright-core').Page} page */
const turnTo = (page) => page.evaluate(() => void dispatchEvent(new Event('focus')));

/** A picture of this moment in the case. @param {import('playwright-core').Page} page @param {Record<string, string>} fields */
function file(page, fields) {
  return page.evaluate(
    async ([path, jpeg, given]) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(given)) form.set(name, value);
      const bytes = Uint8Array.from(atob(String(jpeg)), (character) => character.charCodeAt(0));
      form.set('file', new Blob([bytes], { type: 'image/jpeg' }), 'picture.jpg');
      return (await fetch(`${path}/upload`, { method: 'POST', body: form })).status;
    },
    [PATH, photo, { agentId: 'demo-agent', ...fields }],
  );
}

test('a second window shows what the first has filed, holds, releases and deletes, once somebody turns to it', async (t) => {
  const query = { scene: 'still', gcConversationId: 'two-windows' };
  const first = await demo.openWidget(t, query, { expected: /status of 410/ });
  const second = await demo.openWidget(t, { ...query, lang: 'de' }, { expected: /status of 410/ });
  await first.bringToFront(); // A window behind another one draws nothing.
  await take(first);
  const { id } = await demo.stored(first);
  assert.equal(await second.locator('.snapshot').count(), 0, 'nobody has turned to it');
  await second.bringToFront();
  await turnTo(second);
  const entry = second.locator(`.snapshot[data-id="${id}"]`);
  await entry.waitFor();
  const isFiled = entry.and(second.locator('[data-delivery=stored]'));
  await isFiled.waitFor();

  assert.equal(await decide(first, 'PUT', `${id}/legal-hold`), 200);
  await turnTo(second);
  await entry.locator('.badge').waitFor();
  assert.equal(await decide(first, 'DELETE', `${id}/legal-hold`), 200);
  await turnTo(second);
  await entry.locator('.badge').waitFor({ state: 'hidden' });

  assert.equal(await decide(first, 'DELETE', String(id)), 200);
  await turnTo(first);
  const own = first.locator(`.snapshot[data-id="${id}"][data-delivery=deleted]`);
  await own.waitFor();
  assert.equal(await own.locator('.delivery').textContent(), 'Deleted');
  for (const part of ['img', '.open', '.hold']) assert.ok(await own.locator(part).isHidden(), part);

  // The second one finds out by what it tries.
  await entry.locator('summary').click();
  await entry.locator('.audit', { hasText: 'Gelöscht · demo-agent' }).waitFor();
  await entry.locator('input').fill('Fall 2026-117');
  await entry.locator('form button').click();
  await second.locator(`.snapshot[data-id="${id}"][data-delivery=deleted]`).waitFor();
  assert.match(
    (await entry.locator('.delivery').textContent()) ?? '',
    /^Gelöscht am \d\d\.\d\d\.\d{4}, \d\d:\d\d: Art\. 17$/,
  );
  assert.equal(await entry.locator('.message').textContent(), '');
  for (const part of ['img', '.open', '.hold']) assert.ok(await entry.locator(part).isHidden(), part);
  await entry.screenshot({ path: join(SCREENSHOTS, 'deleted-german.png') });
});

test('what arrives while the list is read is not taken for deleted; a long list is read to its end', async (t) => {
  const page = await demo.openWidget(t, { scene: 'still', gcConversationId: 'long-list' });
  const asked = Date.parse('2026-11-02T10:00:00Z');
  for (let n = 0; n < 3; n += 1)
    assert.equal(
      await file(page, {
        interactionId: 'long-list',
        snapshotId: `long-${n}`,
        timestamp: new Date(asked + n).toISOString(),
      }),
      200,
    );
  // As the service does it for a hundred.
  await page.route(/\?interactionId=/, async (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('limit', '2');
    const answer = await route.fetch({ url: String(url) });
    await route.fulfill({ response: answer });
  });
  await turnTo(page);
  await page.waitForFunction(() => document.querySelectorAll('.snapshot[data-delivery=stored]').length === 3);

  await page.unroute(/\?interactionId=/);
  let answer = () => {};
  const isHeldBack = new Promise((resolve) => {
    page.route(
      /\?interactionId=/,
      async (route) => {
        const response = await route.fetch();
        resolve(undefined);
        await new Promise((go) => (answer = () => go(undefined)));
        await route.fulfill({ response });
      },
      { times: 1 },
    );
  });
  await turnTo(page);
  await isHeldBack;
  await take(page);
  await page.waitForFunction(() => document.querySelectorAll('.snapshot[data-delivery=stored]').length === 4);
  answer();
  await turnTo(page);
  await page.waitForTimeout(300);
  assert.equal(await page.locator('[data-delivery=deleted]').count(), 0);
});

test('the newest come first whatever their offsets, and those of another day have its date', async (t) => {
  const page = await demo.openWidget(t, { scene: 'still', lang: 'de', gcConversationId: 'many-days' });
  for (const [snapshotId, timestamp] of [
    ['second', '2026-11-02T10:00:00+02:00'],
    ['third', '2026-11-02T09:00:00Z'],
    ['fourth', '2026-11-02T08:30:00-05:00'],
    ['first', '2026-11-01T23:20:30Z'],
  ])
    assert.equal(await file(page, { interactionId: 'many-days', snapshotId, timestamp }), 200);
  await turnTo(page);
  await page.waitForFunction(() => document.querySelectorAll('.snapshot').length === 4);
  const shown = await page
    .locator('.snapshot')
    .evaluateAll((all) => all.map((each) => [each.dataset.id, each.querySelector('h3')?.textContent]));
  assert.deepEqual(
    shown.map(([id]) => id),
    ['fourth', 'third', 'second', 'first'],
  );
  for (const [, time] of shown) assert.match(String(time), /^0[12]\.11\.2026, \d\d:\d\d:\d\d$/);
});

test('the service is started anew: the page fetches its key, and goes on sending', async (t) => {
  const page = await demo.openWidget(
    t,
    { scene: 'still', gcConversationId: 'restarted' },
    { expected: /status of 401|ERR_/ },
  );
  await take(page);
  await demo.stored(page);
  await demo.restart(async () => {
    await take(page);
    await page.waitForSelector('.snapshot[data-delivery=waiting]');
    await page.waitForSelector('#capture[state=queued]');
  });
  // In one go: it may be sent by itself just now, and then there is nothing to press any more.
  await page.evaluate(() => {
    const button = document.querySelector('.snapshot[data-delivery=waiting] [data-action=retry]');
    /** @type {HTMLElement | null} */ (button)?.click();
  });
  await demo.stored(page, 2);
  await page.waitForSelector('#capture[state=delivered]');
  assert.ok(await page.locator('#sign-in').isHidden());
  assert.equal(await page.textContent('#timeline-note'), '');

  // Also where nothing is to be sent.
  await demo.restart(async () => {});
  await page.locator('.snapshot summary').first().click();
  await page.locator('.audit', { hasText: 'demo-agent' }).waitFor();
  assert.ok(await page.locator('#sign-in').isHidden());
});
