/**
 * One try: a multipart POST and what the server made of it.
 *
 * By XMLHttpRequest, because nothing else tells how far an upload is: `fetch` with a stream as its body is refused by
 * Chromium on HTTP/1.1, and Firefox sends the text "[object ReadableStream]" in its place.
 */

import { nothing } from './clock.js';

/** @import { Item } from './record.js' */
/** @import { Outcome } from './retry.js' */

/** The most of a server's own words that is kept, in UTF-16 units. */
const LONGEST_TEXT = 300;

/**
 * @typedef {object} Try
 * @property {string} url
 * @property {'same-origin' | 'include'} credentials
 * @property {Item} item
 * @property {ArrayBuffer} data The JPEG.
 * @property {Record<string, string>} headers
 * @property {number} stallMs The longest time without progress of the body, connecting included.
 * @property {number} answerMs From the body's last byte to the answer's.
 * @property {AbortSignal} signal
 * @property {import('./clock.js').Clock} clock
 * @property {(loaded: number, total: number) => void} onProgress Of the whole body, in bytes.
 * @property {() => void} onSent The body has left, which proves nothing yet.
 */

/**
 * @param {Try} options
 * @returns {Promise<Outcome>} Never rejects; an abort ends it like a broken connection.
 */
export function post({ url, credentials, item, data, headers, stallMs, answerMs, signal, clock, onProgress, onSent }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let cancel = nothing;
    /** @param {Outcome} outcome */
    const end = (outcome) => {
      signal.removeEventListener('abort', abort);
      cancel();
      resolve(outcome);
      request.abort(); // Of no effect where it has ended.
    };
    const abort = () => end({ reason: 'network' });
    /** @param {number} ms @param {import('./retry.js').Reason} reason */
    const expect = (ms, reason) => {
      cancel();
      cancel = clock.after(ms, () => end({ reason }));
    };
    signal.addEventListener('abort', abort);
    request.upload.onprogress = ({ loaded, total }) => {
      expect(stallMs, 'stalled');
      onProgress(loaded, total);
    };
    request.upload.onload = () => {
      expect(answerMs, 'unanswered');
      onSent();
    };
    request.onerror = abort;
    request.onload = () => end(readAnswer(request, item));
    try {
      request.open('POST', url);
      request.withCredentials = credentials === 'include';
      for (const [name, value] of Object.entries(headers)) {
        // A second value would be joined to the key, and another type has no boundary of the form's.
        if (/^(idempotency-key|content-type)$/i.test(name)) continue;
        // What came as a name may be a token as well.
        const header = /^[\w-]{1,40}$/.test(name) ? `header ${name}` : 'header';
        // Never the text of a value that was missing.
        if (typeof value !== 'string') throw new TypeError(`The ${header} is ${value && typeof value}`);
        try {
          request.setRequestHeader(name, value);
        } catch {
          // The browser's own words repeat what it refuses, a token, and the error is kept with the item.
          throw new TypeError(`The ${header} cannot be sent`);
        }
      }
      request.setRequestHeader('Idempotency-Key', item.id);
    } catch (error) {
      end({ reason: 'headers', error: String(error) });
      return;
    }
    expect(stallMs, 'stalled');
    request.send(toForm(item, data));
  });
}

/**
 * The fields first: a server that reads as it comes has them by the time of the file.
 * @param {Item} item @param {ArrayBuffer} data
 */
function toForm({ id, interactionId, agentId, timestamp, sha256, metadata, type }, data) {
  const form = new FormData();
  const fields = { interactionId, agentId, timestamp, snapshotId: id, sha256, metadata };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([data], { type }), `${id}.jpg`);
  return form;
}

/** @param {XMLHttpRequest} request @param {Item} item @returns {Outcome} */
function readAnswer(request, item) {
  const { status } = request;
  /** @type {any} */
  const answer = {};
  try {
    // Flat: what is nested thousands deep could be neither copied nor stored.
    const fields = JSON.parse(request.responseText);
    for (const [name, value] of Object.entries(fields)) if (typeof value !== 'object') answer[name] = value;
  } catch {
    // A proxy's or a portal's page.
  }
  if (status < 300) {
    const isReceipt = answer.success === true && answer.id === item.id && answer.sha256 === item.sha256;
    return { status, receipt: isReceipt ? answer : undefined };
  }
  // Where the server does not expose it to this origin, it reads null.
  const retryAfter = request.getResponseHeader('Retry-After');
  // Another shape, of another server, says nothing.
  return {
    status,
    code: answer.code?.slice?.(0, LONGEST_TEXT),
    error: answer.error?.slice?.(0, LONGEST_TEXT),
    retryAfter,
  };
}
