/** The order of a round: another one each time, so that nobody always runs after the same neighbour; the same every run. */
import { randomFrom } from '../js/dice.js';

const SEED = 1;

/**
 * @template T
 * @param {T[]} runners
 * @returns {() => T[]} Each call answers with the next round's order.
 */
export function createOrder(runners) {
  const random = randomFrom(SEED);
  return () => {
    // Fisher and Yates.
    const order = [...runners];
    for (let i = order.length - 1; i > 0; --i) {
      const j = Math.floor(random() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  };
}
