/** A source that was made ready: its newest frame is taken at once, where it is of now and certain whom it shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useLab } from './harness.js';
import { assertScene } from './scene.js';

const { run } = useLab();

/** How old a kept frame may be: LATEST_MS in js/frames/latest-frame.js. */
const LATEST_MS = 150;

/** Runs in the page ahead of all scripts: a track whose frames are sent by hand, and an adapter over it. */
function defineStudio() {
  window.createStudio = async () => {
    const { paintScene, readCounter } = await import('/pages/call.js');
    /** Which of the frames a picture shows. @param {{ jpeg: string }} shot */
    const counterOf = async ({ jpeg }) => {
      const bytes = Uint8Array.from(atob(jpeg), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      return readCounter(context.getImageData(0, 0, width, height));
    };
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    const writer = track.writable.getWriter();
    const listeners = new Set();
    const target = { track, interactionId: 'a', participantId: 'p', kind: 'camera' };
    return {
      track,
      /** One frame, and the time for it to get to whoever reads the track. */
      send,
      /**
       * Sends until the capture has ended, as many frames as that takes.
       * @param {number} counter @param {Promise<any>} taking @param {object} [picture]
       */
      async sendUntil(counter, taking, picture) {
        let over = false;
        const end = () => {
          over = true;
        };
        taking.then(end, end);
        for (let frames = 0; !over; frames++) {
          if (frames === 1000) throw new Error('A thousand frames were not enough');
          await send(counter, picture);
        }
        return taking;
      },
      /**
       * A frame that nothing newer follows, captured without a wait. On a busy machine it may be too old by the time it
       * is looked at, or come only after the capture has begun, which then takes the one before it, or waits for it: then
       * it is sent again.
       * @param {number} counter @param {(limits: object) => Promise<any>} capturing
       */
      async sendAndTake(counter, capturing) {
        let shot;
        for (let tries = 0, isKept = false; tries < 50 && !isKept; tries++) {
          await send(counter);
          shot = await lab.outcome(capturing({ timeoutMs: 300 }));
          // From before the click, that is, and not waited for.
          const isTaken = Boolean(shot.jpeg) && shot.frame.ageMs >= 10 && shot.frame.ageMs > shot.timings.wait + 1;
          isKept = isTaken && (await counterOf(shot)) === counter;
        }
        return shot;
      },
      source: {
        list: [target],
        targets() {
          return this.list;
        },
        on(_event, listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        dispose() {},
        change(changes) {
          this.list = [{ ...target, ...changes }];
          for (const listener of [...listeners]) listener();
        },
      },
      listening: () => listeners.size,
    };

    async function send(counter, { width = 320, height = 180, color } = {}) {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      if (color) {
        context.fillStyle = color;
        context.fillRect(0, 0, width, height);
      } else paintScene(context, width, height, counter);
      await writer.write(new VideoFrame(canvas, { timestamp: performance.now() * 1000 }));
      await lab.sleep(30);
    }
  };
}

/** @param {any} shot @param {number} counter */
async function assertShows(shot, counter) {
  assert.equal(shot.code, undefined, `${shot.code}: ${shot.message}`);
  assert.equal((await assertScene(shot.jpeg)).counter, counter);
}

test('the newest frame is taken without a wait, as long as it is of now', async () => {
  const { kept, twice, old, next } = await run(
    async () => {
      const { track, send, sendUntil, sendAndTake } = await createStudio();
      const stream = new MediaStream([track]);
      const capture = lab.createCapture();
      await capture.ready(stream);
      let kept, twice;
      for (let tries = 0; tries < 50 && !twice?.jpeg; tries++) {
        await send(1);
        kept = await sendAndTake(2, (limits) => capture.snapshot(stream, limits));
        if (!kept.jpeg) break;
        twice = await lab.outcome(capture.snapshot(stream, { timeoutMs: 300 }));
      }
      await lab.sleep(200);
      const old = await lab.outcome(capture.snapshot(stream, { timeoutMs: 300 }));
      const next = await sendUntil(3, lab.outcome(capture.snapshot(stream)));
      capture.dispose();
      track.stop();
      return { kept, twice, old, next };
    },
    { before: defineStudio },
  );
  await assertShows(kept, 2);
  for (const shot of [kept, twice]) {
    await assertShows(shot, 2);
    assert.equal(shot.frame.method, 'video-frame');
    // It came a little after it was sent; `send` then waits for 30 ms.
    assert.ok(shot.frame.ageMs >= 10 && shot.frame.ageMs <= LATEST_MS, `${shot.frame.ageMs} ms old`);
  }
  assert.equal(old.code, 'stale-frame');
  assert.ok(old.ms >= 295, 'a newer one was waited for');
  await assertShows(next, 3);
});

test('a frame from before a change, or of an interaction that has moved, does not count', async () => {
  const shots = await run(
    async () => {
      const { track, source, send, sendUntil, sendAndTake, listening } = await createStudio();
      const capture = lab.createCapture();
      await capture.ready(source);
      /** The picture sent after `change` shows another number. */
      const after = async (counter, change) => {
        await send(counter);
        await change();
        const taking = lab.outcome(capture.snapshot(source, { timeoutMs: 30000 }));
        await lab.sleep(50);
        return sendUntil(counter + 1, taking);
      };
      const kept = (counter) => sendAndTake(counter, (limits) => capture.snapshot(source, limits));
      const shots = {
        nothing: await kept(10),
        event: await after(20, () => source.change({})),
        silently: await after(30, () => {
          source.list = [{ ...source.list[0], interactionId: 'b' }];
        }),
        somebody: await after(40, () => {
          source.list = [{ ...source.list[0], participantId: 'q' }];
        }),
        notBefore: await after(50, () => {
          source.list = [{ ...source.list[0], notBefore: performance.now() }];
        }),
        settled: await kept(60),
      };
      const during = listening();
      capture.dispose();
      track.stop();
      return { ...shots, listening: [during, listening()] };
    },
    { before: defineStudio },
  );
  await assertShows(shots.nothing, 10);
  await assertShows(shots.event, 21);
  await assertShows(shots.silently, 31);
  assert.equal(shots.silently.interactionId, 'b');
  await assertShows(shots.somebody, 41);
  await assertShows(shots.notBefore, 51);
  await assertShows(shots.settled, 60);
  assert.deepEqual(shots.listening, [1, 0]);
});

test('a kept frame that is no good is not the end: the next one is tried', async () => {
  const { black, small, off } = await run(
    async () => {
      const { track, send, sendUntil } = await createStudio();
      const capture = lab.createCapture();
      await capture.ready(track);
      const then = async (first, options) => {
        await first();
        const taking = lab.outcome(capture.snapshot(track, { timeoutMs: 30000, ...options }));
        return sendUntil(7, taking, { width: 640, height: 360 });
      };
      const black = await then(() => send(0, { color: '#000' }));
      const small = await then(() => send(1), { minWidth: 640 });
      await send(8);
      track.enabled = false;
      const off = await lab.outcome(capture.snapshot(track, { timeoutMs: 200 }));
      capture.dispose();
      track.stop();
      return { black, small, off };
    },
    { before: defineStudio },
  );
  await assertShows(black, 7);
  await assertShows(small, 7);
  assert.equal(small.width, 640);
  assert.equal(off.code, 'camera-off');
});

test('over a call: the picture of now at any time, none once the sender has stopped, and the decoder never starves', async () => {
  const { shots, frozen, back, ended } = await run(async () => {
    const call = await lab.startCall();
    const capture = lab.createCapture();
    await lab.ramped(call.track, 320);
    await capture.ready(call.stream);
    const witness = await lab.createWitness(call);
    const shots = [];
    const taken = ({ frame, timings }) => frame.ageMs > timings.wait + 1;
    // Where the machine is so busy that the kept frame is too old, the next one is waited for.
    for (let i = 0; i < 8 || (i < 50 && shots.filter(taken).length < 2); i++) {
      // Nobody takes anything for a while: more frames than any decoder has in store.
      await lab.beats(call, i ? 4 : 60);
      const seen = witness.counter();
      const shot = await lab.outcome(capture.snapshot(call.stream));
      if (shot.code) return { shots: [shot] };
      shots.push({ ...shot, seen, to: call.counter() });
    }
    witness.end();
    await call.sender.replaceTrack(null);
    await lab.hasStopped(call);
    const frozen = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 500 }));
    await call.sender.replaceTrack(call.sending.track);
    const back = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 10000 }));
    call.hangUp();
    const ended = await lab.outcome(capture.snapshot(call.stream));
    capture.dispose();
    call.end();
    return { shots, frozen, back, ended };
  });
  for (const { seen, to, ...shot } of shots) {
    assert.equal(shot.code, undefined, shot.message);
    const { counter } = await assertScene(shot.jpeg);
    // A kept frame is the newest there is, or one of those that came within LATEST_MS.
    assert.ok(seen > 0 && counter >= seen - 5 && counter <= to, `frame ${counter}, ${seen} was seen`);
    assert.equal(typeof shot.frame.rtpTimestamp, 'number');
  }
  // Presented before the click: it has not been waited for.
  const taken = shots.filter(({ frame, timings }) => frame.ageMs > timings.wait + 1);
  assert.ok(taken.length >= 2, JSON.stringify(shots.map(({ frame, timings }) => [frame.ageMs, timings.wait])));
  for (const { frame } of taken) assert.ok(frame.ageMs <= LATEST_MS, `${frame.ageMs} ms old`);
  assert.equal(frozen.code, 'stale-frame');
  await assertScene(back.jpeg);
  assert.equal(ended.code, 'stream-ended');
});

