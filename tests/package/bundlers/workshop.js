/** Projects with the packed tarball in them: made, built, served. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toPage } from '../documents.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const projects = join(root, 'tests/package/projects');
const cache = join(process.env.CASEFRAME_CACHE ?? join(root, 'toolchain/.cache'), 'projects');
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
const BUILD_MS = 480000;

/**
 * @param {string} folder
 * @returns {Promise<string>} The tarball.
 */
export async function pack(folder) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: root });
  const [{ filename }] = Object.values(JSON.parse(stdout));
  return join(folder, filename);
}

/** What the project's lock file names, installed once for all checkouts. @param {string} project */
async function install(project) {
  const source = join(projects, project);
  const lock = await readFile(join(source, 'package-lock.json'));
  const folder = join(cache, createHash('sha256').update(lock).digest('hex').slice(0, 16));
  if (await stat(join(folder, 'node_modules')).catch(() => undefined)) return folder;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  for (const name of ['package.json', 'package-lock.json']) await cp(join(source, name), join(fresh, name));
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: fresh, timeout: BUILD_MS });
  // Somebody else's may be there by now, which is as good.
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return folder;
}

/**
 * A project's folder with the package in its own node_modules; the bundler is found one folder up, as npm's workspaces do.
 * @param {import('./list.js').Way} way
 * @param {string} tarball
 */
export async function openProject(way, tarball) {
  const home = way.project ? await install(way.project) : join(root, 'build');
  await mkdir(home, { recursive: true });
  const folder = await mkdtemp(join(home, 'run-'));
  const installed = join(folder, 'node_modules/caseframe');
  await mkdir(installed, { recursive: true });
  await run('tar', ['xzf', tarball, '--strip-components=1', '-C', installed]);
  if (way.project) await cp(join(projects, way.project), folder, { recursive: true });
  else await writeFile(join(folder, 'package.json'), '{ "name": "page", "private": true, "type": "module" }');
  await copyFile(join(root, 'tests/package/picture.js'), join(folder, 'picture.js'));
  const capture = await readFile(join(root, 'tests/package/bundlers/capture.js'), 'utf8');
  await writeFile(join(folder, 'capture.js'), capture.replace('/* OPTIONS */', way.options ?? ''));
  for (const [name, text] of Object.entries(way.files ?? {})) await writeFile(join(folder, name), text);
  const { blocks } = toPage('', await readFile(join(root, 'js/elements/README.md'), 'utf8'));
  for (const [name, words] of Object.entries(way.snippets ?? {})) {
    const block = blocks.find(({ code }) => code.includes(words));
    if (!block) throw new Error(`The elements' guide has no ${words}`);
    await writeFile(join(folder, name), block.code);
  }
  if (way.copyTo) {
    await run(process.execPath, [join(installed, 'bin/caseframe.js'), 'copy', way.copyTo], { cwd: folder });
  }
  const bin = join(way.project ? home : root, 'node_modules/.bin');
  const env = { ...process.env, NODE_ENV: '', NEXT_TELEMETRY_DISABLED: '1', NG_CLI_ANALYTICS: 'false', CI: '1' };

  /** @param {string[]} command */
  async function runTool([tool, ...args]) {
    const options = { cwd: folder, env, timeout: BUILD_MS, maxBuffer: 1 << 26 };
    await run(join(bin, tool), args, options).catch(({ stdout, stderr }) => {
      throw new Error(`${way.name} does not build:\n${stdout}\n${stderr}`);
    });
  }

  return {
    folder,
    check: () => runTool(way.check ?? []),
    async build() {
      if (way.build) await runTool(way.build);
      const out = join(folder, /** @type {string} */ (way.out));
      if (way.script) {
        const type = /iife/i.test(way.name) ? '' : ' type="module"';
        const html = `<!doctype html><title>caseframe</title><body><script${type} src="/${way.script}"></script></body>`;
        await writeFile(join(out, 'index.html'), html);
      }
      return serve(out);
    },
    async dev() {
      const port = await freePort();
      const [command, ...args] = /** @type {string[]} */ (way.dev).map((word) => word.replace('PORT', String(port)));
      const child = spawn(join(bin, command), args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
      const url = `http://127.0.0.1:${port}`;
      while (child.exitCode === null && !(await fetch(url).catch(() => undefined))?.ok) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return {
        url,
        async close() {
          child.kill();
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        },
      };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** @param {string} folder */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '', 'http://localhost').pathname);
    const body = await readFile(join(folder, path.endsWith('/') ? `${path}index.html` : path)).catch(() => undefined);
    if (!body) return response.writeHead(404).end();
    const type = path.endsWith('/') ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream');
    response.setHeader('Content-Type', type);
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function freePort() {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url
 * @returns {Promise<{ result: any, complaints: string[] }>}
 */
export async function look(context, url) {
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => /error|warning/.test(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  try {
    await page.goto(`${url}/`);
    // A dev server may load the page anew once it has found what it imports.
    await page.waitForFunction(() => globalThis.result, undefined, { timeout: 120_000 });
    const result = await page.evaluate(() => globalThis.result);
    return { result, complaints };
  } finally {
    await page.close();
  }
}
