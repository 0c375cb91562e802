/**
 * Real Chromium on a real page: a static server under the strict policy the package promises to work with, and a
 * browser whose background tabs are really hidden.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startProcess } from './process.js';

/** How long a page may take for anything: only one that stands still takes longer. */
const PATIENCE_MS = 120_000;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// Each file by itself, so that pages reach what is inside; what ships is tested by tests/package.
const FOLDERS = { '/dist/': join(ROOT, 'build/js'), '/pages/': join(ROOT, 'tests/browser/pages') };
const TYPES = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
  '.mp4': 'video/mp4',
};

export const STRICT_CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

/**
 * @param {Record<string, (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse)
 *   => void>} [routes] Beside the files: by path, without the query.
 */
export async function startServer(routes = {}) {
  /** @type {Set<string>} */
  const requested = new Set();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    requested.add(pathname);
    response.setHeader('Cache-Control', 'no-store');
    if (routes[pathname]) return routes[pathname](request, response);
    if (pathname === '/') {
      response.setHeader('Content-Security-Policy', searchParams.get('csp') ?? STRICT_CSP);
      response.setHeader('Content-Type', 'text/html');
      const scripts = searchParams
        .getAll('script')
        .map((src) => `<script type="module" src="${attribute(src)}"></script>`);
      return response.end(`<!doctype html><html lang="en"><title>test</title><body>${scripts.join('')}</body></html>`);
    }
    const prefix = Object.keys(FOLDERS).find((folder) => pathname.startsWith(folder));
    const file = prefix && join(FOLDERS[prefix], normalize(`/${pathname.slice(prefix.length)}`));
    const body = file && (await readFile(file).catch(() => undefined));
    if (!body) return response.writeHead(404).end('not found');
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    // Each page loads some sixty of them again.
    response.setHeader('Cache-Control', 'max-age=3600');
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requested,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** @param {string} text */
function attribute(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<Buffer>} */
export async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * What the tests that run in every browser need of one.
 * @typedef {object} Browser
 * @property {string} name
 * @property {string} version
 * @property {(url: string) => Promise<{ hide: () => Promise<unknown>, close: () => Promise<unknown> }>} open A page that
 *   is seen; `hide` makes it a hidden one. One at a time: two cannot both be seen.
 * @property {() => Promise<unknown>} close
 */

/**
 * Started by hand and reached over its debugging port: launched by playwright, every tab counts as visible and focused.
 * @param {string[]} [flags]
 */
export async function launchChromium(flags = []) {
  const { address, close, ...rest } = await launchUndriven(flags);
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const context = browser.contexts()[0];
  context.setDefaultTimeout(PATIENCE_MS);
  return {
    ...rest,
    context,
    async close() {
      await browser.close();
      await close();
    },
  };
}

/**
 * Chromium without a driver, for pages that tell themselves what came of them: a driver listens to all that every page
 * and worker loads.
 * @param {string[]} [flags]
 */
export async function launchUndriven(flags = []) {
  const profile = await mkdtemp(join(tmpdir(), 'caseframe-chromium-'));
  const { child, stop } = startProcess(
    process.env.CHROMIUM ?? '/usr/bin/chromium',
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--js-flags=--expose-gc',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      ...flags,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], folder: profile },
  );
  const address = await debuggingAddress(child);
  const port = createDebuggingPort(address);
  return {
    name: 'Chromium',
    version: await port.version(),
    address,
    async open(url) {
      const page = await port.open(url);
      /** @type {typeof page | undefined} */
      let front;
      return {
        async hide() {
          front = await port.open('about:blank');
        },
        async close() {
          await front?.close();
          await page.close();
        },
      };
    },
    close: stop,
  };
}

/** What a debugging port does over HTTP alone: in Chromium of any age the same. @param {string} address */
export function createDebuggingPort(address) {
  const { host } = new URL(address);

  /** @param {string} path */
  async function ask(path) {
    const response = await fetch(`http://${host}/json/${path}`, { method: 'PUT' });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return text;
  }

  return {
    /** @returns {Promise<string>} */
    version: async () => JSON.parse(await ask('version')).Browser.split('/')[1],
    /** A page in front of all others. @param {string} url */
    async open(url) {
      const { id } = JSON.parse(await ask(`new?${encodeURIComponent(url)}`));
      return { close: () => ask(`close/${id}`) };
    },
  };
}

/** @param {import('node:child_process').ChildProcess} child Chromium of any age. @returns {Promise<string>} */
export function debuggingAddress(child) {
  let log = '';
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      log += chunk;
      const listening = /DevTools listening on (ws:\S+)/.exec(log);
      if (listening) resolve(listening[1]);
    });
    child.once('exit', () => reject(new Error(`Chromium did not start:\n${log}`)));
    child.once('error', reject);
  });
}

/**
 * For a whole test file: one browser, one server, and a page of its own for each call of `run`.
 * @param {{ routes?: Parameters<typeof startServer>[0], flags?: string[] }} [options]
 */
export function useLab({ routes, flags } = {}) {
  const lab = {
    /** @type {Awaited<ReturnType<typeof startServer>>} */ server: undefined,
    /** @type {Awaited<ReturnType<typeof launchChromium>>} */ chromium: undefined,
    origin: () => lab.server.url,

    /**
     * @param {(argument?: any) => unknown} inPage Runs in the page; its plain result comes back.
     * @param {object} [options]
     * @param {() => void} [options.before] Runs in the page ahead of all scripts: take away what is to be missing.
     * @param {string} [options.path] With query.
     * @param {unknown} [options.argument] A function is called for it, once the server runs.
     * @param {RegExp} [options.expected] Problems that are the point of the test.
     * @param {(page: import('playwright-core').Page) => void | Promise<void>} [options.prepare]
     */
    async run(inPage, { before: init, path = '/', argument, expected = /^$/, prepare } = {}) {
      const { page, problems } = await openLab(lab.chromium.context, lab.server.url + path, init);
      try {
        if (prepare) await prepare(page);
        const result = await page.evaluate(inPage, typeof argument === 'function' ? argument() : argument);
        problems.push(...(await page.evaluate(() => lab.problems)));
        assert.deepEqual(
          problems.filter((problem) => !expected.test(problem)),
          [],
        );
        return result;
      } finally {
        await page.close();
      }
    },
  };
  before(async () => {
    [lab.server, lab.chromium] = await Promise.all([startServer(routes), launchChromium(flags)]);
  });
  after(() => Promise.all([lab.chromium?.close(), lab.server?.close()]));
  return lab;
}

/**
 * A page with the package and the laboratory (pages/lab.js) loaded.
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url
 * @param {() => void} [before] Runs in the page before any script: take away what is to be missing.
 * @returns {Promise<{ page: import('playwright-core').Page, problems: string[] }>} `problems`: violations of the
 *   policy, unhandled rejections, uncaught errors and frames that were never closed.
 */
export async function openLab(context, url, before) {
  const page = await context.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(`uncaught: ${error}`));
  page.on('console', (message) => {
    if (/Content Security Policy|garbage collected without being closed/.test(message.text())) {
      problems.push(message.text());
    }
  });
  if (before) await page.addInitScript(before);
  await page.goto(url);
  await page.evaluate(() => import('/pages/lab.js'));
  return { page, problems };
}
