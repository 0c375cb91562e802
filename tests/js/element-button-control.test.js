/** The button without a browser: clicks, captures, reviews, deliveries, sources and removals in random orders. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as task } from 'node:timers/promises';
import { createControl } from '../../js/elements/button-control.js';
import { isBusy, stateOf } from '../../js/elements/button-machine.js';
import { CaptureError } from '../../js/index.js';
import { forEachSeed } from './random.js';
import { createWorld, fakeSnapshot } from './upload-fakes.js';

/** A promise that the test settles. */
function deferred() {
  const it = {};
  it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
  return it;
}

/** A source whose targets the test changes, and that counts who listens. */
function createSource() {
  const listeners = new Set();
  const source = {
    list: /** @type {object[]} */ ([]),
    targets: () => source.list,
    on(_type, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {},
    listeners,
    /** @param {boolean} there */
    become(there) {
      source.list = there ? [{ element: {}, interactionId: null, participantId: null, kind: 'camera' }] : [];
      for (const listener of [...listeners]) listener();
    },
  };
  return source;
}

/** A capture whose pictures come when the test says so, or when they are aborted. */
function createFakeCapture() {
  /** What waits to be settled. */
  const running = new Set();
  const stills = [];
  let pictures = 0;
  const snapshot = () => ({ id: `picture-${++pictures}` });

  function begin(make, { signal, beforeCapture }) {
    const work = deferred();
    const settle = (end) => {
      running.delete(entry);
      end();
    };
    const entry = {
      resolve: () => settle(() => work.resolve(make())),
      reject: (error) => settle(() => work.reject(error)),
    };
    signal.addEventListener('abort', () => entry.reject(new CaptureError('aborted')));
    // A capture asks before it waits for a frame.
    Promise.resolve(beforeCapture?.({})).then((agreed) => {
      if (signal.aborted) return;
      if (agreed === false) work.reject(new CaptureError('consent-denied'));
      else running.add(entry);
    });
    return work.promise;
  }

  return {
    running,
    stills,
    pictures: () => pictures,
    snapshot: (_source, options) => begin(snapshot, options),
    grab: (_source, options) =>
      begin(() => {
        const still = { discarded: 0, discard: () => still.discarded++, encode: async () => snapshot() };
        stills.push(still);
        return still;
      }, options),
  };
}

/** An uploader that does with a picture what the test says; another one notes in the same place. */
function createFakeUploader({ sending = new Map(), sent = /** @type {string[]} */ ([]) } = {}) {
  /** By event. @type {Record<string, Set<Function>>} */
  const listeners = { queued: new Set(), failed: new Set(), delivered: new Set() };
  return {
    listeners,
    sending,
    sent,
    send({ id }, { onProgress }) {
      sent.push(id);
      const it = { id, onProgress, listeners, ...deferred() };
      sending.set(id, it);
      return it.promise;
    },
    retry: async () => true,
    on(type, listener) {
      listeners[type].add(listener);
      return () => listeners[type].delete(listener);
    },
    tell(type, event) {
      for (const listener of [...listeners[type]]) listener(event);
    },
  };
}

const NOBODY = { changed() {}, shot() {}, repeat() {}, captured() {}, delivered() {}, failed() {} };

const random = (dice, set) => dice.pick([...set]);

test('in any order: each picture told of and sent once, each receipt told, and nothing left after a removal', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  return forEachSeed(150, async (dice) => {
    const source = createSource();
    const capture = createFakeCapture();
    const uploader = createFakeUploader();
    const uploaders = [uploader, createFakeUploader(uploader)];
    const listening = () => uploaders.map(({ listeners }) => Object.values(listeners).map(({ size }) => size));
    /** @param {number} one */
    const each = (one) => [one, one, one];
    const reviews = new Set();
    const events = { captured: [], delivered: [], failed: [] };
    /** In all of its lives. */
    let mountings = 0;
    let isMounted = false;
    const settings = {
      source,
      capture,
      uploader,
      options: {},
      consent: dice.between(0, 3) === 0,
      review: dice.between(0, 2) === 0,
    };
    const control = createControl({
      settings,
      showReview: () => {
        const review = deferred();
        reviews.add(review);
        return review.promise;
      },
      on: {
        changed() {},
        shot() {},
        repeat() {},
        captured: ({ id }) => events.captured.push(id),
        delivered: ({ id }) => events.delivered.push(id),
        failed: ({ code }) => events.failed.push(code),
      },
    });
    /** Settled by the uploader while nobody had removed the button: to be told. */
    const receipts = [];
    let discards = 0;

    const acts = {
      click: () => control.click(dice.between(0, 2)),
      doubleClick() {
        control.click(1);
        control.click(2);
      },
      cancel: control.cancel,
      async retry() {
        const { phase, isUnsent, shown } = control.model();
        const { length } = uploader.sent;
        control.retry();
        await task();
        if (phase === 'failed' && isUnsent) assert.deepEqual(uploader.sent.slice(length), [shown], 'sent again');
      },
      wait: () => t.mock.timers.tick(dice.pick([1, 400, 1000])),
      answer: () => control.answer(dice.between(0, 3) > 0),
      source: () => source.become(dice.between(0, 3) > 0),
      frame: () => capture.running.size > 0 && random(dice, capture.running).resolve(),
      noFrame: () => capture.running.size > 0 && random(dice, capture.running).reject(new CaptureError('no-frame')),
      broken: () => capture.running.size > 0 && random(dice, capture.running).reject(new TypeError('broken')),
      review() {
        if (reviews.size === 0) return;
        const review = random(dice, reviews);
        reviews.delete(review);
        const action = dice.pick(['confirm', 'confirm', 'retake', 'discard', 'broken']);
        if (action === 'broken') review.reject(new TypeError('broken'));
        else review.resolve({ action, redact: [] });
      },
      upload() {
        if (uploader.sending.size === 0) return;
        const it = random(dice, uploader.sending.values());
        const what = dice.pick(['progress', 'again', 'delivered', 'delivered', 'refused', 'discarded']);
        if (what === 'progress') return it.onProgress({ loaded: dice.between(0, 10), total: 10 });
        if (what === 'again') {
          for (const tell of [...it.listeners.failed]) tell({ id: it.id, willRetry: true, item: { durable: true } });
          return;
        }
        uploader.sending.delete(it.id);
        if (what === 'delivered') {
          if (it.life === mountings) receipts.push(it.id);
          it.resolve({ id: it.id });
        } else if (what === 'discarded') {
          if (it.life === mountings) discards++;
          it.reject(new CaptureError('aborted'));
        } else it.reject(new CaptureError('upload-rejected'));
      },
      exchange() {
        settings.uploader = dice.pick(uploaders);
        control.changed('uploader');
      },
      mount() {
        if (isMounted) return;
        isMounted = true;
        mountings++;
        control.begin();
      },
      remove() {
        if (!isMounted || dice.between(0, 4) > 0) return;
        isMounted = false;
        control.end();
        mountings++;
        for (const review of reviews) review.resolve({ action: 'discard' });
        reviews.clear();
      },
    };

    for (let n = 0; n < 80; n++) {
      acts.mount();
      const sentBefore = uploader.sent.length;
      await dice.pick(Object.values(acts))();
      await task();
      for (const it of uploader.sending.values()) it.life ??= mountings;
      const model = control.model();
      const context = JSON.stringify(model);
      assert.ok(capture.running.size <= 1, `one picture at a time: ${context}`);
      assert.ok(reviews.size <= 1, context);
      assert.equal(reviews.size > 0, model.phase === 'reviewing', context);
      if (capture.running.size > 0) assert.equal(model.phase, 'capturing', context);
      if (!isMounted) assert.equal(isBusy(model), false, context);
      if (isMounted && stateOf(model) === 'idle') assert.equal(source.list.length, 1, context);
      assert.ok(uploader.sent.length <= sentBefore + 1, context);
      assert.deepEqual(source.listeners.size, isMounted ? 1 : 0, 'one listener of the source');
      if (!isMounted) assert.deepEqual(listening(), [each(0), each(0)], 'nothing holds on to an uploader');
      // One that was replaced is listened to while it has anything.
      else if (uploader.sending.size === 0) {
        const expected = uploaders.map((one) => each(one === settings.uploader ? 1 : 0));
        assert.deepEqual(listening(), expected, 'one listener of each event of the uploader');
      }
    }
    assert.equal(new Set(events.captured).size, events.captured.length, 'each picture is told of once');
    assert.deepEqual([...new Set(uploader.sent)].sort(), [...events.captured].sort(), 'each is sent');
    assert.deepEqual(events.delivered, receipts, 'each receipt is told of once');
    assert.equal(events.failed.filter((code) => code === 'aborted').length, discards, 'who cancels knows');
    // Whatever is still open ends with the element.
    isMounted && control.end();
    for (const review of reviews) review.resolve({ action: 'discard' });
    await task();
    assert.equal(capture.running.size, 0);
    assert.deepEqual(
      capture.stills.filter(({ discarded }) => discarded !== 1),
      [],
      'each still is discarded once',
    );
    assert.deepEqual([source.listeners.size, ...listening()], [0, each(0), each(0)]);
  });
});

