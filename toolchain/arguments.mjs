// Usage: node toolchain/arguments.mjs SCRIPT [ARGUMENT…]   Whether a script takes these arguments, asked before anything is
// installed, built or started: ends with 0, or with 2 and a sentence that says what is wrong (of what starts, with 1, too,
// where its settings are wrong). --help prints the comment that
// the script begins with, and ends with 100. Shell scripts ask by `arguments` (common.sh), those of Node by readArguments.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Of which help was printed: the caller ends, too. */
const HELPED = 100;

const flag = { type: 'boolean', default: false };
const word = { type: 'string' };
/** An integer. @param {number | string} usual @param {number} [least] */
const number = (usual, least = 0) => ({ type: 'string', default: String(usual), least });

/** What each one takes; `''` is what stands by itself: how many of them, and what they are. */
const TAKEN = {
  'tests/bench/middleware/run.mjs': {
    quick: flag,
    write: flag,
    uploads: number(10000, 1),
    turns: number(10, 1),
    connections: number(8, 1),
  },
  'tests/bench/run.mjs': {
    quick: flag,
    out: word,
    publish: flag,
    results: word,
    i420: flag,
    attack: flag,
    upload: flag,
    capturing: flag,
    review: flag,
    starting: flag,
  },
  'tests/bursts/study.mjs': {
    bursts: number(90, 1),
    seed: number(500000),
    'no-ocr': flag,
    json: word,
    write: flag,
  },
  'tests/middleware/chaos/run.mjs': {
    rounds: number(200, 1),
    only: { ...word, of: ['files', 'shared', 'faults'] },
    write: flag,
  },
  'tests/mutation/mutate.mjs': { count: number(0), seed: number(Date.now() % 100000), simd: flag, '': Infinity },
  'tests/package/bundlers/run.mjs': { write: flag, only: { ...word, default: '' } },
  'tests/text/study.mjs': { folder: word, ocr: number(0), most: number(1000000), write: flag },
  'toolchain/build-js.mjs': { 'no-types': flag },
  'toolchain/build.sh': {},
  'toolchain/calm.mjs': { alone: number(5), beside: number(2), busy: number(4), '': Infinity },
  'toolchain/fuzz.sh': { seconds: number(60, 1), '': Infinity },
  'toolchain/lint.sh': { fix: flag },
  'toolchain/matrix.sh': {},
  'toolchain/outdated.mjs': { fail: flag },
  'toolchain/release.mjs': { 'dry-run': flag, 'no-build': flag, out: word },
  'toolchain/reproducible.sh': {},
  'toolchain/sbom.mjs': { '': 1 },
  'toolchain/screenshots.mjs': {},
  'toolchain/start-scaled.mjs': { port: number(process.env.PORT || 0), instances: number(2, 1) },
  'toolchain/test.sh': {},
};

/** @param {string} script @param {string[]} args @throws {Error} With a sentence. */
async function read(script, args) {
  if (script === 'toolchain/start.sh') {
    const { parseCommand } = await import('../examples/middleware/arguments.js');
    const { wantsHelp, ...command } = parseCommand(args);
    const { readSettings } = await import('../examples/middleware/settings.js');
    if (!wantsHelp) readSettings(process.env, command.flags);
    return { values: { help: wantsHelp, ...command }, positionals: [] };
  }
  const { '': most = 0, ...options } = TAKEN[script];
  const { values, positionals } = parseArgs({
    args,
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help) return { values, positionals };
  if (positionals.length > most) throw new Error(`“${positionals[most]}” is not expected: --help says what is`);
  for (const [name, { least, of }] of Object.entries(options)) {
    const value = values[name];
    if (value === '' && name !== 'only') throw new Error(`--${name} is empty`);
    if (of && value !== undefined && !of.includes(value)) {
      throw new Error(`Expected one of ${of.join(', ')} for --${name}, not “${value}”`);
    }
    if (least === undefined) continue;
    if (!/^\d+$/.test(value) || Number(value) < least) {
      throw new Error(`Expected an integer of at least ${least} for --${name}, not “${value}”`);
    }
    values[name] = Number(value);
  }
  return { values, positionals };
}

/** The comment that a script begins with, without its marks. @param {string} script */
function helpOf(script) {
  const text = readFileSync(new URL(script, new URL('../', import.meta.url)), 'utf8').replace(/^#!.*\n/, '');
  const [comment] = /^\/\*\*[\s\S]*?\*\/|^(?:(?:\/\/|#).*\n)+/.exec(text) ?? [''];
  return comment.replace(/^(\/\*\*| \*\/| \*|\/\/|#) ?/gm, '').trim();
}

/**
 * Ends the process where help is asked for, or something is wrong.
 * @param {string} script From the root. @param {string[]} args @param {number} helped Its exit code after help.
 */
async function take(script, args, helped) {
  try {
    const taken = await read(script, args);
    if (!taken.values.help) return taken;
    console.log(helpOf(script));
    return process.exit(helped);
  } catch (error) {
    // Node's own sentence, without its advice on how to name a file that begins with a dash; of settings, all mistakes.
    const { mistakes = [error.message.split('. ')[0]] } = error;
    for (const mistake of mistakes) console.error(`caseframe: ${mistake}`);
    // As the middleware itself ends.
    return process.exit(error.mistakes ? 1 : 2);
  }
}

/**
 * What a script of Node was given. Does not return where help is asked for, or something is wrong.
 * @param {string} script Its `import.meta.url`.
 * @returns {Promise<{ values: Record<string, any>, positionals: string[] }>} Numbers are numbers.
 */
export const readArguments = (script) => take(relative(root, fileURLToPath(script)), process.argv.slice(2), 0);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [script, ...args] = process.argv.slice(2);
  await take(script, args, HELPED);
}
