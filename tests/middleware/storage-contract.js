/** What every driver of the middleware's storage keeps to, asked over the real thing. */

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than any driver's own deadline in these tests: what comes later has hung. */
const HANGS_MS = 60_000;

/** @typedef {import('../../examples/middleware/storage/storage.js').Storage} Storage */

/**
 * @typedef {object} Lab
 * @property {() => Promise<Storage>} open An area of its own, in which nothing is yet. Lists a few objects at a time.
 * @property {() => Promise<Storage>} gone Its store cannot be reached.
 * @property {() => Promise<Storage>} [silent] Its store takes requests and never answers.
 * @property {() => Promise<Storage>} denied Its credentials may do nothing.
 * @property {(storage: Storage, work: () => Promise<unknown>) => Promise<unknown>} [lose] Runs `work`, and loses the
 *   store's answer to the first put in it.
 * @property {boolean} [links] Whether it makes links. Default: true.
 * @property {boolean} [holds] Whether its store can hold. Default: true.
 */

/** @param {string} name @param {Lab} lab */
export function storageContract(name, lab) {
  const { links = true, holds = true } = lab;

  describe(`${name}: an object`, () => {
    test('is what was put', async () => {
      const storage = await lab.open();
      const bytes = picture();
      const began = Date.now();
      const put = await storage.put(
        'calls/one.jpg',
        bytes,
        about(bytes, { retentionDays: 7, metadata: { kind: 'a b' } }),
      );
      assert.equal(put.created, true);
      const head = await storage.head('calls/one.jpg');
      assert.ok(head);
      assert.deepEqual([head.bytes, head.sha256, head.held], [bytes.length, sha256(bytes), false]);
      assert.equal(head.version, put.version);
      // Another machine's clock, in whole seconds.
      assert.ok(Math.abs(head.modifiedAt.getTime() - began) < 600_000, String(head.modifiedAt));
      assert.deepEqual(await storage.read('calls/one.jpg'), bytes);
    });

    test('is written once: the same bytes again change nothing, others are a conflict', async () => {
      const storage = await lab.open();
      const [bytes, others] = [picture(), picture()];
      const first = await storage.put('a.jpg', bytes, about(bytes));
      assert.deepEqual(await storage.put('a.jpg', bytes, about(bytes)), { created: false, version: first.version });
      await rejects(storage.put('a.jpg', others, about(others)), 'conflict');
      assert.deepEqual(await storage.read('a.jpg'), bytes);
      assert.equal((await storage.head('a.jpg'))?.sha256, sha256(bytes));
    });

    test('of which twenty write another one at once is one of them', async () => {
      const storage = await lab.open();
      const all = Array.from({ length: 20 }, () => picture());
      const results = await Promise.allSettled(all.map((bytes) => storage.put('race.jpg', bytes, about(bytes))));
      const winners = all.filter((_, index) => results[index].status === 'fulfilled');
      assert.equal(winners.length, 1, outcomes(results));
      for (const result of results)
        if (result.status === 'rejected') assert.equal(result.reason.code, 'conflict', outcomes(results));
      assert.deepEqual(await storage.read('race.jpg'), winners[0]);
      assert.equal((await keys(storage)).length, 1);
    });

    test('that twenty write at once is created by one of them', async () => {
      const storage = await lab.open();
      const bytes = picture();
      const puts = await Promise.all(Array.from({ length: 20 }, () => storage.put('same.jpg', bytes, about(bytes))));
      assert.equal(puts.filter(({ created }) => created).length, 1);
      assert.deepEqual(await storage.read('same.jpg'), bytes);
    });

    test('that says another hash than its bytes have is refused before anything is written', async () => {
      const storage = await lab.open();
      const bytes = picture();
      await assert.rejects(storage.put('a.jpg', bytes, { ...about(bytes), sha256: sha256(picture()) }), TypeError);
      assert.equal(await storage.head('a.jpg'), undefined);
    });

    test('that is not there is missing, and removed already', async () => {
      const storage = await lab.open();
      assert.equal(await storage.head('no/such.jpg'), undefined);
      await rejects(storage.read('no/such.jpg'), 'missing');
      await rejects(storage.hold('no/such.jpg', true), 'missing');
      await storage.remove('no/such.jpg');
      assert.deepEqual(await keys(storage), []);
    });

    test('that is removed has gone, the one with a longer name has not, and it can be put again', async () => {
      const storage = await lab.open();
      const bytes = picture();
      for (const key of ['x/a.jpg', 'x/a.jpg.more', 'x/b.jpg']) await storage.put(key, bytes, about(bytes));
      await storage.remove('x/a.jpg');
      await storage.remove('x/a.jpg');
      assert.equal(await storage.head('x/a.jpg'), undefined);
      await rejects(storage.read('x/a.jpg'), 'missing');
      await rejects(storage.hold('x/a.jpg', true), 'missing');
      assert.deepEqual(await keys(storage), ['x/a.jpg.more', 'x/b.jpg']);
      const others = picture();
      assert.equal((await storage.put('x/a.jpg', others, about(others))).created, true);
      assert.deepEqual(await storage.read('x/a.jpg'), others);
    });

    test('has any name that is one everywhere', async () => {
      const storage = await lab.open();
      const names = [
        "a b+c%20d#e?f&g=h'i(j)!.jpg",
        'x/é-ü-日本-🎥.jpg',
        'a/b/c/d/e/f',
        'x/~@:,;$*.jpg',
        `x/${'n'.repeat(200)}`,
      ];
      for (const key of names) {
        const bytes = picture();
        await storage.put(key, bytes, about(bytes));
        assert.deepEqual(await storage.read(key), bytes, key);
        assert.equal((await storage.head(key))?.sha256, sha256(bytes), key);
        if (links)
          assert.deepEqual(await open(await storage.link(key, { seconds: 60, fileName: 'a.jpg' })), bytes, key);
      }
      assert.deepEqual(await keys(storage), [...names].sort());
      for (const key of names) await storage.remove(key);
      assert.deepEqual(await keys(storage), []);
    });

    test('has no name that leads elsewhere', async () => {
      const storage = await lab.open();
      const bytes = picture();
      const names = [
        '',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        '../a',
        'a/../b',
        'a/./b',
        '.about/a',
        'a\\b',
        'a\0b',
        'a\nb',
        'a.',
        'a /b',
        '\ud800',
        'n'.repeat(800),
      ];
      for (const key of names) {
        await assert.rejects(storage.put(key, bytes, about(bytes)), TypeError, key);
        for (const call of [storage.head(key), storage.read(key), storage.hold(key, true), storage.remove(key)]) {
          await assert.rejects(call, TypeError, key);
        }
        await assert.rejects(storage.link(key, { seconds: 60, fileName: 'a.jpg' }), TypeError, key);
      }
      assert.deepEqual(await keys(storage), []);
    });
  });

  if (lab.lose) {
    const { lose } = lab;
    test(`${name}: a put whose answer was lost has been made, once`, async () => {
      const storage = await lab.open();
      const bytes = picture();
      // Whether the driver tries again by itself or its caller does: nobody is told of a conflict.
      const put = () => storage.put('lost.jpg', bytes, about(bytes));
      const result = await lose(storage, () =>
        put().catch((error) => (error.code === 'unavailable' ? put() : Promise.reject(error))),
      );
      assert.equal(/** @type {any} */ (result).created, false);
      assert.deepEqual(await storage.read('lost.jpg'), bytes);
      const others = picture();
      await rejects(storage.put('lost.jpg', others, about(others)), 'conflict');
    });
  }

  test(`${name}: a list has what begins with the prefix, over many pages`, async () => {
    const storage = await lab.open();
    const bytes = picture();
    const all = Array.from(
      { length: 23 },
      (_, index) => `${index % 2 ? 'odd' : 'even'}/${String(index).padStart(3, '0')}.jpg`,
    );
    await Promise.all(all.map((key) => storage.put(key, bytes, about(bytes))));
    await storage.check();
    assert.deepEqual(await keys(storage), [...all].sort());
    assert.deepEqual(
      await keys(storage, 'odd/'),
      all.filter((key) => key.startsWith('odd/')),
    );
    assert.deepEqual(
      await keys(storage, 'odd/01'),
      all.filter((key) => key.startsWith('odd/01')),
    );
    assert.deepEqual(
      await keys(storage, 'od'),
      all.filter((key) => key.startsWith('od')),
    );
    assert.deepEqual(await keys(storage, 'odd/001.jpg'), ['odd/001.jpg']);
    assert.deepEqual(await keys(storage, 'none'), []);
    for await (const entry of storage.list('even/000')) {
      assert.equal(entry.bytes, bytes.length);
      const head = await storage.head(entry.key);
      // Some say it in whole seconds here, and in milliseconds there.
      assert.ok(Math.abs(entry.modifiedAt.getTime() - Number(head?.modifiedAt)) < 1000);
    }
  });

  if (holds) {
    test(`${name}: a hold keeps an object until it is taken off`, async () => {
      const storage = await lab.open();
      const bytes = picture();
      await storage.put('held.jpg', bytes, about(bytes));
      for (let times = 0; times < 2; times += 1) {
        await storage.hold('held.jpg', true);
        assert.equal((await storage.head('held.jpg'))?.held, true);
      }
      await rejects(storage.remove('held.jpg'), 'held');
      assert.deepEqual(await storage.read('held.jpg'), bytes);
      // A repeated put does not take it off.
      assert.equal((await storage.put('held.jpg', bytes, about(bytes))).created, false);
      assert.equal((await storage.head('held.jpg'))?.held, true);
      assert.equal((await storage.head('held.jpg'))?.sha256, sha256(bytes));
      for (let times = 0; times < 2; times += 1) {
        await storage.hold('held.jpg', false);
        assert.equal((await storage.head('held.jpg'))?.held, false);
      }
      await storage.remove('held.jpg');
      assert.equal(await storage.head('held.jpg'), undefined);
    });
  }

  if (links) {
    describe(`${name}: a link`, () => {
      test('opens one object, as the file that was said', async () => {
        const storage = await lab.open();
        const bytes = picture();
        await storage.put('linked.jpg', bytes, about(bytes));
        await storage.put('other.jpg', bytes, about(bytes));
        const link = await storage.link('linked.jpg', { seconds: 60, fileName: 'call 1.jpg' });
        assert.ok(link);
        assert.ok(link.seconds <= 60 && link.seconds > 0, String(link.seconds));
        const answer = await fetch(link.url);
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('content-type'), 'image/jpeg');
        assert.equal(answer.headers.get('content-disposition'), 'inline; filename="call 1.jpg"');
        assert.match(answer.headers.get('cache-control') ?? '', /no-store/);
        assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
        assert.ok((await status(link.url.replace('linked.jpg', 'other.jpg'))) >= 400);
        assert.ok((await status(link.url.replace(/\?.*/s, ''))) >= 400);
        assert.ok((await status(link.url, 'DELETE')) >= 400);
        assert.deepEqual(await storage.read('linked.jpg'), bytes);
      });

      test('dies', async () => {
        const storage = await lab.open();
        const bytes = picture();
        await storage.put('linked.jpg', bytes, about(bytes));
        const link = await storage.link('linked.jpg', { seconds: 2, fileName: 'a.jpg' });
        assert.ok(link && link.seconds <= 2);
        for (const deadline = Date.now() + HANGS_MS; (await status(link.url)) === 200; await sleep(200)) {
          assert.ok(Date.now() < deadline, 'It still opens');
        }
        assert.ok([400, 403].includes(await status(link.url)));
        const fresh = await storage.link('linked.jpg', { seconds: 60, fileName: 'a.jpg' });
        assert.equal(await status(fresh?.url ?? ''), 200);
      });
    });
  } else {
    test(`${name}: there are no links`, async () => {
      const storage = await lab.open();
      assert.equal(await storage.link('a.jpg', { seconds: 60, fileName: 'a.jpg' }), undefined);
    });
  }

  describe(`${name}: a store`, () => {
    /** @param {Storage} storage */
    const calls = (storage) => {
      const bytes = picture();
      return {
        put: storage.put('a.jpg', bytes, about(bytes)),
        head: storage.head('a.jpg'),
        read: storage.read('a.jpg'),
        hold: storage.hold('a.jpg', true),
        remove: storage.remove('a.jpg'),
        list: keys(storage),
        check: storage.check(),
      };
    };

    for (const [what, which, code] of /** @type {const} */ ([
      ['that has gone is unavailable', 'gone', 'unavailable'],
      ['that never answers is unavailable', 'silent', 'unavailable'],
      ['that denies says so', 'denied', 'denied'],
    ])) {
      const make = lab[which];
      if (!make) continue;
      test(what, async (t) => {
        const storage = await make();
        t.after(() => storage.close());
        const began = Object.entries(calls(storage));
        const results = await Promise.race([
          Promise.allSettled(began.map(([, call]) => call)),
          sleep(HANGS_MS, undefined, { ref: false }),
        ]);
        assert.ok(results, 'It hangs');
        const codes = results.map((result, index) => [
          began[index][0],
          result.status === 'rejected' ? result.reason.code : 'fulfilled',
        ]);
        assert.deepEqual(
          codes,
          began.map(([call]) => [call, code]),
          outcomes(results),
        );
        for (const result of results)
          if (result.status === 'rejected') assert.equal(result.reason.name, 'StorageError');
      });
    }

    test('that can be written to passes its check, again and again, and a check can be given up', async () => {
      const storage = await lab.open();
      await storage.check();
      await storage.check(new AbortController().signal);
      await assert.rejects(storage.check(AbortSignal.abort()), { name: 'AbortError' });
      assert.deepEqual(await keys(storage), []);
      await storage.close();
    });
  });
}

