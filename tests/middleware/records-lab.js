/** Records to test: the same tests on SQLite and on a real PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe } from 'node:test';
import pg from 'pg';
import { openRecords } from '../../examples/middleware/records/open.js';
import { startPostgres } from './servers/postgres.js';

/** @typedef {import('../../examples/middleware/records/records.js').Records} Records */
/** @typedef {import('../../examples/middleware/records/records.js').Snapshot} Snapshot */
/** @typedef {'sqlite' | 'postgres'} Kind */

/**
 * @typedef {object} Lab
 * @property {Kind} kind
 * @property {() => Promise<string>} createUrl Of an empty database.
 * @property {(options?: { url?: string, clock?: ReturnType<typeof createClock> }) => Promise<Records>} open Migrated, and
 *   closed after the tests.
 */

/** One for the file, started where a test needs it. @type {ReturnType<typeof startPostgres> | undefined} */
let server;
after(async () => (await server)?.stop());

/** Runs `tests` once for each kind of database. @param {string} name @param {(lab: Lab) => void} tests */
export function describeRecords(name, tests) {
  for (const kind of /** @type {const} */ (['sqlite', 'postgres'])) {
    describe(`${name}, ${kind}`, () => {
      /** @type {string} */
      let folder;
      /** @type {Records[]} */
      const opened = [];
      let count = 0;
      before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'cf-records-'));
      });
      after(async () => {
        await Promise.all(opened.map((records) => records.close()));
        await rm(folder, { recursive: true, force: true });
      });
      async function createUrl() {
        if (kind === 'sqlite') return `sqlite:${join(folder, `${++count}.db`)}`;
        server ??= startPostgres();
        return (await server).createDatabase();
      }
      tests({
        kind,
        createUrl,
        async open({ url, clock } = {}) {
          const records = await openRecords(url ?? (await createUrl()), { now: clock?.date });
          opened.push(records);
          await records.migrate();
          return records;
        },
      });
    });
  }
}

/** From outside the service. @param {string} url @param {string} sql */
export async function runSql(url, sql) {
  if (url.startsWith('sqlite:')) {
    const database = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 10_000 });
    try {
      database.exec(sql);
    } finally {
      database.close();
    }
    return;
  }
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** A clock that stands still until it is told. */
export function createClock(start = Date.UTC(2026, 0, 1)) {
  let now = start;
  return {
    date: () => new Date(now),
    /** @param {number} ms */
    advance(ms) {
      now += ms;
    },
  };
}

export const DAY_MS = 24 * 60 * 60 * 1000;
export const LEASE_MS = 60_000;

/** @type {import('../../examples/middleware/records/records.js').Actor} */
export const AGENT = { id: 'agent-1', role: 'agent', via: 'static-key' };
/** @type {import('../../examples/middleware/records/records.js').Actor} */
export const ADMIN = { id: 'admin-1', role: 'admin', via: 'static-key' };

let objects = 0;

/**
 * A claim as the upload's route makes one. @param {ReturnType<typeof createClock>} clock
 * @param {Partial<Snapshot> & { key?: string }} [about]
 * @returns {import('../../examples/middleware/records/records.js').Claim}
 */
export function claimOf(clock, { key, ...about } = {}) {
  const id = about.id ?? `snapshot-${++objects}`;
  const snapshot = {
    id,
    organizationId: 'acme',
    interactionId: 'call-1',
    agentId: AGENT.id,
    timestamp: '2025-12-31T23:59:59.123+01:00',
    receivedAt: clock.date().toISOString(),
    sha256: 'ab'.repeat(32),
    bytes: 1234,
    width: 640,
    height: 480,
    redactions: [{ x: 2, y: 4, width: 6, height: 8, mode: 'fill' }],
    metadata: { software: 'caseframe', note: 'ünï ☃ \u0000 \ud800' },
    objectKey: `video-snapshots/call-1/${++objects}.jpg`,
    expiresAt: new Date(clock.date().getTime() + 30 * DAY_MS).toISOString(),
    ...about,
  };
  return {
    organizationId: snapshot.organizationId,
    agentId: snapshot.agentId,
    idempotencyKey: key ?? id,
    leaseMs: LEASE_MS,
    snapshot,
  };
}

/** Claimed and stored. @param {Records} records @param {ReturnType<typeof createClock>} clock @param {Parameters<typeof claimOf>[1]} [about] */
export async function store(records, clock, about) {
  const claimed = await records.claim(claimOf(clock, about));
  if (claimed.outcome !== 'claimed') throw new Error(`Expected a claim but received ${claimed.outcome}`);
  return records.stored(claimed.lease, AGENT);
}

/** What is due expires. @param {Records} records @param {Date} at @param {number} limit */
export async function expireDue(records, at, limit) {
  return records.expire(at, await records.expiring(at, limit));
}
