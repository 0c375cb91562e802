/** SIMD and baseline are one encoder. tests/browser/variants.test.js asks the browsers' engines the same. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { Dice, firstSeed } from './random.js';
import { compareVariants } from './twins.js';

/** @type {{ simd: import('../../js/engine/index.js').Engine, baseline: import('../../js/engine/index.js').Engine }} */
let engines;
before(async () => {
  engines = {
    simd: await createEngine({ variant: 'simd' }),
    baseline: await createEngine({ variant: 'baseline' }),
  };
});
after(() => {
  for (const engine of Object.values(engines)) engine.dispose();
});

test('both variants write the same bytes, whatever the frame and the options', () => {
  const { hashes, differing } = compareVariants(engines, firstSeed, 3000);
  assert.deepEqual(differing, [], 'seeds (CASEFRAME_SEED) where they disagree');
  assert.ok(new Set(hashes).size > 2000, 'the frames differ');
});

for (const [width, height] of [
  [1280, 720],
  [1919, 1079],
]) {
  test(`at ${width} × ${height}, too`, () => {
    const dice = new Dice(firstSeed);
    for (const frame of [dice.noise(width, height), dice.scenery(width, height), dice.extremes(width, height)]) {
      const [simd, baseline] = Object.values(engines).map((engine) => engine.encode(frame, { reject: [] }).sha256);
      assert.equal(simd, baseline, `CASEFRAME_SEED=${firstSeed}`);
    }
  });
}