test('a worker that crashes: the next capture waits, the one after does not', async () => {
  const { lost, kept } = await run(
    async () => {
      const { track, send, sendUntil, sendAndTake } = await createStudio();
      const capture = lab.createCapture({ workerUrl: '/pages/worker-that-crashes.js' });
      await capture.ready(track);
      await send(1);
      const string = new BroadcastChannel('crash');
      string.postMessage('pull');
      while (lab.crashes() === 0) await lab.sleep(20);
      string.close();
      const lost = await sendUntil(2, lab.outcome(capture.snapshot(track, { timeoutMs: 30000 })));
      const kept = await sendAndTake(3, (limits) => capture.snapshot(track, limits));
      capture.dispose();
      track.stop();
      return { lost, kept };
    },
    { before: defineStudio, expected: /pulled|crash/ },
  );
  await assertShows(lost, 2);
  await assertShows(kept, 3);
});

for (const [name, options] of Object.entries({ 'in the page': { worker: false }, 'in a worker': {} })) {
  test(`ready with a source that has nothing yet, or is none, ${name}`, async () => {
    const { shots, wrong, disposed } = await run(
      async (options) => {
        const stream = new MediaStream();
        const capture = lab.createCapture(options);
        const wrong = await lab.outcome(capture.ready('video'));
        await capture.ready(stream);
        const call = await lab.startCall();
        await lab.ramped(call.track, 320);
        stream.addTrack(call.track);
        await capture.ready(stream);
        const shots = [];
        const isTaken = ({ frame, timings }) => frame?.ageMs > timings?.wait + 1;
        while (shots.length < 2 || (shots.length < 50 && !shots.some(isTaken) && options.worker !== false)) {
          await lab.beats(call, 15);
          shots.push(await lab.outcome(capture.snapshot(stream)));
        }
        capture.dispose();
        const disposed = await lab.outcome(capture.ready(stream));
        call.end();
        return { shots, wrong, disposed };
      },
      { argument: options },
    );
    for (const { jpeg } of shots) await assertScene(jpeg);
    const isTaken = shots.some(({ frame, timings }) => frame.ageMs > timings.wait + 1);
    if (options.worker !== false) assert.ok(isTaken, 'a frame from before the click, without a wait');
    assert.equal(wrong.code, 'invalid-argument');
    assert.equal(disposed.code, 'disposed');
  });
}
