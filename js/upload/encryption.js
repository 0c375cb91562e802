/**
 * Pictures encrypted at rest: AES-GCM with a key that no script can read out, kept beside the queue. It protects what is
 * found on the disk or in a backup without the browser that wrote it; not from a script of the same origin, which may
 * use the key, nor from whoever can run that browser with that profile.
 */

/** @import { Item } from './record.js' */

const ALGORITHM = 'AES-GCM';
/** In bytes: NIST SP 800-38D, 8.2, for random vectors. */
const IV_LENGTH = 12;

/**
 * With the key that the database keeps, made where there is none yet.
 * @param {import('./indexeddb.js').Database | undefined} database
 * @throws Where there is no database, no WebCrypto (insecure origins), or a key cannot be stored (older WebKit).
 */
export async function createCipher(database) {
  if (!database) throw new Error('There is no database');
  const { subtle } = crypto;
  const key = await database.key(
    await subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ['encrypt', 'decrypt']),
  );

  return {
    /** @param {Item} fresh @param {ArrayBuffer} data @returns {Promise<[Item, ArrayBuffer]>} */
    async seal(fresh, data) {
      const item = { ...fresh, iv: crypto.getRandomValues(new Uint8Array(IV_LENGTH)) };
      return [item, await subtle.encrypt(parameters(item), key, data)];
    },
    /** Rejects where any of it was changed. @param {Item} item @param {ArrayBuffer} data */
    open: (item, data) => subtle.decrypt(parameters(item), key, data),
  };
}

/** A picture is bound to its record: put under another, it does not decrypt. @param {Item} item */
function parameters({ iv, id, agentId, interactionId, sha256 }) {
  const additionalData = new TextEncoder().encode(JSON.stringify([id, agentId, interactionId, sha256]));
  return /** @type {AesGcmParams} */ ({ name: ALGORITHM, iv, additionalData });
}
