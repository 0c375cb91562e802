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
    const [one, other] = [simd, baseline].map((engine) => {
      const { jpeg, ...rest } = engine.encode(frame, options);
      return { jpeg, sha256: rest.sha256, text: JSON.stringify([rest, engine.analyze(frame)]) };
    });
    const isSame =
      one.text === other.text &&
      one.jpeg.length === other.jpeg.length &&
      one.jpeg.every((byte, i) => byte === other.jpeg[i]);
    if (!isSame) differing.push(seed);
    hashes.push(one.sha256);
  }
  return { hashes, differing };
}
