/**
 * Objects in an Azure container. Its lifecycle goes by index tags (`hold=no`, `retention-days=N`); the blob's own legal
 * hold, in a container with version-level immutability, keeps even an owner from deleting it.
 */

import { createHash } from 'node:crypto';
import {
  BlobSASPermissions,
  BlobServiceClient,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { within } from './deadline.js';
import { StorageError } from './storage.js';

/** Written by `check`, once; no key begins with a dot. */
const CHECK = '.check';
/** A key that signs links on behalf of a managed identity is asked for once in this time. */
const DELEGATION_MS = 60 * 60 * 1000;

/**
 * @param {import('./url.js').AzureSettings} settings
 * @param {{ env: Record<string, string | undefined>, now: () => number, pageSize?: number }} surroundings
 * @returns {Promise<import('./storage.js').Storage>}
 */
export async function openAzureStorage(settings, { env, now, pageSize }) {
  const { account, prefix, timeoutMs, immutability } = settings;
  const sharedKey = env.AZURE_STORAGE_KEY ? new StorageSharedKeyCredential(account, env.AZURE_STORAGE_KEY) : undefined;
  // Managed identities, workload identities, and what a developer is signed in with.
  const credential = sharedKey ?? new (await import('@azure/identity')).DefaultAzureCredential();
  const service = new BlobServiceClient(settings.endpoint, credential, {
    retryOptions: { maxTries: 3, tryTimeoutInMs: timeoutMs, retryDelayInMs: 200, maxRetryDelayInMs: 2000 },
  });
  const container = service.getContainerClient(settings.container);
  /** @param {string} key */
  const blobOf = (key) => container.getBlockBlobClient(prefix + key);

  /**
   * @template T
   * @param {string} what For the sentence. @param {(abortSignal: AbortSignal) => Promise<T>} work
   * @param {AbortSignal} [signal]
   */
  async function asks(what, work, signal) {
    try {
      return await within(timeoutMs, work, signal);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw error instanceof StorageError ? error : translate(error, what, settings.container);
    }
  }

  /** @param {AbortSignal} abortSignal @param {string} key @param {Buffer} bytes @param {object} more */
  async function create(abortSignal, key, bytes, more) {
    try {
      const { versionId } = await blobOf(key).upload(bytes, bytes.length, {
        abortSignal,
        conditions: { ifNoneMatch: '*' },
        encryptionScope: settings.encryptionScope,
        ...more,
      });
      return { version: versionId ?? null };
    } catch (error) {
      const isTaken =
        ['BlobAlreadyExists', 'ConditionNotMet'].includes(codeOf(error)) || codeOf(error).startsWith('BlobImmutable');
      if (isTaken) return undefined;
      throw error;
    }
  }

  /** @param {AbortSignal} abortSignal @param {string} key @returns {Promise<import('./storage.js').Head | undefined>} */
  async function head(abortSignal, key) {
    try {
      const found = await blobOf(key).getProperties({ abortSignal });
      const { tags } = await blobOf(key).getTags({ abortSignal });
      return {
        bytes: found.contentLength ?? 0,
        sha256: found.metadata?.sha256 ?? '',
        held: found.legalHold === true || tags.hold === 'yes',
        version: found.versionId ?? null,
        modifiedAt: found.lastModified ?? new Date(0),
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** @type {{ key: import('@azure/storage-blob').UserDelegationKey, until: number } | undefined} */
  let delegation;

  /** Signs for an identity that has no key of its own. @param {AbortSignal} abortSignal @param {number} until */
  async function delegate(abortSignal, until) {
    if (delegation === undefined || delegation.until < until) {
      const end = now() + DELEGATION_MS;
      delegation = {
        key: await service.getUserDelegationKey(new Date(now() - 60_000), new Date(end), { abortSignal }),
        until: end,
      };
    }
    return delegation.key;
  }

  return {
    kind: 'azure',
    expires: settings.lifecycle,

    put: (key, bytes, { sha256, retentionDays, metadata = {} }) =>
      asks(key, async (signal) => {
        // Azure's names are identifiers.
        const named = Object.entries(metadata).map(([name, value]) => [name.replaceAll('-', '_'), value]);
        const made = await create(signal, key, bytes, {
          metadata: { ...Object.fromEntries(named), sha256 },
          tags: { hold: 'no', 'retention-days': String(retentionDays) },
          blobHTTPHeaders: {
            blobContentType: 'image/jpeg',
            blobCacheControl: 'private, no-store',
            blobContentMD5: createHash('md5').update(bytes).digest(),
          },
        });
        if (made) return { created: true, ...made };
        const there = await head(signal, key);
        if (there?.sha256 === sha256) return { created: false, version: there.version };
        throw new StorageError('conflict', `Other bytes are at “${key}” already`);
      }),

    head: (key) => asks(key, (signal) => head(signal, key)),

    read: (key) =>
      asks(key, async (abortSignal) => {
        const { readableStreamBody } = await blobOf(key).download(0, undefined, { abortSignal });
        const chunks = [];
        for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
        return Buffer.concat(chunks);
      }),

    link: (key, { seconds, fileName }) =>
      asks(key, async (signal) => {
        const until = now() + seconds * 1000;
        const values = {
          containerName: settings.container,
          blobName: prefix + key,
          permissions: BlobSASPermissions.parse('r'),
          expiresOn: new Date(until),
          protocol: settings.endpoint.startsWith('https:') ? SASProtocol.Https : undefined,
          contentType: 'image/jpeg',
          contentDisposition: `inline; filename="${fileName}"`,
          cacheControl: 'private, no-store',
        };
        const signed = sharedKey
          ? generateBlobSASQueryParameters(values, sharedKey)
          : generateBlobSASQueryParameters(values, await delegate(signal, until), account);
        return { url: `${blobOf(key).url}?${signed}`, seconds };
      }),

    // The tag is `yes` for as long as the lock is on or may be: a crash between the two leaves an object held.
    hold: (key, held) =>
      asks(key, async (abortSignal) => {
        const { tags } = await blobOf(key).getTags({ abortSignal });
        const tag = () => blobOf(key).setTags({ ...tags, hold: held ? 'yes' : 'no' }, { abortSignal });
        if (held) await tag();
        if (immutability) await blobOf(key).setLegalHold(held, { abortSignal });
        if (!held) await tag();
      }),

    remove: (key) =>
      asks(key, async (abortSignal) => {
        if ((await head(abortSignal, key))?.held) throw new StorageError('held', `“${key}” is under a legal hold`);
        const versions = settings.versions ? await versionsOf(abortSignal, key) : [];
        if (versions.some(({ properties }) => properties.legalHold)) {
          throw new StorageError('held', `A version of “${key}” is under a legal hold`);
        }
        await blobOf(key).deleteIfExists({ deleteSnapshots: 'include', abortSignal });
        // The deletion of what was current has made it one of the versions.
        for (const { versionId } of settings.versions ? await versionsOf(abortSignal, key) : []) {
          if (versionId) await blobOf(key).withVersion(versionId).deleteIfExists({ abortSignal });
        }
      }),

    async *list(below = '') {
      /** @type {string | undefined} */
      let continuationToken;
      do {
        const page = await asks(below, async (abortSignal) => {
          const pages = container
            .listBlobsFlat({ prefix: prefix + below, abortSignal })
            .byPage({ maxPageSize: pageSize, continuationToken });
          return (await pages.next()).value;
        });
        for (const { name, properties } of page?.segment.blobItems ?? []) {
          const key = name.slice(prefix.length);
          if (key !== CHECK) yield { key, bytes: properties.contentLength ?? 0, modifiedAt: properties.lastModified };
        }
        continuationToken = page?.continuationToken || undefined;
      } while (continuationToken !== undefined);
    },

    // A conditional put is authorised before it finds that the blob is there.
    check: (signal) =>
      asks(CHECK, async (either) => void (await create(either, CHECK, Buffer.from('check'), {})), signal),

    async close() {},
  };

  /** @param {AbortSignal} abortSignal @param {string} key */
  async function versionsOf(abortSignal, key) {
    const found = [];
    const options = { prefix: prefix + key, includeVersions: true, includeLegalHold: immutability, abortSignal };
    for await (const blob of container.listBlobsFlat(options)) {
      if (blob.name === prefix + key) found.push(blob);
    }
    return found;
  }
}

/** @param {unknown} error @returns {string} */
function codeOf(error) {
  const { code, details } = /** @type {{ code?: string, details?: { errorCode?: string } }} */ (error);
  // Node's own errors have numbers, too.
  return details?.errorCode ?? (typeof code === 'string' ? code : '');
}

/** HEAD has no body to name the error in, but a header. @param {unknown} error */
function isMissing(error) {
  const { statusCode } = /** @type {{ statusCode?: number }} */ (error);
  return statusCode === 404 && codeOf(error) !== 'ContainerNotFound';
}

/** @param {any} error @param {string} what @param {string} container */
function translate(error, what, container) {
  const code = codeOf(error) || error?.name || 'an unknown error';
  const status = error?.statusCode ?? 0;
  if (isMissing(error)) return new StorageError('missing', `There is no “${what}”`, error);
  if (code === 'ContainerNotFound')
    return new StorageError('unavailable', `There is no container “${container}”`, error);
  if (code.startsWith('BlobImmutable')) return new StorageError('held', `“${what}” is locked (${code})`, error);
  const isRefusal = (status >= 400 && status < 500 && ![408, 409, 429].includes(status)) || status === 501;
  if (isRefusal || /Credential|Authentication/.test(error?.name ?? '')) {
    return new StorageError('denied', `Azure refuses “${what}” in “${container}”: ${code}`, error);
  }
  return new StorageError('unavailable', `Azure does not answer for “${what}” in “${container}”: ${code}`, error);
}
