/**
 * The row is claimed, the object put, the row marked as stored. Whatever breaks off in between, the same again ends in one
 * object and one row.
 */

import { v7 as uuidv7 } from 'uuid';
import { gone } from '../custody/authorise.js';
import { isStorageError, storageProblem } from '../failures.js';
import { Problem } from '../problem.js';
import { LeaseLost } from '../records/records.js';
import { StorageError } from '../storage/storage.js';

/** A lease is lost where putting took longer than it: once is bad luck, three times is a store that cannot keep up. */
const MAX_CLAIMS = 3;

/**
 * @typedef {import('../records/records.js').Snapshot} Snapshot
 * @typedef {import('../records/records.js').Claim} Claim
 * @typedef {Omit<Claim, 'snapshot'> & { snapshot: Omit<Claim['snapshot'], 'objectKey'> }} Intake
 */

/** @param {Pick<import('../service.js').Parts, 'storage' | 'records' | 'metrics' | 'log'>} parts */
export function createStore({ storage, records, metrics, log }) {
  /**
   * @param {Intake} intake @param {Buffer} file @param {number} days
   * @param {import('../records/records.js').Actor} actor
   * @returns {Promise<Snapshot>}
   */
  async function store(intake, file, days, actor) {
    /** @type {StorageError | undefined} */
    let missing;
    for (let claims = 0; claims < MAX_CLAIMS; claims += 1) {
      // One for each claim: whoever has dropped the row of the one before may be about to remove what was put under it.
      const objectKey = `video-snapshots/${intake.snapshot.interactionId}/${uuidv7()}.jpg`;
      const claimed = await records.claim({ ...intake, snapshot: { ...intake.snapshot, objectKey } });
      if (claimed.outcome === 'in-progress') throw inProgress(claimed.retryAfterMs);
      if (claimed.outcome === 'mismatch') throw mismatch();
      if (claimed.outcome === 'id-taken') {
        throw new Problem(422, 'snapshot-exists', 'Another snapshot has this id');
      }
      const { snapshot } = claimed;
      if (claimed.outcome === 'deleted') throw gone(snapshot.deletedAt, snapshot.deletedReason);
      if (claimed.outcome === 'stored') {
        // Whoever is told so lets go of the picture. One that is just being deleted is not there either, and says so next.
        if ((await storage.head(snapshot.objectKey)) !== undefined) return snapshot;
        missing = new StorageError('missing', `There is no “${snapshot.objectKey}”`);
        continue;
      }
      // Of a row that was taken over, an object may be there already.
      const isNew = snapshot.objectKey === objectKey;
      await put(claimed.lease, snapshot, { file, days, isNew });
      try {
        const stored = await records.stored(claimed.lease, actor);
        metrics.bytes.inc(stored.bytes);
        return stored;
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
        await removeOrphan(snapshot.objectKey);
      }
    }
    throw missing ?? inProgress(intake.leaseMs);
  }

  /**
   * @param {string} lease @param {Snapshot} snapshot
   * @param {{ file: Buffer, days: number, isNew: boolean }} what
   */
  async function put(lease, { id, objectKey, sha256 }, { file, days, isNew }) {
    try {
      await storage.put(objectKey, file, { sha256, retentionDays: days, metadata: { 'snapshot-id': id } });
    } catch (error) {
      if (!isStorageError(error)) throw error;
      const problem = storageProblem(error);
      if (isNew && (error.code === 'full' || error.code === 'denied')) {
        await records.abandon(lease);
        // It may have got half way, such as bytes for whose sidecar the disk had no room.
        await removeOrphan(objectKey);
      } else {
        // Nobody knows whether it got there: the row stays, so that the next try puts the same object again.
        await records.release(lease);
      }
      throw problem;
    }
  }

  /** Whose row is there is another's, who has taken it over. @param {string} objectKey */
  async function removeOrphan(objectKey) {
    if ((await records.findByObjects([objectKey])).size > 0) return;
    await storage.remove(objectKey).catch((error) => log.error({ err: error, objectKey }, 'an object is left over'));
  }

  return { store };
}

/** @param {number} retryAfterMs */
function inProgress(retryAfterMs) {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new Problem(409, 'in-progress', 'This snapshot is being filed just now', { 'retry-after': String(seconds) });
}

function mismatch() {
  return new Problem(422, 'idempotency-mismatch', 'This idempotency key was used for another snapshot');
}
