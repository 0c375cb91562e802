/** One try of an item: its picture read, the page's headers asked for, the request made, and what follows decided. */
import { within } from './clock.js';
import { createCipher } from './encryption.js';
import { decide } from './retry.js';
import { textOf } from './text.js';

/** @import { Item } from './record.js' */
/** @import { Outcome, Reason } from './retry.js' */

/** How long the page's `headers` may take. */
const HEADERS_MS = 15000;

/**
 * @param {import('./options.js').Settings} settings
 * @param {import('./uploader.js').Environment} environment
 * @param {import('./store.js').Place} store
 * @param {import('./telling.js').Telling} telling
 */
export function createAttempt(settings, { clock, random, post }, store, telling) {
  /** @param {Item} item @returns {Promise<Outcome & { data?: ArrayBuffer }>} */
  async function readPicture(item) {
    /** @type {Reason} */
    let reason = 'storage';
    try {
      const data = await store.picture(item.id);
      const open = item.iv && (await createCipher(store.database())).open;
      reason = 'unreadable';
      return { data: data && open ? await open(item, data) : data, reason };
    } catch (error) {
      return { reason, error: textOf(error) };
    }
  }

  /**
   * @param {Item} item @param {ArrayBuffer} data @param {boolean} renew
   * @param {AbortSignal} signal @param {() => Promise<void>} checkOwn
   * @returns {Promise<Outcome>}
   */
  async function request(item, data, renew, signal, checkOwn) {
    const { id, agentId, attempts: attempt } = item;
    const context = { agentId, snapshotId: id, attempt, renew };
    let headers;
    try {
      headers = readHeaders(await within(clock, HEADERS_MS, () => settings.headers(context)));
      await checkOwn();
      if (signal.aborted) return { reason: 'headers' };
    } catch (error) {
      return { reason: 'headers', error: textOf(error) };
    }
    return post({
      ...settings,
      item,
      data,
      headers,
      signal,
      clock,
      onProgress: (loaded, total) => telling.progress(id, loaded, total),
      onSent: () => telling.emit('sent', { id }),
      // A service worker has no XMLHttpRequest.
    }).catch((error) => ({ reason: 'network', error: textOf(error) }));
  }

  /**
   * Never rejects.
   * @param {Item} item As it was claimed.
   * @param {AbortSignal} signal
   * @param {() => Promise<void>} checkOwn Called before anything is sent: aborts where the item is another tab's by now, or gone.
   * @returns {Promise<import('./retry.js').Decision>}
   */
  return async (item, signal, checkOwn) => {
    const { data, ...failure } = await readPicture(item);
    for (let renewed = false; ; renewed = true) {
      const outcome = data ? await request(item, data, renewed, signal, checkOwn) : failure;
      const { attempts: attempt } = item;
      const decision = decide(outcome, { ...settings, attempt, renewed, now: clock.now(), random: random() });
      if (!decision.renew || signal.aborted) return decision;
    }
  };
}

/**
 * By what it holds, not by its class: a frame's `Headers` are not this page's, and libraries have classes of their own.
 * @param {any} given What the page's `headers` came to.
 * @returns {Record<string, string>}
 * @throws Where it holds no headers, in words without it: a token that came in their place would be kept with the item.
 *   The values are checked where they are set.
 */
function readHeaders(given) {
  const kind = Object.prototype.toString.call(given);
  const isList = Array.isArray(given);
  try {
    if (typeof given?.entries === 'function' && !isList) return Object.fromEntries(given.entries());
    const headers = { .../** @type {object} */ (typeof given === 'object' && given) };
    // What holds nothing, and has a tag of its own or is no object (a Date, a token that is not there yet), would pass for
    // "no headers".
    if (kind === '[object Object]' || (Object.keys(headers).length > 0 && !isList)) return headers;
  } catch {
    // Said below.
  }
  throw new TypeError(`${kind} holds no headers`);
}
