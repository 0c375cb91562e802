/** createUploader with a fake clock, disk, network and server: what a page sees. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { CaptureError } from '../../js/errors.js';
import { createUploader } from '../../js/upload/index.js';
import { parseOptions } from '../../js/upload/options.js';
import { createWorld, eventsOf, fakeSnapshot, outcome } from './upload-fakes.js';

/** @typedef {import('./upload-fakes.js').Tab} Tab */

/** What throws whatever is done to it. */
function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A picture that is read in its own time. @param {Promise<unknown>} read */
const slowBlob = (read) => /** @type {any} */ ({ size: 1, type: 'image/jpeg', arrayBuffer: () => read });

const MINUTE = 60000;
const DAY = 24 * 60 * MINUTE;

/** @param {Tab} tab */
const typesOf = (tab) => tab.events.map(({ type }) => type);

describe('a snapshot', () => {
  test('is stored, sent and delivered, and leaves the queue', async () => {
    const world = createWorld();
    const tab = world.open();
    const progress = [];
    const sent = tab.uploader.send(fakeSnapshot('a'), { onProgress: (event) => progress.push(event) });
    await world.clock.advance(100);
    const receipt = await sent;
    assert.deepEqual(receipt, { success: true, id: 'a', url: '/a', sha256: receipt.sha256, annotation: 'queued' });
    assert.deepEqual(typesOf(tab), ['queued', 'progress', 'sent', 'delivered']);
    assert.deepEqual(progress, [{ loaded: 1, total: 1 }]);
    assert.deepEqual(world.server.filed, [{ id: 'a', agentId: 'ann', interactionId: 'case-1', data: 'a' }]);
    assert.deepEqual(await tab.uploader.pending(), []);
    assert.equal(await world.disk.picture('a'), undefined);
  });

  test('is on the disk before a byte of it is sent', async () => {
    /** @type {number[]} */
    const stored = [];
    const world = createWorld({
      behave: () => {
        stored.push(world.disk.items.size);
        return { status: 200 };
      },
    });
    const tab = world.open();
    tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    assert.deepEqual(stored, [1]);
    assert.equal(eventsOf(tab, 'queued')[0].item.durable, true);
  });

  test('goes on after a reload, and whoever asks again gets its receipt', async () => {
    const world = createWorld({ behave: () => ({}) });
    const first = world.open();
    first.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(10);
    first.crash();
    world.faults.behave = () => ({ status: 200 });
    const second = world.open();
    await world.clock.advance(10);
    const again = second.uploader.send({ id: 'a' });
    await world.clock.advance(MINUTE);
    assert.equal((await again).id, 'a');
    const third = world.open();
    assert.equal((await third.uploader.send({ id: 'a' })).id, 'a', 'delivered already');
    assert.equal((await third.uploader.send(fakeSnapshot('a'))).id, 'a');
    assert.equal(world.server.tries.get('a'), 2);
    assert.equal(world.server.filed.length, 1);
  });

  test('that is delivered, and sent for another interaction, is refused at once, as while it is queued', async () => {
    const world = createWorld();
    const [tab, other] = [world.open(), world.open()];
    const snapshot = fakeSnapshot('a', null);
    const sent = tab.uploader.send(snapshot, { interactionId: 'case-1' });
    await world.clock.advance(100);
    const receipt = await outcome(world, sent);
    assert.equal(receipt.id, 'a');
    world.faults.behave = () => ({}); // Offline.
    for (const { uploader } of [tab, other]) {
      for (const whole of [snapshot, fakeSnapshot('a', 'case-1'), { id: 'a' }]) {
        const refused = await outcome(world, uploader.send(whole, { interactionId: 'case-2' }));
        assert.equal(refused.code, 'invalid-argument');
        assert.match(refused.message, /snapshot a as it was queued for interactionId/);
        assert.deepEqual(await outcome(world, uploader.send(whole, { interactionId: 'case-1' })), receipt);
      }
      assert.deepEqual(await outcome(world, uploader.send({ id: 'a' })), receipt);
    }
    assert.deepEqual(await tab.uploader.pending(), []);
    assert.equal(world.server.tries.get('a'), 1);
  });

  test('that an earlier version has delivered resolves to its receipt, which has no interaction', async () => {
    const world = createWorld();
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a', 'case-1'));
    await world.clock.advance(100);
    const receipt = await outcome(world, sent);
    const { interactionId, ...earlier } = /** @type {any} */ (await world.disk.receipt('a'));
    assert.equal(interactionId, 'case-1');
    await world.disk.transact((_, to) => to.remove('a', earlier));
    assert.deepEqual(await outcome(world, tab.uploader.send(fakeSnapshot('a', 'case-2'))), receipt);
  });

  test('that is sent twice at once is one', async () => {
    const world = createWorld();
    const tab = world.open();
    const both = [tab.uploader.send(fakeSnapshot('a')), tab.uploader.send(fakeSnapshot('a'))];
    await world.clock.advance(100);
    const [one, two] = await Promise.all(both);
    assert.deepEqual(one, two);
    assert.equal(world.server.tries.get('a'), 1);
    assert.equal(eventsOf(tab, 'queued').length, 1);
  });

  for (const retryAfter of ['2', undefined]) {
    test(`that two browsers send at once is one picture; who comes second waits, ${retryAfter ? 'as told' : 'by back-off'}`, async () => {
      const world = createWorld({
        behave: ({ tries }) => ({ status: 200, answerMs: tries === 1 ? 4000 : 1, retryAfter }),
      });
      // Of their own queues: they share no disk and no lease.
      const browsers = [world.open({ queue: 'memory' }), world.open({ queue: 'memory' })];
      world.broken.push = () => 0; // Two sends at once are what this is about.
      const sends = browsers.map(({ uploader }) => uploader.send(fakeSnapshot('a')));
      await world.clock.advance(MINUTE);
      const [one, two] = await Promise.all(sends);
      assert.deepEqual(one, two);
      assert.equal(world.server.filed.length, 1);
      const failed = browsers.flatMap((tab) => eventsOf(tab, 'failed'));
      assert.ok(failed.length > 0);
      for (const { error, willRetry } of failed) {
        assert.deepEqual([error.details.status, error.details.code, willRetry], [409, 'in-progress', true]);
      }
      if (retryAfter) assert.equal(world.server.tries.get('a'), 4, 'the first, the second, and again after 2 s, twice');
    });
  }

  test('whose receipt another tab got is delivered here as well', async () => {
    const world = createWorld({ behave: () => ({ status: 200, sendMs: 3000 }) });
    const first = world.open();
    const second = world.open();
    const sent = first.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(1000);
    const asked = second.uploader.send({ id: 'a' });
    await world.clock.advance(10000);
    assert.deepEqual(await asked, await sent);
    assert.equal(eventsOf(second, 'delivered').length, 1);
    assert.equal(world.server.tries.get('a'), 1);
  });
});

