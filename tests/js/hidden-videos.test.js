/** The hidden elements that play tracks: one for all who need it, none for long after the last of them. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { assemble } from '../../js/capture.js';
import { createHiddenVideos } from '../../js/frames/hidden-videos.js';
import { createReader } from '../../js/frames/reader.js';
import { createPreparedSources } from '../../js/prepared.js';
import { createFakeServer, createTrack } from './fake-call.js';
import { createFakeClock } from './fake-clock.js';

/** @type {any[]} */
let shown = [];

beforeEach(() => {
  shown = [];
  const createElement = () => {
    const video = {
      style: {},
      paused: true,
      get isConnected() {
        return shown.includes(video);
      },
      setAttribute() {},
      play() {
        video.paused = false;
        return Promise.resolve();
      },
      pause() {
        video.paused = true;
      },
      remove() {
        shown = shown.filter((each) => each !== video);
      },
    };
    return video;
  };
  Object.assign(globalThis, {
    document: { hidden: false, createElement, body: { append: (video) => shown.push(video) } },
    MediaStream: class {},
  });
});
afterEach(() => {
  delete globalThis.document;
  delete globalThis.MediaStream;
});

test('one plays for all who use it, and stops half a minute after the last of them', async () => {
  const clock = createFakeClock();
  const videos = createHiddenVideos(clock);
  const track = createTrack();
  const [first, second] = [videos.use(track), videos.use(track)];
  assert.equal(first.video, second.video);
  assert.equal(shown.length, 1);
  first.release();
  first.release(); // once is all that counts
  await clock.advance(3600000);
  assert.equal(videos.find(track), second.video, 'it is still in use');
  second.release();
  await clock.advance(29999);
  const third = videos.use(track);
  assert.equal(third.video, first.video, 'a second capture does not wait for another start');
  await clock.advance(3600000);
  assert.equal(shown.length, 1);
  third.release();
  await clock.advance(30000);
  assert.deepEqual([shown.length, videos.find(track), clock.timers()], [0, undefined, 0]);
  assert.equal(first.video.srcObject, null);
});

test('what has ended, or is disposed of, goes at once, whoever still holds it', async () => {
  const clock = createFakeClock();
  const videos = createHiddenVideos(clock);
  const [dead, alive] = [createTrack(), createTrack()];
  const held = videos.use(dead);
  dead.readyState = 'ended';
  const other = videos.use(alive);
  assert.deepEqual(shown, [other.video]);
  held.release();
  videos.dispose();
  other.release();
  assert.deepEqual([shown.length, clock.timers()], [0, 0]);
  const again = videos.use(alive);
  other.release();
  assert.deepEqual(shown, [again.video]);
  videos.dispose();
});

test('what is only shaped like a track: no frame, at once, and no TypeError', async () => {
  Object.assign(globalThis, {
    MediaStream: class {
      constructor() {
        throw new TypeError('not a MediaStreamTrack');
      }
    },
  });
  const clock = createFakeClock();
  const reader = createReader(clock);
  const prepared = createPreparedSources({ clock, warm: reader.warm, open: () => undefined });
  const server = /** @type {any} */ (createFakeServer({ clock, clockOffset: 0, latency: () => 5 }));
  const host = /** @type {any} */ ({ loaded: () => server, server: async () => server, dispose() {} });
  const capture = assemble({ clock, reader, prepared, host });
  const track = { ...createTrack(), kind: 'video' };
  await capture.ready(track);
  for (const call of [capture.snapshot(track), capture.grab(track)]) {
    await assert.rejects(
      call,
      (/** @type {any} */ error) => error.code === 'no-frame' && error.cause.name === 'TypeError',
    );
  }
  capture.dispose();
  assert.deepEqual([shown.length, clock.timers()], [0, 0]);
});

test('one that the page has taken out of the document is put back, and plays on', () => {
  const videos = createHiddenVideos(createFakeClock());
  const track = createTrack();
  const { video } = videos.use(track);
  for (let i = 0; i < 2; i++) {
    // As with a body that is exchanged: the browser pauses what is taken out.
    shown = [];
    video.pause();
    assert.equal(videos.use(track).video, video);
    assert.deepEqual(shown, [video]);
    assert.equal(video.paused, false);
  }
  videos.dispose();
});

test('it plays within the viewport: what cannot be seen at all is not decoded everywhere', () => {
  const videos = createHiddenVideos(createFakeClock());
  const { video } = videos.use(createTrack());
  assert.deepEqual([video.style.position, video.style.left, video.style.top], ['fixed', '0', '0']);
  videos.dispose();
});
