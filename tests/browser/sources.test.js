/** Sources other than a stream: files in elements, and adapters that know interactions and participants. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClip, recordClip } from './clip.js';
import { useLab } from './harness.js';
import { assertScene } from './scene.js';

/** A worker that hands the page a media source with the clip in it, again and again: half a minute. */
const MEDIA_SOURCE = `
const source = new MediaSource();
source.onsourceopen = async () => {
  const buffer = source.addSourceBuffer('video/webm; codecs="vp8"');
  buffer.mode = 'sequence';
  const clip = await (await fetch('/clip.webm')).arrayBuffer();
  for (let i = 0; i < 15; i++) {
    const appended = new Promise((resolve) => (buffer.onupdateend = resolve));
    buffer.appendBuffer(clip);
    await appended;
  }
};
postMessage(source.handle, [source.handle]);
`;

const { run, origin } = useLab({
  routes: {
    ...createClip().routes,
    '/media-source.js'(_request, response) {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(MEDIA_SOURCE);
    },
  },
});

test('a file in an element: captured while it plays, stale-frame when it is paused, tainted when it is foreign', async () => {
  await run(recordClip);
  const media = "media-src 'self' http://localhost:*; default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
  const outcomes = await run(
    async (foreign) => {
      const play = async (src) => {
        const video = Object.assign(document.createElement('video'), { src, muted: true, loop: true });
        document.body.append(video);
        await video.play();
        return video;
      };
      const capture = lab.createCapture();
      const own = await play('/clip.webm');
      const playing = await lab.outcome(capture.snapshot(own));
      own.pause();
      await lab.sleep(200);
      const paused = await lab.outcome(capture.snapshot(own, { timeoutMs: 500 }));
      const tainted = await lab.outcome(capture.snapshot(await play(foreign)));
      capture.dispose();
      return { playing, paused, tainted, left: document.querySelectorAll('video').length };
    },
    {
      path: `/?csp=${encodeURIComponent(media)}`,
      argument: () => `${origin().replace('127.0.0.1', 'localhost')}/clip.webm`,
    },
  );
  await assertScene(outcomes.playing.jpeg);
  assert.equal(outcomes.playing.sourceKind, 'element');
  assert.equal(outcomes.paused.code, 'stale-frame');
  assert.equal(outcomes.paused.details.paused, true);
  assert.equal(outcomes.tainted.code, 'tainted');
  assert.equal(outcomes.left, 2, 'the page’s own elements stay');
});

test('a media source in an element, which has no address', async () => {
  await run(recordClip);
  const { jpeg, ...snapshot } = await run(
    async () => {
      const worker = new Worker('/media-source.js');
      const srcObject = await new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      });
      const video = Object.assign(document.createElement('video'), { srcObject, muted: true });
      document.body.append(video);
      await video.play();
      const capture = lab.createCapture();
      const shot = await lab.outcome(capture.snapshot(video));
      capture.dispose();
      worker.terminate();
      return shot;
    },
    {
      path: `/?csp=${encodeURIComponent("media-src blob:; default-src 'self'; script-src 'self' 'wasm-unsafe-eval'")}`,
    },
  );
  assert.equal(snapshot.sourceKind, 'element', snapshot.message);
  await assertScene(jpeg);
});

