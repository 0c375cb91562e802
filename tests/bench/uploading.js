/**
 * What the queue costs: one upload by `caseframe/upload` beside a bare XMLHttpRequest with the same form, to the same
 * server, from the call to the receipt. The server keeps nothing and answers at once.
 */
import { createHash } from 'node:crypto';
import { readBody } from '../browser/harness.js';
import { createOrder } from './order.js';
import { summarize } from './statistics.js';
import { CATEGORIES, occupancy } from './trace.js';

/** @typedef {import('./statistics.js').Summary} Summary */

/** In this order in the table. */
const WAYS = ['bare XMLHttpRequest', 'caseframe, in memory', 'caseframe, IndexedDB', 'caseframe, IndexedDB, encrypted'];

/** As the middleware answers. @type {import('node:http').RequestListener} */
export async function takeUpload(request, response) {
  const body = await readBody(request);
  const form = await new Response(body, {
    headers: { 'content-type': String(request.headers['content-type']) },
  }).formData();
  const file = /** @type {File} */ (form.get('file'));
  const sha256 = createHash('sha256')
    .update(Buffer.from(await file.arrayBuffer()))
    .digest('hex');
  const id = form.get('snapshotId');
  response.end(JSON.stringify({ success: true, id, url: `/${id}`, sha256, annotation: 'queued' }));
}

/**
 * @typedef {object} UploadRow
 * @property {string} name
 * @property {Summary} totalMs From the call to the receipt.
 * @property {Summary} cpuMs Processor time of the page's main thread in that time.
 */

/**
 * @param {object} options
 * @param {import('playwright-core').Browser} options.browser Nobody else may trace it.
 * @param {import('playwright-core').Page} options.page On page/index.html, with `takeUpload` at /upload.
 * @param {import('./plan.js').Plan['upload']} options.plan
 * @returns {Promise<UploadRow[]>}
 */
export async function measureUploading({ browser, page, plan: { rounds, warmUp, bytes } }) {
  await page.evaluate(prepare, bytes);
  /** @type {Map<string, { totalMs: number, cpuMs: number }[]>} */
  const samples = new Map(WAYS.map((name) => [name, []]));
  const order = createOrder(WAYS);
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const name of order()) {
      await browser.startTracing(page, { categories: CATEGORIES });
      const totalMs = await page.evaluate((way) => globalThis.uploadOnce(way), name);
      const trace = JSON.parse((await browser.stopTracing()).toString());
      const { cpuMs } = occupancy(trace, 'bench:click', 'bench:end');
      if (round >= warmUp) samples.get(name)?.push({ totalMs, cpuMs });
    }
  }
  return WAYS.map((name) => ({
    name,
    totalMs: summarize((samples.get(name) ?? []).map((sample) => sample.totalMs)),
    cpuMs: summarize((samples.get(name) ?? []).map((sample) => sample.cpuMs)),
  }));
}

/** In the page. @param {number} bytes */
async function prepare(bytes) {
  const path = '/dist/upload.js';
  const { createUploader } = await import(path);
  const picture = new Uint8Array(bytes);
  // As much as getRandomValues gives at once: nothing that compresses.
  for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(picture.subarray(at, at + 65536));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', picture));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const blob = new Blob([picture], { type: 'image/jpeg' });
  const common = { url: '/upload', agentId: 'ann' };
  /** @type {Record<string, any>} */
  const uploaders = {
    'caseframe, in memory': createUploader({ ...common, queue: 'memory' }),
    'caseframe, IndexedDB': createUploader(common),
    'caseframe, IndexedDB, encrypted': createUploader({ ...common, encrypt: true, database: 'encrypted' }),
  };

  /** @param {string} id */
  const bare = (id) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', '/upload');
      request.setRequestHeader('Idempotency-Key', id);
      request.responseType = 'json';
      request.onload = () => resolve(request.response);
      request.onerror = reject;
      const form = new FormData();
      const fields = {
        interactionId: 'case-1',
        agentId: 'ann',
        timestamp: new Date().toISOString(),
        snapshotId: id,
        sha256,
      };
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', blob, `${id}.jpg`);
      request.send(form);
    });

  let count = 0;
  globalThis.uploadOnce = async (/** @type {string} */ way) => {
    count += 1;
    const id = `upload-${count}`;
    performance.mark('bench:click');
    const begun = performance.now();
    const receipt = await (uploaders[way]
      ? uploaders[way].send({ id, blob, sha256, capturedAt: new Date().toISOString(), interactionId: 'case-1' })
      : bare(id));
    const totalMs = performance.now() - begun;
    performance.mark('bench:end');
    if (receipt.sha256 !== sha256) throw new Error(`'${way}' was not delivered`);
    return totalMs;
  };
}
