/** How a snapshot comes into the queue: looked for, encrypted where that is wanted, and stored. */
import { nothing, within } from './clock.js';
import { createCipher } from './encryption.js';
import * as queue from './queue.js';
import { unread } from './record.js';

/** @import { CaptureError } from '../errors.js' */
/** @import { Change, Item } from './record.js' */
/** @import { Receipt } from './retry.js' */

/** How long a new snapshot waits for a database that may be back, before it is kept in memory. */
const BACK_MS = 1000;

/** How long a picture may take to be read: a file's may lie on another machine, and a page's own object never answer. */
const READ_MS = 8000;

/** @param {import('./clock.js').Clock} clock @param {Blob | undefined} blob */
export const read = async (clock, blob) => blob && within(clock, READ_MS, () => blob.arrayBuffer());

/**
 * @param {import('./options.js').Settings} settings
 * @param {import('./uploader.js').Environment} environment
 * @param {import('./store.js').Place} store
 * @param {import('./telling.js').Telling} telling
 * @param {Set<Item>} reading Whose picture is just being read.
 */
export function createEntry(settings, { clock, database }, store, telling, reading) {
  /**
   * Puts a snapshot into the queue, unless it is there or delivered.
   * @param {Item} fresh @param {Blob | undefined} blob
   * @returns {Promise<{ receipt?: Receipt, blob?: Blob }>} The receipt where it is delivered, else the blob, unless it failed.
   */
  return async (fresh, blob) => {
    const { id } = fresh;
    await within(clock, BACK_MS, store.recover).catch(nothing);
    const delivered = await store.receipt(id).catch(nothing);
    if (delivered) {
      queue.checkSame(delivered, fresh);
      return delivered;
    }
    reading.add(fresh);
    /** @type {CaptureError | undefined} */
    let failure;
    const data = await read(clock, blob).catch((cause) => {
      failure = unread(cause);
      return undefined;
    });
    reading.delete(fresh);
    /** @type {[Item, ArrayBuffer | undefined]} As it is in memory: a key goes with its database. */
    const plain = [fresh, data];
    let written = data && settings.encrypt ? undefined : plain;
    if (data && !written && store.database()) {
      try {
        const { seal } = await createCipher(store.database());
        written = await seal(fresh, data);
      } catch (cause) {
        store.abandon(cause); // Where the key cannot be kept, the picture is not kept either.
      }
    }
    /** @type {Change<Item | undefined>} */
    const add = (items, to, isOnDisk) => {
      if (failure && !queue.byId(items, id)) throw failure; // Else the queue has its picture.
      const entry = isOnDisk ? written : plain;
      if (!entry) throw new Error('The key has failed'); // Keeps it out of a database that is back only now.
      return queue.add(items, to, ...entry, settings, store.isBlind());
    };
    const queued = await store.transact(add, true, data);
    if (queued) telling.emit('queued', { item: telling.show(queued) });
    if (queued && database && !store.isDurable(id)) telling.warn('volatile-queue', [id], store.cause());
    return { blob: data && blob };
  };
}
