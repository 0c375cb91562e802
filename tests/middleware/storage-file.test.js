/** Snapshots in a folder: the contract, and what only a folder can get wrong. */

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openStorage } from '../../examples/middleware/storage/open.js';
import { about, keys, picture, rejects, sha256, storageContract } from './storage-contract.js';

/** Somebody without rights, where the tests run as root. */
const NOBODY = 65534;

/** @type {string} */ let folder;
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caseframe-storage-'));
});
after(() => rm(folder, { recursive: true }));

const newFolder = () => join(folder, String(++count));

storageContract('file', {
  open: () => openStorage(`file:${newFolder()}`),
  links: false,
  async gone() {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    await rename(path, newFolder());
    // A disk that is not mounted leaves the folder that it is mounted on.
    await mkdir(path);
    return storage;
  },
  async denied() {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    const bytes = picture();
    await storage.put('a.jpg', bytes, about(bytes));
    return asNobody(storage, path);
  },
});

/**
 * The same storage once the system denies it its folder.
 * @param {import('../../examples/middleware/storage/storage.js').Storage} storage @param {string} path
 */
async function asNobody(storage, path) {
  await chmod(path, 0o000);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  return {
    ...storage,
    async close() {
      if (isRoot) process.seteuid?.(0);
      await chmod(path, 0o700);
    },
  };
}

