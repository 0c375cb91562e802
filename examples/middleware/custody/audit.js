/** What happened to a snapshot, and by whom: its entries in the audit. */

import { refusals, SNAPSHOT_PATH } from '../schemas.js';
import { findSnapshot } from './authorise.js';

const MOST = 1000;

/** @param {import('fastify').FastifyInstance} app @param {import('../service.js').Parts} parts */
export async function auditRoute(app, parts) {
  const schema = {
    summary: 'Lists what happened to a snapshot, the oldest first',
    params: SNAPSHOT_PATH,
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
      ...refusals(401, 403, 404, 429, 503),
    },
  };
  app.get('/:id/audit', { schema, config: { role: 'supervisor' } }, async (request, reply) => {
    const { id } = await findSnapshot(request, parts);
    const entries = [];
    const { organizationId } = request.identity;
    for await (const entry of parts.records.auditEntries(organizationId, { snapshotId: id, limit: MOST }))
      entries.push(entry);
    reply.header('cache-control', 'no-store');
    return { entries };
  });
}
