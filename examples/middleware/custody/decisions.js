/**
 * What an admin decides: to hold a snapshot, to release it, to delete it.
 *
 * The row and the store each know of a hold. The row may only say so while the store really keeps the object: a hold goes
 * to the store first, a release to the row first. What a crash leaves in between is an object that is kept for too long,
 * never one that is lost: half a hold is one, from deletion and from expiry. The same request again mends it. Two at the
 * same time may cross between the two; `holds.js` sees to that.
 */

import { isStorageError } from '../failures.js';
import { actorOf } from '../identity/identity.js';
import { Problem } from '../problem.js';
import { REASON, refusals, SNAPSHOT_PATH } from '../schemas.js';
import { checkPresent, findSnapshot, gone, notFound } from './authorise.js';
import { createHolds } from './holds.js';

const MAX_BODY_BYTES = 8 * 1024;

/** @typedef {import('../records/records.js').Snapshot} Snapshot */

/** @param {import('fastify').FastifyInstance} app @param {import('../service.js').Parts} parts */
export async function decisionRoutes(app, parts) {
  const { storage, records, now, settings } = parts;
  const { setInStore, checkStore } = createHolds(parts);
  const protectRecordings = settings.annotation?.protectRecordings;
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    app.getDefaultJsonParser('error', 'error'),
  );
  const common = { params: SNAPSHOT_PATH, body: REASON };
  const refused = refusals(400, 401, 403, 404, 410, 413, 415, 429, 500, 503);
  const config = { role: /** @type {const} */ ('admin') };
  const holdAnswer = {
    type: 'object',
    properties: { id: { type: 'string' }, legalHold: { type: 'boolean' }, reason: { type: 'string' } },
  };

  const hold = { summary: 'Holds a snapshot', ...common, response: { 200: holdAnswer, ...refused } };
  app.put('/:id/legal-hold', { schema: hold, config }, async (request) => {
    const snapshot = await findSnapshot(request, parts);
    await checkPresentOrKept(snapshot);
    await unlessDeleted(request, () => storage.hold(snapshot.objectKey, true));
    const held = await setHold(request, true);
    if (held !== undefined) {
      await unlessDeleted(request, () => checkStore(snapshot));
      return answerOf(held, request);
    }
    // It was deleted in the meantime, and the deletion could not take the object away.
    await unlessDeleted(request, () => storage.hold(snapshot.objectKey, false));
    await removeUnlessHeld(snapshot);
    throw await whyNot(request);
  });

  const release = { summary: 'Ends the hold of a snapshot', ...common, response: { 200: holdAnswer, ...refused } };
  app.delete('/:id/legal-hold', { schema: release, config }, async (request) => {
    const snapshot = await findSnapshot(request, parts);
    await checkPresentOrKept(snapshot);
    const released = await setHold(request, false);
    if (released === undefined) return releaseDeleted(request, snapshot);
    await unlessDeleted(request, () => setInStore(snapshot, false));
    return answerOf(released, request);
  });

  const deletion = {
    summary: 'Deletes a snapshot',
    ...common,
    response: {
      200: {
        type: 'object',
        properties: { id: { type: 'string' }, deletedAt: { type: 'string' }, reason: { type: 'string' } },
      },
      ...refused,
      ...refusals(423),
    },
  };
  app.delete('/:id', { schema: deletion, config }, async (request) => {
    const { organizationId } = request.identity;
    const snapshot = await findSnapshot(request, parts);
    // A hold that only the store knows of was broken off on its way to the row.
    if (snapshot.state !== 'deleted' && (await isKept(snapshot))) throw await refuseHeld(request);
    const { outcome } = await records.markDeleted(
      organizationId,
      snapshot.id,
      reasonOf(request),
      actorOf(request.identity),
    );
    if (outcome === 'held') throw await refuseHeld(request);
    if (outcome === 'missing') throw notFound();
    // Also where the row is gone already: the object may have been out of reach then.
    await (outcome === 'deleted' ? removeUnlessHeld(snapshot) : remove(snapshot));
    const deleted = await records.find(organizationId, snapshot.id);
    return { id: snapshot.id, deletedAt: deleted?.deletedAt, reason: deleted?.deletedReason };
  });

  /** Past its time, too, while the store keeps it: a hold or a release has failed on one side. @param {Snapshot} snapshot */
  async function checkPresentOrKept(snapshot) {
    try {
      checkPresent(snapshot, now());
    } catch (error) {
      if (!(await isKept(snapshot))) throw error;
    }
  }

  /** Whether the store holds it, whatever the row says. @param {Snapshot} snapshot */
  async function isKept({ objectKey }) {
    return (await storage.head(objectKey))?.held === true;
  }

  /** @param {import('fastify').FastifyRequest} request @param {() => Promise<void>} work Holds the object, or lets it go. */
  async function unlessDeleted(request, work) {
    try {
      await work();
    } catch (error) {
      const isMissing = isStorageError(error) && error.code === 'missing';
      // Deleted in the meantime: nobody has to be woken for that.
      if (isMissing && (await findSnapshot(request, parts)).state === 'deleted') throw await whyNot(request);
      throw error;
    }
  }

  /** What only the store still holds goes with its row. @param {import('fastify').FastifyRequest} request @param {Snapshot} snapshot */
  async function releaseDeleted(request, snapshot) {
    if (!(await isKept(snapshot))) throw await whyNot(request);
    const { organizationId, id } = snapshot;
    const details = { reason: reasonOf(request) };
    const entry = { actor: actorOf(request.identity), action: 'released', snapshotId: id, details };
    await records.audit(organizationId, entry);
    await unlessDeleted(request, () => storage.hold(snapshot.objectKey, false));
    await removeUnlessHeld(snapshot);
    return answerOf({ ...snapshot, legalHold: false }, request);
  }

  /** The sweep looks after those whose object could not be removed. @param {Snapshot} snapshot */
  async function remove({ organizationId, id, objectKey }) {
    await storage.remove(objectKey);
    await records.removed(organizationId, id);
  }

  /** A hold that came in between finds the row deleted, lets go and removes the object. @param {Snapshot} snapshot */
  async function removeUnlessHeld(snapshot) {
    try {
      await remove(snapshot);
    } catch (error) {
      if (!isStorageError(error) || error.code !== 'held') throw error;
    }
  }

  /** @param {import('fastify').FastifyRequest} request @param {boolean} held */
  function setHold(request, held) {
    const { id } = /** @type {{ id: string }} */ (request.params);
    const { identity } = request;
    return records.setHold(identity.organizationId, id, held, reasonOf(request), actorOf(identity), {
      protectRecordings,
    });
  }

  /** @param {import('fastify').FastifyRequest} request */
  async function whyNot(request) {
    const { deletedAt, deletedReason } = await findSnapshot(request, parts);
    return gone(deletedAt, deletedReason);
  }

  /** @param {import('fastify').FastifyRequest} request */
  async function refuseHeld(request) {
    const { id } = /** @type {{ id: string }} */ (request.params);
    const details = { asked: 'deletion', reason: reasonOf(request), code: 'held' };
    const entry = { actor: actorOf(request.identity), action: 'refused', snapshotId: id, details };
    await records.audit(request.identity.organizationId, entry);
    return new Problem(423, 'held', 'This snapshot is under a legal hold: end the hold first');
  }
}

/** @param {import('fastify').FastifyRequest} request */
function reasonOf({ body }) {
  return /** @type {{ reason: string }} */ (body).reason.trim();
}

/** @param {Snapshot} snapshot @param {import('fastify').FastifyRequest} request */
function answerOf({ id, legalHold }, request) {
  return { id, legalHold, reason: reasonOf(request) };
}
