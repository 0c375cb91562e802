/** Every way a source can go wrong, over a real call in Chromium: the reason, in time, and never the old picture. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useLab } from './harness.js';
import { assertScene } from './scene.js';

const { run } = useLab();

/** What a busy machine may be late by. */
const SLACK_MS = 1000;

/** @param {any} outcome @param {string} code @param {number} [within] In ms. */
function assertFailed(outcome, code, within = 3000) {
  assert.equal(outcome.code, code, JSON.stringify(outcome).slice(0, 300));
  assert.equal(outcome.name, 'CaptureError');
  assert.ok(outcome.ms < within + SLACK_MS, `took ${outcome.ms} ms`);
}

/** Takes from the page what the best path needs, so that the hidden video and its canvas have to do. */
function withoutVideoFrame() {
  delete window.VideoFrame;
}

test('camera off by enabled = false: black-frame with the report', async () => {
  const off = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await lab.ramped(call.track, 320);
    call.sending.track.enabled = false;
    await lab.sleep(400);
    const off = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 600 }));
    capture.dispose();
    call.end();
    return off;
  });
  assertFailed(off, 'black-frame', 600);
  assert.ok(off.ms >= 590, 'later frames were tried until the deadline');
  assert.equal(off.details.report.verdict, 'black');
});

test('black at first, light again before the deadline: a picture', async () => {
  const shot = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await capture.ready();
    await lab.ramped(call.track, 320);
    call.sending.track.enabled = false;
    await lab.sleep(400);
    setTimeout(() => {
      call.sending.track.enabled = true;
    }, 600);
    const shot = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 5000 }));
    capture.dispose();
    call.end();
    return shot;
  });
  assert.equal(shot.code, undefined, shot.message);
  assert.ok(shot.timings.wait > 300);
  await assertScene(shot.jpeg);
});

for (const [name, before] of Object.entries({ 'VideoFrame path': undefined, 'canvas path': withoutVideoFrame })) {
  test(`replaceTrack(null), ${name}: stale-frame, never the old picture`, async () => {
    const { good, frozen, again, back } = await run(
      async () => {
        const call = await lab.startCall();
        const capture = lab.createCapture();
        await lab.ramped(call.track, 320);
        const good = await lab.outcome(capture.snapshot(call.stream));
        await call.sender.replaceTrack(null);
        await lab.sleep(500);
        const frozen = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 700 }));
        // Somebody who has never seen this track move.
        const fresh = lab.createCapture();
        const again = await lab.outcome(fresh.snapshot(call.stream, { timeoutMs: 700 }));
        await call.sender.replaceTrack(call.sending.track);
        const back = await lab.outcome(capture.snapshot(call.stream));
        fresh.dispose();
        capture.dispose();
        call.end();
        return { good, frozen, again, back };
      },
      { before },
    );
    assert.equal(good.code, undefined, `${good.message} ${good.cause}`);
    await assertScene(good.jpeg);
    assertFailed(frozen, 'stale-frame', 700);
    assertFailed(again, 'stale-frame', 700);
    await assertScene(back.jpeg);
  });

  test(`a hidden tab, ${name}: the picture of now, and stale-frame when there is none`, async () => {
    const { hidden, from, shot, frozen } = await run(
      async () => {
        const call = await lab.startCall();
        const capture = lab.createCapture();
        await lab.ramped(call.track, 320);
        await hideTab();
        while (!document.hidden) await lab.sleep(20);
        await lab.sleep(1000);
        const from = call.counter();
        const shot = await lab.outcome(capture.snapshot(call.stream));
        const hidden = document.hidden;
        await call.sender.replaceTrack(null);
        await lab.sleep(500);
        const frozen = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 1500 }));
        capture.dispose();
        call.end();
        return { hidden, from, shot, frozen };
      },
      {
        before,
        async prepare(page) {
          await page.exposeFunction('hideTab', async () => (await page.context().newPage()).bringToFront());
        },
      },
    );
    assert.equal(hidden, true);
    assert.equal(shot.code, undefined, shot.message);
    const { counter } = await assertScene(shot.jpeg);
    assert.ok(counter > from - 10, `frame ${counter}, painted from ${from}`);
    // A hidden tab's timers fire once a second.
    assertFailed(frozen, 'stale-frame', 2500);
  });
}

