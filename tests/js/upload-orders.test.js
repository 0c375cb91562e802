/**
 * Thousands of random orders of everything that can happen to a queue: tabs that are killed or frozen at any step, lost
 * answers, refusals, a disk that fails or is full, clocks that are set, agents that change, snapshots that are taken out.
 * Beside it runs a model that only remembers what was promised:
 *
 *   - what was stored is delivered exactly once, or stands in the queue, unless somebody took it out;
 *   - what was in memory alone is lost only with its tab, and the page was told;
 *   - it is sent as its own agent, by one tab at a time, in the order of its interaction;
 *   - `send` resolves only for what the server has, and always ends.
 */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { forEachSeed } from './random.js';
import { createWorld, fakeSnapshot } from './upload-fakes.js';

const RUNS = Number(process.env.CASEFRAME_ORDERS ?? 1000);
const HOUR = 3600000;
const AGENTS = ['ann', 'bob'];
const INTERACTIONS = ['case-1', 'case-2', 'case-3'];

/** @typedef {import('./upload-fakes.js').Tab} Tab */

/** @param {import('./dice.js').Dice} dice @returns {import('./upload-fakes.js').Answer} */
function misbehave(dice) {
  const slow = { sendMs: dice.pick([1, 50, 2000, 25000]), answerMs: dice.pick([1, 50, 3000, 50000]) };
  return {
    ...slow,
    ...dice.pick([
      { status: 200 },
      { status: 200 },
      { status: 200 },
      { store: true }, // The answer is lost.
      {},
      { status: 500 },
      { status: 503, retryAfter: '2' },
      { status: 429, retryAfter: 'Thu, 26 Nov 2026 09:00:20 GMT' },
      { status: 409 },
      { status: 401 },
      { status: 200, store: false, body: { garbage: true } },
      { status: 200, store: true, body: { success: false } },
      { status: 200, answerMs: 1e6 },
      { sendMs: 1e6 },
      { status: 413, body: { code: 'file-too-large', error: 'Too large' } },
    ]),
  };
}

