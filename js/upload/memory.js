/** The queue in memory: what is left where a browser gives no database. It lives as long as the page. */
import { RECEIPT_MS } from './record.js';

/** @import { Change, Item } from './record.js' */

/**
 * @typedef {object} Prepared
 * @property {Map<string, Item>} items
 * @property {<T>(change: Change<T>) => { result: T, commit: () => void }} prepare The first half of `transact`.
 */

/** @returns {import('./record.js').Store & Prepared} */
export function createMemoryStore() {
  /** @type {Map<string, Item>} */
  const items = new Map();
  /** @type {Map<string, ArrayBuffer>} */
  const pictures = new Map();
  /** @type {Map<string, import('./record.js').Delivered>} */
  const receipts = new Map();

  /** @type {Prepared['prepare']} */
  function prepare(change) {
    /** @type {(() => void)[]} */
    const writes = [];
    const result = change([...items.values()], {
      put(item, data) {
        writes.push(() => {
          items.set(item.id, item);
          if (data) pictures.set(item.id, data);
        });
      },
      remove(id, delivered) {
        writes.push(() => {
          items.delete(id);
          pictures.delete(id);
          if (!delivered) return;
          receipts.set(id, delivered);
          for (const [old, { at }] of receipts) if (at < delivered.at - RECEIPT_MS) receipts.delete(old);
        });
      },
    });
    return {
      result,
      commit() {
        for (const write of writes) write();
      },
    };
  }

  return {
    items,
    prepare,
    async transact(change) {
      const { result, commit } = prepare(change);
      commit();
      return result;
    },
    picture: async (id) => pictures.get(id),
    receipt: async (id) => receipts.get(id),
  };
}
