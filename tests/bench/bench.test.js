/** That the benchmark measures everything it promises; how fast is for the benchmark itself to say. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

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

/** @param {import('node:test').TestContext} t */
async function quickRun(t) {
  const folder = await mkdtemp(join(tmpdir(), 'caseframe-bench-'));
  t.after(() => rm(folder, { recursive: true }));
  const run = fileURLToPath(new URL('run.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [run, '--quick', '--out', folder]);
  return { stdout, results: JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')) };
}

test('a quick run', async (t) => {
  const { results, stdout } = await quickRun(t);

  await t.test('every encoder made every frame, in every round', () => {
    assert.deepEqual(
      results.frames.map(({ width, height }) => [width, height]),
      results.plan.sizes,
    );
    for (const { encoding } of results.frames) {
      assert.deepEqual(encoding.map(({ name }) => name).sort(), [
        '@cornerstonejs/codec-libjpeg-turbo-8bit',
        '@jsquash/jpeg, comparable options',
        '@jsquash/jpeg, default options',
        'OffscreenCanvas.convertToBlob',
        'canvas.toBlob',
        'caseframe, SIMD',
        'caseframe, baseline',
        'caseframe, native',
        'jpeg-js',
        'libjpeg-turbo, native',
      ]);
      for (const { name, ms, firstMs, ratio, bytes } of encoding) {
        assertPositive(ms, results.plan.rounds, name);
        for (const figure of [firstMs, ratio, bytes]) assert.ok(figure > 0 && Number.isFinite(figure), name);
      }
      assert.equal(encoding.find(({ name }) => name === 'OffscreenCanvas.convertToBlob').ratio, 1);
    }
  });

  await t.test('both variants make the same file as each other', () => {
    for (const { encoding } of results.frames) {
      const [simd, baseline] = ['caseframe, SIMD', 'caseframe, baseline'].map((name) =>
        encoding.find((row) => row.name === name),
      );
      assert.equal(simd.bytes, baseline.bytes);
      assert.equal(simd.psnr, baseline.psnr);
      assert.equal(simd.subsampling, '4:2:0');
    }
  });

  await t.test('analysis and each redaction mode are timed in both variants and natively', () => {
    for (const { stages } of results.frames) {
      assert.deepEqual(Object.keys(stages), ['simd', 'baseline', 'native']);
      for (const [variant, tasks] of Object.entries(stages)) {
        for (const task of ['encode', 'analyze'])
          assertPositive(tasks[task], results.plan.rounds, `${variant} ${task}`);
        // In a browser differences of two times, which noise can make negative.
        for (const mode of ['pixelate', 'blur', 'fill']) {
          assertSummary(tasks[mode], results.plan.rounds, `${variant} ${mode}`);
        }
      }
    }
  });

  await t.test('captures of a live call are seen by the trace and by the clock', () => {
    const { rows } = results.capturing;
    const { rounds } = results.plan.call;
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['nothing', 'guide', 'caseframe'],
    );
    for (const { name, cpuMs, taskMs, longestTaskMs, longTasks, netCpuMs } of rows) {
      for (const summary of [cpuMs, taskMs, longestTaskMs]) assertPositive(summary, rounds, name);
      assertSummary(netCpuMs, rounds, name);
      assert.ok(Number.isInteger(longTasks), name);
    }
    for (const { name, blobMs, bytes } of rows.slice(1)) {
      assertPositive(blobMs, rounds, name);
      assertPositive(bytes, rounds, name);
    }
    assert.deepEqual(Object.keys(rows[2].timings), ['wait', 'read', 'engine', 'mainThread', 'total']);
  });

  await t.test('sizes count both modules, the glue and the scripts', () => {
    const [simd, baseline] = results.sizes;
    const paths = (row) => row.files.map(({ path }) => path);
    assert.ok(paths(simd).includes('dist/wasm/caseframe.simd.wasm'));
    assert.ok(paths(baseline).includes('dist/wasm/caseframe.baseline.wasm'));
    for (const script of ['dist/index.js', 'dist/worker/worker.js', 'dist/engine/index.js', 'dist/wasm/caseframe.js']) {
      assert.ok(paths(simd).includes(script), script);
    }
    for (const { name, bytes, gzip, minifiedGzip } of results.sizes) {
      assert.ok(minifiedGzip > 0 && minifiedGzip <= gzip && gzip < bytes, name);
    }
  });

  await t.test('the table names everyone', () => {
    const names = [
      ...results.frames.flatMap(({ encoding }) => encoding),
      ...results.capturing.rows,
      ...results.sizes,
    ].map(({ name }) => name);
    for (const name of names) assert.ok(stdout.includes(`| ${name} |`), name);
  });
});
