/**
 * Objects in a Google Cloud Storage bucket. A temporary hold keeps an object from everybody, its lifecycle included, which
 * goes by the custom time: the day before its retention ends (`daysSinceCustomTime: 1`).
 */

import { createHash } from 'node:crypto';
import { Storage } from '@google-cloud/storage';
import { within } from './deadline.js';
import { StorageError } from './storage.js';

/** Written by `check`, once; no key begins with a dot. */
const CHECK = '.check';
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * @param {import('./url.js').GcsSettings} settings
 * @param {{ env: Record<string, string | undefined>, now: () => number, pageSize?: number }} surroundings
 * @returns {Promise<import('./storage.js').Storage>}
 */
export async function openGcsStorage(settings, { env, now, pageSize }) {
  const { prefix, timeoutMs, kmsKeyName } = settings;
  const service = new Storage({
    apiEndpoint: settings.endpoint,
    // A stand-in on this machine is not to be given a token of Google's.
    useAuthWithCustomEndpoint: settings.endpoint?.startsWith('https:'),
    keyFilename: env.GOOGLE_APPLICATION_CREDENTIALS,
    projectId: env.GOOGLE_CLOUD_PROJECT,
    timeout: timeoutMs,
    retryOptions: { maxRetries: 2, totalTimeout: Math.ceil(timeoutMs / 1000) },
  });
  const bucket = service.bucket(settings.bucket);
  /** @param {string} key @param {import('@google-cloud/storage').FileOptions} [options] */
  const fileOf = (key, options) => bucket.file(prefix + key, options);

  /**
   * @template T
   * @param {string} what For the sentence. @param {() => Promise<T>} work @param {AbortSignal} [signal]
   */
  async function asks(what, work, signal) {
    try {
      return await within(timeoutMs, work, signal);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw error instanceof StorageError ? error : translate(error, what, settings.bucket);
    }
  }

  /** @param {string} key @param {Buffer} bytes @param {object} metadata */
  async function create(key, bytes, metadata) {
    const file = fileOf(key, { kmsKeyName });
    try {
      await file.save(bytes, {
        resumable: false,
        validation: false,
        preconditionOpts: { ifGenerationMatch: 0 },
        // Google refuses bytes of another hash.
        metadata: { ...metadata, md5Hash: createHash('md5').update(bytes).digest('base64') },
      });
      return { version: String(file.metadata.generation) };
    } catch (error) {
      if (/** @type {{ code?: unknown }} */ (error).code === 412) return undefined;
      throw error;
    }
  }

  /** @param {string} key @returns {Promise<import('./storage.js').Head | undefined>} */
  async function head(key) {
    try {
      const [found] = await fileOf(key).getMetadata();
      return {
        bytes: Number(found.size),
        sha256: String(found.metadata?.sha256 ?? ''),
        held: isHeld(found),
        version: String(found.generation),
        modifiedAt: new Date(found.updated ?? 0),
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  return {
    kind: 'gcs',
    expires: settings.lifecycle,

    put: (key, bytes, { sha256, retentionDays, metadata }) =>
      asks(key, async () => {
        const made = await create(key, bytes, {
          contentType: 'image/jpeg',
          cacheControl: 'private, no-store',
          customTime: new Date(now() + (retentionDays - 1) * DAY_MS).toISOString(),
          metadata: { ...metadata, sha256, 'retention-days': String(retentionDays) },
        });
        if (made) return { created: true, ...made };
        const there = await head(key);
        if (there?.sha256 === sha256) return { created: false, version: there.version };
        throw new StorageError('conflict', `Other bytes are at “${key}” already`);
      }),

    head: (key) => asks(key, () => head(key)),

    read: (key) => asks(key, async () => (await fileOf(key).download({ validation: 'md5' }))[0]),

    link: (key, { seconds, fileName }) =>
      asks(key, async () => {
        // Google counts in whole seconds from the moment of signing.
        const from = Math.floor(now() / 1000) * 1000;
        const [url] = await fileOf(key).getSignedUrl({
          version: 'v4',
          action: 'read',
          accessibleAt: from,
          expires: from + seconds * 1000,
          responseType: 'image/jpeg',
          responseDisposition: `inline; filename="${fileName}"`,
        });
        return { url, seconds };
      }),

    hold: (key, held) => asks(key, async () => void (await fileOf(key).setMetadata({ temporaryHold: held }))),

    remove: (key) =>
      asks(key, async () => {
        const versions = await versionsOf(key);
        if (versions.some(({ metadata }) => isHeld(metadata))) {
          throw new StorageError('held', `“${key}” is under a legal hold`);
        }
        for (const { metadata } of versions) {
          await fileOf(key, { generation: Number(metadata.generation) }).delete({ ignoreNotFound: true });
        }
      }),

    async *list(below = '') {
      /** @type {string | undefined} */
      let pageToken;
      do {
        const query = { prefix: prefix + below, autoPaginate: false, maxResults: pageSize, pageToken };
        /** @type {[import('@google-cloud/storage').File[], { pageToken?: string } | null, ...unknown[]]} */
        const [files, next] = await asks(below, () => bucket.getFiles(query));
        for (const { name, metadata } of files) {
          const key = name.slice(prefix.length);
          if (key !== CHECK) yield { key, bytes: Number(metadata.size), modifiedAt: new Date(metadata.updated ?? 0) };
        }
        pageToken = next?.pageToken;
      } while (pageToken !== undefined);
    },

    // A conditional put is authorised before it finds that the object is there.
    check: (signal) => asks(CHECK, async () => void (await create(CHECK, Buffer.from('check'), {})), signal),

    async close() {},
  };

  /** @param {string} key */
  async function versionsOf(key) {
    const [files] = await bucket.getFiles({ prefix: prefix + key, versions: true });
    return files.filter(({ name }) => name === prefix + key);
  }
}

/** @param {import('@google-cloud/storage').FileMetadata} metadata */
function isHeld({ temporaryHold, eventBasedHold }) {
  return temporaryHold === true || eventBasedHold === true;
}

/** By Google's sentence alone a bucket is told from an object, which is called by the bucket's name as well. @param {any} error */
function isMissing(error) {
  return error?.code === 404 && !/specified bucket does not exist/i.test(String(error.message));
}

/** Likewise. Who may not is called by their account's name. @param {any} error */
function isUnderHold(error) {
  const message = String(error?.message);
  return (
    error?.code === 403 && /\bhold\b|retention policy/i.test(message) && !/ does not have \S+ access/i.test(message)
  );
}

/** @param {any} error @param {string} what @param {string} bucket */
function translate(error, what, bucket) {
  const code = Number(error?.code) || 0;
  const reason = error?.errors?.[0]?.reason ?? error?.code ?? error?.name ?? 'an unknown error';
  if (isMissing(error)) return new StorageError('missing', `There is no “${what}”`, error);
  if (code === 404) return new StorageError('unavailable', `There is no bucket “${bucket}”`, error);
  if (isUnderHold(error)) return new StorageError('held', `“${what}” is under a hold`, error);
  const isRefusal = code >= 400 && code < 500 && ![408, 409, 429].includes(code);
  if (isRefusal || /credentials|client_email/i.test(String(error?.message)) || error?.name === 'SigningError') {
    return new StorageError('denied', `Google refuses “${what}” in “${bucket}”: ${reason}`, error);
  }
  return new StorageError('unavailable', `Google does not answer for “${what}” in “${bucket}”: ${reason}`, error);
}
