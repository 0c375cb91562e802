/** Has situations played by a browser's page, and judges what they came to. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createClip, recordClip } from './clip.js';
import { assertInTime } from './deadline.js';
import { openLab, readBody, STRICT_CSP, startServer } from './harness.js';
import { situations } from './pages/situations.js';
import { assertScene } from './scene.js';

/** How long a page may take until one of its situations has been played: the longest takes seconds. */
const PAGE_MS = 180000;

/** Frames of 33 ms between the one that is painted and the one that is captured: the contract's maxFrameAgeMs. */
const FRAMES = 30;

/**
 * @typedef {import('./pages/situations.js').Situation} Situation
 * @typedef {{ outcome?: any, failure?: string }} Result
 * @typedef {object} Way How a page is to play: all of it optional.
 * @property {string} [csp]
 * @property {string[]} [without] What is taken away from it: see pages/without.js.
 * @property {number} [atOnce]
 * @property {object} [capture] Options of createCapture, for all captures that set none of their own.
 */

export async function startTheatre() {
  /** @type {Map<string, { page: any, report: (report: any) => void }>} */
  const pages = new Map();
  /** @param {import('node:http').IncomingMessage} request */
  const of = ({ url }) => pages.get(new URL(url, 'http://localhost').searchParams.get('play'));
  const server = await startServer({
    ...createClip().routes,
    async '/report'(request, response) {
      const body = await readBody(request);
      of(request)?.report(JSON.parse(String(body)));
      response.end();
    },
    async '/hide'(request, response) {
      const page = await of(request)?.page;
      await page?.hide();
      response.end();
    },
    '/page.wasm'(_request, response) {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>Not found</title>');
    },
    async '/dist/worker/strict.js'(_request, response) {
      response.setHeader('Content-Type', 'text/javascript');
      response.setHeader('Content-Security-Policy', "default-src 'none'; script-src 'self'; connect-src 'self'");
      response.end(await readFile(new URL('../../build/js/worker/worker.js', import.meta.url)));
    },
  });
  let plays = 0;

  return {
    requested: server.requested,
    close: () => server.close(),

    /** @param {import('playwright-core').BrowserContext} context For the situations that need a file. */
    async recordClip(context) {
      const { page } = await openLab(context, server.url);
      await page.evaluate(recordClip);
      await page.close();
    },

    /**
     * All of them, each in a page of the kind it needs.
     * @param {import('./harness.js').Browser} browser
     * @param {Situation[]} chosen
     * @param {Way} [way]
     * @returns {Promise<Map<Situation, Result>>}
     */
    async play(browser, chosen, way = {}) {
      /** @type {Map<string, Situation[]>} */
      const groups = new Map();
      for (const situation of chosen) {
        const key = JSON.stringify(situation.page || {});
        groups.set(key, [...(groups.get(key) || []), situation]);
      }
      const results = new Map();
      for (const [key, situations] of groups) {
        const own = JSON.parse(key);
        const without = [...(own.without || []), ...(way.without || [])];
        const played = await playTogether(browser, situations, { ...way, ...own, without });
        for (const [situation, result] of played) results.set(situation, result);
      }
      return results;
    },
  };
  /**
   * @param {import('./harness.js').Browser} browser
   * @param {Situation[]} chosen
   * @param {Way} way
   * @returns {Promise<Map<Situation, Result>>}
   */
  async function playTogether(browser, chosen, { csp = STRICT_CSP, without = [], atOnce = 3, capture = {} }) {
    const id = String(++plays);
    const results = new Map();
    const query = new URLSearchParams({ play: id, csp, atOnce, capture: JSON.stringify(capture) });
    query.set('rows', JSON.stringify(chosen.map((situation) => situations.indexOf(situation))));
    if (without.length > 0) query.append('script', `/pages/without.js?${without.join('&')}`);
    query.append('script', '/pages/player.js');
    const ending = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const missing = chosen.filter((situation) => !results.has(situation)).map(({ title }) => title);
        reject(new Error(`${browser.name} stands still, ${PAGE_MS} ms long, in ${missing.join(', ') || 'the end'}`));
      }, PAGE_MS);
      pages.set(id, {
        page: undefined,
        report(report) {
          timer.refresh();
          if (!report.done) return results.set(situations[report.row], report);
          clearTimeout(timer);
          resolve(report);
        },
      });
    });
    // Looked at once the page is open; where that fails, it is nobody's.
    ending.catch(() => {});
    const entry = pages.get(id);
    entry.page = browser.open(`${server.url}/?${query}`);
    const page = await entry.page;
    try {
      const { problems, left } = await ending;
      assert.deepEqual(left, { workers: 0, elements: 0 });
      // WebKit says so of the icon that it looks for unasked.
      const isMeant = csp === STRICT_CSP ? /favicon\.ico$/ : /favicon\.ico$|^csp: .*wasm/;
      assert.deepEqual(
        problems.filter((problem) => !isMeant.test(problem)),
        [],
      );
      return results;
    } finally {
      pages.delete(id);
      await page.close();
    }
  }
}

/**
 * What a situation may come to in a browser.
 * @param {Situation} situation
 * @param {string} browser
 * @returns {string[]}
 */
export function expectedIn({ expected }, browser) {
  return [typeof expected === 'string' ? expected : expected[browser]].flat();
}

/**
 * What a situation came to: 'captured', a code, or 'the old picture'. Throws where a picture shows something else, or came
 * too late.
 * @param {Result} result
 */
export async function judge({ outcome, failure }) {
  if (failure) throw new Error(failure);
  const { code, message, jpeg, dueMs, lateMs, timings, from, to, frame, tolerance } = outcome;
  if (!jpeg) {
    assert.ok(code, JSON.stringify(outcome));
    assert.ok(message.length > 10);
    if (dueMs !== undefined) assertInTime(outcome, dueMs);
    return code;
  }
  // The deadline is of the wait. A frame that was there in time is encoded, however long that takes.
  if (dueMs !== undefined) assertInTime({ ms: timings.wait, lateMs }, dueMs);
  const { counter } = await assertScene(jpeg, tolerance);
  assert.ok(frame.ageMs >= 0 && frame.ageMs <= 1000, `${frame.ageMs} ms old`);
  if (from === undefined) return 'captured';
  assert.ok(counter <= to, `frame ${counter}, while ${from} to ${to} were painted`);
  return counter > from - FRAMES ? 'captured' : 'the old picture';
}
