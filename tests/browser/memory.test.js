/** What stood under a redaction is gone from the worker once the still is discarded: its whole heap is searched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useLab } from './harness.js';

const { run } = useLab();

/** Eight pixels that no picture has by chance, again and again under the region. */
const MARKER = Array.from({ length: 32 }, (_, i) => (i % 4 === 3 ? 255 : (i * 89 + 37) % 251));

/** In the page. @param {number[]} marker */
async function play(marker) {
  const [width, height] = [320, 180];
  const region = { x: 64, y: 32, width: 96, height: 80 };
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const inside = x >= region.x && y >= region.y && x < region.x + region.width && y < region.y + region.height;
      for (let c = 0; c < 4; c++) data[i + c] = inside ? marker[(x % 8) * 4 + c] : [x / 2, y, 90, 255][c];
    }
  }
  const Frame = globalThis.VideoFrame || globalThis.HiddenVideoFrame;
  // RGBA all the way: through a codec the marker would be another.
  const generator = new MediaStreamTrackGenerator({ kind: 'video' });
  const writer = generator.writable.getWriter();
  const clock = setInterval(() => {
    const format = { format: 'RGBA', codedWidth: width, codedHeight: height, timestamp: performance.now() * 1000 };
    writer.write(new Frame(data, format)).catch(() => {});
  }, 33);

  const channel = new BroadcastChannel('search');
  const search = () =>
    new Promise((resolve) => {
      channel.onmessage = ({ data: answer }) => resolve(answer);
      channel.postMessage(marker);
    });
  const capture = lab.createCapture({ workerUrl: '/pages/searched-worker.js' });
  const still = await capture.grab(generator);
  const held = await search();
  const files = [];
  for (const options of [
    { redact: [{ ...region, mode: 'fill' }] },
    { redact: [region], maxWidth: 200, subsampling: '4:4:4' },
    { redact: [{ ...region, mode: 'blur' }], progressive: true },
  ]) {
    files.push((await still.encode(options)).blob.size);
  }
  const preview = await still.preview({ maxWidth: 320 });
  preview.close();
  still.discard();
  // Asked after it, and answered in turn.
  const snapshot = await capture.snapshot(generator, { redact: [region] });
  files.push(snapshot.blob.size);
  const after = await search();
  capture.dispose();
  clearInterval(clock);
  generator.stop();
  channel.close();
  return { held, files, after, method: snapshot.frame.method };
}

/** Ahead of all scripts: the package must do without, the test must not. */
function hideVideoFrame() {
  globalThis.HiddenVideoFrame = globalThis.VideoFrame;
  delete globalThis.VideoFrame;
}

for (const [method, before] of /** @type {[string, (() => void)?][]} */ ([
  ['video-frame'],
  ['canvas', hideVideoFrame],
])) {
  test(`frames that are read by way of ${method} leave nothing`, async () => {
    const seen = await run(play, { before, argument: MARKER });
    assert.equal(seen.method, method);
    assert.ok(seen.held.wasm > 500, `the search finds it while the still is held: ${seen.held.wasm} times`);
    if (method === 'canvas') assert.ok(seen.held.seen > 0, 'the search knows of the buffers that brought the pixels');
    assert.ok(seen.files.every((size) => size > 1000));
    assert.ok(seen.after.bytes >= seen.held.bytes);
    assert.equal(seen.after.wasm, 0);
    assert.equal(seen.after.buffers, 0);
  });
}
