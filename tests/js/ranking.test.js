// Which of several frames of one scene the worker keeps.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createCore } from '../../build/js/engine/core.js';
import { load } from '../../build/js/engine/load.js';
import { createBursts } from '../../build/js/worker/bursts.js';
import { isBetter } from '../../build/js/worker/ranking.js';
import { Dice } from './dice.js';

const wasmUrl = new URL('../../build/js/wasm/', import.meta.url);
const core = createCore(await load({ wasmUrl }, /** @type {any} */ (undefined), async (url) => readFile(new URL(url))));
after(() => core.dispose());

/** @param {{ sharpness?: number, motion?: number, clipped?: number, noise?: number, brightness?: number }} measured */
const frame = ({ sharpness = 10, motion = 0, clipped = 0, noise = 0, brightness = 100 } = {}) => ({
  ranking: { sharpness, motion, clipped },
  noise,
  brightness,
});

/** @param {Parameters<typeof frame>[0]} one @param {Parameters<typeof frame>[0]} newest */
const newestWins = (one, newest) => isBetter(frame(newest), frame(one));

test('detail decides, where nothing else differs', () => {
  assert.ok(newestWins({ sharpness: 10 }, { sharpness: 10.1 }));
  assert.ok(!newestWins({ sharpness: 10.1 }, { sharpness: 10 }));
  assert.ok(!newestWins({}, {}), 'of two that are alike the earlier');
});

test('noise is no detail, and a picture that moves is not sharp', () => {
  assert.ok(!newestWins({}, { sharpness: 11, noise: 1 }));
  assert.ok(newestWins({}, { sharpness: 20, noise: 1 }), 'a veto it is not');
  assert.ok(!newestWins({}, { sharpness: 15, motion: 40 }));
  assert.ok(newestWins({}, { sharpness: 10.5, motion: 3 }), 'a hand shakes');
  // Of another exposure it is texture in another light.
  assert.ok(newestWins({ noise: 2 }, { brightness: 140, noise: 3 }));
});

test('of two exposures the brighter, unless its highlights are burnt out', () => {
  assert.ok(newestWins({ sharpness: 11, brightness: 60 }, {}));
  assert.ok(!newestWins({ sharpness: 10, brightness: 140 }, {}));
  assert.ok(newestWins({ brightness: 140, clipped: 0.3 }, {}), 'it has settled since');
  assert.ok(!newestWins({}, { sharpness: 6, brightness: 190, clipped: 0.4 }), 'detail is lost with them');
});

test('white paper is not burnt out', () => {
  assert.ok(!newestWins({ sharpness: 10.1, clipped: 0.8 }, { clipped: 0.8 }));
  assert.ok(newestWins({}, { sharpness: 10.1, clipped: 0.8 }), 'the paper is right in the end');
  assert.ok(!newestWins({ clipped: 0.8 }, { sharpness: 6, brightness: 99, clipped: 0 }), 'as bright, just below white');
});

test('of an exposure that settles the worker keeps a late frame, of noise that comes an early one, and lets go of the rest', async () => {
  const [width, height] = [320, 240];
  const dice = new Dice(5);
  const scene = Array.from({ length: 80 * 60 }, () => dice.between(40, 200));
  /** @param {number} gain @param {number} noise */
  const taken = (gain, noise) => {
    const data = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const at = scene[Math.floor(y / 4) * 80 + Math.floor(x / 4)];
      // A quarter of the picture has no detail.
      const value = gain * (y < height / 4 ? 120 : at) + dice.between(-noise, noise);
      data.fill(value, 4 * i, 4 * i + 3);
    }
    return data;
  };
  const bursts = createBursts();
  /** @param {number} id @param {[number, number][]} frames */
  async function best(id, frames) {
    /** @type {number[]} */
    const kept = [];
    for (const [i, [gain, noise]] of frames.entries()) {
      const { isBest } = await bursts.add(id, core, /** @type {any} */ ({ data: taken(gain, noise), width, height }));
      if (isBest) kept.push(i);
    }
    bursts.drop(id);
    return kept.at(-1);
  }
  const alike = (/** @type {number[]} */ ...gains) => gains.map((gain) => /** @type {[number, number]} */ ([gain, 2]));
  const rising = Number(await best(1, alike(0.5, 0.7, 0.85, 0.9)));
  const falling = Number(await best(2, alike(4, 2, 1.05, 1)));
  const noisier = Number(
    await best(3, [
      [1, 0],
      [1, 0],
      [1, 30],
      [1, 30],
    ]),
  );
  assert.ok(rising >= 2 && falling >= 2 && noisier <= 1, `${[rising, falling, noisier]}`);
});
