/** What is told to whom: events to the page, and to each call of `send` how its snapshot ends. */
import { callOut, createEvents } from './events.js';
import { mismatch, revive, toPending } from './record.js';
import { textOf } from './text.js';

/** @import { Item, StoredError } from './record.js' */
/** @import { Receipt } from './retry.js' */

/**
 * A snapshot that `send` waits for.
 * @typedef {object} Waiter
 * @property {Item} fresh As it was queued, or seen in the queue last, not encrypted.
 * @property {Blob | undefined} blob
 * @property {number | undefined} generation Of the database that has held it.
 * @property {number} at Date.now() when the queue was known to have it last.
 * @property {boolean} isUnknown Nobody knows whether the queue has it: there is only its id, and the database cannot be
 *   reached.
 * @property {Call[]} calls
 *
 * @typedef {object} Call
 * @property {(receipt: Receipt) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {((progress: { loaded: number, total: number }) => void) | undefined} onProgress
 */

/** @typedef {ReturnType<typeof createTelling>} Telling */

/** @param {string} agentId @param {import('./store.js').Place} store */
export function createTelling(agentId, store) {
  const { on, emit } = createEvents();
  /** By the snapshot's id. @type {Map<string, Waiter>} */
  const waiters = new Map();
  /** Snapshots of other agents that the page was told of. @type {Set<string>} */
  const told = new Set();

  /** @param {Item} item */
  const show = (item) => toPending(item, agentId, store.isDurable(item.id));

  /** Ends all calls that wait for a snapshot. @param {string} id @param {unknown} error @param {Receipt} [receipt] */
  function settle(id, error, receipt) {
    const { calls = [] } = waiters.get(id) || {};
    waiters.delete(id);
    for (const { resolve, reject } of calls) {
      if (receipt) resolve(receipt);
      else reject(error);
    }
  }

  /** @param {import('./events.js').UploadWarning['code']} code @param {string[]} ids @param {unknown} cause */
  function warn(code, ids, cause) {
    emit('warning', { code, message: textOf(cause), ids, cause });
  }

  return {
    on,
    emit,
    waiters,
    show,
    settle,
    warn,

    /**
     * A waiter of its own for each call, with the calls before: what was learned before of the snapshot is not taken for
     * what is so now.
     * @param {Item} fresh @param {Blob | undefined} blob None where it cannot be read: the one before may. @param {Call} call
     */
    wait(fresh, blob, call) {
      const { id, queuedAt: at } = fresh;
      const known = waiters.get(id);
      waiters.set(id, {
        fresh,
        blob,
        ...(!blob && known), // By the id alone, say.
        generation: store.generation(),
        at,
        isUnknown: !blob && store.isMissing(id),
        calls: [...(known?.calls || []), call],
      });
    },

    /** The database cannot be reached now, and was, or something is waited for that may lie there. */
    isUnsure: () =>
      store.isBlind() && (store.generation() !== undefined || [...waiters.values()].some((waiter) => waiter.isUnknown)),

    /** @param {string} id @param {number} loaded @param {number} total */
    progress(id, loaded, total) {
      emit('progress', { id, loaded, total });
      for (const { onProgress } of waiters.get(id)?.calls || []) callOut(() => onProgress?.({ loaded, total }));
    },

    /** @param {string} id @param {Receipt} receipt */
    delivered(id, receipt) {
      emit('delivered', { id, receipt });
      settle(id, undefined, receipt);
    },

    /** @param {Item} item With its error. */
    failed(item) {
      const error = revive(/** @type {StoredError} */ (item.error));
      const willRetry = item.state === 'waiting';
      emit('failed', { id: item.id, error, willRetry, item: show(item) });
      if (!willRetry) settle(item.id, error);
    },

    /** Once for each snapshot of another agent. @param {Item[]} items */
    mismatches(items) {
      const ids = items.filter((item) => item.agentId !== agentId && !told.has(item.id)).map(({ id }) => id);
      if (ids.length > 0) warn('agent-mismatch', ids, mismatch(ids[0]));
      for (const id of ids) told.add(id);
    },
  };
}
