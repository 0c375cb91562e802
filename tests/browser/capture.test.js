/** A capture that succeeds, over a real call in Chromium: what comes out, and what it is made of. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { useLab } from './harness.js';
import { assertScene, readScene } from './scene.js';

const { run } = useLab();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** @param {any} snapshot @param {string} method */
async function assertSnapshot(snapshot, method) {
  assert.equal(snapshot.code, undefined, snapshot.message);
  assert.equal(snapshot.type, 'image/jpeg');
  assert.match(snapshot.id, UUID);
  const scene = await assertScene(snapshot.jpeg);
  assert.equal(snapshot.sha256, createHash('sha256').update(scene.file).digest('hex'));
  assert.deepEqual([snapshot.width, snapshot.height], [scene.width, scene.height]);
  assert.equal(new Date(snapshot.capturedAt).toISOString(), snapshot.capturedAt);
  assert.equal(snapshot.frame.method, method);
  assert.equal(snapshot.report.verdict, 'ok');
  assert.ok(snapshot.frame.ageMs >= 0 && snapshot.frame.ageMs <= 1000, `age ${snapshot.frame.ageMs}`);
  const { total, ...parts } = snapshot.timings;
  for (const [name, ms] of Object.entries(parts)) assert.ok(ms >= 0 && ms <= total, `${name}: ${ms} of ${total}`);
  return scene;
}

test('a snapshot is the picture of now, from a stream, a track and an element', async () => {
  const { shots, wallClock } = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await capture.ready();
    await lab.ramped(call.track, 320);
    const video = document.createElement('video');
    video.srcObject = call.stream; // never played, never in the page
    const witness = await lab.createWitness(call);
    const shots = [];
    for (const source of [call.stream, call.track, video, lab.fromMediaStream(call.stream)]) {
      await lab.beats(call, 10);
      const seen = witness.counter();
      const snapshot = await lab.outcome(capture.snapshot(source));
      shots.push({ snapshot, seen, to: call.counter() });
    }
    const wallClock = Date.now();
    witness.end();
    capture.dispose();
    call.end();
    return { shots, wallClock };
  });
  for (const { snapshot, seen, to } of shots) {
    const scene = await assertSnapshot(snapshot, 'video-frame');
    assert.ok(seen > 0 && scene.counter >= seen && scene.counter <= to, `frame ${scene.counter}, ${seen} was seen`);
    // By the same clock, not by one that began when the page did.
    assert.ok(Math.abs(new Date(snapshot.capturedAt).getTime() - wallClock) < 60000);
    assert.equal(typeof snapshot.frame.rtpTimestamp, 'number');
    assert.equal(snapshot.interactionId, null);
  }
  assert.deepEqual(
    shots.map(({ snapshot }) => snapshot.sourceKind),
    ['stream', 'track', 'element', 'stream'],
  );
});

test('a canvas that is painted once can be captured again and again', async () => {
  const shots = await run(async () => {
    const { paintScene } = await import('/pages/call.js');
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
    paintScene(canvas.getContext('2d'), 320, 180, 4242);
    const capture = lab.createCapture();
    const stream = canvas.captureStream();
    const shots = [await lab.outcome(capture.snapshot(stream)), await lab.outcome(capture.snapshot(stream))];
    capture.dispose();
    return shots;
  });
  for (const shot of shots) assert.equal((await assertSnapshot(shot, 'video-frame')).counter, 4242);
});

test('options of encode reach the engine; detect adds to redact', async () => {
  const { plain, redacted, seen } = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await lab.ramped(call.track, 320);
    const plain = await lab.outcome(capture.snapshot(call.stream, { maxWidth: 160, quality: 0.5 }));
    const seen = {};
    const redacted = await lab.outcome(
      capture.snapshot(call.stream, {
        redact: [{ x: 0, y: 0, width: 0.25, height: 0.25, unit: 'ratio', mode: 'fill', color: '#ff00ff' }],
        async detect(still) {
          const preview = await still.preview({ maxWidth: 64 });
          Object.assign(seen, { width: still.width, verdict: still.report.verdict, preview: preview.width });
          preview.close();
          return [{ x: 0.75, y: 0.75, width: 0.25, height: 0.25, unit: 'ratio', mode: 'fill' }];
        },
      }),
    );
    capture.dispose();
    call.end();
    return { plain, redacted, seen };
  });
  await assertSnapshot(plain, 'video-frame');
  assert.equal(plain.width, 160);
  assert.ok(plain.frame.sourceWidth >= 320);
  assert.equal(redacted.code, undefined, redacted.message);
  assert.deepEqual(
    redacted.redactions.map(({ mode }) => mode),
    ['fill', 'fill'],
  );
  assert.deepEqual(seen, { width: redacted.frame.sourceWidth, verdict: 'ok', preview: 64 });
  const { at } = await readScene(redacted.jpeg);
  const [r, g, b] = at(0.1, 0.1);
  assert.ok(r > 200 && g < 40 && b > 200, `the upper left corner is rgb(${[r, g, b]}), not magenta`);
  assert.ok(Math.max(...at(0.9, 0.9)) < 40, 'what was detected is black');
  assert.ok(at(0.75, 0.2)[1] > 130, 'the rest is as it was');
});

