/**
 * Objects in a folder, for one process at a time:
 *
 *   {key}                  the bytes as they came
 *   .about/{key}.json      hash, retention, hold; an object is there once this is
 *   .incoming/             files being written; nobody reads them
 *
 * Each file is written in `.incoming`, flushed to the disk and then linked to its name, which fails where the name is
 * taken: a file is there whole or not at all and never changes, whoever else is writing. Bytes come before what is said
 * of them, and go before it, so that a crash in between leaves nothing of a person that a repetition would not find.
 */

import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isKey } from './checked.js';
import { StorageError } from './storage.js';

/** No put takes this long: what is older in `.incoming` was left there by a crash. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/** What is wrong, by the system's own code. */
const CODES = /** @type {Record<string, import('./storage.js').StorageErrorCode>} */ ({
  ENOENT: 'missing',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  // A key that is another key's folder, or the other way round.
  ENOTDIR: 'conflict',
  EISDIR: 'conflict',
  EEXIST: 'conflict',
});

/** @typedef {{ sha256: string, retentionDays: number, metadata: Record<string, string>, held: boolean }} Sidecar */

/**
 * @param {{ folder: string, isThere: boolean }} options `isThere`: nothing is made where no pictures have been.
 * @returns {Promise<import('./storage.js').Storage>}
 * @throws {StorageError}
 */
export async function openFileStorage({ folder, isThere }) {
  const root = resolve(folder);
  const abouts = join(root, '.about');
  const incoming = join(root, '.incoming');
  await says(root, async () => {
    if (isThere) await checkUsed();
    for (const folder of [root, abouts, incoming]) await makeFolder(folder);
    await removeAbandoned(incoming);
  });
  const oneAfterAnother = queues();

  /** @param {string} key */
  const bytesPath = (key) => join(root, ...key.split('/'));
  /** @param {string} key */
  const aboutPath = (key) => `${join(abouts, ...key.split('/'))}.json`;

  /** @type {import('./storage.js').Storage['put']} */
  async function put(key, bytes, { sha256, retentionDays, metadata = {} }) {
    const path = bytesPath(key);
    const isNew = await publish(path, bytes);
    if (!isNew && Buffer.compare(await readFile(path), bytes) !== 0) {
      throw new StorageError('conflict', `Other bytes are at “${key}” already`);
    }
    // Where bytes were there but nothing said of them, a put has ended half way, and this one completes it.
    const about = JSON.stringify({ sha256, retentionDays, metadata, held: false });
    const created = await publish(aboutPath(key), about);
    // What was said of other bytes, which have been removed.
    if (!created && (await readAbout(key)).sha256 !== sha256) await replace(aboutPath(key), about);
    return { created, version: null };
  }

  /** @param {string} key @returns {Promise<Sidecar>} */
  async function readAbout(key) {
    const text = await readFile(aboutPath(key), 'utf8');
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new StorageError('unavailable', `What is said of “${key}” cannot be read`, error);
    }
  }

  /** @param {string} key @returns {Promise<import('./storage.js').Head | undefined>} */
  async function head(key) {
    try {
      const { sha256, held } = await readAbout(key);
      const { size, mtime } = await stat(bytesPath(key));
      return { bytes: size, sha256, held, version: null, modifiedAt: mtime };
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await checkFolder();
      return undefined;
    }
  }

  /** @type {import('./storage.js').Storage['read']} */
  async function read(key) {
    await readAbout(key);
    return readFile(bytesPath(key));
  }

  /** @type {import('./storage.js').Storage['hold']} */
  async function hold(key, held) {
    const about = await readAbout(key);
    await stat(bytesPath(key));
    if (about.held !== held) await replace(aboutPath(key), JSON.stringify({ ...about, held }));
  }

  /** @param {string} key */
  async function remove(key) {
    if ((await head(key))?.held) throw new StorageError('held', `“${key}” is under a legal hold`);
    for (const path of [bytesPath(key), aboutPath(key)]) {
      try {
        await rm(path);
        await flushFolder(dirname(path));
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
    await removeEmpty(dirname(bytesPath(key)), root);
    await removeEmpty(dirname(aboutPath(key)), abouts);
  }

  /**
   * Where a disk is mounted only later, what was made and taken in its place until then would be gone. By what is said of
   * pictures: a back-up has that, and leaves out what was being written.
   */
  async function checkUsed() {
    await stat(abouts).catch((error) => {
      if (!isAbsent(error)) throw error;
      const why = `There are no pictures in “${root}”: is its disk mounted, and is it the right folder?`;
      throw new StorageError('unavailable', `${why} To begin in it without any, make the folder “${abouts}”`, error);
    });
  }

  /** A folder that is not there, such as a disk that is not mounted, is no proof that an object is not. */
  async function checkFolder() {
    await stat(incoming).catch((error) => {
      throw isAbsent(error) ? new StorageError('unavailable', `The folder “${root}” is not there`, error) : error;
    });
  }

  /**
   * Below a prefix, bytes that nothing is said of, too: a put was cut short, or a back-up copied meanwhile, and nobody would
   * find them else. The folder itself may hold files of others.
   */
  async function* list(prefix = '') {
    await says(root, checkFolder);
    for await (const key of walk(root, '', prefix, says)) {
      if (!key.startsWith(prefix) || !isKey(key)) continue;
      const found = await says(key, async () => (await head(key)) ?? (prefix === '' ? undefined : bare(key)));
      if (found) yield { key, bytes: found.bytes, modifiedAt: found.modifiedAt };
    }
  }

  /** @param {string} key */
  async function bare(key) {
    try {
      const { size, mtime } = await stat(bytesPath(key));
      return { bytes: size, modifiedAt: mtime };
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return undefined;
    }
  }

  /** @type {import('./storage.js').Storage['check']} */
  async function check(signal) {
    signal?.throwIfAborted();
    await checkFolder();
    const path = join(incoming, randomUUID());
    try {
      await writeFlushed(path, 'check');
    } finally {
      await removeFile(path);
    }
    signal?.throwIfAborted();
  }

  /**
   * @param {string} path @param {Uint8Array | string} content
   * @returns {Promise<boolean>} false where there is a file of that name already
   */
  async function publish(path, content) {
    const temporary = join(incoming, randomUUID());
    try {
      await writeFlushed(temporary, content);
      // A folder that has become empty may be removed between these two.
      for (let tries = 0; ; tries += 1) {
        try {
          await makeFolderIn(root, dirname(path));
          await link(temporary, path);
          break;
        } catch (error) {
          if (codeOf(error) !== 'ENOENT' || tries === 9) throw error;
        }
      }
      await flushFolder(dirname(path));
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await removeFile(temporary);
    }
  }

  /** @param {string} path @param {string} content */
  async function replace(path, content) {
    const temporary = join(incoming, randomUUID());
    try {
      await writeFlushed(temporary, content);
      await rename(temporary, path);
      await flushFolder(dirname(path));
    } finally {
      await removeFile(temporary);
    }
  }

  /**
   * @template T
   * @param {string} what The key or folder, for the sentence.
   * @param {() => Promise<T>} work
   */
  async function says(what, work) {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      if (error instanceof StorageError || !code?.startsWith('E')) throw error;
      if (isAbsent(error) && what !== root) await says(root, checkFolder);
      const { message } = /** @type {Error} */ (error);
      throw new StorageError(CODES[code] ?? 'unavailable', `“${what}”: ${message}`, error);
    }
  }

  return {
    kind: 'file',
    expires: false,
    put: (key, bytes, about) => oneAfterAnother(key, () => says(key, () => put(key, bytes, about))),
    head: (key) => says(key, () => head(key)),
    read: (key) => says(key, () => read(key)),
    link: async () => undefined,
    hold: (key, held) => oneAfterAnother(key, () => says(key, () => hold(key, held))),
    remove: (key) => oneAfterAnother(key, () => says(key, () => remove(key))),
    list,
    check: (signal) => says(root, () => check(signal)),
    close: async () => {},
  };
}

