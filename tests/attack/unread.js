/** The bound of both modes: a test for each, in a file for each, since each takes a minute of a core. */
import assert from 'node:assert/strict';
import { KIND_NAMES } from './secret.js';
import { add, attackAll, BANDS, gain, inShort, inWords, seed, tallyOf } from './study.js';

/** @typedef {import('../../js/engine/index.js').Engine} Engine */
/** @typedef {import('./study.js').Tally} Tally */

/** The bound: characters right beyond those of a blind guess, in points of a hundred. */
const MOST_GAIN = 5;

const FAMILIES = ['sans', 'serif', 'mono'];

/**
 * Asserts that nobody reads a text better than by chance.
 * @param {Engine} engine @param {import('./study.js').MODES[number]} mode @param {import('node:test').TestContext} t
 */
export async function assertUnread(engine, mode, t) {
  /** @type {Map<string, Tally>} */
  const tallies = new Map();
  for await (const { scene, setting, band, recovery } of attackAll(engine, mode)) {
    const { kind, font, colour, placement, ground } = setting;
    const [family, weight = 'regular'] = font.split(' ');
    for (const group of ['all texts', kind, band, family, weight, colour, placement, `on ${ground}`]) {
      add(tallyOf(tallies, group), recovery, scene);
    }
    add(tallyOf(tallies, `${kind} ${band} ${family}`), recovery, scene);
  }
  t.diagnostic(`CASEFRAME_SEED=${seed}. Characters recovered, in %, beside those of a blind guess:`);
  t.diagnostic(`${''.padEnd(24)}${FAMILIES.map((family) => family.padStart(14)).join('')}`);
  for (const kind of KIND_NAMES) {
    for (const { name: band } of BANDS) {
      const cells = FAMILIES.map((family) => tallyOf(tallies, `${kind} ${band} ${family}`)).map(inShort);
      t.diagnostic(`${`${kind}, ${band}`.padEnd(24)}${cells.map((cell) => cell.padStart(14)).join('')}`);
      for (const family of FAMILIES) tallies.delete(`${kind} ${band} ${family}`); // too few texts for a bound
    }
  }
  for (const [group, tally] of tallies) {
    t.diagnostic(`${group.padEnd(16)} ${inWords(tally)}, ${tally.texts} texts`);
    assert.ok(gain(tally) <= MOST_GAIN, `${group}: ${inWords(tally)}`);
  }
}
