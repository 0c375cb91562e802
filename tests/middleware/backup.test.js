// Back-up and restore as OPERATING.md has them: taken while uploads go on, brought back, checked by the commands.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openRecords } from '../../examples/middleware/records/open.js';
import { findPrograms, startPostgres } from './servers/postgres.js';
import { bearer, decision, formOf, KEYS, PATH, STATIC_KEYS, startMain } from './servers/service.js';

const run = promisify(execFile);
const LATER = { NODE_ENV: 'test', CASEFRAME_TEST_CLOCK_SECONDS: String(2 * 24 * 3600) };

for (const kind of /** @type {const} */ (['sqlite', 'postgres'])) {
  test(`what was answered before a back-up is there after a restore, ${kind}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'cf-backup-'));
    const postgres = kind === 'postgres' ? await startPostgres() : undefined;
    t.after(async () => {
      await postgres?.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const at = (/** @type {string} */ name) => join(folder, name);
    const DATABASE_URL = (await postgres?.createDatabase()) ?? `sqlite:${at('records.sqlite')}`;
    const env = { STATIC_KEYS, PORT: '0', STORAGE_URL: `file:${at('objects')}`, DATABASE_URL };
    const photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
    const main = startMain({ env });
    t.after(main.stop);
    const address = await main.address();
    /** @type {string[]} */
    const answered = [];
    let isOver = false;
    const client = async () => {
      while (!isOver) {
        const response = await fetch(`${address}${PATH}/upload`, {
          method: 'POST',
          headers: bearer(KEYS.agent),
          body: formOf({ file: photo }),
        });
        answered.push((await response.json()).id);
      }
    };
    const uploads = [client(), client()];
    while (answered.length < 6) await new Promise((resolve) => setTimeout(resolve, 10));

    // Rows first, objects after.
    const before = [...answered];
    const begunAt = new Date().toISOString();
    if (postgres === undefined) new DatabaseSync(at('records.sqlite')).exec(`vacuum into '${at('copy.sqlite')}'`);
    else
      await run(join(await findPrograms(), 'pg_dump'), ['--format=custom', `--file=${at('copy.dump')}`, DATABASE_URL]);
    // What is being written just now comes and goes.
    await cp(at('objects'), at('copy'), { recursive: true, filter: (path) => !path.includes('.incoming') });
    isOver = true;
    await Promise.all(uploads);
    const [erased, ...kept] = before;
    const deleteIn = (/** @type {string} */ url, /** @type {string} */ id) =>
      fetch(`${url}/${id}`, decision('DELETE', KEYS.admin, 'Article 17'));
    assert.equal((await deleteIn(address + PATH, erased)).status, 200);
    main.child.kill('SIGKILL');
    await main.ended;

    const restored = { ...env, STORAGE_URL: `file:${at('copy')}`, DATABASE_URL: `sqlite:${at('copy.sqlite')}` };
    if (postgres !== undefined) {
      restored.DATABASE_URL = await postgres.createDatabase();
      await run(join(await findPrograms(), 'pg_restore'), [`--dbname=${restored.DATABASE_URL}`, at('copy.dump')]);
    }
    /** @param {string[]} args @param {Record<string, string>} [more] */
    const command = async (args, more = {}) => {
      const { ended, output, stop } = startMain({ args, env: { ...restored, ...more } });
      const [code] = await ended;
      await stop();
      return { code, text: output.out + output.err };
    };
    assert.equal((await command(['migrate'])).code, 0);
    const audit = await command(['verify-audit']);
    assert.equal(audit.code, 0, audit.text);
    const dry = await command(['reconcile', '--dry-run'], LATER);
    assert.doesNotMatch(dry.text, /row-without-object|object-differs/, 'no picture that the rows know is lost');
    const second = startMain({ env: restored });
    t.after(second.stop);
    const url = `${await second.address()}${PATH}`;
    const show = (/** @type {string} */ id) => fetch(`${url}/${id}`, { headers: bearer(KEYS.supervisor) });
    assert.equal((await show(erased)).status, 200, 'what was deleted since has come back');
    const replaced = await openRecords(DATABASE_URL);
    for await (const { action, at: when, snapshotId } of replaced.auditEntries('local')) {
      if (action === 'deleted' && when >= begunAt) await deleteIn(url, String(snapshotId));
    }
    await replaced.close();
    assert.equal((await show(erased)).status, 410);
    for (const id of kept) {
      const shown = await show(id);
      assert.equal(shown.status, 200, id);
      assert.ok(Buffer.from(await shown.arrayBuffer()).equals(photo));
    }
  });
}