/**
 * Runs what changes one key one after the other: a hold that comes while the object is being removed finds it removed.
 * @returns {<T>(key: string, work: () => Promise<T>) => Promise<T>}
 */
function queues() {
  /** @type {Map<string, Promise<unknown>>} */
  const last = new Map();
  return (key, work) => {
    const result = (last.get(key) ?? Promise.resolve()).then(work);
    const settled = result.then(
      () => {},
      () => {},
    );
    last.set(key, settled);
    settled.then(() => {
      if (last.get(key) === settled) last.delete(key);
    });
    return result;
  };
}

/** People's pictures: for the service's own user only. @param {string} path */
async function makeFolder(path) {
  const created = await mkdir(path, { recursive: true, mode: 0o700 });
  // Each new folder is a new name in the one above it.
  if (created === undefined) return;
  for (let folder = path; folder.length >= created.length; folder = dirname(folder)) await flushFolder(dirname(folder));
}

/**
 * The root is not made itself: where its disk is away, nothing is put in its place.
 * @param {string} root @param {string} path Below it.
 */
async function makeFolderIn(root, path) {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    const above = dirname(path);
    if (codeOf(error) !== 'ENOENT' || above === root || path === root) throw error;
    await makeFolderIn(root, above);
    await makeFolderIn(root, path);
    return;
  }
  await flushFolder(dirname(path));
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

/** If it is there. `rm` would look first what it is: a way to the disk more. @param {string} path */
async function removeFile(path) {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
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
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await removeFile(path);
  }
}

/** Folders that have become empty, up to `top`. @param {string} folder @param {string} top */
async function removeEmpty(folder, top) {
  for (let path = folder; path.length > top.length; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (isAbsent(error)) continue;
      // Somebody has put a file there meanwhile.
      if (['ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(codeOf(error) ?? '')) return;
      throw error;
    }
  }
}

/**
 * Files below a folder, without hidden ones and the folders where nothing begins with `prefix`.
 * @param {string} top @param {string} path Relative to `top`, with `/`. @param {string} prefix
 * @param {(what: string, work: () => Promise<import('node:fs').Dirent[]>) => Promise<import('node:fs').Dirent[]>} says
 * @returns {AsyncIterable<string>}
 */
async function* walk(top, path, prefix, says) {
  const entries = await says(path, () =>
    readdir(join(top, ...path.split('/')), { withFileTypes: true }).catch((error) => {
      // Removed while it was being walked.
      if (isAbsent(error)) return [];
      throw error;
    }),
  );
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    if (!entry.isDirectory()) yield below;
    else if (below.startsWith(prefix) || prefix.startsWith(`${below}/`)) yield* walk(top, below, prefix, says);
  }
}

/** @param {unknown} error */
function isAbsent(error) {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/** @param {unknown} error @returns {string | undefined} */
function codeOf(error) {
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  return typeof code === 'string' ? code : undefined;
}
