/** Chromium of years ago, as it really was: what every path of today's has to come to, with what each version lacks. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CSP_BEFORE_97, launchOldChromium } from './old-chromium.js';
import { situations } from './pages/situations.js';
import { expectedIn, judge, startTheatre } from './play.js';

/** Played beside those of every path: what old versions differ in. */
const ALSO = [
  'Ten captures at once',
  'A portrait picture',
  'The page’s own element was removed',
  'Disposed in the middle',
];

/**
 * `check`: of a snapshot, and of what was fetched for it.
 * @type {Record<string, import('./play.js').Way & { check: (shot: any, requested: Set<string>) => void }>}
 */
const VERSIONS = {
  80: {
    csp: CSP_BEFORE_97,
    check({ frame, timings }, requested) {
      assert.equal(frame.method, 'canvas');
      assert.equal(frame.presentedFrames, undefined, 'proved without requestVideoFrameCallback');
      assert.ok(timings.mainThread < timings.total, 'the worker did the work');
      assert.ok(requested.has('/dist/worker/worker.js'));
      assert.ok(requested.has('/dist/wasm/caseframe.baseline.wasm'));
      assert.ok(!requested.has('/dist/wasm/caseframe.simd.wasm'));
    },
  },
  127: { check: checkWorker },
  137: { check: checkWorker },
};

/** @param {any} shot @param {Set<string>} requested */
function checkWorker({ frame, timings }, requested) {
  assert.equal(frame.method, 'video-frame');
  assert.ok(timings.mainThread < timings.total);
  assert.ok(requested.has('/dist/worker/worker.js'));
  assert.ok(!requested.has('/dist/wasm/caseframe.baseline.wasm'));
}

/** @type {Awaited<ReturnType<typeof startTheatre>>} */
let theatre;
before(async () => {
  theatre = await startTheatre();
});
after(() => theatre.close());

for (const [version, { check, ...way }] of Object.entries(VERSIONS)) {
  test(`Chromium ${version}`, async (t) => {
    const browser = await launchOldChromium(Number(version));
    try {
      assert.equal(browser.version.split('.')[0], version);
      // Without the senders of turned frames, which these versions are not: see turned-calls.test.js.
      const chosen = situations.filter(
        ({ title, everyPath, needs, page }) =>
          !page && !needs && (ALSO.includes(title) || (everyPath && title !== 'A hidden tab')),
      );
      theatre.requested.clear();
      const results = await theatre.play(browser, chosen, way);
      for (const [situation, result] of results) {
        await t.test(situation.title, async () => {
          const came = await judge(result);
          const expected = expectedIn(situation, 'Chromium');
          assert.ok(expected.includes(came), `${came}, not ${expected.join(' or ')}: ${result.outcome?.message}`);
          if (result.outcome.jpeg) check(result.outcome, theatre.requested);
        });
      }
    } finally {
      await browser.close();
    }
  });
}
