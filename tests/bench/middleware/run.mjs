// Usage: npm run bench:middleware -- [--quick] [--uploads N] [--turns N] [--connections N] [--write]   Uploads of a 720p picture to the
// guide's code and to the middleware, on files and SQLite and on S3 and PostgreSQL with one and two instances. All take
// turns in one run, in an order that changes, so that what else the machine does falls on all. N uploads (10000) each in so
// many turns (10), over N connections (8, as many as one agent has under way). Prints Markdown; --write puts it into the
// middleware's README.
import { availableParallelism } from 'node:os';
import { readArguments } from '../../../toolchain/arguments.mjs';
import { startPostgres } from '../../middleware/servers/postgres.js';
import { startS3 } from '../../middleware/servers/s3.js';
import { publish } from '../publish.js';
import { startContestants } from './contestants.js';
import { formOf, picture, turn } from './measure.js';
import { forAgents, report } from './report.js';

const { values } = await readArguments(import.meta.url);
const { connections } = values;
const [uploads, turns] = values.quick ? [240, 4] : [values.uploads, values.turns];
process.setMaxListeners(100);

// Nothing is removed: three contestants' pictures of 123 kB, and what the server needs beside them.
const gib = 2 + Math.ceil((3 * uploads) / 5000);
const [s3, postgres] = await Promise.all([startS3({ gib }), startPostgres({ isDurable: true })]);
try {
  const contestants = await startContestants({ s3, postgres });
  const file = await picture();
  const body = formOf(file);
  const results = contestants.map(({ name, group }) => ({ name, group, turns: /** @type {any[]} */ ([]) }));
  try {
    for (const contestant of contestants) await turn(contestant, body, { uploads: 2 * connections, connections });
    for (let round = 0; round < turns; round += 1) {
      for (let n = 0; n < contestants.length; n += 1) {
        const at = (n + round) % contestants.length;
        results[at].turns.push(await turn(contestants[at], body, { uploads: Math.ceil(uploads / turns), connections }));
      }
      console.error(`turn ${round + 1} of ${turns}`);
    }
  } finally {
    for (const { stop } of contestants) await stop();
  }
  const { turns: single } = results[3];
  const perSecond =
    single.reduce((sum, one) => sum + one.uploads, 0) / single.reduce((sum, one) => sum + one.seconds, 0);
  const { average, needed, instances, agents, perHour, peak, share } = forAgents(perSecond);
  const text = [
    report(results),
    `A picture of 1280 × 720, ${file.length} bytes; ${connections} connections; ${availableParallelism()} cores; Node ${process.version}.`,
    `${agents} agents who take ${perHour} pictures an hour send ${average.toFixed(0)} uploads a second on average, ` +
      `${needed.toFixed(0)} at a peak of ${peak} ×: ${instances} instances at ${100 * share} % of ${perSecond.toFixed(0)} uploads/s.`,
  ].join('\n\n');
  console.log(text);
  if (values.write) await publish('bench', text);
} finally {
  await Promise.all([s3.stop(), postgres.stop()]);
}
process.exit(0);
