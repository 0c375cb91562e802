/** What one capture of a live call costs the page's main thread, and how long a click waits for its Blob. */
import { createOrder } from './order.js';
import { median, summarize } from './statistics.js';
import { CATEGORIES, occupancy } from './trace.js';

/** What is taken off: the page with the same video and no capture. */
const CONTROL = 'nothing';

/** Its multiples spread evenly over 0..1 whatever their number: clicks at all moments between two frames. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** @typedef {import('./statistics.js').Summary} Summary */

/**
 * All in milliseconds, over one window from the click.
 * @typedef {object} CaptureRow
 * @property {string} name
 * @property {Summary} cpuMs Processor time of the main thread.
 * @property {Summary} taskMs Wall time of its tasks.
 * @property {Summary} longestTaskMs
 * @property {number} longTasks Tasks of more than 50 ms, over all windows.
 * @property {Summary} netCpuMs What is left of `cpuMs` when the page's own share is taken off: what the control spends in
 *   as much time, by its median.
 * @property {Summary} [blobMs] From the click to the Blob.
 * @property {Summary} [bytes]
 * @property {Record<string, Summary>} [timings] What the snapshots say themselves.
 */

/**
 * @param {object} options
 * @param {import('playwright-core').Browser} options.browser Nobody else may trace it.
 * @param {import('playwright-core').Page} options.page On page/index.html, freshly loaded.
 * @param {import('./plan.js').Plan['call']} options.call
 * @returns {Promise<{ width: number, height: number, frameRate: number, rows: CaptureRow[] }>}
 */
export async function measureCapturing({ browser, page, call: { rounds, warmUp, ...format } }) {
  await page.evaluate((it) => window.bench.prepareCaptures(it), format);
  const ways = await page.evaluate(() => window.bench.waysToCapture());
  /** @type {Map<string, object[]>} */
  const windows = new Map(ways.map((name) => [name, []]));
  const order = createOrder(ways);
  for (let round = 0; round < warmUp + rounds; ++round) {
    for (const name of order()) {
      const window = await traced(browser, page, name, (round * GOLDEN) % 1);
      if (window.blobMs && (window.width !== format.width || window.height !== format.height)) {
        throw new Error(`'${name}' captured ${window.width} × ${window.height}`);
      }
      if (round >= warmUp) windows.get(name).push(window);
    }
  }
  const control = windows.get(CONTROL);
  return { ...format, rows: ways.map((name) => toRow(name, windows.get(name), control)) };
}

/** @param {import('playwright-core').Browser} browser @param {import('playwright-core').Page} page @param {string} name @param {number} phase */
async function traced(browser, page, name, phase) {
  await browser.startTracing(page, { categories: CATEGORIES });
  const captured = await page.evaluate(([n, p]) => window.bench.captureOnce(n, p), [name, phase]);
  const trace = JSON.parse((await browser.stopTracing()).toString());
  return { ...captured, ...occupancy(trace, 'bench:click', 'bench:end') };
}

/** @param {string} name @param {object[]} windows @param {object[]} control @returns {CaptureRow} */
function toRow(name, windows, control) {
  const all = (key) => windows.map((window) => window[key]);
  const idle = median(control.map(({ cpuMs, windowMs }) => cpuMs / windowMs));
  const row = {
    name,
    cpuMs: summarize(all('cpuMs')),
    taskMs: summarize(all('taskMs')),
    longestTaskMs: summarize(all('longestTaskMs')),
    longTasks: all('longTasks').reduce((sum, count) => sum + count, 0),
    netCpuMs: summarize(windows.map(({ cpuMs, windowMs }) => cpuMs - idle * windowMs)),
  };
  if (windows[0].blobMs === undefined) return row;
  row.blobMs = summarize(all('blobMs'));
  row.bytes = summarize(all('bytes'));
  const stages = Object.keys(windows[0].timings || {});
  if (stages.length > 0) {
    row.timings = Object.fromEntries(stages.map((stage) => [stage, summarize(all('timings').map((it) => it[stage]))]));
  }
  return row;
}
