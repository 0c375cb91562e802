/** Takes a run's figures into the checkout: the README's part between its markers, and the chart it shows. */
import { readFile, writeFile } from 'node:fs/promises';

const README = new URL('../../README.md', import.meta.url);
const CHART = new URL('encoders.svg', import.meta.url);

/** @param {string} markdown @param {string} chart */
export async function publish(markdown, chart) {
  await writeFile(README, insert(await readFile(README, 'utf8'), markdown));
  await writeFile(CHART, chart);
}

/**
 * @param {string} readme @param {string} markdown
 * @returns {string} The page with the Markdown between `<!-- figures:begin -->` and `<!-- figures:end -->`.
 */
export function insert(readme, markdown) {
  const [begin, end] = ['begin', 'end'].map((it) => `<!-- figures:${it} -->`);
  const [before, after] = [readme.indexOf(begin), readme.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`README.md has no place for figures: ${begin} … ${end}`);
  return `${readme.slice(0, before)}${begin}\n${markdown.trim()}\n${readme.slice(after)}`;
}