/** Runs in the page: an adapter over plain targets, as the Genesys ones are over an SDK. */
function defineAdapter() {
  window.adapterOf = (targets) => {
    const listeners = new Set();
    return {
      list: targets,
      targets() {
        return this.list;
      },
      on(_event, listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      change(next) {
        this.list = next;
        for (const listener of [...listeners]) listener();
      },
      listening: () => listeners.size,
      dispose() {},
    };
  };
}

test('interactions: one, several, chosen, unknown', async () => {
  const outcomes = await run(
    async () => {
      const call = await lab.startCall();
      await lab.ramped(call.track, 320);
      const capture = lab.createCapture();
      const target = (interactionId, rest) => ({
        track: call.track,
        receiver: call.receiver,
        interactionId,
        participantId: `customer of ${interactionId}`,
        kind: 'camera',
        ...rest,
      });
      const one = adapterOf([target('a')]);
      const two = adapterOf([target('a', { track: call.track.clone() }), target('b')]);
      const contexts = [];
      const beforeCapture = (context) => void contexts.push(context);
      const outcomes = {
        one: await lab.outcome(capture.snapshot(one, { beforeCapture })),
        ambiguous: await lab.outcome(capture.snapshot(two)),
        chosen: await lab.outcome(capture.snapshot(two, { interactionId: 'b' })),
        unknown: await lab.outcome(capture.snapshot(two, { interactionId: 'c' })),
        named: await lab.outcome(capture.snapshot(call.stream, { interactionId: 'mine' })),
        off: await lab.outcome(capture.snapshot(adapterOf([target('a', { cameraOff: true })]))),
        none: await lab.outcome(capture.snapshot(adapterOf([]))),
        contexts,
        listening: one.listening() + two.listening(),
      };
      capture.dispose();
      call.end();
      return outcomes;
    },
    { before: defineAdapter },
  );
  await assertScene(outcomes.one.jpeg);
  assert.equal(outcomes.one.interactionId, 'a');
  assert.equal(outcomes.one.participantId, 'customer of a');
  assert.equal(outcomes.one.sourceKind, 'camera');
  assert.deepEqual(outcomes.contexts, [{ interactionId: 'a', participantId: 'customer of a', sourceKind: 'camera' }]);
  assert.equal(outcomes.ambiguous.code, 'interaction-ambiguous');
  assert.deepEqual(outcomes.ambiguous.details.interactionIds, ['a', 'b']);
  assert.equal(outcomes.chosen.interactionId, 'b');
  assert.equal(outcomes.unknown.code, 'no-source');
  assert.equal(outcomes.named.interactionId, 'mine');
  assert.equal(outcomes.off.code, 'camera-off');
  assert.equal(outcomes.none.code, 'no-source');
  assert.equal(outcomes.listening, 0);
});

test('what changes while the frame is on its way', async () => {
  const outcomes = await run(
    async () => {
      const call = await lab.startCall();
      const silent = await lab.startCall();
      await lab.ramped(call.track, 320);
      await lab.ramped(silent.track, 320);
      await silent.sender.replaceTrack(null);
      await lab.hasStopped(silent);
      const capture = lab.createCapture();
      await capture.ready();
      const target = (track, interactionId, rest) => ({
        track,
        interactionId,
        participantId: 'p',
        kind: 'camera',
        ...rest,
      });

      // The id moves on between the first reading and the frame, without any event.
      let readings = 0;
      const moving = adapterOf([]);
      moving.targets = () => [target(call.track, readings++ ? 'b' : 'a')];

      // Switches silently at two exact moments: once the capture has chosen, and when the frame is handed to the worker.
      const { postMessage } = Worker.prototype;
      const switching = async (afterClick, onTheWay) => {
        const source = adapterOf([target(call.track, 'a')]);
        Worker.prototype.postMessage = function (message, ...rest) {
          if (message.op === 'open') source.list = [target(call.track, onTheWay)];
          return postMessage.call(this, message, ...rest);
        };
        const taking = lab.outcome(capture.snapshot(source, { timeoutMs: 30000 }));
        source.list = [target(call.track, afterClick)];
        const outcome = await taking;
        Worker.prototype.postMessage = postMessage;
        return outcome;
      };

      const during = async (change, options = {}) => {
        const source = adapterOf([target(silent.track, 'a')]);
        setTimeout(() => source.change(change), 200);
        const outcome = await lab.outcome(capture.snapshot(source, { timeoutMs: 30000, ...options }));
        return { ...outcome, listening: source.listening() };
      };
      const outcomes = {
        neither: await switching('a', 'a'),
        thereAndBack: await switching('b', 'a'),
        onTheWay: await switching('a', 'b'),
        moved: await lab.outcome(capture.snapshot(moving)),
        changed: await during([target(silent.track, 'b')]),
        otherOnly: await during([target(call.track, 'b')]),
        cameraOff: await during([target(silent.track, 'a', { cameraOff: true })]),
        gone: await during([]),
        replaced: await during([target(call.track, 'a')]),
        consent: await lab.outcome(
          (() => {
            const source = adapterOf([target(call.track, 'a')]);
            return capture.snapshot(source, { beforeCapture: () => source.change([target(call.track, 'b')]) });
          })(),
        ),
      };
      capture.dispose();
      call.end();
      silent.end();
      return outcomes;
    },
    { before: defineAdapter },
  );
  await assertScene(outcomes.neither.jpeg);
  assert.equal(outcomes.thereAndBack.code, 'interaction-changed');
  assert.equal(outcomes.onTheWay.code, 'interaction-changed');
  assert.equal(outcomes.moved.code, 'interaction-changed');
  assert.deepEqual(outcomes.moved.details, { before: 'a', after: 'b' });
  assert.equal(outcomes.changed.code, 'interaction-changed');
  assert.equal(outcomes.otherOnly.code, 'interaction-changed');
  assert.equal(outcomes.cameraOff.code, 'camera-off');
  assert.equal(outcomes.gone.code, 'stream-ended');
  assert.equal(outcomes.consent.code, 'interaction-changed');
  await assertScene(outcomes.replaced.jpeg);
  for (const [name, { listening, ms }] of Object.entries(outcomes)) {
    assert.ok(!listening, `${name} still listens`);
    assert.ok(ms < 15000, `${name} took ${ms} ms of 30000`);
  }
});

test('a receiver’s decoder tells frozen from never started', async () => {
  const { frozen, never } = await run(
    async () => {
      const call = await lab.startCall({ silent: true });
      const capture = lab.createCapture();
      const source = adapterOf([
        { track: call.track, receiver: call.receiver, interactionId: 'a', participantId: null, kind: 'camera' },
      ]);
      await capture.ready();
      const never = await lab.outcome(capture.snapshot(source, { timeoutMs: 600 }));
      await call.speak();
      await lab.ramped(call.track, 320);
      await call.silence();
      await lab.hasStopped(call);
      const frozen = await lab.outcome(capture.snapshot(source, { timeoutMs: 600 }));
      capture.dispose();
      call.end();
      return { frozen, never };
    },
    { before: defineAdapter },
  );
  assert.equal(never.code, 'no-frame');
  assert.equal(frozen.code, 'stale-frame');
  assert.ok(frozen.details.framesDecoded > 0);
  assert.equal(frozen.details.framesDecodedInWait, 0);
});
