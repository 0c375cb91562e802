/**
 * Compares rows with objects, both ways, and mends what a crash has left:
 *
 *   upload-cut-short    a pending row whose lease ran out long ago        the sweep finishes or drops it
 *   expired-but-there   past its retention or deleted, the object there   removed
 *   row-without-object  a stored row, no object                           left: only a back-up can mend it
 *   object-differs      other bytes than the row says                     left, likewise
 *   held-by-row-only    the store would let it go                         held in the store, too
 *   held-by-store-only  a hold or release was broken off                  held in the row, too: an admin decides
 *   object-without-row  nobody's                                          removed
 *
 * What is younger than the grace may still be under way and is no finding. What is held is never removed. Where many
 * objects have no row, the database is more likely the wrong or an older one than the objects are nobody's: they stay.
 */

import { createHolds } from '../custody/holds.js';
import { isLeftToStore } from '../custody/retention.js';

/** Rows at a time, and objects whose rows are looked up at once. */
const PAGE = 200;
/** Objects that are looked at beside each other. */
const HEADS = 8;
/** Objects without a row that are removed in one pass: so many, or this share of all. Crashes leave a few at most. */
const MOST_ORPHANS = { count: 20, share: 0.01, inAll: 10_000 };
/** AWS says that its lifecycle may be some days late (docs: "Expiring objects"). */
const LIFECYCLE_GRACE_MS = 3 * 24 * 60 * 60 * 1000;
/** Where the objects of snapshots are: others in the bucket are none of ours. */
const BELOW = 'video-snapshots/';
/** The audit of what belongs to no organisation. */
export const NOBODYS = 'system';

/** @type {import('../records/records.js').Actor} */
const SYSTEM = { id: 'system', role: 'system', via: 'reconcile' };

/**
 * @typedef {'upload-cut-short' | 'expired-but-there' | 'row-without-object' | 'object-differs' | 'held-by-row-only'
 *   | 'held-by-store-only' | 'object-without-row'} Kind
 *
 * @typedef {object} Finding
 * @property {Kind} kind
 * @property {string} objectKey
 * @property {string} [organizationId]
 * @property {string} [id] Of the snapshot.
 * @property {'mended' | 'left'} outcome In a dry run everything is left.
 * @property {string} [why] It was left.
 * @property {number} [count] Of such objects, where `objectKey` is one of too many to name.
 *
 * @typedef {{ rows: number, objects: number, mended: number, left: number }} Summary
 *
 * @typedef {object} Options
 * @property {import('../storage/storage.js').Storage} storage
 * @property {import('../records/records.js').Records} records
 * @property {() => Promise<unknown>} sweep Finishes and expires what is due.
 * @property {() => Date} now
 * @property {number} graceMs
 * @property {boolean} [protectRecordings] A hold that is taken into the row protects the call's recordings, too.
 * @property {boolean} [isDryRun] Nothing is changed.
 * @property {boolean} [isForced] Removes objects without a row however many they are.
 * @property {AbortSignal} [signal]
 * @property {(finding: Finding) => void} report
 */

