/** Takes a run's outcome into the checkout: a document's part between its markers, and the chart it shows. */
import { readFile, writeFile } from 'node:fs/promises';

const ROOT = new URL('../../', import.meta.url);
const CHART = new URL('encoders.svg', import.meta.url);

/** Where each run's outcome is shown. */
const PAGES = Object.freeze({
  figures: 'docs/figures.md',
  attack: 'docs/redaction.md',
  text: 'docs/redaction.md',
  bursts: 'docs/integrating.md',
  matrix: 'docs/calls.md',
  bundlers: 'docs/integrating.md',
  chaos: 'examples/middleware/README.md',
  bench: 'examples/middleware/README.md',
});

/** @typedef {keyof typeof PAGES} Place */

/** @param {Place} place @param {string} markdown */
export async function publish(place, markdown) {
  const page = new URL(PAGES[place], ROOT);
  await writeFile(page, insert(await readFile(page, 'utf8'), place, markdown));
}

/** What is shown now. @param {Place} place @returns {Promise<string | undefined>} Markdown, as `publish` was given it. */
export async function published(place) {
  const page = await readFile(new URL(PAGES[place], ROOT), 'utf8');
  return new RegExp(`<!-- ${place}:begin -->\\n([\\s\\S]*?)\\n<!-- ${place}:end -->`).exec(page)?.[1];
}

/** @param {string} chart */
export const publishChart = (chart) => writeFile(CHART, chart);

/**
 * @param {string} page @param {Place} place @param {string} markdown
 * @returns {string} The page with the Markdown between, say, `<!-- figures:begin -->` and `<!-- figures:end -->`.
 */
export function insert(page, place, markdown) {
  const [begin, end] = ['begin', 'end'].map((it) => `<!-- ${place}:${it} -->`);
  const [before, after] = [page.indexOf(begin), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${PAGES[place]} has no place for it: ${begin} … ${end}`);
  return `${page.slice(0, before)}${begin}\n${markdown.trim()}\n${page.slice(after)}`;
}
