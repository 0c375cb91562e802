/**
 * The queue in IndexedDB, shared by all tabs, frames and workers of an origin.
 *
 * Browsers take the database away at any time: WebKit closes the connection of a background tab, `open()` may never
 * settle, an upgrade in another tab asks this one to let go. So each piece of work that fails gets a new connection and
 * one more try, and nothing is waited for without a deadline. A transaction is never half done, so that a second run of
 * it is safe.
 */
import { CaptureError } from '../errors.js';
import { within } from './clock.js';
import { RECEIPT_MS } from './record.js';

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
];

/**
 * @typedef {object} KeyStore
 * @property {(candidate: CryptoKey) => Promise<CryptoKey>} key The key that is there, else the candidate: of several
 *   tabs that bring one each, one's is kept.
 * @property {() => void} close
 */

/** @typedef {import('./record.js').Store & KeyStore} Database */

/** @typedef {(name: string) => IDBObjectStore} Stores */

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

  function open() {
    /** @type {Promise<IDBDatabase>} */
    const opening = new Promise((resolve, reject) => {
      const request = indexedDB.open(name, migrations.length);
      request.onupgradeneeded = ({ oldVersion }) => {
        for (const migrate of migrations.slice(oldVersion)) migrate(request.result);
      };
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        // An old tab does not hold up a new one that brings a newer version.
        request.result.onversionchange = request.result.onclose = () => close(opening);
        resolve(request.result);
      };
    });
    return opening;
  }

  /** Closes it even if it opens late. @param {Promise<IDBDatabase> | undefined} old */
  function close(old) {
    if (connection === old) connection = undefined;
    old?.then((database) => database.close()).catch(() => {});
  }

  /**
   * One transaction, done once it is complete: a request that succeeds proves nothing yet.
   * @template T
   * @param {string[]} stores @param {IDBTransactionMode} mode @param {boolean} strict
   * @param {(at: Stores, finish: (make: () => T) => void) => void} work
   * @returns {Promise<T>}
   */
  async function once(stores, mode, strict, work) {
    connection = connection || open();
    const opened = connection;
    /** @type {IDBTransaction | undefined} */
    let transaction;
    try {
      const database = await within(clock, DEADLINE_MS, () => opened);
      // Since Chrome 121 the default is that the system may keep it in its cache for a while.
      const begun = database.transaction(stores, mode, { durability: strict ? 'strict' : 'default' });
      transaction = begun;
      return await within(
        clock,
        DEADLINE_MS,
        () =>
          new Promise((resolve, reject) => {
            /** @type {T} */
            let result;
            begun.onabort = () => reject(begun.error);
            begun.oncomplete = () => resolve(result);
            work(begun.objectStore.bind(begun), (make) => {
              try {
                result = make();
              } catch (error) {
                reject(error);
              }
            });
          }),
        STANDSTILL,
      );
    } catch (error) {
      try {
        transaction?.abort();
      } catch {
        // It has ended already.
      }
      if (!(error instanceof CaptureError)) close(opened); // Else it is one of the queue's rules.
      throw error;
    }
  }

  /** @type {typeof once} */
  const run = (...work) =>
    once(...work).catch((error) => {
      if (error instanceof CaptureError || error === STANDSTILL) throw error;
      return once(...work);
    });

  /** @param {string} store @param {string} id @returns {Promise<any>} */
  const read = (store, id) =>
    run([store], 'readonly', false, (at, finish) => {
      const request = at(store).get(id);
      request.onsuccess = () => finish(() => request.result);
    });

  return {
    transact: (change, strict = false) =>
      run(['items', 'pictures', 'receipts'], 'readwrite', strict, (at, finish) => {
        const request = at('items').getAll();
        request.onsuccess = () => finish(() => change(request.result, writeTo(at)));
      }),
    picture: (id) => read('pictures', id),
    receipt: (id) => read('receipts', id),
    key: (candidate) =>
      run(['keys'], 'readwrite', true, (at, finish) => {
        const request = at('keys').get('pictures');
        request.onsuccess = () =>
          finish(() => {
            if (!request.result) at('keys').put(candidate, 'pictures');
            return request.result || candidate;
          });
      }),
    close: () => close(connection),
  };
}

/** @param {Stores} at @returns {import('./record.js').Writer} */
function writeTo(at) {
  return {
    put(item, data) {
      at('items').put(item);
      if (data) at('pictures').put(data, item.id);
    },
    remove(id, delivered) {
      at('items').delete(id);
      at('pictures').delete(id);
      if (!delivered) return;
      at('receipts').put(delivered);
      const old = at('receipts')
        .index('at')
        .openCursor(IDBKeyRange.upperBound(delivered.at - RECEIPT_MS));
      old.onsuccess = () => {
        old.result?.delete();
        old.result?.continue();
      };
    },
  };
}
