/** A server in a module worker: an id → pending map over `postMessage`, and an eye on whether anybody still answers. */
import { CaptureError } from '../errors.js';
import { fromPlainError, UP } from './protocol.js';

/** @typedef {import('../engine/index.js').LoadOptions} LoadOptions */
/** @typedef {import('./host.js').Server} Server */
/** @typedef {import('./protocol.js').Operation} Operation */

/** How long a worker's script may take to load before the page does the work itself. */
const SCRIPT_MS = 10000;

/** How long a busy worker may stay silent before it counts as crashed: far more than the largest frame takes. */
const SILENCE_MS = 10000;

/** How long a worker may take to zero its memory before it is ended anyway. */
const FAREWELL_MS = 2000;

/**
 * @param {LoadOptions} engine
 * @param {string | undefined} url
 * @param {() => void} onCrash
 * @returns {Promise<Server | undefined>} Undefined where workers or module workers are missing, or the script does not
 *   load: a browser that does not know module workers fails at its first `import`.
 */
export function openInWorker(engine, url, onCrash) {
  return new Promise((resolve) => {
    /** @type {Worker} */
    let worker;
    try {
      // Written out, so that bundlers see a worker.
      worker = url
        ? new Worker(url, { type: 'module', name: 'caseframe' })
        : new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'caseframe' });
    } catch {
      resolve(undefined);
      return;
    }
    const timer = setTimeout(giveUp, SCRIPT_MS);
    worker.onerror = (event) => {
      event.preventDefault();
      giveUp();
    };
    worker.onmessage = ({ data }) => {
      if (data !== UP) return;
      clearTimeout(timer);
      resolve(serve(worker, engine, onCrash));
    };
    function giveUp() {
      clearTimeout(timer);
      worker.terminate();
      resolve(undefined);
    }
  });
}

/**
 * @param {Worker} worker
 * @param {LoadOptions} engine
 * @param {() => void} onCrash
 * @returns {Server}
 */
function serve(worker, engine, onCrash) {
  /** @type {Map<number, { op: Operation, resolve: (value: any) => void, reject: (error: unknown) => void }>} */
  const pending = new Map();
  let lastId = 0;
  /** @type {CaptureError | undefined} */
  let gone;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  /** When it last answered, or had nothing to do. */
  let heardAt = 0;

  /** @param {CaptureError} error */
  function end(error) {
    if (gone) return;
    gone = error;
    clearTimeout(silence);
    const calls = Array.from(pending.values());
    pending.clear();
    for (const { reject } of calls) reject(error);
  }

  /** @param {string} message */
  function crash(message) {
    if (gone) return;
    worker.terminate();
    end(new CaptureError('engine-crash', message));
    onCrash();
  }

  /** One timer for many calls: setting and clearing one for each would cost the page's thread. */
  function checkSilence() {
    silence = undefined;
    if (!isBusy()) return;
    const left = heardAt + SILENCE_MS - performance.now();
    if (left > 0) silence = setTimeout(checkSilence, left);
    else crash('The worker does not answer any more');
  }

  /** A load takes as long as the network does. */
  function isBusy() {
    for (const { op } of Array.from(pending.values())) if (op !== 'load') return true;
    return false;
  }

  worker.onmessage = ({ data }) => {
    const { id, value, error } = /** @type {import('./protocol.js').Response} */ (data);
    const call = pending.get(id);
    pending.delete(id);
    heardAt = performance.now();
    if (!call) return;
    if (error) call.reject(fromPlainError(error));
    else call.resolve(value);
  };
  worker.onmessageerror = () => crash('The worker’s answer could not be read');
  worker.onerror = (event) => {
    event.preventDefault();
    crash(`The worker crashed: ${event.message}`);
  };
  worker.postMessage({ start: engine });

  return {
    inPage: false,
    call(op, args, transfer = []) {
      return new Promise((resolve, reject) => {
        if (gone) throw gone;
        const id = ++lastId;
        worker.postMessage({ id, op, args }, transfer);
        if (!isBusy()) heardAt = performance.now();
        pending.set(id, { op, resolve, reject });
        if (!silence && isBusy()) silence = setTimeout(checkSilence, SILENCE_MS);
      });
    },
    close() {
      if (gone) return;
      end(new CaptureError('disposed'));
      const timer = setTimeout(() => worker.terminate(), FAREWELL_MS);
      worker.onmessage = ({ data }) => {
        if (data.id !== 0) return;
        clearTimeout(timer);
        worker.terminate();
      };
      worker.postMessage({ id: 0, op: 'dispose', args: {} });
    },
  };
}
