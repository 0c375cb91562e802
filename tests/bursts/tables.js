/** The study's figures as tables, as docs/integrating.md shows them. */
import { isGood } from './choose.js';

/** @param {string[]} heads @param {string[][]} rows */
const table = (heads, rows) =>
  [heads, heads.map((_, i) => (i ? '---:' : '---')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param {number} part @param {number} all */
const percent = (part, all) => (all === 0 ? '–' : ((100 * part) / all).toFixed(1));

/** @param {any[]} list @param {string} field @returns {[string, any[]][]} */
function by(list, field) {
  const names = [...new Set(list.map((one) => one[field]))].sort((a, b) => (a > b ? 1 : -1));
  return names.map((name) => [
    typeof name === 'number' ? `${name / 1000} kbit/s` : String(name),
    list.filter((one) => one[field] === name),
  ]);
}

/** @param {any[]} results @param {{ seed: number, missed: number, command: string }} facts */
export function tables(results, { seed, missed, command }) {
  /** @type {[string, any[]][]} */
  const groups = [
    ['all', results],
    ...by(results, 'codec'),
    ...by(results, 'bitrate'),
    ...by(results, 'kind'),
    ...by(results, 'style'),
  ];
  const loss = (/** @type {any[]} */ list, /** @type {(one: any) => number} */ at) => {
    const losses = list.map((one) => 1 - one.values[at(one)] / Math.max(...one.values));
    return ((100 * losses.reduce((sum, one) => sum + one, 0)) / list.length).toFixed(1);
  };
  const rows = groups.map(([name, list]) => [
    name,
    percent(list.filter(({ values, taken }) => isGood(values, taken)).length, list.length),
    percent(list.filter(({ values }) => isGood(values, 0)).length, list.length),
    loss(list, ({ taken }) => taken),
    loss(list, () => 0),
    String(list.length),
  ]);
  const read = results.filter(({ readings }) => readings);
  const sum = (/** @type {any[]} */ list, /** @type {string} */ of) =>
    list.reduce((total, { readings }) => total + readings[of], 0);
  /** @type {[string, any[]][]} */
  const readers = [['all documents in Latin script', read], ...by(read, 'bitrate'), ...by(read, 'style')];
  const words = readers.map(([name, list]) => [
    name,
    ...['chosen', 'first', 'best'].map((of) => percent(sum(list, of), sum(list, 'words'))),
    String(sum(list, 'words')),
    String(list.length),
  ]);
  const left = missed ? `; ${missed} more, of which fewer than four frames came, are left out` : '';
  return [
    `${new Date().toISOString().slice(0, 10)}: ${results.length} bursts, seeds from ${seed} on (\`${command}\`)${left}.`,
    table(
      [
        'bursts',
        'chosen within 2 % of the best, %',
        'first within 2 %, %',
        'chosen: SSIM below the best, %',
        'first',
        'n',
      ],
      rows,
    ),
    table(
      [
        'words that OCR reads, %',
        'in the chosen frame',
        'in the first',
        'in the one of the best SSIM',
        'words',
        'bursts',
      ],
      words,
    ),
  ].join('\n\n');
}
