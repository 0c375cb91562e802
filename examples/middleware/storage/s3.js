/**
 * Objects in an S3 bucket. Its lifecycle goes by tags (`hold=no`, `retention-days=N`), since a rule by prefix would put
 * a delete marker on a held object; Object Lock's legal hold keeps even its owner from deleting a version.
 */

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { within } from './deadline.js';
import { StorageError } from './storage.js';

/** Written by `check`, once; no key begins with a dot. */
const CHECK = '.check';
/** How often another write or removal of the same key may come in between. */
const CONDITIONAL_TRIES = 8;

/**
 * @param {import('./url.js').S3Settings} settings
 * @param {{ env: Record<string, string | undefined>, now: () => number, pageSize?: number }} surroundings
 * @returns {Promise<import('./storage.js').Storage>}
 */
export async function openS3Storage(settings, { env, now, pageSize }) {
  const { bucket: Bucket, prefix, timeoutMs, objectLock } = settings;
  const client = new S3Client({
    region: settings.region,
    endpoint: settings.endpoint,
    forcePathStyle: settings.forcePathStyle,
    credentials: credentialsOf(env),
    requestChecksumCalculation: settings.checksums,
    responseChecksumValidation: settings.checksums,
    maxAttempts: 3,
    followRegionRedirects: false,
    requestHandler: {
      connectionTimeout: Math.min(5000, timeoutMs),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  const encryption = { ServerSideEncryption: settings.sse, SSEKMSKeyId: settings.kmsKeyId };
  /** @param {string} key */
  const at = (key) => ({ Bucket, Key: prefix + key });

  /**
   * @template T
   * @param {string} what For the sentence.
   * @param {(send: typeof client.send) => Promise<T>} work
   * @param {AbortSignal} [signal]
   */
  async function asks(what, work, signal) {
    try {
      return await within(
        timeoutMs,
        (abortSignal) =>
          work(/** @type {any} */ ((/** @type {any} */ command) => client.send(command, { abortSignal }))),
        signal,
      );
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw error instanceof StorageError ? error : translate(error, what, Bucket);
    }
  }

  /**
   * @param {typeof client.send} send @param {string} key @param {string} [version] Default: the newest.
   * @returns {Promise<import('./storage.js').Head | undefined>}
   */
  async function head(send, key, version) {
    try {
      const found = await send(new HeadObjectCommand({ ...at(key), VersionId: version }));
      const VersionId = versionOf(found);
      const { TagSet = [] } = await send(new GetObjectTaggingCommand({ ...at(key), VersionId }));
      const isLocked = found.ObjectLockLegalHoldStatus === 'ON';
      return {
        bytes: found.ContentLength ?? 0,
        sha256: found.Metadata?.sha256 ?? '',
        held: isLocked || TagSet.some(({ Key, Value }) => Key === 'hold' && Value === 'yes'),
        version: VersionId ?? null,
        modifiedAt: found.LastModified ?? new Date(0),
      };
    } catch (error) {
      if (isMissing(error) || (await isAbsent(send, key, error))) return undefined;
      throw error;
    }
  }

  /**
   * Who may list only below a prefix is told 403 of what is not there: the list itself tells it from what is forbidden.
   * @param {typeof client.send} send @param {string} key @param {unknown} error
   */
  async function isAbsent(send, key, error) {
    if (!['403', 'AccessDenied', 'Forbidden'].includes(nameOf(error) ?? '')) return false;
    // Names come in order, and the key itself is the first that begins with it.
    const { Contents = [] } = await send(new ListObjectsV2Command({ Bucket, Prefix: prefix + key, MaxKeys: 1 }));
    return Contents[0]?.Key !== prefix + key;
  }

  /** @param {typeof client.send} send @param {string} key @param {Buffer} Body @param {object} more */
  async function create(send, key, Body, more) {
    for (let tries = 1; ; tries += 1) {
      try {
        const put = {
          ...at(key),
          Body,
          IfNoneMatch: '*',
          ContentLength: Body.length,
          ContentMD5: createHash('md5').update(Body).digest('base64'),
          ...encryption,
          ...more,
        };
        return { version: versionOf(await send(new PutObjectCommand(put))) ?? null };
      } catch (error) {
        if (nameOf(error) === 'PreconditionFailed') return undefined;
        if (nameOf(error) !== 'ConditionalRequestConflict' || tries === CONDITIONAL_TRIES) throw error;
      }
    }
  }

  return {
    kind: 's3',
    expires: settings.lifecycle,

    put: (key, bytes, about) =>
      asks(key, async (send) => {
        for (let tries = 1; ; tries += 1) {
          const put = await tryToPut(send, key, bytes, about);
          if (put) return put;
          if (tries === CONDITIONAL_TRIES) throw new StorageError('unavailable', `“${key}” comes and goes`);
          await sleep(tries * 50);
        }
      }),

    head: (key) => asks(key, (send) => head(send, key)),

    read: (key) =>
      asks(key, async (send) => {
        try {
          const { Body } = await send(new GetObjectCommand(at(key)));
          return Buffer.from((await Body?.transformToByteArray()) ?? []);
        } catch (error) {
          return (await isAbsent(send, key, error)) ? missing(key) : Promise.reject(error);
        }
      }),

    link: (key, { seconds, fileName }) =>
      asks(key, async () => {
        const { expiration } = await client.config.credentials();
        // A link dies with the credentials that have signed it.
        const left = expiration ? Math.floor((expiration.getTime() - now()) / 1000) : seconds;
        const expiresIn = Math.min(seconds, left);
        if (expiresIn < 1) throw new StorageError('denied', 'The credentials have expired');
        const command = new GetObjectCommand({
          ...at(key),
          ResponseContentType: 'image/jpeg',
          ResponseContentDisposition: `inline; filename="${fileName}"`,
          ResponseCacheControl: 'private, no-store',
        });
        return { url: await getSignedUrl(client, command, { expiresIn }), seconds: expiresIn };
      }),

    // The tag is `yes` for as long as the lock is on or may be: a crash between the two leaves an object held.
    hold: (key, held) =>
      asks(key, async (send) => {
        const { version } = (await head(send, key)) ?? missing(key);
        const VersionId = version ?? undefined;
        const { TagSet = [] } = await send(new GetObjectTaggingCommand({ ...at(key), VersionId }));
        const tag = () => {
          const others = TagSet.filter(({ Key }) => Key !== 'hold');
          const Tagging = { TagSet: [...others, { Key: 'hold', Value: held ? 'yes' : 'no' }] };
          return send(new PutObjectTaggingCommand({ ...at(key), VersionId, Tagging }));
        };
        if (held) await tag();
        if (objectLock) {
          const LegalHold = { Status: /** @type {'ON' | 'OFF'} */ (held ? 'ON' : 'OFF') };
          await send(new PutObjectLegalHoldCommand({ ...at(key), VersionId, LegalHold }));
        }
        if (!held) await tag();
      }),

    // Version by version: a removal without one would only put a delete marker on top.
    remove: (key) =>
      asks(key, async (send) => {
        if ((await head(send, key))?.held) throw new StorageError('held', `“${key}” is under a legal hold`);
        for (const { VersionId, isMarker } of await versions(send, key)) {
          // An older version may be held although the newest one is not, or is a delete marker.
          if (objectLock && !isMarker && (await isLocked(send, key, VersionId))) {
            throw new StorageError('held', `A version of “${key}” is under a legal hold`);
          }
          await send(new DeleteObjectCommand({ ...at(key), VersionId }));
        }
      }),

    async *list(below = '') {
      /** @type {string | undefined} */
      let ContinuationToken;
      do {
        const page = await asks(below, (send) =>
          send(new ListObjectsV2Command({ Bucket, Prefix: prefix + below, MaxKeys: pageSize, ContinuationToken })),
        );
        for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
          const key = Key.slice(prefix.length);
          if (key !== CHECK) yield { key, bytes: Size, modifiedAt: LastModified };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },

    // A conditional put is authorised, and asks the whole way, before it finds that the object is there.
    check: (signal) => asks(CHECK, async (send) => void (await create(send, CHECK, Buffer.from('check'), {})), signal),

    async close() {
      client.destroy();
    },
  };

  /**
   * @param {typeof client.send} send @param {string} key @param {Buffer} bytes
   * @param {import('./storage.js').About} about
   * @returns {Promise<import('./storage.js').Put | undefined>} `undefined`: what was in the way has gone meanwhile.
   */
  async function tryToPut(send, key, bytes, { sha256, retentionDays, metadata }) {
    const before = settings.verifyPut ? await versions(send, key) : [];
    let first = standing(before);
    if (first === undefined) {
      const made = await create(send, key, bytes, {
        ContentType: 'image/jpeg',
        CacheControl: 'private, no-store',
        Metadata: { ...metadata, sha256 },
        Tagging: `hold=no&retention-days=${retentionDays}`,
      });
      if (made && settings.verifyPut) first = await giveWay(send, key, made.version, before);
      if (made && first === undefined) return { created: true, ...made };
    }
    const there = await head(send, key, first);
    if (there === undefined) return undefined;
    if (there.sha256 === sha256) return { created: false, version: there.version };
    throw new StorageError('conflict', `Other bytes are at “${key}” already`);
  }

  /**
   * For servers that heed `If-None-Match` only where no versions are kept: of versions written at the same time the oldest
   * is the object, and each writer that finds an older one than its own takes its own away again. All see one order.
   * @param {typeof client.send} send @param {string} key @param {string | null} version Just written.
   * @param {Version[]} before What the key had before that.
   * @returns {Promise<string | undefined>} The older one's.
   */
  async function giveWay(send, key, version, before) {
    if (version === null) return undefined;
    const old = new Set(before.map(({ VersionId }) => VersionId));
    const rivals = (await versions(send, key)).filter(({ VersionId, isMarker }) => !isMarker && !old.has(VersionId));
    const first = rivals.at(-1)?.VersionId;
    if (first === undefined || first === version) return undefined;
    await send(new DeleteObjectCommand({ ...at(key), VersionId: version }));
    return first;
  }

  /** @param {typeof client.send} send @param {string} key @param {string} [VersionId] */
  async function isLocked(send, key, VersionId) {
    try {
      const { LegalHold } = await send(new GetObjectLegalHoldCommand({ ...at(key), VersionId }));
      return LegalHold?.Status === 'ON';
    } catch (error) {
      // It never had one, or it has gone.
      if (
        /^(NoSuchObjectLockConfiguration|ObjectLockConfigurationNotFound)/.test(nameOf(error) ?? '') ||
        isMissing(error)
      )
        return false;
      throw error;
    }
  }

  /**
   * Everything that the bucket has under exactly this key: versions, the newest first, and delete markers.
   * @param {typeof client.send} send @param {string} key
   */
  async function versions(send, key) {
    /** @type {Version[]} */
    const found = [];
    /** @type {{ KeyMarker?: string, VersionIdMarker?: string } | undefined} */
    let from = {};
    while (from !== undefined) {
      /** @type {import('@aws-sdk/client-s3').ListObjectVersionsCommandOutput} */
      const page = await send(
        new ListObjectVersionsCommand({ Bucket, Prefix: prefix + key, MaxKeys: pageSize, ...from }),
      );
      const all = [
        ...(page.Versions ?? []).map((entry) => ({ ...entry, isMarker: false })),
        ...(page.DeleteMarkers ?? []).map((entry) => ({ ...entry, isMarker: true })),
      ];
      found.push(...all.filter(({ Key }) => Key === prefix + key));
      // Names come in order, and the key itself is the first that begins with it.
      const isOver = !page.IsTruncated || all.some(({ Key }) => Key !== prefix + key);
      from = isOver ? undefined : { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    return found;
  }
}

/** @typedef {{ VersionId?: string, IsLatest?: boolean, LastModified?: Date, isMarker: boolean }} Version */

/**
 * The version that is the object: the oldest of those above the newest delete marker.
 * @param {Version[]} all The newest first.
 */
function standing(all) {
  if (!all.some(({ IsLatest, isMarker }) => IsLatest && !isMarker)) return undefined;
  const time = (/** @type {Version} */ { LastModified }) => LastModified?.getTime() ?? 0;
  const removed = Math.max(0, ...all.filter(({ isMarker }) => isMarker).map(time));
  return all.findLast((version) => !version.isMarker && (version.IsLatest || time(version) > removed))?.VersionId;
}

/**
 * Static ones of the environment given; else the SDK's own chain: roles, profiles, single sign-on.
 * @param {Record<string, string | undefined>} env
 */
function credentialsOf(env) {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_CREDENTIAL_EXPIRATION: end,
  } = env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  const expiration = end && !Number.isNaN(Date.parse(end)) ? new Date(end) : undefined;
  return async () => ({ accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN, expiration });
}

/** @param {{ VersionId?: string }} answer */
function versionOf({ VersionId }) {
  // Servers say `null` of an object from before versions were kept.
  return VersionId === 'null' ? undefined : VersionId;
}

/** @param {unknown} error */
function nameOf(error) {
  const { name, $metadata } = /** @type {{ name?: string, $metadata?: { httpStatusCode?: number } }} */ (error);
  // HEAD has no body to name the error in.
  return name === 'UnknownError' || name === 'Unknown' ? String($metadata?.httpStatusCode) : name;
}

/** @param {unknown} error */
function isMissing(error) {
  return ['NoSuchKey', 'NotFound', 'NoSuchVersion', '404'].includes(nameOf(error) ?? '');
}

/** @param {string} key @returns {never} */
function missing(key) {
  throw new StorageError('missing', `There is no “${key}”`);
}

/** @param {any} error @param {string} what @param {string} bucket */
function translate(error, what, bucket) {
  const name = nameOf(error) ?? 'an unknown error';
  const status = error?.$metadata?.httpStatusCode ?? 0;
  if (isMissing(error)) return new StorageError('missing', `There is no “${what}”`, error);
  if (name === 'NoSuchBucket') return new StorageError('unavailable', `There is no bucket “${bucket}”`, error);
  if (/ObjectLockConfiguration/.test(String(error?.message)) || name === 'InvalidBucketState') {
    const sentence = `The bucket “${bucket}” has no Object Lock: make it with one, or say objectLock=false`;
    return new StorageError('denied', sentence, error);
  }
  if (status === 507 || /^(QuotaExceeded|InsufficientCapacity|XMinioStorageFull)$/.test(name)) {
    return new StorageError('full', `The bucket “${bucket}” is full (${name})`, error);
  }
  const isRefusal = status >= 400 && status < 500 && ![408, 409, 429].includes(status);
  if (isRefusal || name === 'CredentialsProviderError') {
    return new StorageError('denied', `S3 refuses “${what}” in “${bucket}”: ${name}`, error);
  }
  return new StorageError('unavailable', `S3 does not answer for “${what}” in “${bucket}”: ${name}`, error);
}
