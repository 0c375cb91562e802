/**
 * One capture's lifetime. It ends exactly once: by `finish()`, or by the first thing that fails it (the deadline, an
 * abort, `dispose()`, the end of the source). Whatever a stage holds is released through `onEnd`, so that no outcome
 * leaves a listener, a timer or a frame behind.
 */
import { CaptureError } from './errors.js';

/**
 * @typedef {object} Scope
 * @property {(callback: (failure: unknown) => void) => () => void} onEnd Calls back once when the scope ends, at once
 *   if it already has. Returns what takes the callback back.
 * @property {(reason: unknown) => void} fail
 * @property {() => void} finish
 * @property {() => Scope} child A scope for one stage: this one's end ends it too, not the other way round.
 * @property {() => void} check Throws what failed the scope, if anything did.
 * @property {<T>(promise: Promise<T>, late?: (value: T) => void) => Promise<T>} race The promise, or the scope's
 *   failure if that comes first; `late` then gets the value when it arrives for nobody: release it there.
 * @property {(ms: number) => Promise<void>} sleep Rejects with the scope's failure.
 * @property {(ms: number, explain: () => unknown) => () => void} deadline Fails the scope after `ms` with what
 *   `explain` says then. Returns what lifts the deadline.
 * @property {(signal: AbortSignal | undefined) => void} heed Ties the scope to a caller's signal.
 */

const nothing = () => {};
const isOver = () => new CaptureError('disposed', 'The capture is over');

/**
 * @param {Pick<Scope, 'onEnd'>} [parent]
 * @returns {Scope}
 */
export function createScope(parent) {
  /** @type {Set<(failure: unknown) => void>} */
  const endings = new Set();
  let over = false;
  /** @type {unknown} */
  let failure;
  let leaveParent = nothing;

  /** @param {unknown} reason */
  function end(reason) {
    if (over) return;
    over = true;
    failure = reason;
    leaveParent();
    const callbacks = Array.from(endings);
    endings.clear();
    for (const callback of callbacks) callback(reason);
  }

  /** @type {Scope['onEnd']} */
  function onEnd(callback) {
    if (over) {
      callback(failure);
      return nothing;
    }
    endings.add(callback);
    return () => endings.delete(callback);
  }

  if (parent) leaveParent = parent.onEnd(end);

  return {
    onEnd,
    fail: end,
    finish: () => end(undefined),
    child: () => createScope({ onEnd }),

    check() {
      if (over) throw failure || isOver();
    },

    race(promise, late = nothing) {
      return new Promise((resolve, reject) => {
        const off = onEnd((reason) => reject(reason || isOver()));
        promise.then(
          (value) => {
            off();
            if (over) late(value);
            else resolve(value);
          },
          (error) => {
            off();
            reject(error);
          },
        );
      });
    },

    sleep(ms) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          off();
          resolve();
        }, ms);
        const off = onEnd((reason) => {
          clearTimeout(timer);
          reject(reason || isOver());
        });
      });
    },

    deadline(ms, explain) {
      const timer = setTimeout(() => end(explain()), ms);
      const off = onEnd(() => clearTimeout(timer));
      return () => {
        clearTimeout(timer);
        off();
      };
    },

    heed(signal) {
      if (!signal) return;
      const abort = () => end(new CaptureError('aborted', undefined, { cause: signal.reason }));
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort);
      onEnd(() => signal.removeEventListener('abort', abort));
    },
  };
}
