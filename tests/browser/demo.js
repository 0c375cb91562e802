/** The demo for a whole test file: the middleware on a folder of its own, Chromium, and widgets in it. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { installedFolders } from '../../examples/middleware/page.js';
import { openRecords } from '../../examples/middleware/records/open.js';
import { createService } from '../../examples/middleware/service.js';
import { readSettings } from '../../examples/middleware/settings.js';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { freePort } from '../middleware/servers/free-port.js';
import { launchChromium } from './harness.js';

/** @typedef {import('playwright-core').Page} Page */

/** How long the page may take for anything: only a page that stands still takes longer. */
const PATIENCE_MS = 120_000;

/**
 * Of the customer's camera: each frame is drawn, encoded, decoded and composed without a graphics card, and tests beside
 * need the processor. A capture waits three seconds for one.
 */
export const FPS = '4';

/**
 * @typedef {object} Look
 * @property {number} [width] Of the window.
 * @property {number} [height]
 * @property {any} [colorScheme]
 * @property {any} [reducedMotion]
 * @property {RegExp} [expected] Complaints of the browser that are the point of the test.
 */

/** @typedef {{ page: Page, query: Record<string, string>, problems: string[], expected?: RegExp }} Widget */

/**
 * For `addInitScript`, ahead of the page's own scripts: its deadlines of so many ms are longer ones. A busy machine may pass
 * them while the page only stands still.
 * @param {Record<number, number>} longer
 */
export function lengthen(longer) {
  const { setTimeout } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (/** @type {any} */ callback, /** @type {number} */ ms, /** @type {any[]} */ ...rest) =>
      setTimeout(callback, longer[ms] ?? ms, ...rest),
  });
}

/**
 * @param {NodeJS.ProcessEnv} [environment] Of the middleware.
 * @param {Record<number, number>} [longer] Deadlines of the widget's: see `lengthen`.
 */
export function useDemo(environment = {}, longer = {}) {
  const demo = {
    /** @type {Awaited<ReturnType<typeof launchChromium>>} */ browser: undefined,
    /** Of the middleware. @type {string} */ base: undefined,
    /** Where its pictures lie. @type {string} */ snapshots: undefined,
    /** @type {import('../../examples/middleware/records/records.js').Records} */ records: undefined,
    /** @type {import('../../examples/middleware/storage/storage.js').Storage} */ storage: undefined,

    /**
     * A widget with the customer's picture on it, at its full size. What the browser complains of fails the test.
     * @param {import('node:test').TestContext} t
     * @param {Record<string, string>} [query]
     * @param {Look} [look]
     */
    async openWidget(t, query, look) {
      const widget = await load(query, look);
      t.after(async () => {
        const problems = await complaints(widget);
        await widget.page.close();
        assert.deepEqual(problems, []);
      });
      return widget.page;
    },

    /**
     * The same in the page of the test before, with a call and so a case of its own: for tests of which none is about how
     * the page loads, which costs three times what a call does. A page in which a test has failed, or which was opened by
     * another query, is not used again.
     * @param {import('node:test').TestContext} t
     * @param {Record<string, string>} [query]
     * @param {Look} [look]
     */
    async nextCall(t, query = { scene: 'still', lang: 'en' }, look = {}) {
      const before = kept;
      kept = undefined;
      const isSame = isDeepStrictEqual(before?.query, query);
      if (!isSame) await before?.page.close();
      const widget = before && isSame ? before : await load(query, look);
      const { page } = widget;
      t.after(async () => {
        if (t.error) return page.close();
        const problems = await complaints(widget);
        await page.unrouteAll({ behavior: 'ignoreErrors' });
        await page.evaluate(hangUp);
        kept = widget;
        assert.deepEqual(problems, []);
      });
      if (widget === before) {
        await dress(widget, look);
        await callAgain(page);
      }
      return page;
    },

    /** The middleware ends, and is started anew at the same address, with the same files. @param {() => Promise<void>} meanwhile */
    async restart(meanwhile) {
      await middleware.close();
      await meanwhile();
      await start(Number(new URL(demo.base).port));
    },

    /** Waits until the newest of so many snapshots is stored, and reads it from the disk. @param {Page} page */
    async stored(page, count = 1) {
      await page.waitForFunction((wanted) => document.querySelectorAll('.snapshot').length === wanted, count);
      const newest = page.locator('.snapshot').first();
      await newest.and(page.locator('[data-delivery=stored]')).waitFor();
      const id = await newest.getAttribute('data-id');
      const record = await demo.records.find('local', String(id));
      assert.equal(record?.interactionId, await page.inputValue('#interaction'));
      return { id, record, jpeg: await readFile(join(demo.snapshots, '..', record.objectKey)) };
    },
  };

  /** @type {import('fastify').FastifyInstance} */
  let middleware;
  /** @type {string} */
  let dataFolder;
  /** Of `nextCall`. @type {Widget | undefined} */
  let kept;

  /** @param {Record<string, string>} [query] @param {Look} [look] @returns {Promise<Widget>} */
  async function load(query = {}, look = {}) {
    const page = await demo.browser.context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    /** @type {Widget} */
    const widget = { page, query, problems: [] };
    page.on('pageerror', (error) => widget.problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !widget.expected?.test(message.text())) widget.problems.push(message.text());
    });
    await page.addInitScript(watch);
    await page.addInitScript(lengthen, longer);
    await dress(widget, look);
    await page.goto(`${demo.base}/?${new URLSearchParams({ lang: 'en', fps: FPS, ...query })}`);
    await connected(page);
    return widget;
  }

  /** @param {number} port */
  async function start(port) {
    const settings = readSettings(environment, { data: dataFolder });
    demo.records = await openRecords(settings.databaseUrl);
    await demo.records.migrate();
    demo.storage = await openStorage(settings.storageUrl);
    middleware = await createService(settings, {
      storage: demo.storage,
      records: demo.records,
      page: installedFolders(),
    });
    demo.base = await middleware.listen({ host: '127.0.0.1', port });
  }

  before(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'caseframe-demo-'));
    demo.snapshots = join(dataFolder, 'objects', 'video-snapshots');
    await mkdir(demo.snapshots, { recursive: true });
    await start(await freePort()); // To be had again after a restart.
    demo.browser = await launchChromium();
  });
  after(async () => {
    await demo.browser?.close();
    await middleware?.close();
    await rm(dataFolder, { recursive: true, force: true });
  });
  return demo;
}

