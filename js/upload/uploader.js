/**
 * The uploader: what a page may call.
 *
 * Everything that other tabs may see is decided in the store's transactions by the rules of `queue.js`. What happens
 * beside them may be cut off at any line, by a crash or a frozen tab: the record then says "claimed", and whoever comes
 * later takes over. A picture leaves the queue only by a checked receipt, or because somebody says so.
 */
import { disposable } from '../disposable.js';
import { CaptureError } from '../errors.js';
import { createAttempt } from './attempt.js';
import { nothing, within } from './clock.js';
import { createEntry } from './entry.js';
import { createLoop } from './loop.js';
import { parseFlush, parseSnapshot } from './options.js';
import * as queue from './queue.js';
import { unreachable, unread } from './record.js';
import { heed } from './signal.js';
import { createStore } from './store.js';
import { createTelling } from './telling.js';
import { coded } from './text.js';

/** @import { UploadEvents } from './events.js' */
/** @import { Item, PendingItem } from './record.js' */
/** @import { Receipt } from './retry.js' */

/**
 * @typedef {object} UploaderMethods
 * @property {string} agentId Whose pictures it sends.
 * @property {(snapshot: import('./options.js').UploadSnapshot, options?: import('./options.js').SendOptions) =>
 *   Promise<Receipt>} send Stores the snapshot, then sends it. Resolves once it is delivered, however long that takes;
 *   asked again for the same id, also after a reload, it waits for the same delivery, and for the database. What is
 *   delivered already resolves to its receipt, for a day; for another interaction it is `invalid-argument`. Rejects with
 *   `invalid-argument`, `queue-full` or `agent-mismatch` (nothing was stored), `upload-rejected` or, too old,
 *   `upload-failed` (kept in the queue; `details.reason` `unreadable`: nothing was stored, `storage`: it is gone, and
 *   nobody knows how), `aborted` (taken out of it), `disposed`.
 * @property {() => Promise<PendingItem[]>} pending What is not delivered, the oldest first; other agents' too. While the
 *   database cannot be reached (`volatile-queue`), only what this page holds.
 * @property {(id: string) => Promise<boolean>} retry Tries a snapshot again at once, also one that was given up. False
 *   where the queue has none of this id. Rejects with `agent-mismatch`, and with `upload-failed` (`details.reason` is
 *   `storage`) while nobody knows: the database cannot be reached, and this page does not hold it.
 * @property {(id: string) => Promise<boolean>} discard Takes a snapshot out of the queue for good. False where there is
 *   none of this id. Rejects like `retry`.
 * @property {(options?: import('./options.js').FlushOptions) => Promise<PendingItem[]>} flush Tries everything now, and
 *   waits until nothing of this agent's waits any more, nor is being stored, or the time is up. Resolves to what is left
 *   of theirs. Rejects with `aborted`, and with `upload-failed` where the time is up and the database does not say.
 * @property {<T extends keyof UploadEvents>(type: T, listener: (event: UploadEvents[T]) => void) => () => void} on
 *   Returns what takes the listener back.
 * @property {() => void} dispose Ends all tries and lets go of everything. What is in the database stays there for the
 *   next uploader; `send` that is pending rejects with `disposed`.
 */

/** @typedef {UploaderMethods & import('../disposable.js').Disposes} Uploader */

/**
 * What differs between a browser and a test.
 * @typedef {object} Environment
 * @property {import('./clock.js').Clock} clock
 * @property {() => number} random 0..1
 * @property {string} owner A name that no other uploader has.
 * @property {LockManager} [locks]
 * @property {import('./indexeddb.js').Database} [database]
 * @property {typeof import('./request.js').post} post
 * @property {() => boolean} isHidden Whether the browser slows this page's timers down.
 * @property {(wake: () => void) => () => void} listen Calls back when a try may work that did not before, and when
 *   `isHidden` has changed; returns what ends it.
 */

/** How long `flush` whose time is up waits for the database to say what is left. */
const LEFT_MS = 1000;

/**
 * Whoever handles no error of `send` hears of it by `failed`, never by an unhandled rejection.
 * @template T @param {Promise<T>} promise
 */
function quiet(promise) {
  promise.catch(nothing);
  return promise;
}

/**
 * @param {import('./options.js').Settings} settings
 * @param {Environment} environment
 * @returns {Uploader}
 */