test('a still is shown, encoded twice, discarded', async () => {
  const { still, first, second, preview, tooLate, previewTooLate } = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await lab.ramped(call.track, 320);
    const held = await capture.grab(call.stream, { quality: 0.4 });
    const still = { width: held.width, height: held.height, report: held.report, interactionId: held.interactionId };
    call.end();
    const bitmap = await held.preview({ maxWidth: 100 });
    const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const preview = { width: bitmap.width, red: [...context.getImageData(25, 5, 1, 1).data] };
    const covered = await held.preview({
      maxWidth: 100,
      redact: [{ x: 0, y: 0, width: 0.5, height: 0.5, unit: 'ratio', mode: 'fill' }],
    });
    context.drawImage(covered, 0, 0);
    preview.covered = [...context.getImageData(25, 5, 1, 1).data];
    const outside = await lab.outcome(held.preview({ redact: [{ x: 9999, y: 0, width: 10, height: 10 }] }));
    const lookalike = await lab.outcome(held.preview({ regions: [] }));
    preview.refused = [outside.code, lookalike.code];
    const first = await lab.outcome(held.encode());
    const second = await lab.outcome(held.encode({ quality: 0.95, subsampling: '4:4:4' }));
    held.discard();
    held.discard();
    const tooLate = await lab.outcome(held.encode());
    const previewTooLate = await lab.outcome(held.preview());
    capture.dispose();
    return { still, first, second, preview, tooLate, previewTooLate };
  });
  const [a, b] = [await assertSnapshot(first, 'video-frame'), await assertSnapshot(second, 'video-frame')];
  assert.equal(a.counter, b.counter, 'both show the same frame');
  assert.ok(b.file.length > a.file.length, 'each with its own quality');
  assert.notEqual(first.id, second.id);
  assert.equal(first.capturedAt, second.capturedAt);
  assert.deepEqual([still.width, still.height], [first.width, first.height]);
  assert.equal(still.report.verdict, 'ok');
  assert.equal(preview.width, 100);
  assert.ok(preview.red[0] > 170 && preview.red[1] < 80, `the preview's upper left is rgb(${preview.red})`);
  assert.deepEqual(preview.covered, [0, 0, 0, 255], 'the core has covered it');
  assert.deepEqual(preview.refused, ['invalid-argument', 'invalid-argument']);
  assert.equal(tooLate.code, 'disposed');
  assert.equal(previewTooLate.code, 'disposed');
});

test('ten captures at once', async () => {
  const shots = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await lab.ramped(call.track, 320);
    const shots = await Promise.all(Array.from({ length: 10 }, () => lab.outcome(capture.snapshot(call.stream))));
    capture.dispose();
    call.end();
    return shots;
  });
  for (const shot of shots) await assertSnapshot(shot, 'video-frame');
  assert.equal(new Set(shots.map(({ id }) => id)).size, 10);
});

test('without VideoFrame the hidden video and the canvas do it', async () => {
  const { shots, videos, left } = await run(
    async () => {
      const call = await lab.startCall();
      const capture = lab.createCapture();
      await lab.ramped(call.track, 320);
      const shots = [];
      for (let i = 0; i < 3; i++) shots.push(await lab.told(capture, call.stream));
      const videos = document.querySelectorAll('video').length;
      capture.dispose();
      call.end();
      return { shots, videos, left: document.querySelectorAll('video, canvas').length };
    },
    {
      before: () => {
        delete window.VideoFrame;
      },
    },
  );
  for (const shot of shots) {
    await assertSnapshot(shot, 'canvas');
    assert.ok(shot.frame.presentedFrames > 0);
    assert.equal(typeof shot.frame.rtpTimestamp, 'number');
  }
  assert.equal(videos, 1, 'one hidden video for all captures of a track');
  assert.equal(left, 0);
});