describe('is invalid-argument before anything is stored:', () => {
  const good = fakeSnapshot('a');
  const cyclic = {};
  Object.assign(cyclic, { cyclic });
  /** @type {[string, any, any?][]} */
  const cases = [
    ['no snapshot', undefined],
    ['text', 'a'],
    ['no id', { ...good, id: undefined }],
    ['an id that is no header', { ...good, id: 'ä' }],
    ['an id with a line break', { ...good, id: 'a\nb' }],
    ['no interaction', { ...good, interactionId: null }],
    ['an undefined interaction', { ...good, interactionId: undefined }],
    ['an empty interaction', { ...good, interactionId: '' }],
    ['a blank interaction', { ...good, interactionId: ' ' }],
    ['the text null', { ...good, interactionId: 'null' }],
    ['the text undefined', { ...good, interactionId: 'undefined' }],
    ['a number as interaction', { ...good, interactionId: 7 }],
    ['null in the options', good, { interactionId: null }],
    ['no picture, and the id is not known', { id: 'b' }],
    ['an empty picture', { ...good, blob: new Blob([]) }],
    ['a picture that is none', { ...good, blob: 'bytes' }],
    ['null as a picture', { ...good, blob: null }],
    ['no hash', { ...good, sha256: undefined }],
    ['an upper-case hash', { ...good, sha256: 'A'.repeat(64) }],
    ['no time', { ...good, capturedAt: undefined }],
    ['a time that is none', { ...good, capturedAt: 'yesterday' }],
    ['null as a signal', good, { signal: null }],
    ['a signal that is none', good, { signal: {} }],
    ['a callback that is none', good, { onProgress: 1 }],
    ['an interaction with a line break', { ...good, interactionId: 'a\r\nb' }],
    ['an interaction with half of a pair', { ...good, interactionId: 'a\ud800' }],
    ['a hash that is no text', { ...good, sha256: Symbol('a') }],
    ['a time that is a number', { ...good, capturedAt: 1 }],
    ...[
      '1',
      '2026',
      'Nov 27 2026',
      '2026-11-27',
      '2026-11-27T10:00:00',
      '2026-02-30T10:00:00Z',
      '2026-11-27T10:00:00Z\n',
    ].map(
      (capturedAt) =>
        /** @type {[string, any]} */ ([`${JSON.stringify(capturedAt)} as a time`, { ...good, capturedAt }]),
    ),
    ['a signal that nothing listens to', good, { signal: { aborted: false } }],
    ['a signal that was revoked', good, { signal: revoked() }],
    ['a snapshot that was revoked', revoked()],
    [
      'a snapshot that throws when it is read',
      {
        ...good,
        get id() {
          throw new Error('gone');
        },
      },
    ],
    ['metadata that no JSON holds', { ...good, width: 1n }],
    ['metadata that holds itself', { ...good, frame: cyclic }],
    ['options that are none', good, 7],
    ['null as options', good, null],
  ];
  for (const [name, snapshot, options] of cases) {
    test(name, async () => {
      const world = createWorld();
      const tab = world.open();
      const error = await outcome(world, tab.uploader.send(snapshot, options));
      assert.ok(error instanceof CaptureError, String(error));
      assert.equal(error.code, 'invalid-argument', error.message);
      assert.equal(world.disk.items.size, 0);
    });
  }

  test('an id that stands for another picture, or another interaction', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(10);
    for (const other of [{ ...fakeSnapshot('a'), sha256: 'f'.repeat(64) }, fakeSnapshot('a', 'case-2')]) {
      assert.equal((await outcome(world, tab.uploader.send(other))).code, 'invalid-argument');
    }
    world.faults.behave = () => ({ status: 200 });
    await world.clock.advance(MINUTE);
    const late = tab.uploader.send({ ...fakeSnapshot('a'), sha256: 'f'.repeat(64) });
    assert.equal((await outcome(world, late)).code, 'invalid-argument', 'delivered already');
  });
});

describe('metadata', () => {
  const LIMIT = 256 * 1024;
  /** A snapshot whose metadata has that many bytes as JSON. @param {number} bytes @param {string} letter */
  function snapshotWith(bytes, letter) {
    const snapshot = { ...fakeSnapshot('a'), sourceKind: '' };
    const { width, height, participantId, sourceKind, frame, redactions } = snapshot;
    const empty = JSON.stringify({ width, height, participantId, sourceKind, frame, redactions }).length;
    const size = Buffer.byteLength(letter);
    const letters = Math.floor((bytes - empty) / size);
    return { ...snapshot, sourceKind: letter.repeat(letters) + 'x'.repeat(bytes - empty - letters * size) };
  }

  test('of a picture with as many regions as a frame takes, and as many left open, is sent', async () => {
    const world = createWorld();
    const rect = { x: 65432, y: 65432, width: 1234, height: 1234 };
    const redactions = Array(1000).fill({ ...rect, mode: 'pixelate', cell: 1234, grown: true });
    const dropped = Array(1000).fill({ ...rect, mode: 'pixelate', decided: false });
    world.open().uploader.send({ ...fakeSnapshot('a'), redactions, dropped });
    await world.clock.advance(100);
    assert.equal(world.server.filed.length, 1);
  });

  for (const letter of ['x', 'ä', '😀']) {
    test(`of as many bytes as the server takes is sent, one more is invalid-argument, in ${letter}`, async () => {
      const world = createWorld();
      const tab = world.open();
      const error = await outcome(world, tab.uploader.send(snapshotWith(LIMIT + 1, letter)));
      assert.equal(error.code, 'invalid-argument', String(error));
      assert.match(error.message, /at most 262144 bytes of JSON for metadata but received 262145/);
      assert.equal(world.disk.items.size, 0);
      tab.uploader.send(snapshotWith(LIMIT, letter));
      await world.clock.advance(100);
      assert.equal(world.server.filed.length, 1);
    });
  }
});

describe('createUploader refuses', () => {
  const good = { url: 'https://example.test/u', agentId: 'ann' };
  /** @type {[string, any][]} */
  const cases = [
    ['no options', undefined],
    ['no url', { ...good, url: undefined }],
    ['an empty url', { ...good, url: '' }],
    ['a relative url where there is no page', { ...good, url: '/upload' }],
    ['a script as url', { ...good, url: 'javascript:alert(1)' }],
    ['no agent', { ...good, agentId: undefined }],
    ['null as agent', { ...good, agentId: null }],
    ['the text null as agent', { ...good, agentId: 'null' }],
    ['headers that are no function', { ...good, headers: { authorization: 'x' } }],
    ['a queue of another kind', { ...good, queue: 'disk' }],
    ['a database without a name', { ...good, database: '' }],
    ['encrypt that is no boolean', { ...good, encrypt: 'yes' }],
    ['credentials in words that are not the field’s', { ...good, credentials: 'omit' }],
    ['credentials as a boolean', { ...good, credentials: true }],
    ...['count', 'bytes', 'ageMs', 'parallel'].map((name) => [`${name} 0`, { ...good, limits: { [name]: 0 } }]),
    ...['baseMs', 'maxMs'].map((name) => [`${name} NaN`, { ...good, retry: { [name]: Number.NaN } }]),
    ['a negative stallMs', { ...good, stallMs: -1 }],
    ['answerMs as text', { ...good, answerMs: '5' }],
    ...['retry', 'limits'].flatMap((name) =>
      [null, 5, 'x'].map((value) => [`${value} as ${name}`, { ...good, [name]: value }]),
    ),
    ...[{}, [], -1, true, Symbol('a'), new Date()].map((url) => [`a ${typeof url} as url`, { ...good, url }]),
    ['an agent with a line break', { ...good, agentId: 'a\nb' }],
    ['a database that is no text, where there is none', { ...good, queue: 'memory', database: 5 }],
    ...[{ Encrypt: true }, { encrypted: true }, { header: () => ({}) }, { Headers: () => ({}) }, { Limits: {} }].map(
      (wrong) => [`what looks like an option: ${Object.keys(wrong)}`, { ...good, ...wrong }],
    ),
    ...[{ Count: 1 }, { count: 0.5 }, { count: 1.5 }, { parallel: 1.5 }].map((limits) => [
      `limits of ${JSON.stringify(limits)}`,
      { ...good, limits },
    ]),
    ['retry with a name in other letters', { ...good, retry: { basems: 1 } }],
    ['options that were revoked', revoked()],
    [
      'limits that throw when they are read',
      {
        ...good,
        limits: {
          get count() {
            throw new Error('gone');
          },
        },
      },
    ],
  ];
  for (const [name, options] of cases) {
    test(name, () =>
      assert.throws(() => createUploader(options), {
        name: 'CaptureError',
        code: 'invalid-argument',
        message: /^Expected |^Error: gone$|revoked$/,
      }),
    );
  }

  test('to be made where there is neither page nor worker', () => {
    assert.throws(() => createUploader(good), { code: 'invalid-argument', message: /page or a dedicated worker/ });
  });

  test('no option that stands elsewhere: each is read where it belongs, from whatever object', () => {
    class Options {
      url = new URL('https://example.test/u');
      agentId = 'ann';
      get encrypt() {
        return true;
      }
      limits = { queue: 'memory', encrypt: false, count: 2 };
      count = 7;
    }
    const settings = parseOptions(/** @type {any} */ (new Options()));
    assert.deepEqual([settings.encrypt, settings.count, settings.database], [true, 2, 'caseframe-upload']);
  });

  test('an event that does not exist, and a listener that is none', () => {
    const { uploader } = createWorld().open();
    assert.throws(() => uploader.on(/** @type {any} */ ('done'), () => {}), { code: 'invalid-argument' });
    assert.throws(() => uploader.on('failed', /** @type {any} */ (1)), { code: 'invalid-argument' });
  });
});

