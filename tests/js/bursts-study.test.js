/** The study of the sharpest frame: its measure, its bursts, and a few of them without a call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChooser, isGood, toLuma } from '../bursts/choose.js';
import { MARGIN, makeFaults, STYLE_NAMES, spoil } from '../bursts/spoil.js';
import { ssim } from '../bursts/ssim.js';
import { Dice } from './dice.js';
import { photograph, throughJpeg } from './photographs.js';

const [WIDTH, HEIGHT] = [480, 270];

test('SSIM is 1 of the same picture, less the more it is blurred, and none of another', async () => {
  const scene = await photograph('coffee.png', WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN);
  const still = { defocus: 0, length: 0, angle: 0, gain: 1, dx: MARGIN, dy: MARGIN };
  /** @param {object} fault */
  const likeness = async (fault) => {
    const { clean, spoilt } = await spoil(scene, { ...still, ...fault }, 0, new Dice(1));
    return ssim(toLuma(clean), toLuma(spoilt), WIDTH, HEIGHT);
  };
  assert.equal(await likeness({}), 1);
  const blurs = [await likeness({ defocus: 1 }), await likeness({ defocus: 3 }), await likeness({ length: 16 })];
  assert.ok(1 > blurs[0] && blurs[0] > blurs[1] && blurs[1] > 0 && blurs[2] < blurs[0], `${blurs}`);
  const other = await photograph('rocket.jpg', WIDTH, HEIGHT);
  const { clean } = await spoil(scene, still, 0, new Dice(1));
  assert.ok(ssim(toLuma(clean), toLuma(other), WIDTH, HEIGHT) < 0.5);
});

test('the same seed gives the same burst, and every style comes', () => {
  const styles = new Set();
  for (let seed = 0; seed < 40; seed++) {
    const burst = makeFaults(seed, 8);
    assert.deepEqual(makeFaults(seed, 8), burst);
    styles.add(burst.style);
    for (const { dx, dy } of burst.faults) assert.ok(Math.min(dx, dy) >= 0 && Math.max(dx, dy) <= 2 * MARGIN);
  }
  assert.equal(styles.size, STYLE_NAMES.length);
});

test('of generated bursts a frame as good as the best is taken', async () => {
  const chooser = await createChooser();
  const results = [];
  for (let seed = 1; seed <= 12; seed++) {
    const dice = new Dice(seed);
    const name = dice.pick(['astronaut.png', 'coffee.png', 'rocket.jpg']);
    const scene = await photograph(name, WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN);
    const { style, noise, faults } = makeFaults(seed, 5);
    const planes = [];
    const values = [];
    for (const fault of faults) {
      const { clean, spoilt } = await spoil(scene, fault, noise, dice);
      const plane = toLuma(await throughJpeg(spoilt, dice.pick([40, 60, 80])));
      planes.push(plane);
      values.push(ssim(toLuma(clean), plane, WIDTH, HEIGHT));
    }
    const { taken } = chooser.choose(planes, WIDTH, HEIGHT);
    results.push({ seed, name, style, noise, taken, values, good: isGood(values, taken), first: isGood(values, 0) });
  }
  chooser.close();
  const good = results.filter((each) => each.good).length;
  const first = results.filter((each) => each.first).length;
  const bad = results.filter((each) => !each.good).map((each) => JSON.stringify(each));
  assert.ok(good >= 11 && good > first, `${good} of ${results.length}, the first ${first}: ${bad.join('\n')}`);
});

test('of several exposures of one picture the brightest that keeps its whites', async () => {
  const chooser = await createChooser();
  const scene = await photograph('coffee.png', WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN);
  const planes = [];
  for (const gain of [0.5, 0.7, 1, 4]) {
    const fault = { defocus: 0, length: 0, angle: 0, gain, dx: MARGIN, dy: MARGIN };
    planes.push(toLuma((await spoil(scene, fault, 2, new Dice(1))).spoilt));
  }
  assert.equal(chooser.choose(planes, WIDTH, HEIGHT).taken, 2);
  assert.equal(chooser.choose(planes.slice(0, 3).reverse(), WIDTH, HEIGHT).taken, 0);
  chooser.close();
});
