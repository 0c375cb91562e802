// Usage: node tests/mutation/mutate.mjs [--count N] [--seed N] [--simd] [FILE…]
// Breaks the core in one place at a time (a constant, a comparison, an operator), builds the C++ suite and runs it.
// Prints the mutations that no test minds. Works on a copy of the sources in build/mutation, never on src/ itself.
//
// Without FILEs all of src/ is mutated; --count picks so many places at random (--seed repeats them). A mutation that
// does not compile is none. --simd builds the vector paths by way of SIMDe.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readArguments } from '../../toolchain/arguments.mjs';
import { EQUIVALENT } from './equivalent.js';
import { mutationsOf } from './mutations.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const copy = `${root}build/mutation/source`;
const { values, positionals } = await readArguments(import.meta.url);
const build = `${root}build/mutation/${values.simd ? 'simd' : 'scalar'}`;

/** What the suite needs of the checkout. */
async function copySources() {
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  for (const name of [
    'CMakeLists.txt',
    'package.json',
    'src',
    'toolchain',
    'tests/cpp',
    'tests/bench/native',
    'tests/bench/stages',
  ]) {
    const skipped = /toolchain\/\.cache/;
    await cp(root + name, `${copy}/${name}`, { recursive: true, filter: (path) => !skipped.test(path) });
  }
}

async function configure() {
  const { stdout } = await run('bash', [`${root}toolchain/libjpeg-turbo.sh`]);
  const options = [
    `-DCASEFRAME_LIBJPEG_TURBO_SOURCE=${stdout.trim()}`,
    `-DCASEFRAME_WASM_SIMD=${values.simd ? 'ON' : 'OFF'}`,
  ];
  // Optimised little: building is most of the work.
  const type = ['-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_CXX_FLAGS_RELEASE=-O1', '-DCMAKE_C_FLAGS_RELEASE=-O1'];
  await run('cmake', ['-G', 'Ninja', '-S', copy, '-B', build, ...options, ...type]);
}

const compile = () => run('cmake', ['--build', build, '--target', 'caseframe-tests'], { maxBuffer: 1 << 26 });
// Endless loops are found, too; the suite itself takes some seconds.
const test = () =>
  run(`${build}/tests/cpp/caseframe-tests`, ['--no-version', '--abort-after=1'], {
    timeout: 300000,
    maxBuffer: 1 << 26,
    env: { ...process.env, CASEFRAME_SEED: '1' },
  });

/** @param {() => Promise<unknown>} action */
const succeeds = (action) =>
  action().then(
    () => true,
    () => false,
  );

/** @param {import('./mutations.js').Mutation} mutation @returns {Promise<'none' | 'killed' | 'survived'>} */
async function tryOut({ file, line, after }) {
  const path = `${copy}/${file}`;
  const original = await readFile(path, 'utf8');
  const lines = original.split('\n');
  lines[line - 1] = after;
  await writeFile(path, lines.join('\n'));
  try {
    if (!(await succeeds(compile))) return 'none';
    return (await succeeds(test)) ? 'survived' : 'killed';
  } finally {
    await writeFile(path, original);
  }
}

/** `count` of them, the same for the same seed. @template T @param {T[]} all @param {number} count @param {number} seed */
function pick(all, count, seed) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return all
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ value }) => value);
}

const files = positionals.length
  ? positionals
  : (await readdir(`${root}src`, { recursive: true }))
      .filter((name) => /\.[ch]pp$/.test(name))
      .map((name) => `src/${name}`);
const all = [];
for (const file of files) all.push(...mutationsOf(file, await readFile(root + file, 'utf8')));
const chosen = values.count ? pick(all, values.count, values.seed) : all;
console.log(`${chosen.length} of ${all.length} mutations, --seed ${values.seed}`);

await copySources();
await configure();
await compile();
await test();
const counts = { none: 0, killed: 0, survived: 0, equivalent: 0 };
for (const mutation of chosen) {
  const argued = EQUIVALENT.find(
    ({ file, code, mutant = '' }) =>
      mutation.file === file && mutation.before.includes(code) && mutation.after.includes(mutant),
  );
  const outcome = argued ? 'equivalent' : await tryOut(mutation);
  ++counts[outcome];
  if (outcome === 'survived') {
    console.log(`${mutation.file}:${mutation.line}\n  - ${mutation.before.trim()}\n  + ${mutation.after.trim()}`);
  }
}
const score = (100 * counts.killed) / Math.max(1, counts.killed + counts.survived);
console.log(
  `${counts.killed} killed, ${counts.survived} survived (${score.toFixed(1)} %), ${counts.equivalent} argued to be equivalent, ${counts.none} do not compile`,
);
