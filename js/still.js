/** A frame that was taken and waits, in the worker's memory, to be shown, redacted and encoded. */
import { CaptureError, invalidArgument } from './errors.js';
import { plainEncodeOptions } from './options.js';
import { identify, toSnapshot } from './snapshot.js';
import { createStopwatch } from './stopwatch.js';

/** @typedef {import('./engine/index.js').EncodeOptions} EncodeOptions */
/** @typedef {import('./engine/index.js').FrameReport} FrameReport */
/** @typedef {import('./snapshot.js').Snapshot} Snapshot */
/** @typedef {import('./snapshot.js').Taking} Taking */
/** @typedef {import('./scope.js').Scope} Scope */

/**
 * @typedef {object} Still
 * @property {number} width In pixels, upright.
 * @property {number} height
 * @property {FrameReport} report
 * @property {string | null} interactionId
 * @property {(size?: { maxWidth?: number, maxHeight?: number }) => Promise<ImageBitmap>} preview For showing only: it
 *   is not redacted.
 * @property {(options?: EncodeOptions) => Promise<Snapshot>} encode May be called again. Options that are not given are
 *   those of `grab`; what `detect` finds is always added to `redact`.
 * @property {() => void} discard Zeroes the pixels; later calls reject with `disposed`.
 */

/**
 * @param {object} args
 * @param {Taking} args.taking
 * @param {import('./worker/host.js').Server} args.server The one that holds the pixels.
 * @param {import('./options.js').CaptureRequest} args.request
 * @param {Scope} args.owner The still ends with it.
 * @returns {Still}
 */
export function createStill({ taking, server, request, owner }) {
  const { width, height, report } = taking.opened;
  const stillId = /** @type {number} */ (taking.opened.stillId);
  const life = owner.child();
  life.onEnd(() => {
    server.call('discard', { stillId }).catch(() => {});
  });

  /** @type {Still} */
  const still = {
    width,
    height,
    report,
    interactionId: taking.target.interactionId,

    async preview(size = {}) {
      life.check();
      const { maxWidth, maxHeight } = parseSize(size);
      return life.race(server.call('preview', { stillId, maxWidth, maxHeight }), (late) => late.close());
    },

    async encode(options = {}) {
      const start = performance.now();
      const stopwatch = createStopwatch();
      life.check();
      if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
      const chosen = stopwatch.run(() => plainEncodeOptions({ ...request.encode, ...options }));
      const found = request.detect ? await life.race(detect(request.detect, still)) : [];
      const complete = { ...chosen, redact: [...(chosen.redact || []), ...found] };
      const { target, capturedAt, frame } = taking;
      const { id, options: identified } = identify(complete, target, { capturedAt, frameAgeMs: frame.ageMs });
      const call = stopwatch.run(() => server.call('encode', { stillId, options: identified }));
      const { encoded, engineMs } = await life.race(call);
      if (server.inPage) stopwatch.add(engineMs);
      const total = performance.now() - start;
      return toSnapshot(taking, id, encoded, { engine: engineMs, mainThread: stopwatch.total(), total });
    },

    discard: () => life.fail(new CaptureError('disposed', 'The still has been discarded')),
  };
  return still;
}

/**
 * @param {NonNullable<import('./options.js').CaptureOnlyOptions['detect']>} hook
 * @param {Still} still
 */
async function detect(hook, still) {
  /** @type {import('./engine/index.js').Region[]} */
  let regions;
  try {
    regions = await hook(still);
  } catch (cause) {
    if (cause instanceof CaptureError) throw cause;
    throw new CaptureError('invalid-argument', 'The detect hook failed', { cause });
  }
  // Never taken for "nothing found": a picture would go out that should have been redacted.
  if (!Array.isArray(regions)) throw invalidArgument('the result of detect', 'an array of regions', regions);
  return plainEncodeOptions({ redact: regions }).redact || [];
}

/** @param {{ maxWidth?: number, maxHeight?: number }} size */
function parseSize(size) {
  if (typeof size !== 'object' || size === null) throw invalidArgument('options', 'an object', size);
  const { maxWidth, maxHeight } = size;
  plainEncodeOptions({ maxWidth, maxHeight });
  return { maxWidth, maxHeight };
}
