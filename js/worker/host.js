/**
 * The page's end: starts a server of requests (a module worker, or the page itself where there is none), watches whether it
 * still answers, and starts a new one after a crash.
 */
import { CaptureError } from '../errors.js';
import { fromPlainError, letGo, PING, PONG, toPlainError } from './messages.js';
import { warnOfPage } from './warning.js';

/** @import { Clock } from '../clock.js' */
/** @import { LoadOptions } from '../engine/index.js' */
/** @import { Answers, Operation, Requests, Response, ServiceOptions } from './messages.js' */

/**
 * @typedef {object} HostOptions
 * @property {LoadOptions} engine
 * @property {string} [workerUrl]
 * @property {'auto' | false} worker
 */

/**
 * Serves requests. After a crash all calls reject with `engine-crash`, forever.
 * @typedef {object} Server
 * @property {boolean} inPage
 * @property {<K extends Operation>(op: K, args: Requests[K], transfer?: Transferable[]) => Promise<Answers[K]>} call
 * @property {() => void} close Zeroes everything. Pending calls reject with `disposed`.
 */

/** @typedef {ReturnType<typeof createHost>} Host */

/** How long the engine may take to load at least, in ms, before it is tried anew: longer where somebody waits longer. */
const LOAD_MS = 30000;

/** How long a busy worker may stay silent, in ms, before it is asked whether it lives: far more than any frame takes. */
const SILENCE_MS = 10000;

/** How long it may then take to answer, in ms, before it counts as crashed. */
const PONG_MS = 5000;

/** How often it may answer that it lives, and nothing else, before it counts as crashed. */
const MOST_PONGS = 3;

/** How long a worker may take to zero its memory, in ms, before it is ended anyway. */
const FAREWELL_MS = 2000;

