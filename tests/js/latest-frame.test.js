/** What the worker keeps of the tracks that it has, in random orders of frames, askers and endings. No browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLatestFrames } from '../../js/frames/latest-frame.js';
import { createFrameLedger, createFrameStream } from './fake-call.js';
import { createFakeClock } from './fake-clock.js';
import { forEachSeed } from './random.js';

function createTrackOfWorker() {
  const clock = createFakeClock();
  const ledger = createFrameLedger();
  const latestFrames = createLatestFrames(clock);
  const { stream, push } = createFrameStream();
  latestFrames.watch(1, stream);
  let number = 0;
  return {
    clock,
    ledger,
    latestFrames,
    end: () => stream.getReader().cancel(),
    /** @param {number} [width] */
    send(width = 640) {
      push(ledger.create(/** @type {any} */ ({ width, height: 360, presentedAt: clock.now(), number: ++number })));
    },
  };
}

const WANTED = { watchId: 1, maxAgeMs: 1000, minWidth: 0, minHeight: 0 };

/**
 * What is followed, until it ends.
 * @param {ReturnType<typeof createTrackOfWorker>} world @param {object} [wanted] @param {object} [window]
 * @param {number} [ms] How long each is looked at.
 */
function follow({ clock, latestFrames }, wanted, window, ms = 0) {
  const followed = { numbers: [], isOver: false, endedAt: 0 };
  (async () => {
    for await (const { frame } of latestFrames.follow(
      { ...WANTED, ...wanted },
      { sinceMs: 0, withinMs: 300, ...window },
    )) {
      followed.numbers.push(frame.truth.number);
      if (ms) await new Promise((resolve) => clock.setTimeout(resolve, ms));
      frame.close();
    }
    Object.assign(followed, { isOver: true, endedAt: clock.now() });
  })();
  return followed;
}

test('the frames that come within the time, each once; with the one of just before, where that counts', async () => {
  const world = createTrackOfWorker();
  const { clock, ledger, send } = world;
  send();
  await clock.advance(20);
  const fresh = follow(world);
  const withLatest = follow(world, {}, { sinceMs: Number.POSITIVE_INFINITY });
  const large = follow(world, { minWidth: 1280 });
  const later = follow(world, {}, { sinceMs: -100 });
  for (const width of [640, 1280, 640, 640]) {
    await clock.advance(40);
    send(width);
  }
  await clock.advance(1000);
  send();
  await clock.advance(10);
  assert.deepEqual(fresh.numbers, [2, 3, 4, 5]);
  assert.deepEqual(withLatest.numbers, [1, 2, 3, 4, 5]);
  assert.deepEqual(large.numbers, [3]);
  assert.deepEqual(later.numbers, [4, 5], 'none from before it was promised');
  for (const { isOver, endedAt } of [fresh, withLatest, large, later]) {
    assert.ok(isOver && endedAt === 1020 + 300, `it ended at ${endedAt}`);
  }
  assert.deepEqual([ledger.open(), clock.timers()], [1, 0], 'the latest alone is left');
});

test('what comes while one is looked at is passed over, but for the last', async () => {
  const world = createTrackOfWorker();
  const slow = follow(world, {}, {}, 100);
  for (let i = 0; i < 8; i++) {
    await world.clock.advance(30);
    world.send();
  }
  await world.clock.advance(1000);
  assert.deepEqual(slow.numbers, [1, 4, 7]);
  assert.equal(world.ledger.open(), 1);
});

test('a frame that is old already, a track that ends, and one that nobody watches', async () => {
  const world = createTrackOfWorker();
  const { clock, ledger, latestFrames, send } = world;
  send();
  await clock.advance(200);
  const late = follow(world, {}, { sinceMs: Number.POSITIVE_INFINITY });
  const unknown = follow(world, { watchId: 2 });
  await clock.advance(1);
  assert.deepEqual([late.numbers, unknown.isOver], [[], true], 'what stood there for long is not of now');
  send();
  await clock.advance(1);
  latestFrames.unwatch(1);
  await clock.advance(1);
  assert.deepEqual([late.numbers, late.isOver], [[2], true], 'it ends at once');
  await clock.advance(2000);
  assert.deepEqual([ledger.open(), ledger.closedTwice(), clock.timers()], [0, 0, 0]);
});

test('in whatever order: every frame is closed once, and nobody waits for ever', async () => {
  let seen = 0;
  await forEachSeed(500, async (dice) => {
    const world = createTrackOfWorker();
    const { clock, ledger, latestFrames, send, end } = world;
    const all = [];
    for (let step = dice.between(5, 60); step > 0; step--) {
      const what = dice.pick(['frame', 'frame', 'frame', 'follow', 'pass', 'pass', 'end']);
      if (what === 'frame') send(dice.pick([320, 640]));
      else if (what === 'pass') await clock.advance(dice.between(0, 60));
      else if (what === 'follow') {
        const window = { sinceMs: dice.pick([0, -50, 100, Number.POSITIVE_INFINITY]), withinMs: dice.between(1, 400) };
        all.push(follow(world, { minWidth: dice.pick([0, 640]) }, window, dice.pick([0, 5, 70])));
      } else if (dice.between(0, 20) === 0) dice.pick([end, () => latestFrames.unwatch(1), latestFrames.dispose])();
    }
    await clock.advance(1000);
    latestFrames.dispose();
    await clock.advance(2000);
    for (const { numbers, isOver } of all) {
      assert.ok(isOver);
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
      seen += numbers.length;
    }
    assert.deepEqual([ledger.open(), ledger.closedTwice(), clock.timers()], [0, 0, 0]);
  });
  assert.ok(seen > 1000, `${seen} were seen`);
});
