// What each project's page does: one capture, and where it was encoded. OPTIONS is replaced by the project's.
import { CaptureError, createCapture } from 'caseframe';
import { fromVideoClient } from 'caseframe/genesys';
import { createUploader } from 'caseframe/upload';
import { paintPicture } from './picture.js';

export async function captureOnce() {
  const picture = paintPicture();
  const capture = createCapture(/* OPTIONS */);
  try {
    const { sha256, width, height, blob } = await capture.snapshot(picture.stream, { timeoutMs: 30000 });
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
    picture.stop();
  }
}
