/** A clip of the scene, recorded by a page, for pages to play. */
import { readBody } from './harness.js';

export function createClip() {
  let clip = Buffer.alloc(0);
  return {
    /** @type {Parameters<typeof import('./harness.js').startServer>[0]} */
    routes: {
      async '/clip.webm'(request, response) {
        if (request.method === 'POST') {
          clip = await readBody(request);
          return response.end();
        }
        response.setHeader('Content-Type', 'video/webm');
        response.end(clip);
      },
    },
  };
}

/** Runs in a Chromium page that has the laboratory. */
export async function recordClip() {
  const sender = lab.createSender(320, 180, { plain: true });
  const recorder = new MediaRecorder(new MediaStream([sender.track]), { mimeType: 'video/webm' });
  const recorded = new Promise((resolve) => {
    recorder.ondataavailable = ({ data }) => resolve(data);
  });
  recorder.start();
  // Two seconds of a machine that has time for it.
  await lab.beats({ sending: sender }, 60);
  recorder.stop();
  await fetch('/clip.webm', { method: 'POST', body: await recorded });
  sender.stop();
}
