/** The page's AbortSignals. */
import { CaptureError, invalidArgument } from '../errors.js';

/** @param {AbortSignal} signal */
const aborted = (signal) => new CaptureError('aborted', undefined, { cause: signal.reason });

/**
 * Nothing is begun for one that is over.
 * @param {AbortSignal | undefined} signal As the page gave it.
 * @throws {CaptureError} `invalid-argument`, `aborted`
 */
export function checkSignal(signal) {
  if (signal === undefined) return;
  if (typeof signal?.aborted !== 'boolean' || typeof signal.addEventListener !== 'function') {
    throw invalidArgument('signal', 'an AbortSignal', signal);
  }
  if (signal.aborted) throw aborted(signal);
}

/**
 * @param {AbortSignal | undefined} signal @param {(error: CaptureError) => void} onAbort
 * @returns {() => void} Takes the callback back.
 */
export function heed(signal, onAbort) {
  const abort = () => signal && onAbort(aborted(signal));
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  return () => signal?.removeEventListener('abort', abort);
}
