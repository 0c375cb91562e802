/** `npm run start:scaled` without its build: servers and instances of its own behind one address, all gone in the end. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startProcess } from '../browser/process.js';
import { freePort } from './servers/free-port.js';
import { bearer, formOf, KEYS, PATH, pause, read, STATIC_KEYS } from './servers/service.js';

const PROGRAM = fileURLToPath(new URL('../../toolchain/start-scaled.mjs', import.meta.url));

/** Node loads it first in each process: a release that does not start, for as long as there is a file of that name. */
const BROKEN_RELEASE = `
  import { existsSync } from 'node:fs';
  if (process.argv[1]?.endsWith('main.js') && existsSync(new URL('broken', import.meta.url))) process.exit(3);
`;

/** @param {import('node:test').TestContext} t @param {Record<string, string>} [env] */
async function startScaled(t, env = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'caseframe-scaled-'));
  const { child, gone, stop } = startProcess(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '', TMPDIR: folder, STATIC_KEYS, ...env },
    gently: true,
  });
  t.after(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  /** @param {RegExp} pattern */
  const said = async (pattern) => {
    for (;;) {
      const found = pattern.exec(output);
      if (found) return found;
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended: ${output}`);
      await Promise.race([
        once(/** @type {any} */ (child.stdout), 'data'),
        once(/** @type {any} */ (child.stderr), 'data'),
        gone,
      ]);
    }
  };
  const [, address] = await said(/open (http:\S+)\/ – 2 instances/);
  assert.notDeepEqual(await readdir(folder), [], 'its servers keep their data there');
  /** Once it has ended: no process, no file. */
  const leavesNothing = async () => {
    await gone;
    while ((await processesIn(folder)).length > 0) await pause(50);
    assert.deepEqual(await readdir(folder), [], output);
    await assert.rejects(fetch(address));
  };
  return { child, said, address, leavesNothing, output: () => output };
}

/** Those that it started, and those that these did: all have its folder in their environment. @param {string} folder */
async function processesIn(folder) {
  const found = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (environment.split('\0').includes(`TMPDIR=${folder}`)) found.push(pid);
  }
  return found;
}

test('start:scaled takes uploads, restarts its instances, and leaves nothing behind', async (t) => {
  const release = await mkdtemp(join(tmpdir(), 'caseframe-release-'));
  t.after(() => rm(release, { recursive: true }));
  await writeFile(join(release, 'release.mjs'), BROKEN_RELEASE);
  const NODE_OPTIONS = `--import=${pathToFileURL(join(release, 'release.mjs'))}`;
  const { child, said, address, leavesNothing, output } = await startScaled(t, { NODE_OPTIONS });
  const photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  const upload = async () => {
    const body = formOf({ file: photo });
    const { status, body: answer } = await read(
      await fetch(`${address}${PATH}/upload`, { method: 'POST', headers: bearer(KEYS.agent), body }),
    );
    assert.equal(status, 200, JSON.stringify(answer));
    return answer.id;
  };
  const ids = [await upload()];

  await writeFile(join(release, 'broken'), '');
  child.kill('SIGHUP');
  await said(/not restarted, what ran goes on: .*ended as it started: 3/);
  ids.push(await upload());
  await rm(join(release, 'broken'));

  child.kill('SIGHUP');
  const [, restarted] = await said(/restarted, now at (.*)/);
  assert.equal(restarted.split(', ').length, 2, restarted);
  ids.push(await upload());
  const list = await read(await fetch(`${address}${PATH}/?interactionId=call-1`, { headers: bearer(KEYS.agent) }));
  assert.deepEqual(list.body.snapshots.map((/** @type {{ id: string }} */ { id }) => id).sort(), ids.sort());

  // Ctrl-C in a terminal goes to all of the group. What is under way is finished.
  const form = new Response(formOf({ file: photo }));
  const payload = Buffer.from(await form.arrayBuffer());
  const headers = {
    ...bearer(KEYS.agent),
    'content-type': String(form.headers.get('content-type')),
    expect: '100-continue',
  };
  const slow = request(`${address}${PATH}/upload`, { method: 'POST', headers });
  slow.flushHeaders();
  await once(slow, 'continue'); // It is under way.
  slow.write(payload.subarray(0, 1000));
  process.kill(-Number(child.pid), 'SIGINT');
  await pause(500);
  slow.end(payload.subarray(1000));
  const [answer] = await once(slow, 'response');
  answer.resume();
  assert.equal(answer.statusCode, 200);
  await leavesNothing();
  assert.deepEqual([child.exitCode, child.signalCode], [0, null], output());
});

test('start:scaled listens where PORT says; interrupted twice it does not wait, and leaves nothing either', async (t) => {
  const port = await freePort();
  const { child, address, leavesNothing, output } = await startScaled(t, {
    PORT: String(port),
    DRAIN_NOTICE_SECONDS: '3600',
  });
  assert.equal(address, `http://127.0.0.1:${port}`);
  // Two of them that come before it is looked at are one.
  while (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGINT');
    await pause(300);
  }
  await leavesNothing();
  assert.deepEqual([child.exitCode, child.signalCode], [1, null], output());
});
