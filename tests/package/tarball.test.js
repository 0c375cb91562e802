// The package as users get it: packed, installed into an empty project, used in Node, in a page as plain modules and
// through two bundlers, always under the strictest Content-Security-Policy the README promises.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, extname, join, normalize } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { launchChromium, STRICT_CSP } from '../browser/harness.js';
import { HEIGHT, WIDTH } from './picture.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
/** That the engine promises to run on. */
const OLDEST_NODE = 20;

/** The picture, captured thrice: by the engine in the page, by a whole snapshot, and by hand. */
const PAGE_SCRIPT = `
import { createCapture, version } from 'caseframe';
import { createEngine } from 'caseframe/engine';
import 'caseframe/element';
import { paintPicture } from './picture.js';

/** By a click, and through the review, whose window is a script that is loaded then. */
async function takeByHand(source, capture) {
  const button = document.createElement('caseframe-button');
  Object.assign(button, { source, capture, review: true, options: { timeoutMs: 30000 } });
  document.body.append(button);
  const taken = new Promise((resolve, reject) => {
    button.addEventListener('caseframe-captured', ({ detail }) => resolve(detail));
    button.addEventListener('caseframe-error', ({ detail }) => reject(detail));
  });
  button.click();
  const review = () => button.shadowRoot.querySelector('caseframe-review');
  const confirm = () => review() && review().shadowRoot.querySelector('[part=confirm]');
  const timer = setInterval(() => confirm() && confirm().click(), 20);
  return taken.finally(() => clearInterval(timer));
}

async function main() {
  const picture = paintPicture();
  const engine = await createEngine();
  const { report } = engine.encode(picture.pixels(), { reject: [] });
  const capture = createCapture();
  const snapshot = await capture.snapshot(picture.stream, { timeoutMs: 30000 });
  const byHand = await takeByHand(picture.stream, capture);
  const { mode } = capture;
  capture.dispose();
  picture.stop();
  return {
    version,
    mode,
    variant: engine.variant,
    verdict: report.verdict,
    byHand: [byHand.width, byHand.height],
    sha256: snapshot.sha256,
    bytes: Array.from(new Uint8Array(await snapshot.blob.arrayBuffer())),
  };
}
globalThis.result = main().catch((error) => ({ error: String(error.stack || error), code: error.code }));
`;

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Node as the tests have it, and others on the PATH: the package runs on older ones than the middleware does.
 * @returns {Promise<Map<string, string>>} Paths by version.
 */
async function findNodes() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = new Map();
  for (const path of [process.execPath, ...folders.map((folder) => join(folder, 'node'))]) {
    const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }));
    const version = stdout.trim();
    if (Number(/^v(\d+)\./.exec(version)?.[1]) >= OLDEST_NODE && !found.has(version)) found.set(version, path);
  }
  return found;
}

