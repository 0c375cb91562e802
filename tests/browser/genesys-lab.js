/** A page with the real Genesys SDK in it, and what a captured file shows. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { bundleSdk } from '../../toolchain/bundle-sdk.mjs';
import { useLab } from './harness.js';

const CONFERENCE = new URL('../../examples/agent-widget/conference.js', import.meta.url);
const COLORS = { red: [200, 40, 40], blue: [40, 60, 200], green: [40, 160, 60] };
/** What VP8 and a JPEG of quality 90 may do to a flat colour, per sample. */
const TOLERANCE = 24;

const sdk = bundleSdk();
const script = (/** @type {URL | Promise<string>} */ file) => async (_request, response) => {
  response.setHeader('Content-Type', 'text/javascript');
  response.end(await readFile(await file));
};

/** For a whole test file: as `useLab`, with `genesys` (pages/genesys.js) beside `lab` in each page. */
export function useGenesysLab() {
  const { run } = useLab({
    routes: {
      '/widget/built/genesys-sdk.js': script(sdk),
      '/widget/conference.js': script(CONFERENCE),
    },
    flags: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  });
  /** @param {(argument?: any) => unknown} inPage @param {object} [options] */
  return (inPage, options = {}) =>
    run(inPage, {
      async prepare(page) {
        await page.evaluate(() => import('/pages/genesys.js'));
        await page.mouse.click(1, 1); // A screen is shared by whoever has clicked.
      },
      ...options,
    });
}

/** The one colour of a captured file. @param {string} base64 */
export async function colorOf(base64) {
  const file = Buffer.from(base64, 'base64');
  const { data, info } = await sharp(file, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
  const names = new Set();
  for (let at = 0; at < data.length; at += info.channels * 97) {
    const isNear = (/** @type {number[]} */ color) =>
      color.every((value, c) => Math.abs(value - data[at + c]) <= TOLERANCE);
    const found = Object.entries(COLORS).find(([, color]) => isNear(color));
    names.add(found ? found[0] : `rgb(${data.subarray(at, at + 3).join()})`);
  }
  return [...names].join();
}

/** @param {any} outcome @param {string} color @param {string} interactionId @param {string} [participantId] */
export async function assertShows(outcome, color, interactionId, participantId = `customer of ${interactionId}`) {
  assert.equal(outcome.code, undefined, `${outcome.code}: ${outcome.message} ${outcome.cause}`);
  assert.equal(await colorOf(outcome.jpeg), color);
  assert.equal(outcome.interactionId, interactionId);
  assert.equal(outcome.participantId, participantId);
}
