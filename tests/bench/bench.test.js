/** That the benchmark measures everything it promises; how fast is for the benchmark itself to say. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toChart } from './chart.js';
import { EXTRAS, STAGES } from './stages.js';
import { judge } from './targets.js';

/** @param {object} summary @param {number} n @param {string} what */
function assertSummary(summary, n, what) {
  const { median: middle, min, max, samples } = summary;
  assert.equal(summary.n, n, what);
  assert.equal(samples.length, n, what);
  assert.ok(samples.every(Number.isFinite), `${what}: ${samples}`);
  assert.ok(min <= middle && middle <= max, `${what}: ${min} ≤ ${middle} ≤ ${max}`);
}

/** @param {object} summary @param {number} n @param {string} what */
function assertPositive(summary, n, what) {
  assertSummary(summary, n, what);
  assert.ok(summary.min > 0, `${what}: ${summary.min} > 0`);
}

/** @param {import('node:test').TestContext} t @param {string[]} [options] */
async function quickRun(t, options = []) {
  const folder = await mkdtemp(join(tmpdir(), 'caseframe-bench-'));
  t.after(() => rm(folder, { recursive: true }));
  const run = fileURLToPath(new URL('run.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [run, '--quick', '--out', folder, ...options]);
  return { stdout, read: (file) => readFile(join(folder, file), 'utf8') };
}

test('a quick run', async (t) => {
  const { stdout, read } = await quickRun(t);
  const results = JSON.parse(await read('results.json'));
  const find = (name, rows = results.encoding) => rows.find((row) => row.name === name);

  await t.test('every encoder made the frame, in every round', () => {
    assert.deepEqual(results.encoding.map(({ name }) => name).sort(), [
      '@cornerstonejs/codec-libjpeg-turbo-8bit',
      '@jsquash/jpeg, comparable options',
      '@jsquash/jpeg, default options',
      'OffscreenCanvas.convertToBlob',
      'canvas.toBlob',
      'caseframe, SIMD',
      'caseframe, SIMD, in a capture',
      'caseframe, SIMD, its id derived',
      'caseframe, baseline',
      'caseframe, native',
      'jpeg-js',
      'libjpeg-turbo, native',
    ]);
    for (const { name, ms, firstMs, ratio, bytes } of results.encoding) {
      assertPositive(ms, results.plan.encoding.rounds, name);
      for (const figure of [firstMs, ratio, bytes]) assert.ok(figure > 0 && Number.isFinite(figure), name);
    }
    assert.equal(find('OffscreenCanvas.convertToBlob').ratio, 1);
  });

  await t.test('both variants make the same file as each other, in every engine', () => {
    const { bytes, psnr } = find('caseframe, SIMD');
    assert.deepEqual(
      [find('caseframe, SIMD, in a capture').bytes, find('caseframe, SIMD, in a capture').psnr],
      [bytes, psnr],
    );
    assert.deepEqual(
      results.browsers.map(({ name }) => name),
      ['Firefox', 'WebKitGTK'],
    );
    for (const { encoding } of [results, ...results.browsers]) {
      for (const name of ['caseframe, SIMD', 'caseframe, baseline']) {
        const row = find(name, encoding);
        assert.deepEqual([row.bytes, row.psnr, row.subsampling], [bytes, psnr, '4:2:0']);
      }
    }
  });

  await t.test('the other engines encode beside their own encoder', () => {
    for (const { name, encoding } of results.browsers) {
      assert.ok(find('OffscreenCanvas.convertToBlob', encoding) || find('canvas.toBlob', encoding), name);
      assert.ok(find('@jsquash/jpeg, comparable options', encoding), name);
      for (const { ms, name: encoder } of encoding) {
        assertSummary(ms, results.plan.browsers.rounds, `${name}, ${encoder}`);
      }
    }
  });

  // That the stages together make the encoder's file, bit for bit, their programs see to: they would not run.
  await t.test('every stage is timed in both variants and natively', () => {
    const ofLibjpeg = ['color', 'downsample', 'transform', 'huffman', 'encode'];
    const tasks = [...STAGES, ...EXTRAS, 'encode'];
    for (const [program, expected] of Object.entries({
      simd: tasks,
      baseline: tasks,
      native: tasks,
      'libjpeg-turbo': ofLibjpeg,
    })) {
      const stages = results.stages[program];
      assert.deepEqual(Object.keys(stages).sort(), [...expected].sort(), program);
      for (const [task, ms] of Object.entries(stages)) {
        assertPositive(ms, results.plan.stages.rounds, `${program}, ${task}`);
      }
    }
  });

  await t.test('frames of all sizes have the same detail, and each is timed', () => {
    assert.deepEqual(
      results.scaling.map(({ width, height }) => [width, height]),
      results.plan.scaling.sizes,
    );
    const bits = results.scaling.map(({ width, height, bytes }) => (bytes * 8) / (width * height));
    // Headers weigh more in small ones.
    assert.ok(Math.max(...bits) / Math.min(...bits) < 1.1, `${bits}`);
    for (const row of results.scaling) {
      for (const column of ['simd', 'baseline', 'convertToBlob']) {
        assertPositive(row[column], results.plan.scaling.rounds, `${column}, ${row.width}`);
      }
    }
  });

  await t.test('options do to the file what they say', () => {
    const bytes = (label) => results.options.find((row) => row.label === label).bytes;
    const rising = [0, 0.3, 0.5, 0.75].map((quality) => bytes(`quality: ${quality}`));
    rising.push(bytes('defaults'), bytes('quality: 1'));
    assert.deepEqual(
      [...rising].sort((a, b) => a - b),
      rising,
    );
    const sampling = ['gray', '4:2:2', '4:4:4'].map((it) => bytes(`subsampling: '${it}'`));
    sampling.splice(1, 0, bytes('defaults'));
    assert.deepEqual(
      [...sampling].sort((a, b) => a - b),
      sampling,
    );
    for (const { label, ms } of results.options) assertPositive(ms, results.plan.options.rounds, label);
  });

  await t.test('captures of a live call are seen by the trace and by the clock', () => {
    const { rows } = results.capturing;
    const { rounds } = results.plan.call;
    assert.deepEqual(
      rows.map(({ name }) => name),
      [
        'nothing',
        'guide',
        'caseframe',
        'caseframe, no capture',
        'caseframe, unprepared',
        'caseframe, sharpest',
        'caseframe, canvas',
        'caseframe, no worker',
      ],
    );
    for (const { name, cpuMs, taskMs, longestTaskMs, longTasks, netCpuMs } of rows) {
      for (const summary of [cpuMs, taskMs, longestTaskMs]) assertPositive(summary, rounds, name);
      assertSummary(netCpuMs, rounds, name);
      assert.ok(Number.isInteger(longTasks), name);
    }
    for (const { name, blobMs, bytes } of rows.filter(
      ({ name }) => !['nothing', 'caseframe, no capture'].includes(name),
    )) {
      assertPositive(blobMs, rounds, name);
      assertPositive(bytes, rounds, name);
    }
    assert.deepEqual(Object.keys(rows[2].timings), ['wait', 'read', 'engine', 'mainThread', 'total']);
  });

  await t.test('a step of a drag in the review is seen by the trace and by the clock', () => {
    const { cpuMs, longestTaskMs, previewMs } = results.reviewing;
    for (const summary of [cpuMs, longestTaskMs, previewMs]) {
      assertPositive(summary, results.plan.review.rounds, 'reviewing');
    }
  });

  await t.test('sizes count both modules, the glue and the scripts', () => {
    const [simd, baseline] = results.sizes;
    const paths = (row) => row.files.map(({ path }) => path);
    assert.ok(paths(simd).includes('dist/wasm/caseframe.simd.wasm'));
    assert.ok(paths(baseline).includes('dist/wasm/caseframe.baseline.wasm'));
    for (const script of ['dist/index.js', 'dist/errors.js', 'dist/launch.js', 'dist/worker.js']) {
      assert.ok(paths(simd).includes(script), script);
    }
    for (const { name, bytes, gzip, minifiedGzip } of results.sizes) {
      assert.ok(minifiedGzip > 0 && minifiedGzip <= gzip && gzip < bytes, name);
    }
  });

  await t.test('the tables name everyone, and the chart is there', async () => {
    const names = [...results.encoding, ...results.capturing.rows, ...results.sizes].map(({ name }) => name);
    for (const name of names) {
      assert.ok(stdout.includes(`| ${name} |`) || stdout.includes(`| **${name}** |`), name);
    }
    for (const { what } of judge(results)) assert.ok(stdout.includes(`| ${what} |`), what);
    assert.equal(await read('encoders.svg'), toChart(results));
  });
});

test('a quick look at the ways out of a VideoFrame', async (t) => {
  const { stdout } = await quickRun(t, ['--i420']);
  for (const source of ['camera', 'call']) {
    assert.match(
      stdout,
      new RegExp(`\\| a ${source} \\| 640 × 360 \\| (I420|NV12) \\| .*\\| 345.6 \\| .*\\| 921.6 \\|`),
    );
  }
});
