// A build that is interrupted leaves nothing behind, and what one that was killed has left goes with a later one.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @param {import('node:test').TestContext} t @param {string[]} parts Of the checkout. */
async function copyOf(t, parts) {
  const copy = await mkdtemp(join(tmpdir(), 'caseframe-interrupted-'));
  t.after(() => rm(copy, { recursive: true, force: true, maxRetries: 5 }));
  const filter = (/** @type {string} */ path) => !path.includes('.cache');
  for (const part of parts) await cp(join(root, part), join(copy, part), { recursive: true, filter });
  await mkdir(join(copy, 'build'), { recursive: true });
  return copy;
}

/**
 * Interrupts a command, as Ctrl-C does all of its processes, once there is such a file in build/. One that ends before this
 * process gets to it, as on a busy machine, is played again.
 * @param {string} copy @param {string} awaited How its name begins. @param {string[]} command @param {NodeJS.Signals} signal
 * @returns {Promise<string[]>} What is in build/ then.
 */
async function interrupt(copy, awaited, [program, ...args], signal) {
  const env = { ...process.env, CASEFRAME_CACHE: copy };
  const inBuild = () => readdir(join(copy, 'build'));
  const before = await inBuild();
  for (let tries = 0; tries < 20; tries += 1) {
    const child = spawn(program, args, { cwd: copy, detached: true, stdio: 'ignore', env });
    const ended = once(child, 'exit');
    while (!(await inBuild()).some((name) => name.startsWith(awaited)) && child.exitCode === null) await sleep(2);
    const isInterrupted = child.exitCode === null && child.kill(0);
    if (isInterrupted) process.kill(-Number(child.pid), signal);
    const [code] = await ended;
    if (isInterrupted && code !== 0) return inBuild();
    assert.equal(code, 0, 'it failed by itself');
    for (const name of await inBuild()) {
      if (!before.includes(name)) await rm(join(copy, 'build', name), { recursive: true });
    }
  }
  assert.fail('it was never interrupted');
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  test(`${signal} while dist/ is assembled`, async (t) => {
    const copy = await copyOf(t, [
      'js',
      'toolchain',
      'package.json',
      'build/wasm/bindings',
      'build/wasm-baseline/bindings',
    ]);
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const program = [process.execPath, 'toolchain/build-js.mjs', '--no-types'];
    const left = await interrupt(copy, 'js.new-', program, signal);
    assert.deepEqual(left.sort(), ['wasm', 'wasm-baseline']);
  });

  test(`${signal} in a step of a script`, async (t) => {
    const copy = await copyOf(t, ['toolchain']);
    const script = "source toolchain/common.sh; step waiting sh -c 'touch build/waits; exec sleep 600'";
    assert.deepEqual(await interrupt(copy, 'waits', ['bash', '-c', script], signal), ['waits']);
  });
}

test('a build takes away what others have left a day ago, and nothing that may be in use', async (t) => {
  const copy = await copyOf(t, ['toolchain']);
  const old = new Date(Date.now() - 2 * 86_400_000);
  for (const name of ['js.new-old', 'js.new-now']) await mkdir(join(copy, 'build', name));
  for (const name of ['step.old', 'step.now', 'other.old']) await writeFile(join(copy, 'build', name), '');
  for (const name of ['js.new-old', 'step.old', 'other.old']) await utimes(join(copy, 'build', name), old, old);
  execFileSync('bash', ['-c', 'source toolchain/common.sh; sweep'], {
    cwd: copy,
    env: { ...process.env, CASEFRAME_CACHE: copy },
  });
  assert.deepEqual((await readdir(join(copy, 'build'))).sort(), ['js.new-now', 'other.old', 'step.now']);
});
