/**
 * The loop: looks into the queue, claims what is to be sent, has it tried, shows other tabs that this one lives, and
 * hears from them what they have done.
 */
import { CaptureError } from '../errors.js';
import { nothing, within } from './clock.js';
import { read } from './entry.js';
import { BEAT_MS, createLeases } from './leases.js';
import * as queue from './queue.js';
import { isOver as isLongAgo, lost } from './record.js';

/** @import { Change, Item } from './record.js' */

/** How long after the last look an item is still taken for this page's own. */
const OWN_MS = 1000;
/** How long is waited for what only hastens things: a Web Lock, which is granted at once. */
const LOCK_MS = 1000;
/** Looks into the queue without another reason: for what a tab left that is gone. */
const POLL_MS = 30000;
/** The same, while somebody waits for what another tab sends, or for the database. */
const WATCH_MS = 1000;

const discarded = () => new CaptureError('aborted', 'It was discarded in another tab');

/** @typedef {ReturnType<typeof createLoop>} Loop */

/**
 * @param {import('./options.js').Settings} settings
 * @param {import('./uploader.js').Environment} environment
 * @param {import('./store.js').Place} store
 * @param {import('./telling.js').Telling} telling
 * @param {ReturnType<typeof import('./attempt.js').createAttempt>} tryOnce
 * @param {(waiter: import('./telling.js').Waiter) => Promise<void>} ask Asks once more for what nobody knew, now that the
 *   database can be reached, or stores once more what a cleared one has lost.
 */
