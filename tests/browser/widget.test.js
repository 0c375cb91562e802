/**
 * The demo as an agent uses it: the real page in Chromium, a real WebRTC call, a click, and the file that lies in the
 * middleware's folder afterwards, read by a decoder of its own.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { CaptureError } from '../../js/errors.js';
import {
  CAPTURE,
  confirm,
  connected,
  coverArea,
  MESSAGE,
  openReview,
  reviewed,
  sharpPicture,
  take,
  untilCalm,
  useDemo,
} from './demo.js';

const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const AXE = new URL('../../node_modules/axe-core/axe.min.js', import.meta.url);
/** Around the number on the customer's card, in pixels of the picture. */
const NUMBER = { x: 826, y: 526, width: 371, height: 79 };
/**
 * Of the file against the camera's picture, in dB. VP8 at this bitrate and JPEG at quality 0.9 leave 40.5 to 41; a
 * wrong range, matrix or chroma position, or a picture one pixel off, costs more than 5.
 */
const MIN_PSNR = 36;
const COUNTER = { bits: 16, block: 32 };
/** What the counter of the still scene shows. */
const STILL_COUNT = 0b1010_0101_1100_0011;

const demo = useDemo();
before(() => mkdir(SCREENSHOTS, { recursive: true }));

describe('a capture', () => {
  test('files what the customer’s camera saw, but for the covered number', async (t) => {
    const page = await demo.nextCall(t);
    await sharpPicture(page, MIN_PSNR + 1);
    await openReview(page);
    await coverArea(page, NUMBER);
    await confirm(page);
    const { jpeg, record, id } = await demo.stored(page);

    assert.equal(record.sha256, createHash('sha256').update(jpeg).digest('hex'));
    assert.deepEqual([record.id, record.agentId, record.annotation], [id, 'demo-agent', 'queued']);
    assert.ok(Math.abs(Date.now() - Date.parse(record.timestamp)) < 60_000, record.timestamp);
    assert.equal(record.metadata.redactions.length, 1);
    const { mode, cell, ...covered } = record.metadata.redactions[0];
    assert.equal(mode, 'pixelate');
    for (const [side, asked] of Object.entries(NUMBER)) {
      // Grown outward to even pixels, so by less than four in all.
      assert.ok(
        Math.abs(covered[side] - asked) < 4 && covered[side] % 2 === 0,
        `${side}: ${covered[side]} for ${asked}`,
      );
    }

    const taken = await decode(jpeg);
    const source = await sourcePicture(page);
    assert.deepEqual([taken.width, taken.height], [source.width, source.height]);
    const outside = psnr(taken, source, (x, y) => !inside(covered, x, y));
    const within = psnr(taken, source, (x, y) => inside(covered, x, y));
    t.diagnostic(`PSNR outside the covered area ${outside.toFixed(1)} dB, within it ${within.toFixed(1)} dB`);
    assert.ok(outside >= MIN_PSNR, `${outside} dB`);
    // Digits are edges: none is left inside a cell of the mosaic, where the source has many.
    const edges = { source: edgesWithin(source, covered, cell), taken: edgesWithin(taken, covered, cell) };
    t.diagnostic(
      `mean step between neighbours there: source ${edges.source.toFixed(1)}, file ${edges.taken.toFixed(1)}`,
    );
    assert.ok(edges.source > 5 && edges.taken < 0.5, JSON.stringify(edges));
    assert.equal(readCounter(taken), STILL_COUNT);
  });

  test('is never older than what the agent saw on clicking', async (t) => {
    const page = await demo.openWidget(t, { fps: '10' });
    await page.uncheck('#review');
    for (let n = 0; n < 3; n += 1) {
      const seen = await page.evaluate(seeAndClick, COUNTER);
      const { jpeg } = await demo.stored(page, n + 1);
      const now = await page.evaluate(() => globalThis.caseframeDemo.scene.frame());
      const counter = readCounter(await decode(jpeg));
      t.diagnostic(`seen ${seen}, captured ${counter}, sent by the time it was stored ${now}`);
      assert.ok(seen > 0 && counter >= seen && counter <= now, `seen ${seen}, captured ${counter}, sent ${now}`);
    }
  });

  test('never blocks the page', async (t) => {
    // In the still scene the page's own drawing is one copy a frame: what would be long is the capture.
    const page = await demo.nextCall(t);
    let n = 0;
    const capture = async () => {
      await take(page);
      n += 1;
      await demo.stored(page, n);
    };
    const captures = await untilCalm(page, capture, { times: 3 });
    t.diagnostic(JSON.stringify(captures));
    assert.equal(captures.filter(({ isCalm }) => isCalm).length, 3);

    const block = () =>
      page.evaluate(async () => {
        await new Promise((resolve) => setTimeout(resolve));
        for (const end = performance.now() + 150; performance.now() < end; );
      });
    const [blocked] = await untilCalm(page, block);
    assert.ok(blocked.longestMs >= 150, `the observer sees a long task: ${JSON.stringify(blocked)}`);
  });

  test('works from the keyboard alone', async (t) => {
    const page = await demo.nextCall(t);
    await page.keyboard.press('Alt+C');
    await reviewed(page);
    for (const key of ['Enter', 'ArrowRight', 'ArrowDown', 'Shift+ArrowRight', 'm', 'm', 'Enter']) {
      await page.keyboard.press(key);
    }
    await tabTo(page, '[part=confirm]');
    await page.keyboard.press('Enter');
    const first = await demo.stored(page, 1);
    assert.equal(first.record.metadata.redactions[0].mode, 'fill');
    await tabTo(page, '[part=button]');
    await page.keyboard.press('Enter');
    await reviewed(page);
    await tabTo(page, '[part=confirm]');
    await page.keyboard.press('Space');
    await demo.stored(page, 2);
  });

  test('covers the rectangle that was drawn on the picture', async (t) => {
    const page = await demo.nextCall(t);
    await openReview(page);
    await page.locator('caseframe-review input[value=fill]').check();
    const box = await page.locator('caseframe-review [part=picture]').boundingBox();
    assert.ok(box);
    const at = (/** @type {number} */ x, /** @type {number} */ y) => [box.x + box.width * x, box.y + box.height * y];
    await page.mouse.move(.../** @type {[number, number]} */ (at(0.75, 0.5)));
    await page.mouse.down();
    await page.mouse.move(.../** @type {[number, number]} */ (at(0.5, 0.25)), { steps: 4 });
    await page.mouse.up();
    await confirm(page);
    const { jpeg, record } = await demo.stored(page);
    const { x, y, width, height } = record.metadata.redactions[0];
    for (const [got, want] of [
      [x, 640],
      [y, 180],
      [width, 320],
      [height, 180],
    ]) {
      assert.ok(Math.abs(got - want) <= 8, `${got} for ${want}`); // Of the screen's pixels, and grown to even ones.
    }
    // Away from the edge by one MCU of 16 px, in which JPEG blends the neighbours.
    const core = { left: x + 16, top: y + 16, width: width - 32, height: height - 32 };
    const { channels } = await sharp(jpeg)
      .extract(core)
      .toBuffer()
      .then((file) => sharp(file).stats());
    for (const { max } of channels) assert.ok(max <= 2, 'black throughout');
  });
});

