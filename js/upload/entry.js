/** How a snapshot comes into the queue: looked for, encrypted where that is wanted, and stored. */
import { within } from './clock.js';
import { createCipher } from './encryption.js';
import * as queue from './queue.js';

/** @import { Change, Item } from './record.js' */
/** @import { Receipt } from './retry.js' */

/** How long a new snapshot waits for a database that may be back, before it is kept in memory. */
const BACK_MS = 1000;

const nothing = () => {};

/**
 * @param {import('./options.js').Settings} settings
 * @param {import('./uploader.js').Environment} environment
 * @param {import('./store.js').Place} store
 * @param {import('./telling.js').Telling} telling
 */
export function createEntry(settings, { clock, database }, store, telling) {
  /**
   * Puts a snapshot into the queue, unless it is there or delivered.
   * @param {Item} fresh @param {Blob | undefined} blob
   * @returns {Promise<Receipt | undefined>} Where it is delivered.
   */
  return async (fresh, blob) => {
    const { id } = fresh;
    await within(clock, BACK_MS, store.recover).catch(nothing);
    const delivered = await store.receipt(id).catch(nothing);
    if (delivered) {
      queue.checkSame(delivered, fresh);
      return delivered.receipt;
    }
    const data = await blob?.arrayBuffer();
    const isSecret = settings.encrypt && data;
    /** @type {[Item, ArrayBuffer | undefined] | undefined} */
    let sealed;
    if (isSecret && store.database()) {
      try {
        sealed = await (await createCipher(store.database())).seal(fresh, data);
      } catch (cause) {
        store.abandon(cause); // Where the key cannot be kept, the picture is not kept either.
      }
    }
    /** @type {Change<Item | undefined>} */
    const add = (items, to) => {
      // In memory it is as it was: the key goes with the database.
      const isSealed = isSecret && store.database();
      // The database is back only now. Throwing keeps it out of that.
      if (isSealed && !sealed) throw new Error('It is not encrypted');
      const [item, picture] = (isSealed && sealed) || [fresh, data];
      return queue.add(items, to, item, picture, settings, store.isBlind());
    };
    const queued = await store.transact(add, true, data);
    if (queued) telling.emit('queued', { item: telling.show(queued) });
    if (queued && database && !store.isDurable(id)) telling.warn('volatile-queue', [id], store.cause());
  };
}
