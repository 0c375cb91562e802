/** A store of objects in memory that fails, waits and is slow where a test says so. */
import { createHash } from 'node:crypto';
import { StorageError } from '../../examples/middleware/storage/storage.js';

/** @typedef {import('../../examples/middleware/storage/storage.js').Storage} Storage */

/** @param {{ expires?: boolean }} [options] */
export function createStorageFake({ expires = false } = {}) {
  /** @type {Map<string, { bytes: Buffer, sha256: string, held: boolean }>} */
  const objects = new Map();
  /** @type {Promise<void> | undefined} */
  let paused;
  let reach = () => {};
  const reached = new Promise((resolve) => {
    reach = () => resolve(undefined);
  });

  const fake = {
    kind: /** @type {const} */ ('file'),
    expires,
    /** Keys that cannot be reached. @type {Set<string>} */
    failing: new Set(),
    /** What was removed, in that order. @type {string[]} */
    removals: /** @type {string[]} */ ([]),
    /** How many microtasks a call takes. */
    delay: () => 0,
    /** @type {(key: string) => void} */
    onRemove: () => {},
    keys: () => [...objects.keys()].sort(),
    /** @param {Buffer} bytes */
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    /** Calls that change something wait from now on, until the function that comes back is called. */
    pause() {
      /** @type {() => void} */
      let release = () => {};
      paused = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    /** Once a call waits. */
    reached: () => reached,

    /** @type {Storage['put']} */
    async put(key, bytes, { sha256 }) {
      await begin(key);
      if (objects.has(key)) return { created: false, version: null };
      objects.set(key, { bytes, sha256, held: false });
      return { created: true, version: null };
    },
    /** @type {Storage['head']} */
    async head(key) {
      await begin(key);
      const object = objects.get(key);
      if (!object) return undefined;
      return { ...object, bytes: object.bytes.length, version: null, modifiedAt: new Date(0) };
    },
    /** @type {Storage['read']} */
    async read(key) {
      await begin(key);
      const object = objects.get(key);
      if (!object) throw new StorageError('missing', `There is no ${key}`);
      return object.bytes;
    },
    /** @type {Storage['link']} */
    link: async () => undefined,
    /** @type {Storage['hold']} */
    async hold(key, held) {
      const object = objects.get(key);
      if (!object) throw new StorageError('missing', `There is no ${key}`);
      object.held = held;
    },
    /** @type {Storage['remove']} */
    async remove(key) {
      await begin(key);
      fake.onRemove(key);
      if (paused) {
        reach();
        await paused;
      }
      if (objects.get(key)?.held) throw new StorageError('held', `${key} is under a legal hold`);
      objects.delete(key);
      fake.removals.push(key);
    },
    /** @type {Storage['list']} */
    async *list() {
      for (const [key, { bytes }] of objects) yield { key, bytes: bytes.length, modifiedAt: new Date(0) };
    },
    check: async () => {},
    close: async () => {},
  };

  /** @param {string} key */
  async function begin(key) {
    for (let i = fake.delay(); i > 0; --i) await Promise.resolve();
    if (fake.failing.has(key)) throw new StorageError('unavailable', `${key} cannot be reached`);
  }

  return fake;
}
