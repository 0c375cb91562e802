/** The same encodings in the other two engines, each with its own encoder beside ours. */
import { launchFirefox } from '../browser/firefox.js';
import { launchWebKit } from '../browser/webkit.js';
import { contestants, play } from './encoding.js';

/** The page's canvas only where there is no better: page/contestants.js knows who is missing. */
const NAMES = [
  'caseframe, SIMD',
  'caseframe, baseline',
  'OffscreenCanvas.convertToBlob',
  'canvas.toBlob',
  '@jsquash/jpeg, comparable options',
];

/** @typedef {{ name: string, version: string, encoding: import('./encoding.js').EncodingRow[] }} BrowserResult */

/**
 * @param {object} options
 * @param {string} options.url Of page/remote.html.
 * @param {import('./exchange.js').Exchange} options.exchange
 * @param {import('./frames.js').FrameFile} options.frame
 * @param {import('./scene.js').Picture} options.picture
 * @param {import('./plan.js').Plan['browsers']} options.plan
 * @returns {Promise<BrowserResult[]>}
 */
export async function measureBrowsers({ url, exchange, frame, picture, plan }) {
  const results = [];
  for (const launch of [launchFirefox, launchWebKit]) {
    const browser = await launch();
    try {
      await browser.open(url);
      const { call: bench } = exchange;
      const encoders = await contestants({ bench, frame, picture, names: NAMES, times: plan.times });
      results.push({ name: browser.name, version: browser.version, encoding: await play(encoders, plan) });
    } finally {
      await browser.close();
      exchange.reset();
    }
  }
  return results;
}