describe('when there is nothing to capture', () => {
  test('the customer’s camera is off', async (t) => {
    const page = await demo.nextCall(t);
    await page.click('#camera-off');
    await page.waitForFunction(blackVideo);
    await take(page);
    await failed(page, 'black-frame');
    await page.click('#camera-off');
    await take(page);
    await demo.stored(page);
  });

  test('the video is frozen', async (t) => {
    const page = await demo.nextCall(t);
    await page.click('#freeze');
    await page.evaluate(standsStill);
    await take(page);
    await failed(page, 'stale-frame');
  });

  test('the call has ended, until the next one', async (t) => {
    const page = await demo.nextCall(t);
    await page.click('#end-call');
    await page.waitForSelector('#call-state[data-state=ended]');
    // It says so before anybody asks, and no click changes that.
    await page.waitForSelector('#capture[state=unavailable]');
    await page.uncheck('#review');
    await page.click(CAPTURE, { force: true });
    await failed(page, 'stream-ended');
    assert.equal(await page.getAttribute('#call-state', 'data-state'), 'ended');
    const last = await page.inputValue('#interaction');
    await page.click('#end-call');
    await connected(page);
    assert.notEqual(await page.inputValue('#interaction'), last);
    await take(page);
    await demo.stored(page);
  });

  test('the agent changes their mind', async (t) => {
    const page = await demo.nextCall(t);
    await page.click('#camera-off');
    await page.waitForFunction(blackVideo);
    const filed = await storedFiles();
    for (const leave of [() => page.keyboard.press('Escape'), () => page.click('#capture [part=cancel]')]) {
      await take(page);
      await page.locator('#capture [part=cancel]').waitFor();
      await leave();
      await page.waitForSelector('#capture[state=idle]');
      assert.match((await page.textContent(MESSAGE)) ?? '', /^Cancelled/);
    }
    await page.click('#camera-off');
    await openReview(page);
    await page.locator('caseframe-review [part=discard]').first().click();
    await page.waitForSelector('#capture[state=idle]');
    assert.match((await page.textContent(MESSAGE)) ?? '', /^Discarded/);
    assert.equal(await page.locator('.snapshot').count(), 0);
    assert.deepEqual(await storedFiles(), filed);
  });

  for (const interaction of ['../etc', '{{gcConversationId}}']) {
    test(`the interaction is no name: ${interaction}`, async (t) => {
      const page = await demo.openWidget(t, { gcConversationId: interaction });
      await page.locator('#no-interaction').waitFor();
      const filed = await storedFiles();
      await page.keyboard.press('Alt+C');
      assert.equal(await page.getAttribute('#capture', 'state'), 'unavailable');
      assert.ok(await page.locator(CAPTURE).isHidden());
      assert.deepEqual(await storedFiles(), filed);
    });
  }
});

