/** Browsers that falsify what a canvas gives back: a picture that is true, or an error that says so, never noise. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startErrands } from './errands.js';
import { launchFirefox } from './firefox.js';
import { launchUndriven } from './harness.js';
import { assertScene } from './scene.js';

/** @type {Awaited<ReturnType<typeof startErrands>>} */
let errands;
before(async () => {
  errands = await startErrands();
});
after(() => errands.close());

/** @param {any} outcome */
function assertUnreliable({ code, message, advice }) {
  assert.equal(code, 'unreliable-pixels', message);
  assert.match(advice, /canvas/);
}

/** How a capture may be made to depend on a canvas. */
const WAYS = {
  'a capture': { options: {} },
  'a capture without a worker': { options: { worker: false } },
  'a capture where there is no VideoFrame': { options: {}, takesAway: ['VideoFrame'] },
};

test('Firefox with resistFingerprinting: unreliable-pixels', async (t) => {
  const browser = await launchFirefox({ prefs: { 'privacy.resistFingerprinting': true } });
  try {
    for (const [way, argument] of Object.entries(WAYS)) {
      await t.test(way, async () => {
        assertUnreliable(await errands.run(browser, '/pages/false-pixels.js', argument));
      });
    }
  } finally {
    await browser.close();
  }
});

/** All protections but those that take the canvas or VideoFrame away, or leave pixels as they are. */
const NOISE_ALONE = [
  '+AllTargets',
  '-CanvasImageExtractionPrompt',
  '-CanvasExtractionBeforeUserInputIsBlocked',
  '-CanvasExtractionFromThirdPartiesIsBlocked',
  '-EfficientCanvasRandomization',
  '-WebCodecs',
].join();

test('Firefox with fingerprintingProtection’s faint noise: a VideoFrame’s pixels are true, a canvas’s are not', async (t) => {
  const protection = 'privacy.fingerprintingProtection';
  const browser = await launchFirefox({ prefs: { [protection]: true, [`${protection}.overrides`]: NOISE_ALONE } });
  try {
    for (const [way, argument] of Object.entries(WAYS)) {
      await t.test(way, async () => {
        const outcome = await errands.run(browser, '/pages/false-pixels.js', argument);
        assert.equal(outcome.hasVideoFrame, !argument.takesAway);
        if (argument.takesAway) return assertUnreliable(outcome);
        assert.equal(outcome.code, undefined, outcome.message);
        assert.equal(outcome.frame.method, 'video-frame');
        assert.equal(outcome.falseSamples, 0, 'what a VideoFrame’s copyTo gives');
        await assertScene(outcome.jpeg);
      });
    }
  } finally {
    await browser.close();
  }
});

test('one sample off by one: unreliable-pixels', async (t) => {
  const browser = await launchUndriven();
  try {
    // A turned frame is drawn in the worker.
    for (const [place, argument, scripts] of [
      ['in the worker', { turned: 90, options: { workerUrl: '/pages/noisy-worker.js' } }, []],
      ['in the page', { turned: 90, options: { worker: false } }, ['/pages/noise.js']],
      [
        'in the page, of an element',
        { options: {}, takesAway: ['VideoFrame', 'MediaStreamTrackProcessor'] },
        ['/pages/noise.js'],
      ],
    ]) {
      await t.test(place, async () => {
        assertUnreliable(await errands.run(browser, '/pages/false-pixels.js', argument, { scripts }));
      });
    }
  } finally {
    await browser.close();
  }
});
