/**
 * Phones note beside each picture by what it is to be turned. Today's Chromium sends as one, and browsers that know
 * more or less of it receive: what is captured is what the video element shows, and a region covers what is seen there.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startErrands } from './errands.js';
import { createMailboxes, FAR_CALL_FLAGS } from './far-call.js';
import { launchFirefox } from './firefox.js';
import { launchChromium, launchUndriven, openLab } from './harness.js';
import { CSP_BEFORE_97, launchOldChromium } from './old-chromium.js';
import { assertQuarters } from './scene.js';

const PICTURES = {
  'turned by 90°': { turned: 90, width: 360, height: 640 },
  'turned by 180°': { turned: 180, width: 640, height: 360 },
  'turned by 270°': { turned: 270, width: 360, height: 640 },
  'square, turned by 90°': { turned: 90, width: 400, height: 400 },
};

/** For browsers that are not told the sender's matrix of colours and show them as another's. */
const OTHER_COLOURS = 45;

/** Chromium 80 compiles all of a module a second time, for a long run that none of these is. */
const ONE_COMPILER = '--js-flags=--no-wasm-tier-up';

/**
 * `pictures`: Firefox does not agree to turn pictures, and phones then turn them before they send. Chromium does so with
 * its camera's alone: of frames that a page has made and turned it sends none.
 */
const BROWSERS = {
  Chromium: { launch: () => launchUndriven(FAR_CALL_FLAGS) },
  'Chromium 137': { launch: () => launchOldChromium(137, FAR_CALL_FLAGS) },
  'Chromium 127': { launch: () => launchOldChromium(127, FAR_CALL_FLAGS) },
  'Chromium 80': {
    launch: () => launchOldChromium(80, [...FAR_CALL_FLAGS, ONE_COMPILER]),
    csp: CSP_BEFORE_97,
    tolerance: OTHER_COLOURS,
  },
  Firefox: {
    launch: launchFirefox,
    tolerance: OTHER_COLOURS,
    pictures: { 'turned by the phone itself': { turned: 0, width: 360, height: 640 } },
  },
};

/** @type {Awaited<ReturnType<typeof startErrands>>} */
let errands;
/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let chromium;
/** @type {import('playwright-core').Page} */
let phone;
before(async () => {
  [errands, chromium] = await Promise.all([startErrands(createMailboxes().routes), launchChromium(FAR_CALL_FLAGS)]);
  ({ page: phone } = await openLab(chromium.context, errands.url));
});
after(() => Promise.all([errands.close(), chromium.close()]));

for (const [name, { launch, csp, tolerance, pictures = PICTURES }] of Object.entries(BROWSERS)) {
  test(name, async (t) => {
    const browser = await launch();
    try {
      for (const [title, picture] of Object.entries(pictures)) {
        const call = `${name}: ${title}`;
        const calling = phone.evaluateHandle(
          async ([call, picture]) => (await import('/pages/far-call.js')).callFar(call, picture),
          [call, picture],
        );
        const receiving = errands.run(browser, '/pages/turned-call.js', { name: call }, { csp });
        const [shots, called] = await Promise.all([receiving, calling]);
        await called.evaluate(({ end }) => end());
        for (const [path, shot] of Object.entries(shots)) {
          await t.test(`${title}, ${path}`, async () => {
            assert.equal(shot.code, undefined, `${shot.message} ${shot.cause}`);
            assert.equal(shot.width > shot.height, picture.width > picture.height);
            const { at } = await assertQuarters(shot.jpeg, [0, 1, 2, 3], tolerance);
            assertFilled(at(0.1, 0.1));
          });
        }
      }
    } finally {
      await browser.close();
    }
  });
}

/** @param {number[]} seen */
function assertFilled([red, green, blue]) {
  assert.ok(red > 230 && green < 25 && blue > 230, `rgb(${red},${green},${blue}) where a region was to be filled`);
}
