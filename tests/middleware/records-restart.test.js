// PostgreSQL ends as by a crash and comes again, while connections are in use: calls fail as “unavailable” for that time, and
// nothing ends the process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRecords } from '../../examples/middleware/records/open.js';
import { RecordsError } from '../../examples/middleware/records/records.js';
import { ADMIN } from './records-lab.js';
import { startPostgres } from './servers/postgres.js';
import { pause } from './servers/service.js';

test('a restart is outlived, also by connections between two queries', { timeout: 120_000 }, async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const records = await openRecords(await postgres.createDatabase());
  t.after(() => records.close());
  await records.migrate();
  let isOver = false;
  let done = 0;
  /** @type {unknown[]} */
  const errors = [];
  const work = async () => {
    while (!isOver) {
      await records.audit('acme', { actor: ADMIN, action: 'viewed' }).then(
        () => (done += 1),
        (error) => errors.push(error),
      );
      await pause(1);
    }
  };
  const workers = Array.from({ length: 4 }, work);
  /** @type {() => void} */
  let end = () => {};
  const pass = records.passAlone(0, () => new Promise((resolve) => (end = () => resolve(0))));
  while (done < 20) await pause(5);
  await postgres.restart();
  const before = done;
  while (done < before + 20) await pause(5);
  isOver = true;
  await Promise.all(workers);
  end();
  await pass.catch((error) => errors.push(error));
  for (const error of errors) assert.ok(error instanceof RecordsError && error.code === 'unavailable', String(error));
  const entries = await Array.fromAsync(records.auditEntries('acme'));
  assert.ok(entries.length >= done, 'what was answered is there');
  assert.deepEqual(await Array.fromAsync(records.verifyAudit()), []);
});
