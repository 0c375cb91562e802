/**
 * The page's end: finds somebody to serve requests (a module worker, or the page itself where there is none), and finds
 * somebody new after a crash.
 */
import { CaptureError } from '../errors.js';
import { openInPage } from './in-page.js';
import { openInWorker } from './in-worker.js';

/** @typedef {import('./protocol.js').Operation} Operation */
/** @typedef {import('./protocol.js').Requests} Requests */
/** @typedef {import('./protocol.js').Answers} Answers */

/**
 * @typedef {object} HostOptions
 * @property {import('../engine/index.js').LoadOptions} engine
 * @property {string} [workerUrl]
 * @property {'auto' | false} worker
 */

/**
 * Somebody who serves requests. After a crash all calls reject with `engine-crash`, forever.
 * @typedef {object} Server
 * @property {boolean} inPage
 * @property {<K extends Operation>(op: K, args: Requests[K], transfer?: Transferable[]) => Promise<Answers[K]>} call
 * @property {() => void} close Zeroes everything. Pending calls reject with `disposed`.
 */

/** How long the engine may take to load, on whatever network, before it is tried anew. */
const LOAD_MS = 30000;

/** @param {HostOptions} options */
export function createHost({ engine, worker, workerUrl }) {
  /** @type {Promise<Server> | undefined} */
  let server;
  /** @type {Server | undefined} */
  let current;
  /** @type {Server | undefined} */
  let loaded;
  let disposed = false;

  async function find() {
    const found = (worker === 'auto' && (await openInWorker(engine, workerUrl, forget))) || (await openInPage(engine));
    current = found;
    if (disposed) found.close();
    try {
      await inTime(found.call('load', {}));
    } catch (error) {
      found.close();
      throw error;
    }
    if (!disposed) loaded = found;
    return found;
  }

  function forget() {
    server = undefined;
    loaded = undefined;
  }

  return {
    /** @returns {Server | undefined} Whoever serves requests now, if the engine is loaded. */
    loaded: () => loaded,

    /** @returns {Promise<Server>} Whoever serves requests now, with the engine loaded. */
    server() {
      if (disposed) return Promise.reject(new CaptureError('disposed'));
      if (!server) {
        const finding = find();
        server = finding;
        finding.catch(() => {
          if (server === finding) forget();
        });
      }
      return server;
    },

    dispose() {
      disposed = true;
      loaded = undefined;
      if (current) current.close();
    },
  };
}

/** @param {Promise<unknown>} loading @returns {Promise<unknown>} */
function inTime(loading) {
  return new Promise((resolve, reject) => {
    const message = `The engine did not load within ${LOAD_MS} ms`;
    const timer = setTimeout(() => reject(new CaptureError('engine-load', message)), LOAD_MS);
    loading.then(resolve, reject).then(() => clearTimeout(timer));
  });
}
