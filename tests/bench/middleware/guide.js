// Usage: node guide.js   What the guide's middleware does, written for the bench from its description: express takes the form
// by multer into memory, puts the file under a key of the interaction and the time, and answers with where it is. Nothing is
// checked, flushed, recorded or made idempotent. Environment: FOLDER, or BUCKET and ENDPOINT with AWS credentials.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import express from 'express';
import multer from 'multer';

const { FOLDER, BUCKET, ENDPOINT } = process.env;
const client =
  BUCKET === undefined
    ? undefined
    : new S3Client({
        region: 'us-east-1',
        endpoint: ENDPOINT,
        forcePathStyle: true,
        requestChecksumCalculation: 'WHEN_REQUIRED',
      });
const upload = multer({ storage: multer.memoryStorage() });
let count = 0;

const app = express();
app.post('/api/v1/video-snapshot/upload', upload.single('file'), async (request, response) => {
  try {
    const { interactionId, agentId, timestamp } = request.body;
    count += 1;
    const key = `video-snapshots/${interactionId}/${Date.now()}-${count}.jpg`;
    const { buffer } = /** @type {Express.Multer.File} */ (request.file);
    await put(key, buffer, { interactionId, agentId, timestamp });
    response.json({ success: true, url: key });
  } catch (error) {
    response.status(500).json({ error: String(error) });
  }
});
app.get('/readyz', (_request, response) => response.json({ status: 'ok' }));
const server = app.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`guide: http://127.0.0.1:${port}/`);
});

/** @param {string} key @param {Buffer} bytes @param {Record<string, string>} metadata */
async function put(key, bytes, metadata) {
  if (client !== undefined) {
    await client.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: bytes, ContentType: 'image/jpeg', Metadata: metadata }),
    );
    return;
  }
  const path = join(String(FOLDER), ...key.split('/'));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
