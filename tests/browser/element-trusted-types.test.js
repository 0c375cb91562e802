/** The package's worker under Trusted Types, and what a page has to allow for it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchChromium, STRICT_CSP, startServer } from './harness.js';

const ENFORCED = `${STRICT_CSP}; require-trusted-types-for 'script'`;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer(), launchChromium()]);
});
after(() => Promise.all([browser?.close(), server?.close()]));

/**
 * By which way a page that is sent so captures, what it complains of, and whether all is as it was afterwards.
 * @param {string} csp @param {() => void} [init] Of the page's own.
 */
async function captureUnder(csp, init) {
  const page = await browser.context.newPage();
  try {
    if (init) await page.addInitScript(init);
    await page.goto(`${server.url}/?csp=${encodeURIComponent(csp)}`);
    let workers = 0;
    page.on('worker', () => {
      workers += 1;
    });
    const found = await page.evaluate(async () => {
      /** @type {string[]} */
      const violations = [];
      document.addEventListener('securitypolicyviolation', ({ violatedDirective }) =>
        violations.push(violatedDirective),
      );
      const { Worker } = globalThis;
      const { createCapture } = await import('/dist/index.js');
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
      const context = canvas.getContext('2d');
      const painting = setInterval(() => {
        context.fillStyle = `hsl(${performance.now() % 360} 80% 50%)`;
        context.fillRect(0, 0, 160, 180);
      }, 20);
      const capture = createCapture();
      const { width } = await capture.snapshot(canvas.captureStream(), { timeoutMs: 60000 });
      capture.dispose();
      clearInterval(painting);
      return { width, isSame: Worker === globalThis.Worker, violations };
    });
    return { ...found, workers };
  } finally {
    await page.close();
  }
}

describe('a capture starts its worker', () => {
  const inWorker = { workers: 1, width: 320, isSame: true, violations: [] };
  test('by the policy of its own', async () => {
    assert.deepEqual(await captureUnder(ENFORCED), inWorker);
  });
  test('where the page names the policy', async () => {
    assert.deepEqual(await captureUnder(`${ENFORCED}; trusted-types caseframe`), inWorker);
  });
  test('by the page’s default policy, where it has one', async () => {
    const init = () => {
      globalThis.trustedTypes.createPolicy('default', { createScriptURL: (/** @type {string} */ url) => url });
    };
    assert.deepEqual(await captureUnder(`${ENFORCED}; trusted-types default`, init), inWorker);
  });
  test('and works in the page where no policy is allowed, which the browser reports', async () => {
    const { violations, ...found } = await captureUnder(`${ENFORCED}; trusted-types 'none'`);
    assert.deepEqual({ ...found, violations: [] }, { ...inWorker, workers: 0 });
    assert.deepEqual(new Set(violations), new Set(['trusted-types', 'require-trusted-types-for']));
  });
});
