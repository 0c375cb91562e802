/**
 * The uploader: looks into the queue, claims what is to be sent, tries it, and says what became of it.
 *
 * Everything that other tabs may see is decided in the store's transactions by the rules of `queue.js`. What happens
 * here may be cut off at any line, by a crash or a frozen tab: the record then says "claimed", and whoever comes later
 * takes over. A picture leaves the queue only by a checked receipt, or because somebody says so.
 */
import { CaptureError } from '../errors.js';
import { within } from './clock.js';
import { createCipher } from './encryption.js';
import { callOut, createEvents } from './events.js';
import { BEAT_MS, createLeases } from './leases.js';
import { parseFlush, parseSnapshot } from './options.js';
import * as queue from './queue.js';
import { mismatch, revive, toPending } from './record.js';
import { decide } from './retry.js';
import { createStore } from './store.js';

/** @import { UploadEvents } from './events.js' */
/** @import { Item, PendingItem } from './record.js' */
/** @import { Receipt } from './retry.js' */

/**
 * @typedef {object} Uploader
 * @property {(snapshot: import('./options.js').UploadSnapshot, options?: import('./options.js').SendOptions) =>
 *   Promise<Receipt>} send Stores the snapshot, then sends it. Resolves once it is delivered, however long that takes;
 *   asked again for the same id, also after a reload, it waits for the same delivery. Rejects with `invalid-argument`,
 *   `queue-full` or `agent-mismatch` (nothing was stored), `upload-rejected` or, too old, `upload-failed` (kept in the
 *   queue), `aborted` (taken out of it), `disposed`.
 * @property {() => Promise<PendingItem[]>} pending What is not delivered, the oldest first; other agents' too.
 * @property {(id: string) => Promise<boolean>} retry Tries a snapshot again at once, also one that was given up. False
 *   where the queue has none of this id. Rejects with `agent-mismatch`.
 * @property {(id: string) => Promise<boolean>} discard Takes a snapshot out of the queue for good. False where there is
 *   none of this id. Rejects with `agent-mismatch`.
 * @property {(options?: import('./options.js').FlushOptions) => Promise<PendingItem[]>} flush Tries everything now, and
 *   waits until nothing of this agent's waits any more, or the time is up. Resolves to what is left of theirs. Rejects
 *   with `aborted`.
 * @property {<T extends keyof UploadEvents>(type: T, listener: (event: UploadEvents[T]) => void) => () => void} on
 *   Returns what takes the listener back.
 * @property {() => void} dispose Ends all tries and lets go of everything. What is in the database stays there for the
 *   next uploader; `send` that is pending rejects with `disposed`.
 */

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

/** How long the page's `headers` may take. */
const HEADERS_MS = 15000;
/** How long a Web Lock, which is granted at once, is waited for: it only hastens things. */
const LOCK_MS = 1000;
/** Looks into the queue without another reason: for what a tab left that is gone. */
const POLL_MS = 30000;
/** The same, while somebody waits for what another tab sends. */
const WATCH_MS = 1000;