describe('a try that fails', () => {
  test('is made again, and says so each time', async () => {
    const answers = [{}, { status: 503 }, { status: 409 }, { status: 200 }];
    const world = createWorld({ behave: ({ tries }) => answers[tries - 1] });
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(MINUTE);
    assert.equal((await sent).id, 'a');
    const failed = eventsOf(tab, 'failed');
    assert.deepEqual(
      failed.map(({ error, willRetry, item }) => [error.code, error.details.status, willRetry, item.attempts]),
      [
        ['upload-failed', undefined, true, 1],
        ['upload-failed', 503, true, 2],
        ['upload-failed', 409, true, 3],
      ],
    );
    assert.deepEqual(
      failed.map(({ item }) => Date.parse(item.nextTryAt) > 0),
      [true, true, true],
    );
  });

  test('because the server refuses it keeps the snapshot, for the agent to decide', async () => {
    const body = { error: 'The file is too large', code: 'file-too-large' };
    const world = createWorld({ behave: () => ({ status: 413, body }) });
    const tab = world.open();
    for (const snapshot of [fakeSnapshot('a'), { id: 'a' }]) {
      const sent = tab.uploader.send(snapshot);
      await world.clock.advance(100);
      const error = await outcome(world, sent);
      assert.equal(error.code, 'upload-rejected');
      assert.equal(error.message, body.error);
      assert.deepEqual(error.details, { status: 413, ...body });
    }
    await world.clock.advance(60 * MINUTE);
    assert.equal(world.server.tries.get('a'), 2, 'once for each time it was asked for');
    const [item] = await tab.uploader.pending();
    assert.deepEqual([item.state, item.error?.code, item.nextTryAt], ['rejected', 'upload-rejected', null]);
    world.faults.behave = () => ({ status: 200 });
    assert.equal(await tab.uploader.retry('a'), true);
    await world.clock.advance(100);
    assert.deepEqual(await tab.uploader.pending(), []);
  });

  test('with 401 asks for headers once more at once, and with another 401 is over', async () => {
    /** @type {any[]} */
    const asked = [];
    const headers = (/** @type {any} */ context) => {
      asked.push(context);
      return { authorization: context.renew ? 'new' : 'old' };
    };
    const world = createWorld({
      behave: (request) => ({ status: request.headers.authorization === 'new' ? 200 : 401 }),
    });
    const tab = world.open({ headers });
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(20);
    assert.equal((await sent).id, 'a');
    const context = { agentId: 'ann', snapshotId: 'a', attempt: 1 };
    assert.deepEqual(asked, [
      { ...context, renew: false },
      { ...context, renew: true },
    ]);
    assert.equal(eventsOf(tab, 'failed').length, 0);
    world.faults.behave = () => ({ status: 401 });
    const refused = outcome(world, tab.uploader.send(fakeSnapshot('b')));
    await world.clock.advance(100);
    await refused;
    assert.equal(world.server.tries.get('b'), 2);
    assert.equal((await tab.uploader.pending())[0].state, 'rejected');
  });

  test('because headers() rejects, throws or never settles is made again', async () => {
    const world = createWorld();
    let calls = 0;
    const headers = () => {
      calls += 1;
      if (calls === 1) throw new Error('thrown');
      if (calls === 2) return Promise.reject(new Error('rejected'));
      if (calls === 3) return new Promise(() => {});
      if (calls === 4) return 'Bearer x';
      if (calls === 5) return undefined;
      if (calls === 6) return null;
      return {};
    };
    const tab = world.open({ headers: /** @type {any} */ (headers) });
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(5 * MINUTE);
    assert.equal((await sent).id, 'a');
    assert.deepEqual(
      eventsOf(tab, 'failed').map(({ error }) => [error.details.reason, error.message]),
      [
        ['headers', 'Error: thrown'],
        ['headers', 'Error: rejected'],
        ['headers', 'Error: It took longer than 15000 ms'],
        ['headers', 'TypeError: [object String] holds no headers'],
        ['headers', 'TypeError: [object Undefined] holds no headers'],
        ['headers', 'TypeError: [object Null] holds no headers'],
      ],
    );
    assert.equal(world.server.tries.get('a'), 1);
  });

  describe('because of headers that cannot be read', () => {
    const unprintable = Object.create(null);
    const refuse = () => {
      throw new Error('not signed in');
    };
    /** @type {[string, () => any][]} */
    const cases = [
      [
        'a getter that throws',
        () => ({
          get authorization() {
            return refuse();
          },
        }),
      ],
      ['rejected with what has no text', () => Promise.reject(unprintable)],
      ['entries that throw', () => ({ entries: refuse })],
      [
        'a proxy that was revoked',
        () => {
          const { proxy, revoke } = Proxy.revocable({}, {});
          revoke();
          return proxy;
        },
      ],
      ['a Date', () => new Date()],
      ['a WeakMap', () => new WeakMap()],
      ['a list', () => ['Bearer x']],
      ['a function', () => () => ({})],
    ];
    for (const [name, first] of cases) {
      test(`${name}: it is made again`, async () => {
        const world = createWorld();
        let calls = 0;
        const tab = world.open({ headers: () => (++calls === 1 ? first() : {}) });
        const sent = tab.uploader.send(fakeSnapshot('a'));
        await world.clock.advance(MINUTE);
        assert.equal((await outcome(world, sent)).id, 'a');
        const [{ error, willRetry }, ...more] = eventsOf(tab, 'failed');
        assert.deepEqual(
          [error.details.reason, typeof error.message, willRetry, more],
          ['headers', 'string', true, []],
        );
      });
    }
  });

  describe('because a token came where headers belong keeps nothing of it:', () => {
    /** @type {Record<string, any>} */
    const cases = {
      text: 's3cret',
      'a list of pairs': [['authorization', 's3cret']],
      'entries that are texts': { entries: () => ['s3cret'] },
      'entries that throw what they are given': {
        entries() {
          throw new TypeError('s3cret is not an entry');
        },
      },
    };
    for (const [name, given] of Object.entries(cases)) {
      test(name, async () => {
        const world = createWorld();
        const tab = world.open({ headers: () => given });
        tab.uploader.send(fakeSnapshot('a'));
        await world.clock.advance(100);
        const [{ error, item }] = eventsOf(tab, 'failed');
        assert.equal(error.details.reason, 'headers');
        assert.match(error.message, /^TypeError: \[object (String|Array|Object)\] holds no headers$/);
        for (const told of [error, item, await tab.uploader.pending(), [...world.disk.items.values()]]) {
          assert.doesNotMatch(inspect(told, { depth: 9 }), /s3cret/);
        }
      });
    }
  });

  test('takes up no place for ever, whatever headers() gave to what was discarded meanwhile', async () => {
    const world = createWorld();
    const tab = world.open({
      headers: () => new Promise((resolve) => void world.clock.after(5, () => resolve(Object.create(null)))),
    });
    for (const id of ['a', 'b', 'c']) {
      const sent = tab.uploader.send(fakeSnapshot(id, id));
      await world.clock.advance(3);
      assert.equal(await tab.uploader.discard(id), true);
      assert.equal((await outcome(world, sent)).code, 'aborted');
    }
    const sent = tab.uploader.send(fakeSnapshot('d'));
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).id, 'd');
  });

  test('sends headers that come as a Map, or as Headers of another realm', async () => {
    const world = createWorld({
      behave: ({ headers }) => ({ status: headers.authorization === 'Bearer x' ? 200 : 401 }),
    });
    const entries = [['authorization', 'Bearer x']];
    class Foreign {
      entries = () => entries.values();
    }
    class Tagged {
      get [Symbol.toStringTag]() {
        return 'AxiosHeaders';
      }
    }
    for (const [id, headers] of Object.entries({
      map: new Map(/** @type {[string, string][]} */ (entries)),
      foreign: new Foreign(),
      // As AxiosHeaders: names of its own, others that are no headers on its class, and no entries().
      tagged: Object.assign(new Tagged(), { authorization: 'Bearer x' }),
    })) {
      const tab = world.open({ headers: () => /** @type {any} */ (headers) });
      const sent = tab.uploader.send(fakeSnapshot(id));
      await world.clock.advance(100);
      assert.equal((await outcome(world, sent)).id, id);
    }
  });

  test('sends headers that come as Headers', async () => {
    const world = createWorld({
      behave: ({ headers }) => ({ status: headers.authorization === 'Bearer x' ? 200 : 401 }),
    });
    const tab = world.open({ headers: async () => new Headers({ Authorization: 'Bearer x' }) });
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    assert.equal((await outcome(world, sent)).id, 'a');
  });

  test('waits as long as the server says, whatever wakes it', async () => {
    const world = createWorld({
      behave: ({ tries }) => (tries === 1 ? { status: 429, retryAfter: '120' } : { status: 200 }),
    });
    const tab = world.open();
    tab.uploader.send(fakeSnapshot('a'));
    for (let minute = 0; minute < 119; minute += 1) {
      await world.clock.advance(1000);
      tab.wake();
    }
    assert.equal(world.server.tries.get('a'), 1);
    await world.clock.advance(2000);
    assert.equal(world.server.filed.length, 1);
  });

  for (const retryAfter of ['1', '0', 'Thu, 26 Nov 2020 09:00:00 GMT']) {
    test(`in an outage is made again as soon as something wakes it, Retry-After: ${retryAfter}`, async () => {
      const world = createWorld({ behave: () => ({ status: 503, retryAfter }) });
      const tab = world.open();
      tab.uploader.send(fakeSnapshot('a'));
      await world.clock.advance(20 * MINUTE);
      const [{ nextTryAt }] = await tab.uploader.pending();
      assert.ok(Date.parse(nextTryAt ?? '') - world.clock.now() > MINUTE, 'it waits by back-off');
      world.faults.behave = () => ({ status: 200 });
      tab.wake();
      await world.clock.advance(1000);
      assert.equal(world.server.filed.length, 1);
    });
  }

  test('by the network is made again as soon as something wakes it', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open({ retry: { baseMs: MINUTE } });
    tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(1000);
    assert.equal(world.server.tries.get('a'), 1);
    world.faults.behave = () => ({ status: 200 });
    tab.wake();
    await world.clock.advance(100);
    assert.equal(world.server.filed.length, 1);
  });
});

