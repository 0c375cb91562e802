/**
 * A run of tests that is interrupted leaves nothing behind: no browser, server or screen, no temp folder, no mount.
 * `CASEFRAME_SEED=<the number printed>` interrupts at the same moments again.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Dice, firstSeed } from '../js/random.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** In which a runner and three browsers start. */
const STARTING_MS = 5000;

/** How long a clean-up may take that nobody can be asked about, because its runner has been killed. */
const CLEANED_MS = 180000;

/** @type {Record<string, (runner: number) => void>} */
const INTERRUPTIONS = {
  'Ctrl-C': (runner) => process.kill(-runner, 'SIGINT'),
  'SIGTERM of the runner': (runner) => process.kill(runner, 'SIGTERM'),
  'SIGKILL of the runner': (runner) => process.kill(runner, 'SIGKILL'),
};

describe('an interrupted run leaves nothing behind', () => {
  Object.entries(INTERRUPTIONS).forEach(([name, interrupt], i) => {
    test(`${name}, when everything has started`, async (t) => {
      const run = await start(t);
      await run.untilStarted();
      const before = await run.left();
      t.diagnostic(`there were ${before.processes.length} processes and ${before.folders.length} folders`);
      for (const name of ['chromium', 'firefox', 'WebKitWebDriver', 'Xvfb', 'endless.test.js']) {
        assert.ok(
          before.processes.some(({ command }) => command.includes(name)),
          `${name} runs`,
        );
      }
      assert.ok(before.folders.length > 0, 'there are temp folders');
      interrupt(run.pid);
      await run.assertNothingLeft();
    });

    test(`${name}, at any moment`, async (t) => {
      const run = await start(t);
      const ms = new Dice(firstSeed + i).between(0, STARTING_MS);
      t.diagnostic(`after ${ms} ms (CASEFRAME_SEED=${firstSeed})`);
      await sleep(ms);
      interrupt(run.pid);
      await run.assertNothingLeft();
    });
  });
});

/** The real runner on a test that never ends, in a process group of its own. @param {import('node:test').TestContext} t */
async function start(t) {
  const marker = randomUUID();
  const folder = await mkdtemp(join(tmpdir(), 'cf-'));
  const sign = `${folder}.started`;
  // As typed into a terminal: under no other runner.
  const { NODE_TEST_CONTEXT, CASEFRAME_GUARD, ...env } = process.env;
  const runner = spawn('bash', ['toolchain/run-tests.sh', 'tests/fixtures/interrupted/endless.test.js'], {
    cwd: ROOT,
    env: { ...env, CASEFRAME_INTERRUPTED: marker, CASEFRAME_STARTED: sign, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const gone = once(runner, 'exit');
  let said = '';
  for (const output of [runner.stdout, runner.stderr]) {
    output.on('data', (data) => {
      said += data;
    });
  }
  async function untilStarted() {
    const isStarted = () =>
      access(sign).then(
        () => true,
        () => false,
      );
    while (!(await isStarted())) {
      assert.ok(runner.exitCode === null && runner.signalCode === null, `The run has ended by itself:\n${said}`);
      await sleep(50);
    }
  }
  /** Of the screens that there were. @type {Set<number>} */
  const screens = new Set();

  async function left() {
    const processes = await marked(marker);
    for (const { pid, command } of processes) if (command.startsWith('Xvfb')) screens.add(pid);
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').filter((line) => line.includes(folder));
    return { processes, folders: await readdir(folder), mounts, screens: await locksOf(screens) };
  }

  t.after(async () => {
    for (const { pid } of await marked(marker)) process.kill(pid, 'SIGKILL');
    await Promise.all([folder, sign].map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 })));
  });
  return {
    pid: runner.pid,
    untilStarted,
    left,
    async assertNothingLeft() {
      await gone;
      const nothing = { processes: [], folders: [], mounts: [], screens: [] };
      // A runner that was killed cannot wait for whoever cleans up after it.
      const isClean = async () => JSON.stringify(await left()) === JSON.stringify(nothing);
      for (const end = Date.now() + CLEANED_MS; runner.signalCode === 'SIGKILL' && Date.now() < end; await sleep(100)) {
        if (await isClean()) break;
      }
      assert.deepEqual(await left(), nothing);
    },
  };
}

/** Living processes that have the marker in their environment, and their children. @param {string} marker */
async function marked(marker) {
  const read = (pid, name) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => {
      const [stat, environment, command] = await Promise.all(
        ['stat', 'environ', 'cmdline'].map((name) => read(pid, name)),
      );
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        isAlive: stat !== '' && state !== 'Z',
        isMarked: environment.includes(marker),
        command: command.split('\0').join(' '),
      };
    }),
  );
  const found = new Set(all.filter(({ isMarked }) => isMarked).map(({ pid }) => pid));
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const { pid, parent, group } of all) if (found.has(parent) || found.has(group)) found.add(pid);
  }
  return all.filter(({ pid, isAlive }) => isAlive && found.has(pid)).map(({ pid, command }) => ({ pid, command }));
}

/** Lock files that screens have left. @param {Set<number>} pids */
async function locksOf(pids) {
  const names = (await readdir('/tmp')).filter((name) => /^\.X\d+-lock$/.test(name));
  const owners = await Promise.all(names.map((name) => readFile(`/tmp/${name}`, 'utf8').catch(() => '')));
  return names.filter((_name, i) => pids.has(Number(owners[i])));
}