const nothing = () => {};

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
  const { clock, random, owner, database, post, listen } = environment;
  const { agentId, url, stallMs, answerMs, baseMs, maxMs } = settings;
  const { on, emit } = createEvents();
  const leases = createLeases(environment);
  const store = createStore(database, becomeVolatile);

  /** The tries under way in this page, by the snapshot's id. @type {Map<string, AbortController>} */
  const sending = new Map();
  /** The calls of `send` that wait, by the snapshot's id. @type {Map<string, Waiter>} */
  const waiters = new Map();
  /** Called after each look with the number of this agent's snapshots that wait. @type {Set<(waiting: number) => void>} */
  const lookers = new Set();
  /** Snapshots of other agents that the page was told of. @type {Set<string>} */
  const told = new Set();

  let isDisposed = false;
  let isLooking = false;
  let lookAgain = false;
  let isRescuing = false;
  /** Why there is no database. @type {unknown} */
  let volatileCause;
  let cancelLook = nothing;
  let cancelBeat = nothing;
  /** When the leases of this page were last seen to be its own, by the clock that only goes forward. */
  let beatAt = 0;

  const show = (/** @type {Item} */ item) => toPending(item, agentId, store.isDurable(item.id));

  /** Looks into the queue at once, or once more if it is looking already. */
  function wake() {
    lookAgain = isLooking;
    if (isLooking || isDisposed) return;
    isLooking = true;
    cancelLook();
    look().then((nextMs) => {
      isLooking = false;
      if (lookAgain) wake();
      else if (!isDisposed) cancelLook = clock.after(nextMs, wake);
    });
  }

  /** @returns {Promise<number>} When to look again, in ms. */
  async function look() {
    await within(clock, LOCK_MS, leases.hold).catch(nothing);
    const asked = [...waiters.keys()];
    const { claimed, expired, waiting, nextMs, items } = await store.transact((all, to) =>
      queue.claim(all, to, {
        agentId,
        now: clock.now(),
        ageMs: settings.ageMs,
        capacity: isDisposed ? 0 : settings.parallel - sending.size,
        lease: leases.fresh(),
        leaseRemaining: (item) => (sending.has(item.id) ? Number.POSITIVE_INFINITY : leases.remaining(item)),
      }),
    );
    if (sending.size === 0) beatAt = clock.elapsed();
    claimed.forEach(attempt);
    if (sending.size === 0 && waiters.size === 0) leases.drop();
    expired.forEach(tellFailed);
    for (const id of asked) {
      const item = items.find((other) => other.id === id);
      await hearFromOthers(id, item);
    }
    tellMismatches(items);
    leases.probe(items, wake);
    for (const looker of [...lookers]) looker(waiting);
    const isWatched = items.some(({ id, lease }) => lease && waiters.has(id) && !sending.has(id));
    return Math.min(nextMs, isWatched || lookers.size > 0 ? WATCH_MS : POLL_MS);
  }

  /**
   * Another tab may have delivered, failed or discarded what is waited for here.
   * @param {string} id @param {Item | undefined} item
   */
  async function hearFromOthers(id, item) {
    let delivered;
    try {
      delivered = item ? undefined : await store.receipt(id);
    } catch {
      return; // Nobody knows now.
    }
    if (!waiters.has(id) || sending.has(id) || isRescuing || store.database() !== database) return;
    if (delivered) tellDelivered(id, delivered.receipt);
    else if (!item) settle(id, undefined, new CaptureError('aborted', 'It was discarded in another tab'));
    else if (item.state !== 'waiting') tellFailed(item);
  }

  /** @param {Item[]} items */
  function tellMismatches(items) {
    const ids = items.filter((item) => item.agentId !== agentId && !told.has(item.id)).map(({ id }) => id);
    if (ids.length > 0) warn('agent-mismatch', ids, mismatch(ids[0]));
    for (const id of ids) told.add(id);
  }

  /** One try of an item that was claimed. Never rejects. @param {Item} item */
  async function attempt(item) {
    const { id } = item;
    const controller = new AbortController();
    sending.set(id, controller);
    if (sending.size === 1) cancelBeat = clock.after(BEAT_MS, beat);
    const decision = await tryOnce(item, controller.signal);
    if (!controller.signal.aborted) {
      const conclude = (/** @type {Item[]} */ items, /** @type {import('./record.js').Writer} */ to) =>
        queue.conclude(items, to, item, decision, clock.now());
      const failed = await store.transact(conclude, true);
      if (decision.receipt) tellDelivered(id, decision.receipt);
      else if (failed) tellFailed(failed);
    }
    sending.delete(id);
    wake();
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async function tryOnce(item, signal) {
    const { data, ...failure } = await readPicture(item);
    for (let renewed = false; ; renewed = true) {
      const outcome = data ? await request(item, data, signal, renewed) : failure;
      const circumstances = { attempt: item.attempts, renewed, now: clock.now(), random: random(), baseMs, maxMs };
      const decision = decide(outcome, circumstances);
      if (!decision.renew || signal.aborted) return decision;
    }
  }

  /** @param {Item} item @returns {Promise<import('./retry.js').Outcome & { data?: ArrayBuffer }>} */
  async function readPicture(item) {
    /** @type {import('./retry.js').Reason} */
    let reason = 'storage';
    try {
      const data = await store.picture(item.id);
      const open = item.iv && (await createCipher(store.database())).open;
      reason = 'unreadable';
      return { data: data && open ? await open(item, data) : data, reason };
    } catch (error) {
      return { reason, error: String(error) };
    }
  }

  /**
   * @param {Item} item @param {ArrayBuffer} data @param {AbortSignal} signal @param {boolean} renew
   * @returns {Promise<import('./retry.js').Outcome>}
   */
  async function request(item, data, signal, renew) {
    const { id, attempts: attempt } = item;
    const context = { agentId, snapshotId: id, attempt, renew };
    const headers = await within(clock, HEADERS_MS, () => settings.headers(context)).catch(String);
    // After a standstill the item may be another tab's by now.
    if (clock.elapsed() - beatAt > 2 * BEAT_MS) await beat();
    if (signal.aborted || typeof headers !== 'object') return { reason: 'headers', error: String(headers) };
    /** @param {number} loaded @param {number} total */
    const onProgress = (loaded, total) => {
      emit('progress', { id, loaded, total });
      for (const callback of waiters.get(id)?.progress || []) callOut(() => callback({ loaded, total }));
    };
    const onSent = () => emit('sent', { id });
    const request = { url, item, data, headers: { ...headers }, stallMs, answerMs, signal, clock, onProgress, onSent };
    // A service worker has no XMLHttpRequest.
    return post(request).catch((error) => ({ reason: 'network', error: String(error) }));
  }

  /** Shows other tabs that this one lives; drops what it has lost to one of them while it stood still. */
  async function beat() {
    cancelBeat();
    if (isDisposed || sending.size === 0) return;
    cancelBeat = clock.after(BEAT_MS, beat);
    const ids = [...sending.keys()];
    const lost = await store.transact((items, to) => queue.renew(items, to, owner, ids, leases.fresh()));
    beatAt = clock.elapsed();
    if (store.database()) lost.forEach(abort);
  }

  /** @param {string} id */
  function abort(id) {
    sending.get(id)?.abort();
  }

  /** @param {string} id @param {Receipt} receipt */
  function tellDelivered(id, receipt) {
    emit('delivered', { id, receipt });
    settle(id, receipt);
  }

  /** @param {Item} item With its error. */
  function tellFailed(item) {
    const error = revive(/** @type {import('./record.js').StoredError} */ (item.error));
    const willRetry = item.state === 'waiting';
    emit('failed', { id: item.id, error, willRetry, item: show(item) });
    if (!willRetry) settle(item.id, undefined, error);
  }

  /** @param {import('./events.js').UploadWarning['code']} code @param {string[]} ids @param {any} cause */
  function warn(code, ids, cause) {
    emit('warning', { code, message: String(cause), ids, cause });
  }

  /** @param {string} id @param {Receipt} [receipt] @param {CaptureError} [error] */
  function settle(id, receipt, error) {
    const waiter = waiters.get(id);
    waiters.delete(id);
    if (receipt) waiter?.resolve(receipt);
    else waiter?.reject(error);
  }

  /** The database failed, or did not take a snapshot. @param {unknown} cause */
  function becomeVolatile(cause) {
    if (!store.database() && !isRescuing) {
      if (!volatileCause) warn('volatile-queue', [...waiters.keys()], cause);
      isRescuing = true;
      rescue().then(() => {
        isRescuing = false;
        wake();
      });
    }
    volatileCause = cause;
  }

  /** Whoever waits in this page still has the picture: it goes on from memory. */
  async function rescue() {
    for (const { fresh, blob } of [...waiters.values()]) {
      const data = await blob?.arrayBuffer().catch(nothing);
      const limits = { count: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
      if (data && waiters.has(fresh.id)) await store.hold((items, to) => queue.add(items, to, fresh, data, limits));
    }
  }

  /**
   * @param {import('./options.js').UploadSnapshot} snapshot
   * @param {import('./options.js').SendOptions} options
   */
  async function send(snapshot, options = {}) {
    const { fresh, blob } = parseSnapshot(snapshot, options, agentId, clock.now());
    const { id } = fresh;
    const { signal, onProgress } = options;
    checkSignal(signal);
    const delivered = await store.receipt(id).catch(nothing);
    if (delivered) {
      queue.checkSame(delivered, fresh);
      return delivered.receipt;
    }
    await enqueue(fresh, blob);
    checkAlive();
    const waiter = waiters.get(id) || createWaiter(fresh, blob);
    waiters.set(id, waiter);
    if (onProgress) waiter.progress.push(onProgress);
    const off = heed(signal, (error) => quiet(remove(id, error)));
    wake();
    return waiter.promise.finally(off);
  }

  /** @param {Item} fresh @param {Blob | undefined} blob */
  async function enqueue(fresh, blob) {
    let item = fresh;
    let data = await blob?.arrayBuffer();
    if (data && settings.encrypt && store.database()) {
      try {
        const { seal } = await createCipher(store.database());
        [item, data] = await seal(item, data);
      } catch (cause) {
        store.abandon(cause); // Where the key cannot be kept, the picture is not kept either.
      }
    }
    const queued = await store.transact((items, to) => queue.add(items, to, item, data, settings.limits), true);
    if (!queued) return;
    emit('queued', { item: show(queued) });
    if (database && !store.isDurable(item.id)) warn('volatile-queue', [item.id], volatileCause);
  }

  /** @param {string} id @param {CaptureError} [error] For whoever waits for it. */
  async function remove(id, error = new CaptureError('aborted', 'It was discarded')) {
    /** @type {import('./record.js').Change<boolean>} */
    const discard = (items, to) => {
      const found = queue.ownItem(items, id, agentId);
      if (found) to.remove(id);
      return Boolean(found);
    };
    const removed = await store.transact(discard, true);
    const delivered = removed ? undefined : await store.receipt(id).catch(nothing);
    settle(id, delivered?.receipt, error);
    abort(id);
    wake();
    return removed;
  }

  /** @param {string} id */
  async function retry(id) {
    /** @type {import('./record.js').Change<boolean>} */
    const reset = (items, to) => {
      const found = queue.ownItem(items, id, agentId);
      if (found && !found.lease) to.put(queue.reset(found, clock.now()));
      return Boolean(found);
    };
    const found = await store.transact(reset, true);
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
    checkSignal(signal);
    await hurry();
    let off = nothing;
    await new Promise((resolve, reject) => {
      /** @param {unknown} [error] */
      const end = (error) => {
        lookers.delete(looker);
        cancel();
        off();
        if (error) reject(error);
        else resolve(undefined);
      };
      /** @param {number} waiting */
      const looker = (waiting) => {
        if (isDisposed) end(disposed());
        else if (waiting === 0) end();
      };
      lookers.add(looker);
      const cancel = clock.after(timeoutMs, end);
      off = heed(signal, end);
    });
    return (await pending()).filter((item) => item.agentId === agentId);
  }

  /** What waits by back-off alone goes at once, and a database that failed is tried again. */
  async function hurry() {
    beat(); // For as long as this page's timers now need.
    store.recover();
    await store.transact((items, to) => queue.hurry(items, to, agentId));
    wake();
  }

  function dispose() {
    if (isDisposed) return;
    isDisposed = true;
    for (const end of [stopListening, cancelLook, cancelBeat]) end();
    for (const id of waiters.keys()) settle(id, undefined, disposed(store.isDurable(id)));
    for (const looker of [...lookers]) looker(0);
    const ids = [...sending.keys()];
    ids.forEach(abort);
    store
      .transact((items, to) => queue.renew(items, to, owner, ids, null))
      .then(() => {
        leases.drop();
        store.close();
      });
  }

  /** @param {boolean} [kept] Whether the snapshot stays in the database. */
  const disposed = (kept) => new CaptureError('disposed', 'The uploader was disposed', { details: { kept } });

  function checkAlive() {
    if (isDisposed) throw disposed();
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
        throw cause instanceof CaptureError ? cause : new CaptureError('upload-failed', String(cause), { cause });
      }
    };
    return (...parameters) => quiet(answer(...parameters));
  };

  // By the next task the page has its listeners in place.
  cancelLook = clock.after(0, hurry);
  const stopListening = listen(hurry);

  return {
    send: call(send),
    pending: call(pending),
    retry: call(retry),
    discard: call((id) => remove(id)),
    flush: call(flush),
    dispose,
    on,
  };
}

