/** Ports that are chosen first and used later, or again. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that Linux hands out unasked, from 32768 on: to servers on port 0, and to each connection. */
const [LOWEST, HIGHEST] = [12_000, 32_000];

/** One of loopback that is free, and that nobody is given by chance until it is used. @returns {Promise<number>} */
export async function freePort() {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
