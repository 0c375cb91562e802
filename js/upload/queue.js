/**
 * The queue's rules. Each is a change of the whole queue, run by the store as one atomic step: so they hold among all
 * tabs, frames and workers that share it.
 */
import { CaptureError, invalidArgument } from '../errors.js';
import { mismatch, unreachable } from './record.js';

/** @import { Item, Writer } from './record.js' */

/** @param {Item[]} items @param {string} id */
export const byId = (items, id) => items.find((item) => item.id === id);

/**
 * Puts a snapshot into the queue, or finds it there. One that had been given up is tried again.
 * @param {Item[]} items @param {Writer} to
 * @param {Item} fresh
 * @param {ArrayBuffer | undefined} data Missing where only the id is known.
 * @param {{ count: number, bytes: number }} limits For the items of one agent: another's that wait take nobody's place.
 * @param {boolean} isBlind The items are not all there are: see `Place.isBlind`.
 * @returns {Item | undefined} Where it is new.
 * @throws {CaptureError} `queue-full`, `agent-mismatch`, `invalid-argument`
 */
export function add(items, to, fresh, data, { count, bytes }, isBlind) {
  const known = byId(items, fresh.id);
  if (known) {
    checkSame(known, fresh);
    if (known.state !== 'waiting') to.put(reset(known, fresh.queuedAt));
    return;
  }
  if (!data && isBlind) return;
  if (!data) throw invalidArgument('snapshot.blob', 'a Blob', data);
  const own = items.filter(({ agentId }) => agentId === fresh.agentId);
  const sum = own.reduce((all, item) => all + item.bytes, fresh.bytes);
  if (own.length >= count || sum > bytes) {
    const details = { count: own.length + 1, bytes: sum, limits: { count, bytes } };
    throw new CaptureError('queue-full', undefined, { details });
  }
  // By the clock, so that items of two stores have an order too, but always behind all that are there.
  const order = items.reduce((last, item) => Math.max(last, item.order + 1), fresh.queuedAt);
  const item = { ...fresh, order };
  to.put(item, data);
  return item;
}

/**
 * An id stands for one picture of one interaction. Who asks by the id alone has no hash.
 * @param {{ id: string, agentId: string, sha256: string, interactionId?: string }} known A receipt, too.
 * @param {{ agentId: string, sha256: string, interactionId: string }} asked
 */
export function checkSame(known, asked) {
  if (known.agentId !== asked.agentId) throw mismatch(known.id);
  for (const name of /** @type {const} */ (['sha256', 'interactionId'])) {
    if (asked[name] && known[name] && asked[name] !== known[name]) {
      throw invalidArgument(name, `that of the snapshot ${known.id} as it was queued`, asked[name]);
    }
  }
}

/**
 * @typedef {object} Sender
 * @property {string} agentId
 * @property {number} now Date.now()
 * @property {number} ageMs
 * @property {number} capacity How many items may be claimed.
 * @property {import('./record.js').Lease} lease For what is claimed.
 * @property {(item: Item) => number} leaseRemaining In ms, 0 where the item is nobody's (any more).
 */

/**
 * Claims what is to be sent now: of each interaction only the first that waits, so that their order is kept. What was
 * given up (rejected, expired) holds up nobody.
 * @param {Item[]} items @param {Writer} to @param {Sender} sender
 */
export function claim(items, to, { agentId, now, ageMs, capacity, lease, leaseRemaining }) {
  /** @type {Item[]} */
  const claimed = [];
  /** @type {Item[]} */
  const expired = [];
  const begun = new Set();
  let waiting = 0;
  /** When the next look pays. */
  let nextMs = Infinity;
  for (let item of items.sort((a, b) => a.order - b.order)) {
    if (item.agentId !== agentId) continue;
    // Before it was too old: the clock was ahead then.
    if (item.state === 'expired' && now < Number(item.error?.details.at)) {
      item = { ...item, state: 'waiting', error: null };
      to.put(item);
    }
    if (item.state !== 'waiting') continue;
    const leased = leaseRemaining(item);
    if (!leased && now - item.queuedAt > ageMs) {
      expired.push({ ...item, state: 'expired', wait: null, lease: null, error: tooOld(now) });
      continue;
    }
    waiting += 1;
    if (begun.has(item.interactionId)) continue;
    begun.add(item.interactionId);
    const dueMs = Math.max(leased, waitRemaining(item, now));
    if (dueMs > 0) nextMs = Math.min(nextMs, dueMs);
    else if (claimed.length < capacity) claimed.push({ ...item, attempts: item.attempts + 1, wait: null, lease });
  }
  for (const item of claimed.concat(expired)) to.put(item);
  return { claimed, expired, waiting, nextMs, items };
}

