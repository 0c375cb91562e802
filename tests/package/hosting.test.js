// The package's files as they ship, on pages of every kind: under policies, isolated, on other origins, below a path,
// offline, in an iframe; and on those where the worker is lost, which has to be told.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchChromium, STRICT_CSP } from '../browser/harness.js';

const dist = new URL('../../dist/', import.meta.url);
const picture = new URL('picture.js', import.meta.url);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** As the guide of Genesys has it for interaction widgets. */
const SANDBOX =
  'allow-forms allow-modals allow-popups allow-presentation allow-same-origin allow-scripts allow-downloads';

const PAGE = `
import { createCapture } from './dist/index.js';
import { paintPicture } from './picture.js';
const options = JSON.parse(new URL(import.meta.url).searchParams.get('options') || '{}');
if (options.withoutModules) {
  // What Firefox before 114 and Safari before 15 do: they do not look at the type.
  globalThis.Worker = new Proxy(Worker, { construct: (Native, [url]) => new Native(url) });
}
if (options.withoutWorkers) delete globalThis.Worker;
async function main() {
  const picture = paintPicture();
  const capture = createCapture(options);
  const before = String(capture.mode);
  try {
    await capture.ready();
    const again = createCapture(options);
    await again.ready();
    again.dispose();
    const { width, blob, sha256 } = await capture.snapshot(picture.stream, { timeoutMs: 30000 });
    const digest = crypto.subtle && (await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
    const hex = digest && Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return { before, mode: capture.mode, width, isHashRight: !hex || hex === sha256, isIsolated: crossOriginIsolated };
  } catch (error) {
    return { error: String(error.stack), code: error.code };
  } finally {
    capture.dispose();
    picture.stop();
  }
}
globalThis.result = main();
parent.postMessage(await globalThis.result, '*');
`;

const OFFLINE = `
addEventListener('install', (event) => event.waitUntil(caches.open('all').then((cache) => cache.addAll([
  '/', '/page.js?options={}', '/picture.js', ...['index', 'errors', 'launch', 'worker'].map((name) => '/dist/' + name + '.js'),
  '/dist/wasm/caseframe.simd.wasm',
])).then(() => skipWaiting())));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.respondWith(caches.match(event.request).then((found) => found || Response.error())));
`;

