// Usage: npm run test:calm -- [--alone N] [--beside M] [--busy K] [FILE…]   Runs the whole suite N times alone (5) and M times
// beside K busy processes (2 beside 4), one run after the other. Prints each run's time and the name of each test that was
// red; what the runs printed is in build/calm/. With files, only those are run. Ends with 1 where anything was red.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readArguments } from './arguments.mjs';

const ROOT = new URL('../', import.meta.url);
const LOGS = new URL('build/calm/', ROOT);

const { values, positionals: files } = await readArguments(import.meta.url);
const { alone, beside, busy } = values;

await rm(LOGS, { recursive: true, force: true });
await mkdir(LOGS, { recursive: true });
/** @type {Map<string, string[]>} By test: in which runs it was red. */
const red = new Map();
let failed = 0;
for (let i = 1; i <= alone + beside; i++) {
  const isAlone = i <= alone;
  const label = isAlone ? `run ${i}, alone` : `run ${i}, beside ${busy} busy processes`;
  const { names, code, summary, seconds } = await runOnce(i, isAlone ? 0 : busy);
  if (code !== 0) failed += 1;
  for (const name of names) red.set(name, [...(red.get(name) ?? []), String(i)]);
  const time = `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  console.log(`${label}: ${code === 0 ? 'green' : 'RED'}, ${time}${summary ? `, ${summary}` : ''}`);
  for (const name of names) console.log(`  red: ${name}`);
  if (code !== 0 && names.length === 0)
    console.log(`  no test was red, but it ended with ${code}: build/calm/${i}.log`);
}
console.log(red.size > 0 ? 'Red:' : `${alone + beside - failed} of ${alone + beside} runs were green.`);
for (const [name, runs] of red) console.log(`  ${name} (in ${runs.join(', ')})`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * @param {number} i @param {number} busy How many processes are kept busy beside it.
 * @returns {Promise<{ names: string[], code: number, summary: string, seconds: number }>} `names` of what was red.
 */
async function runOnce(i, busy) {
  const log = new URL(`${i}.log`, LOGS);
  const output = createWriteStream(log);
  await once(output, 'open');
  const start = performance.now();
  const crowd = Array.from({ length: busy }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  // Each run under a guard of its own: what one leaves behind is not to disturb the next.
  const script = files.length > 0 ? ['toolchain/run-tests.sh', ...files] : ['toolchain/test.sh'];
  const run = spawn(process.execPath, ['toolchain/guard.mjs', 'bash', ...script], {
    cwd: fileURLToPath(ROOT),
    stdio: ['ignore', output, output],
  });
  const [code, signal] = await once(run, 'exit');
  for (const one of crowd) one.kill('SIGKILL');
  const text = await readFile(log, 'utf8');
  const summary = ['tests', 'pass', 'fail'].map((what) => new RegExp(`^# ${what} \\d+$`, 'm').exec(text)?.[0].slice(2));
  return {
    names: redTests(text),
    code: code ?? signal,
    summary: summary.filter(Boolean).join(', '),
    seconds: (performance.now() - start) / 1000,
  };
}

/** The names of the tests that have failed by themselves, below those that hold them. @param {string} tap @returns {string[]} */
function redTests(tap) {
  /** @type {string[]} */
  const names = [];
  /** Of the tests that are under way, from the outside in. @type {string[]} */
  const path = [];
  for (const [, indent, what, name] of tap.matchAll(/^( *)(# Subtest:|not ok \d+ -) (.*?)(?: # (?:SKIP|TODO).*)?$/gm)) {
    path.length = indent.length / 4;
    path.push(name);
    const full = path.join(' › ');
    if (what.startsWith('not ok') && !names.some((other) => other.startsWith(`${full} › `))) names.push(full);
  }
  return names;
}
