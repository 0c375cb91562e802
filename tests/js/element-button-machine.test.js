/** What the button's model answers to everything that can happen, in any order. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { INITIAL, isBusy, stateOf, step } from '../../js/elements/button-machine.js';
import { CaptureError } from '../../js/index.js';
import { forEachSeed } from './random.js';

/** @import { Happening, Model } from '../../js/elements/button-machine.js' */

const READY = { ...INITIAL, reason: null };

/** @param {Model} from @param {...Happening} happenings */
function after(from, ...happenings) {
  let model = from;
  let commands = [];
  for (const happening of happenings) ({ model, commands } = step(model, happening));
  return { model, commands: commands.map(({ type }) => type), state: stateOf(model) };
}

const click = /** @type {const} */ ({ type: 'click', count: 1 });
const captured = /** @type {const} */ ({ type: 'captured', take: 1, id: 'a', delivers: true });
/** @param {import('../../js/index.js').CaptureErrorCode} code */
const stopped = (code) => /** @type {const} */ ({ type: 'stopped', take: 1, error: new CaptureError(code) });
const undelivered = /** @type {const} */ ({ type: 'undelivered', id: 'a', error: new CaptureError('upload-failed') });

describe('a picture', () => {
  test('is taken, sent and delivered', () => {
    assert.deepEqual(after(READY, click).commands, ['capture', 'time']);
    assert.equal(after(READY, click).state, 'capturing');
    assert.equal(after(READY, click, captured).state, 'uploading');
    const half = after(READY, click, captured, { type: 'progress', id: 'a', progress: 0.5 });
    assert.equal(half.model.progress, 0.5);
    assert.equal(after(half.model, { type: 'delivered', id: 'a' }).state, 'delivered');
  });

  test('is taken once by a double click, and once more by a click that comes later', () => {
    assert.deepEqual(after(READY, click, { type: 'click', count: 2 }).commands, []);
    assert.deepEqual(after(READY, click, { type: 'click', count: 1 }).commands, []);
    assert.deepEqual(after(READY, click, captured, { type: 'click', count: 2 }).commands, []);
    assert.deepEqual(after(READY, click, captured, { type: 'click', count: 1 }).commands, ['capture', 'time']);
  });

  test('can be cancelled once it has taken long, and what still comes of it changes nothing', () => {
    const slow = after(READY, click, { type: 'slow', take: 1 });
    assert.equal(slow.model.isSlow, true);
    const cancelled = after(slow.model, { type: 'cancel' });
    assert.deepEqual([cancelled.state, cancelled.model.outcome, cancelled.commands], ['idle', 'cancelled', ['abort']]);
    for (const late of [captured, stopped('aborted'), /** @type {const} */ ({ type: 'grabbed', take: 1 })]) {
      assert.equal(after(cancelled.model, late).model, cancelled.model);
    }
  });

  test('that nothing delivers is the page’s', () => {
    const { state, model } = after(READY, click, { ...captured, delivers: false });
    assert.deepEqual([state, model.outcome], ['idle', 'captured']);
  });

  test('is taken once more from the review', () => {
    const reviewed = after(READY, click, { type: 'grabbed', take: 1 });
    assert.equal(reviewed.state, 'reviewing');
    assert.equal(after(reviewed.model, { type: 'retake', take: 1 }).state, 'capturing');
    assert.equal(after(reviewed.model, { type: 'discarded', take: 1 }).model.outcome, 'discarded');
    assert.equal(after(reviewed.model, { type: 'cancel' }).state, 'reviewing', 'the review has its own ways out');
  });

  test('waits for consent, and for that as long as it takes', () => {
    const asking = after(READY, click, { type: 'asking', take: 1 });
    assert.equal(asking.state, 'asking');
    assert.equal(after(asking.model, { type: 'slow', take: 1 }).model.isSlow, false);
    const answered = after(asking.model, { type: 'answered', take: 1 });
    assert.deepEqual([answered.state, answered.commands], ['capturing', ['time']]);
    assert.equal(after(asking.model, { type: 'cancel' }).state, 'idle');
  });
});

describe('a failure', () => {
  test('of the capture is tried again by a new picture', () => {
    const { state, model } = after(READY, click, stopped('stale-frame'));
    assert.equal(state, 'failed');
    assert.deepEqual(after(model, { type: 'retry' }).commands, ['capture', 'time']);
  });

  test('of the delivery is tried again with the same picture', () => {
    const { state, model } = after(READY, click, captured, undelivered);
    assert.equal(state, 'failed');
    const again = after(model, { type: 'retry' });
    assert.deepEqual([again.state, again.commands], ['uploading', ['resend']]);
  });

  test('that is only one try’s is no failure: the picture waits', () => {
    const { state, model } = after(READY, click, captured, { type: 'waiting', id: 'a', isDurable: true });
    assert.equal(state, 'queued');
    assert.equal(after(model, { type: 'progress', id: 'a', progress: 0.1 }).state, 'uploading');
  });
});

