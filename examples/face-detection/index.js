/**
 * Finds faces in a still, for caseframe's `detect` hook. The network runs in a worker of its own; nothing is fetched
 * before `ready()` or the first `detect()`. Whatever goes wrong rejects: a capture then fails, where an empty list
 * would let an unredacted picture out.
 */

import { CaptureError } from 'caseframe';
import { toRegions } from './regions.js';

/** In pixels. The network shrinks even a tile of a 16:9 preview this large: a larger one would show it nothing more. */
const PREVIEW = { maxWidth: 1280, maxHeight: 1280 };
/** Low, because a miss shows a person and a stray only covers too much. See “Score and growth” in the README. */
const MIN_SCORE = 0.2;
/** The 7.4 MB on a line of 2 Mbit/s. */
const LOAD_MS = 30_000;
/** Some thirty times what 1280 × 720 takes on two cores: for slow and busy machines, and for dark pictures. */
const DETECT_MS = 20_000;

/** @typedef {import('caseframe/engine').Region} Region */
/** @typedef {{ preview(size: { maxWidth: number, maxHeight: number }): Promise<ImageBitmap> }} Previewing */

/**
 * @typedef {object} FaceDetector
 * @property {() => Promise<void>} ready Loads everything ahead of the first picture.
 * @property {(still: Previewing, options?: { mode?: Region['mode'], signal?: AbortSignal }) => Promise<Region[]>} detect
 *   One region for each face found, grown, in ratios of the picture.
 * @property {() => void} dispose Ends the worker; what is pending rejects with `disposed`.
 */

/**
 * @param {object} [options]
 * @param {string | URL} [options.workerUrl] `worker.js`, of the page's own origin.
 * @param {string | URL} [options.vendorUrl] The folder of the files that vendor.js names, ending in '/'.
 * @param {number} [options.minScore] From 0 to 1. Lower finds more faces, and more that are none.
 * @param {number} [options.loadMs] How long loading may take.
 * @param {number} [options.detectMs] How long one picture may take, from the moment the network is loaded.
 * @returns {FaceDetector} Rejects with a CaptureError: `engine-load` (could not be loaded), `engine-crash` (failed, or
 *   took too long; the worker is replaced), `aborted`, `disposed`. `details.component` is 'face-detector'.
 */
export function createFaceDetector({
  workerUrl = new URL('worker.js', import.meta.url),
  vendorUrl = new URL('vendor/', import.meta.url),
  minScore = MIN_SCORE,
  loadMs = LOAD_MS,
  detectMs = DETECT_MS,
} = {}) {
  /** @type {ReturnType<typeof startWorker> | null} */
  let running = null;
  let disposed = false;
  let lastId = 0;

  async function load() {
    if (disposed) throw failure('disposed', 'The face detector has been disposed of');
    // One that failed is not trusted with another picture.
    if (!running || running.isOver()) {
      const vendor = new URL(vendorUrl, document.baseURI).href;
      running = startWorker(workerUrl, { vendorUrl: vendor, minScore }, loadMs);
    }
    const worker = running;
    await worker.loaded;
    return worker;
  }

  return {
    async ready() {
      await load();
    },

    async detect(still, { mode, signal } = {}) {
      return abortable(signal, async (onAbort) => {
        const worker = await load();
        const picture = await still.preview(PREVIEW);
        if (signal?.aborted) {
          picture.close();
          return []; // To nobody: the abort has been answered.
        }
        lastId += 1;
        const id = lastId;
        onAbort(() => worker.cancel(id));
        return toRegions(await worker.detect(id, picture, detectMs), mode);
      });
    },

    dispose() {
      disposed = true;
      running?.end(failure('disposed', 'The face detector has been disposed of'));
    },
  };
}

/** @param {string | URL} workerUrl @param {{ vendorUrl: string, minScore: number }} settings @param {number} loadMs */
function startWorker(workerUrl, settings, loadMs) {
  /** By id; 0 is loading. @type {Map<number, { settle: (error: unknown, value?: any) => void, timer: ReturnType<typeof setTimeout> }>} */
  const pending = new Map();
  /** @type {Worker | null} */
  let worker = null;

  /** What ended it. @type {unknown} */
  let over;

  /** @param {unknown} reason */
  function end(reason) {
    over ??= reason;
    worker?.terminate();
    for (const id of [...pending.keys()]) forget(id)?.settle(over);
  }

  /** @param {number} id */
  function forget(id) {
    const request = pending.get(id);
    clearTimeout(request?.timer);
    pending.delete(id);
    return request;
  }

  /** @param {number} id @param {number} ms @param {() => unknown} explain @param {() => void} ask */
  function request(id, ms, explain, ask) {
    return new Promise((resolve, reject) => {
      const settle = (/** @type {unknown} */ error, /** @type {any} */ value) =>
        error ? reject(error) : resolve(value);
      pending.set(id, { settle, timer: setTimeout(() => end(explain()), ms) });
      try {
        if (over) end(over);
        else ask();
      } catch (cause) {
        end(failure('engine-load', 'The browser refused to start the face detector', cause));
      }
    });
  }

  const loaded = request(
    0,
    loadMs,
    () => failure('engine-load', `The face detector did not load within ${loadMs} ms`),
    () => {
      worker = new Worker(workerUrl, { type: 'module', name: 'face-detector' });
      worker.onmessage = ({ data: { id, value, error } }) => {
        if (error !== undefined) {
          return end(failure(id === 0 ? 'engine-load' : 'engine-crash', `The face detector failed: ${error}`));
        }
        forget(id)?.settle(undefined, value);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        const why = event.message ?? 'its script could not be loaded';
        end(failure(pending.has(0) ? 'engine-load' : 'engine-crash', `The face detector failed: ${why}`));
      };
      worker.postMessage({ id: 0, ...settings });
    },
  );

  loaded.catch(() => {}); // Whoever waits for it is told.

  return {
    loaded,
    end,
    isOver: () => over !== undefined,

    /** @param {number} id @param {ImageBitmap} picture @param {number} ms @returns {Promise<import('./regions.js').Box[]>} */
    detect(id, picture, ms) {
      const late = () => failure('engine-crash', `The face detector took more than ${ms} ms`);
      return request(id, ms, late, () => worker?.postMessage({ id, picture }, [picture]));
    },

    /** The worker stops before its next pass. @param {number} id */
    cancel(id) {
      forget(id);
      worker?.postMessage({ id, cancel: true });
    },
  };
}

/**
 * Rejects the moment the signal fires, whatever the work is at.
 * @template T
 * @param {AbortSignal | undefined} signal
 * @param {(onAbort: (stop: () => void) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
function abortable(signal, work) {
  if (!signal) return work(() => {});
  return new Promise((resolve, reject) => {
    let stop = () => {};
    const abort = () => {
      stop();
      reject(failure('aborted', 'The search for faces was aborted', signal.reason));
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work((callback) => {
      stop = callback;
    })
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** @param {'engine-load' | 'engine-crash' | 'aborted' | 'disposed'} code @param {string} message @param {unknown} [cause] */
function failure(code, message, cause) {
  return new CaptureError(code, message, { cause, details: { component: 'face-detector' } });
}
