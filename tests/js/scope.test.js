import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureError } from '../../js/errors.js';
import { createScope } from '../../js/scope.js';

test('ends once, with the first reason', async () => {
  const scope = createScope();
  const seen = [];
  scope.onEnd((reason) => seen.push(reason));
  scope.fail('first');
  scope.fail('second');
  scope.finish();
  scope.onEnd((reason) => seen.push(reason));
  assert.deepEqual(seen, ['first', 'first']);
  assert.throws(
    () => scope.check(),
    (reason) => reason === 'first',
  );
});

test('a callback that was taken back is not called', () => {
  const scope = createScope();
  scope.onEnd(() => assert.fail('called'))();
  scope.finish();
});

test('race gives the value, the error, or the failure, whichever comes first', async () => {
  const scope = createScope();
  assert.equal(await scope.race(Promise.resolve(7)), 7);
  await assert.rejects(scope.race(Promise.reject(new Error('own'))), /own/);
  const race = scope.race(new Promise(() => {}));
  scope.fail(new CaptureError('aborted'));
  await assert.rejects(race, { code: 'aborted' });
});

test('what arrives too late is handed to whoever releases it, and a late error to nobody', async () => {
  const scope = createScope();
  let arrive;
  const released = new Promise((resolve) => {
    scope.race(new Promise((resolveLate) => (arrive = resolveLate)), resolve).catch(() => {});
  });
  let fail;
  scope.race(new Promise((_, reject) => (fail = reject))).catch(() => {});
  scope.fail('over');
  arrive('frame');
  fail(new Error('late'));
  assert.equal(await released, 'frame');
});

test('a child ends with its parent, not the other way round', () => {
  const parent = createScope();
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
  const scope = createScope();
  const asleep = scope.sleep(10000);
  scope.finish();
  await assert.rejects(asleep, { code: 'disposed' });
  await assert.rejects(scope.race(Promise.resolve()), { code: 'disposed' });
  assert.throws(() => scope.check(), { code: 'disposed' });
});

test('the deadline asks for the reason when it is due, and can be lifted', async () => {
  const scope = createScope();
  let reason = 'too early';
  scope.deadline(20, () => new Error(reason));
  reason = 'in time';
  await assert.rejects(scope.sleep(10000), /in time/);

  const lifted = createScope();
  lifted.deadline(10, () => assert.fail('asked'))();
  await lifted.sleep(30);
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
  const scope = createScope();
  scope.heed(signal);
  scope.heed(undefined);
  assert.equal(listening, 1);
  controller.abort('enough');
  assert.throws(() => scope.check(), { code: 'aborted', cause: 'enough' });
  assert.equal(listening, 0);

  const late = createScope();
  late.heed(signal);
  assert.throws(() => late.check(), { code: 'aborted' });
});
