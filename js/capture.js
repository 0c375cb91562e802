/** The capture: one worker, one engine, many captures at once. */
import { CaptureError } from './errors.js';
import { createKeeper } from './frames/keeper.js';
import { createReader } from './frames/reader.js';
import { toSource } from './frames/source.js';
import { parseCaptureOptions, parseCreateOptions } from './options.js';
import { createScope } from './scope.js';
import { toSnapshot } from './snapshot.js';
import { createStill } from './still.js';
import { take } from './take.js';
import { createHost } from './worker/host.js';

/** @typedef {import('./options.js').CaptureOptions} CaptureOptions */
/** @typedef {import('./options.js').CreateCaptureOptions} CreateCaptureOptions */
/** @typedef {import('./snapshot.js').Snapshot} Snapshot */
/** @typedef {import('./still.js').Still} Still */
/** @typedef {MediaStream | MediaStreamTrack | HTMLVideoElement | import('./frames/source.js').CaptureSource} Source */

/**
 * @typedef {object} Capture
 * @property {(source?: Source) => Promise<void>} ready Loads everything ahead of the first capture. With a source, its
 *   captures from then on need not wait for the next frame: the newest is kept in the worker, until the track ends, and
 *   counts for 150 ms. Rejects with `engine-load`.
 * @property {(source: Source, options?: CaptureOptions) => Promise<Snapshot>} snapshot Grabs and encodes.
 * @property {(source: Source, options?: CaptureOptions) => Promise<Still>} grab The frame stays with the engine until
 *   the still is discarded.
 * @property {() => void} dispose Zeroes all pixels and lets go of everything; what is pending rejects with `disposed`.
 */

/**
 * @param {CreateCaptureOptions} [options]
 * @returns {Capture}
 * @throws {CaptureError} `invalid-argument`
 */
export function createCapture(options) {
  const host = createHost(parseCreateOptions(options));
  const reader = createReader();
  const keeper = createKeeper(reader.warm);
  const life = createScope();

  /**
   * Runs one piece of work in a scope of its own.
   * @template T
   * @param {AbortSignal | undefined} signal
   * @param {(scope: import('./scope.js').Scope) => Promise<T>} work
   */
  async function within(signal, work) {
    const scope = life.child();
    try {
      scope.heed(signal);
      scope.check();
      return await work(scope);
    } finally {
      scope.finish();
    }
  }

  /** @param {import('./scope.js').Scope} scope @param {number} ms */
  async function load(scope, ms) {
    const loaded = host.loaded();
    if (loaded) return loaded;
    const late = () => new CaptureError('engine-load', `The engine did not load within ${ms} ms: call ready() earlier`);
    const lift = scope.deadline(ms, late);
    try {
      return await scope.race(host.server());
    } finally {
      lift();
    }
  }

  /**
   * @param {import('./scope.js').Scope} scope
   * @param {Source} source
   * @param {import('./options.js').CaptureRequest} request
   * @param {boolean} encode
   */
  function takeIn(scope, source, request, encode) {
    return take({ source, request, encode, scope, reader, keeper, load: (ms) => load(scope, ms) });
  }

  return {
    async ready(source) {
      if (source !== undefined) toSource(source);
      return within(undefined, async (scope) => {
        const server = await scope.race(host.server());
        if (source !== undefined) await scope.race(keeper.keep(source, server));
      });
    },

    async snapshot(source, captureOptions) {
      const request = parseCaptureOptions(captureOptions);
      return within(request.signal, async (scope) => {
        const { taking, server } = await takeIn(scope, source, request, !request.detect);
        const { encoded } = taking.opened;
        // The still that `detect` looks at ends with the scope.
        return encoded
          ? toSnapshot(taking, taking.id, encoded)
          : createStill({ taking, server, request, owner: scope }).encode();
      });
    },

    async grab(source, captureOptions) {
      const request = parseCaptureOptions(captureOptions);
      return within(request.signal, async (scope) => {
        const { taking, server } = await takeIn(scope, source, request, false);
        return createStill({ taking, server, request, owner: life });
      });
    },

    dispose() {
      life.fail(new CaptureError('disposed'));
      keeper.dispose();
      reader.dispose();
      host.dispose();
    },
  };
}
