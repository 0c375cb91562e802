// `node main.js reconcile`, the reconciler's timer and figures, and the hooks that only tests may set.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Registry } from 'prom-client';
import { createReconciler, EXIT } from '../../examples/middleware/operations/reconciler.js';
import { testHooks } from '../../examples/middleware/operations/test-hooks.js';
import { openRecords } from '../../examples/middleware/records/open.js';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { AGENT, claimOf, DAY_MS } from './records-lab.js';
import { STATIC_KEYS, sha256, startMain } from './servers/service.js';

const NOBODYS = 'video-snapshots/call-1/nobodys.jpg';
/** @type {string} */ let data;
/** @type {Buffer} */ let photo;
before(async () => {
  data = await mkdtemp(join(tmpdir(), 'cf-reconcile-command-'));
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  await withParts(async (records, storage) => {
    await storage.put(NOBODYS, photo, { sha256: sha256(photo), retentionDays: 1 });
    await upload(records, storage);
  });
});

/**
 * What the commands work with. @template T
 * @param {(records: import('./records-lab.js').Records, storage: import('../../examples/middleware/storage/storage.js').Storage) => Promise<T>} work
 */
async function withParts(work) {
  const records = await openRecords(`sqlite:${join(data, 'records.sqlite')}`);
  await records.migrate();
  const storage = await openStorage(`file:${join(data, 'objects')}`);
  try {
    return await work(records, storage);
  } finally {
    await storage.close();
    await records.close();
  }
}

/**
 * A snapshot as it should be. Where none has a row, an object without one would be left.
 * @param {import('./records-lab.js').Records} records @param {import('../../examples/middleware/storage/storage.js').Storage} storage
 */
async function upload(records, storage) {
  const clock = { date: () => new Date() };
  const claimed = await records.claim(
    claimOf(/** @type {any} */ (clock), { sha256: sha256(photo), bytes: photo.length }),
  );
  assert.ok(claimed.outcome === 'claimed');
  await storage.put(claimed.snapshot.objectKey, photo, { sha256: sha256(photo), retentionDays: 30 });
  await records.stored(claimed.lease, AGENT);
  return claimed.snapshot.objectKey;
}
after(() => rm(data, { recursive: true, force: true }));

/** @param {string[]} args @param {Record<string, string>} [env] */
async function run(args, env = {}) {
  const main = startMain({ args: [...args, '--data', data], env: { STATIC_KEYS, ...env } });
  const [code] = await main.ended;
  await main.stop();
  return { code, ...main.output };
}
const LATER = { NODE_ENV: 'test', CASEFRAME_TEST_CLOCK_SECONDS: String(2 * 24 * 3600) };
/** @param {string} out */
const lines = (out) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('the command lists what differs, line by line, and its exit code says whether anything is left', async () => {
  const young = await run(['reconcile']);
  assert.deepEqual([young.code, lines(young.out).length], [EXIT.nothingLeft, 1], young.err);
  const dry = await run(['reconcile', '--dry-run'], LATER);
  assert.equal(dry.code, EXIT.somethingLeft);
  assert.deepEqual(lines(dry.out), [
    { kind: 'object-without-row', objectKey: NOBODYS, outcome: 'left', why: 'a dry run' },
    { rows: 1, objects: 2, mended: 0, left: 1, isDryRun: true },
  ]);
  const real = await run(['reconcile'], LATER);
  assert.equal(real.code, EXIT.nothingLeft);
  assert.deepEqual(
    lines(real.out).map(({ outcome }) => outcome),
    ['mended', undefined],
  );
  assert.equal(lines((await run(['reconcile'], LATER)).out).length, 1);
});

test('a dry run leaves the service’s own pass as due as it was', async () => {
  const records = await openRecords(`sqlite:${join(data, 'records.sqlite')}`, {
    now: () => new Date(Date.now() + 4 * DAY_MS),
  });
  const pass = async () => {
    const ran = [];
    await records.passAlone(DAY_MS, async () => ran.push('it'));
    return ran.length;
  };
  const fourDays = { ...LATER, CASEFRAME_TEST_CLOCK_SECONDS: String((4 * DAY_MS) / 1000) };
  assert.equal((await run(['reconcile', '--dry-run'], fourDays)).code, EXIT.nothingLeft);
  assert.equal(await pass(), 1);
  assert.equal(await pass(), 0);
  await records.close();
});

test('a hold that only the store knows of is taken into the row, and protects the recordings as any other', async () => {
  const key = await withParts(async (records, storage) => {
    const kept = await upload(records, storage);
    await storage.hold(kept, true);
    return kept;
  });
  const id = '11111111-1111-4111-8111-111111111111';
  const env = {
    ...LATER,
    GENESYS_REGION: 'mypurecloud.de',
    GENESYS_ORGANIZATIONS: id,
    GENESYS_OAUTH_CLIENTS: id,
    GENESYS_CLIENT_ID: id,
    GENESYS_CLIENT_SECRET: 'a-secret-of-the-client',
    PROTECT_RECORDINGS: 'on',
  };
  const { code, err } = await run(['reconcile'], env);
  assert.equal(code, EXIT.nothingLeft, err);
  await withParts(async (records) => {
    assert.equal((await records.findByObjects([key])).get(key)?.legalHold, true);
    const tasks = await records.countTasks();
    assert.equal(tasks.find(({ kind }) => kind === 'protection')?.count, 1);
  });
});

