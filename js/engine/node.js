/**
 * The engine in Node: its own .wasm files are read from disk, because fetch knows no file: URLs.
 */
import { readFile } from 'node:fs/promises';
import { start } from './index.js';
import { fileName } from './load.js';

/**
 * @param {import('./load.js').LoadOptions} [options]
 * @returns {Promise<import('./index.js').Engine>}
 */
export async function createEngine(options = {}) {
  return start(options, async (variant) => {
    const bytes = await readFile(new URL(`../wasm/${fileName(variant)}`, import.meta.url));
    return new Uint8Array(bytes);
  });
}
