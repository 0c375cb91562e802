/** What can be captured from, by shape and not by class: it may come from another frame of the page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromMediaStream, onChange, toSource } from '../../js/frames/source.js';
import { chooseTarget, followTarget } from '../../js/frames/target.js';
import { createTrack } from './fake-call.js';

test('a video element of an HTML page, and one of an XHTML page', () => {
  for (const tagName of ['VIDEO', 'video']) {
    const track = createTrack();
    const stream = { getVideoTracks: () => [track] };
    const [target] = toSource({ tagName, srcObject: stream }).targets();
    assert.deepEqual([target.track, target.kind], [track, 'element']);
  }
  for (const wrong of [null, undefined, 'video', { tagName: 'AUDIO' }, { tagName: {} }, { kind: 'video' }]) {
    assert.throws(() => toSource(wrong), { code: 'invalid-argument' });
  }
});

test('what cannot be looked at is no source', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const broken = {
    get getVideoTracks() {
      throw new Error('mine');
    },
  };
  for (const make of [toSource, fromMediaStream]) {
    for (const wrong of [proxy, broken, null, undefined, 7, 'stream', {}]) {
      assert.throws(() => make(/** @type {any} */ (wrong)), { code: 'invalid-argument' });
    }
  }
});

test('a disposed source has no targets, and listens to nothing', () => {
  const track = createTrack();
  const stream = Object.assign(new EventTarget(), { getVideoTracks: () => [track] });
  const source = fromMediaStream(/** @type {any} */ (stream));
  let changes = 0;
  const listener = () => changes++;
  const takeBack = source.on('change', listener);
  source.on('change', listener);
  stream.dispatchEvent(new Event('addtrack'));
  assert.equal(changes, 2);
  takeBack?.();
  stream.dispatchEvent(new Event('removetrack'));
  assert.equal(changes, 3);
  source.dispose();
  source.dispose();
  source.on('change', listener);
  stream.dispatchEvent(new Event('addtrack'));
  assert.equal(changes, 3);
  assert.deepEqual(source.targets(), []);
  assert.throws(() => chooseTarget(source), { code: 'no-source' });
  assert.equal(fromMediaStream(/** @type {any} */ (stream)).targets().length, 1, 'another source goes on');
});

test('whatever on() gives back, the listener can be taken back', () => {
  /** @param {(events: string[], source: any) => object} make */
  const takenBack = (make) => {
    const events = [];
    const source = { targets: () => [], dispose() {} };
    Object.assign(source, make(events, source));
    const listener = () => {};
    onChange(/** @type {any} */ (source), listener)();
    return events;
  };
  assert.deepEqual(
    takenBack((events) => ({ on: () => () => events.push('function') })),
    ['function'],
  );
  assert.deepEqual(
    takenBack((events, source) => ({ on: () => source, off: (name) => events.push(`off ${name}`) })),
    ['off change'],
  );
  assert.deepEqual(
    takenBack((events) => ({ on: () => undefined, removeListener: (name) => events.push(`remove ${name}`) })),
    ['remove change'],
  );
  assert.deepEqual(
    takenBack(() => ({ on: () => undefined })),
    [],
    'nothing that could be called',
  );
});

test('an element that goes on to somebody else’s stream, or to another file, shows another picture', () => {
  const streamOf = (...tracks) => ({ getVideoTracks: () => tracks });
  const [before, after] = [createTrack(), createTrack()];
  const element = { tagName: 'VIDEO', srcObject: streamOf(before), addEventListener() {}, removeEventListener() {} };
  const source = toSource(element);
  const chosen = chooseTarget(source, 'a');
  element.srcObject = streamOf(after);
  assert.throws(() => followTarget(source, chosen), { code: 'stream-ended' });
  // The same track in another stream is the same picture; so is the next track of the same stream.
  element.srcObject = streamOf(before);
  assert.equal(followTarget(source, chosen).track, before);
  const tracks = [before];
  element.srcObject = { getVideoTracks: () => tracks };
  const again = chooseTarget(source, 'a');
  tracks[0] = after;
  assert.equal(followTarget(source, again).track, after);

  Object.assign(element, { srcObject: null, currentSrc: 'first.webm' });
  const file = chooseTarget(source);
  assert.equal(followTarget(source, file).element, element);
  element.currentSrc = 'second.webm';
  assert.throws(() => followTarget(source, file), { code: 'stream-ended' });

  // A MediaSource, its handle or a Blob has no address, and comes before the one that an attribute has.
  Object.assign(element, { srcObject: {}, currentSrc: '', src: 'passed-over.webm' });
  const media = chooseTarget(source);
  assert.equal(followTarget(source, media).element, element);
  element.srcObject = {};
  assert.throws(() => followTarget(source, media), { code: 'stream-ended' });
  Object.assign(element, { src: '' });
  assert.equal(chooseTarget(source).element, element);
});
