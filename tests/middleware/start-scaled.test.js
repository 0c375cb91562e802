/** `npm run start:scaled` without its build: servers and instances of its own behind one address, all gone in the end. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../browser/process.js';
import { bearer, formOf, KEYS, PATH, read, STATIC_KEYS } from './servers/service.js';

const PROGRAM = fileURLToPath(new URL('../../toolchain/start-scaled.mjs', import.meta.url));

test('start:scaled takes uploads, restarts its instances, and leaves nothing behind', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'caseframe-scaled-'));
  const { child, gone, stop } = startProcess(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder, STATIC_KEYS },
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
      await Promise.race([once(/** @type {any} */ (child.stdout), 'data'), gone]);
    }
  };

  const [, address] = await said(/open (http:\S+)\/ – 2 instances/);
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

  child.kill('SIGHUP');
  const [, restarted] = await said(/restarted, now at (.*)/);
  assert.equal(restarted.split(', ').length, 2, restarted);
  ids.push(await upload());
  const list = await read(await fetch(`${address}${PATH}/?interactionId=call-1`, { headers: bearer(KEYS.agent) }));
  assert.deepEqual(list.body.snapshots.map((/** @type {{ id: string }} */ { id }) => id).sort(), ids.sort());
  assert.notDeepEqual(await readdir(folder), [], 'its servers keep their data there');

  child.kill('SIGTERM');
  await gone;
  assert.deepEqual([child.exitCode, child.signalCode], [0, null], output);
  assert.deepEqual(await readdir(folder), []);
  await assert.rejects(fetch(address));
  await assert.rejects(async () => process.kill(-Number(child.pid), 0), { code: 'ESRCH' }, 'nobody of its group lives');
});
