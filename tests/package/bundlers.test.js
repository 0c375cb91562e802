// Bundlers that leave `new URL(…, import.meta.url)` as it is: with the files copied they capture in the worker, without
// they say so. The others are in tarball.test.js, and all of them in `npm run test:bundlers`.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchChromium } from '../browser/harness.js';
import { QUICK, WAYS } from './bundlers/list.js';
import { look, openProject, pack } from './bundlers/workshop.js';

/** @type {string} */
let folder;
/** @type {string} */
let tarball;
/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let chromium;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caseframe-bundlers-'));
  tarball = await pack(folder);
  chromium = await launchChromium();
});
after(async () => {
  await chromium?.close();
  await rm(folder, { recursive: true, force: true });
});

/** @param {import('./bundlers/list.js').Way} way */
async function tryOut(way) {
  const project = await openProject(way, tarball);
  try {
    const server = await project.build();
    try {
      return await look(chromium.context, server.url);
    } finally {
      await server.close();
    }
  } finally {
    await project.remove();
  }
}

const find = (/** @type {string} */ wanted) => /** @type {any} */ (WAYS.find(({ name }) => name === wanted));

for (const name of QUICK) {
  test(`${name}: in the worker`, async () => {
    const { result, complaints } = await tryOut(find(name));
    assert.equal(result.error, undefined, complaints.join('\n'));
    assert.deepEqual([result.mode, result.width, result.height, result.isOneClass], ['worker', 320, 240, true]);
  });
}

test('esbuild without the worker: one warning with the reason and the remedy, and the capture says where it worked', async () => {
  const { result, complaints } = await tryOut({
    ...find('esbuild, ESM'),
    options: "{ wasmUrl: '/caseframe/wasm/' }",
  });
  assert.equal(result.mode, 'page', result.error);
  const warnings = complaints.filter((text) => text.startsWith('caseframe:'));
  assert.equal(warnings.length, 1, complaints.join('\n'));
  assert.match(warnings[0], /\/worker\.js answered 404.*npx caseframe copy.*workerUrl/);
});

test('esbuild without anything: an error that says what to set', async () => {
  const { result } = await tryOut({ ...find('esbuild, ESM'), options: '' });
  assert.equal(result.code, 'engine-load');
  assert.match(result.error, /set wasmUrl/);
});
