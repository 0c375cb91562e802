/**
 * How long a page waits until it can encode, with everything in the browser's HTTP cache: `ready()` with its worker (the first row), and
 * the peers until their first picture, each in pages of its own.
 */
import { createOrder } from './order.js';
import { summarize } from './statistics.js';

/** Of contestants.js. */
const PEERS = ['@jsquash/jpeg, default options', '@cornerstonejs/codec-libjpeg-turbo-8bit'];
const OURS = 'caseframe, ready()';

/**
 * @param {object} args
 * @param {import('playwright-core').BrowserContext} args.context
 * @param {string} args.origin Whose files may be kept.
 * @param {import('./plan.js').Rounds} args.plan
 * @returns {Promise<{ name: string, ms: import('./statistics.js').Summary }[]>}
 */
export async function measureStarting({ context, origin, plan: { rounds, warmUp } }) {
  const names = [OURS, ...PEERS];
  const order = createOrder(names);
  /** @type {Record<string, number[]>} */
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of order()) {
      const ms = await startOnce(context, origin, name);
      if (round >= warmUp) samples[name].push(ms);
    }
  }
  return Object.entries(samples).map(([name, ms]) => ({ name, ms: summarize(ms) }));
}

/** @param {import('playwright-core').BrowserContext} context @param {string} origin @param {string} name */
async function startOnce(context, origin, name) {
  const page = await context.newPage();
  try {
    await page.goto(`${origin}/tests/bench/page/index.html`);
    await page.waitForFunction(() => window.bench);
    return await page.evaluate(name === OURS ? startCapture : startPeer, name);
  } finally {
    await page.close();
  }
}

/** In the page. */
async function startCapture() {
  const { createCapture } = await import('/dist/index.js');
  const start = performance.now();
  const capture = createCapture();
  await capture.ready();
  const ms = performance.now() - start;
  const { mode } = capture;
  capture.dispose();
  if (mode !== 'worker') throw new Error(`It works in the ${mode}`);
  return ms;
}

/** In the page. @param {string} name */
async function startPeer(name) {
  const { CONTESTANTS } = await import('/tests/bench/page/contestants.js');
  const frame = { data: new Uint8ClampedArray(16 * 16 * 4).fill(128), width: 16, height: 16 };
  const start = performance.now();
  const { prepare, encode } = await CONTESTANTS[name].create(frame, { quality: 0.9 });
  if (prepare) prepare();
  await encode();
  return performance.now() - start;
}