describe('a source', () => {
  test('without a picture makes the button unavailable, and back by itself', () => {
    const gone = after(READY, { type: 'source', reason: 'camera-off' });
    assert.equal(gone.state, 'unavailable');
    assert.deepEqual(after(gone.model, click).commands, ['repeat']);
    assert.equal(after(gone.model, { type: 'source', reason: null }).state, 'idle');
  });

  test('that goes ends nothing that is under way, and hides no picture that waits', () => {
    const away = /** @type {const} */ ({ type: 'source', reason: 'stream-ended' });
    assert.equal(after(READY, click, away).state, 'capturing');
    assert.equal(after(READY, click, captured, away).state, 'uploading');
    assert.equal(after(READY, click, captured, undelivered, away).state, 'failed');
    const { state, model } = after(READY, click, captured, away, { type: 'delivered', id: 'a' });
    assert.equal(state, 'delivered', 'a receipt is told');
    assert.equal(after(model, click).state, 'unavailable', 'and then why there is no other');
    assert.equal(after(model, { type: 'source', reason: null }).state, 'delivered');
    assert.equal(after(model, { type: 'source', reason: 'no-source' }).state, 'delivered', 'until the next click');
    assert.equal(after(READY, click, captured, { type: 'delivered', id: 'a' }, away).state, 'unavailable');
    assert.equal(after(READY, click, captured, undelivered, away, { type: 'retry' }).state, 'uploading');
    assert.equal(
      after(READY, click, { type: 'grabbed', take: 1 }, away, { type: 'retake', take: 1 }).state,
      'unavailable',
    );
  });

  test('that comes back does not bring back what was said about the picture before', () => {
    const { state, model } = after(
      READY,
      click,
      stopped('stale-frame'),
      { type: 'source', reason: 'camera-off' },
      { type: 'source', reason: null },
    );
    assert.deepEqual([state, model.error], ['idle', null]);
  });
});

test('in any order: one picture at a time, each take told of once, and no state without a way on', () =>
  forEachSeed(400, (dice) => {
    /** @type {Readonly<Model>} */
    let model = INITIAL;
    /** Takes that a capture runs for. @type {Set<number>} */
    const running = new Set();
    for (let n = 0; n < 60; n++) {
      const take = dice.between(Math.max(0, model.take - 1), model.take);
      const id = dice.pick(['a', 'b', String(take)]);
      const error = new CaptureError(dice.pick(['aborted', 'stale-frame', 'upload-failed']));
      /** @type {Happening} */
      const happening = dice.pick([
        { type: 'click', count: dice.between(0, 2) },
        { type: 'click', count: 1 },
        { type: 'retry' },
        { type: 'cancel' },
        { type: 'slow', take },
        { type: 'asking', take },
        { type: 'answered', take },
        { type: 'grabbed', take },
        { type: 'retake', take },
        { type: 'discarded', take },
        { type: 'captured', take, id: String(take), delivers: dice.between(0, 3) > 0 },
        { type: 'stopped', take, error },
        { type: 'progress', id, progress: dice.random() },
        { type: 'waiting', id, isDurable: true },
        { type: 'delivered', id },
        { type: 'undelivered', id, error },
        { type: 'source', reason: dice.pick([null, null, 'camera-off', 'no-source']) },
        { type: 'removed' },
      ]);
      const before = model;
      const { model: next, commands } = step(model, happening);
      model = next;
      const isLast = ['retake', 'discarded', 'captured', 'stopped'].includes(happening.type);
      if (isLast && 'take' in happening) running.delete(happening.take);
      for (const command of commands) {
        if (command.type === 'abort') running.delete(command.take);
        if (command.type === 'capture') {
          assert.equal(running.size, 0, 'one at a time');
          assert.equal(model.reason, null, 'only of what is there');
          running.add(command.take);
        }
        if (command.type === 'resend') assert.equal(command.id, model.shown);
      }
      const state = stateOf(model);
      assert.deepEqual(
        [...running],
        isBusy(model) ? [model.take] : [],
        `${happening.type}: ${before.phase} → ${state}`,
      );
      assert.equal(model.phase === 'failed', model.error !== null, state);
      assert.equal(['uploading', 'queued', 'delivered'].includes(model.phase) || model.isUnsent, model.shown !== null);
      assert.ok(model.progress >= 0 && model.progress <= 1);
      if (state === 'unavailable') assert.notEqual(model.reason, null);
      if (state === 'idle') assert.equal(model.reason, null);
      if (model.isSlow) assert.equal(state, 'capturing');
      if ('id' in happening && !('take' in happening) && id !== before.shown) assert.equal(model, before);
      if (happening.type === 'removed') assert.equal(model.phase, 'idle');
      assert.ok(model.take >= before.take);
    }
  }));
