/** What an uploader tells its page. */
import { invalidArgument } from '../errors.js';

/** @import { CaptureError } from '../errors.js' */
/** @import { PendingItem } from './record.js' */

/**
 * What each event brings. `delivered` and `failed` come in the tab that sent the snapshot, and in each that waits in
 * `send` for it; the others where they happen.
 * @typedef {object} UploadEvents
 * @property {{ item: PendingItem }} queued A snapshot is stored; nothing of it has been sent before.
 * @property {{ id: string, loaded: number, total: number }} progress Of the request's whole body, in bytes.
 * @property {{ id: string }} sent The whole body has left. Only the receipt says that it has arrived.
 * @property {{ id: string, receipt: import('./retry.js').Receipt }} delivered
 * @property {{ id: string, error: CaptureError, willRetry: boolean, item: PendingItem }} failed A try has failed. Without
 *   `willRetry` the snapshot is kept, and sent no more unless the page says so.
 * @property {UploadWarning} warning
 */

/**
 * @typedef {object} UploadWarning
 * @property {'volatile-queue' | 'agent-mismatch'} code `volatile-queue`: there is no database, or it cannot be
 *   reached now, and what `ids` names is lost with the page, as is what comes later until it is there again.
 *   `agent-mismatch`: what `ids` names was taken by another agent and waits until they sign in.
 * @property {string} message For developers.
 * @property {string[]} ids Of snapshots.
 * @property {unknown} cause
 */

/** A page's mistake in a callback shows as what it is, and harms no delivery. @param {() => void} callback */
export function callOut(callback) {
  try {
    callback();
  } catch (error) {
    console.error(error);
  }
}

export function createEvents() {
  /** @type {Record<string, Set<(event: any) => void>>} */
  const listeners = {};
  for (const type of ['queued', 'progress', 'sent', 'delivered', 'failed', 'warning']) listeners[type] = new Set();
  return {
    /**
     * @template {keyof UploadEvents} T
     * @param {T} type @param {(event: UploadEvents[T]) => void} listener
     * @returns {() => void} Takes the listener back.
     */
    on(type, listener) {
      if (!listeners[type]) throw invalidArgument('type', 'an event of UploadEvents', type);
      if (typeof listener !== 'function') throw invalidArgument('listener', 'a function', listener);
      listeners[type].add(listener);
      return () => listeners[type].delete(listener);
    },

    /** @template {keyof UploadEvents} T @param {T} type @param {UploadEvents[T]} event */
    emit(type, event) {
      for (const listener of listeners[type]) callOut(() => listener(event));
    },
  };
}
