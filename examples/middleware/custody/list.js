/** The snapshots of an interaction, for a timeline: an agent's own, a supervisor's all. */

import { actorOf, isAtLeast } from '../identity/identity.js';
import { addressOf, PATH } from '../links.js';
import { Problem } from '../problem.js';
import { refusals, SNAPSHOT_PATH } from '../schemas.js';

const DEFAULT_LIMIT = 100;

/** @param {import('fastify').FastifyInstance} app @param {import('../service.js').Parts} parts */
export async function listRoute(app, { settings, records, places, now }) {
  const identifier = SNAPSHOT_PATH.properties.id;
  const schema = {
    summary: 'Lists the snapshots of an interaction, the oldest first',
    querystring: {
      type: 'object',
      required: ['interactionId'],
      additionalProperties: false,
      properties: {
        interactionId: identifier,
        limit: { type: 'string', pattern: '^([1-9]|[1-9]\\d|100)$', description: `1 to 100, default ${DEFAULT_LIMIT}` },
        after: { ...identifier, description: 'The id of the last one of the page before; see the Link header' },
      },
    },
    response: {
      200: {
        type: 'object',
        required: ['snapshots'],
        properties: { snapshots: { type: 'array', items: { $ref: 'Snapshot#' } } },
      },
      ...refusals(400, 401, 403, 429, 503),
    },
  };

  app.get('/', { schema }, (request, reply) => places.looks.untilAnswered(request, reply, () => list(request, reply)));

  /** @param {import('fastify').FastifyRequest} request @param {import('fastify').FastifyReply} reply */
  async function list(request, reply) {
    const { identity } = request;
    const query = /** @type {{ interactionId: string, limit?: string, after?: string }} */ (request.query);
    const limit = Number(query.limit ?? DEFAULT_LIMIT);
    const { interactionId, after } = query;
    const agentId = isAtLeast(identity, 'supervisor') ? undefined : identity.agentId;
    if (after !== undefined) {
      const last = await records.find(identity.organizationId, after);
      if (last?.interactionId !== interactionId || (agentId !== undefined && last.agentId !== agentId)) {
        throw new Problem(400, 'invalid-field', '“after” is none of the snapshots that are listed');
      }
    }
    const found = await records.list(identity.organizationId, {
      interactionId,
      ...(agentId === undefined ? {} : { agentId }),
      limit: limit + 1,
      ...(after === undefined ? {} : { after }),
    });
    const page = found.slice(0, limit);
    if (found.length > limit) {
      const next = new URLSearchParams({ ...query, after: page[page.length - 1].id });
      reply.header('link', `<${settings.publicUrl ?? ''}${PATH}/?${next}>; rel="next"`);
    }
    const present = page.filter(({ legalHold, expiresAt }) => legalHold || Date.parse(expiresAt) > now().getTime());
    await records.audit(identity.organizationId, {
      actor: actorOf(identity),
      action: 'listed',
      details: { interactionId, count: present.length },
    });
    reply.header('cache-control', 'no-store');
    return {
      snapshots: present.map((snapshot) => ({
        ...snapshot,
        annotationReason: snapshot.annotationReason ?? undefined,
        url: addressOf(request, settings.publicUrl, snapshot.id),
        thumbnailUrl: addressOf(request, settings.publicUrl, snapshot.id, '/thumbnail'),
      })),
    };
  }
}