test('an area that is half entered is not taken for none', async (t) => {
  const page = await demo.nextCall(t);
  await openReview(page);
  await coverArea(page, NUMBER);
  const width = page.locator('caseframe-review [part=list] li input').nth(2);
  for (const nonsense of ['', '0', '-20', '99999']) {
    await width.fill(nonsense);
    await page.keyboard.press('Tab');
    const taken = Number(await width.inputValue());
    assert.ok(taken >= 2 && taken <= 1280, `${taken} for “${nonsense}”`);
  }
  // Entered, and not even left by Tab.
  await width.fill('');
  await confirm(page);
  const { redactions } = (await demo.stored(page)).record.metadata;
  assert.equal(redactions.length, 1);
  assert.ok(redactions[0].width >= 2, JSON.stringify(redactions));
});

test('a snapshot whose answer got lost is sent again by itself, and stored once', async (t) => {
  const page = await demo.nextCall(t, undefined, { expected: /net::ERR_FAILED/ });
  let lost = 0;
  await page.route(
    '**/upload',
    async (route) => {
      await route.fetch();
      lost += 1;
      await route.abort();
    },
    { times: 1 },
  );
  const filed = await storedFiles();
  await take(page);
  await demo.stored(page);
  assert.equal(lost, 1);
  assert.equal((await storedFiles()).length, filed.length + 1, 'one picture');
});