test('renegotiated inactive: the stream loses its track, the track goes stale', async () => {
  const { frozen, empty } = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await lab.ramped(call.track, 320);
    await capture.snapshot(call.stream);
    await call.setInactive();
    await lab.sleep(300);
    const frozen = await lab.outcome(capture.snapshot(call.track, { timeoutMs: 700 }));
    const empty = await lab.outcome(capture.snapshot(call.stream));
    capture.dispose();
    call.end();
    return { frozen, empty };
  });
  assertFailed(empty, 'no-source', 0);
  assertFailed(frozen, 'stale-frame', 700);
  assert.equal(frozen.details.muted, true);
});

test('a call that has ended, or ends during the wait: stream-ended at once', async () => {
  const { during, after } = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await capture.ready();
    await lab.ramped(call.track, 320);
    await call.sender.replaceTrack(null);
    await lab.sleep(300);
    setTimeout(call.hangUp, 300);
    const during = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 5000 }));
    const after = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 5000 }));
    capture.dispose();
    call.end();
    return { during, after };
  });
  assertFailed(during, 'stream-ended', 500);
  assertFailed(after, 'stream-ended', 0);
});

test('nothing to capture: no-source; nothing received yet: no-frame', async () => {
  const outcomes = await run(async () => {
    const capture = lab.createCapture();
    const call = await lab.startCall();
    await call.sender.replaceTrack(null); // before anything was sent
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
    const outcomes = {
      empty: await lab.outcome(capture.snapshot(new MediaStream())),
      element: await lab.outcome(capture.snapshot(document.createElement('video'))),
      silent: await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 500 })),
      unpainted: await lab.outcome(capture.snapshot(canvas.captureStream(), { timeoutMs: 500 })),
    };
    capture.dispose();
    call.end();
    return outcomes;
  });
  assertFailed(outcomes.empty, 'no-source', 0);
  assertFailed(outcomes.element, 'no-source', 0);
  assertFailed(outcomes.silent, 'no-frame', 500);
  assertFailed(outcomes.unpainted, 'no-frame', 500);
});

test('minWidth waits for the ramp; what never gets there is too-small', async () => {
  const { wide, small } = await run(async () => {
    const call = await lab.startCall({ width: 1280, height: 720 });
    const capture = lab.createCapture();
    const wide = await lab.outcome(capture.snapshot(call.stream, { minWidth: 640, minHeight: 360, timeoutMs: 20000 }));
    const small = await lab.outcome(capture.snapshot(call.stream, { minHeight: 1080, timeoutMs: 500 }));
    capture.dispose();
    call.end();
    return { wide, small };
  });
  assert.equal(wide.code, undefined, wide.message);
  assert.ok(wide.width >= 640 && wide.height >= 360);
  assertFailed(small, 'too-small', 500);
  assert.equal(small.details.minHeight, 1080);
  assert.ok(small.details.height >= 360 && small.details.height < 1080);
});

test('a sender that switches size between frames', async () => {
  const shots = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await lab.ramped(call.track, 320);
    // At random: at a beat of its own, an encoder that drops every other frame would show one shape only.
    const timer = setInterval(() => {
      const [w, h] = Math.random() < 0.5 ? [480, 640] : [640, 360];
      call.sending.resize(w, h);
    }, 70);
    const shots = [];
    const shapes = new Set();
    const end = performance.now() + 10000;
    while (shots.length < 15 || (shapes.size < 2 && performance.now() < end)) {
      const shot = await lab.outcome(capture.snapshot(call.stream));
      shots.push(shot);
      shapes.add(shot.width > shot.height);
    }
    clearInterval(timer);
    capture.dispose();
    call.end();
    return shots;
  });
  for (const shot of shots) {
    assert.equal(shot.code, undefined, shot.message);
    assert.deepEqual([shot.width, shot.height], [shot.frame.sourceWidth, shot.frame.sourceHeight]);
    await assertScene(shot.jpeg);
  }
  assert.ok(new Set(shots.map(({ width, height }) => width > height)).size === 2, 'both shapes were seen');
});

