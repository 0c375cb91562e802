// What a page downloads may not grow unseen: each limit is of files as they lie in dist/, through gzip -9.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const KB = 1024;

/**
 * @typedef {object} Budget
 * @property {string} name
 * @property {string[]} files In dist/.
 * @property {number} limit Bytes.
 */

/** @type {readonly Budget[]} */
export const BUDGETS = [
  { name: 'the page’s scripts of a capture', files: ['index.js', 'errors.js', 'launch.js'], limit: 19.6 * KB },
  { name: 'the worker, glue included', files: ['worker.js'], limit: 9.9 * KB },
  { name: 'genesys', files: ['genesys.js'], limit: 4 * KB },
  { name: 'upload', files: ['upload.js'], limit: 9.7 * KB },
  { name: 'the SIMD module', files: ['wasm/caseframe.simd.wasm'], limit: 45.7 * KB },
  { name: 'the baseline module', files: ['wasm/caseframe.baseline.wasm'], limit: 46.5 * KB },
  {
    name: 'all that a first capture downloads',
    files: ['index.js', 'errors.js', 'launch.js', 'worker.js', 'wasm/caseframe.simd.wasm'],
    limit: 75.15 * KB,
  },
];

/** @param {URL} dist @returns {Promise<(Budget & { bytes: number })[]>} */
export async function weigh(dist) {
  const gzip = async (file) => gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length;
  return Promise.all(
    BUDGETS.map(async (budget) => {
      const sizes = await Promise.all(budget.files.map(gzip));
      return { ...budget, bytes: sizes.reduce((sum, size) => sum + size, 0) };
    }),
  );
}

/** @param {URL} dist @throws Where a limit is passed: with a line for each. */
export async function checkBudgets(dist) {
  const weighed = await weigh(dist);
  for (const { name, bytes, limit } of weighed) console.log(`${name}: ${bytes} of ${limit} bytes (gzip)`);
  const over = weighed.filter(({ bytes, limit }) => bytes > limit);
  if (over.length > 0) throw new Error(`Too large: ${over.map(({ name }) => name).join(', ')}`);
}
