/** What goes wrong between a service and its store: an HTTP proxy on loopback that loses answers, or never gives one. */

import { createServer, request } from 'node:http';

/** @typedef {Awaited<ReturnType<typeof startProxy>>} Proxy */

/** @param {string} target An origin, such as `http://127.0.0.1:9000`. */
export async function startProxy(target) {
  const { hostname, port } = new URL(target);
  /** Answers to PUT and POST that are still to be lost. */
  let losses = 0;
  let isSilent = false;
  /** @type {(request: { method: string, url: string }) => { status: number, headers?: Record<string, string>, body?: string } | undefined} */
  let standIn = () => undefined;
  /** @type {{ method: string, url: string, headers: import('node:http').IncomingHttpHeaders, status: number }[]} */
  const exchanges = [];

  const server = createServer((incoming, outgoing) => {
    if (isSilent) {
      incoming.resume();
      return;
    }
    const { method = '', url = '', headers } = incoming;
    const own = standIn({ method, url });
    if (own) {
      exchanges.push({ method, url, headers, status: own.status });
      incoming.resume().once('end', () => outgoing.writeHead(own.status, own.headers).end(own.body));
      return;
    }
    // The host stays: it is signed.
    const onward = request({ hostname, port, method, path: url, headers: incoming.headers }, (answer) => {
      exchanges.push({ method, url, headers, status: answer.statusCode ?? 0 });
      if (losses > 0 && (method === 'PUT' || method === 'POST')) {
        losses -= 1;
        answer.resume().once('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    outgoing.once('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return {
    endpoint: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`,
    /** What has been asked and answered. */
    exchanges,
    /** The answer to the next PUT or POST comes from the target but never arrives. */
    lose() {
      losses += 1;
    },
    /** Answers by itself what the target does not know. @param {typeof standIn} answer */
    answerBy(answer) {
      standIn = answer;
    },
    /** From now on nothing is answered. */
    fallSilent() {
      isSilent = true;
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
