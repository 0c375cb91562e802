/** Each way to a frame and to the engine, forced by taking the better ones away: the same outcomes on all of them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { launchFirefox } from './firefox.js';
import { launchUndriven } from './harness.js';
import { situations } from './pages/situations.js';
import { expectedIn, judge, startTheatre } from './play.js';

/**
 * `byPicture`: in a browser that counts no frames, the picture alone is the proof.
 * @type {Record<string, import('./play.js').Way & { byPicture?: boolean, check: (shot: any, requested: Set<string>) => void }>}
 */
const WAYS = {
  'without VideoFrame': {
    without: ['VideoFrame'],
    check: ({ frame }) => assert.equal(frame.method, 'canvas'),
  },
  'without MediaStreamTrackProcessor': {
    without: ['MediaStreamTrackProcessor'],
    check: ({ frame }) => assert.equal(frame.method, 'video-frame'),
  },
  'without requestVideoFrameCallback': {
    without: ['MediaStreamTrackProcessor', 'requestVideoFrameCallback'],
    byPicture: true,
    check: ({ frame }) => assert.equal(frame.presentedFrames, undefined),
  },
  'without module workers': {
    without: ['moduleWorkers'],
    check: ({ timings }) => assert.ok(timings.mainThread >= timings.engine, 'the page did the work'),
  },
  'without SIMD': {
    without: ['simd'],
    capture: { workerUrl: '/pages/worker-without-simd.js' },
    check(_shot, requested) {
      assert.ok(requested.has('/dist/wasm/caseframe.baseline.wasm'));
      assert.ok(!requested.has('/dist/wasm/caseframe.simd.wasm'));
    },
  },
};

/** Firefox has no MediaStreamTrackProcessor: its matrix is that way already. */
const BROWSERS = [
  { name: 'Chromium', launch: launchUndriven, ways: Object.keys(WAYS) },
  { name: 'Firefox', launch: launchFirefox, ways: Object.keys(WAYS).filter((way) => !/Processor/.test(way)) },
];

// Side by side: most of what a situation takes is waiting.
describe('every path', { concurrency: true }, () => {
  for (const { name, launch, ways } of BROWSERS) {
    test(name, async (t) => {
      // Of its own: what it was asked for is looked at.
      const theatre = await startTheatre();
      const browser = await launch();
      try {
        for (const title of ways) {
          const { check, byPicture, ...way } = WAYS[title];
          const chosen = situations.filter(
            ({ everyPath, cannot = {}, needs = [] }) =>
              everyPath && !cannot[browser.name] && !needs.some((name) => way.without?.includes(name)),
          );
          theatre.requested.clear();
          const results = await theatre.play(browser, chosen, way);
          await t.test(title, async (t) => {
            for (const [situation, result] of results) {
              await t.test(situation.title, async () => {
                const came = await judge(result);
                const better = byPicture ? [situation.better?.[browser.name]] : [];
                const expected = [...expectedIn(situation, browser.name), ...better];
                assert.ok(expected.includes(came), `${came}, not ${expected.join(' or ')}`);
                if (result.outcome.jpeg) check(result.outcome, theatre.requested);
              });
            }
          });
        }
      } finally {
        await browser.close();
        await theatre.close();
      }
    });
  }
});