describe('what a page does to what it is told harms no upload:', () => {
  const gone = () => new DOMException('gone', 'UnknownError');

  test('an error that it writes on', async () => {
    const world = createWorld({ behave: () => ({ status: 503 }) });
    const tab = world.open();
    tab.uploader.on('failed', ({ error, item }) => {
      for (const { details } of [error, /** @type {CaptureError} */ (item.error)]) details.show = () => {};
    });
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    for (const { error } of await tab.uploader.pending()) Object.assign(error?.details ?? {}, { show() {} });
    world.faults.behave = () => ({ status: 200 });
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).id, 'a');
    assert.deepEqual(eventsOf(tab, 'warning'), []);
  });

  test('a receipt that it writes on', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    tab.uploader.on('delivered', ({ receipt }) => Object.assign(receipt, { show() {}, url: 'elsewhere' }));
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    Object.assign(world.faults, { behave: () => ({ status: 200 }), diskFault: gone });
    await world.clock.advance(MINUTE);
    Object.assign(await sent, { open() {} });
    for (const where of ['from memory', 'from the disk']) {
      assert.equal((await outcome(world, tab.uploader.send({ id: 'a' }))).url, '/a', where);
      world.faults.diskFault = undefined;
      await world.clock.advance(MINUTE);
    }
    assert.equal(world.disk.items.size, 0, 'the disk has learned of it');
  });
});

test('where requests cannot be made at all, each try fails as one by the network', async () => {
  const world = createWorld({
    behave() {
      throw new ReferenceError('XMLHttpRequest is not defined');
    },
  });
  const tab = world.open();
  tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(1000);
  const [{ error, willRetry }] = eventsOf(tab, 'failed');
  assert.deepEqual([error.details.reason, willRetry], ['network', true]);
  assert.match(error.message, /XMLHttpRequest is not defined/);
});

test('a wait that has no end shows as the last of all days', async () => {
  const world = createWorld({ behave: () => ({}) });
  const tab = world.open({ retry: { baseMs: 1e300, maxMs: Number.POSITIVE_INFINITY } });
  tab.uploader.send(fakeSnapshot('a'));
  await world.clock.advance(1000);
  assert.equal(eventsOf(tab, 'failed')[0].item.nextTryAt, '+275760-09-13T00:00:00.000Z');
});

test('what cannot be read is told as a CaptureError, and nothing is stored', async () => {
  const world = createWorld();
  const tab = world.open();
  for (const gone of [new DOMException('the file changed', 'NotReadableError'), Object.create(null)]) {
    const blob = { size: 3, type: 'image/jpeg', arrayBuffer: () => Promise.reject(gone) };
    const error = await outcome(world, tab.uploader.send(/** @type {any} */ ({ ...fakeSnapshot('a'), blob })));
    assert.ok(error instanceof CaptureError && error.code === 'upload-failed' && error.cause === gone);
    assert.deepEqual(error.details, { reason: 'unreadable' });
  }
  assert.equal(world.disk.items.size, 0);
});

