// The uploader's types as a page meets them. Checked, never run.

import type { Snapshot } from 'caseframe';
import {
  createUploader,
  type PendingItem,
  type Receipt,
  type UploadEvents,
  type Uploader,
  type UploaderOptions,
} from 'caseframe/upload';

declare const snapshot: Snapshot;
const options: UploaderOptions = {
  url: '/u',
  agentId: 'a',
  headers: async ({ agentId, snapshotId, attempt, renew }) => ({
    authorization: `${agentId}${snapshotId}${attempt}${renew}`,
  }),
  encrypt: true,
  limits: { parallel: 2 },
};
const uploader: Uploader = createUploader(options);
export const receipt: Promise<Receipt> = uploader.send(snapshot, {
  interactionId: 'x',
  onProgress: ({ loaded, total }) => loaded / total,
});
uploader.on('delivered', ({ id, receipt: r }) => r.url + id);
uploader.on('failed', ({ error, willRetry }) => error.advice + willRetry);
uploader.on('warning', ({ code }: UploadEvents['warning']) => code);
export const left: Promise<PendingItem[]> = uploader.flush({ timeoutMs: 5 });
// @ts-expect-error no such event
uploader.on('done', () => {});
