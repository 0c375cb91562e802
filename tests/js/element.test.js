// How an element is read: by a VideoFrame where that is certain to be upright or tells its turn, through a canvas elsewhere.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { nextFromElement } from '../../js/frames/element.js';
import { createLifetime } from '../../js/lifetime.js';

const ORIENTATION = { uri: 'urn:3gpp:video-orientation' };
const OTHER = { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid' };

class FrameOfOld {
  displayWidth = 1;
  displayHeight = 1;
  close() {}
}
class FrameThatTells extends FrameOfOld {
  get rotation() {
    return 90;
  }
}

/** @type {Error | undefined} What reading a canvas throws. */
let refusal;
beforeEach(() => {
  refusal = undefined;
  const document = {
    hidden: false,
    createElement: () => ({
      getContext() {
        let drawn = new Uint8ClampedArray(4);
        return {
          createImageData: (/** @type {number} */ width, /** @type {number} */ height) => ({
            data: new Uint8ClampedArray(width * height * 4),
          }),
          putImageData(/** @type {any} */ { data }) {
            known = data;
          },
          drawImage(/** @type {any} */ image) {
            if (image.tagName === 'VIDEO' && refusal) throw refusal;
            drawn = image.tagName === 'VIDEO' ? new Uint8ClampedArray(4) : known;
          },
          getImageData: () => ({ data: drawn.slice() }),
        };
      },
    }),
  };
  /** @type {Uint8ClampedArray} */
  let known;
  Object.assign(globalThis, { document });
});
afterEach(() => {
  for (const name of ['document', 'VideoFrame', 'RTCRtpReceiver']) delete (/** @type {any} */ (globalThis)[name]);
});

/** @param {'file' | 'stream'} kind */
async function take(kind) {
  const video = /** @type {any} */ ({
    tagName: 'VIDEO',
    paused: false,
    readyState: 4,
    videoWidth: 1,
    videoHeight: 1,
    srcObject: kind === 'stream' ? { getVideoTracks: () => [] } : null,
    requestVideoFrameCallback: (/** @type {any} */ callback) =>
      setTimeout(() => callback(performance.now(), { presentedFrames: 2, presentationTime: performance.now() })),
    cancelVideoFrameCallback: clearTimeout,
  });
  const lifetime = createLifetime();
  try {
    return (await nextFromElement(video, lifetime)).take();
  } finally {
    lifetime.finish();
  }
}

/** @param {any} VideoFrame @param {unknown} [capabilities] Of a receiver; none where there is no RTCRtpReceiver. */
function pretend(VideoFrame, capabilities) {
  const RTCRtpReceiver = capabilities === undefined ? undefined : class {};
  Object.assign(RTCRtpReceiver || {}, { getCapabilities: () => capabilities });
  Object.assign(globalThis, { VideoFrame, RTCRtpReceiver });
}

for (const [browser, VideoFrame, capabilities, expected] of /** @type {[string, any, any, any][]} */ ([
  ['Chromium from 138', FrameThatTells, { headerExtensions: [ORIENTATION, OTHER] }, ['video-frame', 'video-frame']],
  ['Chromium before', FrameOfOld, { headerExtensions: [OTHER, ORIENTATION] }, ['canvas', 'canvas']],
  ['Safari', FrameOfOld, { headerExtensions: [ORIENTATION] }, ['canvas', 'canvas']],
  ['Firefox', FrameOfOld, { headerExtensions: [OTHER] }, ['canvas', 'video-frame']],
  ['a browser without WebRTC', FrameOfOld, undefined, ['canvas', 'video-frame']],
  ['a browser that does not list its extensions', FrameOfOld, {}, ['canvas', 'canvas']],
  ['a browser that does not list anything', FrameOfOld, null, ['canvas', 'canvas']],
  ['a browser without VideoFrame', undefined, { headerExtensions: [OTHER] }, ['canvas', 'canvas']],
])) {
  test(`${browser}: a file by ${expected[0]}, a stream by ${expected[1]}`, async () => {
    pretend(VideoFrame, capabilities);
    const [file, stream] = [await take('file'), await take('stream')];
    assert.deepEqual([file?.method, stream?.method], expected);
    for (const taken of [file, stream]) {
      if (!taken || !('frame' in taken.input)) continue;
      // The frame says by what it is turned, or the page knows that it is not.
      assert.notEqual('rotation' in taken.input.frame, Boolean(taken.input.isUpright));
    }
  });
}

for (const [name, code] of [
  ['SecurityError', 'tainted'],
  ['RangeError', 'out-of-memory'],
]) {
  test(`${name} on reading is ${code}`, async () => {
    refusal = Object.assign(new Error('refused'), { name });
    await assert.rejects(take('file'), (error) => /** @type {any} */ (error).code === code);
  });
}

test('an element that has lost its picture is no error: the next frame is tried', async () => {
  refusal = Object.assign(new Error('lost'), { name: 'InvalidStateError' });
  assert.equal(await take('file'), undefined);
});
