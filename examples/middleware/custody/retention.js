/**
 * Does what time has made due: snapshots past their retention go, objects of deleted ones are removed, and uploads that a
 * crash has cut short are finished or forgotten. In small batches, and again and again; several instances may do so at once.
 */

import { SYSTEM } from '../records/records.js';

/** Rows at a time: a transaction stays short. */
const BATCH = 100;
const INTERVAL_MS = 60_000;
/** Uploads that are taken over at once: their lease is 20 s. */
const RECOVERED_AT_ONCE = 20;
/** By how much this clock and the database's may differ without being told of. */
const SKEW_MS = 5 * 60_000;

/** @typedef {import('../records/records.js').Snapshot} Snapshot */

/**
 * @typedef {object} Clock
 * @property {() => Date} now
 * @property {(callback: () => void, ms: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 *
 * @typedef {object} Log
 * @property {(about: object, message: string) => void} info
 * @property {(about: object, message: string) => void} error
 *
 * @typedef {object} RetentionOptions
 * @property {import('../records/records.js').Records} records
 * @property {import('../storage/storage.js').Storage} storage
 * @property {Log} log
 * @property {number} [intervalMs] Between the end of one sweep and the start of the next. Default: a minute.
 * @property {number} [batch] Rows at a time.
 * @property {Clock} [clock] Default: the machine's.
 *
 * @typedef {{ recovered: number, abandoned: number, expired: number, removed: number, failed: number }} Swept How many.
 */

/** @type {Clock} */
const REAL_CLOCK = {
  now: () => new Date(),
  setTimeout: (callback, ms) => setTimeout(callback, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer),
};

/**
 * Whether the store's own lifecycle removes the object of a deleted snapshot. “retention” may be an admin's word, too: what
 * they delete before its time is not due there.
 * @param {Pick<import('../storage/storage.js').Storage, 'expires'>} storage @param {Snapshot} snapshot
 */
export function isLeftToStore({ expires }, { deletedReason, deletedAt, expiresAt }) {
  return expires && deletedReason === 'retention' && Date.parse(String(deletedAt)) >= Date.parse(expiresAt);
}

