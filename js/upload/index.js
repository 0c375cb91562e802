/**
 * What `import 'caseframe/upload'` gives: snapshots delivered once and never lost.
 *
 * The libraries that come closest give away one of the two. Where an entry leaves the queue before it is sent (workbox,
 * Sentry), a tab that dies in between takes it along; where a repeat carries no idempotency key (all of them), an answer
 * that got lost makes two of one. Here an entry stays until a receipt with its own id and hash is read, and every try
 * carries the same key, so that trying again is always right: the server files the first and answers the others.
 */
import { CaptureError } from '../errors.js';
import { systemClock } from './clock.js';
import { createDatabase } from './indexeddb.js';
import { parseOptions } from './options.js';
import { post } from './request.js';
import { createUploaderIn } from './uploader.js';

/** @typedef {import('./events.js').UploadEvents} UploadEvents */
/** @typedef {import('./events.js').UploadWarning} UploadWarning */
/** @typedef {import('./options.js').FlushOptions} FlushOptions */
/** @typedef {import('./options.js').HeadersContext} HeadersContext */
/** @typedef {import('./options.js').PageHeaders} PageHeaders */
/** @typedef {import('./options.js').SendOptions} SendOptions */
/** @typedef {import('./options.js').UploaderOptions} UploaderOptions */
/** @typedef {import('./options.js').UploadSnapshot} UploadSnapshot */
/** @typedef {import('./record.js').PendingItem} PendingItem */
/** @typedef {import('./retry.js').Receipt} Receipt */
/** @typedef {import('./uploader.js').Uploader} Uploader */

/**
 * For a page, a frame or a dedicated worker. At once it takes up what an earlier page has left in the queue.
 * @param {UploaderOptions} options
 * @returns {Uploader}
 * @throws {CaptureError} `invalid-argument`, also where there is neither page nor worker, as on a server
 */
export function createUploader(options) {
  const settings = parseOptions(options);
  if (typeof XMLHttpRequest !== 'function') {
    throw new CaptureError('invalid-argument', 'An uploader needs a page or a dedicated worker');
  }
  return createUploaderIn(settings, {
    clock: systemClock,
    random: Math.random,
    owner: crypto.getRandomValues(new Uint32Array(4)).join('-'),
    locks: navigator.locks,
    database: settings.database ? createDatabase(settings.database, systemClock) : undefined,
    post,
    isHidden: () => Boolean(globalThis.document?.hidden),
    listen,
  });
}

/**
 * None of these is waited for: `navigator.onLine` and its events are wrong both ways at times. A page that comes back
 * from the back/forward cache becomes visible.
 * @type {import('./uploader.js').Environment['listen']}
 */
function listen(wake) {
  const page = globalThis.document || globalThis; // A worker has no document.
  addEventListener('online', wake);
  page.addEventListener('visibilitychange', wake);
  return () => {
    removeEventListener('online', wake);
    page.removeEventListener('visibilitychange', wake);
  };
}
