/** The same frames and options give the same bytes in every engine, variant and browser. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { firstSeed } from '../js/random.js';
import { compareVariants } from '../js/twins.js';
import { launchFirefox } from './firefox.js';
import { launchUndriven, readBody, startServer } from './harness.js';
import { launchWebKit } from './webkit.js';

const COUNT = 2000;

/** Node's files, which Chromium's compiler wrote: what the others are held against. @type {string[]} */
let expected;
/** @type {(report: any) => void} */
let reported;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;

before(async () => {
  const [simd, baseline] = await Promise.all(
    /** @type {const} */ (['simd', 'baseline']).map((variant) => createEngine({ variant })),
  );
  expected = compareVariants({ simd, baseline }, firstSeed, COUNT).hashes;
  const seeded = (/** @type {string} */ name) => async (_request, /** @type {any} */ response) => {
    response.setHeader('Content-Type', 'text/javascript');
    response.end(await readFile(new URL(`../js/${name}`, import.meta.url)));
  };
  server = await startServer({
    '/seeded/twins.js': seeded('twins.js'),
    '/seeded/dice.js': seeded('dice.js'),
    async '/report'(request, response) {
      reported(JSON.parse(String(await readBody(request))));
      response.end();
    },
  });
});
after(() => server.close());

const BROWSERS = { Chromium: launchUndriven, Firefox: launchFirefox, WebKit: launchWebKit };
for (const [name, launch] of Object.entries(BROWSERS)) {
  test(name, { timeout: 600_000 }, async () => {
    const browser = await launch();
    try {
      const report = new Promise((resolve) => {
        reported = resolve;
      });
      const page = await browser.open(`${server.url}/?script=/pages/variants.js&seed=${firstSeed}&count=${COUNT}`);
      const { failure, hashes, differing } = await report;
      assert.equal(failure, undefined);
      assert.deepEqual(differing, [], 'seeds (CASEFRAME_SEED) where the variants disagree');
      const wrong = hashes.flatMap((hash, i) => (hash === expected[i] ? [] : [firstSeed + i]));
      assert.deepEqual(wrong, [], 'seeds (CASEFRAME_SEED) whose file is not Node’s');
      assert.equal(hashes.length, COUNT);
      await page.close();
    } finally {
      await browser.close();
    }
  });
}