describe('the queue', () => {
  test('keeps the order of an interaction, and sends several interactions at once', async () => {
    /** @type {string[]} */
    const order = [];
    const world = createWorld({
      behave: ({ id, tries }) => {
        order.push(id);
        return id === 'a1' && tries === 1 ? { status: 503 } : { status: 200, sendMs: 100 };
      },
    });
    const tab = world.open({ limits: { parallel: 2 } });
    for (const [id, interaction] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['b2', 'b'],
      ['c1', 'c'],
    ]) {
      tab.uploader.send(fakeSnapshot(id, interaction));
      await world.clock.settled();
    }
    await world.clock.advance(MINUTE);
    assert.equal(world.server.filed.length, 5);
    const filed = world.server.filed.map(({ id }) => id);
    for (const interaction of ['a', 'b']) {
      assert.deepEqual(
        filed.filter((id) => id.startsWith(interaction)),
        [`${interaction}1`, `${interaction}2`],
      );
    }
    assert.deepEqual(order.slice(0, 2), ['a1', 'b1'], 'one of each');
  });

  test('is full by count and by bytes, of one agent', async () => {
    const world = createWorld({ behave: () => ({}) });
    const bob = world.open({ agentId: 'bob' });
    for (const id of ['x', 'y', 'z']) bob.uploader.send(fakeSnapshot(id));
    const tab = world.open({ limits: { count: 2 } });
    for (const id of ['a', 'b']) tab.uploader.send(fakeSnapshot(id));
    await world.clock.settled();
    const error = await outcome(world, tab.uploader.send(fakeSnapshot('c')));
    assert.equal(error.code, 'queue-full');
    assert.equal(await outcome(world, tab.uploader.send(fakeSnapshot('a'))), 'pending', 'it is there already');
    const small = world.open({ limits: { bytes: 3 } });
    assert.equal((await outcome(world, small.uploader.send(fakeSnapshot('cc')))).code, 'queue-full');
    assert.equal(world.disk.items.size, 5);
  });

  test('keeps what is too old, and says so', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open({ limits: { ageMs: 10 * MINUTE } });
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(20 * MINUTE);
    assert.equal((await outcome(world, sent)).code, 'upload-failed');
    const final = eventsOf(tab, 'failed').filter(({ willRetry }) => !willRetry);
    assert.deepEqual(
      final.map(({ error }) => error.code),
      ['upload-failed'],
    );
    const [item] = await tab.uploader.pending();
    assert.deepEqual([item.state, item.error?.code], ['expired', 'upload-failed']);
    world.faults.behave = () => ({ status: 200 });
    const again = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(1000);
    assert.equal((await again).id, 'a', 'asked for again it has its time again');
  });

  test('takes up again what a clock that was ahead made too old, and nothing else', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(1000);
    world.clock.step(8 * DAY);
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).code, 'upload-failed');
    world.faults.behave = () => ({ status: 200 });
    await world.clock.advance(MINUTE);
    world.open({ limits: { ageMs: 365 * DAY } });
    await world.clock.advance(MINUTE);
    assert.deepEqual(
      [world.server.filed.length, eventsOf(tab, 'failed').at(-1).willRetry],
      [0, false],
      'it stays given up',
    );
    world.clock.step(-8 * DAY);
    await world.clock.advance(MINUTE);
    assert.equal(world.server.filed.length, 1);
    assert.deepEqual(await tab.uploader.pending(), []);
  });

  test('lets nothing that was given up hold up what comes behind it', async () => {
    const world = createWorld({ behave: ({ id }) => ({ status: id === 'a' ? 422 : 200 }) });
    const tab = world.open();
    for (const id of ['a', 'b']) tab.uploader.send(fakeSnapshot(id));
    await world.clock.advance(1000);
    assert.deepEqual(
      world.server.filed.map(({ id }) => id),
      ['b'],
    );
  });

  test('keeps the order behind one that the server cannot take, and lets the page decide', async () => {
    const world = createWorld({ behave: ({ id }) => ({ status: id === 'bad' ? 500 : 200 }) });
    const tab = world.open({ retry: { baseMs: 1000, maxMs: MINUTE } });
    const sends = [tab.uploader.send(fakeSnapshot('bad')), tab.uploader.send(fakeSnapshot('good'))];
    await world.clock.advance(60 * MINUTE);
    const failed = eventsOf(tab, 'failed');
    assert.ok(failed.length > 50 && failed.every(({ id, willRetry }) => id === 'bad' && willRetry));
    assert.equal(failed[failed.length - 1].item.attempts, world.server.tries.get('bad'), 'told of each try');
    assert.deepEqual(
      (await tab.uploader.pending()).map(({ id, attempts, error }) => [id, attempts > 50, error?.details.status]),
      [
        ['bad', true, 500],
        ['good', false, undefined],
      ],
    );
    const tries = world.server.tries.get('bad');
    assert.equal(await tab.uploader.retry('bad'), true);
    await world.clock.advance(100);
    assert.equal(world.server.tries.get('bad'), tries + 1);
    assert.equal(await tab.uploader.discard('bad'), true);
    await world.clock.advance(100);
    assert.equal((await outcome(world, sends[0])).code, 'aborted');
    assert.equal((await sends[1]).id, 'good');
  });

  test('lists what waits, the oldest first', async () => {
    const world = createWorld({ behave: () => ({ status: 200, sendMs: 20000 }) });
    const tab = world.open();
    for (const id of ['a', 'b']) {
      tab.uploader.send(fakeSnapshot(id));
      await world.clock.advance(10);
    }
    const pending = await tab.uploader.pending();
    assert.deepEqual(
      pending.map(({ id, state, attempts, bytes, agentId, interactionId, durable, error }) => [
        id,
        state,
        attempts,
        bytes,
        agentId,
        interactionId,
        durable,
        error,
      ]),
      [
        ['a', 'sending', 1, 1, 'ann', 'case-1', true, null],
        ['b', 'waiting', 0, 1, 'ann', 'case-1', true, null],
      ],
    );
  });
});

describe('another agent’s snapshot', () => {
  test('waits until they sign in, and the page is told', async () => {
    const world = createWorld({ behave: () => ({}) });
    const ann = world.open();
    ann.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    ann.uploader.dispose();
    world.faults.behave = () => ({ status: 200 });
    const bob = world.open({ agentId: 'bob' });
    await world.clock.advance(30 * MINUTE);
    assert.equal(world.server.filed.length, 0);
    const [warning, ...more] = eventsOf(bob, 'warning');
    assert.deepEqual([warning.code, warning.ids, warning.cause.code], ['agent-mismatch', ['a'], 'agent-mismatch']);
    assert.equal(more.length, 0, 'told once');
    const [item] = await bob.uploader.pending();
    assert.deepEqual([item.agentId, item.state, item.error?.code], ['ann', 'waiting', 'agent-mismatch']);
    for (const call of [
      bob.uploader.retry('a'),
      bob.uploader.discard('a'),
      bob.uploader.send(fakeSnapshot('a')),
      bob.uploader.send({ id: 'a' }),
    ]) {
      assert.equal((await outcome(world, call)).code, 'agent-mismatch');
    }
    bob.uploader.send(fakeSnapshot('b'));
    await world.clock.advance(1000);
    bob.uploader.dispose();
    world.open();
    await world.clock.advance(1000);
    assert.deepEqual(
      world.server.filed.map(({ id, agentId }) => [id, agentId]),
      [
        ['b', 'bob'],
        ['a', 'ann'],
      ],
    );
    assert.deepEqual(world.broken, []);
  });
});

