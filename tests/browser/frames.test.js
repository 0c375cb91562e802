/** Every way a source can go wrong, over a real call in Chromium: the reason, in time, and never the old picture. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertInTime } from './deadline.js';
import { useLab } from './harness.js';
import { assertScene } from './scene.js';

const { run } = useLab();

/** Of captures that are to see frames until their deadline: longer than a busy machine stands still. */
const WATCHING_MS = 6000;

/** @param {any} outcome @param {string} code @param {number} dueMs After the call. */
function assertFailed(outcome, code, dueMs) {
  assert.equal(outcome.code, code, JSON.stringify(outcome).slice(0, 300));
  assert.equal(outcome.name, 'CaptureError');
  assertInTime(outcome, dueMs);
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
    const witness = await lab.createWitness(call);
    call.cameraOff();
    await lab.until(call, () => witness.shows([0, 0, 0]));
    const off = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 6000 }));
    witness.end();
    capture.dispose();
    call.end();
    return off;
  });
  assertFailed(off, 'black-frame', WATCHING_MS);
  assert.ok(off.ms >= WATCHING_MS - 10, 'later frames were tried until the deadline');
  assert.equal(off.details.report.verdict, 'black');
});

test('black at first, light again before the deadline: a picture', async () => {
  const shot = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await capture.ready();
    await lab.ramped(call.track, 320);
    const witness = await lab.createWitness(call);
    call.cameraOff();
    await lab.until(call, () => witness.shows([0, 0, 0]));
    const taking = lab.outcome(capture.snapshot(call.stream, { timeoutMs: 30000 }));
    await lab.beats(call, 20);
    const litMs = performance.now();
    call.sending.track.enabled = true;
    const shot = await taking;
    const waitedMs = performance.now() - litMs;
    witness.end();
    capture.dispose();
    call.end();
    return { ...shot, waitedMs };
  });
  assert.equal(shot.code, undefined, shot.message);
  assert.ok(shot.ms > shot.waitedMs, 'the black ones before it were not the end');
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
        await lab.hasStopped(call);
        const frozen = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 700 }));
        // Somebody who has never seen this track move.
        const fresh = lab.createCapture();
        await fresh.ready();
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
    const { hidden, seen, shot, frozen } = await run(
      async () => {
        const call = await lab.startCall();
        const capture = lab.createCapture();
        await lab.ramped(call.track, 320);
        const witness = await lab.createWitness(call);
        await hideTab();
        while (!document.hidden) await lab.sleep(20);
        await lab.beats(call, 30);
        const seen = witness.counter();
        const shot = await lab.outcome(capture.snapshot(call.stream));
        const hidden = document.hidden;
        witness.end();
        await call.sender.replaceTrack(null);
        await lab.hasStopped(call);
        const frozen = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 1500 }));
        capture.dispose();
        call.end();
        return { hidden, seen, shot, frozen };
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
    assert.ok(seen > 0 && counter >= seen, `frame ${counter}, ${seen} was seen`);
    assertFailed(frozen, 'stale-frame', 1500);
  });
}

test('a visible page whose frame callbacks keep silent, as those of a frame out of sight: the picture of now', async () => {
  const { seen, shot, frozen } = await run(
    async () => {
      const call = await lab.startCall();
      const capture = lab.createCapture();
      await lab.ramped(call.track, 320);
      const seen = call.counter();
      const shot = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 20000 }));
      await call.sender.replaceTrack(null);
      await lab.hasStopped(call);
      const frozen = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 700 }));
      capture.dispose();
      call.end();
      return { seen, shot, frozen };
    },
    {
      before: () => {
        delete window.MediaStreamTrackProcessor;
        HTMLVideoElement.prototype.requestVideoFrameCallback = () => 1;
        HTMLVideoElement.prototype.cancelVideoFrameCallback = () => {};
      },
    },
  );
  assert.equal(shot.code, undefined, shot.message);
  const { counter } = await assertScene(shot.jpeg);
  assert.ok(counter > seen - 30, `frame ${counter}, painted from ${seen}`);
  assert.equal(shot.frame.presentedFrames, undefined);
  assertFailed(frozen, 'stale-frame', 700);
});

test('renegotiated inactive: the stream loses its track, the track goes stale', async () => {
  const { frozen, empty } = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await lab.ramped(call.track, 320);
    await capture.snapshot(call.stream);
    await call.setInactive();
    await lab.hasStopped(call);
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
    await lab.hasStopped(call);
    setTimeout(call.hangUp, 300);
    const during = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 15000 }));
    const after = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 15000 }));
    capture.dispose();
    call.end();
    return { during, after };
  });
  assertFailed(during, 'stream-ended', 300);
  assertFailed(after, 'stream-ended', 0);
});

