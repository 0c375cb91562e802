// Usage: node run-tests.mjs CONCURRENCY FILE…   As `node --test`, which sorts its files, but in the order given. TAP, or on a
// terminal the spec reporter's lines; Node's own summary last.
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';

/** For one file, its wait for a lane included. A test that hangs ends with it. */
const TIMEOUT_MS = 900_000;

const [concurrency, ...files] = process.argv.slice(2);
run({ files, concurrency: Number(concurrency), timeout: TIMEOUT_MS })
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(process.stdout.isTTY ? new spec() : tap)
  .pipe(process.stdout);
