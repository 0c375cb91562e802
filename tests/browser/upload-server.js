/** A server that files pictures by their idempotency key, and does to each request what it is told. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readBody } from './harness.js';

/**
 * What is done to a request. `before`, `middle`, `after`: the connection breaks ahead of the body, in it, or behind it.
 * `lost`: the picture is filed and the answer breaks off. `slow`: the body is read, and the answer written, bit by bit.
 * `silent`: no answer. `burst`: 500, as the next ones. Else it is answered like that, and filed where it says 200.
 * @typedef {'before' | 'middle' | 'after' | 'lost' | 'slow' | 'silent' | 'burst' | 'garbage' | 'redirect' | 'wrong-hash' |
 *   '200' | '401' | '409' | '413' | '429' | '503'} Treatment
 */

/** @typedef {{ agentId: string, interactionId: string, sha256: string, fields: string[] }} Filed */

/** @param {(id: string, tries: number) => Treatment} treat */
export async function startUploadServer(treat) {
  /** @type {Map<string, Filed>} */
  const filed = new Map();
  /** @type {Map<string, number>} */
  const tries = new Map();
  const counts = { tries: 0, repeats: 0, inProgress: 0, mismatches: 0 };
  /** @type {Record<string, number>} */
  const treatments = {};
  /** @type {Set<string>} */
  const processing = new Set();
  let burst = 0;
  let isOffline = false;

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function receive(request, response) {
    // What it does not expose, Retry-After among it, a page of another origin cannot read.
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
    if (isOffline) return request.socket.destroy();
    if (request.method === 'OPTIONS') {
      response.setHeader('Access-Control-Allow-Headers', 'authorization, idempotency-key');
      response.setHeader('Access-Control-Allow-Methods', 'POST');
      return response.writeHead(204).end();
    }
    if (request.method === 'GET') return response.end('<!doctype html><title>Please log in</title>');
    const id = String(request.headers['idempotency-key']);
    counts.tries += 1;
    tries.set(id, (tries.get(id) ?? 0) + 1);
    const treatment = burst > 0 ? 'burst' : treat(id, tries.get(id) ?? 1);
    treatments[treatment] = (treatments[treatment] ?? 0) + 1;
    try {
      await treatAs(treatment, id, request, response);
    } catch {
      request.socket.destroy(); // The page has gone.
    }
  }

  /**
   * @param {Treatment} treatment @param {string} id
   * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
   */
  async function treatAs(treatment, id, request, response) {
    /** @param {number} status @param {object} body */
    const answer = (status, body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (treatment === 'before') return request.socket.destroy();
    if (treatment === 'middle') {
      await once(request, 'data');
      return request.socket.destroy();
    }
    if (treatment === 'slow') {
      request.pause();
      await new Promise((resolve) => setTimeout(resolve, 100));
      request.resume();
    }
    const body = await readBody(request);
    if (!request.complete) return;
    switch (treatment) {
      case 'after':
        return request.socket.destroy();
      case 'silent':
        return undefined;
      case 'burst':
        burst = burst > 0 ? burst - 1 : 4;
        return answer(500, { error: 'Something went wrong', code: 'internal' });
      case 'garbage':
        return response.end('<!doctype html><title>Welcome to our hotel</title>');
      case 'redirect':
        return response.writeHead(303, { location: '/login' }).end();
      case '401':
        if (request.headers.authorization !== 'new')
          return answer(401, { error: 'Who are you?', code: 'unauthorized' });
        break;
      case '413':
        return answer(413, { error: 'The file is too large', code: 'file-too-large' });
      case '409':
        return answer(409, { error: 'In progress', code: 'in-progress' });
      case '429':
      case '503':
        response.setHeader('Retry-After', '1');
        return answer(Number(treatment), { error: 'Later', code: 'later' });
    }
    if (processing.has(id)) {
      counts.inProgress += 1;
      return answer(409, { error: 'In progress', code: 'in-progress' });
    }
    processing.add(id);
    const form = await new Response(body, {
      headers: { 'content-type': String(request.headers['content-type']) },
    }).formData();
    const fields = Object.fromEntries(form);
    const picture = /** @type {File} */ (fields.file);
    const sha256 = createHash('sha256')
      .update(Buffer.from(await picture.arrayBuffer()))
      .digest('hex');
    processing.delete(id);
    const known = filed.get(id);
    if (known) counts.repeats += 1;
    else
      filed.set(id, { agentId: fields.agentId, interactionId: fields.interactionId, sha256, fields: [...form.keys()] });
    if ((known && known.sha256 !== sha256) || fields.sha256 !== sha256 || fields.snapshotId !== id)
      counts.mismatches += 1;
    if (treatment === 'lost') return request.socket.destroy();
    const receipt = { success: true, id, url: `/${id}`, sha256, annotation: 'queued' };
    if (treatment === 'wrong-hash') return answer(200, { ...receipt, sha256: '0'.repeat(64) });
    if (treatment !== 'slow') return answer(200, receipt);
    for (const bit of JSON.stringify(receipt).match(/.{1,40}/g) ?? []) {
      response.write(bit);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return response.end();
  }

  const server = createServer(receive);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/upload`,
    /** The same, for a server of the caller's own. */
    handle: receive,
    filed,
    tries,
    counts,
    treatments,
    /** @param {boolean} whether */
    setOffline(whether) {
      isOffline = whether;
      if (whether) server.closeAllConnections();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
