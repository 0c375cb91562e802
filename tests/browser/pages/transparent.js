/** Captures a canvas's stream that one can see through, on every path that this browser has. */

export default async function captureTransparent() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
  const context = canvas.getContext('2d');
  let frames = 0;
  let isEmpty = false;
  const timer = setInterval(() => {
    context.clearRect(0, 0, 320, 180);
    if (isEmpty) {
      // Painted, and nothing of it is seen.
      context.fillStyle = `rgba(${frames++ % 256}, 0, 0, 0)`;
      context.fillRect(0, 0, 320, 180);
      return;
    }
    context.fillStyle = 'rgba(255, 0, 0, 0.25)';
    context.fillRect(0, 0, 160, 180);
    context.fillStyle = `rgb(0, ${200 + (frames++ % 2)}, 0)`;
    context.fillRect(160, 0, 160, 90);
  }, 33);
  const stream = canvas.captureStream(30);

  const shots = {};
  async function shoot(path, capture, isReady = false) {
    await capture.ready(isReady ? stream : undefined);
    if (isReady) await lab.sleep(300);
    shots[path] = await lab.outcome(capture.snapshot(stream, { timeoutMs: 10000 }));
    capture.dispose();
  }
  await shoot('a capture', lab.createCapture());
  await shoot('a capture of a stream that was made ready', lab.createCapture(), true);
  await shoot('a capture without a worker', lab.createCapture({ worker: false }));
  isEmpty = true;
  await lab.sleep(500);
  const capture = lab.createCapture();
  // To be seen before that, however busy the machine is.
  const nothing = await lab.outcome(capture.snapshot(stream, { timeoutMs: 6000 }));
  capture.dispose();
  isEmpty = false;
  await lab.sleep(300);
  delete globalThis.MediaStreamTrackProcessor;
  await shoot('a capture of an element', lab.createCapture());
  delete globalThis.VideoFrame;
  await shoot('a capture through a canvas', lab.createCapture());
  clearInterval(timer);
  stream.getTracks()[0].stop();
  return { shots, nothing };
}
