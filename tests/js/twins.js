/** Both variants on the same frames and options: the bytes must be the same, here and everywhere else. */
import { Dice } from './dice.js';

/**
 * @param {{ simd: import('../../js/engine/index.js').Engine, baseline: import('../../js/engine/index.js').Engine }} engines
 * @param {number} first The first seed.
 * @param {number} count
 * @returns {{ hashes: string[], differing: number[] }} The files' SHA-256, and the seeds where the variants disagree in
 *   anything they say.
 */
export function compareVariants({ simd, baseline }, first, count) {
  const hashes = [];
  const differing = [];
  for (let seed = first; seed < first + count; ++seed) {
    const dice = new Dice(seed);
    // Mostly small, so that there are many; now and then wider than the kernels' longest step by far.
    const most = dice.between(0, 9) === 0 ? 400 : 50;
    const frame = dice.frame(dice.between(1, most), dice.between(1, most));
    const options = dice.options(frame.width, frame.height);
    const said = [simd, baseline].map((engine) => {
      const { jpeg, ...rest } = engine.encode(frame, options);
      return {
        bytes: Array.from(jpeg).join(),
        text: JSON.stringify([rest, engine.analyze(frame)]),
        sha256: rest.sha256,
      };
    });
    if (said[0].bytes !== said[1].bytes || said[0].text !== said[1].text) differing.push(seed);
    hashes.push(said[0].sha256);
  }
  return { hashes, differing };
}