for (const [name, before] of Object.entries({
  'VideoFrame of an element': () => {
    delete window.MediaStreamTrackProcessor;
  },
  'canvas path': withoutVideoFrame,
})) {
  test(`a size that switches between a frame’s proof and its reading, ${name}: the picture that was proved, whole`, async () => {
    const shots = await run(
      async () => {
        const { MediaStreamTrackGenerator: Generator } = window;
        const track = new Generator({ kind: 'video' });
        const sender = new Worker('/pages/shrinking-sender.js', { type: 'module', name: 'ticker' });
        sender.postMessage({ frames: track.writable }, [track.writable]);
        const capture = lab.createCapture();
        // The source is asked once more between the two: the page then stands still while the sender switches.
        let looks = 0;
        let size;
        const source = {
          targets() {
            if (size && ++looks === 2) {
              sender.postMessage({ size });
              for (const start = performance.now(); performance.now() - start < 200; );
            }
            return [{ track, interactionId: 'a', participantId: null, kind: 'camera' }];
          },
          on: () => () => {},
          dispose() {},
        };
        await capture.snapshot(source, { timeoutMs: 10000 });
        const shots = [];
        for (size of [
          [320, 180],
          [640, 360],
        ]) {
          looks = 0;
          shots.push(await lab.outcome(capture.snapshot(source)));
        }
        sender.terminate();
        track.stop();
        capture.dispose();
        return shots;
      },
      { before },
    );
    assert.deepEqual(
      shots.map(({ width, height, message }) => [width, height, message]),
      [
        [640, 360, undefined],
        [320, 180, undefined],
      ],
    );
    for (const shot of shots) {
      assert.deepEqual([shot.frame.sourceWidth, shot.frame.sourceHeight], [shot.width, shot.height]);
      await assertScene(shot.jpeg);
    }
  });
}

test('verdicts in reject are thrown with their report, others are let pass', async () => {
  const { flat, undecoded, allowed } = await run(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
    const context = canvas.getContext('2d');
    const paint = (color) => {
      context.fillStyle = color;
      context.fillRect(0, 0, 64, 64);
    };
    const stream = canvas.captureStream();
    const capture = lab.createCapture();
    paint('#c04080');
    await lab.sleep(100);
    const flat = await lab.outcome(capture.snapshot(stream, { reject: ['uniform'], timeoutMs: 400 }));
    const allowed = await lab.outcome(capture.snapshot(stream, { timeoutMs: 400 }));
    paint('rgb(0, 135, 0)');
    await lab.sleep(100);
    const undecoded = await lab.outcome(capture.grab(stream, { timeoutMs: 400 }));
    capture.dispose();
    return { flat, undecoded, allowed };
  });
  assertFailed(flat, 'uniform-frame', 400);
  assert.equal(flat.details.report.verdict, 'uniform');
  assertFailed(undecoded, 'undecoded-frame', 400);
  assert.equal(undecoded.details.report.verdict, 'undecoded');
  assert.equal(allowed.code, undefined, allowed.message);
  assert.equal(allowed.report.verdict, 'uniform');
});

test('a page that may not play video: no-frame where an element is needed', async () => {
  const shot = await run(
    async () => {
      const call = await lab.startCall();
      await lab.ramped(call.track, 320);
      const capture = lab.createCapture();
      const shot = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 600 }));
      capture.dispose();
      call.end();
      return { ...shot, left: document.querySelectorAll('video').length };
    },
    {
      before: () => {
        delete window.VideoFrame;
        // No browser refuses to play muted video unless its user says so; this is what it then does.
        HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
      },
    },
  );
  assertFailed(shot, 'no-frame', 600);
  assert.equal(shot.details.paused, true);
  assert.equal(shot.left, 0);
});
