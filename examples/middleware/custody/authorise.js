/** Finds the snapshot that a request is about, if whoever asks may have to do with it. */

import { isStorageError } from '../failures.js';
import { actorOf, isAtLeast } from '../identity/identity.js';
import { Problem } from '../problem.js';

/** @typedef {import('../records/records.js').Snapshot} Snapshot */

/**
 * @param {import('fastify').FastifyRequest} request Its route has an `id`.
 * @param {Pick<import('../service.js').Parts, 'records'>} parts
 * @returns {Promise<Snapshot>} also where it is deleted
 * @throws {Problem} 403, 404
 */
export async function findSnapshot(request, { records }) {
  const { identity } = request;
  const { id } = /** @type {{ id: string }} */ (request.params);
  const snapshot = await records.find(identity.organizationId, id);
  if (snapshot === undefined) throw notFound();
  if (snapshot.agentId !== identity.agentId && !isAtLeast(identity, 'supervisor')) {
    const problem = new Problem(403, 'forbidden', 'This snapshot is another agent’s');
    await auditRefusal(request, problem, { records });
    throw problem;
  }
  return snapshot;
}

/** @param {Snapshot} snapshot @param {Date} now @throws {Problem} 410 */
export function checkPresent(snapshot, now) {
  if (snapshot.state === 'deleted') throw gone(snapshot.deletedAt, snapshot.deletedReason);
  // Past its time it is gone, whether the sweep or the bucket's lifecycle has come by or not.
  if (!snapshot.legalHold && Date.parse(snapshot.expiresAt) <= now.getTime())
    throw gone(snapshot.expiresAt, 'retention');
}

/**
 * Looks for the picture. One that is not there may have been deleted, or expired, since its row was read.
 * @template T
 * @param {import('fastify').FastifyRequest} request @param {Pick<import('../service.js').Parts, 'records' | 'now'>} parts
 * @param {() => Promise<T>} look
 * @returns {Promise<T>}
 * @throws {Problem} 410, where that is why.
 */
export async function orGone(request, parts, look) {
  try {
    return await look();
  } catch (error) {
    if (isStorageError(error) && error.code === 'missing')
      checkPresent(await findSnapshot(request, parts), parts.now());
    throw error;
  }
}

/**
 * Written before the answer is given: nobody is shown anything without.
 * @param {import('fastify').FastifyRequest} request @param {string} snapshotId @param {object} details
 * @param {Pick<import('../service.js').Parts, 'records'>} parts
 */
export async function auditView({ identity, method }, snapshotId, details, { records }) {
  const how = method === 'HEAD' ? { ...details, method } : details;
  const entry = { actor: actorOf(identity), action: 'viewed', snapshotId, details: how };
  await records.audit(identity.organizationId, entry);
}

/**
 * Who was turned away stands in the audit as well.
 * @param {import('fastify').FastifyRequest} request @param {Problem} problem
 * @param {Pick<import('../service.js').Parts, 'records'>} parts @param {object} [about] Beside route and code.
 */
export async function auditRefusal(request, problem, { records }, about = {}) {
  const { id } = /** @type {{ id?: string }} */ (request.params);
  const snapshotId = id !== undefined && /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(id) ? id : null;
  await records.audit(request.identity.organizationId, {
    actor: actorOf(request.identity),
    action: 'refused',
    snapshotId,
    details: { method: request.method, route: request.routeOptions.url, code: problem.code, ...about },
  });
}

export function notFound() {
  return new Problem(404, 'not-found', 'There is no such snapshot');
}

/** @param {string | null} deletedAt @param {string | null} reason */
export function gone(deletedAt, reason) {
  const why = reason === 'retention' ? 'the time it is kept is over' : reason;
  return new Problem(410, 'deleted', `This snapshot was deleted on ${deletedAt}: ${why}`, {}, { deletedAt, reason });
}
