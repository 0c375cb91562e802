/**
 * Verdicts on real photographs, and on what real codecs make of them and of the dark. C++'s own suite has the generated
 * frames; here are those that need a decoder.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import { randomFrom } from './dice.js';
import {
  crop,
  dimCodes,
  dimLight,
  flat,
  PHOTOGRAPHS,
  paste,
  photograph,
  readFixture,
  sensorNoise,
  throughJpeg,
} from './photographs.js';

/** @typedef {import('./photographs.js').Frame} Frame */

const SEED = 20261122;
const VERDICTS = ['ok', 'black', 'undecoded', 'uniform'];
const BLACK = /** @type {[number, number, number]} */ ([0, 0, 0]);
const LIGHT = 0.05;

const random = randomFrom(SEED);
const engines = await Promise.all([createEngine({ variant: 'simd' }), createEngine({ variant: 'baseline' })]);
after(() => {
  for (const engine of engines) engine.dispose();
});

/** Expected × got, for the reader; and every frame that got another verdict, for the assertion. */
function confusion() {
  const counts = VERDICTS.map(() => VERDICTS.map(() => 0));
  /** @type {string[]} */
  const wrong = [];
  return {
    /** @param {string} expected @param {string} name @param {Frame} frame */
    add(expected, name, frame) {
      const reports = engines.map((engine) => engine.analyze(frame));
      assert.deepEqual(reports[1], reports[0], `${name}: the variants differ`);
      const { verdict } = reports[0];
      counts[VERDICTS.indexOf(expected)][VERDICTS.indexOf(verdict)]++;
      if (verdict !== expected) wrong.push(`${name} at ${frame.width} × ${frame.height}: ${verdict}`);
    },
    /** @param {import('node:test').TestContext} t */
    check(t) {
      const rows = counts.map((row, i) => [VERDICTS[i], ...row].map((cell) => String(cell).padStart(10)).join(''));
      t.diagnostic(`seed ${SEED}, expected × got`);
      for (const row of [['', ...VERDICTS].map((cell) => cell.padStart(10)).join(''), ...rows]) t.diagnostic(row);
      assert.deepEqual(wrong, []);
    },
  };
}

test('photographs are ok: as they are, in a corner, between bars, in part, compressed hard', async (t) => {
  const seen = confusion();
  for (const name of PHOTOGRAPHS) {
    for (const [width, height] of [
      [640, 360],
      [1280, 720],
    ]) {
      const whole = await photograph(name, width, height);
      const ground = flat(width, height, BLACK);
      const small = await photograph(name, width / 4, height / 4);
      seen.add('ok', name, whole);
      seen.add('ok', `${name}, JPEG of quality 10`, await throughJpeg(whole, 10));
      seen.add('ok', `${name}, letterbox`, paste(ground, await photograph(name, width, height / 2), 0, height / 4));
      seen.add('ok', `${name}, pillarbox`, paste(ground, await photograph(name, width / 2, height), width / 4, 0));
      seen.add('ok', `${name}, picture in picture`, paste(ground, small, 20, 20));
      seen.add('ok', `${name}, dark picture in picture`, paste(ground, dimLight(small, LIGHT), 20, height / 2));
      seen.add('ok', `${name}, portrait`, await photograph(name, height, width));
    }
    const whole = await photograph(name, 640, 360);
    // The middles: a corner of a photograph can be as flat as a wall.
    seen.add('ok', `${name}, crop`, await crop(whole, 240, 120, 160, 120));
    seen.add('ok', `${name}, small crop`, await crop(whole, 288, 148, 64, 64));
    seen.add('ok', `${name}, tiny crop`, await crop(whole, 300, 160, 33, 31));
  }
  seen.check(t);
});