describe('a folder of snapshots', () => {
  test('is for its owner alone, and holds the bytes under their own key', async () => {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    const bytes = picture();
    await storage.put('calls/1/a.jpg', bytes, about(bytes));
    assert.deepEqual(await readFile(join(path, 'calls/1/a.jpg')), bytes);
    for (const name of ['.', '.about', '.about/calls', '.incoming', 'calls', 'calls/1']) {
      assert.equal((await stat(join(path, name))).mode & 0o777, 0o700, name);
    }
    for (const name of ['calls/1/a.jpg', '.about/calls/1/a.jpg.json']) {
      assert.equal((await stat(join(path, name))).mode & 0o777, 0o600, name);
    }
    assert.deepEqual(await readdir(join(path, '.incoming')), []);
  });

  test('that has to be there is not made: what it takes would lie under a disk that is mounted later', async () => {
    const path = newFolder();
    const isThere = true;
    await rejects(openStorage(`file:${path}`, { isThere }), 'unavailable');
    await assert.rejects(stat(path), { code: 'ENOENT' });
    await mkdir(path);
    await rejects(openStorage(`file:${path}`, { isThere }), 'unavailable');
    assert.deepEqual(await readdir(path), []);
    const bytes = picture();
    await (await openStorage(`file:${path}`)).put('a.jpg', bytes, about(bytes));
    const storage = await openStorage(`file:${path}`, { isThere });
    assert.deepEqual(await storage.read('a.jpg'), bytes);
  });

  test('has nothing left of what was removed, folders included', async () => {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    const bytes = picture();
    await storage.put('calls/1/a.jpg', bytes, about(bytes));
    await storage.remove('calls/1/a.jpg');
    assert.deepEqual((await readdir(path, { recursive: true })).sort(), ['.about', '.incoming']);
  });

  test('takes puts beside removals of the last one in the same folder', async () => {
    const storage = await openStorage(`file:${newFolder()}`);
    const bytes = picture();
    const comeAndGo = async (/** @type {string} */ key) => {
      for (let times = 0; times < 60; times += 1) {
        await storage.put(key, bytes, about(bytes));
        assert.deepEqual(await storage.read(key), bytes);
        await storage.remove(key);
      }
    };
    await Promise.all(['calls/1/a.jpg', 'calls/1/b.jpg', 'calls/2/c.jpg'].map(comeAndGo));
  });

  test('is flushed: bytes and their record, then the folder that names each', async (t) => {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    const bytes = picture();
    await storage.put('a.jpg', bytes, about(bytes));
    const handle = await open(path);
    const { sync } = Object.getPrototypeOf(handle);
    await handle.close();
    /** @type {string[]} */
    const flushed = [];
    /** @this {import('node:fs/promises').FileHandle} */
    async function countedSync() {
      flushed.push((await this.stat()).isDirectory() ? 'folder' : 'file');
      return sync.call(this);
    }
    t.mock.method(Object.getPrototypeOf(handle), 'sync', countedSync);
    await storage.put('b.jpg', bytes, about(bytes));
    assert.deepEqual(flushed, ['file', 'folder', 'file', 'folder']);
    flushed.length = 0;
    await storage.hold('b.jpg', true);
    assert.deepEqual(flushed, ['file', 'folder']);
    flushed.length = 0;
    await storage.remove('a.jpg');
    assert.deepEqual(flushed, ['folder', 'folder']);
  });

  test('lists its own objects, not other files in it', async () => {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    await writeFile(join(path, 'caseframe.db'), 'rows');
    const bytes = picture();
    await storage.put('a.jpg', bytes, about(bytes));
    assert.deepEqual(await keys(storage), ['a.jpg']);
    assert.equal(await storage.head('caseframe.db'), undefined);
    await rejects(storage.read('caseframe.db'), 'missing');
  });

  test('lists, below a prefix, bytes that nothing is said of: they can be found and removed', async () => {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    const bytes = picture();
    for (const key of ['calls/1/a.jpg', 'calls/2/b.jpg']) await storage.put(key, bytes, about(bytes));
    await rm(join(path, '.about/calls/2'), { recursive: true });
    for (const name of ['.hidden', 'no key.', 'others.db']) await writeFile(join(path, 'calls', name), 'x');
    assert.deepEqual(await keys(storage), ['calls/1/a.jpg'], 'the folder may hold files of others');
    assert.deepEqual(await keys(storage, 'calls/'), ['calls/1/a.jpg', 'calls/2/b.jpg', 'calls/others.db']);
    const [entry] = await Array.fromAsync(storage.list('calls/2'));
    assert.equal(entry.bytes, bytes.length);
    await storage.remove('calls/2/b.jpg');
    assert.deepEqual(await keys(storage, 'calls/2'), []);
  });

  test('keeps a hold and everything said of an object when it is opened again', async () => {
    const path = newFolder();
    const first = await openStorage(`file:${path}`);
    const bytes = picture();
    await first.put('a.jpg', bytes, about(bytes));
    await first.hold('a.jpg', true);
    const second = await openStorage(`file:${path}`);
    assert.equal((await second.head('a.jpg'))?.held, true);
    await rejects(second.remove('a.jpg'), 'held');
  });

  test('cannot lose a held object to a removal at the same time', async () => {
    const storage = await openStorage(`file:${newFolder()}`);
    for (let times = 0; times < 20; times += 1) {
      const bytes = picture();
      await storage.put('a.jpg', bytes, about(bytes));
      const [hold, remove] = await Promise.allSettled(
        times % 2
          ? [storage.hold('a.jpg', true), storage.remove('a.jpg')]
          : [storage.remove('a.jpg'), storage.hold('a.jpg', true)].reverse(),
      );
      assert.notEqual(hold.status, remove.status);
      if (hold.status === 'fulfilled') {
        assert.deepEqual(await storage.read('a.jpg'), bytes);
        await storage.hold('a.jpg', false);
        await storage.remove('a.jpg');
      }
    }
  });

  test('completes a put that a crash has ended between bytes and what is said of them', async () => {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    const [bytes, others] = [picture(), picture()];
    await writeFile(join(path, 'a.jpg'), bytes);
    assert.equal(await storage.head('a.jpg'), undefined);
    await rejects(storage.put('a.jpg', others, about(others)), 'conflict');
    assert.equal((await storage.put('a.jpg', bytes, about(bytes))).created, true);
    assert.equal((await storage.head('a.jpg'))?.sha256, sha256(bytes));
  });

  test('completes a removal that a crash has ended half way', async () => {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    const [bytes, others] = [picture(), picture()];
    for (const key of ['a.jpg', 'b.jpg']) {
      await storage.put(key, bytes, about(bytes));
      await rm(join(path, key));
      assert.equal(await storage.head(key), undefined);
    }
    assert.deepEqual(await keys(storage), []);
    await storage.remove('a.jpg');
    assert.deepEqual(
      (await readdir(path, { recursive: true })).filter((name) => name.includes('a.jpg')),
      [],
    );
    await storage.put('b.jpg', others, about(others));
    assert.equal((await storage.head('b.jpg'))?.sha256, sha256(others));
  });

  test('is swept of what a crash left in writing, and of nothing that is being written', async () => {
    const path = newFolder();
    await openStorage(`file:${path}`);
    for (const name of ['old', 'new']) await writeFile(join(path, '.incoming', name), 'half');
    for (const [name, minutes] of /** @type {const} */ ([
      ['old', 61],
      ['new', 59],
    ])) {
      const then = new Date(Date.now() - minutes * 60_000);
      await utimes(join(path, '.incoming', name), then, then);
    }
    await openStorage(`file:${path}`);
    assert.deepEqual(await readdir(join(path, '.incoming')), ['new']);
  });

  test('has whole objects only, whenever its service is killed', async () => {
    const path = newFolder();
    const child = spawn(process.execPath, [fileURLToPath(new URL('storage-putter.js', import.meta.url)), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (data) => {
      told += data;
    });
    while (told.split('\n').length < 40) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const storage = await openStorage(`file:${path}`);
    const stored = told.split('\n').slice(0, -1);
    const found = await keys(storage);
    assert.deepEqual(
      stored.filter((key) => !found.includes(key)),
      [],
    );
    for (const key of found) assert.equal(sha256(await storage.read(key)), (await storage.head(key))?.sha256, key);
  });

  test('that is full says so, and has nothing of what did not fit', async () => {
    const path = newFolder();
    await mkdir(path);
    const script = `mount -t tmpfs -o size=256k none "$0" && exec "$1" "$2" "$0" 400000`;
    const putter = fileURLToPath(new URL('storage-putter.js', import.meta.url));
    const { stdout } = await promisify(execFile)('unshare', [
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      script,
      path,
      process.execPath,
      putter,
    ]);
    assert.equal(stdout, 'StorageError full\n0 objects, 0 files\n');
  });

  test('whose record of an object cannot be read is unavailable, and removes nothing', async () => {
    const path = newFolder();
    const storage = await openStorage(`file:${path}`);
    const bytes = picture();
    await storage.put('a.jpg', bytes, about(bytes));
    await writeFile(join(path, '.about/a.jpg.json'), '{"held":tr');
    await rejects(storage.head('a.jpg'), 'unavailable');
    await rejects(storage.remove('a.jpg'), 'unavailable');
    assert.deepEqual(await readFile(join(path, 'a.jpg')), bytes);
  });
});
