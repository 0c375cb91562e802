/** Captures files whose headers say how to show them. */

/** @param {{ clips: string[], worker?: false }} argument */
export default async function captureFiles({ clips, worker }) {
  const capture = lab.createCapture({ worker });
  await capture.ready();
  const shots = {};
  for (const clip of clips) {
    const src = `/turned.mp4?clip=${encodeURIComponent(clip)}`;
    const video = Object.assign(document.createElement('video'), { muted: true, loop: true, src });
    document.body.append(video);
    await video.play();
    const shot = await lab.outcome(capture.snapshot(video, { timeoutMs: 10000 }));
    shots[clip] = { ...shot, shown: [video.videoWidth, video.videoHeight] };
    video.remove();
    video.removeAttribute('src');
    video.load();
  }
  capture.dispose();
  return shots;
}
