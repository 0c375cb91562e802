// Emscripten's glue, made smaller: what never runs here is cut out of it.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { rollup } from 'rollup';

/**
 * The glue serves both modules: the baseline's, which imports all that the other does.
 * @param {Record<'simd' | 'baseline', URL>} modules Folders.
 * @returns {Promise<string>}
 */
export async function readGlue(modules) {
  const [simd, baseline] = await Promise.all([modules.simd, modules.baseline].map(borderOf));
  const missing = simd.imports.filter((name) => !baseline.imports.includes(name));
  if (missing.length > 0 || String(simd.exports) !== String(baseline.exports)) {
    throw new Error(`One glue cannot serve both modules (${missing}): see bindings/CMakeLists.txt`);
  }
  const text = await readFile(new URL('caseframe.mjs', modules.baseline), 'utf8');
  // Newer syntax than browsers of 2020 know.
  const { code } = await transform(await shaken(withoutFetching(text)), { target: 'es2020', format: 'esm' });
  return code;
}

/** @param {URL} folder */
async function borderOf(folder) {
  const module = await WebAssembly.compile(await readFile(new URL('caseframe.wasm', folder)));
  const names = (list) => list.map(({ name }) => name).sort();
  return { imports: names(WebAssembly.Module.imports(module)), exports: names(WebAssembly.Module.exports(module)) };
}

/**
 * js/engine/load.js always passes `instantiateWasm`, so that nothing behind it runs: fetching, streaming, its fallbacks.
 * @param {string} glue
 */
function withoutFetching(glue) {
  const parts = [
    // Where this script came from, what kind of place it runs in: asked for fetching alone.
    [/var _scriptName = .*?;\n/, ''],
    [
      /if\(ENVIRONMENT_IS_WEB\|\|ENVIRONMENT_IS_WORKER\)\{if\(ENVIRONMENT_IS_WORKER\)\{scriptDirectory.*?\}else\{\}(?=var out=)/s,
      '',
    ],
    [
      /if\(Module\["instantiateWasm"\]\)\{try\{(return Module\["instantiateWasm"\]\(info,receiveInstance\))\}.*?return\{\}\}/s,
      '$1}',
    ],
    // Views for everybody: only the glue's own are used.
    [/Module\["HEAP\w+"\]=/g, ''],
    [/Module\["(InternalError|BindingError|UnboundTypeError)"\]=/g, ''],
  ];
  return parts.reduce((text, [from, to]) => {
    const cut = text.replace(from, to);
    if (cut === text) throw new Error(`The glue has no part like ${from}: another Emscripten? See toolchain/glue.mjs`);
    return cut;
  }, glue);
}

/** Without what is not reached any more: Rollup looks into functions, esbuild at a file's top alone. @param {string} code */
async function shaken(code) {
  const bundle = await rollup({
    input: 'glue',
    treeshake: { propertyReadSideEffects: false, unknownGlobalSideEffects: false },
    plugins: [{ name: 'glue', resolveId: (id) => id, load: () => code }],
    onLog: () => {},
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  return output[0].code;
}
