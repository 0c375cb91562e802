// One file for each entry of the package. Only what has to be one thing for all of them stays a file between them: the
// error class, and what is loaded later or not at all.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { minify } from 'terser';

/** Files that no other takes in, by their source: where they lie in dist/. @type {Record<string, string>} */
const FILES = {
  'index.js': 'index.js',
  'errors.js': 'errors.js',
  'genesys/index.js': 'genesys.js',
  'upload/index.js': 'upload.js',
  'elements/index.js': 'element.js',
  'worker/launch.js': 'launch.js',
  'worker/worker.js': 'worker.js',
  'engine/index.js': 'engine/index.js',
  'engine/node.js': 'engine/node.js',
  'engine/location.js': 'engine/location.js',
  'wasm/caseframe.js': 'wasm/caseframe.js',
};

/** What all entries share. */
const ERRORS = 'errors.js';

/** What entries need of it, where it is not the class and its usual case. @type {Record<string, string>} */
const OF_ERRORS = {
  'index.js': 'CAPTURE_ERROR_CODES, CaptureError, invalidArgument, misnamed, withoutSecrets',
  'genesys/index.js': 'invalidArgument, misnamed',
  'upload/index.js': 'CaptureError, invalidArgument, misnamed',
  'engine/index.js': 'CaptureError, invalidArgument, loadError, misnamed',
  'engine/node.js': 'CaptureError, invalidArgument, loadError, misnamed',
  'engine/location.js': 'loadError',
  'worker/launch.js': 'loadError',
};

/** Of a module that stands for all imports of one file. */
const ONCE = 'once';

/** Brings all it needs itself: it is hosted elsewhere, and shares nothing with the page's scripts. */
const SELF_CONTAINED = 'worker/worker.js';

/**
 * @param {URL} source The folder of sources, with the glue in its wasm/ folder.
 * @param {URL} target
 * @returns {Promise<void>}
 */
export async function bundle(source, target) {
  const from = fileURLToPath(source);
  const to = fileURLToPath(target);
  const built = await Promise.allSettled(
    Object.entries(FILES).map(async ([entry, file]) => {
      const { outputFiles } = await build({
        absWorkingDir: from,
        entryPoints: { [file.replace(/\.js$/, '')]: entry },
        outdir: to,
        bundle: true,
        minify: true,
        write: false,
        format: 'esm',
        target: 'es2020',
        platform: entry === 'engine/node.js' ? 'node' : 'browser',
        sourcemap: 'external',
        sourceRoot: '',
        legalComments: 'none',
        charset: 'utf8',
        splitting: entry === 'elements/index.js',
        chunkNames: 'element-[name]',
        logLevel: 'warning',
        plugins: [asFilesBetween(entry, from), shortStyles, ...(entry === SELF_CONTAINED ? [withoutSentences] : [])],
      });
      const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
      for (const [path, text] of texts) {
        if (path.endsWith('.js')) await write(path, text, JSON.parse(String(texts.get(`${path}.map`))));
      }
    }),
  );
  // Only now, that nothing is being written any more: the caller may clear the folder away.
  for (const outcome of built) if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * Minified once more, by Terser, which looks further than esbuild: another twentieth less to download, a tenth of the
 * worker.
 * @param {string} path @param {string} text @param {import('terser').SourceMapOptions['content']} map
 */
async function write(path, text, map) {
  const { code, map: written } = await minify(text, {
    module: true,
    ecma: 2020,
    compress: { passes: 3 },
    sourceMap: { content: map, includeSources: true, url: `${basename(path)}.map` },
  });
  await mkdir(dirname(path), { recursive: true });
  await Promise.all([writeFile(path, String(code)), writeFile(`${path}.map`, String(written))]);
}

/**
 * Imports of a file that lies by itself in dist/ stay imports of it there.
 * @param {string} entry @param {string} from
 * @returns {import('esbuild').Plugin}
 */
function asFilesBetween(entry, from) {
  const here = new URL(FILES[entry], 'file:///');
  return {
    name: 'files between',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, kind, namespace }) => {
        const file = relative(from, fileURLToPath(new URL(path, `file://${resolveDir}/`)));
        if (kind === 'entry-point' || FILES[file] === undefined || entry === SELF_CONTAINED) return undefined;
        // The one part of the engine that pages need: where its modules are.
        if (file === 'engine/location.js' && entry === 'worker/launch.js') return undefined;
        if (file === 'engine/index.js' && entry === 'engine/node.js') return undefined;
        if (file === ERRORS && namespace !== ONCE) return { path: ERRORS, namespace: ONCE };
        const there = relative(fileURLToPath(new URL('.', here)), `/${FILES[file]}`);
        return {
          path: there.startsWith('.') ? there : `./${there}`,
          external: true,
          sideEffects: file !== ERRORS,
        };
      });
      // Each module of a bundle imports the errors, and esbuild would leave an import for each. One that is not needed
      // stays as well; one that is missing is an error.
      onLoad({ filter: /./, namespace: ONCE }, () => ({
        contents: `export { ${OF_ERRORS[entry] ?? 'CaptureError, invalidArgument'} } from './${ERRORS}';`,
        resolveDir: from,
      }));
      // An address is relative to the file that it ends up in.
      onLoad({ filter: /location\.js$/ }, async ({ path }) => {
        if (entry !== 'worker/launch.js') return undefined;
        return { contents: (await readFile(path, 'utf8')).replace(/'\.\.\/wasm\//g, "'./wasm/") };
      });
    },
  };
}

/** The worker's errors get their sentences in the page. @type {import('esbuild').Plugin} */
const withoutSentences = {
  name: 'without sentences',
  setup({ onLoad }) {
    onLoad({ filter: /js\/advice\.js$/ }, () => ({ contents: 'export const ADVICE = {};' }));
  },
};

/** Style sheets that lie in scripts, without the white space that only who writes them reads. @type {import('esbuild').Plugin} */
export const shortStyles = {
  name: 'short styles',
  setup({ onLoad }) {
    onLoad({ filter: /styles\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const [literal, css] = /** @type {RegExpExecArray} */ (/(?<== )`([^`]*)`/.exec(source));
      const { code } = await transform(css, { loader: 'css', minifyWhitespace: true, charset: 'utf8' });
      // The transform leaves custom properties as they are written. Texts in quotes stay whole.
      const short = code.trim().replace(/("[^"]*"|'[^']*')|([,:]) /g, (_, text, sign) => text || sign);
      return { contents: source.replace(literal, () => JSON.stringify(short)) };
    });
  },
};
