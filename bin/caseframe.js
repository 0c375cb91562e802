#!/usr/bin/env node
// npx caseframe copy <folder>: the files that a page fetches at run time, for those who host them themselves.
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HELP = `Usage: caseframe copy <folder>

Copies what a page fetches at run time into the folder, made where it is missing:
  worker.js                       the worker, one file
  wasm/caseframe.simd.wasm        the module for browsers with SIMD
  wasm/caseframe.baseline.wasm    the module for all others
  wasm/caseframe.js               the glue, for a caseframe/engine that is hosted there, too

Then tell the page where they are, on its own origin:
  createCapture({ workerUrl: '/caseframe/worker.js', wasmUrl: '/caseframe/wasm/' })

Copy them again with each new version of the package: all files of a page have to be of one version.`;

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** @param {string} folder */
async function copy(folder) {
  const target = resolve(folder);
  const modules = (await readdir(join(dist, 'wasm'))).map((name) => join('wasm', name));
  await mkdir(join(target, 'wasm'), { recursive: true });
  const files = ['worker.js', ...modules].filter((name) => !name.endsWith('.map'));
  for (const file of files) await cp(join(dist, file), join(target, file));
  for (const file of files) console.log(join(folder, file));
}

// Who listens may stop: `| head`. All is copied by then.
process.stdout.on('error', () => {});
const [command, folder, ...rest] = process.argv.slice(2);
if (command === '--help' || command === '-h' || command === 'help') {
  console.log(HELP);
} else if (command !== 'copy' || !folder || folder.startsWith('-') || rest.length > 0) {
  console.error(HELP);
  process.exitCode = 2;
} else {
  await copy(folder).catch((error) => {
    console.error(`caseframe: could not copy to ${folder}: ${error.message}`);
    process.exitCode = 1;
  });
}