/** @param {HostOptions} options @param {Clock} clock @param {typeof importLauncher} [loadLauncher] */
export function createHost({ engine, worker, workerUrl }, clock, loadLauncher = importLauncher) {
  /** @type {Promise<Server> | undefined} */
  let server;
  /** @type {Server | undefined} */
  let current;
  /** @type {Server | undefined} */
  let loaded;
  let disposed = false;
  let longest = LOAD_MS;

  /** @param {Search} search */
  async function find(search) {
    const launcher = await loadLauncher();
    const launched = worker === 'auto' ? await launcher.launch(workerUrl, clock) : {};
    /** @type {ServiceOptions} */
    const options = { ...engine };
    if (!engine.wasmModule && !engine.wasmUrl) options.locations = launcher.locateModules();
    const found = launched.worker
      ? connect(launched.worker, options, { clock, onCrash: forget })
      : await startInPage(options, launcher, launched.reason);
    search.found = found;
    try {
      if (disposed || search.isLate) throw new CaptureError('disposed');
      current = found;
      await found.call('load', {});
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
    /** @returns {Server | undefined} The one that serves requests now, if its engine is loaded. */
    loaded: () => loaded,

    /**
     * @param {number} [ms] How long it is waited for.
     * @returns {Promise<Server>} The one that serves requests now, with its engine loaded.
     */
    server(ms = 0) {
      if (disposed) return Promise.reject(new CaptureError('disposed'));
      longest = Math.max(longest, ms);
      if (!server) {
        const finding = inTime(find, clock, () => longest);
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

/**
 * @typedef {object} Search
 * @property {boolean} isLate Nobody waits for it any more: what turns up now is to be closed.
 * @property {Server} [found]
 */

/**
 * All of it: a script that does not come is as silent as an engine.
 * @param {(search: Search) => Promise<Server>} find @param {Clock} clock
 * @param {() => number} longest How long it may take, in ms, as of now.
 * @returns {Promise<Server>} Rejects with `engine-load`.
 */
function inTime(find, clock, longest) {
  return new Promise((resolve, reject) => {
    /** @type {Search} */
    const search = { isLate: false };
    const fail = (/** @type {unknown} */ cause) =>
      reject(CaptureError.is(cause) ? cause : new CaptureError('engine-load', undefined, { cause }));
    const start = clock.now();
    /** @type {unknown} */
    let timer;
    const check = () => {
      const left = start + longest() - clock.now();
      if (left > 0) {
        timer = clock.setTimeout(check, left);
        return;
      }
      search.isLate = true;
      fail(new CaptureError('engine-load', `The engine did not load within ${longest()} ms`));
      search.found?.close();
    };
    check();
    find(search)
      .then(resolve, fail)
      .then(() => clock.clearTimeout(timer));
  });
}

async function importLauncher() {
  return import('./launch.js').catch((cause) => {
    const message =
      'Could not load launch.js, which lies beside index.js: check that it is there, and that script-src allows it';
    throw new CaptureError('engine-load', message, { cause });
  });
}

/**
 * The service without a worker. Its script is loaded only where it is needed, and brings an error class of its own.
 * @param {ServiceOptions} options
 * @param {typeof import('./launch.js')} launcher
 * @param {string} [reason] Why there is no worker, where one was wanted.
 * @returns {Promise<Server>}
 */
async function startInPage(options, { importWorker }, reason) {
  const { createService } = await importWorker();
  const service = createService(options);
  if (reason) warnOfPage(reason);
  let closed = false;
  return {
    inPage: true,
    async call(op, args) {
      const value = await service.handle(op, args).catch((error) => {
        throw fromPlainError(toPlainError(error));
      });
      if (!closed) return value;
      letGo(value);
      throw new CaptureError('disposed');
    },
    close() {
      closed = true;
      service.handle('dispose', {}).catch(() => {});
    },
  };
}

/**
 * An id → pending map over `postMessage`.
 * @param {Worker} worker
 * @param {ServiceOptions} options
 * @param {{ clock: Clock, onCrash: () => void }} context
 * @returns {Server}
 */
function connect(worker, options, { clock, onCrash }) {
  /** @type {Map<number, { op: Operation, resolve: (value: any) => void, reject: (error: unknown) => void }>} */
  const pending = new Map();
  let lastId = 0;
  /** @type {CaptureError | undefined} */
  let gone;
  const ask = () => worker.postMessage(PING);
  const giveUp = () => crash('The worker does not answer any more');
  const silence = watchSilence({ isBusy, ask, giveUp }, clock);

  /** @param {CaptureError} error */
  function end(error) {
    gone = error;
    silence.end();
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

  /** A load takes as long as the network does. */
  function isBusy() {
    return Array.from(pending.values()).some(({ op }) => op !== 'load');
  }

  worker.onmessage = ({ data }) => {
    if (data === PONG) {
      silence.lives();
      return;
    }
    silence.answered();
    const { id, value, error } = /** @type {Response} */ (data);
    const call = pending.get(id);
    pending.delete(id);
    if (!call) return;
    if (error) call.reject(fromPlainError(error));
    else call.resolve(value);
  };
  worker.onmessageerror = () => crash('The worker’s answer could not be read');
  worker.onerror = (event) => {
    event.preventDefault();
    crash(`The worker crashed: ${event.message}`);
  };
  worker.postMessage({ start: options });

  return {
    inPage: false,
    call(op, args, transfer = []) {
      return new Promise((resolve, reject) => {
        if (gone) throw gone;
        const id = ++lastId;
        worker.postMessage({ id, op, args }, transfer);
        const isFirst = !isBusy();
        pending.set(id, { op, resolve, reject });
        silence.asked(isFirst);
      });
    },
    close() {
      if (gone) return;
      end(new CaptureError('disposed'));
      const timer = clock.setTimeout(() => worker.terminate(), FAREWELL_MS);
      worker.onmessage = ({ data }) => {
        letGo(data.value);
        if (data.id !== 0) return;
        clock.clearTimeout(timer);
        worker.terminate();
      };
      worker.postMessage({ id: 0, op: 'dispose', args: {} });
    },
  };
}

/**
 * Silence alone proves no crash: a machine that slept, or a debugger that held the page, makes ten seconds pass in which
 * nobody could be heard. So the worker is asked first. One that answers that and nothing else has got stuck all the same.
 * @param {{ isBusy: () => boolean, ask: () => void, giveUp: () => void }} line
 * @param {Clock} clock
 */
export function watchSilence({ isBusy, ask, giveUp }, clock) {
  /** When something was heard last, or there was nothing to hear. */
  let heardAt = clock.now();
  /** @type {unknown} */
  let timer;
  let isAsked = false;
  /** How often it has answered that it lives since it last answered a request. */
  let pongs = 0;

  /** One timer for many calls: setting and clearing one for each would cost the page's thread. */
  function check() {
    timer = undefined;
    if (!isBusy()) return;
    const left = heardAt + SILENCE_MS - clock.now();
    if (left > 0) timer = clock.setTimeout(check, left);
    else if (isAsked || pongs >= MOST_PONGS) giveUp();
    else {
      isAsked = true;
      ask();
      timer = clock.setTimeout(check, PONG_MS);
    }
  }

  return {
    /** Something has been asked. @param {boolean} isFirst Nothing else is waiting for an answer. */
    asked(isFirst) {
      if (isFirst) this.answered();
      if (timer === undefined && isBusy()) timer = clock.setTimeout(check, SILENCE_MS);
    },
    answered() {
      heardAt = clock.now();
      isAsked = false;
      pongs = 0;
    },
    lives() {
      heardAt = clock.now();
      isAsked = false;
      pongs++;
    },
    end: () => clock.clearTimeout(timer),
  };
}
