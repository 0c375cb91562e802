/**
 * From a URL to an instance of the module, with an error that names the fix where that fails.
 */
import { loadError } from '../errors.js';
import createModule from '../wasm/caseframe.js';

/** @typedef {'simd' | 'baseline'} Variant */

/**
 * Where the module comes from.
 * @typedef {object} LoadOptions
 * @property {'auto' | Variant} [variant] 'auto' (default) takes SIMD where the browser has it.
 * @property {string | URL} [wasmUrl] The .wasm file, or, ending in '/', the folder that holds both of them. Default:
 *   beside this package's own files.
 * @property {WebAssembly.Module} [wasmModule] Compiled already; `wasmUrl` and `variant: 'auto'` do not matter then.
 */

/** The URL of each module. @typedef {Record<Variant, string>} Locations */

/**
 * @typedef {object} Loaded
 * @property {import('../wasm/caseframe.js').Module} module
 * @property {WebAssembly.Memory} memory
 */

/** The smallest module with a SIMD instruction: `(func (result v128) (i8x16.popcnt (i8x16.splat (i32.const 0))))`. */
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
];

export function hasSimd() {
  return WebAssembly.validate(new Uint8Array(SIMD_PROBE));
}

/**
 * @param {LoadOptions} options
 * @param {() => Locations | Promise<Locations>} locate Where the modules are, without `wasmUrl`.
 * @param {(url: string) => Promise<BufferSource>} [readFile] Reads a `file:` URL, where fetch cannot.
 * @returns {Promise<Loaded>}
 */
export async function load(options, locate, readFile) {
  const { variant = 'auto', wasmUrl, wasmModule } = options;
  if (typeof WebAssembly !== 'object') throw loadError('This browser has no WebAssembly, or a policy turned it off');
  if (wasmModule !== undefined) return instantiate(wasmModule);
  const chosen = variant === 'auto' ? (hasSimd() ? 'simd' : 'baseline') : variant;
  const url = wasmUrl === undefined ? (await locate())[chosen] : within(String(wasmUrl), chosen);
  return instantiate(await (readFile && url.startsWith('file:') ? readModule(url, readFile) : fetchModule(url)));
}

/** @param {string} url A module's, or ending in '/' that of the folder of both. @param {Variant} variant */
function within(url, variant) {
  return url.endsWith('/') ? `${url}caseframe.${variant}.wasm` : url;
}

/** @param {string} url @param {(url: string) => Promise<BufferSource>} readFile */
async function readModule(url, readFile) {
  /** @type {BufferSource} */
  let bytes;
  try {
    bytes = await readFile(url);
  } catch (cause) {
    throw loadError(`Could not read ${url}: put the package’s wasm/ folder there, or set wasmUrl`, cause);
  }
  return compile(WebAssembly.compile(bytes), url);
}

/** @param {string} url @returns {Promise<WebAssembly.Module>} */
async function fetchModule(url) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, { credentials: 'same-origin' });
  } catch (cause) {
    throw unfetched(url, cause);
  }
  if (!response.ok)
    throw loadError(`${url} answered ${response.status}: host the package's wasm/ folder there, or set wasmUrl`);
  const type = response.headers.get('content-type') || '';
  // With parameters it counts as another type: WebAssembly Web API, "compile a potential WebAssembly response".
  const streamed = type.toLowerCase() === 'application/wasm' && typeof WebAssembly.compileStreaming === 'function';
  const compiling = streamed
    ? WebAssembly.compileStreaming(response)
    : response.arrayBuffer().then((bytes) => WebAssembly.compile(bytes));
  return compile(compiling, url, type);
}

/** @param {string} url @param {unknown} cause */
const unfetched = (url, cause) =>
  loadError(
    `Could not fetch ${url}: check that it exists, and that connect-src and CORS allow it, or set wasmUrl`,
    cause,
  );

/**
 * @param {Promise<WebAssembly.Module>} compiling
 * @param {string} url @param {string} [type] What the server said it is.
 */
async function compile(compiling, url, type) {
  try {
    return await compiling;
  } catch (cause) {
    if (isForbidden(cause)) throw loadError(FORBIDDEN, cause);
    // The connection ended before the file did.
    if (/** @type {Partial<Error>} */ (Object(cause)).name === 'TypeError') throw unfetched(url, cause);
    throw loadError(
      `${url} is no WebAssembly this browser can compile${type ? ` (served as ${type})` : ''}: ` +
        'serve the file itself, as application/wasm',
      cause,
    );
  }
}

const FORBIDDEN =
  "The page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src, " +
  "and for browsers older than that word (Chrome 97, Safari 16) 'unsafe-eval'";

/** WebKit refuses when the module is started, others when it is compiled. @param {unknown} cause */
const isForbidden = (cause) => /unsafe-eval|Content Security Policy|CSP|disallowed by embedder/i.test(String(cause));

/** @param {WebAssembly.Module} compiled @returns {Promise<Loaded>} */
function instantiate(compiled) {
  return new Promise((resolve, reject) => {
    /** @param {unknown} cause */
    const fail = (cause) =>
      reject(
        loadError(
          isForbidden(cause)
            ? FORBIDDEN
            : 'The WebAssembly module did not start: do its version and this package’s match?',
          cause,
        ),
      );
    /** @type {WebAssembly.Memory} */
    let memory;
    createModule({
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(compiled, imports)
          .then((instance) => {
            memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
            done(instance, compiled);
          })
          .catch(fail); // of done() too: a module that is somebody else's lacks what the glue looks for
        return {};
      },
    }).then((module) => resolve({ module, memory }), fail);
  });
}