test('without MediaStreamTrackProcessor a VideoFrame of the hidden video does it', async () => {
  const shot = await run(
    async () => {
      const call = await lab.startCall();
      const capture = lab.createCapture();
      await lab.ramped(call.track, 320);
      const shot = await lab.told(capture, call.stream);
      capture.dispose();
      call.end();
      return shot;
    },
    {
      before: () => {
        delete window.MediaStreamTrackProcessor;
      },
    },
  );
  await assertSnapshot(shot, 'video-frame');
  assert.ok(shot.frame.presentedFrames > 0);
});

test('without requestVideoFrameCallback the count of frames is the proof', async () => {
  const { shot, frozen } = await run(
    async () => {
      const call = await lab.startCall();
      const capture = lab.createCapture();
      await lab.ramped(call.track, 320);
      const shot = await lab.outcome(capture.snapshot(call.stream));
      await call.sender.replaceTrack(null);
      await lab.hasStopped(call);
      const frozen = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 700 }));
      capture.dispose();
      call.end();
      return { shot, frozen };
    },
    {
      before: () => {
        delete window.VideoFrame;
        delete HTMLVideoElement.prototype.requestVideoFrameCallback;
      },
    },
  );
  await assertSnapshot(shot, 'canvas');
  assert.equal(shot.frame.presentedFrames, undefined);
  assert.equal(frozen.code, 'stale-frame');
});

test('a frame that is stored turned comes out upright', async () => {
  const shot = await run(async () => {
    const { paintScene } = await import('/pages/call.js');
    const [width, height] = [180, 320];
    const upright = new OffscreenCanvas(width, height);
    paintScene(upright.getContext('2d'), width, height, 77);
    // As a phone held upright sends it: lying on its side, with the turn to make noted beside it.
    const lying = new OffscreenCanvas(height, width);
    const context = lying.getContext('2d');
    context.rotate(-Math.PI / 2);
    context.drawImage(upright, -width, 0);
    const generator = new MediaStreamTrackGenerator({ kind: 'video' });
    const writer = generator.writable.getWriter();
    const timer = setInterval(() => {
      writer.write(new VideoFrame(lying, { timestamp: performance.now() * 1000, rotation: 90 })).catch(() => {});
    }, 33);
    const capture = lab.createCapture();
    const shot = await lab.outcome(capture.snapshot(generator));
    clearInterval(timer);
    generator.stop();
    capture.dispose();
    return shot;
  });
  const scene = await assertSnapshot(shot, 'video-frame');
  assert.deepEqual([scene.width, scene.height, scene.counter], [180, 320, 77]);
});

test('the page’s thread has next to nothing to do with it, and never for long', async () => {
  const { rounds, isGood } = await run(async () => {
    const { paintScene } = await import('/pages/call.js');
    const canvas = Object.assign(document.createElement('canvas'), { width: 1920, height: 1080 });
    paintScene(canvas.getContext('2d'), 1920, 1080, 1);
    const stream = canvas.captureStream();
    const capture = lab.createCapture();
    await capture.snapshot(stream);
    /** How many long tasks there are while something is done. */
    const longTasksDuring = async (work) => {
      let longTasks = 0;
      const observer = new PerformanceObserver((list) => {
        longTasks += list.getEntries().length;
      });
      observer.observe({ type: 'longtask' });
      await work();
      await lab.sleep(200); // The observer is told at leisure.
      observer.disconnect();
      return longTasks;
    };
    const rounds = [];
    const isGood = ({ share, longTasks, control }) => share <= 0.2 && longTasks <= control;
    // Whatever else the machine does can only make it slower: one good round is the truth.
    for (let round = 0; round < 6 && !rounds.some(isGood); round++) {
      const shares = [];
      let ms = 0;
      const longTasks = await longTasksDuring(async () => {
        for (let i = 0; i < 15; i++) {
          const { timings } = await capture.snapshot(stream);
          shares.push(timings.mainThread / timings.engine);
          ms += timings.total + 20;
          await lab.sleep(20);
        }
      });
      const control = await longTasksDuring(() => lab.sleep(ms));
      rounds.push({ share: shares.sort((a, b) => a - b)[7], longTasks, control });
    }
    capture.dispose();
    return { rounds, isGood: rounds.some(isGood) };
  });
  const table = JSON.stringify(rounds);
  console.log(`main thread ÷ engine at 1080p, medians, and long tasks, beside those of a page that rests: ${table}`);
  assert.ok(isGood, table);
});