/** What the agent presses; inside the element. */
export const CAPTURE = '#capture [part=button]';
/** What the button says. */
export const MESSAGE = '#capture [part=message]';

/** Takes a picture that is not looked at first. @param {Page} page */
export async function take(page) {
  await page.uncheck('#review');
  await page.click(CAPTURE);
}

/** Takes a picture, up to the review. @param {Page} page */
export async function openReview(page) {
  await page.check('#review');
  await page.click(CAPTURE);
  await reviewed(page);
}

/** Waits until the review shows the picture. @param {Page} page */
export async function reviewed(page) {
  await page.locator('caseframe-review [part=picture]').waitFor();
  await page.waitForSelector('#capture[state=reviewing]');
}

/**
 * In the review: a region from the keyboard, put into its place by the list.
 * @param {Page} page
 * @param {{ x: number, y: number, width: number, height: number }} area In pixels of the picture.
 * @param {string} [mode]
 */
export async function coverArea(page, { x, y, width, height }, mode = 'pixelate') {
  await page.locator('caseframe-review [part=surface]').focus();
  for (const key of ['Enter', 'Enter']) await page.keyboard.press(key);
  const entry = page.locator('caseframe-review [part=list] li').last();
  for (const [n, value] of [width, height, x, y].entries()) {
    const field = entry.locator('input').nth((n + 2) % 4);
    await field.fill(String(value));
    await page.keyboard.press('Tab');
  }
  await entry.locator('select').selectOption(mode);
}

/** @param {Page} page */
export async function confirm(page) {
  await page.locator('caseframe-review [part=confirm]').click();
}

/** @param {Page} page */
export async function connected(page) {
  await page.waitForSelector('#call-state[data-state=connected]');
  await page.waitForFunction(() => document.querySelector('video')?.videoWidth === 1280);
}

/**
 * Waits until the encoder has filled in the still scene's detail.
 * @param {Page} page
 * @param {number} least In dB.
 * @returns {Promise<number>} What it came to, within two minutes.
 */
