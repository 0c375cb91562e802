/** The OpenAPI document, made from the schemas that the routes themselves go by. */

import swagger from '@fastify/swagger';

/** @param {import('fastify').FastifyInstance} app Before its routes are registered. @param {string} [publicUrl] */
export async function describeRoutes(app, publicUrl) {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'caseframe middleware',
        description: 'Takes snapshots of video interactions, keeps them, and shows them to those who may see them.',
        version: '1.0.0',
      },
      ...(publicUrl === undefined ? {} : { servers: [{ url: publicUrl }] }),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A Genesys Cloud access token, or a static key' },
        },
      },
      security: [{ bearer: [] }],
    },
    refResolver: { buildLocalReference: (json, _baseUri, _fragment, n) => String(json.$id ?? `def-${n}`) },
    transform: ({ schema, url, route }) => {
      const { form, role } = route?.config ?? {};
      const documented = /** @type {any} */ ({ ...schema });
      if (form !== undefined) Object.assign(documented, { consumes: ['multipart/form-data'], body: form });
      if (role !== undefined) documented.description = `Needs the role ${role}.`;
      return { schema: documented, url };
    },
  });
}

/** @param {import('fastify').FastifyInstance} app */
export function openapiRoute(app) {
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => reply.send(app.swagger()));
}
