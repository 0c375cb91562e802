/**
 * One snapshot with what proves it, as a zip that somebody checks offline with `sha256sum`:
 *
 *   snapshot.jpg             the bytes as they came
 *   record.json              what the service knows of it
 *   hold.json                whether it is held: in the record, and by the storage
 *   audit/entries/N.json     the audit's entries about it, whole: each file is what its digest was computed of
 *   audit/chain.txt          number and digest of every entry from its first one to the end; other people's are digests alone
 *   audit/before.txt         the hash before the first of these
 *   audit/head.txt           the hash of the last
 *   RECIPE.txt               how to check it
 *   SHA256SUMS               of all the other files
 */

import { createHash } from 'node:crypto';
import { pipeline, Readable, Transform } from 'node:stream';
import yazl from 'yazl';
import { readPicture } from './picture.js';
import { recipe } from './recipe.js';

/** @typedef {import('../records/records.js').AuditEntry} AuditEntry */

/**
 * The export itself is audited first, and is the last entry of its chain. The chain is read as it is sent, so that a long
 * one needs no memory.
 * @param {object} options
 * @param {import('../records/records.js').Records} options.records
 * @param {import('../storage/storage.js').Storage} options.storage
 * @param {import('../records/records.js').Snapshot} options.snapshot A stored one.
 * @param {import('../records/records.js').Actor} options.actor
 * @returns {Promise<Readable>} Fails where the audit cannot be read to its end: such a zip cannot be opened.
 * @throws {import('../problem.js').Problem | import('../storage/storage.js').StorageError} Where the object cannot be read, or
 *   is another one; nothing is audited then.
 */
export async function exportSnapshot({ records, storage, snapshot, actor }) {
  const { organizationId, id, objectKey } = snapshot;
  const [file, head] = await Promise.all([readPicture(storage, snapshot), storage.head(objectKey)]);
  const last = await records.audit(organizationId, {
    actor,
    action: 'exported',
    snapshotId: id,
    details: { sha256: snapshot.sha256 },
  });
  const folder = `snapshot-${id.replace(/[^\w-]/g, '_')}`;
  const zip = new yazl.ZipFile();
  const output = /** @type {Readable} */ (zip.outputStream);
  zip.on('error', (error) => output.destroy(error));
  /** Lines of `SHA256SUMS`, in the order of the files. @type {string[]} */
  const sums = [];
  const add = (/** @type {string} */ path, /** @type {string | Buffer} */ content) => {
    const bytes = Buffer.from(content);
    sums.push(sumLine(path, createHash('sha256').update(bytes).digest('hex')));
    // As they are: all would be compressed at once, which takes a quarter of a megabyte each, and entries may be thousands.
    zip.addBuffer(bytes, `${folder}/${path}`, { mtime: new Date(last.at), compress: false });
  };
  add('snapshot.jpg', file);
  add('record.json', json(snapshot));
  add(
    'hold.json',
    json({
      at: last.at,
      legalHold: snapshot.legalHold,
      reason: snapshot.holdReason,
      heldByStorage: head?.held ?? null,
    }),
  );
  /** Of the snapshot's own. */
  let first = last.seq;
  /** @type {number | undefined} */
  let stored;
  for await (const { seq, action, text } of records.auditEntries(organizationId, { snapshotId: id })) {
    if (seq > last.seq) break;
    first = Math.min(first, seq);
    if (action === 'stored') stored ??= seq;
    add(`audit/entries/${number(seq)}.json`, text);
  }
  add('audit/before.txt', `${await hashBefore(records, organizationId, first)}\n`);
  add('audit/head.txt', `${last.hash}\n`);
  add('RECIPE.txt', recipe({ stored: number(stored ?? first), last, organizationId }));

  const lazily = { mtime: new Date(last.at) };
  zip.addReadStreamLazy(`${folder}/audit/chain.txt`, lazily, (done) => {
    const hash = createHash('sha256');
    const digested = new Transform({
      transform(chunk, _encoding, next) {
        hash.update(chunk);
        next(null, chunk);
      },
      flush(next) {
        sums.push(sumLine('audit/chain.txt', hash.digest('hex')));
        next();
      },
    });
    const lines = Readable.from(chain(records, organizationId, first, last));
    pipeline(lines, digested, (error) => {
      if (error) output.destroy(error);
    });
    done(null, digested);
  });
  zip.addReadStreamLazy(`${folder}/SHA256SUMS`, lazily, (done) => {
    done(null, Readable.from([Buffer.from(sums.sort(byPath).join(''))]));
  });
  zip.end();
  return output;
}

/**
 * @param {import('../records/records.js').Records} records @param {string} organizationId @param {number} first
 * @param {AuditEntry} last
 */
async function* chain(records, organizationId, first, last) {
  let expected = first;
  for await (const { seq, digest } of records.auditEntries(organizationId, { fromSeq: first })) {
    if (seq !== expected++) throw new Error(`The audit of ${organizationId} lacks entries before ${seq}`);
    yield Buffer.from(`${number(seq)} ${digest}\n`);
    if (seq === last.seq) return;
  }
  throw new Error(`The audit of ${organizationId} ends before entry ${last.seq}`);
}

/** @param {import('../records/records.js').Records} records @param {string} organizationId @param {number} first */
async function hashBefore(records, organizationId, first) {
  if (first === 1) return '0'.repeat(64);
  for await (const { hash } of records.auditEntries(organizationId, { fromSeq: first - 1, limit: 1 })) return hash;
  throw new Error(`The audit of ${organizationId} lacks entry ${first - 1}`);
}

/** Of the same width, so that file names are in the order of the numbers. @param {number} seq */
function number(seq) {
  return String(seq).padStart(8, '0');
}

/** As `sha256sum` writes it. @param {string} path @param {string} hash */
function sumLine(path, hash) {
  return `${hash}  ./${path}\n`;
}

/** As `sort` has them, letter by letter. @param {string} a @param {string} b */
function byPath(a, b) {
  return a.slice(64) < b.slice(64) ? -1 : 1;
}

/** @param {object} value */
function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
