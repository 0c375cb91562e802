/** Whether a source has a picture, and that nobody listens to it any more afterwards. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reasonOf, sourceOf, watchSource } from '../../js/elements/availability.js';

class FakeTrack extends EventTarget {
  kind = 'video';
  readyState = 'live';
  muted = false;
  enabled = true;
  listeners = 0;
  addEventListener(...args) {
    this.listeners++;
    super.addEventListener(...args);
  }
  removeEventListener(...args) {
    this.listeners--;
    super.removeEventListener(...args);
  }
  /** @param {string} type @param {object} change */
  become(type, change) {
    Object.assign(this, change);
    this.dispatchEvent(new Event(type));
  }
}

const never = () => false;
const always = () => true;
const target = (given = {}) => ({
  kind: 'camera',
  interactionId: 'i',
  participantId: 'p',
  track: new FakeTrack(),
  ...given,
});

describe('the reason', () => {
  test('is what a capture would say', () => {
    const off = Object.assign(new FakeTrack(), { enabled: false });
    const silent = Object.assign(new FakeTrack(), { muted: true });
    const over = Object.assign(new FakeTrack(), { readyState: 'ended' });
    assert.equal(reasonOf([], {}, never), 'no-source');
    assert.equal(reasonOf([target()], {}, never), null);
    assert.equal(reasonOf([target({ cameraOff: true })], {}, never), 'camera-off');
    assert.equal(reasonOf([target({ cameraOff: true, track: undefined })], {}, never), 'camera-off');
    assert.equal(reasonOf([target({ track: off })], {}, never), 'camera-off');
    assert.equal(reasonOf([target({ track: silent })], {}, never), 'no-frame');
    assert.equal(reasonOf([target({ track: silent })], {}, always), 'camera-off');
    assert.equal(reasonOf([target({ track: over })], {}, never), 'stream-ended');
    assert.equal(reasonOf([target({ track: undefined, element: {} })], {}, never), null);
    assert.equal(reasonOf([target({ track: over }), target({ cameraOff: true })], {}, never), 'camera-off');
    assert.equal(reasonOf([target({ track: over }), target()], {}, never), null);
  });

  test('is about the interaction and the participant that were chosen', () => {
    assert.equal(reasonOf([target()], { interactionId: 'other' }, never), 'no-source');
    assert.equal(reasonOf([target({ interactionId: null })], { interactionId: 'other' }, never), null);
    assert.equal(reasonOf([target()], { participantId: 'other' }, never), 'no-source');
    assert.equal(
      reasonOf([target({ cameraOff: true }), target({ interactionId: 'j' })], { interactionId: 'i' }, never),
      'camera-off',
    );
    assert.equal(
      reasonOf([target({ cameraOff: true }), target({ interactionId: null })], { interactionId: 'i' }, never),
      'camera-off',
      'and not whoever the source knows no interaction of',
    );
  });
});

describe('watching', () => {
  test('tells of a track that falls silent, comes back and ends, and of nothing after the end', () => {
    const track = new FakeTrack();
    const told = [];
    const watch = watchSource(
      track,
      () => ({}),
      (reason) => told.push(reason),
    );
    track.become('mute', { muted: true });
    track.become('unmute', { muted: false });
    track.become('ended', { readyState: 'ended' });
    assert.deepEqual(told, [null, 'camera-off', null, 'stream-ended']);
    watch.end();
    assert.equal(track.listeners, 0);
    track.become('unmute', { readyState: 'live' });
    assert.equal(told.length, 4);
  });

  test('follows the tracks of a source, also one that is an event emitter', () => {
    const first = new FakeTrack();
    let targets = [target({ track: first })];
    /** @type {Set<() => void>} */
    const listeners = new Set();
    const source = {
      targets: () => targets,
      on(_type, listener) {
        listeners.add(listener);
        return source;
      },
      off: (_type, listener) => listeners.delete(listener),
    };
    const told = [];
    const watch = watchSource(
      source,
      () => ({}),
      (reason) => told.push(reason),
    );
    targets = [];
    for (const listener of listeners) listener();
    assert.deepEqual(told, [null, 'no-source']);
    assert.equal(first.listeners, 0, 'a track that is none any more is let go of');
    watch.end();
    assert.equal(listeners.size, 0);
  });

  test('sees now and then what no event tells, until it ends', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const track = new FakeTrack();
    const told = [];
    const watch = watchSource(
      track,
      () => ({}),
      (reason) => told.push(reason),
    );
    track.enabled = false;
    t.mock.timers.tick(1000);
    assert.equal(told.at(-1), 'camera-off');
    watch.end();
    const { length } = told;
    t.mock.timers.tick(5000);
    assert.equal(told.length, length);
  });

  test('takes a source that throws for one without a picture', () => {
    const told = [];
    const broken = {
      targets() {
        throw new TypeError('broken');
      },
      on() {
        throw new TypeError('broken');
      },
    };
    watchSource(
      broken,
      () => ({}),
      (reason) => told.push(reason),
    ).end();
    assert.deepEqual(told, ['no-source']);
  });
});

test('what is no source is refused, with a typed error', () => {
  for (const wrong of [1, 'video', {}, () => {}, { kind: 'audio', readyState: 'live' }]) {
    assert.throws(() => sourceOf(wrong), { name: 'CaptureError', code: 'invalid-argument', message: /for source/ });
  }
  assert.equal(sourceOf(undefined), null);
  assert.equal(sourceOf(null), null);
});

test('a video element has the picture of whatever it plays: a stream, a media source, a file', () => {
  const source = (/** @type {object} */ given) => sourceOf({ tagName: 'VIDEO', currentSrc: '', src: '', ...given });
  const reason = (/** @type {object} */ given) => reasonOf(source(given)?.targets() ?? [], {}, never);
  const track = new FakeTrack();
  assert.equal(reason({ srcObject: { getVideoTracks: () => [track] } }), null);
  assert.equal(reason({ srcObject: { getVideoTracks: () => [] }, src: 'passed-over.webm' }), 'no-source');
  assert.equal(reason({ srcObject: {} }), null);
  assert.equal(reason({ currentSrc: 'file.webm' }), null);
  assert.equal(reason({}), 'no-source');
});