/** @param {Options} options @returns {Promise<Summary>} */
export async function reconcile(options) {
  const { storage, records, sweep, now, graceMs, protectRecordings, isDryRun, isForced, signal, report } = options;
  const holds = createHolds(options);
  /** @type {Summary} */
  const summary = { rows: 0, objects: 0, mended: 0, left: 0 };
  const before = now().getTime() - graceMs;
  /** Objects without a row: millions, where the database is the wrong one. @type {{ count: number, keys: string[] }} */
  const orphans = { count: 0, keys: [] };
  /** Objects with a row. */
  let known = 0;
  const isOld = (/** @type {string | Date} */ time) => new Date(time).getTime() <= before;
  await compareRows();
  await compareObjects();
  return summary;

  async function compareRows() {
    for (let after, size = PAGE; size === PAGE; ) {
      /** @type {{ snapshot: Snapshot, leaseUntil: string }[]} */
      const page = await records.scan(PAGE, after);
      size = page.length;
      after = page.at(-1)?.snapshot;
      summary.rows += size;
      /** @type {Snapshot[]} */
      const due = [];
      await inParallel(page, async ({ snapshot, leaseUntil }) => {
        if (snapshot.state === 'pending') {
          if (isOld(leaseUntil)) due.push(snapshot);
        } else if (isOld(snapshot.receivedAt)) {
          await compareRow(snapshot, due);
        }
      });
      await finish(due);
    }
  }

  /** By the sweep, which does all that is due: later pages have less. @param {Snapshot[]} due */
  async function finish(due) {
    if (due.length > 0 && !isDryRun) await sweep();
    for (const snapshot of due) {
      const kind = snapshot.state === 'pending' ? 'upload-cut-short' : 'expired-but-there';
      await found(kind, snapshot, async () => {
        const row = (await records.findByObjects([snapshot.objectKey])).get(snapshot.objectKey);
        return row?.state === snapshot.state && !row.legalHold
          ? 'the sweep could not reach it: see the log'
          : undefined;
      });
    }
  }

  /** @param {Snapshot} snapshot @param {Snapshot[]} due */
  async function compareRow(snapshot, due) {
    const head = await storage.head(snapshot.objectKey);
    // The row may have been held, released or deleted since it was read.
    const row = (await records.findByObjects([snapshot.objectKey])).get(snapshot.objectKey);
    if (row?.state !== 'stored') return;
    if (!row.legalHold && !head?.held && isOld(row.expiresAt)) {
      due.push(row);
    } else if (!head) {
      await found('row-without-object', row, async () => 'only a back-up has it');
    } else if (head.sha256 !== row.sha256 || head.bytes !== row.bytes) {
      await found('object-differs', row, async () => 'only a back-up has it');
    } else if (row.legalHold && !head.held) {
      await found('held-by-row-only', row, () => holdObject(row));
    } else if (!row.legalHold && head.held && (await isSettled(row))) {
      await found('held-by-store-only', row, () => holdRow(row));
    }
  }

  /** Whether no hold or release may be under way just now. @param {Snapshot} snapshot */
  async function isSettled({ organizationId, id }) {
    for await (const { action, at } of records.auditEntries(organizationId, { snapshotId: id })) {
      if (action === 'released' && !isOld(at)) return false;
    }
    return true;
  }

  /** @param {Snapshot} snapshot */
  async function holdObject(snapshot) {
    const { organizationId, id, objectKey } = snapshot;
    await audit(organizationId, 'held-by-row-only', objectKey, id);
    await holds.setInStore(snapshot, true);
    return undefined;
  }

  /** @param {Snapshot} snapshot */
  async function holdRow({ organizationId, id }) {
    const reason = 'The store holds it: a hold or a release was broken off. Release it if it is not to be held.';
    const held = await records.setHold(organizationId, id, true, reason, SYSTEM, { protectRecordings });
    if (held === undefined) return 'it was deleted meanwhile';
    await holds.checkStore(held);
    return undefined;
  }

  async function compareObjects() {
    /** @type {import('../storage/storage.js').Entry[]} */
    let page = [];
    for await (const entry of storage.list(BELOW)) {
      summary.objects += 1;
      page.push(entry);
      if (page.length === PAGE) {
        await comparePage(page);
        page = [];
      }
    }
    await comparePage(page);
    await removeOrphans();
  }

  /** @param {import('../storage/storage.js').Entry[]} page */
  async function comparePage(page) {
    signal?.throwIfAborted();
    // The row comes before its object: an object that is listed and has no row now has had none then.
    const rows = await records.findByObjects(page.map(({ key }) => key));
    known += rows.size;
    for (const entry of page) {
      const row = rows.get(entry.key);
      if (row === undefined) {
        if (isOld(entry.modifiedAt)) await foundOrphan(entry.key);
      } else if (row.state === 'deleted' && isOverdue(row)) {
        await found('expired-but-there', row, () => removeDeleted(row));
      }
    }
  }

  /** May be nobody's: only once all are counted, unless that makes no difference. @param {string} key */
  async function foundOrphan(key) {
    if (isDryRun || isForced) {
      await found('object-without-row', { objectKey: key }, () => removeOrphan(key));
    } else {
      orphans.count += 1;
      if (orphans.keys.length < MOST_ORPHANS.inAll) orphans.keys.push(key);
    }
  }

  async function removeOrphans() {
    const { count, keys } = orphans;
    const most = Math.max(MOST_ORPHANS.count, MOST_ORPHANS.share * summary.objects);
    // None with a row: of a database that is new, or another's, a few pictures are all there is.
    if (count > Math.min(most, MOST_ORPHANS.inAll) || known === 0) {
      if (count === 0) return;
      summary.left += count;
      const why = `${count} objects have no row: is it the right database? --force removes them`;
      report({ kind: 'object-without-row', objectKey: keys[0], count, outcome: 'left', why });
      return;
    }
    for (const key of keys) await found('object-without-row', { objectKey: key }, () => removeOrphan(key));
  }

  /** Whether whoever was to remove it has had the time. @param {Snapshot} snapshot */
  function isOverdue(snapshot) {
    const graceMs = isLeftToStore(storage, snapshot) ? LIFECYCLE_GRACE_MS : 0;
    return Date.parse(String(snapshot.deletedAt)) + graceMs <= before;
  }

  /** @param {Snapshot} snapshot */
  async function removeDeleted({ organizationId, id, objectKey }) {
    if ((await storage.head(objectKey))?.held) return 'the store holds it: release it, and it goes';
    await audit(organizationId, 'expired-but-there', objectKey, id);
    await storage.remove(objectKey);
    await records.removed(organizationId, id);
    return undefined;
  }

  /** @param {string} objectKey */
  async function removeOrphan(objectKey) {
    const head = await storage.head(objectKey);
    if (head?.held) return 'it is under a legal hold';
    if ((await records.findByObjects([objectKey])).size > 0) return 'it has a row now';
    await audit(NOBODYS, 'object-without-row', objectKey, null, { sha256: head?.sha256 });
    await storage.remove(objectKey);
    return undefined;
  }

  /** Before the change: what cannot be written down is not done. @param {string} organizationId @param {Kind} kind @param {string} objectKey @param {string | null} snapshotId */
  async function audit(organizationId, kind, objectKey, snapshotId, more = {}) {
    const details = { kind, objectKey, ...more };
    await records.audit(organizationId, { actor: SYSTEM, action: 'reconciled', snapshotId, details });
  }

  /**
   * @param {Kind} kind @param {Partial<Snapshot> & { objectKey: string }} what
   * @param {() => string | undefined | Promise<string | undefined>} mend Says why it could not.
   */
  async function found(kind, { organizationId, id, objectKey }, mend) {
    signal?.throwIfAborted();
    const why = isDryRun ? 'a dry run' : await reasonOf(mend);
    const outcome = why === undefined ? 'mended' : 'left';
    summary[outcome] += 1;
    report({ kind, organizationId, id, objectKey, outcome, why });
  }

  /** One that cannot be mended does not stop the rest. @param {() => string | undefined | Promise<string | undefined>} mend */
  async function reasonOf(mend) {
    try {
      return await mend();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** @template T @param {T[]} items @param {(item: T) => Promise<void>} work */
  async function inParallel(items, work) {
    const left = [...items];
    const worker = async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) {
        signal?.throwIfAborted();
        await work(item);
      }
    };
    await Promise.all(Array.from({ length: HEADS }, worker));
  }
}

/** @typedef {import('../records/records.js').Snapshot} Snapshot */
