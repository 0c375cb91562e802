/**
 * Snapshots in a folder:
 *
 *   video-snapshots/{interactionId}/{snapshotId}.jpg    the bytes as they came
 *   video-snapshots/{interactionId}/{snapshotId}.json   the record; a snapshot exists once this does
 *   idempotency-keys/{sha256 of the key}.json           which snapshot a key stands for
 *   incoming/                                           files being written; nobody reads them
 *
 * Each file is written in `incoming`, flushed to the disk and then linked to its name, which fails where the name is
 * taken: a file is there whole or not at all and never changes, whoever else is writing at the same time. The order is
 * key, picture, record. A crash in between leaves a key without a record, and the client's next try completes it.
 */

import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem } from './problem.js';

/** No upload takes this long: what is older in `incoming` was left there by a crash. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/**
 * @typedef {object} SnapshotRecord
 * @property {string} id
 * @property {string} interactionId
 * @property {string} agentId
 * @property {string} timestamp When it was captured, ISO 8601, as the client says.
 * @property {string} receivedAt ISO 8601.
 * @property {string} sha256 Of the picture's bytes, lowercase hex.
 * @property {number} bytes
 * @property {number} width In pixels.
 * @property {number} height In pixels.
 * @property {'queued' | 'done'} annotation
 * @property {object} metadata As the client sent it.
 */

/** @typedef {Awaited<ReturnType<typeof openStore>>} Store */

/** @param {string} dataFolder Created where missing. */
export async function openStore(dataFolder) {
  const snapshots = join(dataFolder, 'video-snapshots');
  const keys = join(dataFolder, 'idempotency-keys');
  const incoming = join(dataFolder, 'incoming');
  for (const folder of [snapshots, keys, incoming]) await makeFolder(folder);
  await removeAbandoned(incoming);

  /** @param {string} interactionId @param {string} id @param {'jpg' | 'json'} extension */
  const pathOf = (interactionId, id, extension) => join(snapshots, interactionId, `${id}.${extension}`);

  /**
   * The first upload under a key decides which snapshot it stands for; later ones have to carry the same picture.
   * @param {string} key @param {SnapshotRecord} record
   * @returns {Promise<string>} the snapshot's id
   */
  async function claim(key, { id, interactionId, sha256 }) {
    const path = join(keys, `${createHash('sha256').update(key).digest('hex')}.json`);
    if (await publish(path, json({ id, interactionId, sha256 }))) return id;
    const first = JSON.parse(await readFile(path, 'utf8'));
    if (first.sha256 !== sha256 || first.interactionId !== interactionId) {
      throw new Problem(422, 'idempotency-mismatch', 'This idempotency key was used for another snapshot');
    }
    return first.id;
  }

  /**
   * Files a snapshot, or finds it filed already.
   * @param {SnapshotRecord} record @param {Uint8Array} picture
   * @param {string} key The same key and picture again give the first one's record.
   * @returns {Promise<SnapshotRecord>}
   * @throws {Problem} 422 where the key, or the id, stands for another picture
   */
  async function put(record, picture, key) {
    const { interactionId } = record;
    const id = await claim(key, record);
    await makeFolder(join(snapshots, interactionId));
    const picturePath = pathOf(interactionId, id, 'jpg');
    if (!(await publish(picturePath, picture)) && Buffer.compare(await readFile(picturePath), picture) !== 0) {
      throw new Problem(422, 'snapshot-exists', 'Another snapshot has this id');
    }
    await publish(pathOf(interactionId, id, 'json'), json({ ...record, id }));
    return JSON.parse(await readFile(pathOf(interactionId, id, 'json'), 'utf8'));
  }

  /**
   * @param {string} interactionId @param {string} id Both checked by the caller: they become a path.
   * @returns {Promise<Buffer | undefined>}
   */
  async function picture(interactionId, id) {
    try {
      await stat(pathOf(interactionId, id, 'json'));
      return await readFile(pathOf(interactionId, id, 'jpg'));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /**
   * @param {string} path @param {Uint8Array | string} content
   * @returns {Promise<boolean>} false where there is a file of that name already
   */
  async function publish(path, content) {
    const temporary = join(incoming, randomUUID());
    try {
      await writeFlushed(temporary, content);
      await link(temporary, path);
      await flushFolder(dirname(path));
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  return { put, picture };
}

/** @param {object} value */
function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** People's pictures: for the service's own user only. @param {string} path */
async function makeFolder(path) {
  const created = await mkdir(path, { recursive: true, mode: 0o700 });
  if (created !== undefined) await flushFolder(dirname(created));
}

/** @param {string} path @param {Uint8Array | string} content */
async function writeFlushed(path, content) {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name in a folder survives a power cut once the folder itself is flushed. @param {string} path */
async function flushFolder(path) {
  if (process.platform === 'win32') return; // Windows cannot open a folder.
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** @param {string} incoming */
async function removeAbandoned(incoming) {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path);
  }
}

/** @param {unknown} error @param {string} code */
function hasCode(error, code) {
  return /** @type {NodeJS.ErrnoException} */ (error).code === code;
}
