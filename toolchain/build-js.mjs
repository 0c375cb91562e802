// Usage: npm run build:js -- [--no-types]   From js/ and the two modules to dist/: one minified file for each entry, the
// modules, the declarations. Beside it, in build/js/, the same as single files for tests of what is inside; the worker,
// which each capture of theirs loads, is one there, too.
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { readArguments } from './arguments.mjs';
import { checkBudgets } from './budgets.mjs';
import { bundle } from './bundle.mjs';
import { checkDeclarations } from './declarations.mjs';
import { readGlue } from './glue.mjs';

const root = new URL('../', import.meta.url);
const at = (path) => new URL(path, root);
const modules = { simd: at('build/wasm/bindings/'), baseline: at('build/wasm-baseline/bindings/') };

const { values } = await readArguments(import.meta.url);
await mkdir(at('build/'), { recursive: true });
// Before there is anything to take away: whatever comes then is heard.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    // Files that are being copied may still arrive.
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
    process.exit(1);
  });
}
// Of this run alone: another may be under way.
const work = pathToFileURL(`${mkdtempSync(fileURLToPath(at('build/js.new-')))}/`);
try {
  const single = new URL('js/', work);
  const dist = new URL('dist/', work);
  await cp(at('js/'), single, { recursive: true });
  await writeFile(new URL('wasm/caseframe.js', single), await readGlue(modules));
  await writeFile(new URL('elements/element.css', single), await stylesheet());
  await copyModules(single);

  await bundle(single, dist);
  await copyModules(dist);
  await join(fileURLToPath(new URL('worker/worker.js', single)));
  await cp(new URL('types/', single), new URL('types/', dist), { recursive: true });
  // What is there for its types is imported all the same, and bundlers do not leave that out.
  await writeFile(new URL('react.js', dist), 'export {};\n');
  for (const name of ['element.css', 'custom-elements.json']) {
    await cp(new URL(`elements/${name}`, single), new URL(name, dist));
  }
  if (!values['no-types']) await checkDeclarations(at('js/types/'));
  await checkBudgets(dist);
  await replace(at('build/js/'), single);
  await replace(at('dist/'), dist);
} finally {
  await rm(work, { recursive: true, force: true });
}

/** @param {URL} folder */
async function copyModules(folder) {
  for (const [variant, from] of Object.entries(modules)) {
    await cp(new URL('caseframe.wasm', from), new URL(`wasm/caseframe.${variant}.wasm`, folder));
  }
}

/** Puts what a file imports into it. @param {string} file */
async function join(file) {
  await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    target: 'es2020',
    charset: 'utf8',
    logLevel: 'warning',
  });
}

/** For browsers without constructable stylesheets: the elements' styles, which the page links. */
async function stylesheet() {
  const read = (name) => import(at(`js/elements/${name}.js`).href);
  const [{ sharedStyles }, { buttonStyles }, { reviewStyles }] = await Promise.all(
    ['styles', 'button-styles', 'review-styles'].map(read),
  );
  return sharedStyles + buttonStyles + reviewStyles;
}

/** Whole or not at all. @param {URL} folder @param {URL} fresh */
async function replace(folder, fresh) {
  const old = new URL(`${Math.random()}/`, work);
  await rename(folder, old).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(fresh, folder);
}