export async function sharpPicture(page, least) {
  let reached = 0;
  for (const end = Date.now() + 120_000; Date.now() < end && reached < least; ) {
    reached = await page.evaluate(likeness);
    await page.waitForTimeout(250);
  }
  return reached;
}

/**
 * Waits until a piece of work was done without blocking the page. However busy the machine is, the page's longest task is
 * then no longer than what browsers call one (W3C Long Tasks API), or than twice that of a control: of the page that rests
 * for as long. Work that itself blocks the page does so every time.
 * @param {Page} page
 * @param {() => Promise<unknown>} work
 * @param {object} [options]
 * @param {number} [options.times] So often, of at most five times as many.
 * @param {number} [options.longMs]
 * @param {(ms: number) => Promise<unknown>} [options.rest]
 * @returns {Promise<{ longestMs: number, control: number, isCalm: boolean }[]>} Of each time.
 */
export async function untilCalm(page, work, { times = 1, longMs = 50, rest = (ms) => page.waitForTimeout(ms) } = {}) {
  /** @param {() => Promise<unknown>} part */
  async function longestTaskDuring(part) {
    const since = await page.evaluate(() => performance.now());
    await part();
    await page.waitForTimeout(200); // The observer is told at leisure.
    const tasks = await page.evaluate(() => globalThis.longTasks);
    const during = tasks.filter(({ startTime, duration }) => startTime + duration > since);
    return Math.max(0, ...during.map(({ duration }) => duration));
  }

  const seen = [];
  while (seen.length < 5 * times && seen.filter(({ isCalm }) => isCalm).length < times) {
    const start = performance.now();
    const longestMs = await longestTaskDuring(work);
    const ms = performance.now() - start;
    const control = longestMs < longMs ? 0 : await longestTaskDuring(() => rest(ms));
    seen.push({ longestMs, control, isCalm: longestMs < Math.max(longMs, 2 * control) });
  }
  return seen;
}

/** @param {Widget} widget @param {Look} look */
async function dress(widget, { width = 1280, height = 900, colorScheme = 'light', reducedMotion, expected }) {
  widget.expected = expected;
  await widget.page.setViewportSize({ width, height });
  await widget.page.emulateMedia({ colorScheme, reducedMotion });
}

/** Of what the browser has complained since it was asked last. @param {Widget} widget @returns {Promise<string[]>} */
async function complaints({ page, problems }) {
  problems.push(...(await page.evaluate(() => globalThis.violations.splice(0))));
  return problems.splice(0);
}

/** After a call: the next one, of which nothing has been said yet. @param {Page} page */
async function callAgain(page) {
  await page.bringToFront();
  // Not by the mouse, for which the page would scroll: Chromium pauses a muted video that is scrolled away.
  await page.locator('#end-call').dispatchEvent('click');
  await connected(page);
  await page.waitForSelector('#capture[state=idle]');
  await page.locator(MESSAGE, { hasText: /^$/ }).waitFor({ state: 'attached' });
}

/** In the page: the call ends, and the switches are as the page has them at first. */
function hangUp() {
  for (const box of document.querySelectorAll('input[type=checkbox]')) {
    const { checked, defaultChecked } = /** @type {HTMLInputElement} */ (box);
    if (checked !== defaultChecked) /** @type {HTMLInputElement} */ (box).click();
  }
  if (document.getElementById('call-state')?.dataset.state !== 'ended') document.getElementById('end-call')?.click();
  scrollTo(0, 0);
}

/** In the page, ahead of its own scripts. */
function watch() {
  Object.assign(globalThis, { violations: [], longTasks: [] });
  document.addEventListener('securitypolicyviolation', (event) => {
    globalThis.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
  });
  new PerformanceObserver((entries) => {
    globalThis.longTasks.push(...entries.getEntries().map(({ startTime, duration }) => ({ startTime, duration })));
  }).observe({ type: 'longtask', buffered: true });
}

/** In the page: what the agent sees against what the customer's camera saw, in dB. */
function likeness() {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
  const [a, b] = [video, globalThis.caseframeDemo.scene.canvas].map((picture) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, 1280, 720).data;
  });
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] - b[at]) ** 2;
  return 10 * Math.log10((255 ** 2 * a.length * 0.75) / sum);
}
