/**
 * The widget inside an agent's desktop: a page of another site, an iframe with exactly what genesys-integration.json says,
 * a middleware that wants a key, and the messages that Genesys Cloud sends its apps.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { CAPTURE, FPS, lengthen, MESSAGE, useDemo } from './demo.js';

const CONFIG = new URL('../../examples/agent-widget/genesys-integration.json', import.meta.url);
const CONVERSATION = '0c4b4a8e-7d0a-4c6e-9a35-1f1f0c7d2a11';

/** The desktop. “localhost” and “127.0.0.1” are two sites to a browser. */
const desktop = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><html lang="en"><title>Desktop</title><body></body></html>');
});
desktop.listen(0, 'localhost');
await once(desktop, 'listening');
const origin = `http://localhost:${/** @type {import('node:net').AddressInfo} */ (desktop.address()).port}`;

const demo = useDemo({ STATIC_KEYS: 'sesame=agent-7:agent,other=boss:admin', FRAME_ANCESTORS: origin });
/** @type {any} */
let config;
before(async () => {
  config = JSON.parse(await readFile(CONFIG, 'utf8'));
});
after(() => {
  desktop.closeAllConnections();
  desktop.close();
});

/** As Genesys Cloud does it: the address is filled in, the frame gets the sandbox and the permissions. */
async function openDesktop(t) {
  const page = await demo.browser.context.newPage();
  page.setDefaultTimeout(120_000);
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // Who has no key yet is told so, which the browser logs.
    if (message.type() === 'error' && !/status of 401/.test(message.text())) problems.push(message.text());
  });
  t.after(async () => {
    await page.close();
    assert.deepEqual(problems, []);
  });
  await page.setViewportSize({ width: 420, height: 900 });
  // FLUSH_MS of the widget's main.js: what is on its way when it is stopped has two minutes.
  await page.addInitScript(lengthen, { 5000: 120_000 });
  await page.goto(origin);
  const fields = {
    gcConversationId: CONVERSATION,
    gcLangTag: 'de-de',
    gcHostOrigin: origin,
    gcTargetEnv: 'prod-euc1',
  };
  const filled = config.properties.url.replace(/\{\{(\w+)\}\}/g, (_, /** @type {keyof typeof fields} */ name) =>
    encodeURIComponent(fields[name]),
  );
  const { search } = new URL(filled);
  await page.evaluate(
    ([src, sandbox, allow]) => {
      const frame = Object.assign(document.createElement('iframe'), { allow, width: '400', height: '880' });
      frame.setAttribute('sandbox', sandbox);
      globalThis.heard = [];
      addEventListener('message', ({ data, origin, source }) => {
        if (source === frame.contentWindow) globalThis.heard.push({ ...data, origin });
      });
      globalThis.tell = (hook, target) =>
        frame.contentWindow.postMessage({ purecloudEventType: 'appLifecycleHook', hook }, target);
      frame.src = src;
      document.body.append(frame);
    },
    [
      // The customer's camera is the demo's, and of no interest here.
      `${demo.base}/${search}&scene=still&fps=${FPS}`,
      config.properties.sandbox.replaceAll(',', ' '),
      config.properties.permissions.replaceAll(',', ';'),
    ],
  );
  const handle = await page.waitForSelector('iframe');
  const frame = await handle.contentFrame();
  assert.ok(frame);
  return { page, frame };
}

/** @param {import('playwright-core').Frame} frame @param {string} key */
async function signIn(frame, key) {
  await frame.locator('#key').fill(key);
  await frame.locator('#key').press('Enter');
}

/** @param {import('playwright-core').Page} page @param {string} action */
const heard = (page, action) =>
  page.waitForFunction((wanted) => globalThis.heard.some((message) => message.action === wanted), action);

