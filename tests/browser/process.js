/** Processes that tests start: ended together with their children and their folder, at the latest when the test file is. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** How long a process may take to put its things away, before it is killed. */
const GRACE_MS = 2000;

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { folder?: string, gently?: boolean }} options `folder`: its own,
 *   removed with it. `gently`: it has things to put away that nobody else can.
 */
export function startProcess(command, args, { folder, gently = false, ...options }) {
  const child = spawn(command, args, { stdio: 'ignore', ...options, detached: true });
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  const isAlive = () => child.pid && child.exitCode === null && child.signalCode === null;
  /** @param {NodeJS.Signals} signal */
  const tell = (signal) => {
    if (isAlive()) process.kill(-Number(child.pid), signal);
  };
  const abandon = () => {
    tell(gently ? 'SIGTERM' : 'SIGKILL');
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  endWithProcess();
  process.once('exit', abandon);
  return {
    child,
    gone,
    async stop() {
      if (gently) tell('SIGTERM');
      const timer = setTimeout(tell, gently ? GRACE_MS : 0, 'SIGKILL');
      await gone;
      clearTimeout(timer);
      process.off('exit', abandon);
      if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

let isHeeded = false;

/** Signals end a process without its `exit` event: a test file that is interrupted by hand would leave its browsers. */
function endWithProcess() {
  if (isHeeded) return;
  isHeeded = true;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => process.exit(1));
  }
}
