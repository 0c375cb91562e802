/**
 * The engine in Node: .wasm files are read from disk, because fetch knows no file: URLs.
 */
import { readFile } from 'node:fs/promises';
import { start } from './index.js';

/**
 * @param {import('./load.js').LoadOptions} [options] `wasmUrl` may be a file: URL.
 * @returns {Promise<import('./index.js').Engine>}
 */
export async function createEngine(options = {}) {
  return start(options, async (url) => new Uint8Array(await readFile(new URL(url))));
}
