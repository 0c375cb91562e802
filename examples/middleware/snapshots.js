/** The two routes of the service: a snapshot comes in, and its stable link shows it. */

import { createHash, randomUUID } from 'node:crypto';
import { checkDecodes } from './decode.js';
import { checkFields, checkIdempotencyKey, isIdentifier } from './fields.js';
import { readForm } from './form.js';
import { checkStructure } from './jpeg.js';
import { Problem } from './problem.js';

const PATH = '/api/v1/video-snapshot';

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {{ store: import('./store.js').Store, maxFileBytes: number, maxPixels: number, publicUrl?: string }} options
 */
export async function snapshotRoutes(app, { store, maxFileBytes, maxPixels, publicUrl }) {
  /** The idempotency keys whose uploads are being filed. @type {Set<string>} */
  const inProgress = new Set();

  app.post(`${PATH}/upload`, async (request) => {
    const idempotencyKey = checkIdempotencyKey(request.headers['idempotency-key']);
    const form = await readForm(request, maxFileBytes);
    const fields = checkFields(form.fields);
    const sha256 = createHash('sha256').update(form.file).digest('hex');
    if (fields.sha256 !== undefined && fields.sha256 !== sha256) {
      throw new Problem(422, 'sha256-mismatch', 'The file is not the one that sha256 was computed of');
    }
    const id = fields.snapshotId ?? randomUUID();
    const key = idempotencyKey ?? id;
    if (inProgress.has(key)) {
      throw new Problem(409, 'in-progress', 'This snapshot is being filed just now', { 'retry-after': '1' });
    }
    inProgress.add(key);
    const record = await file(id, key).finally(() => inProgress.delete(key));
    return {
      success: true,
      id: record.id,
      // The host's name is the client's own word: good enough for its own answer, so it is never stored.
      url: `${publicUrl ?? `${request.protocol}://${request.host}`}${PATH}/${record.interactionId}/${record.id}`,
      sha256: record.sha256,
      annotation: record.annotation,
    };

    /** @param {string} id @param {string} key */
    async function file(id, key) {
      const size = await checkPicture(form.file, maxPixels);
      const { interactionId, agentId, timestamp, metadata = {} } = fields;
      const receivedAt = new Date().toISOString();
      const bytes = form.file.length;
      return store.put(
        { id, interactionId, agentId, timestamp, receivedAt, sha256, bytes, ...size, annotation: 'queued', metadata },
        form.file,
        key,
      );
    }
  });

  /** @typedef {{ Params: { interactionId: string, id: string } }} SnapshotPath */
  app.get(
    `${PATH}/:interactionId/:id`,
    /** @param {import('fastify').FastifyRequest<SnapshotPath>} request */ async (request, reply) => {
      const { interactionId, id } = request.params;
      const picture =
        isIdentifier(interactionId) && isIdentifier(id) ? await store.picture(interactionId, id) : undefined;
      if (picture === undefined) throw new Problem(404, 'not-found', 'There is no such snapshot');
      return reply
        .type('image/jpeg')
        .headers({
          'cache-control': 'private, no-store',
          'content-disposition': `inline; filename="${id}.jpg"`,
          'content-security-policy': "default-src 'none'; sandbox",
          'cross-origin-resource-policy': 'same-origin',
        })
        .send(picture);
    },
  );
}

/** @param {Buffer} file @param {number} maxPixels */
async function checkPicture(file, maxPixels) {
  const size = checkStructure(file);
  if (size.width * size.height > maxPixels) {
    throw new Problem(413, 'too-many-pixels', `The picture has more than ${maxPixels} pixels`);
  }
  await checkDecodes(file, maxPixels);
  return size;
}
