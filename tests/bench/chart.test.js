import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toChart } from './chart.js';
import { summarize } from './statistics.js';

const row = (name, ms) => ({ name, ms: summarize([ms]) });
const frame = { width: 1920, height: 1080 };
const encoding = [
  row('jpeg-js', 128),
  row('OffscreenCanvas.convertToBlob', 20),
  row('caseframe, SIMD', 10),
  row('canvas.toBlob', 21),
  row('caseframe, baseline', 100),
];

/** Of each bar's path: how far it reaches to the right, in how many pieces. @param {string} chart */
function bars(chart) {
  return [...chart.matchAll(/class="(ours )?bar" d="([^"]+)"/g)].map(([, ours, path]) => ({
    ours: Boolean(ours),
    length: Number(/h([\d.]+)/.exec(path)[1]),
    pieces: path.split('z').length - 1,
  }));
}

test('bars are as long as their times, the fastest first, ours marked', () => {
  const [simd, browser, baseline] = bars(toChart({ ...frame, encoding }));
  assert.ok(Math.abs(browser.length / simd.length - 2) < 0.01);
  assert.ok(Math.abs(baseline.length / simd.length - 10) < 0.01);
  assert.deepEqual(
    [simd, browser, baseline].map(({ ours }) => ours),
    [true, false, true],
  );
});

test('a bar is cut in two beyond five times convertToBlob, and only then the picture says so', () => {
  const all = toChart({ ...frame, encoding });
  assert.deepEqual(
    bars(all).map(({ pieces }) => pieces),
    [1, 1, 1, 2],
  );
  assert.match(all, /cut: they go on beyond 100 ms/);
  assert.doesNotMatch(toChart({ ...frame, encoding: encoding.slice(1) }), /cut/);
});

test('who cannot see it reads the same figures', () => {
  const chart = toChart({ ...frame, encoding });
  assert.match(chart, /<title id="title">One 1920 × 1080 frame to JPEG<\/title>/);
  assert.match(
    chart,
    /caseframe 10 ms, the browser’s convertToBlob 20 ms, caseframe without SIMD 100 ms, jpeg-js 128 ms/,
  );
});
