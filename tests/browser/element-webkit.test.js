/** The button by mouse in WebKitGTK. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { STRICT_CSP, startServer } from './harness.js';
import { startUploadServer } from './upload-server.js';
import { launchWebKit } from './webkit.js';

const PATH = `/?${new URLSearchParams([
  ['csp', STRICT_CSP],
  ['script', '/pages/button.js'],
])}`;

/** How long the page may take for anything: only one that stands still takes longer. */
const PATIENCE_MS = 300_000;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof startUploadServer>>} */
let uploads;
/** @type {Awaited<ReturnType<typeof launchWebKit>>} */
let browser;

before(async () => {
  uploads = await startUploadServer(() => '200');
  server = await startServer({ '/upload': uploads.handle });
  browser = await launchWebKit();
});
after(async () => {
  await browser?.close();
  await Promise.all([server?.close(), uploads?.close()]);
});

test('the button takes a picture by mouse, one by a double click', async () => {
  const page = await browser.open(server.url + PATH);

  /** Asks until the answer is something. @param {string} expression @returns {Promise<any>} */
  async function until(expression) {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(50)) {
      const answer = await page.evaluate(`return ${expression}`);
      if (answer) return answer;
    }
    throw new Error(`Not within ${PATIENCE_MS} ms: ${expression}`);
  }

  await until('globalThis.stage');
  await page.evaluate('stage.open().catch((error) => { stage.problem = String(error.stack || error); })');
  await until('(stage.problem || (stage.button && stage.button.getAttribute("state") === "idle"))');
  assert.equal(await page.evaluate('return stage.problem'), null);
  const { x, y, width, height } = await page.evaluate('return stage.middleOf("button")');
  assert.ok(width >= 44 && height >= 44, `${width} × ${height}`);
  await page.click(x, y);
  await until('stage.fired.filter(({ type }) => type === "delivered").length === 1');
  assert.equal((await page.evaluate('return stage.look()')).message, 'Delivered.');
  await page.click(x, y, 2);
  await until('stage.fired.filter(({ type }) => type === "delivered").length === 2');
  const fired = await page.evaluate('return stage.fired');
  assert.deepEqual(
    fired.map(({ type }) => type),
    ['captured', 'delivered', 'captured', 'delivered'],
  );
  assert.equal(uploads.filed.size, 2);
  assert.deepEqual(await page.evaluate('return lab.problems.filter((problem) => !/favicon/.test(problem))'), []);
  await page.close();
});
