/**
 * What the queue keeps, and what it shows of it.
 *
 *   items      one Item for each snapshot that waits: small, so that a thousand of them are read in one go
 *   pictures   its JPEG, an ArrayBuffer (WebKit loses Blobs), read only when it is sent
 *   receipts   what is left once a picture is delivered, for a day: no picture
 *   keys       the key of the pictures, where they are encrypted
 *   marks      two random numbers: one of the database, for as long as it is not cleared, and another one after each
 *              change of the items: who knows it knows the items
 */
import { CaptureError } from '../errors.js';

/**
 * @typedef {object} Item
 * @property {string} id The snapshot's: the idempotency key.
 * @property {string} agentId Who took it, and as whom alone it is sent.
 * @property {string} interactionId
 * @property {string} sha256 Of the JPEG, lowercase hex.
 * @property {string} timestamp When it was captured, ISO 8601.
 * @property {string} metadata JSON, as it is sent.
 * @property {string} type Of the picture: `image/jpeg`.
 * @property {number} bytes Of the JPEG.
 * @property {Uint8Array} [iv] Where the picture is encrypted: AES-GCM's initialisation vector.
 * @property {number} order Within an interaction the lower is sent first.
 * @property {number} queuedAt Date.now() when it was queued, or told to try again.
 * @property {number} attempts How many tries were begun.
 * @property {'waiting' | 'rejected' | 'expired'} state Only what is waiting is sent by itself.
 * @property {Wait | null} wait
 * @property {Lease | null} lease
 * @property {StoredError | null} error Why the last try failed.
 */

/**
 * Until when the next try waits. Two numbers, not a date: a clock that was set back shows by `from` lying ahead.
 * @typedef {object} Wait
 * @property {number} from Date.now()
 * @property {number} ms
 * @property {number | boolean} asked What of `ms` the server has named, so that nothing shortens it. True, of earlier
 *   versions: all of it.
 */

/**
 * Who sends an item now.
 * @typedef {object} Lease
 * @property {string} owner An uploader's random name.
 * @property {number} beat Counts up while the owner lives.
 * @property {number} ms A beat that stays the same for so long has stopped.
 * @property {boolean} locked The owner holds a Web Lock of its name as well: where that is free, the owner is gone.
 */

/**
 * @typedef {object} StoredError
 * @property {import('../errors.js').CaptureErrorCode} code
 * @property {string} message
 * @property {Record<string, string | number | undefined>} details
 */

/**
 * @typedef {object} Delivered
 * @property {string} id
 * @property {string} agentId
 * @property {string} [interactionId] Not of earlier versions.
 * @property {string} sha256
 * @property {import('./retry.js').Receipt} receipt
 * @property {number} at Date.now()
 */

/**
 * Takes what a transaction changes.
 * @typedef {object} Writer
 * @property {(item: Item, data?: ArrayBuffer) => void} put With the picture, where that is new.
 * @property {(id: string, delivered?: Delivered) => void} remove The item and its picture; the receipt stays.
 */

/**
 * One atomic step over all items, whoever else shares them: it reads them all and writes through `to`. It changes no
 * item that it is given, and may run more than once, each time on what is there then. Throwing undoes everything.
 * `isOnDisk`: what it puts comes onto the disk.
 * @template T
 * @typedef {(items: Item[], to: Writer, isOnDisk?: boolean) => T} Change
 */

/**
 * A store of items. The one in IndexedDB and the one in memory behave alike.
 * @typedef {object} Store
 * @property {<T>(change: Change<T>, strict?: boolean) => Promise<T>} transact `strict`: done means on the disk, where the
 *   browser can promise that.
 * @property {(id: string) => Promise<ArrayBuffer | undefined>} picture
 * @property {(id: string) => Promise<Delivered | undefined>} receipt
 */

/** How long a receipt is kept for another tab, or a reloaded page, that asks for it. */
export const RECEIPT_MS = 24 * 60 * 60 * 1000;

/** Where its day is over, or it lies ahead by more: a clock was wrong. @param {{ at: number }} receipt @param {number} now */
export const isOver = ({ at }, now) => Math.abs(now - at) >= RECEIPT_MS;

/**
 * A snapshot that is not delivered yet.
 * @typedef {object} PendingItem
 * @property {string} id The snapshot's.
 * @property {string} interactionId
 * @property {string} agentId Another agent's item is sent, retried and discarded only by an uploader of theirs.
 * @property {'waiting' | 'sending' | 'rejected' | 'expired'} state `rejected`: the server refused it, or its picture
 *   cannot be read. `expired`: it waited for longer than `limits.ageMs`. Both are kept until `retry(id)` or `discard(id)`.
 * @property {boolean} durable Whether it survives a reload.
 * @property {number} attempts How many tries were begun.
 * @property {number} bytes Of the JPEG.
 * @property {string} capturedAt ISO 8601.
 * @property {string} queuedAt ISO 8601.
 * @property {string | null} nextTryAt ISO 8601; null where it is being sent, goes out next, or is not sent by itself.
 * @property {CaptureError | null} error Why the last try failed, or `agent-mismatch`.
 */

/** @param {Item} item @param {string} agentId Who asks. @param {boolean} durable @returns {PendingItem} */
export function toPending(item, agentId, durable) {
  const { id, interactionId, state, lease, wait, attempts, bytes, timestamp: capturedAt, error } = item;
  const own = item.agentId === agentId;
  return {
    id,
    interactionId,
    agentId: item.agentId,
    state: lease ? 'sending' : state,
    durable,
    attempts,
    bytes,
    capturedAt,
    queuedAt: isoDate(item.queuedAt),
    nextTryAt: own && wait ? isoDate(wait.from + wait.ms) : null,
    error: own ? error && revive(error) : mismatch(id),
  };
}

/** The latest date there is, where a wait has no end. @param {number} ms */
const isoDate = (ms) => new Date(Math.min(ms, 8.64e15)).toISOString();

/** An error of the page's own: what it writes there comes into no record. @param {StoredError} error */
export const revive = ({ code, message, details }) => new CaptureError(code, message, { details: { ...details } });

/** @param {string} id Of a snapshot that another agent took. */
export const mismatch = (id) => new CaptureError('agent-mismatch', undefined, { details: { id } });

/** @param {string} message @param {import('./retry.js').Reason} reason @param {unknown} [cause] */
const failed = (message, reason, cause) => new CaptureError('upload-failed', message, { cause, details: { reason } });

/** A picture that the page gave, and that did not come, or has not come yet. @param {unknown} [cause] */
export const unread = (cause) => failed('The picture cannot be read', 'unreadable', cause);

/** It is gone, and its receipt would be by now. */
export const lost = () => failed('It is gone', 'storage');

/** Nobody knows now what the queue has. */
export const unreachable = () => failed('The database cannot be reached now', 'storage');