export function createLoop(settings, environment, store, telling, tryOnce, ask) {
  const { clock, owner } = environment;
  const { agentId, ageMs, parallel } = settings;
  const { waiters } = telling;
  const leases = createLeases(environment);
  /** The tries under way in this page, by the snapshot's id. @type {Map<string, AbortController>} */
  const sending = new Map();
  /** Whoever waits until nothing of this agent's waits any more: what resolves them, and what rejects them.
   * @type {Map<() => void, (error: CaptureError) => void>} */
  const idle = new Map();
  /** What this page is just storing, with its id: the queue is not empty yet. @type {Map<Promise<unknown>, string>} */
  const entering = new Map();
  /** What is just taken out, by its id: it is neither sent nor stored once more. @type {Set<string>} */
  const discarding = new Set();
  let isLooking = false;
  let lookAgain = false;
  let isOver = false;
  let cancelLook = nothing;
  let cancelBeat = nothing;
  /** When the leases of this page were last seen to be its own, by the clock that only goes forward. */
  let beatAt = 0;

  /** Looks into the queue at once, or once more if it is looking already. */
  function wake() {
    lookAgain = isLooking;
    if (isLooking || isOver) return;
    isLooking = true;
    cancelLook();
    look()
      .catch((error) => {
        console.error(error); // A record that makes no sense, say: it holds up nothing else.
        return POLL_MS;
      })
      .then((nextMs) => {
        isLooking = false;
        if (lookAgain) wake();
        else if (!isOver) cancelLook = clock.after(nextMs, lookAnew);
      });
  }

  /** By the timer: a database that fails again and again is not tried without a pause. */
  function lookAnew() {
    store.recover();
    wake();
  }

  /** @returns {Promise<number>} When to look again, in ms. */
  async function look() {
    if (store.isBlind()) await rescue();
    await within(clock, LOCK_MS, leases.hold).catch(nothing);
    const asked = [...waiters.values()];
    const { claimed, expired, waiting, nextMs, items } = await store.transact((all, to) =>
      queue.claim(all, to, {
        agentId,
        now: clock.now(),
        ageMs,
        capacity: isOver ? 0 : parallel - sending.size,
        lease: leases.fresh(),
        leaseRemaining: (item) => (sending.has(item.id) || discarding.has(item.id) ? Infinity : leases.remaining(item)),
      }),
    );
    if (isOver) {
      leases.drop(); // What it has claimed is given back by `stop`.
      return POLL_MS;
    }
    if (sending.size === 0) beatAt = clock.elapsed();
    claimed.forEach(attempt);
    if (sending.size === 0 && waiters.size === 0) leases.drop();
    expired.forEach(telling.failed);
    for (const waiter of asked) await hearFromOthers(waiter, items);
    telling.mismatches(items);
    leases.probe(items, wake);
    const isEmpty = waiting + entering.size === 0 && !telling.isUnsure();
    if (isEmpty && !lookAgain) for (const resolve of idle.keys()) resolve();
    const isWatched =
      idle.size > 0 ||
      [...waiters.values()].some((waiter) => waiter.isUnknown) ||
      items.some(({ id, lease }) => lease && waiters.has(id) && !sending.has(id));
    return Math.min(nextMs, isWatched ? WATCH_MS : POLL_MS);
  }

  /** The database cannot be reached: what somebody in this page waits for, and still has, goes on from memory. */
  async function rescue() {
    for (const waiter of [...waiters.values()]) {
      const { fresh, blob, calls } = waiter;
      const { id } = fresh;
      const data = store.isMissing(id) && (await read(clock, blob).catch(nothing));
      // The same wait, though another call may have joined it.
      if (data) await store.hold(fresh, data, () => waiters.get(id)?.calls[0] === calls[0]);
    }
  }

  /**
   * Another tab may have delivered, failed or discarded what is waited for here.
   * @param {import('./telling.js').Waiter} waiter @param {Item[]} items
   */
  async function hearFromOthers(waiter, items) {
    const { id } = waiter.fresh;
    const item = queue.byId(items, id);
    const isOwn = item?.agentId === agentId && !waiter.isUnknown;
    if (isOwn) waiter.fresh = { ...item, lease: null, iv: undefined };
    let delivered;
    try {
      delivered = item ? undefined : await store.receipt(id);
    } catch {
      return; // Nobody knows now.
    }
    if (waiters.get(id) !== waiter || sending.has(id) || store.isBlind()) return;
    const isCleared = waiter.generation !== store.generation();
    waiter.generation = store.generation();
    if (waiter.isUnknown || (isCleared && waiter.blob && !item && !delivered)) await ask(waiter);
    else if (delivered) telling.delivered(id, delivered.receipt);
    else if (!item) telling.settle(id, isCleared || isLongAgo(waiter, clock.now()) ? lost() : discarded());
    else if (item.state !== 'waiting') telling.failed(item);
    else waiter.at = clock.now();
  }

  /** One try of an item that was claimed. Never rejects. @param {Item} item */
  async function attempt(item) {
    const { id } = item;
    const controller = new AbortController();
    sending.set(id, controller);
    if (sending.size === 1) cancelBeat = clock.after(BEAT_MS, beat);
    try {
      const decision = await tryOnce(item, controller.signal, checkOwn);
      if (controller.signal.aborted) return;
      /** @type {Change<Item | undefined>} */
      const conclude = (items, to) => queue.conclude(items, to, item, decision, clock.now());
      let failed = await store.transact(conclude, true);
      if (!failed && !decision.receipt && store.isBlind()) {
        await rescue(); // The database has failed just now: the wait is not to be lost with it.
        failed = await store.transact(conclude, true);
      }
      if (decision.receipt) telling.delivered(id, decision.receipt);
      else if (failed) telling.failed(failed);
    } finally {
      sending.delete(id);
      wake();
    }
  }

  /** After a standstill, or while headers were asked for, an item may have become another tab's, or been taken out there. */
  async function checkOwn() {
    if (clock.elapsed() - beatAt > OWN_MS) await beat();
  }

  /** Shows other tabs that this one lives; drops what it has lost to one of them while it stood still. */
  async function beat() {
    cancelBeat();
    if (isOver || sending.size === 0) return;
    cancelBeat = clock.after(BEAT_MS, beat);
    const ids = [...sending.keys()];
    const lost = await store.transact((items, to) => queue.renew(items, to, owner, ids, leases.fresh()));
    beatAt = clock.elapsed();
    if (!store.isBlind()) lost.forEach(abort);
  }

  /** @param {string} id */
  function abort(id) {
    sending.get(id)?.abort();
  }

  return {
    wake,
    abort,
    idle,
    entering,
    discarding,
    rescue,

    /** What waits by back-off alone goes at once, and a database that failed is tried again. */
    async hurry() {
      store.recover();
      beat(); // For as long as this page's timers now need.
      await store.transact((items, to) => queue.hurry(items, to, agentId));
      wake();
    },

    /** Ends all tries, and leaves their items to whoever comes next; what a look is just claiming as well. */
    async stop() {
      isOver = true;
      cancelLook();
      cancelBeat();
      const given = store.transact((items, to) => queue.release(items, to, owner));
      for (const id of sending.keys()) abort(id);
      await given;
      leases.drop();
    },
  };
}
