/** Files that are shown otherwise than they are stored: captured as shown, in every browser and on every path. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startErrands } from './errands.js';
import { launchFirefox } from './firefox.js';
import { launchChromium, launchUndriven, openLab } from './harness.js';
import { launchOldChromium } from './old-chromium.js';
import { assertQuarters } from './scene.js';
import { CLIPS, createTurnedClips, recordTurnedClip } from './turned-clips.js';
import { launchWebKit } from './webkit.js';

const CSP =
  "default-src 'none'; media-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

/** `unlike`: what a browser's own video element shows otherwise than the header says. */
const BROWSERS = {
  Chromium: { launch: launchUndriven, unlike: {} },
  'Chromium 137': { launch: () => launchOldChromium(137), unlike: {} },
  'Chromium 127': {
    launch: () => launchOldChromium(127),
    unlike: { 'mirrored and turned by 90°': CLIPS['turned by 90°'].quarters },
  },
  Firefox: {
    launch: launchFirefox,
    unlike: { mirrored: CLIPS['as it is'].quarters, 'mirrored and turned by 90°': CLIPS['as it is'].quarters },
  },
  WebKitGTK: { launch: launchWebKit, unlike: {} },
};

const WAYS = {
  'in the worker': {},
  'in the page': { worker: false },
  'without VideoFrame': { scripts: ['/pages/without.js?VideoFrame'] },
};

/** @type {Awaited<ReturnType<typeof startErrands>>} */
let errands;
before(async () => {
  errands = await startErrands(createTurnedClips().routes);
  const chromium = await launchChromium();
  const { page } = await openLab(chromium.context, errands.url);
  await page.evaluate(recordTurnedClip).finally(() => chromium.close());
});
after(() => errands.close());

for (const [name, { launch, unlike }] of Object.entries(BROWSERS)) {
  test(name, async (t) => {
    const browser = await launch();
    try {
      for (const [way, { worker, scripts }] of Object.entries(WAYS)) {
        const argument = { clips: Object.keys(CLIPS), worker };
        const shots = await errands.run(browser, '/pages/turned-files.js', argument, { csp: CSP, scripts });
        for (const [clip, shot] of Object.entries(shots)) {
          await t.test(`${clip}, ${way}`, async () => {
            assert.equal(shot.code, undefined, `${shot.message} ${shot.cause}`);
            assert.deepEqual([shot.width, shot.height], shot.shown);
            await assertQuarters(shot.jpeg, unlike[clip] || CLIPS[clip].quarters);
          });
        }
      }
    } finally {
      await browser.close();
    }
  });
}