test('cancel appears after 400 ms, and counts anew after consent', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const source = createSource();
  source.become(true);
  const settings = { source, capture: createFakeCapture(), uploader: null, options: {}, consent: true, review: false };
  const nothing = () => {};
  const on = {
    changed: nothing,
    shot: nothing,
    repeat: nothing,
    captured: nothing,
    delivered: nothing,
    failed: nothing,
  };
  const control = createControl({ settings, showReview: () => Promise.reject(), on });
  control.begin();
  control.click(1);
  await task();
  t.mock.timers.tick(1000);
  assert.deepEqual([control.model().phase, control.model().isSlow], ['asking', false]);
  control.answer(true);
  await task();
  t.mock.timers.tick(399);
  assert.equal(control.model().isSlow, false);
  t.mock.timers.tick(1);
  assert.equal(control.model().isSlow, true);
  control.end();
});

test('who has agreed to a picture is not asked for a better one; somebody else is', async () => {
  const capture = createFakeCapture();
  const settings = { source: createSource(), capture, uploader: null, options: {}, consent: true, review: true };
  settings.source.become(true);
  /** @type {((answer: any) => void)[]} */
  const reviews = [];
  const control = createControl({
    settings: /** @type {any} */ (settings),
    showReview: () => new Promise((resolve) => reviews.push(resolve)),
    on: { changed() {}, shot() {}, repeat() {}, captured() {}, delivered() {}, failed() {} },
  });
  control.begin();
  control.changed('source');
  /** The next picture, up to its review or to the question. */
  const next = async () => {
    for (let i = 0; i < 5; i++) await task();
    for (const entry of [...capture.running]) entry.resolve();
    for (let i = 0; i < 5; i++) await task();
    return stateOf(control.model());
  };
  control.click(1);
  assert.equal(await next(), 'asking');
  control.answer(true);
  assert.equal(await next(), 'reviewing');
  reviews[0]({ action: 'retake' });
  assert.equal(await next(), 'reviewing');
  settings.source = createSource();
  settings.source.become(true);
  control.changed('source');
  reviews[1]({ action: 'retake' });
  assert.equal(await next(), 'asking');
  control.end();
});