/**
 * A snapshot that `send` waits for.
 * @typedef {object} Waiter
 * @property {Item} fresh As it was queued, not encrypted.
 * @property {Blob | undefined} blob
 * @property {((progress: { loaded: number, total: number }) => void)[]} progress
 * @property {Promise<Receipt>} promise
 * @property {(receipt: Receipt) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/** @param {Item} fresh @param {Blob | undefined} blob */
function createWaiter(fresh, blob) {
  const waiter = /** @type {Waiter} */ (/** @type {unknown} */ ({ fresh, blob, progress: [] }));
  waiter.promise = quiet(
    new Promise((resolve, reject) => {
      Object.assign(waiter, { resolve, reject });
    }),
  );
  return waiter;
}

/** @param {AbortSignal | undefined} signal */
const aborted = (signal) => new CaptureError('aborted', undefined, { cause: signal?.reason });

/** @param {AbortSignal | undefined} signal */
function checkSignal(signal) {
  if (signal?.aborted) throw aborted(signal);
}

/**
 * @param {AbortSignal | undefined} signal @param {(error: CaptureError) => void} onAbort
 * @returns {() => void} Takes the callback back.
 */
function heed(signal, onAbort) {
  const abort = () => onAbort(aborted(signal));
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  return () => signal?.removeEventListener('abort', abort);
}
