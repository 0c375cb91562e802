/** A dedicated worker that uploads one snapshot. */
import { createUploader } from '/dist/upload/index.js';

const blob = new Blob(['a picture'], { type: 'image/jpeg' });
const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
const uploader = createUploader({ url: new URL('/upload', location.href), agentId: 'ann' });
let durable = false;
uploader.on('queued', ({ item }) => {
  durable = item.durable;
});
const { id } = await uploader.send({
  id: 'from-a-worker',
  blob,
  sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  capturedAt: new Date().toISOString(),
  interactionId: 'case-1',
});
uploader.dispose();
postMessage({ id, durable });
