#!/usr/bin/env node
// npx caseframe copy <folder>: the files that a page fetches at run time, for those who host them themselves.
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `Usage: caseframe copy <folder>
       caseframe --version

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

/** What is asked for. @returns {{ help?: boolean, version?: boolean, folder?: string, problem?: string }} */
function read() {
  try {
    const options = /** @type {const} */ ({
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    });
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const [command, folder, ...rest] = positionals;
    if (values.help || command === 'help') return { help: true };
    if (values.version) return { version: true };
    if (command === undefined) return { problem: 'say what to do' };
    if (command !== 'copy') return { problem: `there is no command “${command}”` };
    if (!folder) return { problem: 'copy needs a folder' };
    if (rest.length > 0) return { problem: 'copy takes one folder' };
    return { folder };
  } catch (error) {
    // Node's own sentence, without its advice on how to name a file that begins with a dash.
    return { problem: error.message.split('. ')[0] };
  }
}

// Who listens may stop: `| head`. All is copied by then.
process.stdout.on('error', () => {});
const { help, version, folder = '', problem } = read();
if (problem !== undefined) {
  console.error(`caseframe: ${problem}\n\n${HELP}`);
  process.exitCode = 2;
} else if (help) {
  console.log(HELP);
} else if (version) {
  console.log(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version);
} else {
  await copy(folder).catch((error) => {
    console.error(`caseframe: could not copy to ${folder}: ${error.message}`);
    process.exitCode = 1;
  });
}
