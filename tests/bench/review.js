/** What one step of a drag in the review costs the page's main thread, and when the core's preview of it is seen. */
import { summarize } from './statistics.js';
import { CATEGORIES, occupancy } from './trace.js';

/**
 * @typedef {object} ReviewRow All in milliseconds.
 * @property {number} width Of the still.
 * @property {number} height
 * @property {import('./statistics.js').Summary} cpuMs Processor time of the main thread, from the movement on, drawing the
 *   preview included.
 * @property {import('./statistics.js').Summary} longestTaskMs
 * @property {import('./statistics.js').Summary} previewMs From the movement to the preview.
 */

/**
 * @param {object} options
 * @param {import('playwright-core').Browser} options.browser Nobody else may trace it.
 * @param {import('playwright-core').Page} options.page On page/index.html, freshly loaded.
 * @param {import('./plan.js').Plan['review']} options.plan
 * @returns {Promise<ReviewRow>}
 */
export async function measureReview({ browser, page, plan: { rounds, warmUp, width, height } }) {
  await page.evaluate((size) => window.bench.openReview(size), { width, height });
  const to = async (/** @type {number} */ x, /** @type {number} */ y) => {
    const at = await page.evaluate(([a, b]) => window.bench.pointOf(a, b), [x, y]);
    await page.mouse.move(at.x, at.y);
  };
  await to(0.2, 0.2);
  await page.mouse.down();
  // The region is made by the first movement.
  await to(0.5, 0.5);
  await page.waitForTimeout(500);
  const windows = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    await browser.startTracing(page, { categories: CATEGORIES });
    const step = page.evaluate(() => window.bench.nextStep());
    await page.waitForTimeout(50);
    await to(0.6 + (round % 5) * 0.05, 0.7 + (round % 3) * 0.05);
    const { previewMs } = await step;
    const trace = JSON.parse((await browser.stopTracing()).toString());
    if (round >= warmUp) windows.push({ previewMs, ...occupancy(trace, 'bench:click', 'bench:end') });
  }
  await page.mouse.up();
  await page.evaluate(() => window.bench.closeReview());
  const all = (/** @type {'cpuMs' | 'longestTaskMs' | 'previewMs'} */ key) => summarize(windows.map((it) => it[key]));
  return { width, height, cpuMs: all('cpuMs'), longestTaskMs: all('longestTaskMs'), previewMs: all('previewMs') };
}
