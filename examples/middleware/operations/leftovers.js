/**
 * What is left of a body once its answer is given is read and dropped, so that a client that is still sending gets to
 * read the answer; beyond a bound the connection is closed.
 */

const POLL_MS = 100;

/** @param {import('fastify').FastifyInstance} app @param {{ maxBytes: number, maxMs: number }} bounds */
export function dropLeftovers(app, { maxBytes, maxMs }) {
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.complete !== false || raw.destroyed) return;
    const { socket } = raw;
    const began = performance.now();
    const before = socket.bytesRead;
    raw.unpipe();
    raw.resume();
    const timer = setInterval(() => {
      if (!raw.complete && !socket.destroyed) {
        if (socket.bytesRead - before <= maxBytes && performance.now() - began <= maxMs) return;
        socket.destroy();
      }
      clearInterval(timer);
    }, POLL_MS);
    timer.unref();
  });
}