test('what is captured without a network waits, survives a reload, and arrives', async (t) => {
  const page = await demo.openWidget(t, { scene: 'still' });
  const filed = await storedFiles();
  await page.click('#offline');
  await take(page);
  await page.waitForSelector('.snapshot[data-delivery=waiting]');
  // Now and then it is tried again, and says so.
  await page.locator(MESSAGE, { hasText: /^Saved on this computer/ }).waitFor();
  assert.deepEqual(await storedFiles(), filed);
  const id = await page.getAttribute('.snapshot', 'data-id');
  const interactionId = await page.inputValue('#interaction');
  await page.reload();
  await page.waitForSelector(`.snapshot[data-id="${id}"][data-delivery=stored] a`);
  assert.equal((await storedFiles()).length, filed.length + 1);
  assert.equal((await demo.records.find('local', String(id)))?.state, 'stored');
  await connected(page);
  assert.match((await page.textContent('.snapshot .by')) ?? '', new RegExp(`^${interactionId} · demo-agent · [1-9]`));
  await page.click('#offline');
  await take(page);
  await page.waitForSelector('.snapshot[data-delivery=waiting]');
  await page.click('#offline');
  await demo.stored(page, 2);
  await page.reload();
  await connected(page);
  assert.equal(await page.locator('.snapshot').count(), 0, 'of another interaction');
});

test('what was delivered after its call is said until the next one begins', async (t) => {
  const page = await demo.nextCall(t);
  await page.uncheck('#review');
  await page.click('#offline');
  await take(page);
  await page.waitForSelector('#capture[state=queued]');
  await page.click('#end-call');
  await page.waitForSelector('#call-state[data-state=ended]');
  await page.click('#offline');
  await page.waitForSelector('#capture[state=delivered]');
  await page.evaluate(() => {
    const button = /** @type {any} */ (document.querySelector('#capture'));
    button.source = null; // As a page does that has no call.
  });
  assert.equal(await page.getAttribute('#capture', 'state'), 'delivered');
  await page.click('#end-call');
  await connected(page);
  await page.waitForSelector('#capture[state=idle]');
  assert.equal(await page.locator(MESSAGE).textContent(), '');
});

test('a slow network shows how far it is; a service that fails is tried again', async (t) => {
  const page = await demo.nextCall(t);
  await page.click('#slow');
  await take(page);
  await page.waitForFunction(() => {
    const bar = document.querySelector('#capture')?.shadowRoot?.querySelector('[role=progressbar]');
    const percent = Number(bar?.getAttribute('aria-valuenow'));
    return percent > 20 && percent < 100;
  });
  await page.waitForSelector('#capture[state=delivered]');
  await demo.stored(page);
  const filed = await storedFiles();
  await page.click('#failing');
  assert.equal(await page.getAttribute('#slow', 'aria-pressed'), 'false', 'one at a time');
  await take(page);
  await page.waitForSelector('.snapshot[data-delivery=waiting]');
  await page.waitForSelector('#capture[state=queued]');
  const why = page.locator('.snapshot .delivery', { hasText: /^The service cannot take it just now\. Next try at/ });
  await why.waitFor();
  assert.deepEqual(await storedFiles(), filed);
  await page.click('#failing');
  await demo.stored(page, 2);
});

test('a snapshot the server refuses says so, and waits for the agent to decide', async (t) => {
  const page = await demo.openWidget(t, { scene: 'still' }, { expected: /status of 403/ });
  const refuse = () =>
    page.route('**/upload', (route) => route.fulfill({ status: 403, json: { error: 'No', code: 'forbidden' } }));
  await refuse();
  await take(page);
  await page.waitForSelector('.snapshot[data-delivery=failed]');
  await page.locator('.delivery', { hasText: /^The service has refused it/ }).waitFor();
  await page.waitForSelector('#capture[state=failed]');
  assert.equal(await page.textContent(MESSAGE), new CaptureError('upload-rejected').advice);
  await page.unroute('**/upload');
  await page.click('.snapshot [data-action=retry]');
  await demo.stored(page);
  await refuse();
  await take(page);
  await page.waitForSelector('.snapshot[data-delivery=failed]');
  await page.focus('[data-delivery=failed] [data-action=discard]');
  const question = page.locator('[data-delivery=failed] [role=alertdialog]', {
    hasText: 'Discard this picture for good?',
  });
  for (const way of ['Escape', 'Enter']) {
    await page.keyboard.press('Enter');
    await question.waitFor();
    assert.ok(
      await page.evaluate(() => document.activeElement?.matches('[data-action=keep]')),
      'nothing goes by one key',
    );
    await page.keyboard.press(way);
    await question.waitFor({ state: 'hidden' });
    assert.ok(
      await page.evaluate(() => document.activeElement?.matches('[data-action=discard]')),
      'the focus comes back',
    );
  }
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.snapshot').length === 1);
  assert.ok(await page.evaluate(() => document.activeElement?.matches('.snapshot h3')), 'the keys go on from there');
});

