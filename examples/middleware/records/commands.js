/** `node main.js migrate`, `verify-audit` and `redrive`. Each opens the records, says what came of it, and closes them. */

import { openRecords } from './open.js';

/** @typedef {(line: string) => void} Print */

/**
 * @param {string} databaseUrl
 * @param {Print} [print]
 * @returns {Promise<number>} The exit code.
 */
export async function migrateCommand(databaseUrl, print = console.log) {
  const records = await openRecords(databaseUrl, { migration: { onWait: print } });
  try {
    const applied = await records.migrate();
    for (const name of applied) print(`applied ${name}`);
    print(applied.length > 0 ? 'The database is up to date' : 'The database was up to date');
    return 0;
  } finally {
    await records.close();
  }
}

/**
 * A line for each problem; where there is none, one for each organisation, with the end of its chain: who writes that
 * down elsewhere can tell later that nothing before it was changed.
 * @param {string} databaseUrl
 * @param {Print} [print]
 * @returns {Promise<number>} The exit code: 1 where there is a problem.
 */
export async function verifyAuditCommand(databaseUrl, print = console.log) {
  const records = await openRecords(databaseUrl, { isThere: true });
  try {
    await records.check();
    let found = 0;
    for await (const { organizationId, message } of records.verifyAudit()) {
      found += 1;
      print(`${organizationId}: ${message}`);
    }
    if (found > 0) return 1;
    for await (const organizationId of records.organizations()) {
      const { seq, hash } = await records.auditHead(organizationId);
      print(`${organizationId}: ${seq} entries, all in order; the last one's hash is ${hash}`);
    }
    return 0;
  } finally {
    await records.close();
  }
}

/**
 * Queues what was given up anew, a line for each with what it died of; a running service does it then.
 * @param {string} databaseUrl
 * @param {Print} [print]
 * @returns {Promise<number>} The exit code.
 */
export async function redriveCommand(databaseUrl, print = console.log) {
  const records = await openRecords(databaseUrl, { isThere: true });
  try {
    await records.check();
    let count = 0;
    for (const queuedBefore = new Date(); ; ) {
      const tasks = await records.redriveTasks({ queuedBefore });
      if (tasks.length === 0) break;
      count += tasks.length;
      for (const { organizationId, snapshotId, kind, reason } of tasks) {
        print(`${organizationId}: ${kind} of ${snapshotId}, which had failed: ${reason}`);
      }
    }
    print(count === 0 ? 'Nothing was given up' : `${count} queued anew`);
    return 0;
  } finally {
    await records.close();
  }
}
