// Usage: npm run chaos:middleware -- [--rounds N] [--only files|shared|faults] [--write]   `kill -9` at every step of an upload,
// N rounds (200) on files and SQLite and N on S3 and PostgreSQL with two instances, then everything else that can fail.
// Prints a table; --write puts it into the README. Ends with 1 where anything was lost, there twice or left over.
import { readArguments } from '../../../toolchain/arguments.mjs';
import { publish } from '../../bench/publish.js';
import { randomFrom } from '../../js/dice.js';
import { firstSeed } from '../../js/random.js';
import { startPostgres } from '../servers/postgres.js';
import { startS3 } from '../servers/s3.js';
import { FAULTS, faultRound } from './faults.js';
import { crashRounds } from './rounds.js';
import { startStack } from './stack.js';
import { sum, table } from './table.js';

const NAMES = { files: 'files, SQLite', shared: 'S3, PostgreSQL, two instances' };

process.setMaxListeners(100);
const { values } = await readArguments(import.meta.url);
const { rounds } = values;
const wants = (/** @type {string} */ part) => values.only === undefined || values.only === part;
console.error(`CASEFRAME_SEED=${firstSeed}`);
const random = randomFrom(firstSeed);
/** @type {Parameters<typeof table>[0]} */
const results = [];
/** @type {string[]} */
const problems = [];

const needsServers = wants('shared') || wants('faults');
const [s3, postgres] = needsServers ? await Promise.all([startS3(), startPostgres()]) : [];
const servers = /** @type {import('./faults.js').Servers} */ ({ s3, postgres });
try {
  for (const kind of /** @type {const} */ (['files', 'shared'])) {
    if (!wants(kind)) continue;
    const stack = await startStack(kind, servers);
    try {
      const onRound = (/** @type {number} */ round) => {
        if (round % 10 === 9) console.error(`${NAMES[kind]}: ${round + 1} of ${rounds} rounds`);
      };
      const result = await crashRounds(stack, { rounds, random, onRound });
      console.error(`${NAMES[kind]}: ${result.uploads} uploads in ${result.tries} tries`);
      results.push({ name: NAMES[kind], ...result });
      problems.push(...result.problems.map((problem) => `${NAMES[kind]}: ${problem}`));
    } finally {
      await stack.close();
    }
  }
  for (const [name, { kind }] of Object.entries(FAULTS)) {
    if (!wants('faults')) continue;
    const result = await faultRound(name, servers, random);
    console.error(`${name}: done in ${result.tries} tries`);
    results.push({ name: NAMES[kind], ...result });
    problems.push(...result.problems.map((problem) => `${name}: ${problem}`));
  }
} finally {
  await Promise.all([s3?.stop(), postgres?.stop()]);
}

const text = table(results);
console.log(text);
const { lost, twice, orphans, notedTwice, unnoted } = sum(results.flatMap(({ counts }) => [...counts.values()]));
console.log(
  `\n${lost} lost, ${twice} objects twice, ${notedTwice} notes twice, ${unnoted} notes missing, ${orphans} orphans`,
);
for (const problem of problems) console.log(problem);
if (values.write) await publish('chaos', text);
process.exitCode = lost + twice + orphans + notedTwice + unnoted + problems.length === 0 ? 0 : 1;
