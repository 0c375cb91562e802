// The export: somebody who has nothing but the zip follows its recipe in a shell, and sees whatever was changed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import yauzl from 'yauzl';
import { exportSnapshot } from '../../examples/middleware/custody/export.js';
import { openRecords } from '../../examples/middleware/records/open.js';
import { firstSeed, forEachSeed } from '../js/random.js';
import { ADMIN, AGENT, claimOf, createClock } from './records-lab.js';
import { createStorageFake } from './storage-fake.js';

console.log(`CASEFRAME_SEED=${firstSeed}`);

const run = promisify(execFile);
const SUPERVISOR = { id: 'supervisor-1', role: 'supervisor', via: 'genesys' };
const RIGHT = ['1 right', '2 right', '3 right', '4 right'];

/** @param {Buffer} zip @returns {Promise<Map<string, Buffer>>} */
async function unzip(zip) {
  const files = new Map();
  const archive = await promisify(
    /** @type {(zip: Buffer, options: object, done: (error: Error | null, archive: yauzl.ZipFile) => void) => void} */ (
      yauzl.fromBuffer
    ),
  )(zip, { lazyEntries: true });
  const open = promisify(archive.openReadStream.bind(archive));
  const entries = archive.eachEntry();
  for await (const entry of entries) files.set(entry.fileName, await buffer(/** @type {any} */ (await open(entry))));
  return files;
}

/** The commands of a recipe: what a person would paste. @param {string} recipe */
function commandsOf(recipe) {
  return recipe
    .split('\n')
    .filter((line) => /^ {4}\S/.test(line))
    .join('\n');
}

/** @param {string} folder @param {string} commands @returns {Promise<string[]>} What each step said. */
async function follow(folder, commands) {
  const { stdout } = await run('bash', ['-c', commands], { cwd: folder });
  return stdout.trim().split('\n');
}

/** @param {string} folder @returns {Promise<string[]>} */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

