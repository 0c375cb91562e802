// Preloaded into the process of each test file (`node --import`) by run-tests.sh. Files that start browsers wait here for
// their lane, ahead of their first test, and have it until their process ends, however it does. Notes how long each
// file took, the wait not counted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const { CASEFRAME_LANES: folder, CASEFRAME_LANE_COUNT: count, CASEFRAME_LANE_FILES: files = '' } = process.env;

/**
 * Tries one lock after the other until one is free, and has it for as long as its input is open. Whoever dies while it
 * waits takes a lock later, and lets go of it at once.
 */
const TAKE = `
while :; do
  for lock; do
    flock --nonblock --conflict-exit-code 75 "$lock" sh -c 'echo taken; cat >/dev/null'
    [ $? = 75 ] || exit
  done
  sleep 0.2
done`;

/** The runner's own process is preloaded as well; it has no file. */
if (folder && process.env.NODE_TEST_CONTEXT && process.argv[1]) {
  const file = relative(process.cwd(), process.argv[1]);
  if (files.split('\n').includes(file)) {
    await take(Array.from({ length: Number(count) }, (_, i) => join(folder, `lane-${i}`)));
  }
  const start = performance.now();
  process.on('exit', () => {
    appendFileSync(join(folder, 'times'), `${((performance.now() - start) / 1000).toFixed(1)} s  ${file}\n`);
  });
}

/** @param {string[]} locks Paths of files. */
async function take(locks) {
  const holder = spawn('sh', ['-c', TAKE, 'sh', ...locks], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [taken] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (String(taken).trim() !== 'taken') throw new Error(`No lane could be taken: ${taken}`);
  for (const part of [holder, holder.stdin, holder.stdout]) part.unref();
}