export function createUploaderIn(settings, environment) {
  const { clock, database, listen, owner } = environment;
  const { agentId } = settings;
  /** Whether the page was told that the database cannot be reached. */
  let isWarned = false;
  let isDisposed = false;

  const store = createStore(database, clock, becomeVolatile, becomeDurable, owner);
  const telling = createTelling(agentId, store);
  const { waiters, settle, show } = telling;
  /** @type {Set<Item>} */
  const reading = new Set();
  const enter = createEntry(settings, environment, store, telling, reading);
  const tryOnce = createAttempt(settings, environment, store, telling);
  const loop = createLoop(settings, environment, store, telling, tryOnce, ask);
  const { hurry, wake, entering, discarding } = loop;

  function becomeDurable() {
    isWarned = false;
    wake();
  }

  /** The database failed, or did not take a snapshot. @param {unknown} cause */
  function becomeVolatile(cause) {
    if (!store.isBlind()) return;
    const ids = [...waiters.values()].filter(({ blob }) => blob).map(({ fresh }) => fresh.id);
    if (!isWarned) telling.warn('volatile-queue', ids, cause);
    isWarned = true;
    wake();
  }

  /**
   * @param {import('./options.js').UploadSnapshot} snapshot
   * @param {import('./options.js').SendOptions} options
   */
  async function send(snapshot, options = {}) {
    const { fresh, blob, signal, onProgress } = parseSnapshot(snapshot, options, agentId, clock.now());
    const { id } = fresh;
    const { receipt, blob: readable } = await take(fresh, blob);
    if (receipt) return receipt;
    // What is being taken out is waited for until it is: else the next page would deliver it.
    if (!signal?.aborted && !discarding.has(id)) checkAlive(id);
    const waiting = new Promise((/** @type {(receipt: Receipt) => void} */ resolve, reject) => {
      telling.wait(fresh, readable, { resolve, reject, onProgress });
    });
    const off = heed(signal, (error) => void discard(id, error).catch((cause) => settle(id, cause)));
    wake();
    return quiet(waiting).finally(off);
  }

  /** Stores a snapshot, and shows that it does. @type {typeof enter} */
  function take(fresh, blob) {
    const taken = enter(fresh, blob).finally(() => {
      entering.delete(taken);
      wake();
    });
    entering.set(taken, fresh.id);
    return taken;
  }

  /** Done once what is being stored now is stored, or was not taken. @param {string} [id] Of it, that alone. */
  const entered = (id) => Promise.allSettled([...entering].map(([taken, of]) => (!id || id === of) && taken));

  /**
   * What only its id was known of may be answered, now that the database is back; what a database held that was cleared
   * since is stored once more.
   * @param {import('./telling.js').Waiter} waiter
   */
  async function ask(waiter) {
    const { fresh, blob } = waiter;
    const { id } = fresh;
    if (discarding.has(id)) return;
    try {
      const { receipt } = await take(fresh, blob);
      if (receipt) telling.delivered(id, receipt);
      waiter.generation = store.generation();
      waiter.isUnknown = store.isMissing(id);
    } catch (error) {
      settle(id, error);
    }
  }

  /**
   * @param {string} id @param {(item: Item, to: import('./record.js').Writer) => void} change
   * @returns {Promise<boolean>} Whether the queue has it.
   */
  async function changeOwn(id, change) {
    const run = () =>
      store.transact((items, to) => {
        const found = queue.ownItem(items, id, agentId, store.isBlind());
        if (found) change(found, to);
        return found !== undefined;
      }, true);
    return run().catch(async (error) => {
      if (!store.isBlind()) throw error;
      await loop.rescue(); // The database has failed just now: the picture may be this page's.
      return run();
    });
  }

  /** @param {string} id @param {CaptureError} [error] For whoever waits for it. */
  async function discard(id, error = new CaptureError('aborted', 'It was discarded')) {
    discarding.add(id);
    try {
      await entered(id);
      const removed = await changeOwn(id, (_, to) => to.remove(id));
      const delivered = removed ? undefined : await store.receipt(id).catch(nothing);
      settle(id, error, delivered?.receipt);
      loop.abort(id);
      return removed;
    } finally {
      discarding.delete(id);
      if (isDisposed) letGo(id); // It could not be taken out.
      wake();
    }
  }

  /** @param {string} id */
  async function retry(id) {
    const found = await changeOwn(id, (item, to) => {
      if (!item.lease) to.put(queue.reset(item, clock.now()));
    });
    wake();
    return found;
  }

  async function pending() {
    const items = await store.transact((all) => all);
    return items.sort((a, b) => a.order - b.order).map(show);
  }

  /** @param {import('./options.js').FlushOptions} [options] */
  async function flush(options = {}) {
    const { timeoutMs, signal } = parseFlush(options);
    let end = nothing;
    /** @type {Promise<void>} */
    const waiting = new Promise((resolve, reject) => {
      const cancel = clock.after(timeoutMs, resolve);
      const off = heed(signal, reject);
      loop.idle.set(resolve, reject);
      end = () => {
        loop.idle.delete(resolve);
        cancel();
        off();
      };
    });
    hurry();
    await waiting.finally(end);
    const left = await within(clock, LEFT_MS, () => entered().then(pending)).catch(() => {
      throw reading.size > 0 ? unread() : unreachable();
    });
    const own = left.filter((item) => item.agentId === agentId);
    if (own.length === 0 && telling.isUnsure()) throw unreachable();
    return own;
  }

  function dispose() {
    if (isDisposed) return;
    isDisposed = true;
    stopListening();
    cancelStart();
    for (const id of waiters.keys()) if (!discarding.has(id)) letGo(id);
    for (const reject of loop.idle.values()) reject(disposed());
    loop.stop().then(store.close);
  }

  /** @param {string} id */
  const letGo = (id) => settle(id, disposed(id));

  /** @param {string} [id] Of a snapshot that may stay in the database: nobody knows of one that is out of reach. */
  function disposed(id) {
    const kept = id && !telling.isUnsure() ? store.isDurable(id) : undefined;
    return new CaptureError('disposed', 'The uploader was disposed', { details: { kept } });
  }

  /** @param {string} [id] */
  function checkAlive(id) {
    if (isDisposed) throw disposed(id);
  }

  /**
   * A call of the page. It never throws and leaves no rejection unhandled.
   * @template {unknown[]} A @template T
   * @param {(...parameters: A) => Promise<T>} work
   * @returns {(...parameters: A) => Promise<T>}
   */
  const call = (work) => {
    /** @type {typeof work} */
    const answer = async (...parameters) => {
      checkAlive();
      try {
        return await work(...parameters);
      } catch (cause) {
        throw coded('upload-failed', cause);
      }
    };
    return (...parameters) => quiet(answer(...parameters));
  };

  // By the next task the page has its listeners in place.
  const cancelStart = clock.after(0, hurry);
  const stopListening = listen(hurry);

  /** @type {UploaderMethods} */
  const uploader = {
    agentId,
    send: call(send),
    pending: call(pending),
    retry: call(retry),
    discard: call((id) => discard(id)),
    flush: call(flush),
    dispose,
    on: telling.on,
  };
  return disposable(uploader, dispose);
}
