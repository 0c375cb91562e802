/** No call of a store hangs, whatever its SDK does about retries. */

/**
 * @template T
 * @param {number} timeoutMs
 * @param {(signal: AbortSignal) => Promise<T>} work Ends when the signal says so.
 * @param {AbortSignal} [signal] The caller's own.
 */
export async function within(timeoutMs, work, signal) {
  signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([deadline, signal]) : deadline;
  /** @type {(reason: unknown) => void} */
  let abandon = () => {};
  const ended = new Promise((_, reject) => {
    abandon = () => reject(either.reason);
  });
  either.addEventListener('abort', abandon, { once: true });
  try {
    // An SDK that does not heed its signal is left behind.
    return await Promise.race([work(either), /** @type {Promise<never>} */ (ended)]);
  } finally {
    either.removeEventListener('abort', abandon);
  }
}