/** @param {number} at Date.now() @returns {import('./record.js').StoredError} */
const tooOld = (at) => ({ code: 'upload-failed', message: 'It waited for longer than limits.ageMs', details: { at } });

/** @param {Item} item @param {number} now */
function waitRemaining({ wait }, now) {
  // Before its beginning: the clock was set back.
  return wait && now >= wait.from ? Math.max(0, wait.from + wait.ms - now) : 0;
}

/**
 * Shows that an owner still sends.
 * @param {Item[]} items @param {Writer} to
 * @param {string} owner
 * @param {string[]} ids What it sends.
 * @param {import('./record.js').Lease} lease
 * @returns {string[]} The ids that are not its own any more.
 */
export function renew(items, to, owner, ids, lease) {
  return ids.filter((id) => {
    const item = byId(items, id);
    if (item?.lease?.owner !== owner) return true;
    to.put({ ...item, lease: { ...lease, beat: item.lease.beat + 1 } });
    return false;
  });
}

/**
 * Gives back all that an owner has claimed.
 * @param {Item[]} items @param {Writer} to @param {string} owner
 */
export function release(items, to, owner) {
  for (const item of items) if (item.lease?.owner === owner) to.put({ ...item, lease: null });
}

/**
 * What a try came to. A delivery counts whoever holds the lease by now; a failure only while it is the sender's own.
 * @param {Item[]} items @param {Writer} to
 * @param {Item} sent As it was claimed.
 * @param {import('./retry.js').Decision} decision
 * @param {number} now
 * @returns {Item | undefined} The item as it is now, where the failure counted.
 */
export function conclude(items, to, sent, decision, now) {
  const { id, agentId, interactionId, sha256 } = sent;
  if (decision.receipt) {
    to.remove(id, { id, agentId, interactionId, sha256, receipt: { ...decision.receipt }, at: now });
    return;
  }
  const item = byId(items, id);
  if (!item || (item.lease && item.lease.owner !== sent.lease?.owner)) return;
  const { error = null, wait } = decision;
  /** @type {Item} */
  const failed = {
    ...item,
    attempts: sent.attempts,
    lease: null,
    state: wait ? 'waiting' : 'rejected',
    error,
    wait: wait ? { ...wait, from: now } : null,
  };
  to.put(failed);
  return failed;
}

/**
 * Lets what waits by back-off go at once; what the server has named of a wait stays.
 * @param {Item[]} items @param {Writer} to @param {string} agentId
 */
export function hurry(items, to, agentId) {
  for (const item of items) {
    const { wait } = item;
    if (item.agentId !== agentId || !wait) continue;
    const ms = wait.asked === true ? wait.ms : Number(wait.asked);
    if (ms < wait.ms) to.put({ ...item, wait: ms > 0 ? { ...wait, ms } : null });
  }
}

/**
 * Finds an agent's own item, for what the page wants done to it.
 * @param {Item[]} items @param {string} id @param {string} agentId
 * @param {boolean} isBlind The items are not all there are: see `Place.isBlind`.
 * @returns {Item | undefined}
 * @throws {CaptureError} `agent-mismatch`; `upload-failed` where nobody knows whether there is one.
 */
export function ownItem(items, id, agentId, isBlind) {
  const item = byId(items, id);
  if (item && item.agentId !== agentId) throw mismatch(id);
  if (!item && isBlind) throw unreachable();
  return item;
}

/** To be tried again at once. @param {Item} item @param {number} now @returns {Item} */
export function reset(item, now) {
  return { ...item, state: 'waiting', wait: null, queuedAt: now };
}