describe('taking a snapshot out', () => {
  test('by its signal, before, while it waits and while it is sent', async () => {
    const world = createWorld({ behave: () => ({ status: 200, sendMs: 20000 }) });
    const tab = world.open();
    const over = AbortSignal.abort('why');
    const error = await outcome(world, tab.uploader.send(fakeSnapshot('z'), { signal: over }));
    assert.deepEqual([error.code, error.cause], ['aborted', 'why']);
    assert.equal(world.disk.items.size, 0);
    const controller = new AbortController();
    const sends = ['a', 'b'].map((id) => tab.uploader.send(fakeSnapshot(id), { signal: controller.signal }));
    await world.clock.advance(100);
    assert.equal(world.server.tries.get('a'), 1);
    controller.abort();
    for (const sent of sends) assert.equal((await outcome(world, sent)).code, 'aborted');
    assert.deepEqual(await tab.uploader.pending(), []);
    await world.clock.advance(10 * MINUTE);
    assert.equal(world.server.tries.get('a'), 1);
    assert.equal(world.server.tries.get('b'), undefined);
  });

  test('in the very moment it is stored', async () => {
    const world = createWorld();
    const tab = world.open();
    const controller = new AbortController();
    tab.uploader.on('queued', () => controller.abort());
    assert.equal(
      (await outcome(world, tab.uploader.send(fakeSnapshot('a'), { signal: controller.signal }))).code,
      'aborted',
    );
    await world.clock.advance(1000);
    assert.equal(world.disk.items.size, 0);
  });

  test('by discard, also from another tab', async () => {
    const world = createWorld({ behave: () => ({}) });
    const one = world.open();
    const two = world.open();
    const sent = one.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    assert.equal(await two.uploader.discard('a'), true);
    assert.equal(await two.uploader.discard('a'), false);
    assert.equal(await two.uploader.retry('a'), false);
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).code, 'aborted');
    assert.equal(world.disk.items.size, 0);
  });

  test('in another tab ends what this one has not sent yet: its headers are still asked for', async () => {
    const world = createWorld();
    const headers = () => new Promise((resolve) => void world.clock.after(3000, () => resolve({})));
    const [one, two] = [world.open({ headers }), world.open()];
    const sent = one.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(500);
    assert.equal(await two.uploader.discard('a'), true);
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).code, 'aborted');
    assert.equal(world.server.tries.get('a'), undefined);
  });

  test('comes too late for what is delivered', async () => {
    const world = createWorld();
    const tab = world.open();
    const controller = new AbortController();
    const sent = tab.uploader.send(fakeSnapshot('a'), { signal: controller.signal });
    await world.clock.advance(100);
    controller.abort();
    assert.equal((await sent).id, 'a');
    assert.equal(await tab.uploader.discard('a'), false);
  });
});

describe('several tabs', () => {
  test('send an item once', async () => {
    const world = createWorld({ behave: () => ({ status: 200, sendMs: 60000, answerMs: 1 }) });
    const tabs = [world.open({ stallMs: 1e6 }), world.open({ stallMs: 1e6 }), world.open({ stallMs: 1e6 })];
    tabs[0].uploader.send(fakeSnapshot('a'));
    await world.clock.advance(5 * MINUTE);
    assert.equal(world.server.tries.get('a'), 1);
    assert.deepEqual(world.broken, []);
  });

  for (const hasLocks of [true, false]) {
    test(`take over from a tab that was killed, ${hasLocks ? 'at once by its lock' : 'without locks too'}`, async () => {
      const world = createWorld({ behave: () => ({ status: 200, sendMs: 1e6 }), hasLocks });
      const one = world.open({ stallMs: 1e7 });
      world.open();
      one.uploader.send(fakeSnapshot('a'));
      await world.clock.advance(12000);
      assert.equal(world.server.tries.get('a'), 1);
      one.crash();
      world.faults.behave = () => ({ status: 200 });
      await world.clock.advance(hasLocks ? 31000 : 60000);
      assert.deepEqual(
        world.server.filed.map(({ id }) => id),
        ['a'],
      );
    });
  }

  test('take over from a frozen one, which hears of it when it wakes', async () => {
    const world = createWorld({ behave: ({ tries }) => ({ status: 200, sendMs: tries === 1 ? 1e6 : 1 }) });
    const one = world.open({ stallMs: 1e7 });
    const two = world.open();
    const sent = one.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(1000);
    one.freeze();
    await world.clock.advance(3 * MINUTE);
    assert.equal(world.server.filed.length, 1);
    assert.equal(eventsOf(two, 'delivered').length, 1);
    one.thaw();
    await world.clock.advance(MINUTE);
    assert.equal((await outcome(world, sent)).id, 'a');
    assert.equal(world.disk.items.size, 0);
  });

  for (const what of ['delivers', 'discards']) {
    test(`do not call a picture discarded that one of them ${what} while this one is frozen for a day`, async () => {
      const world = createWorld({ behave: () => ({}) });
      const [one, two] = [world.open(), world.open()];
      const sent = one.uploader.send(fakeSnapshot('a'));
      await world.clock.advance(100);
      one.freeze();
      if (what === 'discards') await two.uploader.discard('a');
      world.faults.behave = () => ({ status: 200 });
      await world.clock.advance(5 * MINUTE);
      await world.clock.advance(25 * 60 * MINUTE);
      one.thaw();
      await world.clock.advance(MINUTE);
      const { code, details } = await outcome(world, sent);
      assert.deepEqual([code, details.reason], ['upload-failed', 'storage'], 'the receipt is over');
      const filed = what === 'delivers' ? 1 : 0;
      assert.equal(world.server.filed.length, filed, 'what was discarded is not sent');
    });
  }

  test('that have each missed the end of the other’s try do not take each other’s next ones away', async () => {
    const world = createWorld({ behave: () => ({ status: 200, sendMs: 500 }) });
    const tabs = [world.open(), world.open()];
    await world.clock.advance(100);
    for (const [nth, tab] of tabs.entries()) {
      tab.uploader.send(fakeSnapshot(`earlier-${nth}`));
      await world.clock.advance(300);
      world.faults.diskFault = (who) => (who === tab ? new Error('connection lost') : undefined);
      await world.clock.advance(1500); // It ends in memory, and the lock is let go: the lease on the disk says otherwise.
      world.faults.diskFault = undefined;
      await world.clock.advance(MINUTE);
    }
    world.broken.length = 0;
    world.faults.behave = () => ({ status: 200, sendMs: 12000 });
    const sends = [tabs[0].uploader.send(fakeSnapshot('a', 'case-1'))];
    await world.clock.advance(3000);
    sends.push(tabs[1].uploader.send(fakeSnapshot('b', 'case-2')));
    await world.clock.advance(MINUTE);
    assert.deepEqual(await Promise.all(sends.map(async (sent) => (await outcome(world, sent)).id)), ['a', 'b']);
    assert.deepEqual([world.server.tries.get('a'), world.server.tries.get('b'), world.broken], [1, 1, []]);
  });

  test('leave a hidden one its time: its timers run once a minute', async () => {
    const world = createWorld({ behave: () => ({ status: 200, sendMs: 70000 }), hasLocks: false });
    const one = world.open({ stallMs: 1e7 });
    one.hidden = true;
    world.open();
    one.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(1000);
    one.frozen = true; // Nothing of it runs for a minute.
    await world.clock.advance(60000);
    one.frozen = false;
    for (const resume of one.thawing.splice(0)) resume();
    await world.clock.advance(MINUTE);
    assert.equal(world.server.tries.get('a'), 1);
  });

  for (const step of [-60 * MINUTE, 60 * MINUTE]) {
    test(`do not mind a clock that is set by ${step / MINUTE} minutes`, async () => {
      const world = createWorld({ behave: ({ tries }) => (tries === 1 ? {} : { status: 200, sendMs: 15000 }) });
      const tabs = [world.open(), world.open()];
      tabs[0].uploader.send(fakeSnapshot('a'));
      await world.clock.advance(100);
      world.clock.step(step);
      await world.clock.advance(10000);
      assert.equal(world.server.tries.get('a'), 2, 'the second try is not an hour late');
      world.clock.step(step);
      await world.clock.advance(MINUTE);
      assert.deepEqual([world.server.tries.get('a'), world.server.filed.length], [2, 1]);
      assert.deepEqual(world.broken, []);
    });
  }
});

