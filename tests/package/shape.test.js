// The tarball's shape, as its readers judge it: publint, "Are the types wrong?", importers of every kind.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { BUDGETS, weigh } from '../../toolchain/budgets.mjs';
import { pack } from './bundlers/workshop.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const ENTRIES = ['caseframe', 'caseframe/engine', 'caseframe/genesys', 'caseframe/upload', 'caseframe/element'];

/** @type {string} */
let folder;
/** @type {string} */
let tarball;
/** @type {string} */
let installed;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caseframe-shape-'));
  tarball = await pack(folder);
  installed = join(folder, 'node_modules/caseframe');
  await mkdir(installed, { recursive: true });
  await run('tar', ['xzf', tarball, '--strip-components=1', '-C', installed]);
});
after(() => rm(folder, { recursive: true, force: true }));

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, /** @type {any} */ (pkg))),
    [],
  );
});

test('"Are the types wrong?" finds none wrong', async () => {
  const attw = join(root, 'node_modules/.bin/attw');
  // An ESM package: who requires it gets the ESM, on a Node that can.
  const args = [tarball, '--profile', 'esm-only', '--exclude-entrypoints', './element.css', './worker', '--no-emoji'];
  await run(attw, args, { maxBuffer: 1 << 24 }).catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
});

test('what package.json names is there', async () => {
  const { main, types, bin, exports, sideEffects, customElements } = JSON.parse(
    await readFile(join(installed, 'package.json'), 'utf8'),
  );
  const named = [main, types, customElements, ...Object.values(bin), ...sideEffects];
  for (const entry of Object.values(exports))
    named.push(...(typeof entry === 'string' ? [entry] : Object.values(entry)));
  const files = new Set((await readdir(installed, { recursive: true })).map((path) => `./${path}`));
  assert.deepEqual(
    named.filter((path) => !path.includes('*') && !files.has(path)),
    [],
  );
});

test('every script brings its source map, with the sources in it', async () => {
  const all = (await readdir(join(installed, 'dist'), { recursive: true })).filter((path) => path.endsWith('.js'));
  // One has nothing in it.
  const scripts = all.filter((path) => path !== 'react.js');
  assert.ok(scripts.length > 8);
  for (const script of scripts) {
    const map = JSON.parse(await readFile(join(installed, 'dist', `${script}.map`), 'utf8'));
    assert.ok(map.sources.length > 0 && map.sourcesContent.every((text) => text.length > 0), script);
    for (const source of map.sources) assert.ok(!source.startsWith('/'), source);
  }
});

test('importing every entry works in Node, and where another window stands in for a browser’s', async () => {
  for (const setUp of [
    '',
    'globalThis.window = globalThis; globalThis.document = { baseURI: "https://page.invalid/" };',
  ]) {
    const script = `${setUp}
      const names = {};
      for (const entry of ${JSON.stringify(ENTRIES)}) names[entry] = Object.keys(await import(entry));
      const { createCapture } = await import('caseframe');
      createCapture({ wasmUrl: '/wasm/' }).dispose();
      console.log(JSON.stringify(names));`;
    await writeFile(join(folder, 'import.mjs'), script);
    const { stdout } = await run(process.execPath, ['import.mjs'], { cwd: folder });
    const names = JSON.parse(stdout);
    assert.deepEqual(names.caseframe.sort(), ['CaptureError', 'createCapture', 'fromMediaStream', 'version']);
  }
});

test('require() gives the ESM where Node can', async () => {
  await writeFile(
    join(folder, 'require.cjs'),
    `const { CaptureError, createCapture } = require('caseframe');
     import('caseframe').then((esm) => console.log(esm.CaptureError === CaptureError && typeof createCapture));`,
  );
  const { stdout } = await run(process.execPath, ['require.cjs'], { cwd: folder });
  assert.equal(stdout.trim(), 'function');
});

