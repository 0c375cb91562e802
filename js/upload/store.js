/**
 * The database with a place in memory beside it, seen as one store. A snapshot that the database does not take (it is
 * full) stays in memory, while the others go on from the disk. While the database cannot be reached everything is in
 * memory, and what lies on the disk is nobody's to know; once it is there again, it learns what has become of its items.
 */
import { CaptureError } from '../errors.js';
import { nothing } from './clock.js';
import { createMemoryStore, rehearse } from './memory.js';

/** @import { Change, Delivered, Item } from './record.js' */

/** @typedef {ReturnType<typeof createStore>} Place */

/**
 * @param {import('./indexeddb.js').Database | undefined} database None where the page wants none.
 * @param {import('./clock.js').Clock} clock
 * @param {(cause: unknown) => void} onVolatile The database failed, or did not take a snapshot.
 * @param {() => void} onBack It can be reached again.
 * @param {string} [owner] As whom this page claims.
 */
export function createStore(database, clock, onVolatile, onBack, owner) {
  const memory = createMemoryStore(clock);
  let disk = database;
  /** Why something is in memory. @type {unknown} */
  let lastCause;
  /** What was taken out while the disk could not be reached, and may still lie there. @type {Map<string, Delivered | undefined>} */
  const left = new Map();
  /** @type {Promise<void> | undefined} */
  let recovering;
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();

  const isBlind = () => disk !== database;
  const generation = () => database?.generation();

  /** @param {unknown} cause */
  function abandon(cause) {
    disk = undefined;
    tell(cause);
  }

  /** @param {unknown} cause */
  function tell(cause) {
    lastCause = cause;
    onVolatile(cause);
  }

  /** @template T @param {Change<T>} change @returns {Promise<T>} */
  const transactInMemory = (change) =>
    memory.transact((items, { put, remove }) =>
      change(items, {
        put,
        remove(id, delivered) {
          if (isBlind()) left.set(id, delivered);
          remove(id, delivered);
        },
      }),
    );

  /**
   * @template T @param {Change<T>} change @param {boolean} [strict]
   * @param {ArrayBuffer} [plain] Of what may be new, the picture before it was encrypted: to be kept where the disk is full.
   * @returns {Promise<T>}
   */
  async function transact(change, strict, plain) {
    if (!disk) return transactInMemory(change);
    /** What is in memory alone. @type {Map<string, Item>} */
    let held = new Map();
    /** @type {ReturnType<typeof rehearse<T>> | undefined} */
    let rehearsed;
    /** The snapshot that is new, with its picture. @type {[Item, ArrayBuffer] | undefined} */
    let added;
    try {
      await disk.transact((stored, { put, remove }) => {
        /** @type {Item[]} */
        const onDisk = [];
        held = new Map(memory.items);
        for (let item of stored) {
          const { id } = item;
          if (left.has(id)) continue;
          const own = held.get(id);
          // What was learned of it while it was out of reach, unless others know more by now.
          if (
            own?.order === item.order &&
            own.attempts >= item.attempts &&
            own.queuedAt >= item.queuedAt &&
            (item.lease?.owner ?? owner) === owner
          ) {
            item = { ...own, iv: item.iv };
            put(item);
          }
          held.delete(id);
          onDisk.push(item);
        }
        rehearsed = rehearse((all, to) => change(all, to, true), onDisk.concat([...held.values()]));
        for (const [id, delivered] of left) remove(id, delivered);
        // Where the disk is full, one of these may throw.
        for (const write of rehearsed.writes) {
          write({
            put(item, data) {
              if (data) added = [item, data];
              if (!held.has(item.id)) put(item, data);
            },
            remove,
          });
        }
      }, strict);
      left.clear();
      for (const id of memory.items.keys()) if (!held.has(id)) memory.remove(id); // What is on the disk again.
    } catch (cause) {
      if (cause instanceof CaptureError) throw cause;
      if (!rehearsed || !added || /** @type {any} */ (cause)?.name !== 'QuotaExceededError') {
        abandon(cause);
        return transactInMemory(change);
      }
      tell(cause);
      const [item, data] = added;
      memory.put({ ...item, iv: undefined }, plain || data);
      held.set(item.id, item);
    }
    const { result, writes } = /** @type {NonNullable<typeof rehearsed>} */ (rehearsed);
    for (const write of writes) {
      write({
        put(item, data) {
          if (!data && held.has(item.id)) memory.put(item);
        },
        remove: (id) => memory.remove(id),
      });
    }
    return result;
  }

  /**
   * One after the other: what a change does to both places is not to meet another one.
   * @template T @param {() => Promise<T>} work @returns {Promise<T>}
   */
  function inTurn(work) {
    const turn = last.then(work);
    last = turn.catch(nothing);
    return turn;
  }

  return {
    /** @type {typeof transact} */
    transact: (...work) => inTurn(() => transact(...work)),
    /**
     * Lets a snapshot go on from memory, unless by its turn the disk is back, or it goes on already, or was taken out.
     * @param {Item} item @param {ArrayBuffer} data @param {() => boolean} isWanted
     */
    hold: (item, data, isWanted) =>
      inTurn(async () => {
        if (isBlind() && !memory.items.has(item.id) && !left.has(item.id) && isWanted()) memory.put(item, data);
      }),
    /** @param {string} id */
    picture: async (id) => (await memory.picture(id)) || disk?.picture(id),
    /** @param {string} id */
    async receipt(id) {
      const delivered = (await memory.receipt(id)) || (await disk?.receipt(id));
      return delivered && { ...delivered, receipt: { ...delivered.receipt } };
    },
    database: () => disk,
    /** Another one once the database was cleared. */
    generation,
    /** The database cannot be reached now, so that nobody knows what lies there. */
    isBlind,
    /** Nobody knows of it now: the database cannot be reached, and memory does not have it. @param {string} id */
    isMissing: (id) => isBlind() && !memory.items.has(id),
    /** @param {string} id */
    isDurable: (id) => disk !== undefined && !memory.items.has(id),
    abandon,
    cause: () => lastCause,
    /** Tries a database that failed once more, while memory serves. Done once that has come to something. */
    async recover() {
      if (!database || disk) return;
      recovering =
        recovering ||
        database
          .transact(nothing)
          .then(() => {
            disk = database;
            onBack();
          })
          .catch(nothing)
          .then(() => {
            recovering = undefined;
          });
      await recovering;
    },
    close: () => database?.close(),
  };
}
