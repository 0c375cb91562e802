/** What is held in memory at a time has a bound, in all and of one agent, whoever sends or reads slowly. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { agentOf, createPlaces, WAIT_MS } from '../../examples/middleware/places.js';
import { bearer, formOf, KEYS, newId, pause, STATIC_KEYS, startService, uploadsToLeave } from './servers/service.js';

const agent = (/** @type {string} */ agentId, organizationId = 'acme') => agentOf({ organizationId, agentId });

/** Work that goes on until it is told to end. */
function createWork() {
  /** @type {string[]} */
  const running = [];
  /** @type {Map<string, () => void>} */
  const ends = new Map();
  return {
    running,
    /** @param {string} name */
    start: (name) => () => {
      running.push(name);
      return /** @type {Promise<string>} */ (new Promise((resolve) => ends.set(name, () => resolve(name))));
    },
    /** @param {string} name */
    async end(name) {
      running.splice(running.indexOf(name), 1);
      ends.get(name)?.();
      await pause(0);
    },
  };
}

describe('places', () => {
  test('are so many in all, and of one agent; a name in another organisation is somebody else', async () => {
    const places = createPlaces({ inAll: 4, ofOne: 2 });
    const work = createWork();
    for (const [who, name] of /** @type {const} */ ([
      [agent('a'), 'a1'],
      [agent('a'), 'a2'],
      [agent('a', 'other'), 'b1'],
    ])) {
      places.during(who, work.start(name));
    }
    await pause(0);
    await assert.rejects(places.during(agent('a'), work.start('a3')), { statusCode: 503, code: 'overloaded' });
    places.during(agent('c'), work.start('c1'));
    await assert.rejects(places.during(agent('d'), work.start('d1')), { headers: { 'retry-after': '5' } });
    await work.end('a1');
    places.during(agent('a'), work.start('a4'));
    await pause(0);
    assert.deepEqual(work.running, ['a2', 'b1', 'c1', 'a4']);
  });

  test('are given back by work that fails', async () => {
    const places = createPlaces({ inAll: 1, ofOne: 1 });
    for (let n = 0; n < 3; n += 1) {
      await assert.rejects(
        places.during(agent('a'), () => Promise.reject(new Error('broken'))),
        /broken/,
      );
    }
  });

  test('are waited for in turn, and nobody waits behind an agent who has all of theirs', async () => {
    const places = createPlaces({ inAll: 3, ofOne: 2, waiting: { inAll: 4, ofOne: 2 } });
    const work = createWork();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) places.during(agent(name[0]), work.start(name));
    await pause(0);
    assert.deepEqual(work.running, ['a1', 'a2', 'b1']);
    await assert.rejects(places.during(agent('a'), work.start('a5')), { statusCode: 503 }, 'too many of one wait');
    await assert.rejects(places.during(agent('d'), work.start('d1')), { statusCode: 503 }, 'too many wait');
    await work.end('b1');
    assert.deepEqual(work.running, ['a1', 'a2', 'b2'], 'the first in turn who may');
    await work.end('a1');
    assert.deepEqual(work.running, ['a2', 'b2', 'a3']);
    await work.end('b2');
    assert.deepEqual(work.running, ['a2', 'a3', 'c1']);
    await work.end('a3');
    assert.deepEqual(work.running, ['a2', 'c1', 'a4']);
  });

  test('that do not come free are not waited for any longer', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const places = createPlaces({ inAll: 1, ofOne: 1, waiting: { inAll: 1, ofOne: 1 } });
    places.during(agent('a'), () => new Promise(() => {}));
    const waiting = assert.rejects(
      places.during(agent('b'), async () => {}),
      { statusCode: 503 },
    );
    t.mock.timers.tick(WAIT_MS);
    await waiting;
    const again = assert.rejects(
      places.during(agent('c'), async () => {}),
      { statusCode: 503 },
    );
    t.mock.timers.tick(WAIT_MS);
    await again;
  });

  test('for an answer are taken until it has been sent, or the client has gone, and the work is over', async () => {
    const places = createPlaces({ inAll: 1, ofOne: 1 });
    const request = /** @type {any} */ ({ identity: { organizationId: 'acme', agentId: 'a' } });
    const ask = (/** @type {Writable} */ raw, work = async () => 'picture') =>
      places.untilAnswered(request, /** @type {any} */ ({ raw }), work);
    const read = client();
    assert.equal(await ask(read), 'picture');
    await assert.rejects(ask(client()), { statusCode: 503 }, 'it is not sent yet');
    read.end();
    await pause(0);

    const work = createWork();
    const gone = client();
    const looked = ask(gone, work.start('look'));
    gone.destroy();
    await pause(0);
    await assert.rejects(ask(client()), { statusCode: 503 }, 'the picture is still being read');
    await work.end('look');
    await looked;
    await pause(0);
    assert.equal(await ask(client()), 'picture');
  });

  test('for an answer are not kept by a client who hardly reads', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const places = createPlaces({ inAll: 1, ofOne: 1, longestMs: 60_000 });
    const request = /** @type {any} */ ({ identity: { organizationId: 'acme', agentId: 'a' } });
    const slow = client();
    await places.untilAnswered(request, /** @type {any} */ ({ raw: slow }), async () => 'picture');
    t.mock.timers.tick(60_000);
    assert.equal(slow.destroyed, true);
    await new Promise(setImmediate);
    await places.untilAnswered(request, /** @type {any} */ ({ raw: client() }), async () => 'picture');
  });
});

