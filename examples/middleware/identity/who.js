/** Who is asking, as the service sees it: for a page that has a key and no name. */

import { refusals } from '../schemas.js';

/** No snapshot's id can begin with “@”. @param {import('fastify').FastifyInstance} app */
export async function whoRoute(app) {
  const schema = {
    summary: 'Says who is asking',
    response: {
      200: {
        description: 'The agent',
        type: 'object',
        required: ['agentId', 'organizationId', 'role'],
        properties: {
          agentId: { type: 'string' },
          organizationId: { type: 'string' },
          role: { type: 'string', enum: ['agent', 'supervisor', 'admin'] },
        },
      },
      ...refusals(401, 403, 429, 503),
    },
  };
  app.get('/@me', { schema }, async ({ identity }, reply) => {
    const { agentId, organizationId, role } = identity;
    reply.header('cache-control', 'no-store');
    return { agentId, organizationId, role };
  });
}