/** A button with a source, whose next click takes a picture. @param {object} [given] */
function createButton(given = {}) {
  const capture = createFakeCapture();
  const uploader = createFakeUploader();
  const events = { delivered: [], failed: [] };
  const { showReview = () => Promise.reject(), ...others } = /** @type {any} */ (given);
  const settings = { source: createSource(), capture, uploader, options: {}, consent: false, review: false, ...others };
  settings.source.become(true);
  const control = createControl({
    settings: /** @type {any} */ (settings),
    showReview,
    on: {
      ...NOBODY,
      delivered: ({ id }) => events.delivered.push(id),
      failed: ({ code }) => events.failed.push(code),
    },
  });
  control.begin();
  return {
    control,
    settings,
    capture,
    uploader,
    events,
    state: () => stateOf(control.model()),
    async take() {
      control.click(1);
      await task();
      for (const entry of [...capture.running]) entry.resolve();
      await task();
    },
  };
}

test('a picture that is tried again where there is no uploader any more stays failed, and says so', async () => {
  const { control, settings, uploader, take, state, events } = createButton();
  await take();
  uploader.sending.get('picture-1').reject(new CaptureError('upload-failed'));
  await task();
  settings.uploader = null;
  control.changed('uploader');
  control.retry();
  await task();
  assert.equal(state(), 'failed');
  assert.deepEqual(events.failed, ['upload-failed', 'upload-failed']);
  settings.uploader = createFakeUploader();
  control.changed('uploader');
  control.retry();
  await task();
  assert.deepEqual([state(), settings.uploader.sent], ['uploading', ['picture-1']]);
  control.end();
});

