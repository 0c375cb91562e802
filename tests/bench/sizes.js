/** What a page downloads for each of them: every file as it lies in the package, through gzip -9, and minified before. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const ROOT = new URL('../../', import.meta.url);

const PEERS = {
  '@jsquash/jpeg (encoder)': [
    'node_modules/@jsquash/jpeg/encode.js',
    'node_modules/@jsquash/jpeg/meta.js',
    'node_modules/@jsquash/jpeg/utils.js',
    'node_modules/@jsquash/jpeg/codec/enc/mozjpeg_enc.js',
    'node_modules/@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm',
  ],
  '@cornerstonejs/codec-libjpeg-turbo-8bit': [
    'node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm.js',
    'node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm.wasm',
  ],
  'jpeg-js (encoder)': ['node_modules/jpeg-js/lib/encoder.js'],
};

/**
 * @typedef {object} FileSize
 * @property {string} path
 * @property {number} bytes
 * @property {number} gzip
 * @property {number} minifiedGzip Scripts minified first, as bundlers do; of a .wasm the same as `gzip`.
 */

/**
 * The figures are sums over the files, each compressed by itself, as servers do.
 * @typedef {{ name: string, bytes: number, gzip: number, minifiedGzip: number, files: FileSize[] }} SizeRow
 */

/** @returns {Promise<SizeRow[]>} */
export async function measureSizes() {
  const scripts = await reachable(['dist/index.js']);
  const wasm = (variant) => `dist/wasm/caseframe.${variant}.wasm`;
  return [
    await toRow('caseframe, in a browser with SIMD', [wasm('simd'), ...scripts]),
    await toRow('caseframe, in a browser without', [wasm('baseline'), ...scripts]),
    await toRow('caseframe/engine alone, SIMD', [wasm('simd'), ...(await reachable(['dist/engine/index.js']))]),
    ...(await Promise.all(Object.entries(PEERS).map(([name, files]) => toRow(name, files)))),
  ];
}

/** The scripts that a browser loads for these entries. @param {string[]} entries @returns {Promise<string[]>} */
async function reachable(entries) {
  const { metafile } = await build({
    entryPoints: entries,
    absWorkingDir: fileURLToPath(ROOT),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    outdir: 'unused',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  return Object.keys(metafile.inputs);
}

/** @param {string} name @param {string[]} paths From the checkout's root. @returns {Promise<SizeRow>} */
async function toRow(name, paths) {
  const files = await Promise.all(paths.map(toFile));
  const sum = (key) => files.reduce((total, file) => total + file[key], 0);
  return { name, bytes: sum('bytes'), gzip: sum('gzip'), minifiedGzip: sum('minifiedGzip'), files };
}

/** @param {string} path @returns {Promise<FileSize>} */
async function toFile(path) {
  const content = await readFile(new URL(path, ROOT));
  const gzip = (data) => gzipSync(data, { level: 9 }).length;
  const minified = path.endsWith('.wasm') ? content : (await transform(content, { minify: true })).code;
  // What is minified already may grow by it.
  return { path, bytes: content.length, gzip: gzip(content), minifiedGzip: Math.min(gzip(content), gzip(minified)) };
}
