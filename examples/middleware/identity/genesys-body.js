/** What Genesys answers, as JSON, and no more of it than expected. */

/** The largest answer is a conversation's; it lists each participant. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * @param {Response} response @param {{ mayBeEmpty?: boolean }} [options]
 * @returns {Promise<any>} An object or an array; `undefined` where there is nothing and may be.
 * @throws {Error}
 */
export async function readJson(response, { mayBeEmpty = false } = {}) {
  let size = 0;
  const chunks = [];
  for await (const chunk of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (response.body ?? []))) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('Genesys answered with more than expected');
    chunks.push(chunk);
  }
  if (mayBeEmpty && size === 0) return undefined;
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof body !== 'object' || body === null) throw new Error('Genesys answered with no object');
  return body;
}

/** An answer that nobody reads. @param {Response} response */
export async function drop(response) {
  await response.body?.cancel().catch(() => {});
}
