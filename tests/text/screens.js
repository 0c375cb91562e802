/** Pages in a real Chromium: their pixels, where text is, and which pixels are the text's. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { FAR_CALL_FLAGS } from '../browser/far-call.js';
import { makePage } from './pages.js';
import { findText } from './truth.js';

const require = createRequire(import.meta.url);

/** Never asked for: every request is answered by a file. */
const ORIGIN = 'http://pages.test/';
const PHOTOGRAPHS = ['astronaut.png', 'coffee.png', 'rocket.jpg'];
const FONTS = [
  ['noto-sans-arabic', ['arabic-400.css', 'arabic-700.css']],
  ['noto-sans-devanagari', ['devanagari-400.css', 'devanagari-700.css']],
  ['noto-sans-sc', ['400.css', '700.css']],
];

/** Everything but its text: what differs from the page is the text's. */
const WITHOUT_TEXT = `
  *, ::placeholder { color: transparent !important; text-shadow: none !important; text-decoration-color: transparent !important }
  text { fill: transparent !important; stroke: transparent !important }
  img[data-code] { visibility: hidden }`;

/**
 * @typedef {import('../js/photographs.js').Frame & Omit<import('./pages.js').Page, 'html'> & import('./truth.js').Found & {
 *   seed: number, glyphs: Uint8Array }} Screen `glyphs`: for each pixel the most that a channel differs from the page
 *   without text, 0..255.
 */

export async function openScreens() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...FAR_CALL_FLAGS, '--no-sandbox', '--disable-gpu', '--disable-lcd-text', '--font-render-hinting=none'],
  });
  const page = await (await browser.newContext()).newPage();
  await page.route('**/*', answer);

  return {
    browser,
    /** @param {number} seed @param {typeof makePage} [make] @returns {Promise<Screen>} */
    async render(seed, make = makePage) {
      const addresses = PHOTOGRAPHS.map((name) => `${ORIGIN}fixtures/${name}`);
      const { html, ...facts } = make(seed, addresses);
      await page.setViewportSize({ width: facts.width, height: facts.height });
      await page.goto(ORIGIN);
      await page.evaluate((markup) => {
        document.body.outerHTML = markup;
        // Fonts that pictures of the page would be taken before.
        return Promise.all([
          document.fonts.ready,
          ...Array.from(document.images, (image) => image.decode().catch(() => {})),
        ]);
      }, html);
      await page.evaluate(() => document.fonts.ready);
      const found = await page.evaluate(findText);
      const frame = await shoot();
      await page.addStyleTag({ content: WITHOUT_TEXT });
      const bare = await shoot();
      return { ...frame, ...facts, ...found, seed, glyphs: difference(frame.data, bare.data) };
    },
    close: () => browser.close(),
  };

  async function shoot() {
    const { data, info } = await sharp(await page.screenshot())
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
  }
}

/** @param {import('playwright-core').Route} route */
async function answer(route) {
  const path = new URL(route.request().url()).pathname.slice(1);
  if (path === '') return route.fulfill({ contentType: 'text/html', body: head });
  const [folder, name] = [path.slice(0, path.indexOf('/')), path.slice(path.indexOf('/') + 1)];
  const file = folder === 'fixtures' ? fixture(name) : require.resolve(`@fontsource/${folder}/${name}`);
  return route.fulfill({ path: file });
}

/** @param {string} name */
const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

const faces = await Promise.all(
  FONTS.flatMap(([font, sheets]) =>
    /** @type {string[]} */ (sheets).map(async (sheet) => {
      const css = await readFile(require.resolve(`@fontsource/${font}/${sheet}`), 'utf8');
      return css.replaceAll('./files/', `/${font}/files/`).replaceAll('swap', 'block');
    }),
  ),
);
const head = `<!doctype html><meta charset="utf-8"><style>${faces.join('')}</style><body></body>`;

/** @param {Uint8Array} left @param {Uint8Array} right RGBA */
function difference(left, right) {
  const most = new Uint8Array(left.length / 4);
  for (let at = 0, i = 0; at < most.length; at++, i += 4) {
    most[at] = Math.max(
      Math.abs(left[i] - right[i]),
      Math.abs(left[i + 1] - right[i + 1]),
      Math.abs(left[i + 2] - right[i + 2]),
    );
  }
  return most;
}