/** @param {import('./dice.js').Dice} dice */
async function playOne(dice) {
  const world = createWorld({
    random: () => dice.random(),
    hasLocks: dice.random() < 0.5,
    behave: () => misbehave(dice),
  });
  const { clock, server, disk } = world;
  const diskFails = dice.random() < 0.3;
  const options = {
    stallMs: 20000,
    answerMs: 30000,
    limits: { ageMs: dice.pick([5 * 60000, 24 * HOUR]), parallel: dice.between(1, 3) },
    retry: { baseMs: 1000, maxMs: 30000 },
  };
  /** @type {{ id: string, tab: Tab, ended?: any, discarded?: boolean }[]} */
  const sends = [];
  const open = () => world.open({ ...options, agentId: dice.pick(AGENTS) });
  const live = () => world.tabs.filter((tab) => !tab.dead && !tab.frozen);

  /** @param {Tab} tab */
  function send(tab) {
    const id = `s${sends.length}`;
    /** @type {(typeof sends)[0]} */
    const sent = { id, tab };
    sends.push(sent);
    const interaction = `${tab.agentId} ${dice.pick(INTERACTIONS)}`;
    tab.uploader.send(fakeSnapshot(id, interaction)).then(
      (receipt) => {
        sent.ended = receipt;
        assert.ok(server.filed.some((filed) => filed.id === receipt.id));
      },
      (error) => {
        sent.ended = error;
      },
    );
  }

  /** @type {Record<string, (tab: Tab) => void>} */
  const actions = {
    send,
    sendMore: send,
    sendYetMore: send,
    open,
    crash: (tab) => tab.crash(),
    dispose(tab) {
      tab.uploader.dispose();
      tab.dead = true;
    },
    freeze: (tab) => tab.freeze(),
    thaw: () => world.tabs.find((tab) => tab.frozen)?.thaw(),
    step: () => clock.step(dice.pick([-HOUR, -1000, 1000, HOUR])),
    wake: (tab) => tab.wake(),
    turn(tab) {
      tab.hidden = !tab.hidden;
      tab.wake();
    },
    flush: (tab) => void tab.uploader.flush({ timeoutMs: 5000 }),
    retry: (tab) => void (sends.length > 0 && tab.uploader.retry(dice.pick(sends).id)),
    discard(tab) {
      if (sends.length === 0 || dice.random() < 0.6) return;
      const sent = dice.pick(sends);
      if (sent.tab.agentId !== tab.agentId) return;
      sent.discarded = true;
      tab.uploader.discard(sent.id);
    },
    again(tab) {
      const own = sends.filter((sent) => sent.tab.agentId === tab.agentId && !sent.discarded);
      if (own.length > 0) tab.uploader.send({ id: dice.pick(own).id });
    },
    disk() {
      if (!diskFails) return;
      world.faults.isFull = dice.random() < 0.3;
      world.faults.diskFault =
        dice.random() < 0.5 ? undefined : () => (dice.random() < 0.4 ? new Error('disk') : undefined);
    },
  };

  for (let tabs = 0; tabs < 2; tabs += 1) open();
  for (let steps = dice.between(10, 40); steps > 0; steps -= 1) {
    if (live().length === 0) open();
    actions[dice.pick(Object.keys(actions))](dice.pick(live()));
    if (dice.random() < 0.7) await clock.advance(dice.pick([0, 1, 60, 700, 5000, 30000, 100000]));
  }

  // The storm is over: everybody is back, and given up is taken up again.
  Object.assign(world.faults, { behave: () => ({ status: 200 }), diskFault: undefined, isFull: false });
  for (const tab of world.tabs) if (tab.frozen && !tab.dead) tab.thaw();
  for (const agentId of AGENTS) world.open({ ...options, agentId, limits: {} });
  for (let rounds = 0; rounds < 4; rounds += 1) {
    for (const tab of live()) {
      tab.wake();
      for (const item of await tab.uploader.pending()) {
        if (item.agentId === tab.agentId && item.state !== 'waiting') tab.uploader.retry(item.id);
      }
      await clock.advance(1000);
    }
    await clock.advance(2 * 60000);
  }

  const ids = server.filed.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'filed twice');
  assert.deepEqual(
    server.filed.filter(({ id, data }) => id !== data),
    [],
    'another picture',
  );
  assert.deepEqual(Array.from(disk.items.keys()), [], 'left on the disk');
  for (const tab of live()) assert.deepEqual(await tab.uploader.pending(), [], 'left in a tab');
  if (!diskFails) assert.deepEqual(world.broken, []);
  assert.deepEqual(
    world.broken.filter((what) => !what.startsWith('two sends')),
    [],
  );
  for (const { id, tab, ended, discarded } of sends) {
    const queued = tab.events.find(({ type, item }) => type === 'queued' && item.id === id);
    const warned = tab.events.some((event) => event.code === 'volatile-queue' && event.ids.includes(id));
    assert.ok(!queued || queued.item.durable || warned, `${id} was in memory, and nobody was told`);
    const mayBeLost = discarded || (tab.dead && !queued?.item.durable);
    assert.ok(ids.includes(id) || mayBeLost, `${id} is lost`);
    if (!tab.dead) assert.ok(ended, `send of ${id} never ended`);
    if (ended?.success) assert.equal(ended.id, id);
    else if (ended && !tab.dead) {
      assert.ok(['aborted', 'upload-rejected', 'upload-failed'].includes(ended.code), `${id}: ${ended.code}`);
      assert.ok(ended.code !== 'aborted' || discarded, `${id} was taken out by nobody`);
    }
  }
  if (!diskFails) checkOrder(world, sends);
}

/** @param {ReturnType<typeof createWorld>} world @param {{ id: string, discarded?: boolean }[]} sends */
function checkOrder({ server, stored, tabs }, sends) {
  const givenUp = new Set(
    tabs.flatMap(({ events }) =>
      events.flatMap(({ type, willRetry, id }) => (type === 'failed' && !willRetry ? [id] : [])),
    ),
  );
  for (const { id, discarded } of sends) if (discarded) givenUp.add(id);
  /** @type {Map<string, string[]>} */
  const arrivals = new Map();
  for (const { id, interactionId } of server.filed) {
    if (!givenUp.has(id)) arrivals.set(interactionId, [...(arrivals.get(interactionId) ?? []), id]);
  }
  for (const [interaction, ids] of arrivals) {
    const inOrder = ids.slice().sort((a, b) => stored.lastIndexOf(a) - stored.lastIndexOf(b));
    assert.deepEqual(ids, inOrder, `the order of ${interaction}`);
  }
}

const unhandled = (/** @type {unknown} */ reason) => {
  throw reason;
};
process.on('unhandledRejection', unhandled);
const errors = mock.method(console, 'error');
// Before there is a test: from its first one on, node:test follows every promise, which takes as long as the orders do.
const failure = await forEachSeed(RUNS, playOne).catch((error) => error);
errors.mock.restore();
process.off('unhandledRejection', unhandled);

test(`${RUNS} random orders: each snapshot is delivered once, none is lost`, () => {
  assert.ifError(failure);
  assert.equal(errors.mock.callCount(), 0);
});