for (const order of ['before', 'after']) {
  test(`what a disposed uploader leaves in its queue ends with the next one, set ${order} that`, async () => {
    const { control, settings, uploader, take, state, events } = createButton();
    const next = createFakeUploader();
    const change = () => {
      settings.uploader = next;
      control.changed('uploader');
    };
    await take();
    if (order === 'before') change();
    uploader.sending.get('picture-1').reject(new CaptureError('disposed', 'It was', { details: { kept: true } }));
    await task();
    if (order === 'after') change();
    assert.equal(state(), 'queued');
    next.tell('delivered', { id: 'another', receipt: { id: 'another' } });
    assert.deepEqual([state(), events.delivered], ['queued', []], 'not what others have sent');
    const error = new CaptureError('upload-rejected');
    next.tell('failed', { id: 'picture-1', willRetry: true, error, item: { durable: true } });
    assert.equal(state(), 'queued');
    for (let n = 0; n < 2; n++) next.tell('delivered', { id: 'picture-1', receipt: { id: 'picture-1' } });
    assert.deepEqual([state(), events.delivered], ['delivered', ['picture-1']]);
    control.end();
  });
}

test('what the next uploader gives up has failed', async () => {
  const { control, settings, uploader, take, state, events } = createButton();
  await take();
  uploader.sending.get('picture-1').reject(new CaptureError('disposed', 'It was', { details: { kept: true } }));
  await task();
  settings.uploader = createFakeUploader();
  control.changed('uploader');
  const error = new CaptureError('upload-rejected');
  settings.uploader.tell('failed', { id: 'picture-1', willRetry: false, error, item: { durable: true } });
  assert.deepEqual([state(), events.failed], ['failed', ['upload-rejected']]);
  control.end();
});

/** Ann's picture, by the package's own uploaders: `meanwhile` comes while she looks at it. */
async function reviewedBy(t, meanwhile, behave = () => ({ status: 200 })) {
  const world = createWorld({ behave });
  const open = (/** @type {string} */ agentId) => world.open({ agentId, queue: 'memory' }).uploader;
  let confirm;
  const still = { discard() {}, encode: async () => fakeSnapshot('of-ann') };
  const { control, settings, events, state } = createButton({
    capture: { grab: async () => still },
    uploader: open('ann'),
    review: true,
    showReview: () =>
      new Promise((resolve) => {
        confirm = () => resolve({ action: 'confirm', redact: [] });
      }),
  });
  t.after(control.end);
  const signIn = (/** @type {string | null} */ agentId) => {
    settings.uploader = agentId && open(agentId);
    control.changed('uploader');
  };
  control.click(1);
  await world.clock.advance(0);
  assert.equal(state(), 'reviewing');
  meanwhile?.(signIn);
  confirm();
  await world.clock.advance(1000);
  const filed = () => world.server.filed.map(({ id, agentId }) => `${id} ${agentId}`);
  const retry = async () => {
    control.retry();
    await world.clock.advance(1000);
  };
  return { events, state, signIn, filed, retry };
}

