/** From `STORAGE_URL` to a driver: each is loaded only where it is asked for, since the SDKs are large. */

import { checked } from './checked.js';
import { parseStorageUrl } from './url.js';

/**
 * @param {string} url As in README.md.
 * @param {object} [options]
 * @param {Record<string, string | undefined>} [options.env] Where credentials come from. Default: `process.env`.
 * @param {() => number} [options.now] In milliseconds. Default: `Date.now`.
 * @param {boolean} [options.isThere] Pictures have been in it: a folder is not made. Default: false.
 * @param {number} [options.pageSize] How many objects a list asks for at once. Default: the store's own.
 * @returns {Promise<import('./storage.js').Storage>}
 * @throws {import('./url.js').StorageUrlError} with a sentence for what is wrong with it
 * @throws {import('./storage.js').StorageError} where a folder cannot be made, or is not there
 */
export async function openStorage(url, { env = process.env, now = Date.now, isThere = false, pageSize } = {}) {
  const settings = parseStorageUrl(url);
  switch (settings.kind) {
    case 'file':
      return checked(await (await import('./file.js')).openFileStorage({ ...settings, isThere }));
    case 's3':
      return checked(await (await import('./s3.js')).openS3Storage(settings, { env, now, pageSize }));
    case 'azure':
      return checked(await (await import('./azure.js')).openAzureStorage(settings, { env, now, pageSize }));
    case 'gcs':
      return checked(await (await import('./gcs.js')).openGcsStorage(settings, { env, now, pageSize }));
  }
}
