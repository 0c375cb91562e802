/** A preview with regions covered: what it shows is what the file will show, made at source size and scaled afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { forEachSeed } from './random.js';

const engines = [await createEngine({ variant: 'simd' }), await createEngine({ variant: 'baseline' })];

/** @param {any} frame */
function hold(engine, frame) {
  const held = engine.allocate(frame.width, frame.height);
  held.pixels().set(frame.data);
  return held;
}

test('a preview is the redacted picture, scaled; no pixel of it tells what was covered', async () => {
  await forEachSeed(40, (dice) => {
    const [width, height] = [dice.between(40, 200), dice.between(40, 160)];
    const frame = dice.scenery(width, height);
    const region = {
      x: dice.between(0, width - 21),
      y: dice.between(0, height - 21),
      width: dice.between(20, width),
      height: dice.between(20, height),
    };
    const limits = { maxWidth: dice.between(8, width) };
    const previews = engines.map((engine) => {
      const held = hold(engine, frame);
      const [covered] = held.place([{ ...region, mode: 'fill' }]);
      const other = { ...frame, data: frame.data.slice() };
      for (let y = covered.y; y < covered.y + covered.height; y++) {
        const from = (y * width + covered.x) * 4;
        for (let i = from; i < from + covered.width * 4; i++) other.data[i] = i % 4 === 3 ? 255 : dice.between(0, 255);
      }
      const heldOther = hold(engine, other);
      const redact = [{ ...region, mode: 'fill', color: '#ff00ff' }];
      const preview = held.scaled({ ...limits, redact });
      assert.deepEqual(Buffer.from(preview.data), Buffer.from(heldOther.scaled({ ...limits, redact }).data));

      // Scaling comes last: a preview equals the small copy of the picture that is redacted already.
      const whole = held.scaled({ redact });
      const again = hold(engine, whole);
      assert.deepEqual(Buffer.from(preview.data), Buffer.from(again.scaled(limits).data));
      const middle = ((covered.y + (covered.height >> 1)) * width + covered.x + (covered.width >> 1)) * 4;
      assert.deepEqual([...whole.data.subarray(middle, middle + 3)], [255, 0, 255]);

      // And the frame itself stays as it was.
      assert.deepEqual(Buffer.from(held.scaled().data), Buffer.from(frame.data));
      for (const one of [held, heldOther, again]) one.release();
      return preview;
    });
    assert.deepEqual(Buffer.from(previews[0].data), Buffer.from(previews[1].data), 'the same in both variants');
  });
});

test('pixelate and blur are those of the file', () => {
  const [engine] = engines;
  const [width, height] = [128, 96];
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) data.set([(i % width) * 2, Math.floor(i / width) * 2, 128], i * 4);
  const held = hold(engine, { data, width, height });
  const preview = held.scaled({ redact: [{ x: 32, y: 32, width: 64, height: 32 }] });
  const colors = new Set();
  for (let y = 32; y < 64; y++) {
    for (let x = 32; x < 96; x++)
      colors.add(String(preview.data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)));
  }
  assert.ok(colors.size <= 8, `${colors.size} colours where a mosaic has at most 4 × 2 cells`);
  const blurred = held.scaled({ redact: [{ x: 32, y: 32, width: 64, height: 32, mode: 'blur' }] });
  assert.notDeepEqual(Buffer.from(blurred.data), Buffer.from(preview.data));
  held.release();
});

test('a region that covers nothing, and a field that looks like redact, are told', () => {
  const held = hold(engines[0], { data: new Uint8Array(64 * 64 * 4).fill(90), width: 64, height: 64 });
  const refuses = (/** @type {any} */ options, /** @type {RegExp} */ words) =>
    assert.throws(
      () => held.scaled(options),
      (/** @type {any} */ error) => {
        assert.equal(error.code, 'invalid-argument');
        assert.match(error.message, words);
        return true;
      },
    );
  refuses({ redact: [{ x: 64, y: 0, width: 9, height: 9 }] }, /redact\[0\]/);
  refuses({ redact: [{ x: 0, y: 0, width: 0, height: 9 }] }, /redact\[0\].width/);
  refuses({ redact: 'all' }, /redact/);
  refuses({ regions: [] }, /did you mean redact/);
  refuses({ Redact: [] }, /did you mean redact/);
  held.release();
});
