// The pictures of the documents, into docs/pictures/: the widget in light and dark, the review, and the whole flow as an
// animation. From the real page in Chromium, with the middleware on a folder of its own. Needs the built package.
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { installedFolders } from '../examples/middleware/page.js';
import { openRecords } from '../examples/middleware/records/open.js';
import { createService } from '../examples/middleware/service.js';
import { readSettings } from '../examples/middleware/settings.js';
import { openStorage } from '../examples/middleware/storage/open.js';
import { launchChromium } from '../tests/browser/harness.js';
import { readArguments } from './arguments.mjs';

await readArguments(import.meta.url);

const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const WINDOW = { width: 1280, height: 960 };
const FLOW_WIDTH = 800;
/** Of all files together, in bytes: a README is read on the train, too. */
const MOST_BYTES = 600_000;
/** The number on the customer's card, in ratios of the picture. */
const CARD = { left: 0.645, top: 0.725, right: 0.935, bottom: 0.84 };
const POINTER = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="36"><path d="M2 2v26l7-6 5 11 5-2-5-11h9z" fill="#fff" stroke="#000" stroke-width="2"/></svg>',
);

/** @param {string} folder */
async function startService(folder) {
  const settings = readSettings({}, { data: folder });
  const records = await openRecords(settings.databaseUrl);
  await records.migrate();
  const storage = await openStorage(settings.storageUrl);
  return createService(settings, { storage, records, page: installedFolders() });
}

/** @param {import('playwright-core').Page} page */
async function take(page) {
  await page.click('#capture [part=button]');
  await page.locator('caseframe-review [part=picture]').waitFor();
  // The encoder fills in the still scene's detail within a moment, and the core's preview is there.
  await page.waitForTimeout(800);
}

/** @param {import('playwright-core').Page} page @param {(x: number, y: number) => Promise<unknown>} [seen] While it is drawn. */
async function cover(page, seen = async () => {}) {
  const box = await page.locator('caseframe-review [part=picture]').boundingBox();
  const at = (/** @type {number} */ part) => ({
    x: box.x + box.width * (CARD.left + part * (CARD.right - CARD.left)),
    y: box.y + box.height * (CARD.top + part * (CARD.bottom - CARD.top)),
  });
  await page.mouse.move(at(0).x, at(0).y);
  await page.mouse.down();
  for (const part of [0.25, 0.5, 0.75, 1]) {
    const { x, y } = at(part);
    await page.mouse.move(x, y);
    await page.waitForTimeout(250);
    await seen(x, y);
  }
  await page.mouse.up();
  await page.waitForTimeout(400);
}

/** @param {import('playwright-core').Page} page */
async function confirm(page) {
  await page.locator('caseframe-review [part=confirm]').click();
}

/** @param {string} name @param {Buffer} png */
async function save(name, png) {
  await writeFile(join(FOLDER, name), await sharp(png).webp({ quality: 72, effort: 6 }).toBuffer());
}

/** The page as an agent has it. @param {string} base */
async function open(context, base, interactionId, colorScheme) {
  const page = await context.newPage();
  await page.setViewportSize(WINDOW);
  await page.emulateMedia({ colorScheme });
  const query = new URLSearchParams({ lang: 'en', scene: 'still', counter: 'off', gcConversationId: interactionId });
  await page.goto(`${base}/?${query}`);
  await page.waitForSelector('#capture[state=idle]');
  await page.waitForSelector('#call-state[data-state=connected]');
  await page.click('#simulation summary');
  await page.waitForTimeout(2500);
  await page.evaluate(() => scrollTo(0, 0));
  return page;
}

async function looks(context, base) {
  for (const scheme of ['light', 'dark']) {
    const page = await open(context, base, `case-${scheme === 'light' ? 2041 : 2042}`, scheme);
    await page.uncheck('#review');
    await page.click('#capture [part=button]');
    await page.waitForSelector('.snapshot[data-delivery=stored]');
    await page.check('#review');
    await take(page);
    await cover(page);
    if (scheme === 'light') await save('review.webp', await page.screenshot());
    await confirm(page);
    await page.waitForFunction(() => document.querySelectorAll('.snapshot[data-delivery=stored]').length === 2);
    await page.mouse.move(0, 0);
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForTimeout(400);
    await save(`widget-${scheme}.webp`, await page.screenshot());
    await page.close();
  }
}

/** From the click to the filed picture. */
async function flow(context, base) {
  const page = await open(context, base, 'case-2043', 'light');
  /** @type {Buffer[]} */
  const frames = [];
  /** @type {number[]} */
  const delay = [];
  /** @param {number} ms How long it is shown. @param {{ x: number, y: number }} [pointer] */
  async function shoot(ms, pointer) {
    const shot = sharp(await page.screenshot());
    const seen = pointer
      ? shot.composite([{ input: POINTER, left: Math.round(pointer.x), top: Math.round(pointer.y) }])
      : shot;
    frames.push(
      await sharp(await seen.png().toBuffer())
        .resize(FLOW_WIDTH)
        .png()
        .toBuffer(),
    );
    delay.push(ms);
  }
  /** @param {string} selector */
  async function pointAt(selector) {
    const box = await page.locator(selector).first().boundingBox();
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.move(middle.x, middle.y);
    return middle;
  }
  await shoot(1200);
  await shoot(600, await pointAt('#capture [part=button]'));
  await take(page);
  await shoot(1000);
  await cover(page, (x, y) => shoot(200, { x, y }));
  await shoot(1400);
  await shoot(700, await pointAt('caseframe-review [part=confirm]'));
  await page.evaluate(() => document.getElementById('slow')?.click());
  await confirm(page);
  await page.waitForFunction(() => {
    const bar = document.querySelector('#capture')?.shadowRoot?.querySelector('[role=progressbar]');
    return Number(bar?.getAttribute('aria-valuenow')) >= 45;
  });
  await shoot(700);
  await page.waitForSelector('.snapshot[data-delivery=stored]');
  await page.waitForSelector('#capture[state=delivered]');
  await page.waitForTimeout(400);
  await shoot(2600);
  await page.close();
  const animation = sharp(frames, { join: { animated: true } });
  await writeFile(
    join(FOLDER, 'flow.webp'),
    await animation.webp({ quality: 78, effort: 6, delay, loop: 0, minSize: true }).toBuffer(),
  );
}

const folder = await mkdtemp(join(tmpdir(), 'caseframe-pictures-'));
await mkdir(FOLDER, { recursive: true });
const service = await startService(folder);
try {
  const base = await service.listen({ host: '127.0.0.1', port: 0 });
  const browser = await launchChromium();
  try {
    await looks(browser.context, base);
    await flow(browser.context, base);
  } finally {
    await browser.close();
  }
} finally {
  await service.close();
  await rm(folder, { recursive: true, force: true });
}

const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.webp'));
let sum = 0;
for (const name of files) {
  const { size } = await stat(join(FOLDER, name));
  console.log(`docs/pictures/${name}: ${Math.round(size / 1000)} kB`);
  sum += size;
}
if (sum > MOST_BYTES) throw new Error(`${sum} bytes of pictures: more than ${MOST_BYTES}`);
