/** Captures a live call where the browser falsifies what a canvas gives back. */

/** @param {{ turned?: 0 | 90, options: object, takesAway?: string[] }} argument */
export default async function captureFalsified({ turned = 0, options, takesAway = [] }) {
  for (const name of takesAway) delete globalThis[name];
  const call = await lab.startCall({ turned });
  await lab.ramped(call.track, 160);
  const capture = lab.createCapture(options);
  await capture.ready();
  const shot = await lab.outcome(capture.snapshot(call.stream, { timeoutMs: 10000 }));
  capture.dispose();
  call.end();
  const hasVideoFrame = typeof VideoFrame === 'function';
  return { ...shot, hasVideoFrame, falseSamples: hasVideoFrame ? await countFalseSamples() : undefined };
}

/** Of a known picture, as `copyTo` gives it back. */
async function countFalseSamples() {
  const side = 64;
  const known = Uint8Array.from({ length: side * side * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 167) & 255));
  const frame = new VideoFrame(known, { format: 'RGBA', codedWidth: side, codedHeight: side, timestamp: 0 });
  const copy = new Uint8Array(known.length);
  await frame.copyTo(copy, { format: 'RGBA' });
  frame.close();
  return copy.filter((value, i) => value !== known[i]).length;
}
