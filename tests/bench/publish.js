/** Takes a run's outcome into the checkout: the README's part between its markers, and the chart it shows. */
import { readFile, writeFile } from 'node:fs/promises';

const README = new URL('../../README.md', import.meta.url);
const CHART = new URL('encoders.svg', import.meta.url);

/** The page of the middleware. */
export const MIDDLEWARE = new URL('../../examples/middleware/README.md', import.meta.url);

/** @typedef {'figures' | 'attack' | 'matrix' | 'chaos' | 'bench'} Place */

/** @param {Place} place @param {string} markdown @param {URL} [page] */
export async function publish(place, markdown, page = README) {
  await writeFile(page, insert(await readFile(page, 'utf8'), place, markdown));
}

/** @param {string} chart */
export const publishChart = (chart) => writeFile(CHART, chart);

/**
 * @param {string} readme @param {Place} place @param {string} markdown
 * @returns {string} The page with the Markdown between `<!-- figures:begin -->` and `<!-- figures:end -->`.
 */
export function insert(readme, place, markdown) {
  const [begin, end] = ['begin', 'end'].map((it) => `<!-- ${place}:${it} -->`);
  const [before, after] = [readme.indexOf(begin), readme.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`README.md has no place for it: ${begin} … ${end}`);
  return `${readme.slice(0, before)}${begin}\n${markdown.trim()}\n${readme.slice(after)}`;
}
