/**
 * The loop from a source to a snapshot, in thousands of random orders of what can happen to a call, against a model that
 * knows what every frame really shows. No browser, and no time passes: the clock is a fake one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble } from '../../js/capture.js';
import { REDACT_MODES } from '../../js/engine/border.js';
import { CaptureError } from '../../js/errors.js';
import { createPreparedSources } from '../../js/prepared.js';
import { createFakeReader, createFakeServer, createFrameLedger, createFrameStream, createTrack } from './fake-call.js';
import { createFakeClock } from './fake-clock.js';
import { forEachSeed } from './random.js';

/** @import { Truth } from './fake-call.js' */

const INTERACTIONS = ['a', 'b'];
const PEOPLE = ['p', 'q', 'r'];

/** @param {{ clockOffset?: number, latency?: () => number, loadMs?: number, loadError?: Error, canWatch?: boolean }} [options] */
function createWorld({ clockOffset = 0, latency = () => 5, loadMs = 0, loadError, canWatch = true } = {}) {
  const clock = createFakeClock();
  const ledger = createFrameLedger();
  const reader = createFakeReader(ledger);
  const server = createFakeServer({ clock, clockOffset, latency });
  /** @type {Map<any, (ReturnType<typeof createFrameStream> & { openedAt: number })[]>} */
  const streams = new Map();
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {any[]} */
  let lag = { until: 0, participantId: '' };
  /** @type {any[]} */
  let targets = [{ track: createTrack(), interactionId: 'a', participantId: 'p', kind: 'camera' }];
  let number = 0;

  let loaded;
  const loading = () =>
    new Promise((resolve, reject) => {
      clock.setTimeout(() => {
        if (loadError) return reject(loadError);
        loaded = server;
        resolve(server);
      }, loadMs);
    });
  let finding;
  /** How long the engine was waited for, each time. @type {(number | undefined)[]} */
  const waits = [];
  const host = {
    loaded: () => loaded,
    server(ms) {
      waits.push(ms);
      if (loaded) return Promise.resolve(loaded);
      finding = finding || loading();
      return finding;
    },
    dispose: () => server.close(),
  };

  const prepared = createPreparedSources({
    clock,
    warm: reader.warm,
    open(track) {
      if (!canWatch) return undefined;
      const made = { ...createFrameStream(), openedAt: clock.now() };
      streams.set(track, [...(streams.get(track) || []), made]);
      return made.stream;
    },
  });
  const source = {
    targets: () => targets,
    on(_event, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {},
  };

  return {
    clock,
    ledger,
    reader,
    server,
    source,
    listeners,
    waits,
    capture: assemble({ clock, reader: /** @type {any} */ (reader), prepared, host: /** @type {any} */ (host) }),
    /** A server that is loaded already. */
    load() {
      loaded = server;
    },
    /** Whether the source tells of all its changes. */
    isTelling: true,
    manners(dice) {
      return { tells: this.isTelling || dice.pick([true, false]) };
    },
    target: () => targets[0],
    /** @param {object} changes @param {{ tells?: boolean }} [how] */
    change(changes, { tells = true } = {}) {
      targets = [{ ...targets[0], ...changes }];
      if (tells) for (const listener of Array.from(listeners)) listener();
    },
    /** For so long, frames go on showing who is there now. @param {number} ms */
    lag(ms) {
      const participantId = clock.now() < lag.until ? lag.participantId : targets[0].participantId;
      lag = { until: clock.now() + ms, participantId };
    },
    /** @param {any[]} list */
    become(list) {
      targets = list;
      for (const listener of Array.from(listeners)) listener();
    },
    /**
     * A frame of what the source shows now; it comes after `delay` ms.
     * @param {Partial<Truth>} [truth]
     * @param {number} [delay]
     */
    send(truth = {}, delay = 0) {
      const { track, interactionId } = targets[0];
      const presentedAt = clock.now();
      const participantId = presentedAt < lag.until ? lag.participantId : targets[0].participantId;
      /** @type {Truth} */
      const whole = {
        participantId,
        interactionId,
        verdict: 'ok',
        width: 640,
        height: 360,
        presentedAt,
        number: ++number,
        ...truth,
      };
      reader.hasPicture();
      clock.setTimeout(() => {
        reader.deliver(track, whole);
        // Late is the thread that reads: a processor has nothing of before it was made.
        const fed = (streams.get(track) || []).filter(({ openedAt }) => openedAt <= presentedAt);
        for (const { push } of fed) push(ledger.create(whole));
      }, delay);
      return whole;
    },
  };
}

/** How a promise ended, once it has. @param {Promise<any>} promise */
function watch(promise) {
  /** @type {{ value?: any, error?: any, isOver: boolean }} */
  const outcome = { isOver: false };
  promise.then(
    (value) => Object.assign(outcome, { value, isOver: true }),
    (error) => Object.assign(outcome, { error, isOver: true }),
  );
  return outcome;
}

test('the frame after the call, and not the one before', async () => {
  const world = createWorld();
  world.load();
  world.send();
  await world.clock.advance(10);
  const shot = watch(world.capture.snapshot(world.source));
  await world.clock.advance(20);
  assert.equal(shot.isOver, false);
  // The browser begins with the frame that it has kept: it was there before the call.
  world.reader.deliver(world.target().track, { ...world.send({}, 1e9), presentedAt: world.clock.now() - 149 });
  await world.clock.advance(100);
  assert.equal(shot.isOver, false);
  const next = world.send({}, 7);
  await world.clock.advance(100);
  assert.equal(shot.value.truth.number, next.number);
  assert.equal(shot.value.frame.ageMs, 7);
  assert.equal(shot.value.capturedAt, new Date(Date.UTC(2026, 0, 1) + next.presentedAt).toISOString());
});

test('a cold capture shows the moment of the call, however long the engine loads', async () => {
  const world = createWorld({ loadMs: 14000 });
  const shot = watch(world.capture.snapshot(world.source, { timeoutMs: 500 }));
  const frames = [];
  for (let i = 0; i < 1000; i++) {
    frames.push(world.send());
    await world.clock.advance(15);
  }
  assert.equal(shot.value?.truth.number, frames[0].number, String(shot.error));
  assert.ok(shot.value.timings.wait < 100, `${shot.value.timings.wait} ms: loading is no wait for a frame`);
  assert.ok(shot.value.timings.total >= 14000);
});

test('a cold capture whose first frame is black tries on, in the time it had left', async () => {
  const world = createWorld({ loadMs: 5000 });
  const shot = watch(world.capture.snapshot(world.source, { timeoutMs: 500 }));
  await world.clock.advance(100);
  world.send({ verdict: 'black' });
  await world.clock.advance(5000);
  assert.equal(shot.isOver, false);
  const good = world.send();
  await world.clock.advance(100);
  assert.equal(shot.value?.truth.number, good.number, String(shot.error));

  const black = createWorld({ loadMs: 5000 });
  const dark = watch(black.capture.snapshot(black.source, { timeoutMs: 500 }));
  for (let ms = 0; ms < 7000 && !dark.isOver; ms += 20) {
    black.send({ verdict: 'black' });
    await black.clock.advance(20);
  }
  assert.equal(dark.error.code, 'black-frame');
  assert.equal(dark.error.details.report.verdict, 'black');
});

test('loading has a bound of its own, and is no reason where no frame came', async () => {
  const slow = createWorld({ loadMs: 60000 });
  const late = watch(slow.capture.snapshot(slow.source, { loadTimeoutMs: 2000 }));
  slow.send();
  await slow.clock.advance(1999);
  assert.equal(late.isOver, false);
  assert.deepEqual(slow.waits, [2000], 'and the engine is not given up before');
  await slow.clock.advance(1);
  assert.equal(late.error.code, 'engine-load');
  assert.equal(slow.ledger.open(), 0, 'the frame that was held is let go');

  const silent = createWorld({ loadMs: 60000 });
  const never = watch(silent.capture.snapshot(silent.source, { timeoutMs: 700 }));
  await silent.clock.advance(700);
  assert.equal(never.error.code, 'no-frame');

  const missing = createWorld({ loadMs: 50, loadError: new CaptureError('engine-load', '404') });
  const failed = watch(missing.capture.snapshot(missing.source));
  await missing.clock.advance(50);
  assert.equal(failed.error.message, '404', 'at once: no frame need come any more');
});

test('a source that was made ready: its latest frame, unless somebody else may be on it', async () => {
  // The worker's clock is an hour behind the page's, as after a sleep between the start of the two.
  const world = createWorld({ clockOffset: -3600000 });
  world.load();
  await world.capture.ready(world.source);
  await world.clock.advance(1);
  const take = async (ms = 20) => {
    const shots = [watch(world.capture.snapshot(world.source)), watch(world.capture.snapshot(world.source))];
    await world.clock.advance(ms);
    return shots;
  };
  /** Both captures get it, and not the one before. @param {any[]} shots @param {Truth} truth */
  const bothShow = async (shots, truth) => {
    await world.clock.advance(100);
    for (const { value, error } of shots) assert.equal(value?.truth.number, truth.number, String(error));
  };

  let kept = world.send();
  await world.clock.advance(50);
  const shots = await take();
  await bothShow(shots, kept);
  for (const { value } of shots)
    assert.ok(value.timings.wait >= 0 && value.timings.wait < 100, `${value.timings.wait}`);
  assert.deepEqual(shots.map(({ value }) => value.frame.ageMs).sort(), [50, 55], 'one after the other');

  // Without an event: nobody knows when. The first capture to notice must not tell the second that all is well.
  world.send();
  await world.clock.advance(30);
  world.change({ participantId: 'q' }, { tells: false });
  let pending = await take();
  await bothShow(pending, world.send());
  for (const { value } of pending) assert.deepEqual([value.truth.participantId, value.participantId], ['q', 'q']);

  // With one, a while before the call.
  world.send();
  await world.clock.advance(30);
  world.change({ interactionId: 'b' });
  await world.clock.advance(20);
  pending = await take();
  assert.equal(pending[0].isOver, false);
  kept = world.send();
  await bothShow(pending, kept);

  // Somebody else is announced, whose first frames come a while later.
  world.change({ participantId: 'p', notBefore: world.clock.now() + 200 });
  await world.clock.advance(50);
  world.send({ participantId: 'q' });
  await world.clock.advance(20);
  pending = await take();
  assert.deepEqual([pending[0].isOver, pending[1].isOver], [false, false]);
  await world.clock.advance(150);
  await bothShow(pending, world.send());

  world.capture.dispose();
  await world.clock.advance(5000);
  assert.deepEqual([world.ledger.open(), world.clock.timers(), world.listeners.size], [0, 0, 0]);
});

test('a source that was made ready: no frame of an interaction that it has forgotten without an event, whatever the caller names', async () => {
  const world = createWorld();
  world.load();
  world.change({ participantId: null });
  await world.capture.ready(world.source);
  await world.clock.advance(1);
  world.send();
  await world.clock.advance(20);
  world.change({ interactionId: null }, { tells: false });
  const shot = watch(world.capture.snapshot(world.source, { interactionId: 'b' }));
  await world.clock.advance(20);
  assert.equal(shot.isOver, false, 'of a');
  const { number } = world.send();
  await world.clock.advance(100);
  assert.equal(shot.value?.truth.number, number, String(shot.error));
  // One that goes on knowing none is the same, named or not.
  world.send();
  await world.clock.advance(20);
  for (const interactionId of ['b', undefined, 'c']) {
    const kept = watch(world.capture.snapshot(world.source, { interactionId }));
    await world.clock.advance(20);
    assert.ok(kept.value, String(kept.error));
  }
});

test('a source that was made ready: no frame from before beforeCapture has answered', async () => {
  for (const select of /** @type {const} */ (['first', 'sharpest'])) {
    for (const asksMs of [0, 100]) {
      const world = createWorld();
      world.load();
      await world.capture.ready(world.source);
      await world.clock.advance(1);
      world.send({ sharpness: 99 });
      await world.clock.advance(5);
      let answeredAt = 0;
      const shot = watch(
        world.capture.snapshot(world.source, {
          select,
          async beforeCapture() {
            if (asksMs > 0) await new Promise((resolve) => world.clock.setTimeout(() => resolve(undefined), asksMs));
            answeredAt = world.clock.now();
          },
        }),
      );
      await world.clock.advance(asksMs + 10);
      for (let i = 0; i < 20; i++) {
        world.send();
        await world.clock.advance(20);
      }
      await world.clock.advance(300);
      assert.ok(
        shot.value?.truth.presentedAt >= answeredAt,
        `${select}: ${shot.value?.truth.presentedAt} ${shot.error}`,
      );
      world.capture.dispose();
      await world.clock.advance(5000);
      assert.equal(world.ledger.open(), 0);
    }
  }
});

test('a capture ends as soon as its target is gone, told or not', async () => {
  const ends = {
    'interaction-changed': (world) => world.change({ interactionId: 'b' }, { tells: false }),
    'camera-off': (world) => world.change({ cameraOff: true }, { tells: false }),
    'stream-ended': (world) => Object.assign(world.target().track, { readyState: 'ended' }),
  };
  for (const [code, end] of Object.entries(ends)) {
    const world = createWorld();
    world.load();
    const shot = watch(world.capture.snapshot(world.source, { timeoutMs: 60000 }));
    await world.clock.advance(1000);
    end(world);
    await world.clock.advance(200);
    assert.equal(shot.error?.code, code);
  }
});

test('an element that has gone on to a smaller frame before its pixels were read', async () => {
  const world = createWorld();
  world.load();
  const shot = watch(world.capture.snapshot(world.source, { minWidth: 640, timeoutMs: 500 }));
  await world.clock.advance(1);
  world.send({ takenWidth: 320 });
  await world.clock.advance(600);
  assert.deepEqual([shot.error?.code, shot.error?.details.width], ['too-small', 320]);
  assert.equal(world.ledger.open(), 0);
});

test('a picture that shows a task later to be a part of one of another size: the next one is taken', async () => {
  const world = createWorld();
  world.load();
  const shot = watch(world.capture.snapshot(world.source));
  await world.clock.advance(1);
  world.send({ isWhole: Promise.resolve(false) });
  await world.clock.advance(50);
  assert.equal(shot.isOver, false);
  assert.equal(world.ledger.open(), 0, 'what was read is released');
  const { number } = world.send({ isWhole: Promise.resolve(true) });
  await world.clock.advance(50);
  assert.equal(shot.value?.frame.rtpTimestamp, number, String(shot.error));
  assert.equal(world.ledger.open(), 0);
});

test('a capture that is aborted while it waits to hear whether its picture is whole releases it', async () => {
  const world = createWorld();
  world.load();
  const controller = new AbortController();
  const shot = watch(world.capture.snapshot(world.source, { signal: controller.signal }));
  await world.clock.advance(1);
  world.send({ isWhole: new Promise(() => {}) });
  await world.clock.advance(50);
  assert.equal(world.ledger.open(), 1);
  controller.abort();
  await world.clock.advance(50);
  assert.equal(shot.isOver, true);
  assert.equal(world.ledger.open(), 0);
});

test('while a hook looks at the still, nobody waits for frames any more', async () => {
  const world = createWorld();
  world.load();
  const shot = watch(world.capture.snapshot(world.source, { detect: () => new Promise(() => {}) }));
  await world.clock.advance(1);
  world.send();
  await world.clock.advance(100);
  assert.deepEqual([world.clock.timers(), world.listeners.size, shot.isOver], [0, 0, false]);
  world.capture.dispose();
  await world.clock.settle();
  assert.equal(shot.error?.code, 'disposed');
});

test('a frame from before it was known whom the track shows does not count, however late it comes', async () => {
  const world = createWorld();
  world.load();
  world.change({ participantId: null });
  const shot = watch(world.capture.snapshot(world.source));
  await world.clock.advance(10);
  const late = world.send({ participantId: 'p' }, 1e9);
  await world.clock.advance(5);
  world.change({ participantId: 'q' }, { tells: false });
  // What was asked for before comes to nothing, and makes the change known.
  world.send();
  await world.clock.advance(50);
  assert.ok(world.reader.isWaiting(world.target().track), 'the next one is asked for');
  world.reader.deliver(world.target().track, late);
  await world.clock.advance(50);
  assert.equal(shot.isOver, false, 'it shows p');
  const good = world.send();
  await world.clock.advance(50);
  assert.equal(shot.value?.truth.number, good.number, String(shot.error));
});

test('one capture never goes from one person over “unknown” to another, told or not', async () => {
  const p = { participantId: 'p', userId: 'up' };
  const nobody = { participantId: null, userId: null };
  const q = { participantId: 'q', userId: 'uq' };
  const stories = [
    [p, { ...nobody, userId: 'uq' }, q],
    [p, nobody, q],
    [nobody, { ...q, userId: null }, { participantId: 'r', userId: null }],
    [{ ...nobody, userId: 'up' }, nobody, q],
  ];
  for (const [first, ...others] of stories) {
    for (const when of ['while consent is asked for', 'while frames are waited for', 'while a frame is looked at']) {
      for (const tells of [true, false]) {
        const world = createWorld();
        world.load();
        world.change(first);
        const shot = watch(
          world.capture.snapshot(world.source, {
            beforeCapture: async () => {
              if (when.includes('consent')) world.change(others[0], { tells });
            },
          }),
        );
        await world.clock.advance(20);
        if (when.includes('looked at')) world.send();
        await world.clock.advance(1);
        world.change(others[0], { tells });
        await world.clock.advance(200);
        world.change(others[1], { tells });
        for (let i = 0; i < 10; i++) {
          await world.clock.advance(40);
          world.send();
        }
        await world.clock.advance(100);
        const { value, error } = shot;
        assert.equal(error?.code, 'stream-ended', `${when}, ${tells}: ${JSON.stringify([first, others, value])}`);
      }
    }
  }
});

test('made ready with nothing yet, with several, and beside dead ones', async () => {
  const world = createWorld();
  world.load();
  const { track } = world.target();
  world.become([]);
  await world.capture.ready(world.source);
  // Other sources come and go meanwhile: this one is not forgotten for having no track just now.
  for (let i = 0; i < 7; i++) await world.capture.ready({ targets: () => [], on: () => () => {}, dispose() {} });
  world.become([{ track, interactionId: 'a', participantId: 'p', kind: 'camera' }]);
  await world.clock.advance(1);
  const kept = world.send();
  await world.clock.advance(10);
  const shot = watch(world.capture.snapshot(world.source));
  await world.clock.advance(10);
  assert.equal(shot.value?.truth.number, kept.number, String(shot.error));
});

test('a source whose on() returns itself, as event emitters do, or throws', async () => {
  const world = createWorld();
  world.load();
  const removed = [];
  const emitter = {
    targets: world.source.targets,
    on() {
      return this;
    },
    off: (...args) => removed.push(args[0]),
    dispose() {},
  };
  await world.capture.ready(emitter);
  const shot = watch(world.capture.snapshot(emitter));
  await world.clock.advance(1);
  world.send();
  await world.clock.advance(100);
  assert.equal(shot.error, undefined);
  assert.deepEqual(removed, ['change']);
  world.capture.dispose();
  assert.deepEqual(removed, ['change', 'change']);

  const broken = createWorld();
  broken.load();
  const failed = watch(broken.capture.snapshot({ ...broken.source, on: () => assert.fail('sdk') }));
  await broken.clock.advance(1);
  assert.equal(failed.error.code, 'no-source');
});

/** What `createCapture` makes of them, with a server that a test may exchange. @param {any} world @param {any} prepared */
function assembleWith({ clock, reader }, prepared, loaded) {
  const host = { loaded, server: async () => loaded(), dispose() {} };
  return assemble({ clock, reader, prepared, host: /** @type {any} */ (host) });
}

test('a source that cannot be listened to any more, after a crash, is in no other’s way', async () => {
  const world = createWorld();
  const { clock } = world;
  const servers = [0, 1].map(() => createFakeServer({ clock, clockOffset: 0, latency: () => 5 }));
  const prepared = createPreparedSources({ clock, warm: world.reader.warm, open: () => undefined });
  let server = servers[0];
  const capture = assembleWith(world, prepared, () => server);
  let tries = 0;
  const broken = {
    targets: () => [],
    on() {
      if (tries++ > 0) throw new Error('disposed');
      return () => {};
    },
    dispose() {},
  };
  await capture.ready(broken);
  servers[0].crash();
  server = servers[1];
  for (let i = 0; i < 2; i++) {
    const shot = watch(capture.snapshot(world.source));
    await clock.advance(1);
    const frame = world.send();
    await clock.advance(100);
    assert.equal(shot.value?.truth.number, frame.number, String(shot.error));
  }
  assert.equal(tries, 2, 'it is let go');
  const again = watch(capture.ready(broken));
  await clock.settle();
  assert.equal(again.error?.code, 'no-source');
  capture.dispose();
});

test('of a server that is gone no track is opened on and on, and what was opened in vain is closed', async () => {
  const clock = createFakeClock();
  const server = createFakeServer({ clock, clockOffset: 0, latency: () => 5 });
  const streams = [];
  const open = () => {
    const stream = { ...createFrameStream().stream, isCancelled: false };
    stream.cancel = async () => {
      stream.isCancelled = true;
    };
    streams.push(stream);
    return stream;
  };
  const prepared = createPreparedSources({ clock, warm: () => () => {}, open });
  const listeners = new Set();
  const track = createTrack();
  const source = {
    targets: () => [{ track, interactionId: 'a', participantId: 'p', kind: 'camera' }],
    on(_event, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {},
  };
  await prepared.prepare(source, /** @type {any} */ (server));
  assert.equal(streams.length, 1);
  server.crash();
  for (const readyState of ['ended', ...Array(20).fill('live')]) {
    Object.assign(track, { readyState });
    for (const listener of listeners) listener();
    await clock.settle();
  }
  assert.deepEqual(
    streams.map(({ isCancelled }) => isCancelled),
    [false, true],
    'the first has gone to the worker',
  );
  const next = createFakeServer({ clock, clockOffset: 0, latency: () => 5 });
  prepared.moveTo(/** @type {any} */ (next));
  await clock.settle();
  assert.equal(streams.length, 3, 'for the next one they are opened anew');
  prepared.dispose();
  assert.equal(listeners.size, 0);
  await clock.advance(60000);
  assert.equal(clock.timers(), 0);
});

test('whatever a source gives, what comes of it is a CaptureError', async () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const fail = () => {
    throw new TypeError('the page’s mistake');
  };
  const of = (track) => ({ targets: () => [{ track, kind: 'camera' }], on: () => () => {}, dispose() {} });
  const sources = [
    [revoked(), 'invalid-argument'],
    [Object.defineProperty({}, 'targets', { get: fail }), 'invalid-argument'],
    [of({ ...createTrack(), getSettings: fail }), 'no-frame'],
    [of(Object.defineProperty(createTrack(), 'readyState', { get: fail })), 'no-frame'],
  ];
  for (const [source, code] of sources) {
    for (const call of ['snapshot', 'grab', 'ready']) {
      const world = createWorld();
      world.load();
      const shot = watch(world.capture[call](source));
      await world.clock.advance(100);
      if (call === 'ready' && code === 'no-frame') assert.equal(shot.error, undefined, 'its capture will tell');
      else assert.ok(shot.error instanceof CaptureError && shot.error.code === code, `${call}: ${shot.error}`);
      assert.equal(world.clock.timers(), 0);
    }
  }
});

test('an ending that fails does not keep the engine’s pixels', async (t) => {
  t.mock.method(console, 'error', () => {});
  const world = createWorld();
  world.load();
  const bad = {
    ...world.source,
    on: () => () => {
      throw new Error('the adapter’s mistake');
    },
  };
  await world.capture.ready(bad);
  const grabbing = watch(world.capture.grab(world.source));
  await world.clock.advance(1);
  world.send();
  await world.clock.advance(100);
  assert.equal(world.server.stills.size, 1, String(grabbing.error));
  world.capture.dispose();
  assert.equal(world.server.stills.size, 0);
});

test('metadata that names somebody else than the picture shows is refused', async () => {
  const world = createWorld();
  world.load();
  for (const metadata of [{ interactionId: 'b' }, { participantId: 'q', embed: true }]) {
    const shot = watch(world.capture.snapshot(world.source, { metadata }));
    await world.clock.advance(1);
    assert.equal(shot.error?.code, 'invalid-argument');
    assert.ok(shot.error.details.given !== shot.error.details.captured);
  }
  const same = watch(world.capture.snapshot(world.source, { metadata: { interactionId: 'a', participantId: 'p' } }));
  await world.clock.advance(1);
  world.send();
  await world.clock.advance(100);
  assert.equal(same.error, undefined);
});

test('metadata is held against whom the frame shows, also where that is told once the capture has begun', async () => {
  const metadata = { participantId: 'p', embed: true };
  for (const when of ['while consent is asked for', 'while a frame is waited for']) {
    for (const way of ['snapshot', 'grab']) {
      for (const [participantId, code, atEnd = participantId] of [
        ['p', undefined],
        ['q', 'invalid-argument'],
        ['p', undefined, null],
        ['q', 'invalid-argument', null],
      ]) {
        const world = createWorld();
        world.load();
        world.change({ participantId: null });
        const beforeCapture = async () => {
          if (when.includes('consent')) world.change({ participantId });
        };
        const shot = watch(world.capture[way](world.source, { metadata, beforeCapture }));
        await world.clock.advance(10);
        world.change({ participantId });
        await world.clock.advance(10);
        world.change({ participantId: atEnd });
        for (let i = 0; i < 3; i++) {
          world.send();
          await world.clock.advance(100);
        }
        assert.equal(shot.error?.code, code, `${way}, ${when}`);
        world.capture.dispose();
        await world.clock.advance(5000);
        assert.deepEqual([world.ledger.open(), world.server.stills.size], [0, 0]);
      }
    }
  }
});

test('regions of grab are a floor: undefined is not given, encode adds, replaceRedact says so', async () => {
  const world = createWorld();
  world.load();
  const region = (x) => ({ x, y: 0, width: 10, height: 10 });
  let asked = 0;
  const grabbing = watch(
    world.capture.grab(world.source, {
      redact: [region(1)],
      quality: 0.5,
      async detect(still) {
        asked++;
        // What a hook encodes for its own use does not ask the hook again.
        const own = await still.encode({ redact: [region(9)] });
        assert.deepEqual(places(own), [1, 9]);
        return [region(2)];
      },
    }),
  );
  await world.clock.advance(1);
  world.send();
  await world.clock.advance(100);
  const still = grabbing.value;
  assert.ok(still, String(grabbing.error));
  const places = ({ options }) => options.regions.map(({ x }) => x);
  const encode = async (options) => {
    const encoding = watch(still.encode(options));
    await world.clock.advance(100);
    if (encoding.error) throw encoding.error;
    return encoding.value;
  };
  assert.deepEqual(places(await encode()), [1, 2]);
  assert.deepEqual(places(await encode({ redact: undefined, quality: undefined })), [1, 2]);
  assert.deepEqual(places(await encode({ redact: [] })), [1, 2]);
  assert.deepEqual(places(await encode({ redact: [region(3)] })), [1, 3, 2]);
  assert.deepEqual(places(await encode({ replaceRedact: [region(4)] })), [4]);
  assert.deepEqual(places(await encode({ replaceRedact: [] })), []);
  await assert.rejects(encode({ replaceRedact: [], redact: [] }), { code: 'invalid-argument' });
  await assert.rejects(encode({ metadata: { interactionId: 'b' } }), { code: 'invalid-argument' });
  for (const wrong of [
    { replaceRedact: null },
    { redact: null },
    { replaceredact: [] },
    { regions: [] },
    // Not asked by grab: here nobody would look for anything.
    { detect: 'text' },
    { detect: () => [region(5)] },
    { Detect: 'text' },
  ]) {
    await assert.rejects(encode(wrong), { code: 'invalid-argument' }, JSON.stringify(wrong));
  }
  const unreadable = {
    get redact() {
      throw new Error('a proxy’s');
    },
  };
  await assert.rejects(encode(unreadable), { code: 'invalid-argument' });
  const { metadata } = (await encode({ metadata: { embed: true, interactionId: null, capturedAt: '' } })).options;
  const text = (bytes) => new TextDecoder().decode(bytes);
  assert.equal(text(metadata.interactionId), 'a', 'null is not given');
  assert.match(text(metadata.capturedAt), /^\d{4}-.*Z$/);
  const plain = await encode();
  const id = '0b1f3c9a-7d52-4e68-9f00-abcdefabcdef';
  for (const spelled of [id, id.toUpperCase(), id.replace(/-/g, ''), id.replace(/-/g, '').toUpperCase()]) {
    const snapshot = await encode({ metadata: { id: spelled } });
    assert.equal(snapshot.id, id, 'one spelling, whatever was given');
    assert.equal(text(snapshot.options.metadata.id), id);
  }
  const time = plain.capturedAt;
  const elsewhere = `${new Date(Date.parse(time) + 3600_000).toISOString().slice(0, -1)}+01:00`;
  for (const capturedAt of [time, new Date(time), elsewhere]) await encode({ metadata: { capturedAt } });
  assert.equal(text((await encode({ metadata: { capturedAt: elsewhere } })).options.metadata.capturedAt), elsewhere);
  await encode({ metadata: { frameAgeMs: plain.frame.ageMs } });
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(encode({ signal: controller.signal }), { code: 'aborted' });
  await assert.rejects(encode({ signal: {} }), { code: 'invalid-argument' });
  const late = new AbortController();
  const waiting = watch(still.encode({ signal: late.signal }));
  late.abort();
  await world.clock.advance(1);
  assert.equal(waiting.error?.code, 'aborted');
  assert.equal((await encode()).options.options.quality, 0.5);
  assert.equal(asked, 1, 'the frame stays the same');
});

test('options of another call that would cover something are refused, and not passed over', async () => {
  const world = createWorld();
  world.load();
  const region = { x: 0, y: 0, width: 10, height: 10 };
  for (const call of ['snapshot', 'grab']) {
    for (const wrong of [{ replaceRedact: [region] }, { replaceredact: [] }, { Detect: 'text' }]) {
      const shot = watch(world.capture[call](world.source, wrong));
      await world.clock.advance(1);
      assert.equal(shot.error?.code, 'invalid-argument', `${call} ${JSON.stringify(wrong)}`);
    }
  }
  const still = await grabbed(world, { detect: undefined, replaceRedact: undefined });
  for (const wrong of [{ replaceRedact: [region] }, { detect: 'text' }]) {
    await assert.rejects(soon(world, still.preview(wrong)), { code: 'invalid-argument' }, JSON.stringify(wrong));
  }
  assert.ok(await soon(world, still.encode({ detect: undefined })));
});

const RED = { x: 1, y: 0, width: 10, height: 10 };
const TEXT = { x: 40, y: 20, width: 60, height: 12, mode: 'fill' };

/** A still, or what became of asking for one. @param {ReturnType<typeof createWorld>} world @param {any} options */
async function grabbed(world, options) {
  world.load();
  const grabbing = watch(world.capture.grab(world.source, options));
  await world.clock.advance(1);
  world.send();
  await world.clock.advance(100);
  if (grabbing.error) throw grabbing.error;
  return grabbing.value;
}

/** @param {ReturnType<typeof createWorld>} world @param {Promise<any>} promise */
async function soon(world, promise) {
  const outcome = watch(promise);
  await world.clock.advance(100);
  if (outcome.error) throw outcome.error;
  assert.ok(outcome.isOver);
  return outcome.value;
}

test('one options object serves grab and encode: what its detect asks for is done, once', async () => {
  const region = (x) => ({ x, y: 0, width: 10, height: 10 });
  let asked = 0;
  const hook = () => {
    asked++;
    return [region(2)];
  };
  const other = () => [region(3)];
  for (const detect of [hook, [hook], [hook, 'text'], [], ['text'], 'text']) {
    asked = 0;
    const world = createWorld();
    world.server.text = () => [TEXT];
    const options = { detect, timeoutMs: 1000 };
    const still = await grabbed(world, options);
    const plain = placesOf(await soon(world, still.encode()));
    assert.deepEqual(placesOf(await soon(world, still.encode(options))), plain);
    assert.deepEqual(placesOf(await soon(world, still.encode({ ...options, redact: [RED] }))), [RED.x, ...plain]);
    const given = [detect].flat();
    for (const each of given) assert.deepEqual(placesOf(await soon(world, still.encode({ detect: each }))), plain);
    assert.equal(asked, given.includes(hook) ? 1 : 0);
    const wrong = [other, [...given, other], null, 'faces', ...['text', hook].filter((each) => !given.includes(each))];
    for (const each of wrong) {
      await assert.rejects(soon(world, still.encode({ detect: each })), { code: 'invalid-argument' }, String(each));
    }
    await assert.rejects(soon(world, still.encode({ detect: other })), /nothing but what was given to grab for detect/);
    await assert.rejects(
      soon(world, still.encode({ ...options, replaceRedact: [] })),
      /nothing beside replaceRedact for detect/,
    );
  }
  // A list that has become longer since asks for what nobody has looked for.
  const list = [hook];
  const world = createWorld();
  const still = await grabbed(world, { detect: list });
  list.push(other);
  await assert.rejects(soon(world, still.encode({ detect: list })), { code: 'invalid-argument' });
});

test('a detect hook that encodes with the options it was given with is told that nothing is looked for there', async () => {
  const world = createWorld();
  const options = { detect: (still) => still.encode(options).then(() => []) };
  const still = await grabbed(world, options);
  await assert.rejects(soon(world, still.encode(options)), { code: 'invalid-argument', message: /detect/ });
});

test('a still and a capture end by their symbols, too', async () => {
  const world = createWorld();
  const still = await grabbed(world, {});
  still[Symbol.dispose]();
  await assert.rejects(soon(world, still.encode()), { code: 'disposed' });
  world.capture[Symbol.dispose]();
  await assert.rejects(world.capture.snapshot(world.source), { code: 'disposed' });
});

const placesOf = ({ options }) => options.regions.map(({ x }) => x);

for (const [kind, expected] of [
  ['screen', 'screen'],
  ['camera', 'camera'],
  ['stream', 'camera'],
]) {
  test(`text of a target that is a ${kind} is looked for as a ${expected}’s, once, and added to all else`, async () => {
    const world = createWorld();
    world.change({ kind });
    const asked = [];
    world.server.text = (how) => {
      asked.push(how);
      return [TEXT];
    };
    const hook = () => [{ ...RED, x: 2 }];
    const still = await grabbed(world, { redact: [RED], detect: ['text', hook, 'text'] });
    assert.deepEqual(asked, [], 'not before anything is encoded');
    assert.deepEqual(placesOf(await soon(world, still.encode({ redact: [{ ...RED, x: 3 }] }))), [1, 3, 2, 40]);
    assert.deepEqual(placesOf(await soon(world, still.encode())), [1, 2, 40]);
    assert.deepEqual(placesOf(await soon(world, still.encode({ replaceRedact: [] }))), []);
    assert.deepEqual(asked, [expected], 'the frame stays the same');
    assert.deepEqual(await soon(world, still.findText()), [TEXT]);
    await soon(world, still.findText({ kind: 'screen' }));
    assert.deepEqual(asked, [expected, expected, 'screen']);
  });
}

test('text alone is covered by fill, whatever its size; the search is in the time of its picture', async () => {
  const world = createWorld();
  world.server.text = () => [TEXT];
  world.load();
  const shot = watch(world.capture.snapshot(world.source, { detect: 'text' }));
  await world.clock.advance(1);
  world.send();
  await world.clock.advance(100);
  const [region] = shot.value.options.regions;
  assert.deepEqual([region.x, region.width, REDACT_MODES[region.mode]], [40, 60, 'fill']);
  assert.equal(shot.value.timings.engine >= 5, true);
});

test('where text cannot be looked for, no picture goes out, and the next attempt looks again', async () => {
  const world = createWorld();
  let broken = true;
  world.server.text = () => {
    if (broken) throw new CaptureError('out-of-memory', 'no room');
    return [TEXT];
  };
  const still = await grabbed(world, { detect: 'text' });
  await assert.rejects(soon(world, still.encode()), { code: 'out-of-memory' });
  broken = false;
  assert.deepEqual(placesOf(await soon(world, still.encode())), [40]);
  still.discard();
  await assert.rejects(soon(world, still.findText()), { code: 'disposed' });
});

test('what may be detect is decided before anything is captured', async () => {
  const world = createWorld();
  world.load();
  const nothing = () => [];
  for (const detect of [null, 'texts', '', 7, {}, ['text', null], [nothing, 'faces'], [['text']]]) {
    await assert.rejects(
      world.capture.snapshot(world.source, { detect }),
      { code: 'invalid-argument' },
      String(detect),
    );
  }
  for (const detect of [undefined, [], 'text', ['text'], nothing, [nothing, nothing, 'text']]) {
    const still = await grabbed(world, { detect });
    assert.deepEqual(placesOf(await soon(world, still.encode())), []);
  }
  const still = await grabbed(world, {});
  for (const wrong of [
    null,
    { kind: 'photo' },
    { Kind: 'screen' },
    { most: 0 },
    { most: 1001 },
    { most: 1.5 },
    { MOST: 9 },
  ]) {
    await assert.rejects(soon(world, still.findText(wrong)), { code: 'invalid-argument' }, JSON.stringify(wrong));
  }
});

test('text beside so many regions that a frame takes no more: all of it is covered, in fewer pieces', async () => {
  const world = createWorld();
  const text = Array.from({ length: 400 }, (_, i) => ({ ...TEXT, x: (i % 20) * 30, y: Math.floor(i / 20) * 15 }));
  world.server.text = () => text;
  const given = (/** @type {number} */ count) => Array.from({ length: count }, () => RED);
  const still = await grabbed(world, { redact: given(900), detect: 'text' });
  const { regions } = (await soon(world, still.encode())).options;
  assert.ok(regions.length <= 1000 && regions.length > 900, String(regions.length));
  for (const { x, y, width, height } of text) {
    const isIn = (region) =>
      region.x <= x && region.y <= y && region.x + region.width >= x + width && region.y + region.height >= y + height;
    assert.ok(regions.some(isIn), `${x}, ${y}`);
  }
  await assert.rejects(soon(world, still.encode({ redact: given(100) })), { code: 'invalid-argument' });
  assert.equal((await soon(world, still.findText({ most: 7 }))).length <= 7, true);
});

/** A frame every 33 ms, of these sharpnesses (or truths). @param {any} world @param {any[]} list @param {number} [ms] */
async function sendAll(world, list, ms = 33) {
  const sent = [];
  for (const each of list) {
    sent.push(world.send(typeof each === 'number' ? { sharpness: each } : each));
    await world.clock.advance(ms);
  }
  return sent;
}

for (const [way, canWatch] of Object.entries({ 'by the worker alone': true, 'read by the page': false })) {
  test(`the sharpest of the frames around the click, its own time, and how it was chosen, ${way}`, async () => {
    const world = createWorld({ canWatch });
    world.load();
    const shot = watch(world.capture.snapshot(world.source, { select: 'sharpest' }));
    await world.clock.advance(1);
    const sent = await sendAll(world, [3, 1, 9, 2, 9, 1, 1, 1, 1, 1, 30, 30]);
    const { truth, frame, report, capturedAt, rtpTimestamp } = shot.value;
    assert.equal(truth.number, sent[2].number, 'the earlier of two that are alike, and none of after the window');
    assert.deepEqual(frame.candidates, { count: 8, taken: 2 });
    assert.equal(frame.rtpTimestamp, sent[2].number, String(rtpTimestamp));
    assert.equal(capturedAt, new Date(Date.UTC(2026, 0, 1) + sent[2].presentedAt).toISOString());
    assert.deepEqual([frame.sharpness, report.sharpness, report.motion, report.clipped], [9, 9, 0, 0]);
    assert.deepEqual([world.ledger.open(), world.ledger.closedTwice(), world.server.bursts.size], [0, 0, 0]);
    // The best, the one that is being ranked, and the latest, which the worker has from the track itself.
    assert.equal(world.ledger.most(), canWatch ? 3 : 2);

    const plain = watch(world.capture.snapshot(world.source));
    await world.clock.advance(1);
    await sendAll(world, [1, 2]);
    assert.equal('candidates' in plain.value.frame || 'sharpness' in plain.value.report, false);
  });
}

test('the sharpest: slow sources, black frames, cold engines', async () => {
  const take = async (list, { options = {}, ms = 33, loadMs = 0, canWatch = true } = {}) => {
    const world = createWorld({ loadMs, canWatch });
    if (!loadMs) world.load();
    const shot = watch(world.capture.snapshot(world.source, { select: 'sharpest', ...options }));
    await world.clock.advance(1);
    const sent = await sendAll(world, list, ms);
    await world.clock.advance(3000);
    assert.deepEqual([world.ledger.open(), world.server.bursts.size], [0, 0]);
    return { ...shot, which: sent.findIndex(({ number }) => number === shot.value?.truth.number) };
  };
  const slow = await take([1, 5], { ms: 400 });
  assert.deepEqual(
    [slow.which, slow.value.frame.candidates],
    [0, { count: 1, taken: 0 }],
    'taken when the window ends',
  );
  const late = await take([{ width: 320 }, { width: 320 }, 4, 9], { ms: 200, options: { minWidth: 640 } });
  assert.equal(late.which, 2, 'none came within the window: the first after it');
  const black = { verdict: 'black', sharpness: 99 };
  assert.equal((await take([black, 1, black, 2, black])).which, 3);
  const dark = await take(Array(12).fill(black), { options: { timeoutMs: 380 } });
  assert.equal(dark.error.code, 'black-frame');
  const lit = await take([...Array(12).fill(black), 1, 2]);
  assert.ok(lit.which >= 12, 'later ones are tried until the deadline');
  const short = await take([1, 7, 2, 9, 9, 9, 9], { options: { timeoutMs: 100 } });
  assert.equal(short.which, 1, 'of what came before the deadline');
  const cold = await take([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], { loadMs: 350 });
  assert.deepEqual([cold.which, cold.value.frame.candidates.count], [0, 1], 'the moment of the call is held');
  const wrong = { select: ['best', null, 1], withinMs: [0, -1, 0.5, 2001, '300', NaN, Infinity, null] };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const refused = watch(createWorld().capture.snapshot({}, { [name]: value }));
      await new Promise(setImmediate);
      assert.equal(refused.error?.code, 'invalid-argument', `${name}: ${value}`);
      assert.match(refused.error.message, new RegExp(name));
    }
  }
});

