import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureError } from '../../js/errors.js';
import { createLifetime } from '../../js/lifetime.js';
import { createFakeClock } from './fake-clock.js';

test('ends once, with the first reason', async () => {
  const lifetime = createLifetime();
  const seen = [];
  lifetime.onEnd((reason) => seen.push(reason));
  lifetime.fail('first');
  lifetime.fail('second');
  lifetime.finish();
  lifetime.onEnd((reason) => seen.push(reason));
  assert.deepEqual(seen, ['first', 'first']);
  assert.throws(
    () => lifetime.check(),
    (reason) => reason === 'first',
  );
});

test('a callback that was taken back is not called', () => {
  const lifetime = createLifetime();
  lifetime.onEnd(() => assert.fail('called'))();
  lifetime.finish();
});

test('race gives the value, the error, or the failure, whichever comes first', async () => {
  const lifetime = createLifetime();
  assert.equal(await lifetime.race(Promise.resolve(7)), 7);
  await assert.rejects(lifetime.race(Promise.reject(new Error('own'))), /own/);
  const race = lifetime.race(new Promise(() => {}));
  lifetime.fail(new CaptureError('aborted'));
  await assert.rejects(race, { code: 'aborted' });
});

test('what arrives too late is handed to whoever releases it, and a late error to nobody', async () => {
  const lifetime = createLifetime();
  let arrive;
  const released = new Promise((resolve) => {
    lifetime.race(new Promise((resolveLate) => (arrive = resolveLate)), resolve).catch(() => {});
  });
  let fail;
  lifetime.race(new Promise((_, reject) => (fail = reject))).catch(() => {});
  lifetime.fail('over');
  arrive('frame');
  fail(new Error('late'));
  assert.equal(await released, 'frame');
});

test('a child ends with its parent, not the other way round', () => {
  const parent = createLifetime();
  const [first, second] = [parent.child(), parent.child()];
  first.fail('own');
  assert.doesNotThrow(() => parent.check());
  parent.fail('all');
  assert.throws(
    () => first.check(),
    (reason) => reason === 'own',
  );
  assert.throws(
    () => second.check(),
    (reason) => reason === 'all',
  );
  assert.throws(
    () => parent.child().check(),
    (reason) => reason === 'all',
  );
});

test('after finish, everything rejects with disposed', async () => {
  const clock = createFakeClock();
  const lifetime = createLifetime(clock);
  const asleep = lifetime.sleep(10000);
  lifetime.finish();
  await assert.rejects(asleep, { code: 'disposed' });
  await assert.rejects(lifetime.race(Promise.resolve()), { code: 'disposed' });
  assert.throws(() => lifetime.check(), { code: 'disposed' });
  assert.equal(clock.timers(), 0);
});

test('the deadline asks for the reason when it is due, and can be lifted', async () => {
  const clock = createFakeClock();
  const lifetime = createLifetime(clock);
  let reason = 'too early';
  lifetime.deadline(20, () => new Error(reason));
  const asleep = assert.rejects(lifetime.sleep(10000), /in time/);
  await clock.advance(19);
  lifetime.check();
  reason = 'in time';
  await clock.advance(1);
  await asleep;

  const lifted = createLifetime(clock);
  lifted.deadline(10, () => assert.fail('asked')).lift();
  await clock.advance(30);
  lifted.check();
  assert.equal(clock.timers(), 0);
});

test('a deadline’s clock stands still as long as anybody has paused it', async () => {
  const clock = createFakeClock();
  const lifetime = createLifetime(clock);
  const deadline = lifetime.deadline(100, () => new Error('due'));
  await clock.advance(60);
  const [first, second] = [deadline.pause(), deadline.pause()];
  await clock.advance(1000);
  first();
  first(); // once is all that counts
  await clock.advance(1000);
  second();
  await clock.advance(39);
  lifetime.check();
  await clock.advance(1);
  assert.throws(() => lifetime.check(), /due/);

  const over = createLifetime(clock);
  const [lifted, ended] = [over.deadline(5, () => 'late'), over.deadline(5, () => 'late')];
  const resumes = [lifted.pause(), ended.pause()];
  lifted.lift();
  over.finish();
  for (const resume of resumes) resume();
  assert.equal(clock.timers(), 0, 'none of them starts again');
});

test('every so often, until the end, also where the callback is what ends it', async () => {
  const clock = createFakeClock();
  const lifetime = createLifetime(clock);
  let calls = 0;
  lifetime.every(10, () => {
    if (++calls === 3) lifetime.finish();
  });
  await clock.advance(100);
  assert.deepEqual([calls, clock.timers()], [3, 0]);
});

test('an ending that throws keeps none from running', (t) => {
  const { mock } = t.mock.method(console, 'error', () => {});
  const lifetime = createLifetime();
  const ran = [];
  lifetime.onEnd(() => ran.push('first'));
  lifetime.onEnd(() => {
    throw new Error('a mistake of the page’s');
  });
  lifetime.child().onEnd(() => ran.push('child'));
  lifetime.onEnd(() => ran.push('last'));
  lifetime.fail('over');
  lifetime.onEnd(() => {
    throw new Error('afterwards');
  });
  assert.deepEqual(ran, ['first', 'child', 'last']);
  assert.match(String(mock.calls.map(({ arguments: [error] }) => error)), /of the page’s.*afterwards/s);
});

test('a signal aborts, with its reason as the cause, and is let go afterwards', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let listening = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...args) {
      listening++;
      addEventListener.apply(signal, args);
    },
    removeEventListener(...args) {
      listening--;
      removeEventListener.apply(signal, args);
    },
  });
  const lifetime = createLifetime();
  lifetime.heed(signal);
  lifetime.heed(undefined);
  assert.equal(listening, 1);
  controller.abort('enough');
  assert.throws(() => lifetime.check(), { code: 'aborted', cause: 'enough' });
  assert.equal(listening, 0);

  const late = createLifetime();
  late.heed(signal);
  assert.throws(() => late.check(), { code: 'aborted' });
});