test('a picture that somebody else’s uploader is there for in the end waits for its own agent', async (t) => {
  for (const signOut of [false, true]) {
    const { events, state, signIn, filed, retry } = await reviewedBy(t, (signIn) => {
      if (signOut) signIn(null);
      signIn('bob');
    });
    assert.deepEqual([state(), events.failed, filed()], ['failed', ['agent-mismatch'], []]);
    await retry();
    assert.deepEqual(
      [state(), events.failed.length, filed()],
      ['failed', 2, []],
      'it is not his by another click either',
    );
    signIn('ann');
    await retry();
    assert.deepEqual([state(), events.delivered, filed()], ['delivered', ['of-ann'], ['of-ann ann']]);
  }
});

test('a picture that nobody was signed in for is from then on that agent’s who is there in the end', async (t) => {
  const world = createWorld();
  const open = (/** @type {string} */ agentId, /** @type {any} */ limits = undefined) =>
    world.open({ agentId, queue: 'memory', limits }).uploader;
  let confirm;
  const still = { discard() {}, encode: async () => fakeSnapshot('of-ann') };
  const { control, settings, events, state } = createButton({
    capture: { grab: async () => still },
    review: true,
    showReview: () =>
      new Promise((resolve) => {
        confirm = () => resolve({ action: 'confirm', redact: [] });
      }),
  });
  t.after(control.end);
  const signIn = (/** @type {any} */ uploader) => {
    settings.uploader = uploader;
    control.changed('uploader');
  };
  control.click(1);
  await world.clock.advance(0);
  signIn(open('ann', { bytes: 3 }));
  confirm();
  await world.clock.advance(1000);
  assert.deepEqual([state(), events.failed], ['failed', ['queue-full']]);
  signIn(open('bob'));
  control.retry();
  await world.clock.advance(1000);
  assert.deepEqual([state(), events.failed.slice(1), world.server.filed], ['failed', ['agent-mismatch'], []]);
  signIn(open('ann'));
  control.retry();
  await world.clock.advance(1000);
  assert.deepEqual([state(), world.server.filed.map(({ agentId }) => agentId)], ['delivered', ['ann']]);
});

test('a picture of an uploader that cannot say whose it is goes to nobody, and the button goes on', async (t) => {
  for (const when of ['at the click', 'afterwards']) {
    let isBroken = when === 'at the click';
    /** @type {string[]} */
    const sent = [];
    let pictures = 0;
    const { control, events, state } = createButton({
      capture: { snapshot: async () => ({ id: `picture-${++pictures}` }) },
      uploader: {
        get agentId() {
          if (isBroken) throw new Error('signed out');
          return 'ann';
        },
        async send(/** @type {any} */ { id }) {
          sent.push(id);
          return { id };
        },
      },
    });
    t.after(control.end);
    control.click(1);
    isBroken = true;
    await task();
    assert.deepEqual([state(), events.failed, sent], ['failed', ['agent-mismatch'], []], when);
    isBroken = false;
    control.retry();
    await task();
    assert.deepEqual(sent, when === 'at the click' ? [] : ['picture-1'], 'what was not known then is not known later');
    control.click(1);
    await task();
    assert.deepEqual([state(), sent.at(-1)], ['delivered', 'picture-2']);
  }
});

test('what could not be sent is sent anew for its own agent alone', async (t) => {
  let status = 403;
  const { events, state, signIn, filed, retry } = await reviewedBy(t, null, () =>
    status === 403 ? { status, body: {} } : { status },
  );
  assert.deepEqual([state(), events.failed], ['failed', ['upload-rejected']]);
  status = 200;
  signIn('bob');
  await retry();
  assert.deepEqual([state(), events.failed.slice(1), filed()], ['failed', ['agent-mismatch'], []]);
  signIn('ann');
  await retry();
  assert.deepEqual([state(), filed()], ['delivered', ['of-ann ann']]);
});

test('a new uploader of the same agent sends what began with the one before', async (t) => {
  const { state, filed } = await reviewedBy(t, (signIn) => signIn('ann'));
  assert.deepEqual([state(), filed()], ['delivered', ['of-ann ann']]);
});
