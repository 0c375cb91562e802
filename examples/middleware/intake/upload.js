/** A snapshot comes in. Everything is checked before anything is kept, and it is durable before the answer is given. */

import { createHash, randomUUID } from 'node:crypto';
import { auditRefusal } from '../custody/authorise.js';
import { actorOf } from '../identity/identity.js';
import { addressOf } from '../links.js';
import { agentOf } from '../places.js';
import { Problem } from '../problem.js';
import { refusals, UPLOAD_FORM } from '../schemas.js';
import { retentionDays } from '../settings.js';
import { checkFields, checkIdempotencyKey } from './fields.js';
import { readForm } from './form.js';
import { readStructure } from './jpeg.js';
import { checkScans } from './scans.js';
import { createStore } from './store.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** @typedef {import('../service.js').Parts} Parts */

/** @param {import('fastify').FastifyInstance} app @param {Parts} parts */
export async function uploadRoute(app, parts) {
  const { settings, underWay, places, decoding, now } = parts;
  const { store } = createStore(parts);
  const { maxFileBytes, maxPixels, leaseMs, uploadsPerMinute } = settings.limits;
  const schema = {
    summary: 'Takes a snapshot',
    headers: {
      type: 'object',
      properties: {
        'idempotency-key': { type: 'string', description: 'The same key and file again: the same answer' },
      },
    },
    response: {
      200: {
        type: 'object',
        required: ['success', 'id', 'url', 'sha256', 'annotation'],
        properties: {
          success: { const: true, type: 'boolean' },
          id: { type: 'string' },
          url: { type: 'string', format: 'uri' },
          sha256: { type: 'string' },
          annotation: { type: 'string', enum: ['queued', 'done', 'failed'] },
        },
      },
      ...refusals(400, 401, 403, 409, 410, 413, 415, 422, 429, 500, 503, 507),
    },
  };
  const rateLimit = { max: uploadsPerMinute, timeWindow: 60_000 };

  app.post('/upload', { schema, config: { form: UPLOAD_FORM, rateLimit } }, async (request) => {
    const idempotencyKey = checkIdempotencyKey(request.headers['idempotency-key']);
    const snapshot = await places.uploads.during(agentOf(request.identity), async () => {
      const form = await readForm(request, maxFileBytes);
      // From here on the client may go away: what has arrived is stored.
      return underWay.run(() => take(request, form, idempotencyKey));
    });
    return {
      success: true,
      id: snapshot.id,
      url: addressOf(request, settings.publicUrl, snapshot.id),
      sha256: snapshot.sha256,
      annotation: snapshot.annotation,
    };
  });

  /**
   * @param {import('fastify').FastifyRequest} request
   * @param {{ agentId: string, interactionId: string }} fields
   * @throws {Problem}
   */
  async function checkMay(request, { agentId, interactionId }) {
    const { identity } = request;
    try {
      if (agentId !== identity.agentId) {
        throw new Problem(403, 'agent-mismatch', 'agentId is not whose key or token this is');
      }
      await identity.checkParticipant(interactionId);
    } catch (error) {
      if (error instanceof Problem && error.statusCode === 403) {
        await auditRefusal(request, error, parts, { agentId, interactionId });
      }
      throw error;
    }
  }

  /**
   * @param {import('fastify').FastifyRequest} request
   * @param {Awaited<ReturnType<typeof readForm>>} form @param {string} [idempotencyKey]
   */
  async function take(request, form, idempotencyKey) {
    const { identity } = request;
    const fields = checkFields(form.fields);
    await checkMay(request, fields);
    const sha256 = createHash('sha256').update(form.file).digest('hex');
    if (fields.sha256 !== undefined && fields.sha256 !== sha256) {
      throw new Problem(422, 'sha256-mismatch', 'The file is not the one that sha256 was computed of');
    }
    const picture = readStructure(form.file);
    const { width, height } = picture;
    if (width * height > maxPixels) {
      throw new Problem(413, 'too-many-pixels', `The picture has more than ${maxPixels} pixels`);
    }
    await decoding(() => checkScans(picture));

    const { organizationId, agentId } = identity;
    const { interactionId, timestamp, metadata = {} } = fields;
    const id = fields.snapshotId ?? randomUUID();
    const receivedAt = now();
    const days = retentionDays(settings.retention, organizationId);
    /** @type {import('./store.js').Intake} */
    const claim = {
      organizationId,
      agentId,
      idempotencyKey: idempotencyKey ?? id,
      leaseMs,
      snapshot: {
        id,
        organizationId,
        interactionId,
        agentId,
        timestamp,
        receivedAt: receivedAt.toISOString(),
        sha256,
        bytes: form.file.length,
        width,
        height,
        redactions: redactionsOf(metadata),
        metadata,
        expiresAt: new Date(receivedAt.getTime() + days * DAY_MS).toISOString(),
      },
    };
    return store(claim, form.file, days, actorOf(identity));
  }
}

/** @param {object} metadata @returns {object[]} */
function redactionsOf(metadata) {
  const { redactions } = /** @type {{ redactions?: unknown }} */ (metadata);
  if (!Array.isArray(redactions)) return [];
  return redactions.filter((redaction) => typeof redaction === 'object' && redaction !== null);
}
