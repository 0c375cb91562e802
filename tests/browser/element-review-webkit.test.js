/** The review in WebKitGTK, by mouse. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from './harness.js';
import { launchWebKit } from './webkit.js';

/** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
/** @type {Awaited<ReturnType<typeof launchWebKit>>} */ let webkit;
before(async () => {
  [server, webkit] = await Promise.all([startServer(), launchWebKit()]);
});
after(() => Promise.all([server?.close(), webkit?.close()]));

test('drawn, covered by the core, moved, confirmed', async () => {
  const page = /** @type {any} */ (await webkit.open(`${server.url}/?script=/pages/review.js`));
  const evaluate = (/** @type {string} */ expression) => page.evaluate(`return (${expression});`);
  /** @param {string} expression */
  async function until(expression) {
    for (let i = 0; i < 600; i++) {
      const value = await evaluate(expression);
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`never: ${expression}: ${await evaluate('JSON.stringify(reviewLab.problems)')}`);
  }
  await until('Boolean(globalThis.reviewLab)');
  // A track of a canvas gives no frames here: the picture comes from the element that shows it.
  await page.evaluate(`reviewLab.open({ mode: 'fill' }).catch((error) => reviewLab.problems.push(String(error)));`);
  await until(
    'Boolean(reviewLab.element && reviewLab.canvas() && reviewLab.canvas().width && reviewLab.pixel(.5, .5)[3] === 255)',
  );
  /** @param {number[][]} path In ratios of the picture. */
  async function drag(path) {
    const points = [];
    for (const [x, y] of path) points.push(await evaluate(`reviewLab.at(${x}, ${y})`));
    const moves = points.map(({ x, y }) => ({ type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y) }));
    await page.mouse([
      moves[0],
      { type: 'pointerDown', button: 0 },
      ...moves.slice(1),
      { type: 'pointerUp', button: 0 },
    ]);
  }
  await drag([
    [0.6, 0.55],
    [0.7, 0.6],
    [0.9, 0.85],
  ]);
  await until('reviewLab.pixel(0.7, 0.6).slice(0, 3).every((value) => value < 3)');
  await drag([
    [0.75, 0.7],
    [0.7, 0.65],
    [0.65, 0.6],
  ]);
  await until('reviewLab.pixel(0.6, 0.5).slice(0, 3).every((value) => value < 3)');
  assert.equal(await evaluate('reviewLab.root().querySelectorAll(".list li").length'), 1);
  const at = await evaluate(`(() => {
    const box = reviewLab.root().querySelector('[part=confirm]').getBoundingClientRect();
    return { x: Math.round(box.left + box.width / 2), y: Math.round(box.top + box.height / 2) };
  })()`);
  await page.mouse([
    { type: 'pointerMove', duration: 0, ...at },
    { type: 'pointerDown', button: 0 },
    { type: 'pointerUp', button: 0 },
  ]);
  const { action, redact } = await until('reviewLab.result');
  assert.equal(action, 'confirm');
  const [{ x, y, width, height }] = redact;
  for (const [i, value] of [640, 324, 384, 216].entries()) {
    assert.ok(Math.abs([x, y, width, height][i] - value) <= 5, JSON.stringify(redact));
  }
  assert.deepEqual(await evaluate('reviewLab.problems'), []);
  assert.deepEqual(await evaluate('reviewLab.leaks'), []);
  await page.close();
});
