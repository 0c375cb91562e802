/** The attack on many texts of every kind, size and font: the tests put bounds on what it recovers, the bench prints it. */
import { Dice } from '../js/dice.js';
import { attackOrdinaryMosaic, attackRedaction } from './attack.js';
import { FONTS } from './font.js';
import { COLOURS, GROUNDS, makeScene, PLACEMENTS, SIZES } from './scene.js';
import { KIND_NAMES } from './secret.js';

/** @typedef {import('../../js/engine/index.js').Engine} Engine */
/** @typedef {import('./attack.js').Recovery} Recovery */
/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {import('./scene.js').Setting} Setting */
/** @typedef {Recovery & { chance: number, texts: number }} Tally */

/** The texts are the same in every run, so that a bound on a share of them means the same in every run. */
export const seed = Number(process.env.CASEFRAME_SEED ?? 2016);

export const MODES = Object.freeze(/** @type {const} */ (['pixelate', 'blur']));

/** Of one mode, font, weight, band of sizes and kind of text: 15 make 1,620 for each mode, 3,240 in all. */
const TEXTS = 15;

export const BANDS = [
  { name: '10–16 px', sizes: SIZES.filter((size) => size <= 16) },
  { name: '20–32 px', sizes: SIZES.filter((size) => size > 16 && size <= 32) },
  { name: '40–96 px', sizes: SIZES.filter((size) => size > 32) },
];

/**
 * One text read, or not, through one of the engine's redactions.
 * @typedef {object} Trial
 * @property {Scene} scene
 * @property {Setting} setting
 * @property {string} band Of its size.
 * @property {Recovery} recovery
 */

/** @param {Engine} engine @param {MODES[number]} mode @returns {AsyncGenerator<Trial>} */
export async function* attackAll(engine, mode) {
  let next = seed + 1_000_000 * (MODES.indexOf(mode) + 1); // other texts for each mode
  for (const kind of KIND_NAMES) {
    for (const { name: band, sizes } of BANDS) {
      for (const font of Object.keys(FONTS)) {
        for (let i = 0; i < TEXTS; i++) {
          const dice = new Dice(next++);
          const { scene, setting } = await anyScene(dice, { kind, font, size: dice.pick(sizes) });
          yield { scene, setting, band, recovery: await attackRedaction(engine, scene, mode, () => dice.random()) };
        }
      }
    }
  }
}

/**
 * The same against a mosaic as everybody's, of fewer texts.
 * @param {number} cell In pixels.
 * @param {'mean' | 'median'} statistic
 * @returns {AsyncGenerator<Omit<Trial, 'band'>>}
 */
export async function* attackOrdinary(cell, statistic) {
  for (let i = 0; i < 40; i++) {
    const dice = new Dice(seed + i);
    const { scene, setting } = await anyScene(dice, { kind: KIND_NAMES[i % KIND_NAMES.length] });
    const recovery = await attackOrdinaryMosaic(scene, cell, statistic, () => dice.random());
    yield { scene, setting, recovery };
  }
}

/** @param {Dice} dice @param {Partial<Setting>} [chosen] @returns {Promise<{ scene: Scene, setting: Setting }>} */
export async function anyScene(dice, chosen) {
  const setting = {
    kind: dice.pick(KIND_NAMES),
    font: dice.pick(Object.keys(FONTS)),
    size: dice.pick(SIZES),
    colour: dice.pick(Object.keys(COLOURS)),
    placement: dice.pick(PLACEMENTS),
    ground: dice.pick(GROUNDS),
    ...chosen,
  };
  return { scene: await makeScene(dice, setting), setting };
}

/** @returns {Tally} */
export function emptyTally() {
  return { characters: 0, right: 0, chance: 0, texts: 0 };
}

/** @param {Map<string, Tally>} tallies @param {string} group */
export function tallyOf(tallies, group) {
  const tally = tallies.get(group) ?? emptyTally();
  tallies.set(group, tally);
  return tally;
}

/** @param {Tally} tally @param {Recovery} recovery @param {Scene} scene */
export function add(tally, { characters, right }, { secret }) {
  tally.characters += characters;
  tally.right += right;
  tally.chance += characters * secret.chance;
  tally.texts += 1;
}

/** In points of a hundred. @param {Tally} tally */
export function gain({ characters, right, chance }) {
  return (100 * (right - chance)) / characters;
}

/** In %, beside a blind guess. @param {Tally} tally */
export function inShort({ characters, right, chance }) {
  return `${((100 * right) / characters).toFixed(1)} / ${((100 * chance) / characters).toFixed(1)}`;
}

/** @param {Tally} tally */
export function inWords(tally) {
  const { characters, right, chance } = tally;
  const percent = (/** @type {number} */ part) => ((100 * part) / characters).toFixed(1);
  return `${percent(right)} % of the characters, by chance ${percent(chance)} % (${gain(tally).toFixed(1)} points)`;
}
