/** `select: 'sharpest'` in Chromium: of the frames of a track, one of four sharp, a sharp one is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useLab } from './harness.js';

const { run } = useLab();

for (const [name, options] of Object.entries({ 'in a worker': {}, 'in the page': { worker: false } })) {
  test(`the sharpest of many frames, ${name}`, async () => {
    const { sharp, blurred, mixed } = await run(
      async (createOptions) => {
        const track = new MediaStreamTrackGenerator({ kind: 'video' });
        const writer = track.writable.getWriter();
        const draw = (blur) => {
          const canvas = new OffscreenCanvas(640, 360);
          const context = canvas.getContext('2d');
          context.fillStyle = '#ccc';
          context.fillRect(0, 0, 640, 360);
          context.filter = blur ? `blur(${blur}px)` : 'none';
          context.fillStyle = '#222';
          context.font = '20px sans-serif';
          for (let y = 40; y < 340; y += 30) context.fillText('Serial number 4C0-FFEE-1234567-89AB', 40, y);
          return canvas;
        };
        const pictures = [draw(4), draw(3), draw(0), draw(5)];
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