describe('a database that fails', () => {
  const broken = () => new DOMException('gone', 'UnknownError');

  test('from the beginning: everything is in memory, with a warning', async () => {
    const world = createWorld({ diskFault: broken });
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(1000);
    assert.equal((await sent).id, 'a');
    const warnings = eventsOf(tab, 'warning');
    assert.ok(warnings.every(({ code, cause }) => code === 'volatile-queue' && cause.name === 'UnknownError'));
    assert.ok(warnings.some(({ ids }) => ids.includes('a')));
    assert.equal(eventsOf(tab, 'queued')[0].item.durable, false);
  });

  test('in the middle: what this page sends goes on from memory, and is delivered once', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    world.faults.diskFault = broken;
    world.faults.behave = () => ({ status: 200 });
    await world.clock.advance(MINUTE);
    assert.equal((await sent).id, 'a');
    assert.deepEqual(eventsOf(tab, 'warning')[0].ids, ['a']);
    world.faults.diskFault = undefined;
    tab.wake();
    await world.clock.advance(MINUTE);
    assert.equal(world.disk.items.size, 0, 'taken off the disk once that is back');
    assert.equal(world.server.filed.length, 1);
  });

  test('that is full: the new one is in memory, the others go on from the disk', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    world.faults.isFull = true;
    const sent = tab.uploader.send(fakeSnapshot('b'));
    await world.clock.advance(100);
    const pending = await tab.uploader.pending();
    assert.deepEqual(
      pending.map(({ id, durable }) => [id, durable]),
      [
        ['a', true],
        ['b', false],
      ],
    );
    assert.deepEqual(
      eventsOf(tab, 'warning').map(({ code, ids, cause }) => [code, ids, cause.name]),
      [['volatile-queue', ['b'], 'QuotaExceededError']],
    );
    world.faults.behave = () => ({ status: 200 });
    await world.clock.advance(MINUTE);
    assert.equal((await sent).id, 'b');
    assert.deepEqual(
      world.server.filed.map(({ id }) => id),
      ['a', 'b'],
    );
    assert.deepEqual(await tab.uploader.pending(), []);
  });

  test('memory by choice needs no warning', async () => {
    const world = createWorld();
    const tab = world.open({ queue: 'memory' });
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(1000);
    assert.equal((await sent).id, 'a');
    assert.deepEqual(eventsOf(tab, 'warning'), []);
  });
});

describe('a picture that is never read', () => {
  const reads = {
    fails: () => Promise.reject(new Error('NotReadableError')),
    throws: () => {
      throw new Error('NotReadableError');
    },
    hangs: () => new Promise(() => {}),
  };
  for (const [name, arrayBuffer] of Object.entries(reads)) {
    test(`${name}: send says so, nothing is stored, and all else goes on`, async () => {
      const world = createWorld();
      const tab = world.open();
      const snapshot = fakeSnapshot('a');
      const sent = tab.uploader.send({ ...snapshot, blob: /** @type {any} */ ({ ...snapshot.blob, arrayBuffer }) });
      const discarded = tab.uploader.discard('a');
      const flushed = tab.uploader.flush({ timeoutMs: 100 });
      await world.clock.advance(2000);
      const end = await outcome(world, flushed);
      if (name === 'hangs') assert.deepEqual([end.code, end.details.reason], ['upload-failed', 'unreadable']);
      else assert.deepEqual(end, []);
      await world.clock.advance(MINUTE);
      const error = await outcome(world, sent);
      assert.deepEqual([error.code, error.details.reason], ['upload-failed', 'unreadable']);
      assert.equal(await outcome(world, discarded), false);
      assert.deepEqual(await outcome(world, tab.uploader.pending()), []);
      const next = tab.uploader.send(snapshot);
      await world.clock.advance(MINUTE);
      assert.equal((await outcome(world, next)).id, 'a');
      assert.deepEqual(await outcome(world, tab.uploader.flush()), []);
    });

    test(`${name}: what the queue has of it is tried again all the same`, async () => {
      const world = createWorld({ behave: () => ({ status: 422 }) });
      const tab = world.open();
      const snapshot = fakeSnapshot('a');
      const refused = tab.uploader.send(snapshot);
      await world.clock.advance(500);
      assert.equal((await outcome(world, refused)).code, 'upload-rejected');
      world.faults.behave = () => ({ status: 200 });
      const again = tab.uploader.send({ ...snapshot, blob: /** @type {any} */ ({ ...snapshot.blob, arrayBuffer }) });
      await world.clock.advance(MINUTE);
      assert.equal((await outcome(world, again)).id, 'a');
    });
  }
});

describe('flush', () => {
  test('tries at once what waits, and resolves to nothing when all is delivered', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open({ retry: { baseMs: 10 * MINUTE, maxMs: 60 * MINUTE } });
    for (const id of ['a', 'b']) tab.uploader.send(fakeSnapshot(id));
    await world.clock.advance(1000);
    world.faults.behave = () => ({ status: 200 });
    const flushed = tab.uploader.flush();
    await world.clock.advance(2000);
    assert.deepEqual(await flushed, []);
    assert.equal(world.server.filed.length, 2);
  });

  test('says what is left when the time is up', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    tab.uploader.send(fakeSnapshot('a'));
    const flushed = tab.uploader.flush({ timeoutMs: 3000 });
    await world.clock.advance(3001);
    assert.deepEqual(
      (await flushed).map(({ id }) => id),
      ['a'],
    );
  });

  test('ends by its signal, by dispose, and refuses nonsense', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    const controller = new AbortController();
    const flushed = tab.uploader.flush({ signal: controller.signal });
    await world.clock.settled();
    controller.abort();
    assert.equal((await outcome(world, flushed)).code, 'aborted');
    assert.equal((await outcome(world, tab.uploader.flush({ signal: controller.signal }))).code, 'aborted');
    for (const options of [{ timeoutMs: -1 }, null, 5]) {
      const error = await outcome(world, tab.uploader.flush(/** @type {any} */ (options)));
      assert.equal(error.code, 'invalid-argument');
    }
    for (const options of [revoked(), { signal: revoked() }, { signal: { aborted: false } }]) {
      assert.equal((await outcome(world, tab.uploader.flush(/** @type {any} */ (options)))).code, 'invalid-argument');
    }
    const last = tab.uploader.flush();
    await world.clock.settled();
    tab.uploader.dispose();
    await world.clock.advance(11000);
    assert.equal((await outcome(world, last)).code, 'disposed');
  });

  test('waits for a snapshot that is still being stored', async () => {
    const world = createWorld();
    const tab = world.open();
    await world.clock.advance(100);
    /** @type {(data: ArrayBuffer) => void} */
    let read = () => {};
    const reading = new Promise((resolve) => {
      read = resolve;
    });
    const sent = tab.uploader.send({ ...fakeSnapshot('a'), blob: slowBlob(reading) });
    const flushed = tab.uploader.flush();
    await world.clock.advance(5000);
    assert.equal(await outcome(world, flushed), 'pending');
    read(new ArrayBuffer(1));
    await world.clock.advance(100);
    assert.deepEqual(await outcome(world, flushed), []);
    assert.equal((await outcome(world, sent)).id, 'a');
  });

  test('does not say that nothing is left of what is still being stored when the time is up', async () => {
    const world = createWorld({ behave: () => ({}) });
    const tab = world.open();
    const read = new Promise((resolve) => void world.clock.after(5500, () => resolve(new ArrayBuffer(1))));
    tab.uploader.send({ ...fakeSnapshot('a'), blob: slowBlob(read) });
    const [late, soon] = [1000, 5000].map((timeoutMs) => tab.uploader.flush({ timeoutMs }));
    await world.clock.advance(6000);
    const error = await outcome(world, late);
    assert.deepEqual([error.code, error.details.reason], ['upload-failed', 'unreadable'], 'no fault of the database');
    assert.deepEqual(
      (await outcome(world, soon)).map((/** @type {any} */ { id }) => id),
      ['a'],
    );
  });

  test('does not wait for a snapshot that was not taken', async () => {
    const world = createWorld();
    const tab = world.open({ limits: { bytes: 1 } });
    await world.clock.advance(100);
    const sent = tab.uploader.send(fakeSnapshot('too-large'));
    const flushed = tab.uploader.flush();
    await world.clock.advance(100);
    assert.deepEqual([(await outcome(world, sent)).code, await outcome(world, flushed)], ['queue-full', []]);
  });

  test('of an empty queue is over at once', async () => {
    const world = createWorld();
    const tab = world.open();
    assert.deepEqual(await outcome(world, tab.uploader.flush()), []);
  });
});

