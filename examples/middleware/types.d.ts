/** What this service adds to Fastify's requests and routes. */
import type { Identity, Role } from './identity/identity.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on it is not ready any more: the end is near. */
    announceEnd: () => void;
  }
  interface FastifyRequest {
    /** Who it is from. On the routes of snapshots only. */
    identity: Identity;
  }
  interface FastifyContextConfig {
    /** The least role that may. */
    role?: Role;
    /** The form of the route, for the OpenAPI document: a form is read part by part, not validated as a whole. */
    form?: object;
  }
}
