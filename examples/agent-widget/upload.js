/** Sends a snapshot to the middleware, once. */

import { CaptureError } from 'caseframe';

const ADDRESS = '/api/v1/video-snapshot/upload';

/**
 * @typedef {object} Receipt
 * @property {string} id
 * @property {string} url the stable link of the stored picture
 * @property {string} sha256
 * @property {'queued' | 'done'} annotation
 */

/**
 * May be called again for the same snapshot: its id is the idempotency key, so that it is stored once.
 * @param {import('caseframe').Snapshot} snapshot with an interactionId
 * @param {{ agentId: string, signal?: AbortSignal }} options
 * @returns {Promise<Receipt>}
 * @throws {CaptureError} `upload-rejected` (the server refuses it), `upload-failed` (worth another try), `aborted`
 */
export async function upload(snapshot, { agentId, signal }) {
  const { id, interactionId, blob, sha256, capturedAt, width, height, frame, redactions } = snapshot;
  const form = new FormData();
  form.append('interactionId', String(interactionId));
  form.append('agentId', agentId);
  form.append('timestamp', capturedAt);
  form.append('snapshotId', id);
  form.append('sha256', sha256);
  form.append('metadata', JSON.stringify({ width, height, frame, redactions }));
  form.append('file', blob, `${id}.jpg`);
  try {
    const response = await fetch(ADDRESS, { method: 'POST', headers: { 'idempotency-key': id }, body: form, signal });
    const answer = await response.json();
    if (response.ok) return answer;
    throw new CaptureError(response.status < 500 ? 'upload-rejected' : 'upload-failed', answer.error, {
      details: { status: response.status, code: answer.code },
    });
  } catch (cause) {
    if (cause instanceof CaptureError) throw cause;
    throw new CaptureError(signal?.aborted ? 'aborted' : 'upload-failed', undefined, { cause });
  }
}
