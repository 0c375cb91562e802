/**
 * Random frames and options that can be had again: `CASEFRAME_SEED=<the number printed>`.
 */
import { randomInt } from 'node:crypto';
import { Dice } from './dice.js';

export { Dice };

export const firstSeed = Number(process.env.CASEFRAME_SEED ?? randomInt(2 ** 31));

/**
 * Runs `check` once for each of `count` seeds; a failure says which.
 * @param {number} count
 * @param {(dice: Dice) => unknown} check
 */
export async function forEachSeed(count, check) {
  for (let seed = firstSeed; seed < firstSeed + count; ++seed) {
    await sayingSeed(seed, () => check(new Dice(seed)));
  }
}

/** What fails in `work` says of which seed. @param {number} seed @param {() => unknown} work */
export async function sayingSeed(seed, work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) {
      const { message } = error;
      error.message += ` (CASEFRAME_SEED=${seed})`;
      // What reporters print was made before.
      error.stack = String(error.stack).replace(message, () => error.message);
    }
    throw error;
  }
}