test('the sharpest: who else came into the picture, abort, dispose and a crash leave nothing', async () => {
  const world = createWorld();
  world.load();
  const shot = watch(world.capture.snapshot(world.source, { select: 'sharpest' }));
  await world.clock.advance(1);
  await sendAll(world, [1, 50]);
  world.change({ participantId: null });
  const after = await sendAll(world, [{ sharpness: 2 }, { sharpness: 3 }, 1, 1, 1, 1, 1, 1, 1, 1]);
  assert.ok(
    after.some(({ number }) => number === shot.value?.truth.number),
    'none of before',
  );

  for (const canWatch of [true, false]) {
    const settling = createWorld({ canWatch });
    settling.load();
    const settled = watch(settling.capture.snapshot(settling.source, { select: 'sharpest' }));
    await settling.clock.advance(1);
    await sendAll(settling, [1, 50]);
    const notBefore = settling.clock.now() + 100;
    settling.change({ notBefore });
    await sendAll(settling, [90, 90, 90, 1, 2, 1, 1, 1, 1, 1]);
    assert.deepEqual([settled.value?.truth.sharpness, settled.value?.truth.presentedAt >= notBefore], [2, true]);
  }

  const ends = {
    aborted: (_world, controller) => controller.abort(),
    disposed: (world) => world.capture.dispose(),
    'engine-crash': (world) => world.server.crash(),
    'interaction-changed': (world) => world.change({ interactionId: 'b' }),
  };
  for (const [code, end] of Object.entries(ends)) {
    for (const ms of [0, 2, 20]) {
      const ending = createWorld();
      ending.load();
      const controller = new AbortController();
      const options = { select: /** @type {const} */ ('sharpest'), signal: controller.signal };
      const ended = watch(ending.capture.snapshot(ending.source, options));
      await ending.clock.advance(1);
      await sendAll(ending, [1, 2, 3]);
      ending.send();
      await ending.clock.advance(ms);
      end(ending, controller);
      await ending.clock.advance(40);
      if (!ended.isOver) ending.send();
      await ending.clock.advance(400);
      assert.equal(ended.error?.code, code);
      ending.capture.dispose();
      await ending.clock.advance(5000);
      const left = [
        ending.ledger.open(),
        ending.ledger.closedTwice(),
        ending.server.bursts.size,
        ending.clock.timers(),
      ];
      assert.deepEqual(left, [0, 0, 0, 0], `${code} after ${ms} ms`);
    }
  }
});

