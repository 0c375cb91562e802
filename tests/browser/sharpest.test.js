/** `select: 'sharpest'` in Chromium: of the frames of a track, one of four sharp, a sharp one is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { useLab } from './harness.js';

const { run } = useLab();

for (const [name, options] of Object.entries({ 'in a worker': {}, 'in the page': { worker: false } })) {
  test(`the sharpest of many frames, ${name}`, async () => {
    const { sharp, blurred, mixed } = await run(
      async (createOptions) => {
        const { drawLabel } = await import('/pages/label.js');
        const track = new MediaStreamTrackGenerator({ kind: 'video' });
        const writer = track.writable.getWriter();
        const pictures = [4, 3, 0, 5].map((blur) => drawLabel(blur));
        const capture = lab.createCapture(createOptions);
        await capture.ready();
        /** Sends them in turn until the capture has ended. */
        const take = async (list) => {
          let over = false;
          const options = { select: 'sharpest', withinMs: 2000, timeoutMs: 30000 };
          const taking = lab.outcome(capture.snapshot(track, options)).finally(() => {
            over = true;
          });
          for (let i = 0; !over; i++) {
            await writer.write(new VideoFrame(list[i % list.length], { timestamp: performance.now() * 1000 }));
            await lab.sleep(60);
          }
          const { code, message, frame, report } = await taking;
          return { code, message, frame, report };
        };
        const sharp = await take(pictures.slice(2, 3));
        const blurred = await take(pictures.slice(1, 2));
        const mixed = await take(pictures);
        capture.dispose();
        track.stop();
        return { sharp, blurred, mixed };
      },
      { argument: options },
    );
    for (const { code, message, frame, report } of [sharp, blurred, mixed]) {
      assert.equal(code, undefined, message);
      assert.ok(frame.candidates.count >= 1 && frame.candidates.count <= 8);
      assert.equal(report.sharpness, frame.sharpness);
      assert.ok(report.clipped >= 0 && report.motion >= 0);
    }
    assert.ok(sharp.frame.sharpness > 1.5 * blurred.frame.sharpness, 'blur lowers it');
    // A machine too slow to see all four in time has no choice.
    if (mixed.frame.candidates.count >= 4) assert.equal(mixed.frame.sharpness, sharp.frame.sharpness);
  });
}

/** How bright the band is that tells the sharp pictures from the others, 0..255. @param {string} base64 */
async function bandOf(base64) {
  const { channels } = await sharp(Buffer.from(base64, 'base64'))
    .extract({ left: 40, top: 330, width: 560, height: 20 })
    .stats();
  return channels[1].mean;
}

test('the sharpest of what a real call delivers, as the file itself tells', async () => {
  const shots = await run(async () => {
    const { drawLabel } = await import('/pages/label.js');
    const pictures = [4, 5, 0, 4].map((blur) => drawLabel(blur, { band: true }));
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    const writer = track.writable.getWriter();
    let sent = 0;
    const painting = setInterval(() => {
      const frame = new VideoFrame(pictures[sent++ % pictures.length], { timestamp: performance.now() * 1000 });
      writer.write(frame).catch(() => frame.close());
    }, 66);

    // Every candidate is looked at by the test as well.
    let bands = [];
    const channel = new BroadcastChannel('candidates');
    channel.onmessage = ({ data }) => bands.push(data);

    const call = await lab.startCall();
    await call.switchTo({ track });
    await lab.ramped(call.track, 640);
    const capture = lab.createCapture({ workerUrl: '/pages/candidates-worker.js' });
    await capture.ready();
    const shots = [];
    const hasBoth = () => shots.some((shot) => Math.min(...shot.bands) < 64 && Math.max(...shot.bands) > 192);
    for (let tries = 0; tries < 30 && !hasBoth(); tries++) {
      bands = [];
      const options = { select: 'sharpest', withinMs: 2000, minWidth: 640, timeoutMs: 30000 };
      const { code, message, frame, jpeg } = await lab.outcome(capture.snapshot(call.track, options));
      // What was told before the worker's answer is heard before it is, or soon after.
      for (let i = 0; i < 100 && bands.length < frame?.candidates.count; i++) await lab.sleep(10);
      // One whose call is just beginning still shows the scene that was sent before.
      if (bands.every((band) => band < 64 || band > 192)) shots.push({ code, message, frame, jpeg, bands });
    }
    capture.dispose();
    channel.close();
    clearInterval(painting);
    call.end();
    track.stop();
    return shots;
  });
  const both = shots.filter(({ bands }) => Math.min(...bands) < 64 && Math.max(...bands) > 192);
  assert.ok(both.length > 0, 'sharp and blurred pictures came within one capture');
  for (const { code, message, frame, jpeg, bands } of shots) {
    assert.equal(code, undefined, message);
    assert.equal(bands.length, frame.candidates.count);
    const isSharp = (await bandOf(jpeg)) > 128;
    assert.equal(isSharp, Math.max(...bands) > 128, `chosen of ${bands}: ${frame.candidates.taken}`);
    assert.equal(isSharp, bands[frame.candidates.taken] > 128, 'it is the one that it says it is');
  }
});
