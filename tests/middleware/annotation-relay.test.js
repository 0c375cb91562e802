/** The outbox's tasks on both databases: leased by one, settled once, given up, redriven, taken over. */

import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, test } from 'node:test';
import { redriveCommand } from '../../examples/middleware/records/commands.js';
import { LeaseLost } from '../../examples/middleware/records/records.js';
import { admitClient, createRelayLab, ORGANIZATION, PUBLIC_URL } from './annotation-lab.js';
import { ADMIN, createClock, DAY_MS, describeRecords, store } from './records-lab.js';
import { startGenesys } from './servers/genesys.js';

const LEASE_MS = 60_000;
const MINUTE_MS = 60_000;

/** Stands still at a point until it is let go on. @param {import('../../examples/middleware/annotation/annotation.js').CrashPoint} where */
function stopAt(where) {
  let goOn = () => {};
  /** @type {Promise<void>} */
  const free = new Promise((resolve) => {
    goOn = resolve;
  });
  let reached = () => {};
  /** @type {Promise<void>} */
  const there = new Promise((resolve) => {
    reached = resolve;
  });
  return {
    there,
    goOn,
    /** @param {string} point */
    at(point) {
      if (point !== where) return;
      reached();
      return free;
    },
  };
}

describeRecords('the relay', ({ open, createUrl }) => {
  /** @type {Awaited<ReturnType<typeof startGenesys>>} */ let genesys;
  /** @type {ReturnType<typeof createClock>} */ let clock;
  /** @type {string} */ let url;
  /** @type {import('./records-lab.js').Records} */ let records;
  let calls = 0;
  before(async () => {
    clock = createClock();
    url = await createUrl();
    records = await open({ url, clock });
  });
  beforeEach(async () => {
    genesys = await startGenesys();
    admitClient(genesys);
  });
  afterEach(() => genesys.close());

  /** @param {Partial<Parameters<typeof createRelayLab>[0]>} [options] */
  const relay = (options) => createRelayLab({ records, genesys, clock, ...options });
  /** A snapshot of a call of its own. @param {Partial<import('./servers/genesys-platform.js').Conversation>} [about] */
  async function taken(about = {}) {
    const interactionId = `conversation-${++calls}`;
    genesys.conversations.set(interactionId, { organizationId: ORGANIZATION, userIds: ['agent-1'], ...about });
    return store(records, clock, { interactionId });
  }
  /** @param {string} id */
  const annotationOf = async (id) => {
    const { annotation, annotationReason } = /** @type {any} */ (await records.find(ORGANIZATION, id));
    return [annotation, annotationReason];
  };
  /** @param {string} id */
  const auditOf = async (id) => {
    const entries = [];
    for await (const entry of records.auditEntries(ORGANIZATION, { snapshotId: id })) entries.push(entry);
    return entries;
  };

  test('writes what is due, once, and says so in the row, the list and the audit', async () => {
    const { id, interactionId } = await taken();
    assert.deepEqual(await annotationOf(id), ['queued', null]);
    const lab = relay();
    const stepped = await lab.step();
    assert.deepEqual(stepped, { claimed: 1, done: 1, postponed: 0, failed: 0, lost: 0, waitMs: 0 });
    assert.deepEqual(await annotationOf(id), ['done', null]);
    const [listed] = await records.list(ORGANIZATION, { interactionId, limit: 1 });
    assert.equal(listed.annotation, 'done');
    assert.deepEqual(genesys.notesOf(id), [`caseframe_snapshot_${id} ${PUBLIC_URL}/api/v1/video-snapshot/${id}`]);
    const { actor, action, details } = /** @type {any} */ ((await auditOf(id)).at(-1));
    assert.deepEqual([actor, action, details.target, details.how], ['system', 'annotated', 'attributes', 'written']);
    clock.advance(DAY_MS);
    assert.equal((await lab.step()).claimed, 0);
    assert.equal(genesys.notesOf(id).length, 1);
  });

  test('two at once never do one row twice', async () => {
    const snapshots = [];
    for (let n = 0; n < 40; ++n) snapshots.push(await taken({ endTime: clock.date().toISOString() }));
    for (const { interactionId } of snapshots) {
      genesys.cases.set(`case-of-${interactionId}`, { conversationIds: [interactionId], comments: [] });
    }
    const other = await open({ url, clock });
    const labs = [relay(), relay({ records: other }), relay({ records: other })];
    let done = 0;
    await Promise.all(
      labs.map(async (lab) => {
        for (let stepped = await lab.step(); stepped.claimed > 0; stepped = await lab.step()) {
          done += stepped.done;
          assert.deepEqual([stepped.lost, stepped.failed, stepped.postponed], [0, 0, 0]);
        }
      }),
    );
    assert.equal(done, 40);
    for (const { id } of snapshots) assert.equal(genesys.notesOf(id).length, 1);
    assert.equal(genesys.requests.filter((line) => /^POST .*comments$/.test(line)).length, 40);
  });

  test('one who died is taken over when the lease runs out, not before; one who comes back late settles nothing', async () => {
    const { id } = await taken();
    const stop = stopAt('annotating');
    const late = relay({ at: stop.at }).step();
    await stop.there;
    const heir = relay();
    clock.advance(LEASE_MS - 1);
    assert.equal((await heir.step()).claimed, 0);
    clock.advance(1);
    assert.equal((await heir.step()).done, 1);
    stop.goOn();
    assert.deepEqual(await late, { claimed: 1, done: 0, postponed: 0, failed: 0, lost: 1, waitMs: 0 });
    assert.deepEqual(await annotationOf(id), ['done', null]);
    assert.equal(genesys.notesOf(id).length, 1, 'the key of an attribute is there once, however often it is written');
    assert.equal((await auditOf(id)).filter(({ action }) => action === 'annotated').length, 1);
  });

  test('one who has slept through its lease does not write any more', async () => {
    const { id, interactionId } = await taken({ endTime: clock.date().toISOString() });
    genesys.cases.set(`case-of-${interactionId}`, { conversationIds: [interactionId], comments: [] });
    const stop = stopAt('claimed');
    const late = relay({ at: stop.at }).step();
    await stop.there;
    clock.advance(LEASE_MS);
    assert.equal((await relay().step()).done, 1);
    const before = genesys.requests.length;
    stop.goOn();
    assert.equal((await late).lost, 1);
    assert.deepEqual(genesys.requests.slice(before), [], 'nor ask');
    assert.equal(genesys.notesOf(id).length, 1);
  });

  test('Genesys down for an hour: nothing is lost or given up, and it is asked less and less often', async () => {
    const snapshots = [await taken(), await taken(), await taken()];
    genesys.setFault((request) => {
      request.socket.destroy();
      return true;
    });
    const lab = relay();
    for (let minute = 0; minute < 60; ++minute) {
      for (let second = 0; second < 60; second += 5) {
        const { failed } = await lab.step();
        assert.equal(failed, 0);
        clock.advance(5000);
      }
      for (const { id } of snapshots) assert.deepEqual(await annotationOf(id), ['queued', null]);
    }
    const asked = genesys.requests.length;
    assert.ok(asked < 120, `${asked} requests in an hour`);
    genesys.setFault();
    clock.advance(5 * MINUTE_MS);
    await lab.step();
    for (const { id } of snapshots) {
      assert.deepEqual(await annotationOf(id), ['done', null]);
      assert.equal(genesys.notesOf(id).length, 1);
    }
  });

  test('429 is waited out, and counts as no attempt', async () => {
    const { id } = await taken();
    const lab = relay();
    let busy = true;
    genesys.setFault((request, response) => {
      if (!busy || request.url === '/oauth/token') return false;
      response.writeHead(429, { 'retry-after': '30' }).end();
      return true;
    });
    assert.equal((await lab.step()).postponed, 1);
    const asked = genesys.requests.length;
    assert.deepEqual(await lab.step(), { claimed: 0, done: 0, postponed: 0, failed: 0, lost: 0, waitMs: 30_000 });
    busy = false;
    clock.advance(29_999);
    await lab.step();
    assert.equal(genesys.requests.length, asked);
    clock.advance(1001);
    const [task] = await records.claimTasks({ kinds: ['annotation'], limit: 10, leaseMs: 1 });
    assert.equal(task.attempts, 1);
    clock.advance(1);
    assert.equal((await lab.step()).done, 1);
    assert.deepEqual(await annotationOf(id), ['done', null]);
  });

  test('no more than so many requests in any minute, however much there is to do', async () => {
    const snapshots = [];
    for (let n = 0; n < 30; ++n) snapshots.push(await taken());
    const lab = relay({ settings: { requestsPerMinute: 12 } });
    /** When each was made. @type {number[]} */
    const made = [];
    genesys.setFault((request) => {
      if (request.url !== '/oauth/token') made.push(clock.date().getTime());
      return false;
    });
    for (let second = 0; second < 1200; ++second) {
      const { claimed, waitMs, failed } = await lab.step();
      assert.equal(failed, 0);
      if (claimed === 0 && waitMs === 0 && (await records.countTasks()).length === 0) break;
      clock.advance(1000);
    }
    for (const { id } of snapshots) assert.deepEqual(await annotationOf(id), ['done', null]);
    for (const at of made) {
      const inMinute = made.filter((other) => other <= at && other > at - MINUTE_MS).length;
      assert.ok(inMinute <= 12, `${inMinute} in a minute`);
    }
    assert.equal(made.length, 60, 'two for each: nothing is asked twice because of the pace');
  });

  test('what Genesys refuses is dead with its reason, told to the operator, and done once it is redriven', async () => {
    const { id, interactionId } = await taken({ endTime: clock.date().toISOString() });
    genesys.cases.set('case-1', { conversationIds: [interactionId], comments: [] });
    const permissions = ['caseManagement:caseAssociation:view', 'caseManagement:comment:view'];
    for (const client of genesys.clients.values()) client.permissions = permissions;
    const lab = relay();
    assert.equal((await lab.step()).failed, 1);
    const [annotation, reason] = await annotationOf(id);
    assert.equal(annotation, 'failed');
    assert.match(reason, /POST .*comments was answered by 403 \(missing.*caseManagement:comment:add/);
    const line = lab.log.find(({ level, about }) => level === 'error' && about.alert === 'annotation-dead');
    assert.deepEqual([line?.about.id, line?.about.reason], [id, reason]);
    assert.match(String(line?.message), /redrive/);
    assert.match(await lab.registry.metrics(), /caseframe_outbox_tasks\{kind="annotation",state="dead"\} 1/);
    assert.equal((await auditOf(id)).at(-1)?.action, 'annotation-failed');
    clock.advance(DAY_MS);
    assert.equal((await lab.step()).claimed, 0, 'not by itself');

    permissions.push('caseManagement:comment:add');
    /** @type {string[]} */
    const lines = [];
    assert.equal(await redriveCommand(url, (text) => lines.push(text)), 0);
    assert.deepEqual(lines, [`acme: annotation of ${id}, which had failed: ${reason}`, '1 queued anew']);
    assert.deepEqual(await annotationOf(id), ['queued', null]);
    clock.advance(Date.now() - clock.date().getTime() + 1000); // The command goes by the machine's clock.
    assert.equal((await lab.step()).done, 1);
    assert.equal(genesys.notesOf(id).length, 1);
    lines.length = 0;
    await redriveCommand(url, (text) => lines.push(text));
    assert.deepEqual(lines, ['Nothing was given up']);
  });

  test('what has failed for a day is given up, not before', async () => {
    const { id } = await taken();
    genesys.setFault((_request, response) => {
      response.writeHead(503).end();
      return true;
    });
    const lab = relay();
    const began = clock.date().getTime();
    while ((await annotationOf(id))[0] === 'queued') {
      assert.ok(clock.date().getTime() - began <= DAY_MS + 5 * MINUTE_MS, 'it takes too long');
      await lab.step();
      clock.advance(5 * MINUTE_MS);
    }
    assert.ok(clock.date().getTime() - began >= DAY_MS);
    assert.match((await annotationOf(id))[1], /^Given up after a day: Genesys gives no token/);
    genesys.setFault();
    assert.equal((await records.redriveTasks({ queuedBefore: clock.date() })).length, 1);
    assert.equal((await lab.step()).done, 1);
  });

  test('what has waited for a month, with notes turned off, is tried like any other', async () => {
    const { id } = await taken();
    clock.advance(30 * DAY_MS);
    genesys.setFault((_request, response) => {
      response.writeHead(503).end();
      return true;
    });
    const lab = relay();
    assert.equal((await lab.step()).postponed, 1);
    clock.advance(MINUTE_MS);
    assert.equal((await lab.step()).postponed, 1);
    genesys.setFault();
    clock.advance(MINUTE_MS);
    assert.equal((await lab.step()).done, 1);
    assert.equal(genesys.notesOf(id).length, 1);
  });

  test('what was deleted meanwhile is not told of', async () => {
    const { id } = await taken();
    await records.markDeleted(ORGANIZATION, id, 'GDPR', ADMIN);
    assert.equal((await relay().step()).done, 1);
    assert.deepEqual(genesys.requests, []);
    assert.deepEqual(await annotationOf(id), ['failed', 'It was deleted before']);
    assert.equal((await records.redriveTasks({ queuedBefore: clock.date() })).length, 0);
  });

  test('a database that is away in the middle: the lease gets it done', async () => {
    const { id, interactionId } = await taken({ endTime: clock.date().toISOString() });
    genesys.cases.set('case-1', { conversationIds: [interactionId], comments: [] });
    let isAway = false;
    const away = () => Promise.reject(Object.assign(new Error('away'), { code: 'unavailable' }));
    const flaky = new Proxy(records, {
      get: (target, name) => (isAway && /Task/.test(String(name)) ? away : Reflect.get(target, name)),
    });
    const lab = relay({
      records: flaky,
      at(point) {
        isAway = point === 'annotated';
      },
    });
    assert.equal((await lab.step()).done, 0);
    assert.ok(lab.log.some(({ message }) => /left to its lease/.test(message)));
    assert.equal((await lab.step()).waitMs, 5000, 'and it is not asked all the time');
    isAway = false;
    clock.advance(LEASE_MS);
    assert.equal((await relay().step()).done, 1);
    assert.deepEqual(await annotationOf(id), ['done', null]);
    assert.equal(genesys.notesOf(id).length, 1, 'it has found itself');
  });

  test('a hold protects the call’s recordings, a release takes it back, the last one of several', async () => {
    const settings = /** @type {const} */ ({ targets: [], protectRecordings: true });
    const one = await taken();
    const two = await store(records, clock, { interactionId: one.interactionId });
    await relay().step();
    const lab = relay({ settings: { ...settings, targets: [] } });
    const hold = (/** @type {string} */ id, /** @type {boolean} */ held) =>
      records.setHold(ORGANIZATION, id, held, 'Case 2026-117', ADMIN, { protectRecordings: true });
    const isProtected = () => genesys.protectedConversations.has(one.interactionId);
    await hold(one.id, true);
    assert.equal((await lab.step()).done, 1);
    assert.ok(isProtected());
    await hold(two.id, true);
    await hold(one.id, false);
    while ((await lab.step()).claimed > 0);
    assert.ok(isProtected(), 'the other one is still held');
    await hold(two.id, false);
    await lab.step();
    assert.ok(!isProtected());
    assert.deepEqual(
      (await auditOf(two.id)).map(({ action }) => action).filter((action) => /protect/.test(action)),
      ['protected', 'unprotected'],
    );
    await hold(one.id, true);
    await hold(one.id, false);
    await lab.step();
    assert.ok(!isProtected());
  });

  test('a hold that comes while a release is told wins', async () => {
    const one = await taken();
    const two = await store(records, clock, { interactionId: one.interactionId });
    await relay().step();
    const settings = { targets: [], protectRecordings: true };
    const hold = (/** @type {string} */ id, /** @type {boolean} */ held) =>
      records.setHold(ORGANIZATION, id, held, 'Case 2026-117', ADMIN, { protectRecordings: true });
    await hold(one.id, false);
    const slow = relay({
      settings,
      async at(point) {
        if (point !== 'annotating') return;
        // Told by somebody faster, before the release that is under way arrives.
        await hold(two.id, true);
        await relay({ settings }).step();
      },
    });
    await slow.step();
    while ((await relay({ settings }).step()).claimed > 0);
    assert.ok(genesys.protectedConversations.has(one.interactionId));
    await hold(two.id, false);
    while ((await relay({ settings }).step()).claimed > 0);
    assert.ok(!genesys.protectedConversations.has(one.interactionId));
  });

  test('a release that comes while a hold is told is told after it, however slow that is', async () => {
    const { id, interactionId } = await taken();
    await relay().step();
    const settings = { targets: [], protectRecordings: true };
    const hold = (/** @type {boolean} */ held) =>
      records.setHold(ORGANIZATION, id, held, 'Case 2026-117', ADMIN, { protectRecordings: true });
    await hold(true);
    const slow = relay({
      settings,
      async at(point) {
        if (point !== 'annotating') return;
        await hold(false);
        // Another instance: the protection that is under way has not been carried out yet.
        assert.equal((await relay({ settings }).step()).claimed, 0);
      },
    });
    assert.equal((await slow.step()).done, 1);
    while ((await relay({ settings }).step()).claimed > 0);
    assert.ok(!genesys.protectedConversations.has(interactionId));
    const actions = (await auditOf(id)).map(({ action }) => action).filter((action) => /protect/.test(action));
    assert.deepEqual(actions, ['protected', 'unprotected']);
  });

  test('a hold that comes while a release is refused is told, and the release is not given up', async () => {
    const { id, interactionId } = await taken();
    await relay().step();
    const settings = { targets: [], protectRecordings: true };
    const hold = (/** @type {boolean} */ held) =>
      records.setHold(ORGANIZATION, id, held, 'Case 2026-117', ADMIN, { protectRecordings: true });
    await hold(false);
    genesys.setFault((request, response) => {
      if (!request.url?.includes('protect=false')) return false;
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"no"}');
      return true;
    });
    const refused = relay({ settings, at: async (point) => void (point === 'annotating' && (await hold(true))) });
    const { postponed, failed } = await refused.step();
    assert.deepEqual([postponed, failed], [1, 0]);
    assert.deepEqual(
      refused.log.filter(({ about }) => about.alert),
      [],
    );
    while ((await relay({ settings }).step()).claimed > 0);
    assert.ok(genesys.protectedConversations.has(interactionId));
    genesys.setFault();
    await hold(false);
    assert.equal((await relay({ settings }).step()).done, 1);
  });

  test('a task whose holder has died is taken over, though a hold came meanwhile', async () => {
    const { id, interactionId } = await taken();
    await relay().step();
    const hold = (/** @type {boolean} */ held) =>
      records.setHold(ORGANIZATION, id, held, 'Case 2026-117', ADMIN, { protectRecordings: true });
    await hold(false);
    const [task] = await records.claimTasks({ kinds: ['protection'], limit: 1, leaseMs: LEASE_MS });
    await hold(true);
    const lab = relay({ settings: { targets: [], protectRecordings: true } });
    assert.equal((await lab.step()).claimed, 0);
    clock.advance(LEASE_MS);
    assert.equal((await lab.step()).done, 1);
    assert.ok(genesys.protectedConversations.has(interactionId));
    await assert.rejects(records.settleTask(task, { outcome: 'done', details: {} }), LeaseLost);
  });

  test('what a clock ahead has queued, leased or postponed is taken up by one that is right, once', async () => {
    const ahead = createClock(clock.date().getTime() + 3 * 60 * MINUTE_MS);
    const wrong = await open({ url, clock: ahead });
    const about = { organizationId: ORGANIZATION, userIds: ['agent-1'], endTime: clock.date().toISOString() };
    const ids = ['leased-ahead', 'postponed-ahead', 'queued-ahead'];
    for (const id of ids) {
      genesys.conversations.set(`call-of-${id}`, about);
      await store(wrong, ahead, { id, interactionId: `call-of-${id}` });
      if (id === 'queued-ahead') continue;
      const [task, ...others] = await wrong.claimTasks({ kinds: ['annotation'], limit: 10, leaseMs: LEASE_MS });
      assert.deepEqual([task.snapshot.id, others], [id, []]);
      const dueAt = new Date(ahead.date().getTime() + 5 * MINUTE_MS);
      if (id === 'postponed-ahead') await wrong.postponeTask(task, { dueAt, reason: 'x' });
    }
    // Without a case, each has to wait a minute: they are not asked about all the time until the clock is there.
    const lab = relay();
    assert.equal((await lab.step()).postponed, 3);
    assert.equal((await lab.step()).claimed, 0);
    for (const id of ids) genesys.cases.set(`case-of-${id}`, { conversationIds: [`call-of-${id}`], comments: [] });
    clock.advance(MINUTE_MS);
    assert.equal((await lab.step()).done, 3);
    for (const id of ids) assert.equal(genesys.notesOf(id).length, 1);
  });

  test('what a clock ahead has queued and has failed is redriven by one that is right, once', async () => {
    const ahead = createClock(clock.date().getTime() + 60 * MINUTE_MS);
    const wrong = await open({ url, clock: ahead });
    const { id } = await store(wrong, ahead, { id: 'failed-ahead' });
    const failed = /** @type {const} */ ({ outcome: 'failed', reason: 'It was answered by 403' });
    const fail = async (/** @type {import('./records-lab.js').Records} */ by) => {
      const [task, ...others] = await by.claimTasks({ kinds: ['annotation'], limit: 10, leaseMs: LEASE_MS });
      assert.deepEqual([task.snapshot.id, others], [id, []]);
      await by.settleTask(task, failed);
    };
    await fail(wrong);
    const queuedBefore = clock.date();
    const redrive = async () => (await records.redriveTasks({ queuedBefore })).map(({ snapshotId }) => snapshotId);
    assert.deepEqual(await redrive(), [id]);
    // One that fails again at once is not redriven for ever.
    await fail(records);
    assert.deepEqual(await redrive(), []);
    clock.advance(MINUTE_MS);
    assert.equal((await records.redriveTasks({ queuedBefore: clock.date() })).length, 1);
    await records.markDeleted(ORGANIZATION, id, 'GDPR', ADMIN);
    assert.equal((await relay().step()).done, 1);
  });

  test('starts, goes on by itself, and stops after what is under way', async () => {
    const lab = relay();
    lab.start();
    const { id } = await taken();
    while ((await annotationOf(id))[0] === 'queued') await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(await annotationOf(id), ['done', null]);
    await lab.stop();
    const { id: later } = await taken();
    assert.equal((await lab.step()).claimed, 0);
    assert.deepEqual(await annotationOf(later), ['queued', null]);
    assert.equal((await relay().step()).done, 1);
  });

  test('are counted at the scrape, those alone that somebody does, and a database that is silent is not waited for', async () => {
    const { id } = await taken();
    const lab = relay();
    const protecting = relay({ settings: { targets: [], protectRecordings: true } });
    const isAway = { ...records, countTasks: () => new Promise(() => {}) };
    const silent = relay({ records: /** @type {any} */ (isAway) });
    silent.metrics.requests.inc({ status: '202' });
    clock.advance(2 * MINUTE_MS);
    const scraped = await lab.registry.metrics();
    assert.match(scraped, /caseframe_outbox_tasks\{kind="annotation",state="queued"\} 1/);
    assert.match(scraped, /caseframe_outbox_oldest_seconds\{kind="annotation"\} 120/);
    assert.doesNotMatch(await protecting.registry.metrics(), /kind="annotation"/);
    await records.setHold(ORGANIZATION, id, true, 'Case 1', ADMIN, { protectRecordings: true });
    clock.advance(MINUTE_MS);
    assert.match(await protecting.registry.metrics(), /caseframe_outbox_oldest_seconds\{kind="protection"\} 60/);
    assert.match(await silent.registry.metrics(), /caseframe_genesys_requests_total\{status="202"\} 1/);
    while ((await lab.step()).claimed + (await protecting.step()).claimed > 0);
    assert.doesNotMatch(await lab.registry.metrics(), /outbox_(tasks|oldest_seconds)\{/, 'nothing waits any more');
  });

  test('and nothing is left over', async () => assert.deepEqual(await records.countTasks(), []));
});
