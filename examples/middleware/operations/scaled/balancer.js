/**
 * One address for several instances: a small reverse proxy that turns to those that are ready. To show and test how the
 * service behaves behind one, on this machine; in production a real one stands there.
 *
 * A request goes to another instance only while nothing of it has been sent: whether a broken-off upload arrived is for
 * the client's idempotency key to find out.
 */

import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';

const LOOK_EVERY_MS = 200;
const LOOK_TIMEOUT_MS = 4000;
/** How long a request waits for an instance to be ready. */
const PATIENCE_MS = 10_000;
/** RFC 9110, 7.6.1: of one connection only. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade'];

/**
 * @param {object} [options]
 * @param {string} [options.host]
 * @param {number} [options.port] 0: any.
 */
export async function startBalancer({ host = '127.0.0.1', port = 0 } = {}) {
  /** By address. @type {Map<string, { isReady: boolean, timer?: NodeJS.Timeout }>} */
  const targets = new Map();
  let turn = 0;

  /** @param {string} address Such as `http://127.0.0.1:8081`. */
  async function look(address) {
    const target = targets.get(address);
    if (target === undefined) return;
    target.isReady = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (targets.get(address) === target) target.timer = setTimeout(look, LOOK_EVERY_MS, address).unref();
  }

  /** The next one that is ready. @param {Set<string>} tried */
  function pick(tried) {
    const ready = [...targets].filter(([address, { isReady }]) => isReady && !tried.has(address));
    turn += 1;
    return ready.length === 0 ? undefined : ready[turn % ready.length][0];
  }

  const server = createServer(async (incoming, outgoing) => {
    const deadline = performance.now() + PATIENCE_MS;
    const tried = new Set();
    while (!outgoing.destroyed && !outgoing.closed) {
      const address = pick(tried);
      if (address !== undefined) {
        if (await pass(incoming, outgoing, address)) return;
        tried.add(address);
        const target = targets.get(address);
        if (target) target.isReady = false;
        continue;
      }
      if (performance.now() > deadline) {
        outgoing.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' });
        outgoing.end(JSON.stringify({ error: 'No instance is ready', code: 'unavailable' }));
        return;
      }
      tried.clear();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS / 4));
    }
  });
  server.requestTimeout = 0;
  server.listen(port, host);
  await once(server, 'listening');
  const { port: own } = /** @type {import('node:net').AddressInfo} */ (server.address());

  return {
    address: `http://${host}:${own}`,

    /** Resolves once it is in rotation. @param {string} address */
    async add(address) {
      targets.set(address, { isReady: false });
      await look(address);
      while (targets.has(address) && !targets.get(address)?.isReady) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS / 4));
      }
    },

    /** What is under way is not cut off. @param {string} address */
    remove(address) {
      clearTimeout(targets.get(address)?.timer);
      targets.delete(address);
    },

    async close() {
      for (const address of targets.keys()) this.remove(address);
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * @param {import('node:http').IncomingMessage} incoming @param {import('node:http').ServerResponse} outgoing
 * @param {string} address
 * @returns {Promise<boolean>} false: there was no connection, and nothing was sent.
 */
function pass(incoming, outgoing, address) {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(address);
    const headers = {
      ...without(incoming.headers),
      'x-forwarded-for': String(incoming.socket.remoteAddress),
      connection: 'close',
    };
    // A connection of its own: one that is kept may be closed by the instance just as it is used again.
    const onward = httpRequest({
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers,
      agent: false,
    });
    let isConnected = false;
    onward.once('socket', (socket) =>
      socket.once('connect', () => {
        isConnected = true;
        resolve(true);
        incoming.pipe(onward);
      }),
    );
    onward.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, without(answer.headers));
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    });
    onward.once('error', () => {
      if (!isConnected) resolve(false);
      else if (outgoing.headersSent) outgoing.destroy();
      else {
        outgoing.writeHead(502, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' });
        outgoing.end(JSON.stringify({ error: 'The instance has gone', code: 'unavailable' }));
      }
    });
    outgoing.once('close', () => onward.destroy());
  });
}

/** @param {import('node:http').IncomingHttpHeaders} headers */
function without(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
