// Usage: node run-tests.mjs FILE…   Runs test files by Node's runner in two lanes beside each other: those that start
// browsers, one more than there are cores, since they mostly wait (CASEFRAME_BROWSERS=1: one after the other), and the
// others, as many as cores. Those that took longest the last time go first, so that no lane ends with a long one
// alone. Both are reported as one run, file by file: TAP, or on a terminal the spec reporter's lines; Node's own summary;
// the slowest files; and at the very end, where a log that was cut still has it, what failed and why.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

/** For one file: only a test that hangs takes longer. The longest takes minutes, and six times as long on a busy machine. */
const TIMEOUT_MS = 2_400_000;

/** Lines of an error that the list of failures shows: the whole is in the report. */
const LONGEST_REASON = 12;

/** What a file imports, or runs in another process, if it starts a browser. */
const STARTS_BROWSERS = /from '(\.\.\/)+browser\/[\w-]+\.js'|'run\.mjs'/;

/** What takes a minute and more, for the first run of a checkout: it knows no times. */
const LONG = [
  ...['face-detection', 'frames', 'genesys-race', 'matrix', 'paths', 'transparent', 'turned-calls', 'turned-files'],
  ...['upload', 'upload-chaos', 'whole-way', 'widget', 'worker'],
].map((name) => `tests/browser/${name}.test.js`);
LONG.push(
  'tests/js/redaction-attack.test.js',
  'tests/js/redaction-attack-blur.test.js',
  'tests/middleware/stores.test.js',
);

/** What each file took when it ran last, in seconds. */
const TIMES = new URL('../build/test-times.json', import.meta.url);

/** What Node has compiled: a thousand processes load the same modules, which takes most of what a short one needs. */
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../build/compile-cache', import.meta.url));

const cores = availableParallelism();
const lanes = [
  { concurrency: Number(process.env.CASEFRAME_BROWSERS ?? cores + 1), files: [] },
  { concurrency: cores, files: [] },
];
/** @type {Record<string, number>} */
const lastTimes = await readFile(TIMES, 'utf8').then(JSON.parse, () => ({}));
const lastTime = (/** @type {string} */ file) => lastTimes[file] ?? (LONG.includes(file) ? 60 : 30);
const files = process.argv.slice(2).map((file) => relative('.', resolve(file)));
for (const file of files.sort((a, b) => lastTime(b) - lastTime(a))) {
  const isBrowserFile = file.startsWith('tests/browser/') || STARTS_BROWSERS.test(await readFile(file, 'utf8'));
  lanes[isBrowserFile ? 0 : 1].files.push(file);
}

const report = new Readable({ objectMode: true, read() {} });
report.compose(process.stdout.isTTY ? new spec() : tap).pipe(process.stdout);
/** By name, as Node's summaries have them. */
const totals = new Map();
/** In seconds. @type {Map<string, number>} */
const times = new Map();
/** @type {string[]} */
const failures = [];
let tests = 0;
await Promise.all(lanes.filter(({ files }) => files.length > 0).map(follow));
report.push({ type: 'test:plan', data: { nesting: 0, count: tests } });
for (const [name, value] of totals) {
  report.push({ type: 'test:diagnostic', data: { nesting: 0, message: `${name} ${value}` } });
}
report.push(null);
await mkdir(new URL('.', TIMES), { recursive: true });
await writeFile(TIMES, JSON.stringify({ ...lastTimes, ...Object.fromEntries(times) }));
// Green is what says so: a run that has counted nothing is not.
const isGreen = totals.get('fail') === 0 && totals.get('cancelled') === 0 && totals.get('pass') > 0;
process.exitCode = isGreen ? 0 : 1;
process.on('exit', () => {
  const slowest = [...times].sort(([, a], [, b]) => b - a).slice(0, 12);
  console.error(
    `the slowest files:\n${slowest.map(([file, s]) => `${s.toFixed(1).padStart(7)} s  ${file}`).join('\n')}`,
  );
  if (failures.length > 0) console.error(`\nwhat failed:\n${failures.join('\n')}`);
});

/**
 * Passes on what a lane reports, each file's part in one piece: Node reports one file after the other, but for what they
 * print.
 * @param {{ files: string[], concurrency: number }} lane
 */
async function follow({ files, concurrency }) {
  /** @type {Map<string, { type: string, data: any }[]>} */
  const parts = new Map();
  const began = new Map();
  let current = '';
  for await (const event of run({ files, concurrency, timeout: TIMEOUT_MS })) {
    const { type, data } = event;
    if (data.file === undefined) {
      count(event);
      continue;
    }
    const file = relative('.', resolve(data.file));
    if (data.name === file && type === 'test:dequeue') began.set(file, performance.now());
    if (data.name === file && type === 'test:complete') times.set(file, (performance.now() - began.get(file)) / 1000);
    if (type === 'test:start' && file !== current) {
      pass(parts.get(current));
      current = file;
    }
    parts.set(file, [...(parts.get(file) ?? []), event]);
  }
  for (const part of parts.values()) pass(part);
}

/** @param {{ type: string, data: any }[]} [part] Emptied. */
function pass(part = []) {
  for (const { type, data } of part.splice(0)) {
    if (type === 'test:fail' && !isOfSubtests(data)) failures.push(inShort(data));
    const isTest = data.nesting === 0 && (type === 'test:pass' || type === 'test:fail');
    report.push({ type, data: isTest ? { ...data, testNumber: ++tests } : data });
  }
}

/** Whether it failed only because one of its own subtests did, or its file. @param {any} failure */
function isOfSubtests({ details }) {
  return details.error?.failureType === 'subtestsFailed';
}

/** The test, where it stands, and the beginning of its error. @param {any} failure */
function inShort({ name, file, line, details }) {
  const cause = details.error?.cause ?? details.error;
  const why = String(cause?.stack ?? cause)
    .split('\n')
    .slice(0, LONGEST_REASON);
  return `  ${relative('.', resolve(file))}:${line}  ${name}\n${why.map((text) => `      ${text}`).join('\n')}`;
}

/** What Node says of a whole lane: its plan and its summary. @param {{ type: string, data: any }} event */
function count({ type, data }) {
  const [, name, value] = /^(\w+) ([\d.]+)$/.exec(type === 'test:diagnostic' ? data.message : '') ?? [];
  if (!name) return;
  const before = totals.get(name) ?? 0;
  totals.set(name, name === 'duration_ms' ? Math.max(before, Number(value)) : before + Number(value));
}
