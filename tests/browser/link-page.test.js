/** A snapshot's link as people open it, from a case, in a browser: with a key, and in the demo. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bearer, decision, formOf, newId, PATH } from '../middleware/servers/service.js';
import { take, useDemo } from './demo.js';

const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const KEYS = { agent: 'sesame', other: 'other', supervisor: 'super', admin: 'boss' };
const STATIC_KEYS = 'sesame=agent-7:agent,other=agent-8:agent,super=supervisor-1:supervisor,boss=admin-1:admin';

/** @type {Buffer} */
let photo;
before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  await mkdir(SCREENSHOTS, { recursive: true });
});

/**
 * As somebody with another language and look opens it. What the browser complains of fails the test.
 * @param {import('node:test').TestContext} t @param {ReturnType<typeof useDemo>} demo
 * @param {{ locale?: string, colorScheme?: any, width?: number }} [look]
 */
async function newReader(t, demo, { locale = 'en-GB', colorScheme = 'light', width = 1280 } = {}) {
  const browser = demo.browser.context.browser();
  assert.ok(browser);
  const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 900 } });
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // The refusal itself is logged by the browser.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) problems.push(message.text());
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(problems, []);
  });
  return page;
}

describe('with keys', () => {
  const demo = useDemo({ STATIC_KEYS });
  async function uploaded() {
    const id = newId();
    const body = formOf({ fields: { snapshotId: id }, file: photo });
    const response = await fetch(`${demo.base}${PATH}/upload`, { method: 'POST', headers: bearer(KEYS.agent), body });
    assert.equal(response.status, 200, await response.text());
    return { id, url: `${demo.base}${PATH}/${id}` };
  }

  for (const { name, ...look } of [
    { name: 'light', locale: 'en-GB' },
    { name: 'german-narrow', locale: 'de-DE', colorScheme: 'dark', width: 320 },
  ]) {
    test(`${name}: asks who is looking, and shows the picture with what is known of it`, async (t) => {
      const { id, url } = await uploaded();
      const page = await newReader(t, demo, look);
      const shot = async (/** @type {string} */ state) => {
        await page.screenshot({ path: join(SCREENSHOTS, `link-${name}-${state}.png`), fullPage: true });
        assert.deepEqual(await barriers(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'fits');
      };
      await page.goto(url);
      await shot('asks');
      for (const [key, told] of [
        ['nonsense', /does not know|kennt diese Angabe nicht/],
        ['Schlüssel ✓', /does not know|kennt diese Angabe nicht/],
      ]) {
        await page.fill('input', String(key));
        await page.keyboard.press('Enter');
        await page.locator('#message', { hasText: told }).waitFor();
        await page.waitForFunction(() => !document.querySelector('button')?.disabled);
        await page.locator('#message').evaluate((message) => (message.textContent = ''));
      }
      await page.fill('input', KEYS.other);
      await page.keyboard.press('Enter');
      await page.locator('h1', { hasText: /may not see|dürfen dieses Bild nicht/ }).waitFor();
      await shot('forbidden');
      await page.fill('input', KEYS.supervisor);
      await page.keyboard.press('Enter');
      await page.locator('#picture img').waitFor();
      await page.waitForFunction(() => document.activeElement?.matches('h1'));
      await shot('picture');
      assert.equal(await page.evaluate(() => document.images[0].naturalWidth), 640);
      assert.ok(await page.locator('form').isHidden());
      assert.match(await page.locator('dl').innerText(), /agent-7[\s\S]*call-1[\s\S]*640 × 427/);
      assert.equal(await page.evaluate(() => Object.keys(sessionStorage).length + Object.keys(localStorage).length), 0);
      const entries = await Array.fromAsync(demo.records.auditEntries('local', { snapshotId: id }));
      assert.deepEqual(
        entries.map(({ actor, action }) => `${actor} ${action}`),
        ['agent-7 stored', 'agent-8 refused', 'supervisor-1 viewed'],
      );
    });
  }

  test('behind a proxy that passes a path on, it shows the picture', async (t) => {
    const { id } = await uploaded();
    const proxy = createServer((incoming, outgoing) => {
      const path = /^\/evidence(\/.*)$/.exec(incoming.url ?? '')?.[1];
      if (path === undefined) return void outgoing.writeHead(404).end();
      const { method, headers } = incoming;
      const onward = request(demo.base + path, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    t.after(() => proxy.close());
    const page = await newReader(t, demo);
    const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
    await page.goto(`http://127.0.0.1:${port}/evidence${PATH}/${id}`);
    await page.fill('input', KEYS.agent);
    await page.keyboard.press('Enter');
    await page.locator('#picture img').waitFor();
  });

  test('a deleted one says when and why', async (t) => {
    const { url } = await uploaded();
    await fetch(url, decision('DELETE', KEYS.admin, 'Art. 17'));
    const page = await newReader(t, demo, { locale: 'de-DE' });
    await page.goto(url);
    await page.fill('input', KEYS.agent);
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'Dieses Bild wurde gelöscht' }).waitFor();
    assert.match((await page.textContent('#text')) ?? '', /^Es wurde am \d+\. .+ gelöscht\. Grund: Art\. 17\.$/);
    assert.ok(await page.locator('form').isHidden());
  });
});

describe('in the demo', () => {
  const demo = useDemo();
  test('who has not opened its page yet, or before it was started anew, sees the picture all the same', async (t) => {
    const widget = await demo.openWidget(t, { scene: 'still' });
    await take(widget);
    const { id } = await demo.stored(widget);
    const page = await newReader(t, demo);
    await page.goto(`${demo.base}${PATH}/${id}`);
    await page.locator('#picture img').waitFor();
    assert.match((await page.textContent('h1')) ?? '', /^Picture of /);
    await page.goto(`${demo.base}${PATH}/${newId()}`);
    await page.locator('h1', { hasText: 'There is no such picture' }).waitFor();
  });
});

/** What axe-core finds. @param {import('playwright-core').Page} page */
async function barriers(page) {
  await page.evaluate(await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'));
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
  });
}
