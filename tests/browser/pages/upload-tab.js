/**
 * One tab of an agent's page, for the tests of the upload. Its address says who is signed in and where snapshots go. A
 * picture is made from its id, so that whoever knows the id knows the bytes.
 */
import { createUploader } from '/dist/upload/index.js';

const query = new URLSearchParams(location.search);

/** Transactions that have not ended. */
let transactions = 0;
const { transaction } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function (...parameters) {
  const begun = transaction.apply(this, parameters);
  transactions += 1;
  for (const type of ['complete', 'abort']) {
    begun.addEventListener(type, () => {
      transactions -= 1;
    });
  }
  return begun;
};

/** What no page may ever see. @type {string[]} */
const problems = [];
addEventListener('unhandledrejection', ({ reason }) => problems.push(`unhandled: ${reason}`));
addEventListener('error', ({ message }) => problems.push(`uncaught: ${message}`));

/** To be closed under the uploader. @type {Set<IDBDatabase>} */
const connections = new Set();
const { open } = IDBFactory.prototype;
IDBFactory.prototype.open = function (...parameters) {
  const request = open.apply(this, parameters);
  request.addEventListener('success', () => connections.add(request.result));
  return request;
};

const uploader = createUploader({
  url: query.get('url') || '/upload',
  agentId: query.get('agent') || 'ann',
  headers: ({ renew }) => ({ authorization: renew ? 'new' : 'old' }),
  retry: { baseMs: 50, maxMs: 400 },
  stallMs: 1500,
  answerMs: 1500,
  ...JSON.parse(query.get('options') || '{}'),
});
/** @type {any[]} */
const events = [];
for (const type of ['queued', 'progress', 'sent', 'delivered', 'failed', 'warning']) {
  uploader.on(type, (event) => events.push(plain({ type, ...event })));
}

/** Errors and causes as what can be handed over. @param {any} value */
function plain(value) {
  return JSON.parse(
    JSON.stringify(value, (_, inner) =>
      inner instanceof Error || inner instanceof DOMException
        ? { name: inner.name, code: inner.code, message: inner.message, details: inner.details }
        : inner,
    ),
  );
}

/** 4 to 40 kB that only this id has. @param {string} id */
function pictureOf(id) {
  let state = Array.from(id).reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
  const bytes = new Uint8Array(4000 + (Math.abs(state) % 36000));
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** @param {string} id */
async function snapshotOf(id) {
  const bytes = pictureOf(id);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return {
    id,
    blob: new Blob([bytes], { type: 'image/jpeg' }),
    sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    capturedAt: new Date().toISOString(),
    interactionId: `case-${id.length + id.charCodeAt(id.length - 1)}`,
    width: 640,
    height: 360,
  };
}

/** How it ends, as plain data. @param {Promise<any>} promise */
const outcome = (promise) =>
  promise.then(
    (value) => plain({ value }),
    (error) => plain({ error }),
  );

globalThis.tab = {
  uploader,
  events,
  problems,
  snapshotOf,
  outcome,
  plain,

  /** As a browser chooses when to freeze a page: not while it holds a database that others wait for. */
  async idle() {
    while (transactions > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  },

  /**
   * Resolves once the queue has all of them.
   * @param {string[]} ids
   * @returns {Promise<(string | undefined)[]>} Their hashes, where they are on the disk or delivered.
   */
  async queue(ids) {
    const snapshots = await Promise.all(ids.map(snapshotOf));
    /** Whether it is on the disk or delivered, once that is known. @type {Map<string, boolean>} */
    const known = new Map();
    for (const snapshot of snapshots) {
      uploader.send(snapshot).then(
        () => known.set(snapshot.id, true),
        () => known.set(snapshot.id, false),
      );
    }
    // All at once: whoever asks reads the whole queue.
    for (;;) {
      for (const { id, durable } of await uploader.pending()) if (!known.has(id)) known.set(id, durable);
      if (ids.every((id) => known.has(id))) break;
      // A queue in memory answers without giving way to anything else.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return snapshots.map(({ id, sha256 }) => (known.get(id) ? sha256 : undefined));
  },

  /** Takes up again what the server has refused. */
  async retryGivenUp() {
    for (const { id, state, error } of await uploader.pending()) {
      if (state === 'rejected' && error?.code !== 'agent-mismatch') await uploader.retry(id);
    }
  },

  /** @param {boolean} says What `navigator.onLine` is to say, true or not. */
  lie(says) {
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => says });
    dispatchEvent(new Event(says ? 'online' : 'offline'));
  },

  /** As WebKit does to a tab in the background. @param {boolean} tells Whether it says so. */
  closeDatabases(tells) {
    for (const database of connections) {
      database.close();
      if (tells) database.dispatchEvent(new Event('close'));
    }
    connections.clear();
  },
};