test('an agent signs in, takes a picture for the conversation, in the desktop’s language; stopped, nothing is lost', async (t) => {
  const { page, frame } = await openDesktop(t);
  await frame.locator('#sign-in').waitFor();
  assert.match((await frame.textContent('#key-hint')) ?? '', /^Der Dienst möchte wissen, wer Sie sind/);
  assert.ok(await frame.locator(CAPTURE).isHidden(), 'no picture that nobody could be asked about');
  await signIn(frame, 'open');
  await frame.locator('#sign-in [role=alert]', { hasText: 'Der Dienst kennt diesen Schlüssel nicht' }).waitFor();
  await signIn(frame, 'sesame');
  await frame.locator('#capture[state=idle]').waitFor();
  assert.equal(await frame.textContent('#agent'), 'agent-7');
  assert.equal(await frame.inputValue('#interaction'), CONVERSATION);
  await page.evaluate(([target]) => globalThis.tell('bootstrap', target), [demo.base]);
  await heard(page, 'bootstrapped');

  await frame.locator('#review').uncheck();
  await frame.locator(CAPTURE).click();
  await frame.locator('.snapshot[data-delivery=stored]').waitFor();
  const id = String(await frame.locator('.snapshot').getAttribute('data-id'));
  const record = await demo.records.find('local', id);
  assert.deepEqual([record?.interactionId, record?.agentId], [CONVERSATION, 'agent-7']);
  assert.equal(await frame.locator('.custody').count(), 0, 'holds are an admin’s');
  const [tab] = await Promise.all([page.context().waitForEvent('page'), frame.locator('.open').click()]);
  await tab.waitForURL(/^blob:/);
  assert.equal(await tab.evaluate(() => document.images[0]?.naturalWidth), 1280);
  await tab.close();

  // The frame is to go while a picture is on its way.
  let isAnswered = false;
  let answer = () => {};
  const isToBeAnswered = new Promise((resolve) => {
    answer = () => resolve(undefined);
  });
  await page.route('**/upload', async (route) => {
    const response = await route.fetch();
    await isToBeAnswered;
    isAnswered = true;
    await route.fulfill({ response });
  });
  await frame.locator(CAPTURE).click();
  await frame.locator('#capture[state=uploading]').waitFor();
  // Not from anybody but the page around it.
  await frame.evaluate(() => window.postMessage({ purecloudEventType: 'appLifecycleHook', hook: 'stop' }, '*'));
  await page.evaluate(([target]) => globalThis.tell('stop', target), [demo.base]);
  // A page that does not wait for it is heard by then.
  await page.waitForTimeout(1000);
  answer();
  await heard(page, 'stopped');
  assert.ok(isAnswered, 'stopped only once it has arrived');
  const messages = await page.evaluate(() => globalThis.heard);
  assert.deepEqual(
    messages.map(({ action, protocol, origin: from }) => [action, protocol, from]),
    [
      ['bootstrapped', 'purecloud-client-apps', demo.base],
      ['stopped', 'purecloud-client-apps', demo.base],
    ],
  );
  assert.equal((await demo.records.list('local', { interactionId: CONVERSATION, limit: 10 })).length, 2);
});

test('the key is kept for the tab; once it is refused, the agent is asked again, and nothing is lost', async (t) => {
  const { page, frame } = await openDesktop(t);
  await signIn(frame, 'sesame');
  await frame.locator('#capture[state=idle]').waitFor();
  await frame.evaluate(() => location.reload());
  await frame.locator('#capture[state=idle]').waitFor();
  assert.ok(await frame.locator('#sign-in').isHidden());

  // The service knows the key no more, and knows it again.
  await page.route(
    '**/upload',
    (route) => route.fulfill({ status: 401, json: { error: 'No', code: 'unauthorized' } }),
    {
      times: 1,
    },
  );
  await frame.locator('#review').uncheck();
  const before = await frame.locator('.snapshot').count();
  await frame.locator(CAPTURE).click();
  await frame.locator('#sign-in [role=alert]', { hasText: 'Ihr Schlüssel ist abgelaufen' }).waitFor();
  await frame.locator('#capture[state=queued]').waitFor();
  await frame.locator('.delivery', { hasText: /^Wartet, bis Sie sich wieder anmelden/ }).waitFor();
  await signIn(frame, 'sesame');
  await frame.waitForFunction(
    (count) => document.querySelectorAll('.snapshot[data-delivery=stored]').length === count,
    before + 1,
  );
  await frame.locator('#capture[state=delivered]').waitFor();
  assert.match((await frame.textContent(MESSAGE)) ?? '', /^Zugestellt/);
});

test('a page that is not named may not show it', async () => {
  const { headers } = await fetch(demo.base);
  assert.match(headers.get('content-security-policy') ?? '', new RegExp(`frame-ancestors 'self' ${origin}$`));
  assert.equal(headers.get('set-cookie'), null, 'no demo key');
});

test('the configuration asks for what the widget needs', () => {
  const { properties, advanced } = config;
  const url = new URL(properties.url);
  assert.deepEqual(
    [...url.searchParams].map(([name, value]) => [name, value === `{{${name}}}`]),
    ['gcConversationId', 'gcLangTag', 'gcHostOrigin', 'gcTargetEnv'].map((name) => [name, true]),
  );
  assert.equal(advanced.lifecycle.hooks.stop, true);
});
