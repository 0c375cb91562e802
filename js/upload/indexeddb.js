/**
 * The queue in IndexedDB, shared by all tabs, frames and workers of an origin.
 *
 * Browsers take the database away at any time: WebKit closes the connection of a background tab, `open()` may never
 * settle, an upgrade in another tab asks this one to let go. So each piece of work that fails gets a new connection and
 * one more try, and nothing is waited for without a deadline. A transaction is never half done, so that a second run of
 * it is safe.
 */
import { CaptureError } from '../errors.js';
import { nothing, within } from './clock.js';
import { isOver, RECEIPT_MS } from './record.js';

/** How long `open()` and a transaction may take, on a slow disk and a busy machine. */
const DEADLINE_MS = 8000;

/** Behind a frozen tab's transaction, say, where a second one would stand still as well. */
const STANDSTILL = new Error(`A transaction took longer than ${DEADLINE_MS} ms`);

/**
 * From version to version: the n-th makes version n of what version n - 1 left. Entries are added, never changed.
 * @type {readonly ((database: IDBDatabase) => void)[]}
 */
export const MIGRATIONS = [
  (database) => {
    database.createObjectStore('items', { keyPath: 'id' });
    database.createObjectStore('pictures');
    database.createObjectStore('receipts', { keyPath: 'id' }).createIndex('at', 'at');
  },
  (database) => database.createObjectStore('keys'),
  (database) => database.createObjectStore('marks'),
];

/** What a change of the queue may touch. */
const QUEUE = ['items', 'pictures', 'receipts', 'marks'];

/**
 * @typedef {object} KeyStore
 * @property {(candidate: CryptoKey) => Promise<CryptoKey>} key The key that is there, else the candidate: of several
 *   tabs that bring one each, one's is kept.
 * @property {() => void} close
 */

/**
 * @typedef {object} Generations
 * @property {() => number | undefined} generation What stays the same until the database is cleared: by the user, by the system or by
 *   `Clear-Site-Data`. As of the last transaction, once something has been written.
 *
 * @typedef {import('./record.js').Store & KeyStore & Generations} Database
 */

/** @import { Item } from './record.js' */

/** @typedef {(name: string) => IDBObjectStore} Stores */

/**
 * What a request comes to. Awaited inside of its transaction, which stays open that long.
 * @template T @param {IDBRequest<T>} request @returns {Promise<T>}
 */
const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * Opens nothing yet.
 * @param {string} name
 * @param {import('./clock.js').Clock} clock
 * @param {typeof MIGRATIONS} [migrations]
 * @returns {Database}
 */
