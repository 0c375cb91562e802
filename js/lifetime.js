/**
 * The lifetime of one capture, or of one stage of it. It ends exactly once: by `finish()`, or by the first thing that
 * fails it (the deadline, an abort, `dispose()`, the end of the source). Whatever a stage holds is released through
 * `onEnd`, so that no outcome leaves a listener, a timer or a frame behind.
 */

import { attempt } from './attempt.js';
import { systemClock } from './clock.js';
import { CaptureError } from './errors.js';

/** @import { Clock } from './clock.js' */

/**
 * @typedef {object} Lifetime
 * @property {Clock} clock What all its timers go by.
 * @property {(callback: (failure: unknown) => void) => () => void} onEnd Calls back once when the lifetime ends, at once
 *   if it already has. Returns what takes the callback back. A callback that throws keeps no other from being called.
 * @property {(reason: unknown) => void} fail
 * @property {() => void} finish
 * @property {() => Lifetime} child A lifetime for one stage: this one's end ends it too, not the other way round.
 * @property {() => void} check Throws what failed the lifetime, if anything did.
 * @property {<T>(promise: Promise<T>, late?: (value: T) => void) => Promise<T>} race The promise, or the lifetime's
 *   failure if that comes first; `late` then gets the value, should it arrive after all: release it there.
 * @property {(ms: number) => Promise<void>} sleep Rejects with the lifetime's failure.
 * @property {(ms: number, callback: () => void) => void} every Calls back again and again until the lifetime ends.
 * @property {(ms: number, explain: () => unknown) => Deadline} deadline Fails the lifetime after `ms` with what
 *   `explain` says then.
 * @property {(signal: AbortSignal | undefined) => void} heed Ties the lifetime to a caller's signal.
 */

/**
 * @typedef {object} Deadline
 * @property {() => void} lift Takes it back.
 * @property {() => () => void} pause Stops its clock; what it returns starts the clock again.
 */

const nothing = () => {};
const isOver = () => new CaptureError('disposed', 'The capture is over');

/**
 * @param {Clock} [clock]
 * @param {Pick<Lifetime, 'onEnd'>} [parent]
 * @returns {Lifetime}
 */
export function createLifetime(clock = systemClock, parent) {
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
    for (const callback of callbacks) attempt(() => callback(reason));
  }

  /** @type {Lifetime['onEnd']} */
  function onEnd(callback) {
    if (over) {
      attempt(() => callback(failure));
      return nothing;
    }
    endings.add(callback);
    return () => endings.delete(callback);
  }

  if (parent) leaveParent = parent.onEnd(end);

  return {
    clock,
    onEnd,
    fail: end,
    finish: () => end(undefined),
    child: () => createLifetime(clock, { onEnd }),

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
        const timer = clock.setTimeout(() => {
          off();
          resolve();
        }, ms);
        const off = onEnd((reason) => {
          clock.clearTimeout(timer);
          reject(reason || isOver());
        });
      });
    },

    every(ms, callback) {
      let timer = clock.setTimeout(again, ms);
      onEnd(() => clock.clearTimeout(timer));
      function again() {
        timer = clock.setTimeout(again, ms);
        callback();
      }
    },

    deadline(ms, explain) {
      let left = ms;
      let startedAt = clock.now();
      /** @type {unknown} */
      let timer;
      let pauses = 0;
      let lifted = false;
      const off = onEnd(stop);
      start();

      function start() {
        startedAt = clock.now();
        timer = clock.setTimeout(() => end(explain()), left);
      }
      function stop() {
        clock.clearTimeout(timer);
      }
      return {
        lift() {
          lifted = true;
          stop();
          off();
        },
        pause() {
          if (pauses++ === 0) {
            stop();
            left = Math.max(0, left - (clock.now() - startedAt));
          }
          return once(() => {
            if (--pauses === 0 && !over && !lifted) start();
          });
        },
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

/** @param {() => void} callback */
function once(callback) {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    callback();
  };
}