test('what is filed with the interaction: its picture, a hold and its end, and who did it', async (t) => {
  const page = await demo.openWidget(t, { scene: 'still', gcConversationId: 'held-case' });
  assert.equal(await page.locator('.snapshot').count(), 0, 'nothing yet');
  await take(page);
  const { id, record } = await demo.stored(page);
  // After a reload the middleware alone knows it.
  await page.reload();
  const filed = page.locator(`.snapshot[data-id="${id}"]`);
  await filed.waitFor();
  await page.waitForFunction(() => Number(document.querySelector('.snapshot img')?.naturalWidth) === 320);
  assert.match((await filed.locator('.hash').getAttribute('title')) ?? '', new RegExp(`^${record.sha256}$`));
  assert.match((await filed.textContent()) ?? '', /Nothing covered.*demo-agent · 1280 × 720/s);
  const [tab] = await Promise.all([page.context().waitForEvent('page'), filed.locator('.open').click()]);
  await tab.waitForLoadState();
  assert.equal(await tab.evaluate(() => document.images[0]?.naturalWidth), 1280);
  await tab.close();

  await filed.locator('summary').click();
  await filed.locator('.audit', { hasText: 'demo-agent' }).waitFor();
  const button = filed.locator('form button');
  await button.click();
  assert.equal((await demo.records.find('local', String(id)))?.legalHold, false, 'not without a reason');
  await filed.locator('input').fill('Case 2026-117');
  await button.click();
  await filed.locator('[data-held=true]').waitFor();
  await filed.locator('.audit', { hasText: 'Held · demo-agent' }).waitFor();
  const held = await demo.records.find('local', String(id));
  assert.deepEqual([held?.legalHold, held?.holdReason], [true, 'Case 2026-117']);
  assert.equal((await demo.storage.head(held.objectKey))?.held, true);
  await filed.locator('input').fill('The case is closed');
  await page.keyboard.press('Enter');
  await filed.locator('[data-held=false]').waitFor();
  await filed.locator('.audit', { hasText: 'Released · demo-agent' }).waitFor();
});

test('who asked for less motion gets a picture that stands still', async (t) => {
  const page = await demo.openWidget(t, {}, { reducedMotion: 'reduce' });
  assert.equal(await page.evaluate(() => globalThis.caseframeDemo.scene.frame()), STILL_COUNT);
});

describe('the page', () => {
  const looks = [
    { name: 'light', width: 1280, colorScheme: 'light', lang: 'en' },
    { name: 'dark', width: 1280, colorScheme: 'dark', lang: 'en' },
    { name: 'narrow', width: 320, colorScheme: 'light', lang: 'en' },
    { name: 'german', width: 1280, colorScheme: 'light', lang: 'de' },
    { name: 'german-narrow', width: 320, colorScheme: 'dark', lang: 'de' },
    { name: 'german-tablet', width: 768, colorScheme: 'light', lang: 'de' },
  ];
  for (const { name, width, colorScheme, lang } of looks) {
    test(`${name}: fits, overlaps nowhere and can be read`, async (t) => {
      const page = await demo.nextCall(t, { scene: 'still', lang }, { width, colorScheme });
      await openReview(page);
      await coverArea(page, NUMBER);
      await confirm(page);
      await demo.stored(page);
      await page.click('.custody summary');
      await page.locator('.audit:not(:empty)').waitFor();
      await page.mouse.move(0, 0);
      await screenshot(page, name);
      assert.deepEqual(await page.evaluate(flaws), []);
      await page.click('#offline');
      await take(page);
      await page.waitForSelector('.snapshot[data-delivery=waiting]');
      await screenshot(page, `${name}-waiting`);
      assert.deepEqual(await page.evaluate(flaws), []);
      assert.deepEqual(await barriers(page), []);
      await page.click('#offline');
      await demo.stored(page, 2);
      await page.click('#end-call');
      await page.waitForSelector('#capture[state=unavailable]');
      await page.waitForSelector('#call-state[data-state=ended]');
      await screenshot(page, `${name}-error`);
      assert.deepEqual(await page.evaluate(flaws), []);
      const english = new CaptureError('stream-ended').advice;
      assert.equal((await page.textContent(MESSAGE))?.includes(english), lang === 'en');
    });
  }
});

