/** What came of it, as Markdown and as one sentence. */

import { noCount } from './verify.js';

/** @typedef {import('./verify.js').Count} Count */

/** @param {{ name: string, kills?: Map<string, { rounds: number, kills: number }>, counts: Map<string, Count> }[]} results */
export function table(results) {
  const lines = [
    '| killed at, or what failed | where | rounds | killed | uploads | answered | with a note | mended by the reconciler | lost | objects twice | notes twice | notes missing | orphans |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
  ];
  for (const { name, kills, counts } of results) {
    for (const [label, count] of counts) {
      const { rounds = 1, kills: killed = '–' } = kills?.get(label) ?? {};
      const { uploads, answered, noted, mended, lost, twice, notedTwice, unnoted, orphans } = count;
      lines.push(
        `| ${label} | ${name} | ${rounds} | ${killed} | ${uploads} | ${answered} | ${noted} | ${mended} | ${lost} | ${twice} | ${notedTwice} | ${unnoted} | ${orphans} |`,
      );
    }
  }
  return lines.join('\n');
}

/** @param {Iterable<Count>} counts */
export function sum(counts) {
  const total = noCount();
  for (const count of counts) {
    for (const name of /** @type {(keyof Count)[]} */ (Object.keys(total))) total[name] += count[name];
  }
  return total;
}
