/** Real Firefox, headless, over WebDriver BiDi. */
import puppeteer from 'puppeteer-core';

/** How long it may take to start, and a page for anything: only one that stands still takes longer. */
export const PATIENCE_MS = 120_000;

/**
 * @param {{ refusesToPlay?: boolean, prefs?: Record<string, unknown> }} [options] `refusesToPlay`: as if its user had
 *   forbidden all video that nobody has clicked on.
 * @returns {Promise<import('./harness.js').Browser>} What `open` gives has puppeteer's `page`, too.
 */
export async function launchFirefox({ refusesToPlay = false, prefs = {} } = {}) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    timeout: PATIENCE_MS,
    extraPrefsFirefox: {
      // Two ends of a call in one page.
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      // A camera that is not there, and nobody to ask.
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      ...(refusesToPlay ? { 'media.autoplay.default': 5, 'media.autoplay.blocking_policy': 2 } : {}),
      ...prefs,
    },
  });
  const [, version] = (await browser.version()).split('/');
  return {
    name: 'Firefox',
    version,
    async open(url) {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      /** @type {import('puppeteer-core').Page | undefined} */
      let front;
      await page.goto(url);
      return {
        page,
        async hide() {
          front = await browser.newPage();
          await front.bringToFront();
        },
        async close() {
          if (front) await front.close();
          await page.close();
        },
      };
    },
    close: () => browser.close(),
  };
}
