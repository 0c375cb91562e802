/** A canvas's stream that one can see through: captured as a video element shows it, over black. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startErrands } from './errands.js';
import { launchFirefox } from './firefox.js';
import { launchUndriven } from './harness.js';
import { CSP_BEFORE_97, launchOldChromium } from './old-chromium.js';
import { readScene } from './scene.js';
import { launchWebKit } from './webkit.js';

/** What encoders on the way may do to a flat colour, per sample. */
const TOLERANCE = 8;

/** @type {Awaited<ReturnType<typeof startErrands>>} */
let errands;
before(async () => {
  errands = await startErrands();
});
after(() => errands.close());

for (const [name, { launch, csp }] of Object.entries({
  Chromium: { launch: launchUndriven },
  'Chromium 127': { launch: () => launchOldChromium(127) },
  'Chromium 80': { launch: () => launchOldChromium(80), csp: CSP_BEFORE_97 },
  Firefox: { launch: launchFirefox },
  WebKitGTK: { launch: launchWebKit },
})) {
  test(name, async (t) => {
    const browser = await launch();
    try {
      const { shots, nothing } = await errands.run(browser, '/pages/transparent.js', {}, { csp });
      for (const [path, shot] of Object.entries(shots)) {
        await t.test(path, async () => {
          assert.equal(shot.code, undefined, `${shot.message} ${shot.cause}`);
          const { at } = await readScene(shot.jpeg);
          assertColour(at(0.25, 0.5), [64, 0, 0]);
          assertColour(at(0.75, 0.25), [0, 200, 0]);
          assertColour(at(0.75, 0.75), [0, 0, 0]);
        });
      }
      await t.test('nothing at all is never a picture', () => {
        assert.ok(['undecoded-frame', 'black-frame'].includes(nothing.code), JSON.stringify(nothing).slice(0, 300));
      });
    } finally {
      await browser.close();
    }
  });
}

/** @param {number[]} seen @param {number[]} expected */
function assertColour(seen, expected) {
  const error = Math.max(...expected.map((value, i) => Math.abs(value - seen[i])));
  assert.ok(error <= TOLERANCE, `rgb(${seen}) instead of rgb(${expected})`);
}
