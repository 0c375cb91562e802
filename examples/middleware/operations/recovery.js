/**
 * Finishes what a crash broke off: a row whose lease has run out is either a snapshot whose object got there, and then it
 * is stored, or one that never did, and then the row goes and the client's next try begins anew.
 */

import { LeaseLost } from '../records/records.js';

const SYSTEM = { id: 'system', role: 'system', via: 'system' };

/**
 * @param {Pick<import('../service.js').Parts, 'storage' | 'records' | 'metrics' | 'now' | 'log'>} parts
 * @returns {Promise<number>} how many
 */
export async function recover({ storage, records, metrics, now, log }) {
  const abandoned = await records.takeOverAbandoned(now());
  for (const { snapshot, lease } of abandoned) {
    try {
      const head = await storage.head(snapshot.objectKey);
      const outcome = head?.sha256 === snapshot.sha256 ? 'stored' : 'dropped';
      if (outcome === 'stored') await records.stored(lease, SYSTEM);
      else await records.abandon(lease);
      metrics.recovered.inc({ outcome });
      log.info({ snapshotId: snapshot.id, outcome }, 'an upload that was broken off');
    } catch (error) {
      // Its client was faster, or the store cannot be asked: its lease runs out again.
      if (!(error instanceof LeaseLost)) log.error({ err: error, snapshotId: snapshot.id }, 'not recovered');
    }
  }
  return abandoned.length;
}
