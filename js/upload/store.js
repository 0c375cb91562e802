/**
 * The database with a place in memory beside it, seen as one store. A snapshot that the database does not take (it is
 * full) stays in memory, while the others go on from the disk; without a database everything is in memory, until it is
 * there again.
 */
import { CaptureError } from '../errors.js';
import { createMemoryStore } from './memory.js';

/** @import { Change, Item } from './record.js' */

/**
 * @param {import('./indexeddb.js').Database | undefined} database None where the page wants none.
 * @param {(cause: unknown) => void} onVolatile The database failed, or did not take a snapshot.
 */
export function createStore(database, onVolatile) {
  const memory = createMemoryStore();
  let disk = database;
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();

  /** @param {unknown} cause */
  function abandon(cause) {
    disk = undefined;
    onVolatile(cause);
  }

  /** @template T @param {Change<T>} change @param {boolean} [strict] @returns {Promise<T>} */
  async function transact(change, strict) {
    if (!disk) return memory.transact(change);
    /** What becomes of the items in memory, once it is done on the disk. @type {{ result: T, commit: () => void } | undefined} */
    let prepared;
    /** The snapshot that is new, with its picture. @type {[Item, ArrayBuffer] | undefined} */
    let added;
    try {
      await disk.transact((stored, to) => {
        prepared = memory.prepare((_, toMemory) => {
          const held = new Map(memory.items);
          for (const { id } of stored) if (held.delete(id)) toMemory.remove(id); // What is on the disk again.
          return change(stored.concat([...held.values()]), {
            put(item, data) {
              if (data) added = [item, data];
              (held.has(item.id) ? toMemory : to).put(item, data);
            },
            remove(id, delivered) {
              to.remove(id, delivered);
              toMemory.remove(id);
            },
          });
        });
      }, strict);
    } catch (cause) {
      if (cause instanceof CaptureError) throw cause;
      if (!prepared || !added || /** @type {any} */ (cause)?.name !== 'QuotaExceededError') {
        abandon(cause);
        return memory.transact(change);
      }
      onVolatile(cause);
      const [item, picture] = added;
      await memory.transact((_, to) => to.put(item, picture));
    }
    const { result, commit } = /** @type {NonNullable<typeof prepared>} */ (prepared);
    commit();
    return result;
  }

  /**
   * One after the other: what a change does to both places is not to meet another one.
   * @template T @param {() => Promise<T>} work @returns {Promise<T>}
   */
  function inTurn(work) {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  return {
    /** @type {import('./record.js').Store['transact']} */
    transact: (change, strict) => inTurn(() => transact(change, strict)),
    /** Keeps a snapshot in memory, whatever becomes of the disk. @template T @param {Change<T>} change */
    hold: (change) => inTurn(() => memory.transact(change)),
    /** @param {string} id */
    picture: async (id) => (await memory.picture(id)) || disk?.picture(id),
    /** @param {string} id */
    receipt: async (id) => (await memory.receipt(id)) || disk?.receipt(id),
    database: () => disk,
    /** @param {string} id */
    isDurable: (id) => Boolean(disk) && !memory.items.has(id),
    abandon,
    /** Lets a database that failed be tried again. */
    recover() {
      disk = database;
    },
    close: () => database?.close(),
  };
}