/** What axe-core finds. @param {import('playwright-core').Page} page */
async function barriers(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
  });
}

/**
 * The whole page, in a window that needs no scroll bar.
 * @param {import('playwright-core').Page} page @param {string} name
 */
async function screenshot(page, name) {
  const width = await page.evaluate(() => innerWidth);
  await page.setViewportSize({ width, height: 4000 });
  const height = await page.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  await page.setViewportSize({ width, height });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/** @param {import('playwright-core').Page} page @param {import('../../js/errors.js').CaptureErrorCode} code */
async function failed(page, code) {
  const filed = await storedFiles();
  await page.waitForFunction((sentence) => {
    const message = document.querySelector('#capture')?.shadowRoot?.querySelector('[part=message]');
    // Said once more, it ends in a character that nobody sees.
    return message?.textContent?.replace(/\u200b$/, '') === sentence;
  }, new CaptureError(code).advice);
  assert.equal(await page.locator('.snapshot').count(), 0);
  assert.deepEqual(await storedFiles(), filed);
}

async function storedFiles() {
  const entries = await readdir(demo.snapshots, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/**
 * Tab, until the control has the focus and shows it.
 * @param {import('playwright-core').Page} page @param {string} selector Also of what is in an element of ours.
 */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate((wanted) => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return { isIt: element?.matches(wanted), outline: element && getComputedStyle(element).outlineStyle };
    }, selector);
    if (focused.isIt) return assert.equal(focused.outline, 'solid', `${selector} shows that it has the focus`);
  }
  assert.fail(`Tab never reaches ${selector}`);
}

/** @typedef {{ data: Buffer, width: number, height: number }} Picture RGB, 8 bits. */

