/** The queue's rules and its leases, where the random orders cannot tell one of them from another. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLeases } from '../../js/upload/leases.js';
import { add, claim, conclude, hurry, renew } from '../../js/upload/queue.js';
import { itemOf } from '../browser/pages/upload-contract.js';
import { createFakeClock } from './upload-fakes.js';

const lease = { owner: 'me', beat: 0, ms: 20000, locked: false };
const others = { ...lease, owner: 'other' };
const again = {
  error: { code: /** @type {const} */ ('upload-failed'), message: '', details: {} },
  wait: { ms: 5, asked: 0 },
};
const receipt = /** @type {const} */ ({
  success: true,
  id: 'a',
  url: '/a',
  sha256: 'f'.repeat(64),
  annotation: 'queued',
});

/** Runs a rule and says what it wrote. @param {(to: import('../../js/upload/record.js').Writer) => any} rule */
function run(rule) {
  /** @type {any[]} */
  const written = [];
  const result = rule({
    put: (item) => written.push(item),
    remove: (id, delivered) => written.push({ removed: id, receipt: delivered?.receipt }),
  });
  return { result, written };
}

describe('what a try came to', () => {
  const sent = itemOf('a', { lease, attempts: 1 });

  test('a failure changes nothing where another has taken over, or it was taken out', () => {
    for (const items of [[itemOf('a', { lease: others, attempts: 2 })], []]) {
      assert.deepEqual(
        run((to) => conclude(items, to, sent, again, 1)),
        { result: undefined, written: [] },
      );
    }
  });

  test('a delivery counts all the same', () => {
    for (const items of [[itemOf('a', { lease: others, attempts: 2 })], []]) {
      const { written } = run((to) => conclude(items, to, sent, { receipt }, 1));
      assert.deepEqual(written, [{ removed: 'a', receipt }]);
    }
  });
});

test('only an owner renews its lease, and hears what it has lost', () => {
  const items = [itemOf('a', { lease }), itemOf('b', { lease: others }), itemOf('c')];
  const { result, written } = run((to) => renew(items, to, 'me', ['a', 'b', 'c', 'd'], { ...lease, ms: 90000 }));
  assert.deepEqual(result, ['b', 'c', 'd']);
  assert.deepEqual(
    written.map(({ id, lease: { beat, ms } }) => [id, beat, ms]),
    [['a', 1, 90000]],
  );
});

test('a new item stands behind all others, wherever the clock is', () => {
  const items = [itemOf('a', { order: 5000 }), itemOf('b', { order: 7000 })];
  const limits = { count: 9, bytes: 99 };
  const add1 = (/** @type {number} */ queuedAt) =>
    run((to) => add(items, to, itemOf('c', { queuedAt }), new ArrayBuffer(3), limits, false)).result.order;
  assert.deepEqual([add1(100), add1(9000)], [7001, 9000]);
});

test('nothing is claimed beyond what may be sent, nor what waits', () => {
  const items = ['a', 'b', 'c', 'd'].map((id, order) => itemOf(id, { order, interactionId: id }));
  items[1].wait = { from: 0, ms: 100, asked: 0 };
  const sender = { agentId: 'ann', now: 40, ageMs: 1e9, capacity: 2, lease, leaseRemaining: () => 0 };
  const { result } = run((to) => claim(items, to, sender));
  assert.deepEqual(
    result.claimed.map((/** @type {any} */ { id, attempts }) => [id, attempts]),
    [
      ['a', 1],
      ['c', 1],
    ],
  );
  assert.deepEqual([result.nextMs, result.waiting], [60, 4]);
});

test('what is hurried waits as long as the server has named, and no longer', () => {
  /** @type {[any, any][]} What the wait was, and what is written. */
  const cases = [
    [{ ms: 300000, asked: 0 }, null],
    [
      { ms: 300000, asked: 1000 },
      { from: 5, ms: 1000, asked: 1000 },
    ],
    [{ ms: 1000, asked: 1000 }, undefined],
    // As versions before wrote them.
    [{ ms: 300000, asked: false }, null],
    [{ ms: 300000, asked: true }, undefined],
  ];
  for (const [wait, expected] of cases) {
    const item = itemOf('a', { wait: { from: 5, ...wait } });
    const { written } = run((to) => hurry([item], to, 'ann'));
    assert.deepEqual(
      written.map((put) => put.wait),
      expected === undefined ? [] : [expected],
      JSON.stringify(wait),
    );
  }
});

