/**
 * What can be read through `pixelate` and `blur`: by the attack of ../attack/attack.js, which reads ordinary mosaics.
 * The texts are the same in every run, so that a bound on a share of them means the same in every run; another
 * CASEFRAME_SEED gives other texts. Needs Debian's fonts-dejavu-core.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { attackRedaction, decode } from '../attack/attack.js';
import { colourOf, layoutOf, medianLevels } from '../attack/mosaic.js';
import { readCells } from '../attack/reading.js';
import { draw } from '../attack/scene.js';
import { KIND_NAMES } from '../attack/secret.js';
import { add, anyScene, attackOrdinary, emptyTally, gain, inWords, MODES, seed } from '../attack/study.js';
import { assertUnread } from '../attack/unread.js';
import { Dice } from './random.js';

/** @typedef {import('../../js/engine/index.js').Engine} Engine */
/** @typedef {import('../attack/scene.js').Scene} Scene */

/** Of many captures together less can be promised. */
const MOST_GAIN_OF_EIGHT = 10;

/** @type {Engine} */
let engine;
before(async () => {
  engine = await createEngine();
});
after(() => engine.dispose());

test('the attacker knows the mosaic: its model is what the engine does', async () => {
  for (let i = 0; i < 60; i++) {
    const dice = new Dice(seed + i);
    const { scene } = await anyScene(dice);
    const { region, width, height } = scene;
    const data = draw(scene);
    const layout = layoutOf(region, width, height);
    const expected = layout.rows.flatMap((down) =>
      layout.columns.map((across) => colourOf(medianLevels(data, width, across, down))),
    );
    for (const mode of MODES) {
      const options = {
        redact: [{ ...region, mode }],
        reject: [],
        quality: 1,
        subsampling: /** @type {const} */ ('4:4:4'),
      };
      const { jpeg, redactions } = engine.encode({ data, width, height }, options);
      assert.equal(redactions[0].cell, layout.cell);
      const cells = readCells(await decode(jpeg), region, layout, mode);
      cells.forEach((colour, cell) => {
        const error = Math.max(...colour.map((value, c) => Math.abs(value - expected[cell][c])));
        assert.ok(error < 2.5, `${mode}, cell ${cell}: ${colour} for ${expected[cell]} (CASEFRAME_SEED=${seed + i})`);
      });
    }
  }
});

for (const { statistic, cell, least } of /** @type {const} */ ([
  { statistic: 'mean', cell: 8, least: 0.95 },
  { statistic: 'mean', cell: 16, least: 0.75 },
  { statistic: 'median', cell: 8, least: 0.6 },
])) {
  test(`the attack works: it reads a ${cell}-px mosaic of ${statistic}s`, async (t) => {
    const tally = emptyTally();
    for await (const { scene, recovery } of attackOrdinary(cell, statistic)) add(tally, recovery, scene);
    t.diagnostic(`${tally.texts} texts, CASEFRAME_SEED=${seed}: ${inWords(tally)}`);
    assert.ok(tally.right / tally.characters > least, inWords(tally));
  });
}

test('pixelate: nobody reads a text better than by chance', (t) => assertUnread(engine, 'pixelate', t));

test('eight captures of one text, its rectangle drawn anew each time', async (t) => {
  const tally = emptyTally();
  for (let i = 0; i < 60; i++) {
    const dice = new Dice(seed + i);
    const { scene, setting } = await anyScene(dice, { kind: KIND_NAMES[i % KIND_NAMES.length] });
    const regions = Array.from({ length: 8 }, () => redrawn(dice, scene, setting.size));
    add(tally, await attackRedaction(engine, scene, 'pixelate', () => dice.random(), regions), scene);
  }
  t.diagnostic(`${tally.texts} texts, CASEFRAME_SEED=${seed}: ${inWords(tally)}`);
  assert.ok(gain(tally) <= MOST_GAIN_OF_EIGHT, inWords(tally));
});

/** Each edge up to half a line further out. @param {Dice} dice @param {Scene} scene @param {number} size */
function redrawn(dice, { region, width, height }, size) {
  const out = () => 2 * dice.between(0, size >> 2);
  const x = Math.max(0, region.x - out());
  const y = Math.max(0, region.y - out());
  const right = Math.min(width & ~1, region.x + region.width + out());
  const bottom = Math.min(height & ~1, region.y + region.height + out());
  return { x, y, width: right - x, height: bottom - y };
}
