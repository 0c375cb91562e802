/** The queue in memory: what is left where a browser gives no database. It lives as long as the page. */
import { RECEIPT_MS } from './record.js';

/** @typedef {import('./record.js').Item} Item */

/** @returns {import('./record.js').Store & { items: Map<string, Item> }} */
export function createMemoryStore() {
  /** @type {Map<string, Item>} */
  const items = new Map();
  /** @type {Map<string, ArrayBuffer>} */
  const pictures = new Map();
  /** @type {Map<string, import('./record.js').Delivered>} */
  const receipts = new Map();

  return {
    items,
    async transact(change) {
      /** @type {(() => void)[]} */
      const writes = [];
      const result = change(Array.from(items.values()), {
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
      for (const write of writes) write();
      return result;
    },
    picture: async (id) => pictures.get(id),
    receipt: async (id) => receipts.get(id),
  };
}