/** @param {RetentionOptions} options */
export function createRetention({
  records,
  storage,
  log,
  intervalMs = INTERVAL_MS,
  batch = BATCH,
  clock = REAL_CLOCK,
}) {
  const closing = new AbortController();
  /** @type {unknown} */
  let timer;
  /** The sweep that runs just now. @type {Promise<Swept> | undefined} */
  let running;
  /** Whether it has been told that the clocks differ. */
  let isSkewed = false;

  /** Sweeps once; a sweep that runs already is waited for. It never throws: what failed is logged, and tried next time. */
  function sweep() {
    running ??= sweepOnce().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function sweepOnce() {
    /** @type {Swept} */
    const swept = { recovered: 0, abandoned: 0, expired: 0, removed: 0, failed: 0 };
    for (const step of [recover, expire, removeObjects]) {
      try {
        await step(swept);
      } catch (error) {
        swept.failed += 1;
        log.error({ err: error }, 'a sweep was cut short');
      }
    }
    if (Object.values(swept).some((count) => count > 0)) log.info(swept, 'swept');
    return swept;
  }

  /** Uploads whose lease has run out. @param {Swept} swept */
  async function recover(swept) {
    const most = Math.min(batch, RECOVERED_AT_ONCE);
    for (let size = most; size === most && !closing.signal.aborted; ) {
      const taken = await records.takeOverAbandoned(clock.now(), most);
      size = taken.length;
      for (const { snapshot, lease } of taken) {
        if (closing.signal.aborted) return;
        await each(swept, snapshot, async () => {
          if (await isWhole(snapshot)) {
            await records.stored(lease, SYSTEM, { recovered: true });
            swept.recovered += 1;
          } else {
            await records.abandon(lease);
            await removeHalf(snapshot.objectKey);
            swept.abandoned += 1;
          }
        });
      }
    }
  }

  /**
   * A put that was cut short may have left bytes that nothing is said of yet: no list would find them. Only once there is
   * no row: where the lease was lost, another has it, and its object. @param {string} objectKey
   */
  async function removeHalf(objectKey) {
    if ((await records.findByObjects([objectKey])).size === 0) await storage.remove(objectKey);
  }

  /** Whether its object is there. One with other bytes is nobody's: it is removed. @param {Snapshot} snapshot */
  async function isWhole({ organizationId, id, objectKey, sha256, bytes }) {
    const head = await storage.head(objectKey);
    if (!head) return false;
    if (head.sha256 === sha256 && head.bytes === bytes) return true;
    log.error({ organizationId, id, objectKey }, 'an upload was cut short and left other bytes: they are removed');
    return false;
  }

  /**
   * Marks rows; a hold that comes at the same time is before it or finds the row deleted. What only the store holds stays:
   * a hold or a release was broken off, and is mended by its repeat or by the reconciler.
   * @param {Swept} swept
   */
  async function expire(swept) {
    /** @type {Snapshot | undefined} */
    let after;
    const at = await earliestNow();
    for (let size = batch; size === batch && !closing.signal.aborted; ) {
      const due = await records.expiring(at, batch, after);
      size = due.length;
      after = due.at(-1);
      /** @type {Snapshot[]} */
      const free = [];
      const look = async (/** @type {Snapshot} */ snapshot) => {
        if (!(await storage.head(snapshot.objectKey))?.held) free.push(snapshot);
      };
      await Promise.all(due.map((snapshot) => each(swept, snapshot, () => look(snapshot))));
      swept.expired += (await records.expire(at, free)).length;
    }
  }

  /** What is deleted is deleted for good: one clock that is ahead is not enough. */
  async function earliestNow() {
    const here = clock.now();
    const there = (await records.serverTime()) ?? here;
    const aheadMs = here.getTime() - there.getTime();
    const wasSkewed = isSkewed;
    isSkewed = Math.abs(aheadMs) > SKEW_MS;
    if (isSkewed && !wasSkewed)
      log.error({ aheadMs }, 'this clock and the database’s differ: nothing expires before both');
    return aheadMs > 0 ? there : here;
  }

  /**
   * Of rows that were deleted, now or before a crash. Where the store's own lifecycle expires objects, those past their
   * retention are left to it.
   * @param {Swept} swept
   */
  async function removeObjects(swept) {
    /** @type {{ deletedAt: string, id: string } | undefined} */
    let after;
    for (let size = batch; size === batch && !closing.signal.aborted; ) {
      const rows = await records.unremoved(batch, after);
      size = rows.length;
      for (const snapshot of rows) {
        if (closing.signal.aborted) return;
        after = { deletedAt: String(snapshot.deletedAt), id: snapshot.id };
        await each(swept, snapshot, async () => {
          if (!isLeftToStore(storage, snapshot)) await storage.remove(snapshot.objectKey);
          await records.removed(snapshot.organizationId, snapshot.id);
          swept.removed += 1;
        });
      }
    }
  }

  /** One failure does not stop the rest. @param {Swept} swept @param {Snapshot} snapshot @param {() => Promise<void>} work */
  async function each(swept, { organizationId, id, objectKey }, work) {
    try {
      await work();
    } catch (error) {
      swept.failed += 1;
      log.error(
        { err: error, organizationId, id, objectKey },
        'a snapshot could not be swept: again with the next sweep',
      );
    }
  }

  function schedule() {
    if (closing.signal.aborted) return;
    timer = clock.setTimeout(async () => {
      await sweep();
      schedule();
    }, intervalMs);
  }

  return {
    sweep,
    /** Sweeps now, which mends what a crash has left, and from then on. */
    async start() {
      const swept = await sweep();
      schedule();
      return swept;
    },
    /** Ends after the row that is being worked on. */
    async close() {
      closing.abort();
      clock.clearTimeout(timer);
      await running;
    },
  };
}
