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
    try {
      await check(new Dice(seed));
    } catch (error) {
      if (error instanceof Error) error.message += ` (CASEFRAME_SEED=${seed})`;
      throw error;
    }
  }
}
