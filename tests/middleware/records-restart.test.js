// PostgreSQL ends as by a crash and comes again, or its connections fall silent, while they are in use: calls fail as
// “unavailable” for that time, and nothing ends the process.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { openRecords } from '../../examples/middleware/records/open.js';
import { RecordsError } from '../../examples/middleware/records/records.js';
import { ADMIN } from './records-lab.js';
import { startPostgres } from './servers/postgres.js';
import { pause } from './servers/service.js';

test('a restart is outlived, also by connections between two queries', { timeout: 600_000 }, async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const records = await openRecords(await postgres.createDatabase());
  t.after(() => records.close());
  await records.migrate();
  let isOver = false;
  let done = 0;
  /** @type {unknown[]} */
  const errors = [];
  const writes = async () => {
    while (!isOver) {
      await records.audit('acme', { actor: ADMIN, action: 'viewed' }).then(
        () => (done += 1),
        (error) => errors.push(error),
      );
      await pause(1);
    }
  };
  const workers = Array.from({ length: 4 }, writes);
  const under = /** @type {PromiseWithResolvers<void>} */ (Promise.withResolvers());
  const over = /** @type {PromiseWithResolvers<number>} */ (Promise.withResolvers());
  const work = () => {
    under.resolve();
    return over.promise;
  };
  const pass = records.passAlone(0, work).catch((error) => errors.push(error));
  await Promise.race([under.promise, pass]);
  while (done < 20) await pause(5);
  await postgres.restart();
  const before = done;
  while (done < before + 20) await pause(5);
  isOver = true;
  await Promise.all(workers);
  over.resolve(0);
  await pass;
  for (const error of errors) assert.ok(error instanceof RecordsError && error.code === 'unavailable', String(error));
  const entries = await Array.fromAsync(records.auditEntries('acme'));
  assert.ok(entries.length >= done, 'what was answered is there');
  assert.deepEqual(await Array.fromAsync(records.verifyAudit()), []);
});

test('connections that fall silent are given up, and new ones taken', { timeout: 600_000 }, async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const wire = await startWire(Number(new URL(postgres.url).port));
  t.after(() => wire.close());
  const url = new URL(await postgres.createDatabase());
  url.port = String(wire.port);
  const patient = await openRecords(url.href);
  t.after(() => patient.close());
  await patient.migrate();
  const records = await openRecords(url.href, { answerMs: 1000 });
  t.after(() => records.close());
  const audit = () => records.audit('acme', { actor: ADMIN, action: 'viewed' });
  const isAway = (/** @type {unknown} */ error) => error instanceof RecordsError && error.code === 'unavailable';
  // A machine that stands still for a second is as silent, and so is what was being opened in a silence.
  const persist = async () => {
    for (;;) {
      try {
        return await audit();
      } catch (error) {
        if (!isAway(error)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, persist));

  wire.silence();
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, audit));
  const failures = outcomes.filter(({ status }) => status === 'rejected');
  assert.ok(failures.length > 0, 'what was sent on them fails');
  for (const failure of failures) assert.ok(isAway(/** @type {PromiseRejectedResult} */ (failure).reason));
  await persist();

  // New connections are silent as well: as many fail as the pool has places, and it has them still.
  wire.silence({ newOnes: true });
  const more = await Promise.allSettled(Array.from({ length: 20 }, audit));
  assert.ok(more.every((outcome) => outcome.status === 'rejected' && isAway(outcome.reason)));
  wire.mend();
  // No place of the pool is lost by it.
  await Promise.all(Array.from({ length: 20 }, persist));
  await Promise.all(Array.from({ length: 20 }, persist));
  assert.deepEqual(await Array.fromAsync(patient.verifyAudit()), []);
});

/** A way to a port on which connections may stop carrying anything, without ending. @param {number} target */
async function startWire(target) {
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();
  /** @type {Set<import('node:net').Socket>} */
  const silent = new Set();
  /** After what a new one has been told first, its greeting. */
  let newAreSilent = false;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    open.add(near);
    let answers = 0;
    near.on('data', (data) => silent.has(near) || far.write(data));
    far.on('data', (data) => {
      if (silent.has(near)) return;
      near.write(data);
      answers += 1;
      if (newAreSilent && answers === 1) silent.add(near);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: /** @type {import('node:net').AddressInfo} */ (server.address()).port,
    silence({ newOnes = false } = {}) {
      for (const socket of open) silent.add(socket);
      newAreSilent = newOnes;
    },
    mend() {
      newAreSilent = false;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
