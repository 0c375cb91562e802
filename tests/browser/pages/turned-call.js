/** Captures the far end of a call whose pictures are turned, on every path that this browser has. */
import { answerFar } from './far-call.js';

/** What hides the first quarter of the picture, by the words of the page that asks for it. */
const REDACT = [{ x: 0, y: 0, width: 0.2, height: 0.15, unit: 'ratio', mode: 'fill', color: '#ff00ff' }];

/** @param {{ name: string }} argument */
export default async function captureTurned({ name }) {
  const stream = await answerFar(name);
  const video = Object.assign(document.createElement('video'), { muted: true, srcObject: stream });
  document.body.append(video);
  video.play();
  // The sender's first pictures are small.
  while (video.videoWidth < 160) await lab.sleep(50);

  const shots = {};
  async function shoot(path, capture, isReady = false) {
    await capture.ready(isReady ? stream : undefined);
    if (isReady) await lab.sleep(300);
    const shot = await lab.outcome(capture.snapshot(stream, { redact: REDACT, timeoutMs: 15000 }));
    shots[path] = { ...shot, isLying: video.videoWidth > video.videoHeight };
    capture.dispose();
  }
  await shoot('a capture', lab.createCapture());
  await shoot('a capture of a stream that was made ready', lab.createCapture(), true);
  await shoot('a capture without a worker', lab.createCapture({ worker: false }));
  delete globalThis.MediaStreamTrackProcessor;
  await shoot('a capture of an element', lab.createCapture());
  await shoot('a capture of an element without a worker', lab.createCapture({ worker: false }));
  delete globalThis.VideoFrame;
  await shoot('a capture through a canvas', lab.createCapture());
  video.srcObject = null;
  return shots;
}