test('nothing to capture: no-source; nothing received yet: no-frame', async () => {
  const outcomes = await run(async () => {
    const capture = lab.createCapture();
    await capture.ready();
    const call = await lab.startCall({ silent: true });
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
    const witness = await lab.createWitness(call);
    const heights = new Set([witness.video.videoHeight]);
    witness.video.onresize = () => heights.add(witness.video.videoHeight);
    const wide = await lab.outcome(capture.snapshot(call.stream, { minWidth: 640, minHeight: 360, timeoutMs: 60000 }));
    const small = await lab.outcome(capture.snapshot(call.stream, { minHeight: 1080, timeoutMs: 6000 }));
    // A busy machine's sender goes back to smaller pictures: whichever it was, it is named, and was to be seen.
    await lab.until(call, () => heights.has(small.details.height), 'the height that is named was seen');
    witness.end();
    capture.dispose();
    call.end();
    return { wide, small };
  });
  assert.equal(wide.code, undefined, wide.message);
  assert.ok(wide.width >= 640 && wide.height >= 360);
  assertFailed(small, 'too-small', WATCHING_MS);
  assert.equal(small.details.minHeight, 1080);
  assert.ok(small.details.height < 1080);
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
    while (shots.length < 15 || (shapes.size < 2 && shots.length < 150)) {
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
    const { shots, proved } = await run(
      async () => {
        const { MediaStreamTrackGenerator: Generator } = window;
        const track = new Generator({ kind: 'video' });
        const sender = new Worker('/pages/shrinking-sender.js', { type: 'module', name: 'ticker' });
        sender.postMessage({ frames: track.writable }, [track.writable]);
        const capture = lab.createCapture();
        // The source is asked once more between the two: the page then stands still while the sender switches.
        let looks = 0;
        let size;
        let hasSwitched = false;
        const source = {
          targets() {
            if (size && ++looks === 2) {
              hasSwitched = true;
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
        let shown = 640;
        // On a busy machine the source may be asked before there is a frame, too: the switch comes too early then, and the
        // picture is one of after it, whole as well. So until either size was the one that was proved.
        const proved = new Set();
        for (let tries = 0; proved.size < 2 && tries < 40; tries++) {
          size = shown === 640 ? [320, 180] : [640, 360];
          looks = 0;
          hasSwitched = false;
          const shot = await lab.outcome(capture.snapshot(source));
          shots.push(shot);
          if (!hasSwitched) continue;
          if (shot.width === shown) proved.add(shown);
          [shown] = size;
        }
        sender.terminate();
        track.stop();
        capture.dispose();
        return { shots, proved: [...proved].sort() };
      },
      { before },
    );
    assert.deepEqual(proved, [320, 640]);
    for (const shot of shots) {
      assert.equal(shot.message, undefined);
      assert.deepEqual([shot.frame.sourceWidth, shot.frame.sourceHeight], [shot.width, shot.height]);
      await assertScene(shot.jpeg);
    }
  });
}

test('verdicts in reject are thrown with their report, others are let pass', async () => {
  const { flat, undecoded, allowed } = await run(async () => {
    const capture = lab.createCapture();
    await capture.ready();
    /** Of a canvas that is painted again and again, as long as the capture takes. */
    const take = async (color, capturing) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
      const context = canvas.getContext('2d');
      const paint = () => {
        context.fillStyle = color;
        context.fillRect(0, 0, 64, 64);
      };
      paint();
      const timer = setInterval(paint, 33);
      const outcome = await lab.outcome(capturing(canvas.captureStream()));
      clearInterval(timer);
      return outcome;
    };
    const rejecting = { reject: ['uniform'], timeoutMs: 6000 };
    const flat = await take('#c04080', (stream) => capture.snapshot(stream, rejecting));
    const allowed = await take('#c04080', (stream) => capture.snapshot(stream));
    const undecoded = await take('rgb(0, 135, 0)', (stream) => capture.grab(stream, { timeoutMs: 6000 }));
    capture.dispose();
    return { flat, undecoded, allowed };
  });
  assertFailed(flat, 'uniform-frame', WATCHING_MS);
  assert.equal(flat.details.report.verdict, 'uniform');
  assertFailed(undecoded, 'undecoded-frame', WATCHING_MS);
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
      await capture.ready();
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