describe('one agent', () => {
  /** @type {Buffer} */ let photo;
  /** @type {Awaited<ReturnType<typeof startService>>} */ let service;
  /** @type {(() => void)[]} */ let waiting = [];
  let isSlow = false;
  before(async () => {
    photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
    const slowly = async () => {
      if (isSlow) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    };
    service = await startService({
      env: { STATIC_KEYS },
      // On a busy machine it takes long until all of a crowd have come.
      waitMs: 600_000,
      wrap: ({ storage, records }) => ({
        records: {
          ...records,
          list: (...args) => slowly().then(() => records.list(...args)),
          async *auditEntries(...args) {
            await slowly();
            yield* records.auditEntries(...args);
          },
        },
        storage: {
          ...storage,
          put: (...args) => slowly().then(() => storage.put(...args)),
          read: (key) => slowly().then(() => storage.read(key)),
        },
      }),
    });
  });
  after(() => service.close());

  /** @param {string} key @param {string} agentId */
  const upload = (key, agentId, snapshotId = newId()) =>
    fetch(`${service.url}/upload`, {
      method: 'POST',
      headers: bearer(key),
      body: formOf({ file: photo, fields: { agentId, snapshotId } }),
    });

  /** Read to its end. @param {Promise<Response>} answer */
  async function statusOf(answer) {
    const response = await answer;
    await response.arrayBuffer();
    if (response.status === 503) assert.ok(Number(response.headers.get('retry-after')) > 0);
    return response.status;
  }

  /**
   * Many at once, of which the store answers none until so many are with it and so many have been turned away.
   * @param {number} count @param {{ atOnce: number, refused: number }} expected
   * @param {() => Promise<Response>} ask @param {() => Promise<Response>} other
   */
  async function crowd(count, { atOnce, refused }, ask, other) {
    isSlow = true;
    waiting = [];
    /** @type {number[]} */
    const statuses = [];
    const all = Array.from({ length: count }, async () => void statuses.push(await statusOf(ask())));
    while (statuses.length < refused || waiting.length < atOnce) await pause(5);
    assert.deepEqual(new Set(statuses), new Set([503]));
    assert.deepEqual([statuses.length, waiting.length], [refused, atOnce]);
    isSlow = false;
    assert.equal(await statusOf(other()), 200, 'others are not held up');
    for (const goOn of waiting) goOn();
    await Promise.all(all);
    assert.equal(statuses.filter((status) => status === 200).length, count - refused);
  }

  test('sends so many uploads at a time; more of them wait', async () => {
    const other = () => upload(KEYS.other, 'agent-8');
    await crowd(80, { atOnce: 8, refused: 80 - 8 - 64 }, () => upload(KEYS.agent, 'agent-7'), other);
  });

  test('looks at so many pictures at a time; those of a long timeline wait', async () => {
    const id = newId();
    await statusOf(upload(KEYS.agent, 'agent-7', id));
    for (const path of ['', '/thumbnail']) {
      const look = (/** @type {string} */ key) => () => fetch(`${service.url}/${id}${path}`, { headers: bearer(key) });
      await crowd(150, { atOnce: 4, refused: 150 - 4 - 128 }, look(KEYS.agent), look(KEYS.supervisor));
    }
  });

  test('asks for so many lists at a time: their metadata may be as large as pictures', async () => {
    const id = newId();
    await statusOf(upload(KEYS.agent, 'agent-7', id));
    for (const path of ['/?interactionId=call-1', `/${id}/audit`]) {
      const ask = (/** @type {string} */ key) => () => fetch(service.url + path, { headers: bearer(key) });
      await crowd(150, { atOnce: 4, refused: 150 - 4 - 128 }, ask(KEYS.supervisor), ask(KEYS.admin));
    }
  });

  test('exports so many at a time', async () => {
    const id = newId();
    await statusOf(upload(KEYS.agent, 'agent-7', id));
    const save = (/** @type {string} */ key) => () => fetch(`${service.url}/${id}/export`, { headers: bearer(key) });
    await crowd(20, { atOnce: 2, refused: 20 - 2 - 8 }, save(KEYS.supervisor), save(KEYS.admin));
  });
});

test('uploads that wait for a place and whose clients have gone meanwhile keep none', async (t) => {
  const photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  /** @type {(() => void)[]} */
  let waiting = [];
  let isSlow = false;
  const service = await startService({
    wrap: ({ storage }) => ({
      storage: {
        ...storage,
        put: async (...args) => {
          if (isSlow) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
          return storage.put(...args);
        },
      },
    }),
  });
  t.after(() => service.close());
  const upload = async () => {
    const body = formOf({ file: photo, fields: { snapshotId: newId() } });
    return (await fetch(`${service.url}/upload`, { method: 'POST', headers: bearer(KEYS.agent), body })).status;
  };
  for (const sent of /** @type {const} */ (['half', 'whole'])) {
    isSlow = true;
    waiting = [];
    const first = Array.from({ length: 8 }, upload);
    while (waiting.length < 8) await pause(5);
    const leave = await uploadsToLeave(service, 8, KEYS.agent, { file: photo }, sent);
    await leave();
    isSlow = false;
    for (const goOn of waiting) goOn();
    assert.deepEqual(new Set(await Promise.all(first)), new Set([200]));
    assert.equal(await upload(), 200, sent);
  }
});

/** Who is answered, and reads only what is ended. */
function client() {
  return new Writable({ write: (_chunk, _encoding, next) => next() });
}
