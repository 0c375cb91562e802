import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nsPerPixel, spread } from './scaling.js';
import { TILE, tiled } from './scene.js';
import { summarize } from './statistics.js';

const row = (width, height, ms) => ({ width, height, simd: summarize([ms]) });

test('the spread is between the dearest and the cheapest pixel, whatever small frames cost', () => {
  assert.equal(nsPerPixel({ width: 1000, height: 1000 }, 7), 7);
  const linear = [row(320, 180, 5), row(1280, 720, 0.9216 * 8), row(1920, 1080, 2.0736 * 8)];
  assert.ok(Math.abs(spread(linear, 'simd')) < 1e-9);
  assert.ok(Math.abs(spread([...linear, row(3840, 2160, 8.2944 * 10)], 'simd') - 0.25) < 1e-9);
  assert.ok(Number.isNaN(spread(linear.slice(0, 1), 'simd')));
});

test('every frame of the scaling table repeats one tile, with all three photographs in it', async () => {
  const { width, height } = TILE;
  const [tile, wide] = await Promise.all([tiled(width, height), tiled(width * 2, height * 2)]);
  const stride = width * 4;
  for (let y = 0; y < height * 2; ++y) {
    const line = tile.data.subarray((y % height) * stride).subarray(0, stride);
    assert.ok(
      wide.data
        .subarray(y * 2 * stride)
        .subarray(0, stride)
        .equals(line),
      `row ${y}, left`,
    );
    assert.ok(
      wide.data
        .subarray((y * 2 + 1) * stride)
        .subarray(0, stride)
        .equals(line),
      `row ${y}, right`,
    );
  }
  await assert.rejects(tiled(width + 1, height), RangeError);
});
