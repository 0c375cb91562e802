// Preloaded into the process of each test file (`node --import`) by run-tests.sh. Files that start browsers wait here for
// their lane, ahead of their first test, and have it until their process ends, however it does. Notes how long each
// file took, the wait not counted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const { CASEFRAME_LANES: folder, CASEFRAME_LANE_COUNT: count, CASEFRAME_LANE_FILES: files = '' } = process.env;

/** The runner's own process is preloaded as well; it has no file. */
if (folder && process.env.NODE_TEST_CONTEXT && process.argv[1]) {
  const file = relative(process.cwd(), process.argv[1]);
  const position = files.split('\n').indexOf(file);
  if (position >= 0) await take(join(folder, `lane-${position % Number(count)}`));
  const start = performance.now();
  process.on('exit', () => {
    appendFileSync(join(folder, 'times'), `${((performance.now() - start) / 1000).toFixed(1)} s  ${file}\n`);
  });
}

/** The lock is held by a process that ends with its input, so with this process. @param {string} lock A file's path. */
async function take(lock) {
  const holder = spawn('flock', [lock, 'sh', '-c', 'echo taken; cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [taken] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (String(taken).trim() !== 'taken') throw new Error(`The lane ${lock} could not be taken: ${taken}`);
  for (const part of [holder, holder.stdin, holder.stdout]) part.unref();
}
