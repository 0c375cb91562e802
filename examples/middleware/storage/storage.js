/**
 * What the service needs of a store of objects. Four drivers keep to it: `file.js`, `s3.js`, `azure.js`, `gcs.js`; one
 * contract suite asks all of them.
 *
 * An object is written once and never replaced. A driver keeps the picture's hash, its retention and whether it is held
 * beside the bytes, so that an object says itself what may become of it, without the database.
 */

/**
 * @typedef {object} Storage
 * @property {'file' | 's3' | 'azure' | 'gcs'} kind
 * @property {boolean} expires Whether the store's own lifecycle deletes what is past its retention and not held; else
 *   the service's sweep does.
 * @property {(key: string, bytes: Buffer, about: About) => Promise<Put>} put Durable once it resolves. Never replaces:
 *   the same bytes again are `created: false`; other bytes are a `conflict`.
 * @property {(key: string) => Promise<Head | undefined>} head
 * @property {(key: string) => Promise<Buffer>} read Throws `missing`.
 * @property {(key: string, about: LinkAbout) => Promise<Link | undefined>} link A presigned GET, or `undefined` where
 *   the store has none: the service streams then.
 * @property {(key: string, held: boolean) => Promise<void>} hold Legal hold on or off: the store's own lock where it
 *   has one *and* what its lifecycle goes by. Repeating it is harmless. Throws `missing`.
 * @property {(key: string) => Promise<void>} remove Every version of it. What is not there is removed already. Throws
 *   `held`.
 * @property {(prefix?: string) => AsyncIterable<Entry>} list
 * @property {(signal?: AbortSignal) => Promise<void>} check Rejects where the store cannot be written to just now.
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} About
 * @property {string} sha256 Of the bytes, lowercase hex.
 * @property {number} retentionDays How long it is kept unless it is held.
 * @property {Record<string, string>} [metadata] Names in `[a-z-]`, values in printable ASCII. No personal data.
 *
 * @typedef {{ created: boolean, version: string | null }} Put
 *
 * @typedef {object} Head
 * @property {number} bytes
 * @property {string} sha256 As it was put.
 * @property {boolean} held
 * @property {string | null} version
 * @property {Date} modifiedAt
 *
 * @typedef {object} LinkAbout
 * @property {number} seconds The longest it may be good for; it is shorter where the credentials end earlier.
 * @property {string} fileName What a browser saves it as.
 *
 * @typedef {{ url: string, seconds: number }} Link
 *
 * @typedef {{ key: string, bytes: number, modifiedAt: Date }} Entry
 */

/** @typedef {'conflict' | 'missing' | 'held' | 'denied' | 'full' | 'unavailable'} StorageErrorCode */

/** What a driver throws, whatever its SDK calls it. `unavailable` may be tried again; the others not as they are. */
export class StorageError extends Error {
  /** @param {StorageErrorCode} code @param {string} message @param {unknown} [cause] */
  constructor(code, message, cause) {
    super(message, { cause });
    this.name = 'StorageError';
    this.code = code;
  }
}
