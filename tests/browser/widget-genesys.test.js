/** The demo on the real Genesys SDK: two customers, switched between, camera off, screen shared; the files on the disk. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { CaptureError } from '../../js/errors.js';
import { bundleSdk } from '../../toolchain/bundle-sdk.mjs';
import { CAPTURE, FPS, MESSAGE, take, useDemo } from './demo.js';

const demo = useDemo();
before(() => bundleSdk());

/** The mean of a file's header strip of blue, which only the shared screen has, and of its card, in RGB. @param {Buffer} jpeg */
async function read(jpeg) {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (/** @type {number} */ x, /** @type {number} */ y) => {
    const offset = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
    return [...data.subarray(offset, offset + 3)];
  };
  return { width: info.width, height: info.height, at };
}

/** The card's blue bar stands still in the picture's corner: blue as it is, or with its hue turned by 150°. */
const onCard = (/** @type {Awaited<ReturnType<typeof read>>} */ picture) => picture.at(0.9, 0.625);

test('two customers over the Genesys SDK: each picture under its own interaction', async (t) => {
  const page = await demo.browser.context.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  t.after(() => page.close());
  await page.goto(`${demo.base}/?lang=en&scene=still&fps=${FPS}`);
  await page.selectOption('#source', 'genesys');
  await page.waitForURL(/source=genesys/);
  const shown = (/** @type {string} */ id) =>
    page.waitForFunction(
      (wanted) =>
        document.querySelector('#interaction')?.value === wanted &&
        document.querySelector('video')?.videoWidth === 1280,
      id,
      { timeout: 120_000 },
    );
  /** The case that is shown has so many then. */
  async function taken(count) {
    await take(page);
    return read((await demo.stored(page, count)).jpeg);
  }
  /** It is said without a click, and no click changes it. @param {import('../../js/errors.js').CaptureErrorCode} code */
  async function unavailable(code) {
    await page.waitForSelector('#capture[state=unavailable]');
    await page.click(CAPTURE, { force: true });
    await page.locator(MESSAGE, { hasText: new CaptureError(code).advice }).waitFor();
  }

  await shown('conversation-a');
  assert.equal(await page.getAttribute('#interaction', 'readonly'), '');
  const a = onCard(await taken(1));
  await page.waitForSelector('#capture[state=delivered]');
  await page.click('#switch-customer');
  await shown('conversation-b');
  await page.waitForSelector('#capture[state=idle]');
  assert.doesNotMatch((await page.textContent(MESSAGE)) ?? '', /Delivered/, 'nothing of this case is');
  const b = onCard(await taken(1));
  assert.ok(a[2] > a[0] + 40, `a’s card is blue: rgb(${a})`);
  assert.ok(b[0] > b[2] + 10, `b’s is not: rgb(${b})`);

  await page.click('#camera-off');
  await unavailable('camera-off');
  await page.click('#switch-customer');
  await shown('conversation-a');
  assert.equal(await page.getAttribute('#camera-off', 'aria-pressed'), 'false', 'a’s camera is on');
  const again = onCard(await taken(2));
  assert.ok(again[2] > again[0] + 40, `rgb(${again})`);

  await page.click('#share-screen');
  await page.waitForFunction(showsPaper, true);
  const screen = await taken(3);
  const paper = screen.at(0.9, 0.3);
  assert.ok(Math.min(...paper) > 230, `a page of text: rgb(${paper})`);
  assert.ok(await page.isChecked('#hide-text'), 'of a screen, text is hidden without a click');
  // The first line of the page: its letters' height, from its first letter on.
  for (const x of [50, 60, 70, 80, 90, 100, 110, 120, 130, 140]) {
    const inked = screen.at(x / 1280, 136 / 720);
    assert.ok(Math.max(...inked) < 60, `nothing of a word is left: rgb(${inked}) at ${x}`);
  }
  await page.click('#share-screen');
  await page.waitForFunction(showsPaper, false);
  assert.equal(await page.isChecked('#hide-text'), false, 'of a camera, it is the agent’s choice');
  const camera = onCard(await taken(4));
  assert.ok(camera[2] > camera[0] + 40, `rgb(${camera})`);

  await page.click('#end-call');
  await page.waitForSelector('#call-state[data-state=ended]');
  await unavailable('no-source');
  await page.click('#end-call');
  await shown('conversation-a');
  await page.waitForSelector('#call-state[data-state=connected]');
  await taken(5);
  assert.deepEqual(problems, []);
});

/** In the page: whether the agent sees the customer's screen, which is a page of text. @param {boolean} wanted */
function showsPaper(wanted) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 10, height: 10 });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.drawImage(/** @type {HTMLVideoElement} */ (document.querySelector('video')), 0, 0, 10, 10);
  const [red, green, blue] = context.getImageData(9, 3, 1, 1).data;
  return Math.min(red, green, blue) > 230 === wanted;
}
