/** Holds, releases, deletions and the reconciler at the same time: in the end row and store say the same. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { createRetention } from '../../examples/middleware/custody/retention.js';
import { reconcile } from '../../examples/middleware/operations/reconcile.js';
import { firstSeed, forEachSeed } from '../js/random.js';
import { bearer, decision, formOf, KEYS, newId, read, STATIC_KEYS, startService } from './servers/service.js';
import { createStorageFake } from './storage-fake.js';

console.log(`CASEFRAME_SEED=${firstSeed}`);

/** @type {Buffer} */ let photo;
/** @type {Awaited<ReturnType<typeof startService>>} */ let service;
const storage = createStorageFake();
/** Called before each call of either side. @type {(name: string, ...args: any[]) => unknown} */
let meanwhile = () => {};

/** @template {object} T @param {T} target @returns {T} */
function withMeanwhile(target) {
  return new Proxy(target, {
    get(object, name) {
      const member = Reflect.get(object, name);
      if (
        typeof member !== 'function' ||
        !['hold', 'setHold', 'markDeleted', 'find', 'head', 'remove'].includes(String(name))
      )
        return typeof member === 'function' ? member.bind(object) : member;
      return async (/** @type {any[]} */ ...args) => {
        await meanwhile(String(name), ...args);
        return member.apply(object, args);
      };
    },
  });
}

before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  service = await startService({
    env: { STATIC_KEYS, UPLOADS_PER_MINUTE: '10000' },
    wrap: ({ records }) => ({ storage: withMeanwhile(storage), records: withMeanwhile(records) }),
  });
});
after(() => service.close());

/** @param {string} id @param {string} method */
const hold = async (id, method) => read(await fetch(`${service.url}/${id}/legal-hold`, decision(method, KEYS.admin)));

async function uploaded() {
  const id = newId();
  const body = formOf({ file: photo, fields: { snapshotId: id } });
  const answer = await fetch(`${service.url}/upload`, { method: 'POST', headers: bearer(KEYS.agent), body });
  assert.equal(answer.status, 200, await answer.text());
  return id;
}

/** @param {string} id */
async function stateOf(id) {
  const row = await service.records.find('local', id);
  return { row: row?.legalHold, store: (await storage.head(String(row?.objectKey)))?.held };
}

/**
 * The first call of that name, with that among its arguments, waits until `goOn` is called.
 * @param {string} name @param {boolean | string} argument
 */
function stop(name, argument) {
  /** @type {() => void} */ let goOn = () => {};
  const isOver = new Promise((resolve) => {
    goOn = () => resolve(undefined);
  });
  const isReached = new Promise((resolve) => {
    meanwhile = (called, ...args) => {
      if (called !== name || !args.includes(argument)) return undefined;
      meanwhile = () => {};
      resolve(undefined);
      return isOver;
    };
  });
  return { isReached, goOn };
}

describe('two decisions at the same time', () => {
  test('a hold comes while a release is on its way to the store', async () => {
    const id = await uploaded();
    await hold(id, 'PUT');
    const { isReached, goOn } = stop('hold', false);
    const release = hold(id, 'DELETE');
    await isReached;
    assert.equal((await hold(id, 'PUT')).status, 200);
    goOn();
    assert.equal((await release).status, 200);
    assert.deepEqual(await stateOf(id), { row: true, store: true });
  });

  test('a release comes while a hold is on its way to the row', async () => {
    const id = await uploaded();
    const { isReached, goOn } = stop('setHold', true);
    const held = hold(id, 'PUT');
    await isReached;
    assert.equal((await hold(id, 'DELETE')).status, 200);
    goOn();
    assert.equal((await held).status, 200);
    assert.deepEqual(await stateOf(id), { row: true, store: true });
  });

  test('a release comes while the reconciler takes a hold of the store into the row', async () => {
    const id = await uploaded();
    const { objectKey } = /** @type {any} */ (await service.records.find('local', id));
    await storage.hold(objectKey, true);
    const { isReached, goOn } = stop('setHold', true);
    const pass = reconciled();
    await isReached;
    assert.equal((await hold(id, 'DELETE')).status, 200);
    goOn();
    await pass;
    assert.deepEqual(await stateOf(id), { row: true, store: true });
  });

  test('a hold comes while the reconciler, released meanwhile, lets the store go', async () => {
    const id = await uploaded();
    await service.records.setHold('local', id, true, 'Case', { id: 'admin-1', role: 'admin' });
    const holding = stop('hold', true);
    const pass = reconciled();
    await holding.isReached;
    await service.records.setHold('local', id, false, 'Case', { id: 'admin-1', role: 'admin' });
    const releasing = stop('hold', false);
    holding.goOn();
    await releasing.isReached;
    assert.equal((await hold(id, 'PUT')).status, 200);
    releasing.goOn();
    await pass;
    assert.deepEqual(await stateOf(id), { row: true, store: true });
  });

  test('two holds of what is deleted meanwhile: it is gone for both, and nothing is left over', async () => {
    const id = await uploaded();
    const { objectKey } = /** @type {any} */ (await service.records.find('local', id));
    const beforeStore = stop('hold', true);
    const second = hold(id, 'PUT');
    await beforeStore.isReached;
    const first = stop('setHold', true);
    const held = hold(id, 'PUT');
    await first.isReached;
    await service.records.markDeleted('local', id, 'Article 17', { id: 'admin-2', role: 'admin' });
    const removal = stop('remove', objectKey);
    first.goOn();
    await removal.isReached;
    const again = stop('setHold', true);
    beforeStore.goOn();
    await again.isReached;
    removal.goOn();
    assert.deepEqual([(await held).status, (await held).body.reason], [410, 'Article 17']);
    again.goOn();
    assert.equal((await second).status, 410);
    assert.equal(await storage.head(objectKey), undefined);
  });

  test('in random orders, with deletions and the reconciler', async () => {
    await forEachSeed(8, async (dice) => {
      meanwhile = () => {};
      const id = await uploaded();
      const { objectKey } = /** @type {any} */ (await service.records.find('local', id));
      meanwhile = () => new Promise((resolve) => setTimeout(resolve, dice.between(0, 4)));
      const decisions = ['PUT', 'DELETE', 'PUT', 'DELETE', 'reconcile', 'delete'];
      const work = Array.from({ length: dice.between(2, 7) }, async () => {
        const what = dice.pick(decisions);
        await new Promise((resolve) => setTimeout(resolve, dice.between(0, 12)));
        if (what === 'reconcile') return reconciled();
        const isDeletion = what === 'delete';
        const answer = isDeletion
          ? await fetch(`${service.url}/${id}`, decision('DELETE', KEYS.admin))
          : await hold(id, what);
        assert.ok([200, isDeletion ? 423 : 410].includes(answer.status), `${what} ${answer.status}`);
      });
      await Promise.all(work);
      meanwhile = () => {};
      const row = await service.records.find('local', id);
      if (row?.state === 'stored') {
        assert.equal((await storage.head(objectKey))?.held, row.legalHold, 'row and store say the same');
        return;
      }
      const log = { info: () => {}, error: assert.fail };
      await createRetention({ records: service.records, storage, log }).sweep();
      assert.equal(await storage.head(objectKey), undefined, 'what is deleted goes');
    });
  });
});

async function reconciled() {
  await reconcile({
    storage: withMeanwhile(storage),
    records: withMeanwhile(service.records),
    sweep: async () => {},
    now: () => new Date(Date.now() + 1000),
    graceMs: 0,
    report: () => {},
  });
}
