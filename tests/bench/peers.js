/** The peers that are CommonJS, as ES modules a worker can import. The others are served as they came. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {URL} folder Where they go. */
export async function bundlePeers(folder) {
  await build({
    stdin: {
      contents: `
        export { default as jpegJs } from 'jpeg-js/lib/encoder.js';
        export { default as cornerstone } from '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs';`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    outfile: fileURLToPath(new URL('peers.js', folder)),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    external: ['fs', 'path'],
    // jpeg-js takes Node's Buffer wherever there is a CommonJS module around it.
    banner: { js: 'const Buffer = Uint8Array;' },
    logLevel: 'error',
  });
}

const NAMES = ['@cornerstonejs/codec-libjpeg-turbo-8bit', '@jsquash/jpeg', 'jpeg-js'];

/** @returns {Promise<Record<string, string>>} */
export async function peerVersions() {
  const version = async (name) => {
    const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
    return [name, JSON.parse(await readFile(file, 'utf8')).version];
  };
  return Object.fromEntries(await Promise.all(NAMES.map(version)));
}