/** Serves dist/ below any path, with the headers that the page's address asks for. */
async function startServer() {
  /** @type {string[]} */
  let requested = [];
  /** @type {Record<string, string>} */
  let headers = {};
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    requested.push(pathname);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const answer = (type, body) => response.writeHead(200, { 'Content-Type': type }).end(body);
    const file = /\/dist\/(.+)$/.exec(pathname)?.[1];
    if (file) {
      const body = await readFile(new URL(file, dist)).catch(() => undefined);
      return body ? answer(TYPES[extname(file)], body) : response.writeHead(404).end();
    }
    if (pathname.endsWith('/page.js')) return answer('text/javascript', PAGE);
    if (pathname.endsWith('/picture.js')) return answer('text/javascript', await readFile(picture));
    if (pathname === '/offline.js') return answer('text/javascript', OFFLINE);
    if (pathname === '/untyped-worker.js') return answer('text/html', '<!doctype html><title>Not found</title>');
    if (pathname === '/frame') {
      const { port } = server.address();
      return answer(
        'text/html',
        `<!doctype html><title>host</title><script>onmessage = ({ data }) => { globalThis.answer = data; };</script>
        <iframe sandbox="${SANDBOX}" src="http://localhost:${port}/"></iframe>`,
      );
    }
    if (!pathname.endsWith('/')) return response.writeHead(404).end();
    const options = encodeURIComponent(searchParams.get('options') ?? '{}').replace(/%7B%7D/, '{}');
    answer(
      'text/html',
      `<!doctype html><title>page</title><body><script type="module" src="page.js?options=${options}"></script>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requested: () => requested,
    /** @param {Record<string, string>} next */
    expect(next = {}) {
      requested = [];
      headers = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the package’s files', () => {
  /** @type {Awaited<ReturnType<typeof launchChromium>>} */ let chromium;
  /** @type {Awaited<ReturnType<typeof startServer>>} */ let server;
  /** Another origin. @type {Awaited<ReturnType<typeof startServer>>} */ let other;
  before(async () => {
    [chromium, server, other] = await Promise.all([launchChromium(), startServer(), startServer()]);
  });
  after(async () => {
    await chromium?.close();
    await Promise.all([server?.close(), other?.close()]);
  });

  /** @param {object} options Of createCapture. @param {{ headers?: Record<string, string>, path?: string }} [rest] */
  async function open(options, { headers = {}, path = '/' } = {}) {
    server.expect(headers);
    const page = await chromium.context.newPage();
    /** @type {string[]} */
    const warnings = [];
    page.on('console', (message) => message.text().startsWith('caseframe:') && warnings.push(message.text()));
    try {
      await page.goto(`${server.url}${path}?options=${encodeURIComponent(JSON.stringify(options))}`);
      await page.waitForFunction(() => globalThis.result);
      return { ...(await page.evaluate(() => globalThis.result)), warnings };
    } finally {
      await page.close();
    }
  }

  /** @param {any} got */
  function assertInWorker(got) {
    assert.equal(got.error, undefined);
    assert.deepEqual([got.before, got.mode, got.width, got.isHashRight], ['undefined', 'worker', 320, true]);
    assert.deepEqual(got.warnings, []);
  }

  const csp = (/** @type {string} */ policy) => ({ headers: { 'Content-Security-Policy': policy } });

  test('under the strict policy, by at most five requests', async () => {
    assertInWorker(await open({}, csp(STRICT_CSP)));
    const files = new Set(server.requested().filter((path) => path.includes('/dist/')));
    assert.deepEqual([...files].sort(), [
      '/dist/errors.js',
      '/dist/index.js',
      '/dist/launch.js',
      '/dist/wasm/caseframe.simd.wasm',
      '/dist/worker.js',
    ]);
  });

  test('on an isolated page', async () => {
    const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
    const got = await open({}, { headers });
    assertInWorker(got);
    assert.equal(got.isIsolated, true);
  });

  test('under Trusted Types, by a policy of its own', async () => {
    const trusted = "; require-trusted-types-for 'script'; trusted-types caseframe";
    assertInWorker(await open({}, csp(STRICT_CSP + trusted)));
    const untrusted = await open({}, csp(`${STRICT_CSP}; require-trusted-types-for 'script'; trusted-types 'none'`));
    assert.equal(untrusted.mode, 'page', untrusted.error);
    assert.match(untrusted.warnings[0], /trusted/i);
  });

  test('below a path', async () => assertInWorker(await open({}, { path: '/some/app/' })));

  test('modules of another origin', async () => {
    other.expect({ 'Access-Control-Allow-Origin': '*' });
    assertInWorker(await open({ wasmUrl: `${other.url}/dist/wasm/` }));
    other.expect();
    const refused = await open({ wasmUrl: `${other.url}/dist/wasm/` });
    assert.equal(refused.code, 'engine-load');
    assert.match(refused.error, /CORS/);
  });

  test('a worker that is hosted apart, on the page’s origin', async () => {
    assertInWorker(await open({ workerUrl: '/elsewhere/dist/worker.js', wasmUrl: '/elsewhere/dist/wasm/' }));
    assert.ok(server.requested().includes('/elsewhere/dist/worker.js'));
  });

  test('offline, by a service worker', async () => {
    server.expect();
    const page = await chromium.context.newPage();
    try {
      await page.goto(`${server.url}/`);
      await page.evaluate(async () => {
        await navigator.serviceWorker.register('/offline.js');
        await navigator.serviceWorker.ready;
      });
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      await chromium.context.setOffline(true);
      server.expect();
      await page.reload();
      await page.waitForFunction(() => globalThis.result);
      const got = await page.evaluate(() => globalThis.result);
      assert.deepEqual([got.error, got.mode], [undefined, 'worker']);
      // The browser itself may look whether there is a newer service worker.
      const ofThePage = server.requested().filter((path) => path !== '/offline.js');
      assert.deepEqual(ofThePage, []);
    } finally {
      await chromium.context.setOffline(false);
      await page.evaluate(async () => {
        for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
      });
      await page.close();
    }
  });

  test('in an iframe of another site, with the sandbox that Genesys gives', async () => {
    server.expect();
    const page = await chromium.context.newPage();
    try {
      await page.goto(`${server.url}/frame`);
      await page.waitForFunction(() => globalThis.answer);
      const got = await page.evaluate(() => globalThis.answer);
      assert.deepEqual([got.error, got.mode, got.width], [undefined, 'worker', 320]);
    } finally {
      await page.close();
    }
  });

  for (const [name, options, reason, rest] of /** @type {any[]} */ ([
    ['is not there', { workerUrl: '/missing.js', wasmUrl: '/dist/wasm/' }, /missing\.js answered 404/],
    ['is no script', { workerUrl: '/untyped-worker.js', wasmUrl: '/dist/wasm/' }, /served as text\/html/],
    [
      'is forbidden',
      {},
      /Content-Security-Policy.*worker-src/,
      csp(STRICT_CSP.replace("worker-src 'self'", "worker-src 'none'")),
    ],
    ['is of another origin', 'other', /SecurityError|origin/],
    ['cannot be a module', { withoutModules: true }, /knows no module workers/],
    ['cannot be: there are none', { withoutWorkers: true }, /no workers/],
  ])) {
    test(`a worker that ${name}: in the page, with one warning that says why and what to do`, async () => {
      const given =
        options === 'other' ? { workerUrl: `${other.url}/dist/worker.js`, wasmUrl: '/dist/wasm/' } : options;
      const got = await open(given, rest);
      assert.equal(got.error, undefined);
      assert.deepEqual([got.mode, got.width, got.isHashRight], ['page', 320, true]);
      assert.equal(got.warnings.length, 1, 'once, though two captures have begun');
      assert.match(got.warnings[0], reason);
      assert.match(got.warnings[0], /npx caseframe copy .*workerUrl/);
    });
  }

  test('the page that was chosen is no loss', async () => {
    const got = await open({ worker: false });
    assert.deepEqual([got.error, got.mode, got.warnings], [undefined, 'page', []]);
  });
});