describe('a lease', () => {
  /** @param {any} [locks] */
  function watch(locks) {
    const clock = createFakeClock();
    return { clock, leases: createLeases({ owner: 'me', clock, locks, isHidden: () => false }) };
  }

  test('runs out once its beat has stood still for its time', async () => {
    const { clock, leases } = watch();
    assert.equal(leases.remaining(itemOf('a', { lease: others })), 20000);
    await clock.advance(15000);
    assert.equal(leases.remaining(itemOf('a', { lease: { ...others, beat: 1 } })), 20000, 'it lives');
    await clock.advance(15000);
    assert.equal(leases.remaining(itemOf('a', { lease: { ...others, beat: 1 } })), 5000);
    await clock.advance(5000);
    assert.equal(leases.remaining(itemOf('a', { lease: { ...others, beat: 1 } })), 0);
    assert.equal(leases.remaining(itemOf('a', { lease: { ...others, beat: 1 }, attempts: 1 })), 20000, 'another try');
  });

  test('is not over because the one who looks stood still itself', async () => {
    const { clock, leases } = watch();
    leases.remaining(itemOf('a', { lease: others }));
    await clock.advance(3600000);
    assert.equal(leases.remaining(itemOf('a', { lease: others })), 20000);
  });

  test('of nobody, or one’s own from before, holds up nothing', () => {
    const { leases } = watch();
    assert.deepEqual([leases.remaining(itemOf('a')), leases.remaining(itemOf('a', { lease }))], [0, 0]);
  });

  test('is over at once where its owner’s lock is free; a frame without locks just waits', async () => {
    const free = { request: async (/** @type {any} */ _, /** @type {any} */ _o, /** @type {any} */ use) => use({}) };
    const taken = { request: async (/** @type {any} */ _, /** @type {any} */ _o, /** @type {any} */ use) => use(null) };
    const refused = { request: () => Promise.reject(new DOMException('sandboxed', 'SecurityError')) };
    const throwing = {
      request() {
        throw new DOMException('sandboxed', 'SecurityError');
      },
    };
    const locked = itemOf('a', { lease: { ...others, locked: true } });
    for (const [locks, remaining] of /** @type {[any, number][]} */ ([
      [free, 0],
      [taken, 20000],
      [refused, 20000],
      [throwing, 20000],
      [undefined, 20000],
    ])) {
      const { clock, leases } = watch(locks);
      let found = 0;
      await leases.hold();
      leases.remaining(locked);
      leases.probe([locked], () => {
        found += 1;
      });
      await clock.settled();
      assert.equal(leases.remaining(locked), remaining);
      assert.equal(found, remaining === 0 ? 1 : 0);
      leases.drop();
    }
  });

  test('whose owner’s lock was free once is over, not the next one of this owner', async () => {
    const { clock, leases } = watch({
      request: async (/** @type {any} */ _, /** @type {any} */ _o, /** @type {any} */ use) => use({}),
    });
    const of = (/** @type {object} */ rest, beat = 0) =>
      itemOf('a', { ...rest, lease: { ...others, beat, locked: true } });
    let found = 0;
    const look = async (/** @type {any} */ item) => {
      leases.remaining(item);
      leases.probe([item], () => {
        found += 1;
      });
      await clock.settled();
    };
    await look(of({}));
    assert.equal(leases.remaining(of({})), 0);
    await look(of({}));
    assert.equal(found, 1, 'found out once');
    for (const next of [of({}, 1), of({ attempts: 1 }), of({ order: 2 })]) {
      assert.equal(leases.remaining(next), 20000, 'it lives');
    }
  });

  test('says that its owner holds a lock only while it does', async () => {
    /** @type {Promise<void> | undefined} */
    let until;
    const locks = {
      request: async (/** @type {any} */ _, /** @type {any} */ _o, /** @type {any} */ use) => (until = use({})),
    };
    const { leases } = watch(locks);
    assert.equal(leases.fresh().locked, false);
    await leases.hold();
    assert.equal(leases.fresh().locked, true);
    leases.drop();
    assert.equal(leases.fresh().locked, false);
    await until;
  });

  test('is not taken for locked where the lock comes too late', async () => {
    /** @type {() => any} */
    let grant = () => {};
    const locks = {
      request: (/** @type {any} */ _, /** @type {any} */ _o, /** @type {any} */ use) =>
        new Promise((resolve) => {
          grant = () => resolve(use({}));
        }),
    };
    const { leases } = watch(locks);
    const holding = leases.hold();
    leases.drop();
    grant();
    await holding;
    assert.equal(leases.fresh().locked, false);
  });
});
