/**
 * What every store of the upload queue does, as checks that run in Node and in pages alike.
 * @typedef {import('../../../js/upload/record.js').Store} Store
 */

/** @param {unknown} actual @param {unknown} expected */
function equal(actual, expected) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${a} is not ${b}`);
}

/** @param {string} id @param {object} [rest] @returns {import('../../../js/upload/record.js').Item} */
export function itemOf(id, rest) {
  return {
    id,
    agentId: 'ann',
    interactionId: 'case-1',
    sha256: 'f'.repeat(64),
    timestamp: '2026-11-26T09:00:00.000Z',
    metadata: '{}',
    type: 'image/jpeg',
    bytes: 3,
    order: 1,
    queuedAt: 1,
    attempts: 0,
    state: 'waiting',
    wait: null,
    lease: null,
    error: null,
    ...rest,
  };
}

const bytes = () => new Uint8Array([1, 2, 3]).buffer;

/** @param {ArrayBuffer | undefined} data */
const plain = (data) => data && Array.from(new Uint8Array(data));

/** @param {string} id @param {number} at @returns {import('../../../js/upload/record.js').Delivered} */
const deliveredAt = (id, at) => ({
  id,
  agentId: 'ann',
  sha256: 'f'.repeat(64),
  receipt: { success: true, id, url: `/${id}`, sha256: 'f'.repeat(64), annotation: 'queued' },
  at,
});

/** @param {Store} store */
const ids = (store) => store.transact((items) => items.map(({ id }) => id).sort());

const DAY_MS = 24 * 60 * 60 * 1000;

/** By name. `open` gives another store on the same items each time. @type {Record<string, (open: () => Store) => Promise<void>>} */
export const contract = {
  async 'is empty at first'(open) {
    const store = open();
    equal(await ids(store), []);
    equal(await store.picture('a'), undefined);
    equal(await store.receipt('a'), undefined);
  },

  async 'keeps an item with its picture'(open) {
    const item = itemOf('a', { error: { code: 'upload-failed', message: 'm', details: { status: 503 } } });
    equal(await open().transact((_, to) => to.put(item, bytes()) || 7, true), 7);
    const store = open();
    equal(await store.transact((items) => items), [item]);
    const picture = await store.picture('a');
    if (!(picture instanceof ArrayBuffer)) throw new Error('A picture is an ArrayBuffer');
    equal(plain(picture), [1, 2, 3]);
  },

  async 'keeps an initialisation vector as bytes'(open) {
    const store = open();
    await store.transact((_, to) => to.put(itemOf('a', { iv: new Uint8Array([4, 5]) }), bytes()));
    equal(await store.transact(([{ iv }]) => iv instanceof Uint8Array && Array.from(iv)), [4, 5]);
  },

  async 'keeps the picture where the item changes'(open) {
    const store = open();
    await store.transact((_, to) => to.put(itemOf('a'), bytes()));
    await store.transact(([item], to) => to.put({ ...item, attempts: 2 }));
    equal(await store.transact(([item]) => item.attempts), 2);
    equal(plain(await store.picture('a')), [1, 2, 3]);
  },

  async 'removes the item with its picture, and keeps the receipt'(open) {
    const store = open();
    await store.transact((_, to) => {
      to.put(itemOf('a'), bytes());
      to.put(itemOf('b'), bytes());
    });
    const delivered = deliveredAt('a', Date.now());
    await store.transact((_, to) => {
      to.remove('a', delivered);
      to.remove('b');
    });
    equal(await ids(store), []);
    equal([await store.picture('a'), await store.picture('b')], [undefined, undefined]);
    equal([await open().receipt('a'), await store.receipt('b')], [delivered, undefined]);
  },

  async 'lets a receipt go after a day'(open) {
    const store = open();
    // Also one that a clock has dated that was ahead.
    const ages = {
      fresh: 0,
      old: DAY_MS - 60000,
      ahead: 60000 - DAY_MS,
      'too-old': DAY_MS,
      'too-far-ahead': -DAY_MS - 60000,
    };
    for (const [id, ageMs] of Object.entries(ages)) {
      await store.transact((_, to) => to.remove(id, deliveredAt(id, Date.now() - ageMs)));
    }
    const known = async () => {
      const found = await Promise.all(Object.keys(ages).map(async (id) => (await store.receipt(id))?.id));
      return found.filter((id) => id);
    };
    equal(await known(), ['fresh', 'old', 'ahead']);
    await store.transact(() => {});
    equal(await known(), ['fresh', 'old', 'ahead']);
  },

  async 'writes all of a change or nothing'(open) {
    const store = open();
    await store.transact((_, to) => to.put(itemOf('a'), bytes()));
    const mistake = new RangeError('a rule');
    const change = (/** @type {any} */ _, /** @type {import('../../../js/upload/record.js').Writer} */ to) => {
      to.put(itemOf('b'), bytes());
      to.remove('a');
      throw mistake;
    };
    let thrown;
    await store.transact(change).catch((error) => {
      thrown = error;
    });
    if (thrown !== mistake) throw new Error(`It rejects with what was thrown, not with ${thrown}`);
    equal(await ids(store), ['a']);
    equal(await store.picture('b'), undefined);
  },

  async 'does one change after the other, whoever makes them'(open) {
    await open().transact((_, to) => to.put(itemOf('a'), bytes()));
    const stores = [open(), open(), open()];
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        stores[n % 3].transact(([item], to) => to.put({ ...item, attempts: item.attempts + 1 })),
      ),
    );
    equal(await stores[0].transact(([item]) => item.attempts), 60);
  },

  async 'holds a thousand items'(open) {
    const store = open();
    await store.transact((_, to) => {
      for (let n = 0; n < 1000; n += 1) to.put(itemOf(`s${n}`, { order: n }), bytes());
    }, true);
    equal(await open().transact((items) => items.length), 1000);
  },
};
