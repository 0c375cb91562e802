// From js/ and the two modules to dist/: the files as they are, the glue minified, declarations beside them.
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { checkDeclarations } from './declarations.mjs';

const root = new URL('../', import.meta.url);
const at = (path) => new URL(path, root);
const modules = { simd: 'build/wasm/bindings/', baseline: 'build/wasm-baseline/bindings/' };

const glue = await readFile(at(`${modules.simd}caseframe.mjs`), 'utf8');
if (glue !== (await readFile(at(`${modules.baseline}caseframe.mjs`), 'utf8'))) {
  throw new Error('The two modules came with different glue: one file cannot serve both (see bindings/CMakeLists.txt)');
}
// Emscripten's glue is newer than ES2020; ours is not, and goes out as it is.
const { code } = await transform(glue, { minify: true, target: 'es2020', format: 'esm', legalComments: 'none' });

// Whole or not at all: made beside dist/, then put in its place.
const fresh = at('build/dist.new/');
await rm(fresh, { recursive: true, force: true });
await cp(at('js/'), fresh, { recursive: true });
await writeFile(new URL('wasm/caseframe.js', fresh), code);
// For browsers without constructable stylesheets: the elements' styles, which the page links.
const styles = await Promise.all(
  ['styles', 'button-styles', 'review-styles'].map((name) => import(at(`js/elements/${name}.js`))),
);
const [{ sharedStyles }, { buttonStyles }, { reviewStyles }] = styles;
await writeFile(new URL('elements/element.css', fresh), sharedStyles + buttonStyles + reviewStyles);
for (const [variant, folder] of Object.entries(modules)) {
  await cp(at(`${folder}caseframe.wasm`), new URL(`wasm/caseframe.${variant}.wasm`, fresh));
}
if (!process.argv.includes('--no-types')) await checkDeclarations(at('js/types/'));
await rm(at('build/dist.old/'), { recursive: true, force: true });
await rename(at('dist/'), at('build/dist.old/')).catch((error) => {
  if (error.code !== 'ENOENT') throw error;
});
await rename(fresh, at('dist/'));
await rm(at('build/dist.old/'), { recursive: true, force: true });
