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
  return { ...shot, hasVideoFrame: typeof VideoFrame === 'function' };
}
