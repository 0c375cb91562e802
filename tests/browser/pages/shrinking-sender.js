// Sends frames of one size, and of another from the moment it is told to on: from a thread of its own, so that it goes on
// while the page stands still.
let [width, height] = [640, 360];

addEventListener('message', ({ data: { frames, size } }) => {
  if (size) [width, height] = size;
  if (frames) start(frames.getWriter());
});

async function start(writer) {
  const { paintScene } = await import('./call.js');
  for (let counter = 0; ; counter++) {
    const canvas = new OffscreenCanvas(width, height);
    paintScene(canvas.getContext('2d'), width, height, counter);
    await writer.write(new VideoFrame(canvas, { timestamp: performance.now() * 1000 }));
    await new Promise((resolve) => setTimeout(resolve, 33));
  }
}
