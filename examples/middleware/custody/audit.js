/** What happened to a snapshot, and by whom: its entries in the audit. */

import { PATH } from '../links.js';
import { refusals, SNAPSHOT_PATH } from '../schemas.js';
import { auditView, findSnapshot } from './authorise.js';

/** Of a page. Each page that is looked at is an entry, too: far fewer than are on it, so that there is a last one. */
const MOST = 1000;

/** @param {import('fastify').FastifyInstance} app @param {import('../service.js').Parts} parts */
export async function auditRoute(app, parts) {
  const schema = {
    summary: 'Lists what happened to a snapshot, the oldest first',
    params: SNAPSHOT_PATH,
    querystring: {
      type: 'object',
      additionalProperties: false,
      properties: {
        after: {
          type: 'string',
          pattern: '^[1-9]\\d{0,14}$',
          description: 'The seq of the last one of the page before; see the Link header',
        },
      },
    },
    response: {
      200: {
        type: 'object',
        properties: {
          entries: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                seq: { type: 'integer' },
                at: { type: 'string', format: 'date-time' },
                actor: { type: 'string' },
                role: { type: 'string' },
                action: { type: 'string' },
                details: { type: 'object', additionalProperties: true },
                hash: { type: 'string' },
              },
            },
          },
        },
      },
      ...refusals(400, 401, 403, 404, 429, 503),
    },
  };
  app.get('/:id/audit', { schema, config: { role: 'supervisor' } }, (request, reply) =>
    parts.places.looks.untilAnswered(request, reply, () => list(request, reply)),
  );

  /** @param {import('fastify').FastifyRequest} request @param {import('fastify').FastifyReply} reply */
  async function list(request, reply) {
    const { id } = await findSnapshot(request, parts);
    await auditView(request, id, { audit: true }, parts);
    const { after = '0' } = /** @type {{ after?: string }} */ (request.query);
    const query = { snapshotId: id, fromSeq: Number(after) + 1, limit: MOST + 1 };
    const found = await Array.fromAsync(parts.records.auditEntries(request.identity.organizationId, query));
    const entries = found.slice(0, MOST);
    if (found.length > MOST) {
      const next = `${parts.settings.publicUrl ?? ''}${PATH}/${id}/audit?after=${entries[MOST - 1].seq}`;
      reply.header('link', `<${next}>; rel="next"`);
    }
    reply.header('cache-control', 'no-store');
    return { entries };
  }
}