describe('an export', () => {
  const clock = createClock();
  const storage = createStorageFake();
  const picture = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 31) % 251));
  /** @type {import('../../examples/middleware/records/records.js').Records} */
  let records;
  /** @type {string} */
  let temporary;
  /** Of the zip, unpacked. @type {string} */
  let folder;
  /** @type {Map<string, Buffer>} */
  let files;
  /** @type {string} */
  let commands;

  /** @param {string} id @param {Buffer} bytes */
  async function upload(id, bytes) {
    const about = { id, sha256: storage.sha256(bytes), bytes: bytes.length, interactionId: `call-of-${id}` };
    const claimed = await records.claim(claimOf(clock, about));
    assert.ok(claimed.outcome === 'claimed');
    await storage.put(claimed.snapshot.objectKey, bytes, { sha256: about.sha256, retentionDays: 30 });
    await records.stored(claimed.lease, AGENT);
    clock.advance(1000);
  }
  /** @param {string} id */
  async function exported(id) {
    const snapshot = await records.find('acme', id);
    assert.ok(snapshot);
    return buffer(await exportSnapshot({ records, storage, snapshot, actor: SUPERVISOR }));
  }

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'cf-export-'));
    records = await openRecords('sqlite::memory:', { now: clock.date });
    await records.migrate();
    await upload('somebody-elses', Buffer.from('another picture'));
    await upload('mine', picture);
    await records.audit('acme', {
      actor: { ...AGENT, id: 'a-secret-agent' },
      action: 'viewed',
      snapshotId: 'somebody-elses',
    });
    await records.setHold('acme', 'mine', true, 'file number 7, “Smith”', ADMIN);
    await storage.hold(String((await records.find('acme', 'mine'))?.objectKey), true);
    for (let i = 0; i < 20; ++i)
      await records.audit('acme', { actor: AGENT, action: 'viewed', snapshotId: 'somebody-elses' });
    files = await unzip(await exported('mine'));
    await records.audit('acme', { actor: AGENT, action: 'viewed', snapshotId: 'mine' });
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(temporary, path)), { recursive: true });
      await writeFile(join(temporary, path), bytes);
    }
    folder = join(temporary, 'snapshot-mine');
    commands = commandsOf(await readFile(join(folder, 'RECIPE.txt'), 'utf8'));
  });
  after(async () => {
    await records?.close();
    await rm(temporary, { recursive: true, force: true });
  });

  test('holds the picture, its record, whether it is held, and its part of the audit', async () => {
    const text = (/** @type {string} */ path) => String(files.get(`snapshot-mine/${path}`));
    assert.deepEqual(files.get('snapshot-mine/snapshot.jpg'), picture);
    const record = JSON.parse(text('record.json'));
    assert.deepEqual(record, await records.find('acme', 'mine'));
    const { at, ...hold } = JSON.parse(text('hold.json'));
    assert.deepEqual(hold, { legalHold: true, reason: 'file number 7, “Smith”', heldByStorage: true });
    assert.equal(at, clock.date().toISOString());
    const entries = [...files.keys()].filter((path) => path.includes('/entries/'));
    assert.deepEqual(
      entries.map((path) => path.slice(-13)),
      ['00000002.json', '00000004.json', '00000025.json'],
    );
    assert.deepEqual(
      entries.map((path) => JSON.parse(String(files.get(path)))).map(({ action, actor }) => [action, actor]),
      [
        ['stored', AGENT.id],
        ['held', ADMIN.id],
        ['exported', SUPERVISOR.id],
      ],
    );
    assert.equal(text('audit/chain.txt').trim().split('\n').length, 24);
    const [last] = await Array.fromAsync(records.auditEntries('acme', { fromSeq: 25, limit: 1 }));
    assert.equal(text('audit/head.txt'), `${last.hash}\n`);
    assert.match(text('RECIPE.txt'), new RegExp(`^ {8}${last.hash}$`, 'm'));
  });

  test('says nothing of other people and pictures', () => {
    for (const [path, bytes] of files) {
      assert.ok(!bytes.includes('a-secret-agent') && !bytes.includes('somebody-elses'), path);
    }
  });

  test('is right by its own recipe, in bash', async () => {
    assert.deepEqual(await follow(folder, commands), RIGHT);
  });

  test('is wrong once a byte of any file was changed', async () => {
    const paths = await filesOf(folder);
    assert.equal(paths.length, 11);
    await forEachSeed(2, async (dice) => {
      for (const path of paths) {
        const bytes = await readFile(path);
        const at = dice.between(0, bytes.length - 1);
        const changed = Buffer.from(bytes);
        changed[at] ^= 1 << dice.between(0, 7);
        await writeFile(path, changed);
        const said = await follow(folder, commands);
        await writeFile(path, bytes);
        assert.equal(said[0], '1 WRONG', `${path}, byte ${at}: ${said}`);
      }
    });
    assert.deepEqual(await follow(folder, commands), RIGHT);
  });

  test('is wrong once a file was added, taken away or called otherwise', async () => {
    await writeFile(join(folder, 'more.txt'), '');
    assert.equal((await follow(folder, commands))[0], '1 WRONG');
    await rm(join(folder, 'more.txt'));
    for (const path of await filesOf(folder)) {
      await rename(path, `${path}.x`);
      assert.equal((await follow(folder, commands))[0], '1 WRONG', path);
      await rename(`${path}.x`, path);
    }
    assert.deepEqual(await follow(folder, commands), RIGHT);
  });

  /** What somebody forges who makes the fingerprints anew. @type {[string, (folder: string) => Promise<void>, number][]} */
  const forgeries = [
    ['another picture', (forged) => writeFile(join(forged, 'snapshot.jpg'), 'another'), 2],
    [
      'another picture, and its record',
      async (forged) => {
        await writeFile(join(forged, 'snapshot.jpg'), 'another');
        await replace(join(forged, 'record.json'), storage.sha256(picture), storage.sha256(Buffer.from('another')));
      },
      2,
    ],
    [
      'another picture, its record and its entry',
      async (forged) => {
        const [from, to] = [storage.sha256(picture), storage.sha256(Buffer.from('another'))];
        await writeFile(join(forged, 'snapshot.jpg'), 'another');
        await replace(join(forged, 'record.json'), from, to);
        await replace(join(forged, 'audit/entries/00000002.json'), from, to);
      },
      3,
    ],
    [
      'another entry, and its digest in the chain',
      async (forged) => {
        const path = join(forged, 'audit/entries/00000004.json');
        const before = createHash('sha256')
          .update(await readFile(path))
          .digest('hex');
        await replace(path, ADMIN.id, 'nobody');
        const forgedDigest = createHash('sha256')
          .update(await readFile(path))
          .digest('hex');
        await replace(join(forged, 'audit/chain.txt'), before, forgedDigest);
      },
      4,
    ],
    ['a chain without its last entry', (forged) => replace(join(forged, 'audit/chain.txt'), /00000025 .*\n/, ''), 3],
    [
      'a chain without another one’s entry',
      (forged) => replace(join(forged, 'audit/chain.txt'), /00000007 .*\n/, ''),
      4,
    ],
  ];
  for (const [name, forge, step] of forgeries) {
    test(`${name}, with all fingerprints made anew, is wrong in step ${step}`, async () => {
      const forged = join(temporary, `forged-${step}-${name.length}`);
      await cp(folder, forged, { recursive: true });
      await forge(forged);
      await run(
        'bash',
        [
          '-c',
          "find . -type f ! -path ./SHA256SUMS | LC_ALL=C sort | xargs sha256sum > sums && mv sums SHA256SUMS && sed -i '/ .\\/sums$/d' SHA256SUMS",
        ],
        { cwd: forged },
      ); // prettier-ignore
      const said = await follow(forged, commands);
      assert.equal(said[0], '1 right', String(said));
      assert.equal(said[step - 1], `${step} WRONG`, String(said));
    });
  }

  test('is audited, and not where the object cannot be read', async () => {
    const snapshot = await records.find('acme', 'mine');
    assert.ok(snapshot);
    const { seq } = await records.auditHead('acme');
    const missing = { ...snapshot, objectKey: 'nowhere' };
    await assert.rejects(exportSnapshot({ records, storage, snapshot: missing, actor: SUPERVISOR }), {
      code: 'missing',
    });
    assert.equal((await records.auditHead('acme')).seq, seq);
    await exported('mine');
    const [entry] = await Array.fromAsync(records.auditEntries('acme', { fromSeq: seq + 1 }));
    assert.deepEqual([entry.action, entry.actor, entry.snapshotId], ['exported', SUPERVISOR.id, 'mine']);
  });

  test('of a first entry, and while others write, is right, too', async () => {
    const writing = Promise.all(
      Array.from({ length: 30 }, () => records.audit('acme', { actor: AGENT, action: 'listed' })),
    );
    const unzipped = await unzip(await exported('somebody-elses'));
    await writing;
    const place = join(temporary, 'beside');
    for (const [path, bytes] of unzipped) {
      await mkdir(dirname(join(place, path)), { recursive: true });
      await writeFile(join(place, path), bytes);
    }
    const own = String(unzipped.get('snapshot-somebody-elses/RECIPE.txt'));
    assert.deepEqual(await follow(join(place, 'snapshot-somebody-elses'), commandsOf(own)), RIGHT);
  });

  test('of what was looked at again and again holds a compressor for each look at no time', async (t) => {
    for (let n = 0; n < 50; n += 1) {
      await records.audit('acme', { actor: AGENT, action: 'viewed', snapshotId: 'somebody-elses' });
    }
    const compressed = t.mock.method(zlib, 'deflateRaw');
    const entries = [...(await unzip(await exported('somebody-elses'))).keys()];
    assert.ok(entries.filter((path) => path.includes('/audit/entries/')).length > 50);
    assert.equal(compressed.mock.callCount(), 0);
  });

  test('fails where the audit lacks an entry, in place of a zip that says less', async () => {
    const snapshot = await records.find('acme', 'mine');
    assert.ok(snapshot);
    const gap = {
      ...records,
      /** @type {import('../../examples/middleware/records/records.js').Records['auditEntries']} */
      async *auditEntries(organizationId, query) {
        for await (const entry of records.auditEntries(organizationId, query)) if (entry.seq !== 7) yield entry;
      },
    };
    const stream = await exportSnapshot({ records: gap, storage, snapshot, actor: SUPERVISOR });
    await assert.rejects(buffer(stream), /lacks entries before 8/);
  });
});

/** @param {string} path @param {string | RegExp} from @param {string} to */
async function replace(path, from, to) {
  const before = await readFile(path, 'utf8');
  const after = before.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'g'), to);
  assert.notEqual(after, before, 'nothing was forged');
  await writeFile(path, after);
}
