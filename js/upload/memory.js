/** The queue in memory: what is left where a browser gives no database. It lives as long as the page. */
import { isOver } from './record.js';

/** @import { Change, Delivered, Item, Store, Writer } from './record.js' */

/**
 * What a change comes to, and what it writes, not written yet.
 * @template T @param {Change<T>} change @param {Item[]} items
 */
export function rehearse(change, items) {
  /** @type {((to: Writer) => void)[]} */
  const writes = [];
  const result = change(items, {
    put(item, data) {
      writes.push((to) => to.put(item, data));
    },
    remove(id, delivered) {
      writes.push((to) => to.remove(id, delivered));
    },
  });
  return { result, writes };
}

/** @param {import('./clock.js').Clock} clock @returns {Store & Writer & { items: Map<string, Item> }} */
export function createMemoryStore(clock) {
  /** @type {Map<string, Item>} */
  const items = new Map();
  /** @type {Map<string, ArrayBuffer>} */
  const pictures = new Map();
  /** @type {Map<string, Delivered>} */
  const receipts = new Map();

  /** @type {Writer} */
  const writer = {
    put(item, data) {
      items.set(item.id, item);
      if (data) pictures.set(item.id, data);
    },
    remove(id, delivered) {
      items.delete(id);
      pictures.delete(id);
      if (delivered) receipts.set(id, delivered);
    },
  };

  function purge() {
    for (const [id, delivered] of receipts) if (isOver(delivered, clock.now())) receipts.delete(id);
  }

  return {
    ...writer,
    items,
    async transact(change) {
      purge();
      const { result, writes } = rehearse(change, [...items.values()]);
      for (const write of writes) write(writer);
      return result;
    },
    picture: async (id) => pictures.get(id),
    async receipt(id) {
      purge();
      return receipts.get(id);
    },
  };
}