describe('dispose', () => {
  /** Until something is on the disk. @param {ReturnType<typeof createWorld>} world @param {(item: any) => boolean} fits */
  async function disk(world, fits) {
    while (![...world.disk.items.values()].some(fits)) await setImmediate();
  }

  test('in the moment an item was claimed sends nothing, and gives it back', async () => {
    const world = createWorld();
    let calls = 0;
    const headers = () => {
      calls += 1;
      return {};
    };
    const tab = world.open({ headers });
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await disk(world, ({ lease }) => lease);
    tab.uploader.dispose();
    const { length } = tab.events;
    await world.clock.advance(MINUTE);
    assert.deepEqual([calls, world.server.filed, tab.events.slice(length)], [0, [], []]);
    assert.equal(world.disk.items.get('a')?.lease, null);
    assert.equal((await outcome(world, sent)).details.kept, true);
  });

  test('while a snapshot is being stored says that it stays in the database', async () => {
    for (const database of [true, false]) {
      const world = createWorld();
      const tab = world.open({}, { database });
      const sent = tab.uploader.send(fakeSnapshot('a'));
      if (database) await disk(world, ({ id }) => id === 'a');
      tab.uploader.dispose();
      const { code, details } = await outcome(world, sent);
      assert.deepEqual([code, details.kept], ['disposed', database]);
    }
  });

  for (const [name, take] of /** @type {[string, (tab: Tab, controller: AbortController) => any][]} */ ([
    ['aborted', (_, controller) => controller.abort()],
    ['discarded', (tab) => tab.uploader.discard('a')],
  ])) {
    test(`right behind what is ${name}, whatever is just done with it, leaves nothing of that`, async () => {
      for (let turns = 0; turns < 16; turns += 1) {
        const world = createWorld({ behave: () => ({ status: 503, sendMs: 100 }) });
        const tab = world.open();
        const controller = new AbortController();
        const sent = tab.uploader.send(fakeSnapshot('a'), { signal: controller.signal });
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        const taken = take(tab, controller);
        const tries = world.server.tries.get('a');
        tab.uploader.dispose();
        await world.clock.advance(1000);
        assert.equal((await outcome(world, sent)).code, 'aborted', `after ${turns} turns`);
        if (taken) assert.equal(await outcome(world, taken), true);
        world.faults.behave = () => ({ status: 200 });
        world.open();
        await world.clock.advance(MINUTE);
        assert.deepEqual([world.server.tries.get('a'), world.server.filed, world.disk.items.size], [tries, [], 0]);
      }
    });
  }

  test('ends what waits where taking it out fails', async () => {
    const world = createWorld({ behave: () => ({}) });
    const first = world.open();
    first.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    first.crash();
    const tab = world.open();
    await world.clock.advance(100);
    const sent = tab.uploader.send({ id: 'a' });
    await world.clock.advance(100);
    world.faults.diskFault = () => new DOMException('gone', 'UnknownError');
    const taken = tab.uploader.discard('a');
    tab.uploader.dispose();
    await world.clock.advance(1000);
    assert.equal((await outcome(world, taken)).details.reason, 'storage');
    assert.equal((await outcome(world, sent)).code, 'disposed');
  });

  test('ends everything, keeps the queue, and says so', async () => {
    const world = createWorld({ behave: () => ({ status: 200, sendMs: 20000 }) });
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    await world.clock.advance(100);
    tab.uploader.dispose();
    tab.uploader.dispose();
    const error = await outcome(world, sent);
    assert.deepEqual([error.code, error.details.kept], ['disposed', true]);
    for (const call of [
      () => tab.uploader.send(fakeSnapshot('b')),
      () => tab.uploader.pending(),
      () => tab.uploader.retry('a'),
      () => tab.uploader.discard('a'),
      () => tab.uploader.flush(),
    ]) {
      assert.equal((await outcome(world, call())).code, 'disposed');
    }
    await world.clock.settled();
    assert.equal([...world.disk.items.values()][0].lease, null, 'nobody has to wait for its lease');
    world.faults.behave = () => ({ status: 200 });
    world.open();
    await world.clock.advance(1000);
    assert.equal(world.server.filed.length, 1);
  });

  test('right after creation, and while a snapshot is being stored', async () => {
    const world = createWorld();
    const tab = world.open();
    const sent = tab.uploader.send(fakeSnapshot('a'));
    tab.uploader.dispose();
    assert.equal((await outcome(world, sent)).code, 'disposed');
    await world.clock.advance(10 * MINUTE);
    assert.equal(world.server.filed.length, 0);
    world.open();
    await world.clock.advance(1000);
    assert.equal(world.server.filed.length, world.disk.items.size === 0 ? world.server.filed.length : 0);
  });
});

test('a listener or a callback that throws harms nothing', async (t) => {
  const errors = t.mock.method(console, 'error', () => {});
  const world = createWorld();
  const tab = world.open();
  for (const type of /** @type {const} */ (['queued', 'progress', 'sent', 'delivered'])) {
    tab.uploader.on(type, () => {
      throw new Error(type);
    });
  }
  const off = tab.uploader.on('delivered', () => assert.fail('taken back'));
  off();
  const onProgress = () => {
    throw new Error('callback');
  };
  const sent = tab.uploader.send(fakeSnapshot('a'), { onProgress });
  await world.clock.advance(1000);
  assert.equal((await sent).id, 'a');
  assert.deepEqual(errors.mock.calls.map(({ arguments: [error] }) => error.message).sort(), [
    'callback',
    'delivered',
    'progress',
    'queued',
    'sent',
  ]);
});