/** @returns {Buffer} Bytes that no other test has, as long as a small picture. */
export function picture() {
  return Buffer.concat([Buffer.from([0xff, 0xd8]), randomBytes(20_000), Buffer.from([0xff, 0xd9])]);
}

/** @param {Buffer} bytes @param {Partial<import('../../examples/middleware/storage/storage.js').About>} [more] */
export function about(bytes, more) {
  return { sha256: sha256(bytes), retentionDays: 30, ...more };
}

/** @param {Uint8Array} bytes */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @param {Storage} storage @param {string} [prefix] @returns {Promise<string[]>} sorted */
export async function keys(storage, prefix) {
  const found = [];
  for await (const { key } of storage.list(prefix)) found.push(key);
  return found.sort();
}

/** @param {Promise<unknown>} call @param {string} code */
export async function rejects(call, code) {
  await assert.rejects(call, (/** @type {any} */ error) => {
    assert.equal(`${error.name} ${error.code}`, `StorageError ${code}`, error.stack);
    return true;
  });
}

/** @param {string} url @param {string} [method] */
export async function status(url, method = 'GET') {
  const answer = await fetch(url, { method });
  await answer.arrayBuffer();
  return answer.status;
}

/** @param {{ url: string } | undefined} link */
async function open(link) {
  assert.ok(link);
  const answer = await fetch(link.url);
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200, bytes.toString());
  return bytes;
}

/** @param {PromiseSettledResult<unknown>[]} results */
function outcomes(results) {
  return results
    .map((result) => (result.status === 'rejected' ? String(result.reason?.stack) : JSON.stringify(result.value)))
    .join('\n');
}
