// Usage: node guard.mjs COMMAND…   Runs COMMAND with a temp folder of its own. When the command has ended, or this process
// has, however that came (Ctrl-C, SIGTERM, SIGKILL), nothing is left of it: no process, detached ones included, and no
// folder. Processes are found by their environment (/proc), so that this is for Linux.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The temp folders of the guards that a process is under: what a guard knows its processes by. */
const MARKER = 'CASEFRAME_GUARD';

/** How long processes may take to put their things away, before they are killed. */
const GRACE_MS = 3000;

const [command, ...args] = process.argv.slice(2);
if (command === '--watch') await watch(args[0]);
else await guard();

async function guard() {
  const interrupted = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal).then(() => [null, signal]));
  const folder = join(tmpdir(), `caseframe-run-${randomUUID()}`);
  // In a session of its own, which Ctrl-C does not reach. Its input ends when this process does.
  const watcher = spawn(process.execPath, [fileURLToPath(import.meta.url), '--watch', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const watched = once(watcher, 'exit');
  try {
    await Promise.race([once(watcher.stdout, 'data'), watched.then(() => Promise.reject(new Error('No guard')))]);
    const env = { ...process.env, TMPDIR: folder, [MARKER]: [process.env[MARKER], folder].filter(Boolean).join(':') };
    const child = spawn(command, args, { stdio: 'inherit', env });
    const [code, signal] = await Promise.race([once(child, 'exit'), ...interrupted]);
    process.exitCode = code ?? 128 + constants.signals[signal];
  } finally {
    watcher.stdin.end();
    await watched;
  }
  process.exit();
}

/** @param {string} folder Made here, so that nobody else can leave it behind. */
async function watch(folder) {
  const closed = once(process.stdin.resume(), 'close');
  await mkdir(folder, { mode: 0o700 });
  process.stdout.on('error', () => {}).write('ready');
  await closed;
  if (!(await end(folder, 'SIGTERM', GRACE_MS))) await end(folder, 'SIGKILL', 10 * GRACE_MS);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Sends the signal to each process once, those that come meanwhile included.
 * @param {string} folder @param {'SIGTERM' | 'SIGKILL'} signal @param {number} ms
 * @returns {Promise<boolean>} Whether all have gone.
 */
async function end(folder, signal, ms) {
  const told = new Set();
  // A process that is just becoming another (execve) has no environment for a moment.
  let clean = 0;
  for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(50)) {
    const left = await find(folder);
    clean = left.length === 0 ? clean + 1 : 0;
    if (clean === 3) return true;
    for (const pid of left.filter((pid) => !told.has(pid))) {
      told.add(pid);
      try {
        process.kill(pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
  }
  return false;
}

/**
 * Those whose environment names the folder, their children, and the groups that they lead: browsers overwrite the
 * environment of their own processes.
 * @param {string} folder @returns {Promise<number[]>}
 */
async function find(folder) {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const read = (pid, name) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
  const all = await Promise.all(
    pids.map(async (pid) => {
      const [stat, environment] = await Promise.all([read(pid, 'stat'), read(pid, 'environ')]);
      // proc_pid_stat(5): the name, in brackets, may hold anything.
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isMarked = new RegExp(`(^|\0)${MARKER}=[^\0]*${folder}(:|\0|$)`).test(environment);
      return { pid: Number(pid), state, parent: Number(parent), group: Number(group), isMarked };
    }),
  );
  const living = all.filter(({ pid, state }) => state && state !== 'Z' && pid !== process.pid);
  const found = new Set(living.filter(({ isMarked }) => isMarked).map(({ pid }) => pid));
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const { pid, parent, group } of living) if (found.has(parent) || found.has(group)) found.add(pid);
  }
  return [...found];
}