export function createDatabase(name, clock, migrations = MIGRATIONS) {
  /** @type {Promise<IDBDatabase> | undefined} */
  let connection;
  /** What comes after `close` opens it for itself alone. */
  let isClosed = false;
  /**
   * The items as a transaction left them, and the mark that it left with them. As long as that mark is there nobody has
   * changed them, and they need not be read again: in a queue of a thousand that is most of the work.
   * @type {[mark: unknown, items: Item[], generation?: number]}
   */
  let known = ['', []];

  function open() {
    const request = indexedDB.open(name, migrations.length);
    request.onupgradeneeded = ({ oldVersion }) => {
      for (const migrate of migrations.slice(oldVersion)) migrate(request.result);
    };
    return result(request);
  }

  /** Closes it even if it opens late. @param {Promise<IDBDatabase> | undefined} old */
  function close(old) {
    if (connection === old) connection = undefined;
    old?.then((database) => database.close()).catch(nothing);
  }

  /**
   * One transaction, done once it is complete: a request that succeeds proves nothing yet.
   * @template T
   * @param {string[]} stores @param {IDBTransactionMode} mode @param {boolean} strict
   * @param {(at: Stores) => Promise<T>} work Awaits nothing but requests.
   * @returns {Promise<T>}
   */
  async function once(stores, mode, strict, work) {
    connection = connection || open();
    const opened = connection;
    /** @type {IDBTransaction | undefined} */
    let transaction;
    try {
      const database = await within(clock, DEADLINE_MS, () => opened);
      // An old tab does not hold up a new one that brings a newer version.
      database.onversionchange = database.onclose = () => close(opened);
      // Since Chrome 121 the default is that the system may keep it in its cache for a while.
      const begun = database.transaction(stores, mode, { durability: strict ? 'strict' : 'default' });
      transaction = begun;
      const complete = () =>
        new Promise((resolve, reject) => {
          const worked = work(begun.objectStore.bind(begun));
          worked.catch(reject);
          begun.onabort = () => reject(begun.error);
          begun.oncomplete = () => resolve(worked);
        });
      return await within(clock, DEADLINE_MS, complete, STANDSTILL);
    } catch (error) {
      try {
        transaction?.abort();
      } catch {
        // It has ended already.
      }
      if (!(error instanceof CaptureError)) close(opened); // Else it is one of the queue's rules.
      throw error;
    } finally {
      if (isClosed) close(opened);
    }
  }

  /** @type {typeof once} */
  const run = (...work) =>
    once(...work).catch((error) => {
      if (error instanceof CaptureError || error === STANDSTILL) throw error;
      return once(...work);
    });

  /** @param {string} store @param {string} id @returns {Promise<any>} */
  const read = (store, id) => run([store], 'readonly', false, (at) => result(at(store).get(id)));

  return {
    async transact(change, strict = false) {
      const [outcome, ...left] = await run(QUEUE, 'readwrite', strict, async (at) => {
        const [mark, found] = await Promise.all(['items', 'made'].map((of) => result(at('marks').get(of))));
        const items = mark && mark === known[0] ? known[1] : await result(at('items').getAll());
        const next = Math.random();
        const { writer, changed } = writeTo(at, next);
        const outcome = change([...items], writer);
        if (changed.size === 0) {
          purge(at('receipts'), clock.now());
          return [outcome, mark, items, found];
        }
        const generation = found || Math.random();
        // A key of its own: a tab of an earlier version, which knows none, leaves it alone.
        if (!found) at('marks').put(generation, 'made');
        const left = items.filter(({ id }) => !changed.has(id));
        for (const item of changed.values()) if (item) left.push(item);
        return [outcome, next, left, generation];
      });
      known = left;
      return outcome;
    },
    picture: (id) => read('pictures', id),
    async receipt(id) {
      const delivered = await read('receipts', id);
      return delivered && !isOver(delivered, clock.now()) ? delivered : undefined;
    },
    key: (candidate) =>
      run(['keys'], 'readwrite', true, async (at) => {
        const known = await result(at('keys').get('pictures'));
        if (!known) at('keys').put(candidate, 'pictures');
        return known || candidate;
      }),
    generation: () => known[2],
    close() {
      isClosed = true;
      close(connection);
    },
  };
}

/**
 * What a transaction writes, and what becomes of each item by it.
 * @param {Stores} at @param {number} mark Written first: a full disk may end the transaction with any write.
 */
function writeTo(at, mark) {
  /** Without an item, it is removed. @type {Map<string, Item | undefined>} */
  const changed = new Map();
  /** @param {string} id @param {Item} [item] */
  function note(id, item) {
    if (changed.size === 0) at('marks').put(mark, 'items');
    changed.set(id, item);
  }
  /** @type {import('./record.js').Writer} */
  const writer = {
    put(item, data) {
      note(item.id, item);
      at('items').put(item);
      if (data) at('pictures').put(data, item.id);
    },
    remove(id, delivered) {
      note(id);
      at('items').delete(id);
      at('pictures').delete(id);
      if (delivered) at('receipts').put(delivered);
    },
  };
  return { writer, changed };
}

/** Lets go of what is over. @param {IDBObjectStore} receipts @param {number} now */
function purge(receipts, now) {
  for (const range of [IDBKeyRange.upperBound(now - RECEIPT_MS), IDBKeyRange.lowerBound(now + RECEIPT_MS)]) {
    const old = receipts.index('at').getAllKeys(range);
    old.onsuccess = () => {
      for (const key of old.result) receipts.delete(key);
    };
  }
}
