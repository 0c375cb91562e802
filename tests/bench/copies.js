/**
 * How long it takes to get a frame's pixels out of a VideoFrame: in its own format, or converted to RGBA. Not in
 * docs/figures.md: it answers whether an encoder that takes I420 would have anything to win.
 */
import { createOrder } from './order.js';
import { summarize } from './statistics.js';

/** As it comes (I420 or NV12), and converted by the browser. */
const WAYS = ['own', 'RGBA'];

/**
 * @param {import('playwright-core').Page} page On page/index.html.
 * @param {import('./plan.js').Plan['copies']} plan
 * @returns {Promise<object[]>} For each source of frames: its format, and milliseconds and bytes of each way.
 */
export async function measureCopies(page, { rounds, warmUp, ...format }) {
  const rows = [];
  for (const source of ['camera', 'call']) {
    const order = createOrder(WAYS);
    const orders = Array.from({ length: warmUp + rounds }, () => order());
    const samples = await page.evaluate(
      ([it, at, what]) => window.bench.copyFrames(it, at, what),
      [source, format, orders],
    );
    const measured = samples.slice(warmUp);
    const [{ format: own, width, height, bytes }] = measured;
    const ms = Object.fromEntries(WAYS.map((way) => [way, summarize(measured.map((it) => it.ms[way]))]));
    rows.push({ source, format: own, width, height, bytes, ms });
  }
  return rows;
}
