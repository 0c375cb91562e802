/** The bytes of a snapshot, as they were taken. */

import { createHash } from 'node:crypto';
import { Problem } from '../problem.js';

/**
 * @param {Pick<import('../storage/storage.js').Storage, 'read'>} storage
 * @param {import('../records/records.js').Snapshot} snapshot A stored one.
 * @throws {Problem | import('../storage/storage.js').StorageError}
 */
export async function readPicture(storage, { objectKey, sha256 }) {
  const bytes = await storage.read(objectKey);
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw new Problem(500, 'picture-changed', 'The stored picture is not the one that was taken: tell the operator');
}
