/** The ways in which the package is built into a page. */

/** For those that leave `new URL(…, import.meta.url)` as it is: the files are copied, and the page told where they are. */
const COPIED = {
  copyTo: 'public/caseframe',
  options: "{ workerUrl: '/caseframe/worker.js', wasmUrl: '/caseframe/wasm/' }",
  line: '`npx caseframe copy public/caseframe`, and `createCapture({ workerUrl: "/caseframe/worker.js", wasmUrl: "/caseframe/wasm/" })`',
};

const HTML = '<!doctype html><title>caseframe</title><script type="module" src="./main.js"></script>';
const MAIN = "import { captureOnce } from './capture.js';\nglobalThis.result = captureOnce();\n";
const page = { 'index.html': HTML, 'main.js': MAIN };
const vite = { ...page, 'vite.config.js': 'export default {};' };
const EXCLUDE = "export default { optimizeDeps: { exclude: ['caseframe'] } };";
const excluding = { ...page, 'vite.config.js': EXCLUDE };
const EXCLUDE_LINE = '`optimizeDeps: { exclude: ["caseframe"] }` in vite.config.js';

/**
 * @typedef {object} Way
 * @property {string} name As the table has it.
 * @property {string} [project] A folder of tests/package/projects; without it, the tool is one of this checkout.
 * @property {Record<string, string>} [files]
 * @property {Record<string, string>} [snippets] Blocks of the elements' guide, by the file they go to: the one with these
 *   words in it.
 * @property {string[]} [check] What has to succeed before, or alone: a command like the next.
 * @property {string[]} [build] A command of node_modules/.bin and its arguments; without it, the files are served as they are.
 * @property {string} [out] What it makes: the folder that is served.
 * @property {string} [script] What it makes where it makes no page: a page loads it.
 * @property {string[]} [dev] A dev server's command; PORT is replaced.
 * @property {string} [copyTo] Where `caseframe copy` puts the files.
 * @property {string} [options] What createCapture is given.
 * @property {string} [line] What a user has to add.
 */

const IMPORTS = ['genesys', 'upload'].map((name) => `"caseframe/${name}": "/node_modules/caseframe/dist/${name}.js"`);
const IMPORT_MAP = `{ "imports": { "caseframe": "/node_modules/caseframe/dist/index.js", ${IMPORTS.join(', ')} } }`;

/** @type {readonly Way[]} */
export const WAYS = [
  {
    name: 'none, with an import map',
    files: { ...page, 'index.html': HTML.replace('<script', `<script type="importmap">${IMPORT_MAP}</script><script`) },
    out: '.',
    line: '[an import map](#without-a-bundler)',
  },
  { name: 'Vite 8, build', files: vite, build: ['vite', 'build', '--outDir', 'out'], out: 'out' },
  { name: 'Vite 8, dev server', files: vite, dev: ['vite', '--port', 'PORT', '--strictPort', '--host', '127.0.0.1'] },
  {
    name: 'esbuild, ESM',
    files: page,
    build: ['esbuild', 'main.js', '--bundle', '--format=esm', '--splitting', '--outdir=public'],
    out: 'public',
    script: 'main.js',
    ...COPIED,
  },
  {
    name: 'esbuild, IIFE',
    files: page,
    build: ['esbuild', 'main.js', '--bundle', '--format=iife', '--log-level=error', '--outfile=public/main.js'],
    out: 'public',
    script: 'main.js',
    ...COPIED,
  },
  {
    name: 'Rollup 4',
    files: page,
    build: ['rollup', 'main.js', '-p', 'node-resolve', '--format', 'es', '--dir', 'public'],
    out: 'public',
    script: 'main.js',
    ...COPIED,
  },
  {
    name: 'webpack 5',
    files: page,
    build: ['webpack', './main.js', '--mode', 'production', '-o', 'out'],
    out: 'out',
    script: 'main.js',
  },
  { name: 'Vite 7, build', project: 'vite-7', files: vite, build: ['vite', 'build', '--outDir', 'out'], out: 'out' },
  {
    name: 'Vite 7, dev server',
    project: 'vite-7',
    files: excluding,
    dev: ['vite', '--port', 'PORT', '--strictPort', '--host', '127.0.0.1'],
    line: EXCLUDE_LINE,
  },
  { name: 'Vite 5, build', project: 'vite-5', files: vite, build: ['vite', 'build', '--outDir', 'out'], out: 'out' },
  {
    name: 'Vite 5, dev server',
    project: 'vite-5',
    files: excluding,
    dev: ['vite', '--port', 'PORT', '--strictPort', '--host', '127.0.0.1'],
    line: EXCLUDE_LINE,
  },
  {
    name: 'Parcel 2',
    project: 'parcel',
    files: page,
    build: ['parcel', 'build', 'index.html', '--dist-dir', 'out', '--no-cache'],
    out: 'out',
    line: 'for `caseframe/…`: `"@parcel/resolver-default": { "packageExports": true }` in package.json',
  },
  { name: 'Next 15, Turbopack', project: 'next-15', build: ['next', 'build', '--turbopack'], out: 'out' },
  { name: 'Next 15, webpack', project: 'next-15', build: ['next', 'build'], out: 'out' },
  { name: 'Next 16, Turbopack', project: 'next-16', build: ['next', 'build'], out: 'out' },
  { name: 'Next 16, webpack', project: 'next-16', build: ['next', 'build', '--webpack'], out: 'out' },
  { name: 'SvelteKit 3', project: 'sveltekit', build: ['vite', 'build'], out: 'out' },
  {
    name: 'Angular 22',
    project: 'angular',
    snippets: { 'src/camera.ts': "from '@angular/core'" },
    build: ['ng', 'build', '--progress=false'],
    out: 'out',
    ...COPIED,
  },
  {
    name: 'Vue 3, Vite 7',
    project: 'vue',
    snippets: { 'src/Camera.vue': '<script setup', 'src/elements.d.ts': "declare module 'vue'" },
    check: ['vue-tsc'],
    build: ['vite', 'build'],
    out: 'out',
    line: 'for the elements: [what the compiler has to know](../js/elements/README.md#frameworks)',
  },
  {
    name: 'Jest 30, jsdom (imports)',
    project: 'jest',
    check: ['jest', '--config', 'jest.config.json'],
    line: '`transformIgnorePatterns: ["/node_modules/(?!caseframe/)"]`, since Jest takes no ESM as it is',
  },
  { name: 'Vitest 5, jsdom (imports)', project: 'vitest', check: ['vitest', 'run'] },
];

/** Those of `npm test`. */
export const QUICK = ['esbuild, ESM', 'esbuild, IIFE', 'Rollup 4'];
