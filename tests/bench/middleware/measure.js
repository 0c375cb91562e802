/** A turn of one contestant: autocannon sends the same picture again and again, under another key each time. */

import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import autocannon from 'autocannon';
import sharp from 'sharp';
import { KEY } from './contestants.js';

const BOUNDARY = '----caseframe-bench';

/** A photograph at 720p, as the package encodes one. */
export async function picture() {
  const photo = await readFile(new URL('../../fixtures/rocket.jpg', import.meta.url));
  return sharp(photo).resize(1280, 720, { fit: 'cover' }).jpeg({ quality: 90 }).toBuffer();
}

/** What the package's uploader sends. @param {Buffer} file */
export function formOf(file) {
  const fields = {
    interactionId: 'call-1',
    agentId: 'agent-7',
    timestamp: '2026-11-02T10:20:30.456Z',
    sha256: createHash('sha256').update(file).digest('hex'),
    metadata: JSON.stringify({
      software: 'caseframe',
      redactions: [{ x: 2, y: 4, width: 6, height: 8, mode: 'fill' }],
    }),
  };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="snapshot.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`;
  return Buffer.concat([Buffer.from(parts.join('') + head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/**
 * @param {import('./contestants.js').Contestant} contestant @param {Buffer} body
 * @param {{ uploads: number, connections: number }} load
 */
export async function turn({ name, address, pids }, body, { uploads, connections }) {
  /** In ms. @type {number[]} */
  const latencies = [];
  const instance = autocannon({
    url: address,
    amount: uploads,
    connections,
    timeout: 120,
    requests: [
      {
        method: 'POST',
        path: '/api/v1/video-snapshot/upload',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
        body,
        setupRequest: (/** @type {any} */ request) => ({
          ...request,
          headers: { ...request.headers, 'idempotency-key': randomUUID() },
        }),
      },
    ],
  });
  // Autocannon itself ends with its next whole second.
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  instance.on('response', (_client, _status, _bytes, ms) => {
    latencies.push(ms);
    last = performance.now();
    first = Math.min(first, last - ms);
  });
  const result = await instance;
  const seconds = (last - first) / 1000;
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${name}: ${failed} of ${uploads} failed`);
  return { seconds, uploads: latencies.length, latencies, rss: await rssOf(pids) };
}

/** Resident memory, in MiB, of all of them. @param {number[]} pids */
async function rssOf(pids) {
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/status`, 'utf8')));
  return texts.reduce((sum, text) => sum + Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1]) / 1024, 0);
}
