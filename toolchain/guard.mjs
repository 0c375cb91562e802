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
  // Short: the path of a socket in it may have 107 bytes.
  const folder = join(tmpdir(), `cf-${randomUUID().slice(0, 8)}`);
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
  /** @type {Map<number, string>} */
  const found = new Map();
  if (!(await end('SIGTERM', GRACE_MS))) await end('SIGKILL', 10 * GRACE_MS);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });

  /**
   * Sends the signal to each process once, those that come meanwhile included.
   * @param {'SIGTERM' | 'SIGKILL'} signal @param {number} ms
   * @returns {Promise<boolean>} Whether all have gone.
   */
  async function end(signal, ms) {
    const told = new Set();
    // A process that is just becoming another (execve) has no environment for a moment.
    let clean = 0;
    for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(50)) {
      const left = await find(folder, found);
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
}

/**
 * Living processes whose environment names the folder, those that were found before, their children, and the groups that
 * they lead: browsers overwrite the environment of their own processes.
 * @param {string} folder
 * @param {Map<number, string>} found When each has started, since numbers are used again. New ones are added.
 * @returns {Promise<number[]>}
 */
async function find(folder, found) {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const read = (pid, name) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
  const all = await Promise.all(
    pids.map(async (pid) => {
      const [stat, environment] = await Promise.all([read(pid, 'stat'), read(pid, 'environ')]);
      // proc_pid_stat(5): the name, in brackets, may hold anything.
      const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isMarked = new RegExp(`(^|\0)${MARKER}=[^\0]*${folder}(:|\0|$)`).test(environment);
      return { pid: Number(pid), state, parent: Number(parent), group: Number(group), started: rest[16], isMarked };
    }),
  );
  const living = all.filter(({ pid, state }) => state && state !== 'Z' && pid !== process.pid);
  const left = new Set(
    living.filter(({ pid, started, isMarked }) => isMarked || found.get(pid) === started).map(({ pid }) => pid),
  );
  for (let size = -1; size < left.size; ) {
    size = left.size;
    for (const { pid, parent, group } of living) if (left.has(parent) || left.has(group)) left.add(pid);
  }
  for (const { pid, started } of living) if (left.has(pid)) found.set(pid, started);
  return [...left];
}
