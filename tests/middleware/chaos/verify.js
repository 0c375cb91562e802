/** What is there once everything has come to rest, against what clients were told. */

import { openRecords } from '../../../examples/middleware/records/open.js';
import { openStorage } from '../../../examples/middleware/storage/open.js';
import { pause, sha256, startMain } from '../servers/service.js';

/** Beyond every grace, for the reconciler. */
const LATER = { CASEFRAME_TEST_CLOCK_SECONDS: String(2 * 24 * 3600) };

/**
 * @typedef {object} Count By label.
 * @property {number} uploads
 * @property {number} answered
 * @property {number} lost Answered, and not there or not whole.
 * @property {number} twice Objects of the same picture beyond the first.
 * @property {number} orphans Objects without a row or rows without an object, after the reconciler.
 * @property {number} noted Snapshots with a note on the case.
 * @property {number} notedTwice Notes beyond the first of a snapshot.
 * @property {number} unnoted Stored snapshots without one.
 * @property {number} mended By the reconciler.
 */

/**
 * The instances have ended. Runs the reconciler as an operator would, twice.
 * @param {import('./stack.js').Stack} stack @param {import('./clients.js').Sent[]} sent
 * @returns {Promise<{ counts: Map<string, Count>, problems: string[] }>} `problems`: of the whole.
 */
export async function verify({ env, notes }, sent) {
  const noted = notes();
  const problems = [];
  const storage = await openStorage(env.STORAGE_URL, { env });
  const records = await openRecords(env.DATABASE_URL);
  try {
    const before = await shas(storage);
    const first = await runReconciler(env);
    if (first.code !== 0) problems.push(`reconcile ended with ${first.code}: ${first.text}`);
    const second = await runReconciler(env);
    if (second.findings.length > 0) problems.push(`a second pass still found ${second.text}`);

    const after = await shas(storage);
    const rows = new Map();
    for (let from; ; ) {
      const page = await records.scan(500, from);
      for (const { snapshot } of page) rows.set(snapshot.objectKey, snapshot);
      from = page.at(-1)?.snapshot;
      if (page.length < 500) break;
    }
    const bySha = new Map(sent.map((one) => [one.sha256, one]));
    const byId = new Map([...rows.values()].map((row) => [row.id, row]));
    /** @type {Map<string, Count>} */
    const counts = new Map();
    const of = (/** @type {string | undefined} */ label = 'unknown') => {
      if (!counts.has(label)) counts.set(label, noCount());
      return /** @type {Count} */ (counts.get(label));
    };
    const times = new Map();
    for (const [key, sha] of after) {
      times.set(sha, (times.get(sha) ?? 0) + 1);
      if (rows.get(key)?.sha256 !== sha) of(bySha.get(sha)?.label).orphans += 1;
    }
    for (const { objectKey, sha256, state } of rows.values()) {
      if (state !== 'stored' || after.get(objectKey) !== sha256) of(bySha.get(sha256)?.label).orphans += 1;
    }
    for (const { key, sha } of first.findings.map(({ objectKey }) => ({
      key: objectKey,
      sha: before.get(objectKey),
    }))) {
      of(bySha.get(sha)?.label ?? bySha.get(rows.get(key)?.sha256)?.label).mended += 1;
    }
    for (const { id, label, sha256, state } of sent) {
      const count = of(label);
      count.uploads += 1;
      count.twice += Math.max(0, (times.get(sha256) ?? 0) - 1);
      const notes_ = noted.get(id) ?? 0;
      count.noted += Math.min(1, notes_);
      count.notedTwice += Math.max(0, notes_ - 1);
      if (notes_ === 0 && byId.get(id)?.state === 'stored') count.unnoted += 1;
      if (state !== 'answered') continue;
      count.answered += 1;
      const row = byId.get(id);
      if (row?.state !== 'stored' || after.get(row.objectKey) !== sha256) count.lost += 1;
    }
    for await (const { message } of records.verifyAudit()) problems.push(message);
    const stored = [];
    for await (const { action, snapshotId } of records.auditEntries('local')) {
      if (action === 'stored') stored.push(snapshotId);
    }
    if (new Set(stored).size !== stored.length) problems.push('the audit says twice of one that it was stored');
    if (stored.length !== rows.size) problems.push(`${rows.size} rows, ${stored.length} in the audit`);
    return { counts, problems };
  } finally {
    await records.close();
    await storage.close();
  }
}

/** @returns {Count} */
export const noCount = () => ({
  uploads: 0,
  answered: 0,
  lost: 0,
  twice: 0,
  orphans: 0,
  noted: 0,
  notedTwice: 0,
  unnoted: 0,
  mended: 0,
});

/**
 * Until nothing is left to be annotated. A note whose writers were killed many times waits up to five minutes between two.
 * @param {import('./stack.js').Stack} stack */
export async function atRest({ env }) {
  const records = await openRecords(env.DATABASE_URL);
  try {
    for (const deadline = Date.now() + 900_000; ; await pause(200)) {
      const [tasks, pending] = [await records.countTasks(), (await records.scan(100_000)).filter(isPending)];
      if (tasks.every(({ state }) => state === 'dead') && pending.length === 0) return;
      if (Date.now() > deadline)
        throw new Error(`It does not come to rest: ${JSON.stringify(tasks)}, ${pending.length}`);
    }
  } finally {
    await records.close();
  }
}

/** @param {{ snapshot: { state: string } }} row */
function isPending({ snapshot }) {
  return snapshot.state === 'pending';
}

/** The bytes' own hashes, by key. @param {import('../../../examples/middleware/storage/storage.js').Storage} storage */
async function shas(storage) {
  /** @type {Map<string, string | undefined>} */
  const found = new Map();
  for await (const { key } of storage.list()) found.set(key, sha256(await storage.read(key)));
  return found;
}

/** @param {Record<string, string>} env */
export async function runReconciler(env, args = /** @type {string[]} */ ([])) {
  const main = startMain({ args: ['reconcile', ...args], env: { ...env, ...LATER } });
  const [code] = await main.ended;
  await main.stop();
  const lines = main.output.out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { code, findings: lines.filter(({ kind }) => kind !== undefined), text: main.output.out + main.output.err };
}