test('what an entry loads at once can be made CommonJS, as Jest does: no import.meta in it', async () => {
  const statics = /(?:^|[;}])(?:import|export)[^"'()]*?from"([^"]+)"/g;
  const seen = new Set();
  async function visit(path) {
    if (seen.has(path)) return;
    seen.add(path);
    const code = await readFile(path, 'utf8');
    const { code: commonJs } = await transform(code, { format: 'cjs', logLevel: 'silent' });
    assert.doesNotMatch(commonJs, /import_meta|import\.meta/, path);
    for (const [, next] of code.matchAll(statics)) if (next.startsWith('.')) await visit(join(path, '..', next));
  }
  for (const file of ['index', 'genesys', 'upload', 'element', 'engine/index', 'engine/node']) {
    await visit(join(installed, `dist/${file}.js`));
  }
  assert.ok(seen.size >= 8);
});

test('what is imported for its types alone is there for Node and for bundlers', async () => {
  const code = "import 'caseframe/element'; import 'caseframe/element/react';";
  await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder });
  const { warnings } = await build({
    stdin: { contents: `${code} import 'caseframe/element.css';`, resolveDir: folder },
    bundle: true,
    format: 'esm',
    write: false,
    outdir: folder,
    logLevel: 'silent',
  });
  assert.deepEqual(warnings, []);
});

test('npx caseframe copy puts the worker and the modules where they are wanted, and says what is wrong', async () => {
  const command = (...args) => run(process.execPath, [join(installed, 'bin/caseframe.js'), ...args], { cwd: folder });
  await command('copy', 'public/caseframe');
  assert.deepEqual((await readdir(join(folder, 'public/caseframe'), { recursive: true })).sort(), [
    'wasm',
    'wasm/caseframe.baseline.wasm',
    'wasm/caseframe.js',
    'wasm/caseframe.simd.wasm',
    'worker.js',
  ]);
  const worker = await readFile(join(folder, 'public/caseframe/worker.js'), 'utf8');
  assert.doesNotMatch(worker, /\bimport\b/, 'one file');
  for (const args of [['--help'], ['help'], ['copy', '--help'], ['copy', '-h']]) {
    assert.match((await command(...args)).stdout, /^Usage: caseframe copy <folder>/);
  }
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  assert.equal((await command('--version')).stdout, `${version}\n`);
  for (const [args, problem] of /** @type {[string[], string][]} */ ([
    [[], 'say what to do'],
    [['copy'], 'copy needs a folder'],
    [['copy', 'a', 'b'], 'copy takes one folder'],
    [['paste', 'x'], 'there is no command “paste”'],
    [['copy', '--x'], "Unknown option '--x'"],
  ])) {
    await assert.rejects(command(...args), ({ code, stdout, stderr }) => {
      assert.deepEqual([code, stdout, stderr.split('\n')[0]], [2, '', `caseframe: ${problem}`]);
      return /\nUsage: /.test(stderr);
    });
  }
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(command('copy', 'file'), { code: 1, stderr: /could not copy to file: / });
});

test('the budgets hold, and are near what is there', async (t) => {
  const weighed = await weigh(new URL('../../dist/', import.meta.url));
  assert.equal(weighed.length, BUDGETS.length);
  for (const { name, bytes, limit } of weighed) {
    t.diagnostic(`${name}: ${bytes} of ${limit} bytes`);
    assert.ok(bytes <= limit, name);
  }
});

test('the scripts are built to the same bytes again, in another folder', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'caseframe-again-'));
  try {
    const parts = ['js', 'toolchain', 'package.json', 'build/wasm/bindings', 'build/wasm-baseline/bindings'];
    for (const part of parts) await cp(join(root, part), join(copy, part), { recursive: true, filter: isSource });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    await run(process.execPath, [join(copy, 'toolchain/build-js.mjs'), '--no-types']);
    const [first, second] = await Promise.all([root, copy].map((folder) => hashesOf(join(folder, 'dist'))));
    assert.ok(first.size > 20);
    assert.deepEqual(second, first);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

/** Not what the toolchain has fetched. @param {string} path */
function isSource(path) {
  return !path.includes('.cache');
}

/** @param {string} folder */
async function hashesOf(folder) {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const hash = async (path) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  const entries = await Promise.all(paths.map(async (path) => [path.slice(folder.length), await hash(path)]));
  return new Map(/** @type {[string, string][]} */ (entries.sort()));
}
