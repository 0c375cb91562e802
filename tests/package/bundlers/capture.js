// What each project's page does: one capture of a canvas, and where it was encoded. OPTIONS is replaced by the project's.
import { CaptureError, createCapture } from 'caseframe';
import { fromVideoClient } from 'caseframe/genesys';
import { createUploader } from 'caseframe/upload';

export async function captureOnce() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
  const pen = canvas.getContext('2d');
  let tick = 0;
  const timer = setInterval(() => {
    pen.fillStyle = 'rgb(200, 40, 40)';
    pen.fillRect(0, 0, 160, 240);
    pen.fillStyle = 'rgb(40, 40, 200)';
    pen.fillRect(160, 0, 160, 240);
    pen.fillStyle = 'white';
    pen.fillRect(tick++ % 320, 0, 4, 4);
  }, 33);
  const capture = createCapture(/* OPTIONS */);
  try {
    const { sha256, width, height, blob } = await capture.snapshot(canvas.captureStream(30), { timeoutMs: 30000 });
    let isOneClass = false;
    try {
      createUploader({});
    } catch (error) {
      isOneClass = error instanceof CaptureError && typeof fromVideoClient === 'function';
    }
    return { mode: capture.mode, sha256, width, height, bytes: blob.size, isOneClass };
  } catch (error) {
    return { error: String(error.stack || error), code: error.code };
  } finally {
    capture.dispose();
    clearInterval(timer);
  }
}