/** @param {string} folder */
async function serveFolder(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    const body = await readFile(join(folder, path)).catch(() => undefined);
    if (!body) return response.writeHead(404).end();
    response.setHeader('Content-Security-Policy', STRICT_CSP);
    response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const nodes = await findNodes();

describe('the packed tarball', () => {
  /** @type {string} */
  let project;
  /** @type {Awaited<ReturnType<typeof launchChromium>>} */
  let chromium;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'caseframe-tarball-'));
    const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
    });
    const [{ filename }] = Object.values(JSON.parse(packed.stdout));
    await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }');
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', join(project, filename)], {
      cwd: project,
    });
    await copyFile(new URL('picture.js', import.meta.url), join(project, 'picture.js'));
    chromium = await launchChromium();
  });
  after(async () => {
    await chromium?.close();
    await rm(project, { recursive: true, force: true });
  });

  test('brings nothing with it', async () => {
    const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
    assert.deepEqual(Object.keys(lock.packages), ['', 'node_modules/caseframe']);
  });

  for (const [nodeVersion, node] of nodes) {
    test(`encodes in Node ${nodeVersion}`, () => encodeIn(node));
  }

  /** @param {string} node The path of one. */
  async function encodeIn(node) {
    const script = `
      import { createEngine } from 'caseframe/engine';
      import { CaptureError, version } from 'caseframe';
      const engine = await createEngine();
      const data = new Uint8Array(64 * 48 * 4).map((_, i) => (i * 7) % 256);
      const { jpeg, width, height } = engine.encode({ data, width: 64, height: 48 });
      let code;
      try { engine.encode({ data, width: 65, height: 48 }); } catch (error) {
        code = error instanceof CaptureError && error.code;
      }
      console.log(JSON.stringify({ start: [...jpeg.subarray(0, 2)], width, height, code, version }));`;
    await writeFile(join(project, 'use.js'), script);
    const { stdout } = await run(node, ['use.js'], { cwd: project });
    const { version: expected } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    assert.deepEqual(JSON.parse(stdout), {
      start: [0xff, 0xd8],
      width: 64,
      height: 48,
      code: 'invalid-argument',
      version: expected,
    });
  }

  test('defines no element in Node, and brings what a page links and editors read', async () => {
    const script = `
      import { CaseframeButton } from 'caseframe/element';
      import { createRequire } from 'node:module';
      const { resolve } = createRequire(import.meta.url);
      console.log(JSON.stringify([typeof CaseframeButton, typeof globalThis.customElements, resolve('caseframe/element.css')]));`;
    await writeFile(join(project, 'element.js'), script);
    const { stdout } = await run(process.execPath, ['element.js'], { cwd: project });
    const [type, registry, stylesheet] = JSON.parse(stdout);
    assert.deepEqual([type, registry], ['function', 'undefined']);
    assert.match(await readFile(stylesheet, 'utf8'), /:host\(caseframe-button\)[\s\S]*:host\(caseframe-review\)/);
    const installed = join(project, 'node_modules/caseframe');
    const { customElements } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const manifest = JSON.parse(await readFile(join(installed, customElements), 'utf8'));
    for (const { path } of manifest.modules) assert.ok((await readFile(join(installed, path), 'utf8')).length > 0);
  });

  test('has declarations that a strict TypeScript project accepts', async () => {
    await writeFile(
      join(project, 'use.ts'),
      `import { createCapture, CaptureError, type Snapshot } from 'caseframe';
       import { createEngine, type FrameReport } from 'caseframe/engine';
       import 'caseframe/element';
       document.createElement('caseframe-button').capture = createCapture();
       export async function use(stream: MediaStream): Promise<[Snapshot, FrameReport]> {
         const capture = createCapture({ worker: 'auto' });
         const snapshot = await capture.snapshot(stream, { quality: 0.8, redact: [{ x: 0, y: 0, width: 9, height: 9 }] });
         const engine = await createEngine({ variant: 'simd' });
         // @ts-expect-error no such mode
         await capture.snapshot(stream, { redact: [{ x: 0, y: 0, width: 9, height: 9, mode: 'smudge' }] });
         return [snapshot, engine.analyze({ data: new Uint8Array(4), width: 1, height: 1 })];
       }
       export const code = (error: unknown) => (error instanceof CaptureError ? error.code : 'aborted');`,
    );
    const tsc = join(root, 'node_modules/.bin/tsc');
    const flags = ['--noEmit', '--strict', '--target', 'es2020', '--module', 'esnext', '--moduleResolution', 'bundler'];
    await run(tsc, [...flags, '--lib', 'es2020,dom,dom.iterable', '--types', '', 'use.ts'], { cwd: project }).catch(
      (error) => assert.fail(error.stdout),
    );
  });

  /** @param {string} folder What is served. @param {string} path The page. */
  async function capturesIn(folder, path) {
    const server = await serveFolder(folder);
    const page = await chromium.context.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    try {
      await page.goto(server.url + path);
      const got = await page.evaluate(() => globalThis.result);
      assert.equal(got.error, undefined, [got.error, ...complaints].join('\n'));
      assert.deepEqual(complaints, []);
      assert.equal(got.mode, 'worker');
      assert.equal(got.variant, 'simd');
      assert.equal(got.verdict, 'ok');
      assert.deepEqual(got.byHand, [WIDTH, HEIGHT]);
      const { data, info } = await sharp(Buffer.from(got.bytes)).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height], [WIDTH, HEIGHT]);
      const pixel = (x, y) => data.subarray((y * WIDTH + x) * info.channels, (y * WIDTH + x) * info.channels + 3);
      for (const [x, [r, g, b]] of [
        [20, [40, 40, 200]],
        [60, [200, 40, 40]],
      ]) {
        const seen = pixel(x, 120);
        assert.ok(Math.hypot(seen[0] - r, seen[1] - g, seen[2] - b) < 24, `pixel ${x}: ${[...seen]}`);
      }
    } finally {
      await page.close();
      await server.close();
    }
  }

  test('captures in a page, as plain modules', async () => {
    const exported = JSON.parse(await readFile(join(project, 'node_modules/caseframe/package.json'), 'utf8')).exports;
    const at = (/** @type {string} */ entry) => `/node_modules/caseframe/${exported[entry].default.slice(2)}`;
    await writeFile(
      join(project, 'plain.js'),
      PAGE_SCRIPT.replace(/'caseframe(\/?\w*)'/g, (_all, entry) => `'${at(`.${entry}`)}'`),
    );
    await writeFile(
      join(project, 'plain.html'),
      '<!doctype html><title>plain</title><script type="module" src="/plain.js"></script>',
    );
    await capturesIn(project, '/plain.html');
  });

  test('captures in a page bundled by Vite', async () => {
    await writeFile(join(project, 'main.js'), PAGE_SCRIPT);
    await writeFile(
      join(project, 'index.html'),
      '<!doctype html><title>vite</title><script type="module" src="./main.js"></script>',
    );
    const vite = join(root, 'node_modules/.bin/vite');
    // Small assets stay files: the policy knows no data: URLs.
    await writeFile(
      join(project, 'vite.config.js'),
      "export default { build: { assetsInlineLimit: 0 }, worker: { format: 'es' } };",
    );
    await run(vite, ['build', '--logLevel', 'error', '--outDir', 'vite-dist'], { cwd: project });
    await capturesIn(join(project, 'vite-dist'), '/index.html');
  });

  test('captures in a page bundled by webpack', async () => {
    await writeFile(join(project, 'main.js'), PAGE_SCRIPT);
    await writeFile(
      join(project, 'webpack.config.js'),
      "export default { mode: 'production', entry: './main.js', output: { path: new URL('webpack-dist', import.meta.url).pathname, publicPath: '/' } };",
    );
    const webpack = join(root, 'node_modules/.bin/webpack');
    const { stdout } = await run(webpack, ['--config', 'webpack.config.js'], { cwd: project }).catch((error) =>
      assert.fail(error.stdout),
    );
    assert.doesNotMatch(stdout, /WARNING|ERROR/);
    await writeFile(
      join(project, 'webpack-dist/index.html'),
      '<!doctype html><title>webpack</title><script type="module" src="/main.js"></script>',
    );
    await capturesIn(join(project, 'webpack-dist'), '/index.html');
  });
});
