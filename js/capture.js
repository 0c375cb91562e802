/** The capture: one worker, one engine, many captures at once. */
import { systemClock } from './clock.js';
import { disposable } from './disposable.js';
import { CaptureError } from './errors.js';
import { createReader } from './frames/reader.js';
import { toSource } from './frames/source.js';
import { grab } from './grab.js';
import { createLifetime } from './lifetime.js';
import { parseCaptureOptions, parseCreateOptions } from './options.js';
import { createPreparedSources } from './prepared.js';
import { toSnapshot } from './snapshot.js';
import { createStill } from './still.js';
import { createHost } from './worker/host.js';

/** @import { Clock } from './clock.js' */
/** @import { Disposes } from './disposable.js' */
/** @import { Reader } from './frames/reader.js' */
/** @import { SourceLike } from './frames/source.js' */
/** @import { Lifetime } from './lifetime.js' */
/** @import { CaptureOptions, CreateCaptureOptions, CaptureRequest } from './options.js' */
/** @import { PreparedSources } from './prepared.js' */
/** @import { Snapshot } from './snapshot.js' */
/** @import { Still } from './still.js' */
/** @import { Host } from './worker/host.js' */

/** @typedef {MediaStream | MediaStreamTrack | HTMLVideoElement | SourceLike} Source */

/**
 * Where captures are encoded: in a worker, or in the page's own thread, which they stop meanwhile (`console.warn` says once
 * why). Undefined until the engine is loaded, and after `dispose()`.
 * @typedef {{ readonly mode: 'worker' | 'page' | undefined }} CaptureMode
 */

/** @typedef {CaptureMethods & CaptureMode & Disposes} Capture */

/**
 * @typedef {object} CaptureMethods
 * @property {(source?: Source) => Promise<void>} ready Loads everything ahead of the first capture. With a source, its
 *   captures from then on need not wait for the next frame: the latest is kept in the worker, until the track ends, and
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
  const clock = systemClock;
  const reader = createReader(clock);
  const prepared = createPreparedSources({ clock, warm: reader.warm });
  const host = createHost(parseCreateOptions(options), clock);
  return assemble({ clock, reader, prepared, host });
}

/**
 * The same of given parts: tests bring a clock, frames and a server of their own.
 * @param {{ clock: Clock, reader: Reader, prepared: PreparedSources, host: Host }} parts
 * @returns {Capture}
 */
export function assemble({ clock, reader, prepared, host }) {
  const life = createLifetime(clock);
  life.onEnd(prepared.dispose);
  life.onEnd(reader.dispose);
  life.onEnd(host.dispose);

  /**
   * Runs one piece of work in a lifetime of its own.
   * @template T
   * @param {AbortSignal | undefined} signal
   * @param {(lifetime: Lifetime) => Promise<T>} work
   */
  async function within(signal, work) {
    const lifetime = life.child();
    try {
      lifetime.heed(signal);
      lifetime.check();
      return await work(lifetime);
    } catch (cause) {
      throw CaptureError.is(cause) ? cause : new CaptureError('no-frame', 'The video could not be read', { cause });
    } finally {
      lifetime.finish();
    }
  }

  /** @param {Lifetime} lifetime @param {Source} given @param {CaptureRequest} request @param {boolean} encode */
  function grabIn(lifetime, given, request, encode) {
    return grab({ given, request, encode, lifetime, reader, prepared, host });
  }

  const dispose = () => life.fail(new CaptureError('disposed'));
  /** @type {CaptureMethods & CaptureMode} */
  const capture = {
    async ready(source) {
      if (source !== undefined) toSource(source);
      return within(undefined, async (lifetime) => {
        const server = await lifetime.race(host.server());
        if (source !== undefined) await lifetime.race(prepared.prepare(source, server));
      });
    },

    async snapshot(source, captureOptions) {
      const request = parseCaptureOptions(captureOptions);
      return within(request.signal, async (lifetime) => {
        const { grabbed, server } = await grabIn(lifetime, source, request, !request.detect);
        const { encoded } = grabbed.opened;
        // The still that `detect` looks at ends with the lifetime.
        return encoded
          ? toSnapshot(grabbed, grabbed.id, encoded)
          : createStill({ grabbed, server, request, owner: lifetime }).encode();
      });
    },

    async grab(source, captureOptions) {
      const request = parseCaptureOptions(captureOptions);
      return within(request.signal, async (lifetime) => {
        const { grabbed, server } = await grabIn(lifetime, source, request, false);
        return createStill({ grabbed, server, request, owner: life });
      });
    },

    get mode() {
      const server = host.loaded();
      return server && (server.inPage ? 'page' : 'worker');
    },

    dispose,
  };
  return disposable(capture, dispose);
}
