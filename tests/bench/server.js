/** Serves the checkout on a free loopback port: the package as it is in dist/, the peers, the pages, the frames. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const SERVED = /^\/(build|dist|node_modules|tests\/bench)\//;
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/**
 * @param {Record<string, import('node:http').RequestListener>} [routes] Beside the files: by path.
 * @returns {Promise<{ origin: string, close: () => Promise<void> }>}
 */
export async function serve(routes = {}) {
  const server = createServer(async (request, response) => {
    // Parsed as a URL, so that no ".." is left in it.
    const { pathname } = new URL(request.url, 'http://localhost');
    if (routes[pathname]) return routes[pathname](request, response);
    const path = fileURLToPath(new URL(`.${pathname}`, ROOT));
    const found = SERVED.test(pathname) ? await stat(path).catch(() => undefined) : undefined;
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] || 'application/octet-stream',
      'content-length': found.size,
      // For what is asked for again by page after page: nothing changes while the bench runs.
      'cache-control': 'max-age=3600',
      // An isolated page has a clock of 5 µs instead of 100 µs. The package itself needs neither header.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