test('the sharpest of a source that was made ready begins with the frame that was kept', async () => {
  const world = createWorld();
  world.load();
  await world.capture.ready(world.source);
  await world.clock.advance(1);
  const kept = world.send({ sharpness: 9 });
  await world.clock.advance(20);
  const shot = watch(world.capture.snapshot(world.source, { select: 'sharpest' }));
  await world.clock.advance(10);
  await sendAll(world, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  assert.equal(shot.value?.truth.number, kept.number, String(shot.error));
  assert.deepEqual([shot.value.frame.candidates.taken, shot.value.frame.ageMs], [0, 20]);
});

/** Who may come and go again, each told at once. @type {Record<string, [(world: any) => void, (world: any) => void]>} */
const VISITS = {
  'somebody unknown': [
    (world) => world.change({ participantId: null }),
    (world) => world.change({ participantId: 'p' }),
  ],
  'somebody known': [(world) => world.change({ participantId: 'q' }), (world) => world.change({ participantId: 'p' })],
  'another interaction': [
    (world) => world.change({ interactionId: 'b' }),
    (world) => world.change({ interactionId: 'a' }),
  ],
  'somebody beside them': [
    (world) => world.become([world.target(), { ...world.target(), participantId: 'q' }]),
    (world) => world.become([world.target()]),
  ],
};

for (const [who, [come, go]] of Object.entries(VISITS)) {
  test(`what a busy worker picks late does not show who was there in between: ${who}`, async () => {
    // Busy with another capture's frame, or with the burst's first.
    for (const select of /** @type {const} */ (['first', 'sharpest'])) {
      let latency = 300;
      const world = createWorld({ latency: () => latency });
      world.load();
      await world.capture.ready(world.source);
      await world.clock.advance(1);
      world.send();
      await world.clock.advance(10);
      if (select === 'first') watch(world.capture.snapshot(world.source));
      const shot = watch(world.capture.snapshot(world.source, { select, withinMs: 50 }));
      await world.clock.advance(60);
      come(world);
      await world.clock.advance(230);
      const between = world.send();
      await world.clock.advance(20);
      go(world);
      latency = 5;
      for (let i = 0; i < 60 && !shot.isOver; i++) {
        await world.clock.advance(33);
        world.send();
      }
      if (who === 'somebody unknown') {
        assert.deepEqual([shot.value?.participantId, shot.value?.truth.participantId], ['p', 'p'], String(shot.error));
        assert.ok(shot.value.truth.number > between.number, select);
      } else {
        const codes = ['stream-ended', 'interaction-changed', 'interaction-ambiguous'];
        assert.ok(codes.includes(shot.error?.code), `${select}: ${shot.error ?? shot.value.truth.number}`);
      }
    }
  });
}

test('what a busy worker picks once the deadline has passed shows nobody who was there in between either', async () => {
  for (const [come, go] of Object.values(VISITS)) {
    const world = createWorld({ latency: () => 300 });
    world.load();
    await world.capture.ready(world.source);
    await world.clock.advance(1);
    world.send();
    await world.clock.advance(10);
    watch(world.capture.snapshot(world.source));
    const shot = watch(world.capture.snapshot(world.source, { timeoutMs: 50 }));
    await world.clock.advance(60);
    come(world);
    await world.clock.advance(230);
    world.send();
    await world.clock.advance(20);
    go(world);
    await world.clock.advance(1000);
    assert.ok(shot.error instanceof CaptureError, JSON.stringify(shot.value?.truth));
  }
});

test('the sharpest: who comes while the first choice is opened is who the next ones are told to show', async () => {
  for (const isReady of [true, false]) {
    for (const change of [{ participantId: null }, { participantId: null, notBefore: 1e6 }]) {
      let asked = 0;
      const world = createWorld({ latency: () => (++asked === 9 ? 110 : 1) });
      world.load();
      if (isReady) await world.capture.ready(world.source);
      await world.clock.advance(1);
      const shot = watch(world.capture.snapshot(world.source, { select: 'sharpest', withinMs: 390 }));
      for (let i = 0; i < 8; i++) {
        await world.clock.settle();
        world.send({ verdict: 'black' });
        await world.clock.advance(28);
      }
      await world.clock.advance(26);
      const notBefore = change.notBefore && world.clock.now() + 500;
      world.change({ ...change, notBefore });
      for (let i = 0; i < 100 && !shot.isOver; i++) {
        await world.clock.advance(15);
        world.send();
      }
      assert.ok(shot.value, String(shot.error));
      assert.deepEqual([shot.value.participantId, shot.value.truth.participantId], [null, null]);
      assert.ok(!notBefore || shot.value.truth.presentedAt >= notBefore, 'settled');
    }
  }
});

test('the sharpest: what is learned while a black first choice is opened does not keep good ones from being taken', async () => {
  for (const withinMs of [300, 1000]) {
    for (const change of [{ userId: 'u' }, { participantId: null }]) {
      for (const isReady of [true, false]) {
        let asked = 0;
        const world = createWorld({ latency: () => (++asked === 9 ? 40 : 1) });
        world.load();
        if (isReady) await world.capture.ready(world.source);
        await world.clock.advance(1);
        const shot = watch(world.capture.snapshot(world.source, { select: 'sharpest', withinMs }));
        for (let i = 0; i < 8; i++) {
          await world.clock.settle();
          world.send({ verdict: 'black' });
          await world.clock.advance(16);
        }
        await world.clock.advance(5);
        world.change(change);
        let sent = 0;
        for (; sent < 150 && !shot.isOver; sent++) {
          world.send();
          await world.clock.advance(16);
        }
        assert.ok(shot.value, `${JSON.stringify(change)}: ${shot.error}`);
        assert.ok(sent * 16 < withinMs + 100, `after ${sent} good frames`);
      }
    }
  }
});

test('a participant without an account, and somebody named by an account alone, are not followed to one another', async () => {
  const participant = { participantId: 'p', userId: null };
  const account = { participantId: null, userId: 'u' };
  for (const [before, after, code] of [
    [participant, account, 'stream-ended'],
    [account, participant, 'stream-ended'],
    [account, { participantId: 'p', userId: 'u' }, undefined],
    [participant, { participantId: 'p', userId: 'u' }, undefined],
  ]) {
    const world = createWorld();
    world.load();
    world.change(before);
    const beforeCapture = () => world.change(after);
    const shot = watch(world.capture.snapshot(world.source, { beforeCapture }));
    for (let i = 0; i < 10; i++) {
      await world.clock.advance(33);
      world.send();
    }
    assert.equal(shot.error?.code, code, JSON.stringify([before, after]));
  }
});

test('only true, or nothing, is consent; what the hook fails by does not pass for a failure of the capture', async () => {
  const take = async (beforeCapture) => {
    const world = createWorld();
    world.load();
    const shot = watch(world.capture.snapshot(world.source, { beforeCapture }));
    await world.clock.advance(10);
    world.send();
    await world.clock.advance(100);
    return shot;
  };
  for (const answer of [true, undefined]) assert.ok((await take(async () => answer)).value, String(answer));
  for (const answer of [false, null, 0, 1, '', 'no', 'true', {}, { agreed: false }, [], NaN, new Boolean(true)]) {
    const { error } = await take(async () => answer);
    assert.ok(error instanceof CaptureError);
    assert.equal(error.code, 'consent-denied', String(answer));
  }
  for (const [thrown, code] of /** @type {const} */ ([
    [new Error('hook'), 'consent-denied'],
    [new CaptureError('upload-failed'), 'consent-denied'],
    [{ name: 'CaptureError', code: 'made-up' }, 'consent-denied'],
    [null, 'consent-denied'],
    [new CaptureError('aborted'), 'aborted'],
    [new CaptureError('consent-denied', 'The customer has said no'), 'consent-denied'],
  ])) {
    const { error } = await take(() => Promise.reject(thrown));
    assert.ok(error instanceof CaptureError);
    assert.equal(error.code, code);
    if (error !== thrown) assert.equal(error.cause, thrown);
  }
});

test('consent for a camera is none for a screen, also of somebody who is not known', async () => {
  for (const kind of ['screen', 'camera']) {
    const world = createWorld();
    world.load();
    world.change({ participantId: null });
    /** @type {any[]} */
    const asked = [];
    const beforeCapture = ({ sourceKind }) => {
      asked.push(sourceKind);
      world.change({ kind });
    };
    const shot = watch(world.capture.snapshot(world.source, { beforeCapture }));
    for (let i = 0; i < 10; i++) {
      await world.clock.advance(33);
      world.send();
    }
    assert.deepEqual(asked, ['camera']);
    assert.equal(shot.error?.code ?? shot.value.sourceKind, kind === 'screen' ? 'stream-ended' : 'camera');
  }
});

test('a capture goes on in the new track of its participant, whatever it is at when the old one ends', async () => {
  for (const [when, ms] of /** @type {const} */ ([
    ['waiting', -1],
    ['opening', 10],
    ['pausing', 45],
  ])) {
    for (const isUnnamed of [false, true]) {
      const world = createWorld({ latency: () => 40 });
      world.load();
      const { track } = world.target();
      const shot = watch(world.capture.snapshot(world.source));
      await world.clock.advance(5);
      if (ms > 0) {
        world.send({ verdict: 'black' });
        await world.clock.advance(ms);
      }
      if (isUnnamed) world.change({ participantId: null });
      world.change({ participantId: 'p', track: createTrack() });
      await world.clock.advance(5);
      track.readyState = 'ended';
      world.change({});
      for (let i = 0; i < 20 && !shot.isOver; i++) {
        await world.clock.advance(33);
        world.send();
      }
      assert.deepEqual(
        [shot.value?.participantId, shot.value?.truth.participantId],
        ['p', 'p'],
        `${when}: ${shot.error}`,
      );
    }
  }
});

/**
 * Everything that may happen to a call while it is captured from. A source tells of its changes; where it does not, what
 * was there before does not come back, which nobody who looks now and then could see.
 */
const EVENTS = {
  /** Nothing: frames come. */
  none() {},
  person: (world, dice) => world.change({ participantId: someoneElse(world, dice, PEOPLE) }, world.manners(dice)),
  /** The source no longer tells who it is. One that does not tell of its changes could go back to that unseen. */
  unknown(world) {
    if (world.isTelling) world.change({ participantId: null });
  },
  interaction: (world, dice) =>
    world.change({ interactionId: someoneElse(world, dice, INTERACTIONS) }, world.manners(dice)),
  track: (world, dice) => world.change({ track: createTrack() }, world.manners(dice)),
  ended: (world) => Object.assign(world.target().track, { readyState: 'ended' }),
  left: (world) => world.become([]),
  cameraOff: (world, dice) => world.change({ cameraOff: dice.pick([true, false]) }),
  /** Somebody else, known or not, for a moment. */
  visitor(world, dice) {
    if (!world.isTelling) return;
    const { participantId } = world.target();
    world.change({ participantId: dice.pick([null, ...PEOPLE]) });
    world.clock.setTimeout(() => world.target() && world.change({ participantId }), dice.pick([20, 60, 200]));
  },
  /** Somebody else, whose first frames come a while after the word of it. */
  settled(world, dice) {
    world.lag(200);
    // Beyond the 200 ms, as much as frames may be late.
    world.change({ participantId: someoneElse(world, dice, PEOPLE), notBefore: world.clock.now() + 320 });
  },
};

/** One of the usual ones, or of a source that does not always tell, somebody new. */
function someoneElse(world, dice, usual) {
  return world.isTelling ? dice.pick(usual) : `somebody ${dice.between(0, 1e9)}`;
}

/** Which events excuse which refusal. @type {Record<string, (story: any) => boolean>} */
const EXCUSES = {
  'no-frame': ({ frames }) => frames.length === 0,
  'stale-frame': ({ goodWhileWaiting, changes }) => !goodWhileWaiting || changes.size > 0,
  'black-frame': ({ frames }) => frames.some(({ verdict }) => verdict === 'black'),
  'too-small': ({ frames, minWidth }) => frames.some(({ width }) => width < minWidth),
  'stream-ended': ({ changes }) =>
    ['ended', 'unknown', 'left', 'person', 'visitor', 'settled', 'track'].some((name) => changes.has(name)),
  'interaction-changed': ({ changes }) => changes.has('interaction'),
  'camera-off': ({ changes }) => changes.has('cameraOff'),
  'no-source': ({ changes }) => changes.has('left'),
  'engine-load': ({ loadFails }) => loadFails,
  aborted: ({ ended }) => ended === 'abort',
  disposed: ({ ended }) => ended === 'dispose',
};

test('whatever happens in whatever order: the right picture of the right person, or the reason', async () => {
  const outcomes = new Map();
  await forEachSeed(3000, async (dice) => {
    const loadFails = dice.between(0, 15) === 0;
    const loadMs = dice.pick([0, 0, 30, dice.between(0, 4000), 20000]);
    const world = createWorld({
      clockOffset: dice.pick([0, -3600000, 3600000, dice.between(-50, 50)]),
      latency: () => dice.pick([0, 5, 40, 300]),
      loadMs,
      loadError: loadFails ? new CaptureError('engine-load', '404') : undefined,
      canWatch: dice.pick([true, true, false]),
    });
    if (loadMs === 0 && !loadFails) world.load();
    const isReady = dice.pick([true, false]) && loadMs === 0 && !loadFails;
    if (isReady) await world.capture.ready(world.source);
    world.isTelling = dice.pick([true, false]);
    const kinds = Object.keys(EVENTS);
    const timeoutMs = dice.pick([200, 1000, 3000]);
    const minWidth = dice.pick([0, 0, 640]);
    const busy = dice.pick([
      ['none'],
      ['none', 'none', 'none', dice.pick(kinds)],
      ['none', ...kinds],
      ['none', 'none', 'none', 'unknown', 'unknown', 'person'],
      ['none', 'none', 'none', 'none', 'none', 'visitor'],
    ]);
    const frameMs = dice.pick([15, 33, 66, 400]);
    const isSilent = dice.between(0, 15) === 0;
    const controller = new AbortController();
    const story = {
      frames: [],
      changes: new Set(),
      /** Who was known first since the call. @type {string | null} */
      person: null,
      changed: 0,
      goodWhileWaiting: false,
      minWidth,
      loadFails: loadFails || loadMs > 15000,
      ended: '',
    };
    const maxFrameAgeMs = dice.pick([100, 1000]);
    const select = dice.pick(['first', 'first', 'sharpest']);
    const withinMs = dice.pick([50, 300, 1000]);
    let shot;
    let atEnd;
    let calledAt = 0;
    const end = dice.between(0, 30);
    // The worker comes to this one's frame once it is through with another capture's.
    const isBusy = isReady && dice.between(0, 2) === 0;
    for (let ms = 0, step = 0; ms < 26000 && !(shot?.isOver && step > 40); ms += frameMs, step++) {
      if (step === 8) {
        calledAt = world.clock.now();
        story.person = world.target()?.participantId;
        const options = { timeoutMs, minWidth, signal: controller.signal, maxFrameAgeMs, select, withinMs };
        if (isBusy) watch(world.capture.snapshot(world.source, { ...options, select: 'first', signal: undefined }));
        const taking = world.capture.snapshot(world.source, options);
        shot = watch(taking);
        const look = () => (atEnd = { ...world.target() });
        taking.then(look, look);
        await world.clock.settle();
      }
      if (step === 8 + end && dice.between(0, 9) === 0) {
        story.ended = dice.pick(['abort', 'dispose']);
        if (story.ended === 'abort') controller.abort();
        else world.capture.dispose();
      }
      const name = dice.pick(busy);
      if (world.target() && step >= 5) {
        EVENTS[name](world, dice);
        if (name !== 'none') {
          story.changes.add(name);
          story.changed += name === 'visitor' ? 2 : 1;
        }
      }
      const target = world.target();
      if (shot && !shot.isOver) story.person = story.person || target?.participantId;
      if (!isSilent && target?.track.readyState === 'live' && dice.between(0, 9) > 0) {
        const verdict = dice.pick(['ok', 'ok', 'ok', 'black']);
        const width = dice.pick([320, 640, 640]);
        // A worker that keeps the latest frame learns from the quickest ones how late the others are.
        const isPrompt = isReady && (!target.track.hasSent || step % 2 === 0);
        target.track.hasSent = true;
        const delay = isPrompt ? 0 : dice.pick([0, 0, 5, 40, 120]);
        const frame = world.send({ verdict, width, sharpness: dice.between(1, 20) }, delay);
        story.frames.push(frame);
        if (step >= 8) {
          const isGood =
            verdict === 'ok' && delay === 0 && width >= minWidth && world.clock.now() < calledAt + timeoutMs;
          if (isGood && world.reader.isWaiting(target.track)) story.goodWhileWaiting = true;
        }
      }
      await world.clock.advance(frameMs);
    }

    assert.ok(shot.isOver, 'it never hangs');
    if (shot.value) {
      const { truth, interactionId, participantId, frame, timings } = shot.value;
      outcomes.set('captured', (outcomes.get('captured') || 0) + 1);
      assert.deepEqual([interactionId, participantId], [truth.interactionId, truth.participantId], 'whom it shows');
      assert.deepEqual(
        [atEnd.interactionId, atEnd.participantId],
        [interactionId, participantId],
        'and who is still there',
      );
      // What is not told may have been over when it was looked at.
      if (world.isTelling && participantId) assert.equal(participantId, story.person, 'and who was known first');
      assert.equal(truth.verdict, 'ok');
      assert.ok(truth.width >= minWidth);
      if (select === 'sharpest') {
        const { looked } = shot.value;
        outcomes.set('chosen', (outcomes.get('chosen') || 0) + (looked.length > 1 ? 1 : 0));
        const best = Math.max(...looked.map((each) => (each.verdict === 'ok' ? each.sharpness : 0)));
        assert.equal(truth.sharpness, best, 'the best of those that were looked at');
        assert.ok(frame.candidates.taken < frame.candidates.count && looked.length <= 8);
        for (const { participantId: each } of looked) assert.equal(each, participantId, 'none of somebody else');
      }
      assert.ok(truth.presentedAt >= calledAt || (isReady && truth.presentedAt >= calledAt - 150), 'it is of now');
      assert.ok(frame.ageMs >= 0 && frame.ageMs <= maxFrameAgeMs, `${frame.ageMs} ms old`);
      assert.ok(timings.wait >= 0 && timings.wait <= timeoutMs, `waited for ${timings.wait} ms`);
    } else {
      const { code } = shot.error;
      assert.ok(shot.error instanceof CaptureError, `${shot.error.stack}`);
      outcomes.set(code, (outcomes.get(code) || 0) + 1);
      assert.ok(EXCUSES[code]?.(story), `${code}: ${shot.error.message} (${JSON.stringify([...story.changes])})`);
    }
    world.capture.dispose();
    await world.clock.advance(20000);
    assert.deepEqual([world.ledger.open(), world.ledger.closedTwice()], [0, 0], 'frames');
    assert.equal(world.reader.askedTooLate(), 0, 'nothing is opened after the end');
    assert.equal(world.server.stills.size + world.server.bursts.size, 0);
    // Of a burst: the best, the one that is being ranked, the latest, and what is on its way; and for each that somebody
    // new in the picture has ended, what waits for its turn. Beside those, a source that was made ready has its latest.
    const most = 4 + 2 * story.changed;
    if (!isReady) assert.ok(world.ledger.most() <= most, `${world.ledger.most()} frames were open at once`);
    assert.deepEqual([world.clock.timers(), world.listeners.size], [0, 0], 'timers and listeners');
  });
  // A model that refuses everything would pass, too.
  assert.ok(outcomes.get('captured') > 600, JSON.stringify([...outcomes]));
  for (const code of Object.keys(EXCUSES))
    assert.ok(outcomes.get(code) > 0, `${code} never came: ${JSON.stringify([...outcomes])}`);
});
