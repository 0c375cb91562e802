/** What every driver may rely on: keys that are the same object in every store, and bytes that are what they say. */

import { createHash } from 'node:crypto';

/** In bytes: S3 and GCS take 1024 with the prefix, and a file's name may have 255 with its sidecar's ending. */
const MAX_KEY_BYTES = 768;
const MAX_SEGMENT_BYTES = 240;
/** The longest a Signature Version 4 may be good for. */
const MAX_LINK_SECONDS = 7 * 24 * 60 * 60;

/** @typedef {import('./storage.js').Storage} Storage */

/**
 * A driver whose arguments are checked before it gets them. What is wrong is the caller's mistake: a `TypeError`.
 * @param {Storage} driver
 * @returns {Storage}
 */
export function checked(driver) {
  return {
    ...driver,
    async put(key, bytes, about) {
      checkKey(key);
      checkAbout(bytes, about);
      return driver.put(key, bytes, about);
    },
    async head(key) {
      return driver.head(checkKey(key));
    },
    async read(key) {
      return driver.read(checkKey(key));
    },
    async link(key, about) {
      checkLink(about);
      return driver.link(checkKey(key), about);
    },
    async hold(key, held) {
      if (typeof held !== 'boolean') throw new TypeError(`Expected a boolean for held but received ${held}`);
      return driver.hold(checkKey(key), held);
    },
    async remove(key) {
      return driver.remove(checkKey(key));
    },
  };
}

/** @param {string} key @returns {string} The key. */
export function checkKey(key) {
  if (!isKey(key)) {
    throw new TypeError(`Expected a key such as “folder/name.jpg” but received ${JSON.stringify(key)}`);
  }
  return key;
}

/**
 * Refuses what is a path out of the folder on one store, another name on the next, and a trap for a log on a third:
 * segments that are empty or begin with a dot, or end with a dot or a space; control characters; backslashes; what is no
 * Unicode.
 * @param {string} key
 */
export function isKey(key) {
  return (
    typeof key === 'string' &&
    key.isWellFormed() &&
    Buffer.byteLength(key) <= MAX_KEY_BYTES &&
    !/[\p{Cc}\p{Zl}\p{Zp}\\]/u.test(key) &&
    key
      .split('/')
      .every((segment) => /^[^.](.*[^. ])?$/u.test(segment) && Buffer.byteLength(segment) <= MAX_SEGMENT_BYTES)
  );
}

/** @param {Buffer} bytes @param {import('./storage.js').About} about */
function checkAbout(bytes, { sha256, retentionDays, metadata = {} }) {
  if (!Buffer.isBuffer(bytes)) throw new TypeError(`Expected a Buffer for bytes but received ${typeof bytes}`);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new TypeError(`Expected the bytes' own hash for sha256 but received ${JSON.stringify(sha256)}`);
  }
  if (!Number.isSafeInteger(retentionDays) || retentionDays < 1) {
    throw new TypeError(`Expected a whole number of days for retentionDays but received ${retentionDays}`);
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (!/^[a-z-]+$/.test(name) || !/^[ -~]*$/.test(value)) {
      throw new TypeError(`Expected printable ASCII for metadata.${name} but received ${JSON.stringify(value)}`);
    }
  }
}

/** @param {import('./storage.js').LinkAbout} about */
function checkLink({ seconds, fileName }) {
  if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > MAX_LINK_SECONDS) {
    throw new TypeError(`Expected 1 to ${MAX_LINK_SECONDS} for seconds but received ${seconds}`);
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._ -]*$/.test(fileName)) {
    throw new TypeError(`Expected a plain name for fileName but received ${JSON.stringify(fileName)}`);
  }
}
