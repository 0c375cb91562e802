/** Frames of one track read on and on, in random orders of frames, askers, and endings. No browser: a fake stream. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followProcessor } from '../../js/frames/processor.js';
import { createLifetime } from '../../js/lifetime.js';
import { createFrameLedger, createFrameStream } from './fake-call.js';
import { createFakeClock } from './fake-clock.js';
import { forEachSeed } from './random.js';

function createReading() {
  const clock = createFakeClock();
  const ledger = createFrameLedger();
  const { stream, push } = createFrameStream();
  const lifetime = createLifetime(clock);
  const next = followProcessor(stream.getReader(), lifetime);
  let number = 0;
  return {
    clock,
    ledger,
    lifetime,
    next,
    cancel: () => stream.getReader().cancel(),
    send: () => push(ledger.create(/** @type {any} */ ({ width: 640, height: 360, presentedAt: 0, number: ++number }))),
    sent: () => number,
  };
}

test('the frame after it was asked for, and none that came while nobody waited', async () => {
  const { clock, ledger, lifetime, next, send } = createReading();
  send();
  await clock.advance(10);
  assert.equal(ledger.open(), 0);
  const asked = next(lifetime.child());
  await clock.advance(10);
  send();
  send();
  const candidate = await asked;
  await clock.advance(10);
  assert.deepEqual([candidate.take()?.input.frame.truth.number, ledger.open()], [2, 1]);
  assert.equal(candidate.presentedAt, clock.now() - 10);
});

test('the end of the track is told to who waits, and to who asks afterwards', async () => {
  const { clock, lifetime, next, cancel } = createReading();
  const waiting = assert.rejects(next(lifetime.child()), { code: 'stream-ended' });
  await clock.settle();
  cancel();
  await waiting;
  await assert.rejects(next(lifetime.child()), { code: 'stream-ended' });
  lifetime.finish();
  assert.equal(clock.timers(), 0);
});

test('in whatever order: every frame is closed once, and the stream is let go of', async () => {
  let taken = 0;
  await forEachSeed(500, async (dice) => {
    const { clock, ledger, lifetime, next, cancel, send, sent } = createReading();
    /** @type {ReturnType<typeof createLifetime> | undefined} */
    let attempt;
    /** @type {unknown[]} */
    const failures = [];
    const end = dice.between(5, 40);
    for (let step = 0; step < end; step++) {
      const what = dice.pick(['frame', 'frame', 'ask', 'ask', 'give up', 'pass']);
      if (what === 'frame') {
        send();
        // Else it may be on its way still when the next one asks.
        if (!attempt) await clock.settle();
      } else if (what === 'pass') await clock.advance(dice.between(0, 40));
      else if (what === 'give up') attempt?.finish();
      else if (!attempt) {
        const asking = lifetime.child();
        const before = sent();
        attempt = asking;
        asking
          .race(next(asking), (late) => late.close())
          .then((candidate) => {
            const frame = candidate.take()?.input.frame;
            assert.ok(frame.truth.number > before, 'it came after it was asked for');
            frame.close();
            taken++;
          })
          .catch((error) => {
            if (!/stream-ended|disposed/.test(error.code)) failures.push(error);
          })
          .finally(() => {
            asking.finish();
            attempt = undefined;
          });
      }
    }
    if (dice.pick([true, false])) cancel();
    lifetime.finish();
    for (let i = dice.between(0, 3); i > 0; i--) send();
    await clock.advance(2000);
    send();
    await clock.advance(1);
    assert.deepEqual(failures, []);
    assert.deepEqual([ledger.open(), ledger.closedTwice(), clock.timers()], [0, 0, 0]);
  });
  assert.ok(taken > 150, `${taken} were taken`);
});
