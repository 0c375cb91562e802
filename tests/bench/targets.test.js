import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from './statistics.js';
import { judge } from './targets.js';

const encoding = (times) => Object.entries(times).map(([name, samples]) => ({ name, ms: summarize(samples) }));
const module = (variant, gzip) => ({ files: [{ path: `dist/wasm/caseframe.${variant}.wasm`, gzip }] });
const RESULTS = {
  encoding: encoding({
    'caseframe, SIMD': [10, 30],
    'caseframe, SIMD, in a capture': [8, 24],
    'caseframe, baseline': [20, 60],
    'OffscreenCanvas.convertToBlob': [20, 60],
    'libjpeg-turbo, native': [5, 15],
    '@jsquash/jpeg, comparable options': [190, 570],
  }),
  stages: {
    simd: {
      analyze: summarize([1.5]),
      pixelate: summarize([4.1]),
      'text on a screen': summarize([5.9]),
      'sharpness of luma': summarize([0.5]),
    },
    baseline: { 'text on a screen': summarize([26]) },
  },
  scaling: [
    { width: 1280, height: 720, simd: summarize([0.9216 * 8]) },
    { width: 3840, height: 2160, simd: summarize([8.2944 * 9]) },
  ],
  sizes: [module('simd', 44_000), module('baseline', 45_100)],
  starting: [{ name: 'caseframe, ready()', ms: summarize([50]) }],
  capturing: {
    rows: [
      { name: 'guide', blobMs: summarize([40]) },
      { name: 'caseframe', blobMs: summarize([38]), netCpuMs: summarize([1.2]) },
    ],
  },
  reviewing: { cpuMs: summarize([5]), previewMs: summarize([51]) },
};

test('each target is held against its own figure, and what is exactly met holds', () => {
  assert.deepEqual(
    judge(RESULTS).map(({ measured, relation, limit, holds }) => [Number(measured.toFixed(3)), relation, limit, holds]),
    [
      [0.4, '≤', 0.45, true],
      [1.6, '≤', 1.35, false],
      [0.5, '≤', 0.4, false],
      [19, '≥', 20, false],
      [1.5, '≤', 1.5, true],
      [4.1, '≤', 4, false],
      [12.5, '≤', 15, true],
      [44, '≤', 44, true],
      [45.1, '≤', 44, false],
      [5.9, '≤', 6, true],
      [26, '≤', 25, false],
      [0.5, '≤', 0.4, false],
      [50, '≤', 60, true],
      [1.2, '≤', 1, false],
      [5, '≤', 16, true],
      [51, '≤', 50, false],
      [0.95, '≤', 1, true],
    ],
  );
});

test('what was not measured does not hold', () => {
  const [spread] = judge({ ...RESULTS, scaling: [] }).filter(({ what }) => what.includes('4K'));
  assert.equal(spread.holds, false);
});