test('a folder that is not there, or another, is told and not made', async () => {
  const elsewhere = join(data, 'misspelt');
  for (const args of [[], ['--dry-run']]) {
    const { code, out, err } = await run(['reconcile', ...args], { STORAGE_URL: `file:${elsewhere}` });
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /^caseframe: STORAGE_URL: There are no pictures in “\S*\/misspelt”: .*\n$/);
    assert.equal(existsSync(elsewhere), false);
  }
});

test('its flags are for it alone', async () => {
  const { code, err } = await run(['migrate', '--dry-run']);
  assert.equal(code, 1);
  assert.match(err, /--dry-run is for reconcile alone/);
});

test('hooks for tests are refused elsewhere, and where others reach the service', async () => {
  for (const env of [{ CASEFRAME_TEST_CRASH: 'row:before' }, { CASEFRAME_TEST_CLOCK_SECONDS: '60' }]) {
    const { code, err } = await run(['--port', '0'], env);
    assert.equal(code, 1);
    assert.match(err, /are for tests, on this machine only/);
    assert.throws(() => testHooks({ NODE_ENV: 'test', ...env }, { host: '0.0.0.0' }), /for tests/);
  }
  const wrong = await run(['--port', '0'], { NODE_ENV: 'test', CASEFRAME_TEST_CRASH: 'row:sometimes' });
  assert.match(wrong.err, /CASEFRAME_TEST_CRASH has to be one of row:before, /);
});

test('a pass on the timer counts what it finds, and one that fails is told and done again', async (t) => {
  const records = await openRecords('sqlite::memory:');
  await records.migrate();
  const storage = await openStorage(`file:${join(data, 'timer')}`);
  t.after(() => records.close());
  const kept = await upload(records, storage);
  await storage.put(NOBODYS, photo, { sha256: sha256(photo), retentionDays: 1 });
  const registry = new Registry();
  /** @type {string[]} */
  const log = [];
  const line = (/** @type {any} */ _about, /** @type {string} */ text) => log.push(text);
  /** @type {(() => void)[]} */
  const timers = [];
  let isAway = true;
  const reconciler = createReconciler({
    everyMs: 1000,
    graceMs: 600_000,
    records,
    storage: {
      ...storage,
      list: (prefix) => {
        if (isAway) throw new Error('The store is away');
        return storage.list(prefix);
      },
    },
    sweep: async () => {},
    now: () => new Date(Date.now() + 3_600_000),
    log: /** @type {any} */ ({ info: line, warn: line, error: line }),
    registry,
    clock: { setTimeout: (callback) => timers.push(callback), clearTimeout: () => {} },
  });
  reconciler.start();
  assert.equal(timers.length, 1);
  assert.equal(await reconciler.look(), 'failed');
  assert.deepEqual(log, ['a reconciliation was cut short: again in a minute']);
  isAway = false;
  assert.equal(await reconciler.look(), 'done');
  assert.equal(await reconciler.look(), 'early');
  assert.deepEqual(
    (await Array.fromAsync(storage.list())).map(({ key }) => key),
    [kept],
  );
  const text = await registry.metrics();
  assert.match(text, /caseframe_reconcile_findings_total\{kind="object-without-row",outcome="mended"\} 1/);
  assert.match(text, /caseframe_reconcile_left 0/);
  assert.match(text, /caseframe_reconcile_last_pass_timestamp_seconds [1-9]/);
  await reconciler.close();
});

test('every instance says what the last pass of any of them has left, and when, also after a restart', async (t) => {
  const url = `sqlite:${join(data, 'figures.sqlite')}`;
  let offsetMs = 2 * DAY_MS;
  const now = () => new Date(Date.now() + offsetMs);
  const storage = await openStorage(`file:${join(data, 'figures')}`);
  /** @type {import('./records-lab.js').Records[]} */
  const opened = [];
  t.after(() => Promise.all(opened.map((records) => records.close())));
  const instance = async () => {
    const records = await openRecords(url, { now });
    opened.push(records);
    await records.migrate();
    const registry = new Registry();
    const reconciler = createReconciler({
      everyMs: DAY_MS,
      graceMs: 600_000,
      records,
      storage,
      sweep: async () => {},
      now,
      log: /** @type {any} */ ({ warn: () => {}, error: () => {} }),
      registry,
      clock: { setTimeout: assert.fail, clearTimeout: () => {} },
    });
    return { records, look: reconciler.look, figures: () => figuresOf(registry) };
  };
  /** @param {Registry} registry */
  const figuresOf = async (registry) => {
    const text = await registry.metrics();
    const figure = (/** @type {string} */ name) =>
      new RegExp(`^caseframe_reconcile_${name} (.*)$`, 'm').exec(text)?.[1];
    return { left: figure('left'), at: figure('last_pass_timestamp_seconds') };
  };
  const a = await instance();
  const b = await instance();
  assert.deepEqual(await a.figures(), { left: undefined, at: undefined }, 'no pass yet');
  const key = await upload(a.records, storage);
  await storage.remove(key);
  offsetMs += DAY_MS;
  assert.equal(await a.look(), 'done');
  const found = await a.figures();
  assert.equal(found.left, '1');
  assert.deepEqual(await b.figures(), found);
  assert.deepEqual(await (await instance()).figures(), found, 'restarted');
  await storage.put(key, photo, { sha256: sha256(photo), retentionDays: 30 });
  offsetMs += DAY_MS;
  assert.equal(await b.look(), 'done');
  const mended = await a.figures();
  assert.equal(mended.left, '0');
  assert.ok(Number(mended.at) - Number(found.at) >= DAY_MS / 1000);
  await a.records.passAlone(0, async () => 7, { isRemembered: false });
  assert.deepEqual(await a.figures(), mended, 'a dry run says nothing');
});
