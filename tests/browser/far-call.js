/** Mailboxes for the two ends of a call between browsers (pages/far-call.js), and what browsers need for one. */
import { readBody } from './harness.js';

/** Addresses as they are: names for them in multicast DNS would have to be resolved by the other browser. */
export const FAR_CALL_FLAGS = ['--disable-features=WebRtcHideLocalIpsWithMdns', '--allow-loopback-in-peer-connection'];

/** A letter waits for its reader, and a reader for the letter. */
export function createMailboxes() {
  /** @type {Map<string, { letter: Promise<Buffer>, put: (letter: Buffer) => void }>} */
  const boxes = new Map();

  /** @param {string} url */
  function box(url) {
    const name = new URL(url, 'http://localhost').searchParams.get('name');
    if (!boxes.has(name)) {
      let put;
      const letter = new Promise((resolve) => {
        put = resolve;
      });
      boxes.set(name, { letter, put });
    }
    return boxes.get(name);
  }
  return {
    /** @type {Parameters<typeof import('./harness.js').startServer>[0]} */
    routes: {
      async '/mailbox'(request, response) {
        if (request.method === 'POST') {
          box(request.url).put(await readBody(request));
          return response.end();
        }
        response.end(await box(request.url).letter);
      },
    },
  };
}
