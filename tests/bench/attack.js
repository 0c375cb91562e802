/** What somebody reads through a redaction, beside a blind guess: `npm run bench -- --attack`. */
import { KIND_NAMES } from '../attack/secret.js';
import { add, attackAll, attackOrdinary, inShort, MODES, tallyOf } from '../attack/study.js';

const ALL = 'all';
const GROUPS = [...KIND_NAMES, ALL];
const HEADS = { number: 'number (16 digits)', code: 'code (3 or 4)', digit: 'digit of its own', name: 'random name' };

/** Cells of an ordinary mosaic, in pixels. */
const ORDINARY = [8, 16];

/** @typedef {{ name: string, tallies: Record<string, import('../attack/study.js').Tally> }} AttackRow By kind of text. */

/** @param {import('../../js/engine/index.js').Engine} engine @returns {Promise<AttackRow[]>} */
export async function measureAttack(engine) {
  const rows = [];
  for (const mode of MODES) rows.push({ name: `\`'${mode}'\``, tallies: await tallied(attackAll(engine, mode)) });
  for (const cell of ORDINARY) {
    rows.push({ name: `an ordinary mosaic of ${cell} px`, tallies: await tallied(attackOrdinary(cell, 'mean')) });
  }
  return rows;
}

/** @param {AsyncGenerator<Pick<import('../attack/study.js').Trial, 'scene' | 'setting' | 'recovery'>>} trials */
async function tallied(trials) {
  const tallies = new Map();
  for await (const { scene, setting, recovery } of trials) {
    for (const group of [setting.kind, ALL]) add(tallyOf(tallies, group), recovery, scene);
  }
  return Object.fromEntries(tallies);
}

/** @param {AttackRow[]} rows */
export function attackTable(rows) {
  const lines = [
    ['', ...GROUPS.map((group) => HEADS[group] ?? group), 'texts'],
    ['---', ...GROUPS.map(() => '---:'), '---:'],
    ...rows.map(({ name, tallies }) => [
      name,
      ...GROUPS.map((group) => (tallies[group] ? inShort(tallies[group]) : '')),
      tallies[ALL].texts.toLocaleString('en'),
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