test('photographs at 5 % light are ok, with sensor noise and through a codec', async (t) => {
  const seen = confusion();
  for (const name of PHOTOGRAPHS) {
    for (const [width, height] of [
      [320, 180],
      [640, 360],
      [1280, 720],
    ]) {
      const dark = dimLight(await photograph(name, width, height), LIGHT);
      seen.add('ok', `${name} at 5 % light`, dark);
      for (const sd of [2, 4, 6]) seen.add('ok', `${name} at 5 % light, noise ${sd}`, sensorNoise(dark, sd, random));
      seen.add('ok', `${name} at 5 % light, JPEG of quality 30`, await throughJpeg(dark, 30));
      const noisy = await throughJpeg(sensorNoise(dark, 3, random), 30);
      seen.add('ok', `${name} at 5 % light, noise 3, JPEG of quality 30`, noisy);
    }
  }
  seen.check(t);
});

test('photographs at 5 % of their code values, far less light than that, are still ok from 640 × 360 up', async (t) => {
  const seen = confusion();
  for (const name of PHOTOGRAPHS) {
    for (const [width, height] of [
      [640, 360],
      [1280, 720],
      [1919, 1079],
    ]) {
      const dark = dimCodes(await photograph(name, width, height), 0.05);
      seen.add('ok', `${name} at 5 %`, dark);
      seen.add('ok', `${name} at 5 %, noise 2`, sensorNoise(dark, 2, random));
      seen.add('ok', `${name} at 5 %, JPEG of quality 50`, await throughJpeg(dark, 50));
    }
  }
  seen.check(t);
});

test('a covered sensor is black through a codec, too', async (t) => {
  const seen = confusion();
  for (const [width, height] of [
    [320, 180],
    [640, 360],
  ]) {
    for (const level of [0, 3, 7, 11, 14]) {
      for (const sd of [0, 1, 3, 6]) {
        const cap = sensorNoise(flat(width, height, [level, level, level]), sd, random);
        seen.add('black', `level ${level}, noise ${sd}`, cap);
        for (const quality of [30, 60, 90]) {
          seen.add('black', `level ${level}, noise ${sd}, quality ${quality}`, await throughJpeg(cap, quality));
        }
      }
    }
    seen.add('black', 'limited-range black', await throughJpeg(flat(width, height, [16, 16, 16]), 30));
  }
  seen.check(t);
});

test('what an encoder leaves of the picture when a camera goes off is black', async (t) => {
  const seen = confusion();
  seen.add('black', 'a frame of a call', await readFixture('camera-off.webp'));
  for (const name of PHOTOGRAPHS) {
    for (const [width, height] of [
      [320, 180],
      [640, 360],
      [1280, 720],
    ]) {
      const ghost = dimCodes(await photograph(name, width, height), 0.025);
      seen.add('black', `${name} at 2.5 % of its code values`, ghost);
      seen.add('black', `${name} at 2.5 %, JPEG of quality 30`, await throughJpeg(ghost, 30));
    }
  }
  seen.check(t);
});

test('flat colours keep their verdicts through a codec', async (t) => {
  const seen = confusion();
  /** @type {[string, [number, number, number]][]} */
  const colours = [
    ['undecoded', [0, 135, 0]],
    ['undecoded', [0, 77, 0]],
    ['undecoded', [0, 84, 0]],
    ['undecoded', [0, 154, 0]],
    ['undecoded', [0, 96, 0]],
    ['undecoded', [128, 128, 128]],
    ['undecoded', [130, 130, 130]],
    ['uniform', [255, 255, 255]],
    ['uniform', [0, 0, 255]],
    ['uniform', [40, 40, 40]],
    ['uniform', [120, 120, 120]],
    ['uniform', [200, 30, 20]],
  ];
  for (const [verdict, colour] of colours) {
    const frame = flat(640, 360, colour);
    seen.add(verdict, String(colour), frame);
    for (const sd of [0, 1.5]) {
      for (const quality of [30, 60, 90]) {
        const name = `${colour}, noise ${sd}, quality ${quality}`;
        seen.add(verdict, name, await throughJpeg(sensorNoise(frame, sd, random), quality));
      }
    }
  }
  seen.check(t);
});
