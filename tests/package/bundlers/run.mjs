// npm run test:bundlers [-- --write] [-- --only WORDS]: the package in every bundler's project, and the table of them.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from '../../../toolchain/arguments.mjs';
import { publish } from '../../bench/publish.js';
import { launchChromium } from '../../browser/harness.js';
import { WAYS } from './list.js';
import { look, openProject, pack } from './workshop.js';

const { write, only } = (await readArguments(import.meta.url)).values;

/** @param {import('./list.js').Way} way @param {string} tarball @param {import('playwright-core').BrowserContext} context */
async function tryOut(way, tarball, context) {
  const project = await openProject(way, tarball);
  try {
    if (way.check) await project.check();
    if (!way.out && !way.dev) return;
    const server = await (way.dev ? project.dev() : project.build());
    try {
      const { result, complaints } = await look(context, server.url);
      assert.equal(result.error, undefined, `${result.error}\n${complaints.join('\n')}`);
      const { mode, width, height, isOneClass } = result;
      assert.deepEqual(
        { mode, width, height, isOneClass },
        { mode: 'worker', width: 320, height: 240, isOneClass: true },
      );
      assert.deepEqual(
        complaints.filter((text) => !/favicon|status of 404/.test(text)),
        [],
      );
    } finally {
      await server.close();
    }
  } finally {
    await project.remove();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'caseframe-bundlers-'));
const chromium = await launchChromium();
const failed = [];
try {
  const tarball = await pack(folder);
  for (const way of WAYS.filter(({ name }) => name.includes(only))) {
    const started = Date.now();
    const error = await tryOut(way, tarball, chromium.context).then(
      () => undefined,
      (reason) => reason,
    );
    if (error) failed.push(way.name);
    console.log(`${error ? '✖' : '✔'} ${way.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (error) console.log(String(error.message).slice(0, 4000));
  }
} finally {
  await chromium.close();
  await rm(folder, { recursive: true, force: true });
}
if (failed.length > 0) {
  console.error(`${failed.length} do not work: ${failed.join('; ')}`);
  process.exitCode = 1;
} else if (write) {
  const rows = WAYS.map(({ name, line }) => `| ${name} | ${line ?? 'nothing'} |`);
  const table = ['| built by | what to add |', '|---|---|', ...rows].join('\n');
  await publish('bundlers', table);
}