/** @param {Buffer} file @returns {Promise<Picture>} */
async function decode(file) {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** @param {import('playwright-core').Page} page */
async function sourcePicture(page) {
  const url = await page.evaluate(() => globalThis.caseframeDemo.scene.canvas.toDataURL('image/png'));
  return decode(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
}

/** @param {{ x: number, y: number, width: number, height: number }} area @param {number} x @param {number} y */
function inside(area, x, y) {
  return x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
}

/** In dB. @param {Picture} a @param {Picture} b @param {(x: number, y: number) => boolean} counts */
function psnr(a, b, counts) {
  let sum = 0;
  let samples = 0;
  for (let y = 0; y < a.height; y += 1) {
    for (let x = 0; x < a.width; x += 1) {
      if (!counts(x, y)) continue;
      for (let c = 0; c < 3; c += 1) {
        const at = (y * a.width + x) * 3 + c;
        sum += (a.data[at] - b.data[at]) ** 2;
        samples += 1;
      }
    }
  }
  return 10 * Math.log10((255 ** 2 * samples) / sum);
}

/**
 * The mean step in green between horizontal neighbours that lie in the same cell of a mosaic.
 * @param {Picture} picture @param {{ x: number, y: number, width: number, height: number }} area @param {number} cell
 */
function edgesWithin({ data, width }, area, cell) {
  let sum = 0;
  let steps = 0;
  for (let y = area.y; y < area.y + area.height; y += 1) {
    for (let x = area.x + 1; x < area.x + area.width; x += 1) {
      if ((x - area.x) % cell === 0) continue;
      const at = (y * width + x) * 3 + 1;
      sum += Math.abs(data[at] - data[at - 3]);
      steps += 1;
    }
  }
  return sum / steps;
}

/** @param {Picture} picture */
function readCounter({ data, width }) {
  let count = 0;
  for (let bit = 0; bit < COUNTER.bits; bit += 1) {
    const x = (bit + 0.5) * COUNTER.block;
    const green = data[((COUNTER.block / 2) * width + x) * 3 + 1];
    assert.ok(green < 64 || green > 191, `block ${bit} of the counter is ${green}: neither black nor white`);
    count = count * 2 + (green > 191 ? 1 : 0);
  }
  return count;
}

// In the page.

/** Reads the counter off the video as it is shown, and clicks in the same moment. @param {typeof COUNTER} counter */
function seeAndClick({ bits, block }) {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
  const canvas = Object.assign(document.createElement('canvas'), { width: bits * block, height: block });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, block / 2, bits * block, 1);
  let count = 0;
  for (let bit = 0; bit < bits; bit += 1) count = count * 2 + (data[(bit + 0.5) * block * 4] > 127 ? 1 : 0);
  document.getElementById('capture')?.click();
  return count;
}

function blackVideo() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 9 });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.drawImage(/** @type {HTMLVideoElement} */ (document.querySelector('video')), 0, 0, 16, 9);
  return context.getImageData(0, 0, 16, 9).data.every((value, n) => n % 4 === 3 || value < 8);
}

/** Everything an eye would stumble over: what sticks out, is cut off, lies on something else or is too faint. */
function flaws() {
  /** @type {string[]} */
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`scrolls sideways: ${root.scrollWidth} px`);

  const name = (/** @type {Element} */ element) =>
    `${element.tagName}#${element.id} “${element.textContent?.trim().slice(0, 30)}”`;
  const hasText = (/** @type {Element} */ element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
  /** Those in the elements' own trees, too. @param {ParentNode} root @returns {Element[]} */
  const all = (root) =>
    [...root.querySelectorAll('*')].flatMap((each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
  const leaves = all(document.body).filter(
    (element) =>
      element.checkVisibility() &&
      !element.closest('.visually-hidden, option, .quiet') &&
      (hasText(element) || element.matches('input, select, button, img, video')),
  );
  const boxes = leaves.map((element) => ({ element, box: element.getBoundingClientRect() }));
  for (const { element, box } of boxes) {
    if (box.left < 0 || box.right > root.clientWidth) found.push(`${name(element)} sticks out`);
    if (hasText(element) && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) {
      found.push(`${name(element)} is cut off`);
    }
    for (const other of boxes) {
      if (other.element === element) break;
      if (element.contains(other.element) || other.element.contains(element) || element.closest('#stage')) continue;
      const width = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const height = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      if (width > 1 && height > 1) found.push(`${name(element)} lies on ${name(other.element)}`);
    }
  }

  // WCAG 2.2, 1.4.3: relative luminance and the contrast ratio of text.
  const channels = (/** @type {string} */ color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (/** @type {string} */ color) => {
    const [r, g, b] = channels(color).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (/** @type {Element | null} */ element) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const { backgroundColor } = getComputedStyle(at);
      if (channels(backgroundColor)[3] !== 0) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  for (const element of leaves) {
    if (!hasText(element) && !element.matches('input, select')) continue;
    const pair = [luminance(getComputedStyle(element).color), luminance(background(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) found.push(`${name(element)} has a contrast of only ${ratio.toFixed(2)}`);
  }
  return found;
}

/** Resolves once no new picture has come for as long as one may be on its way. */
async function standsStill() {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
  const shown = () => video.getVideoPlaybackQuality().totalVideoFrames;
  for (let last = -1; last !== shown(); ) {
    last = shown();
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}
