/**
 * The worker: frames in, stills and JPEGs out. In a page without a worker the same service runs in the page's thread.
 *
 * Whatever needs the engine is done strictly one after the other, because reading a frame into its memory takes a while and
 * every other call to the engine may grow that memory, which detaches the view being written to.
 */
import { systemClock } from '../clock.js';
import { toHex, VERDICTS } from '../engine/border.js';
import { createCore } from '../engine/core.js';
import { load } from '../engine/load.js';
import { letGo, readInto } from '../engine/pixels.js';
import { WARM_UP_PICTURES, warmUp } from '../engine/warm-up.js';
import { CaptureError } from '../errors.js';
import { createLatestFrames } from '../frames/latest-frame.js';
import { rtpTimestampOf } from '../frames/video-frame.js';
import { version } from '../version.js';
import { createBursts } from './bursts.js';
import { PING, PONG, toPlainError, WORKER_NAME } from './messages.js';

/** @import { Core, RawFrame } from '../engine/core.js' */
/** @import { Locations } from '../engine/load.js' */
/** @import { CheckedOptions } from '../engine/options.js' */
/** @import { FrameReport } from '../engine/index.js' */
/** @import { FrameInput } from '../engine/pixels.js' */
/** @import { LatestFrame, Wanted } from '../frames/latest-frame.js' */
/** @import { Answers, EncodedBlob, Gathered, LatestPresentation, Operation, Request, Requests, Response, ServiceOptions } from './messages.js' */

/** What needs no engine. Each frame that is gathered takes its own turn. @type {Set<Operation>} */
const AT_ONCE = new Set(['watch', 'unwatch', 'gather']);

/** @typedef {{ input: FrameInput, latest?: LatestPresentation }} Found A frame that is here, to be let go of. */
/** @typedef {{ [K in Operation]: (args: Requests[K]) => Promise<Answers[K]> }} Operations */

/**
 * @param {ServiceOptions} loadOptions
 * @param {{ clock?: import('../clock.js').Clock, subtle?: SubtleCrypto | null }} [parts] `subtle`: what hashes files,
 *   faster than the core does; pages have it in secure contexts only, and elsewhere (null) the core hashes.
 */
export function createService(
  { locations, ...loadOptions },
  { clock = systemClock, subtle = subtleOfPlatform() } = {},
) {
  /** @type {Core | undefined} */
  let engine;
  /** @type {Map<number, RawFrame>} */
  const stills = new Map();
  const latestFrames = createLatestFrames(clock);
  const bursts = createBursts();
  /** Bursts that frames are gathered for, and that have not been dropped. @type {Set<number>} */
  const gatherings = new Set();
  let lastId = 0;
  let disposed = false;
  let hasWorked = false;
  /** @type {Promise<unknown>} */
  let queue = Promise.resolve();

  async function ensureEngine() {
    if (disposed) throw new CaptureError('disposed');
    engine = engine || createCore(await load(loadOptions, () => /** @type {Locations} */ (locations)));
    return engine;
  }

  /**
   * A frame that was sent along, or the latest of a track that is watched.
   * @param {FrameInput | Wanted} input
   * @returns {Found | undefined}
   */
  function find(input) {
    if (!('watchId' in input)) return { input };
    const latest = latestFrames.take(input);
    return latest && describe(latest);
  }

  /** @param {LatestFrame} latest @returns {Found} */
  function describe({ frame, ageMs }) {
    const capturedAt = new Date(clock.date() - ageMs).toISOString();
    return { input: { frame }, latest: { ageMs, capturedAt, rtpTimestamp: rtpTimestampOf(frame) } };
  }

  /** @param {Found} found @param {number} burstId */
  async function rank({ input, latest }, burstId) {
    hasWorked = true;
    const core = await ensureEngine().catch((error) => {
      letGo(input);
      throw error;
    });
    return bursts.add(burstId, core, input, latest);
  }

  /** @param {number} stillId */
  function findStill(stillId) {
    const held = stills.get(stillId);
    if (held) return held;
    throw new CaptureError('engine-crash', 'The still was lost when the engine crashed');
  }

  /**
   * @param {FrameInput} input
   * @param {CheckedOptions} options
   * @param {boolean} encode
   */
  async function take(input, options, encode) {
    /** @type {RawFrame | undefined} */
    let held;
    let keep = false;
    hasWorked = true;
    try {
      const start = clock.now();
      held = await readInto(await ensureEngine(), input);
      const read = clock.now();
      const { width, height } = held;
      const outcome = encode ? await encodeOrReject(held, options, subtle) : look(held, options);
      keep = !encode && !outcome.rejected;
      const stillId = keep ? ++lastId : undefined;
      if (stillId !== undefined) stills.set(stillId, held);
      return { ...outcome, stillId, width, height, readMs: read - start, engineMs: clock.now() - read };
    } finally {
      letGo(input);
      if (held && !keep) held.release();
    }
  }

  /** @type {Operations} */
  const operations = {
    async load() {
      await ensureEngine();
    },

    async open({ input, options, encode }) {
      const found = 'burstId' in input ? bursts.take(input.burstId) : find(input);
      if (!found) return undefined;
      const { latest } = found;
      if (!latest) return take(found.input, options, encode);
      const { metadata: given } = options;
      const metadata = {
        ...given,
        capturedAt: given.capturedAt.length > 0 ? given.capturedAt : new TextEncoder().encode(latest.capturedAt),
        frameAgeMs: given.frameAgeMs < 0 ? Math.round(latest.ageMs) : given.frameAgeMs,
      };
      const opened = await take(found.input, { ...options, metadata }, encode);
      return { ...opened, latest };
    },

    async rank({ input, burstId }) {
      const found = find(input);
      return found && rank(found, burstId);
    },

    async gather({ burstId, wanted, most, ...window }) {
      /** @type {Omit<Gathered, 'count'> | undefined} */
      let best;
      let count = 0;
      gatherings.add(burstId);
      try {
        for await (const latest of latestFrames.follow(wanted, window)) {
          const found = describe(latest);
          const ranked = await inTurn(async () => {
            if (gatherings.has(burstId)) return guard('rank', () => rank(found, burstId));
            letGo(found.input);
            return undefined;
          });
          if (!ranked) return undefined;
          if (ranked.isBest) best = { taken: count, ranking: ranked.ranking };
          if (++count === most) break;
        }
        return best && { count, ...best };
      } finally {
        gatherings.delete(burstId);
      }
    },

    async drop({ burstId }) {
      gatherings.delete(burstId);
      bursts.drop(burstId);
    },

    async encode({ stillId, options }) {
      const start = clock.now();
      const encoded = await encodeToBlob(findStill(stillId), options, subtle);
      return { encoded, engineMs: clock.now() - start };
    },

    async preview({ stillId, maxWidth, maxHeight, regions }) {
      const { data, width, height } = findStill(stillId).scaled(maxWidth, maxHeight, regions);
      const image = new ImageData(data, width, height);
      try {
        const bitmap = await createImageBitmap(image);
        data.fill(0);
        return bitmap;
      } catch {
        // Not known here (Safari before 15), or refused.
        return image;
      }
    },

    async findText({ stillId, kind }) {
      const start = clock.now();
      const regions = findStill(stillId).findText(kind);
      return { regions, engineMs: clock.now() - start };
    },

    async discard({ stillId }) {
      const held = stills.get(stillId);
      stills.delete(stillId);
      if (held) held.release();
    },

    async watch({ watchId, frames }) {
      latestFrames.watch(watchId, frames);
    },

    async unwatch({ watchId }) {
      latestFrames.unwatch(watchId);
    },

    async dispose() {
      disposed = true;
      gatherings.clear();
      latestFrames.dispose();
      bursts.dispose();
      drop();
    },
  };

  /** The engine and all that is in it. */
  function drop() {
    const dropped = engine;
    engine = undefined;
    stills.clear();
    if (dropped) dropped.dispose();
  }

  /**
   * After all that was asked for before; whatever is asked for from now on waits for it.
   * @template T @param {() => Promise<T>} work
   */
  function inTurn(work) {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  }

  /**
   * @template T
   * @param {Operation} op What is done, for the words of an error.
   * @param {() => Promise<T>} work
   */
  async function guard(op, work) {
    try {
      return await work();
    } catch (cause) {
      // The next request gets a new engine. Whatever else fails, a preview for one, costs this request only.
      if (engine?.hasCrashed()) drop();
      if (cause instanceof CaptureError) throw cause;
      throw new CaptureError('engine-crash', `The engine could not ${op}: ${cause}`, { cause });
    }
  }

  return {
    /**
     * @template {Operation} K
     * @param {K} op
     * @param {Requests[K]} args
     * @returns {Promise<Answers[K]>}
     */
    handle(op, args) {
      const run = () => guard(op, () => operations[op](args));
      return AT_ONCE.has(op) ? run() : inTurn(run);
    },

    /** For a thread that has nothing else to do, once the engine is loaded, until the first frame comes: it warms, too. */
    async warmUp() {
      for (let i = 0; i < WARM_UP_PICTURES && !hasWorked; i++) {
        await inTurn(async () => engine && warmUp(engine)).catch(() => {});
        // Lets requests in.
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
  };
}

/**
 * @param {RawFrame} held
 * @param {CheckedOptions} options
 */
function look(held, { options, regions }) {
  const report = held.analyze();
  const rejected = Boolean(options.reject & (1 << VERDICTS.indexOf(report.verdict)));
  // A region that covers nothing of this frame is told now, not after the still has been looked at.
  if (!rejected) held.place(regions);
  return { report, rejected };
}

/**
 * @param {RawFrame} held
 * @param {CheckedOptions} options
 * @param {SubtleCrypto | null} subtle
 */
async function encodeOrReject(held, options, subtle) {
  try {
    const encoded = await encodeToBlob(held, options, subtle);
    return { report: encoded.report, rejected: false, encoded };
  } catch (error) {
    const report = error instanceof CaptureError && error.details.report;
    if (!report) throw error;
    return { report: /** @type {FrameReport} */ (report), rejected: true };
  }
}

/**
 * @param {RawFrame} held
 * @param {CheckedOptions} options
 * @param {SubtleCrypto | null} subtle
 * @returns {Promise<EncodedBlob>}
 */
async function encodeToBlob(held, options, subtle) {
  const { jpeg, ...rest } = held.encode(options, !subtle);
  const sha256 = subtle ? toHex(new Uint8Array(await subtle.digest('SHA-256', jpeg))) : rest.sha256;
  return { ...rest, sha256, blob: new Blob([jpeg], { type: 'image/jpeg' }) };
}

function subtleOfPlatform() {
  return (typeof crypto === 'object' && crypto.subtle) || null;
}

/**
 * What is used of DedicatedWorkerGlobalScope, whose types exclude those of the page.
 * @typedef {object} WorkerScope
 * @property {string} [name]
 * @property {((event: MessageEvent) => void) | null} onmessage
 * @property {(message: unknown, transfer?: Transferable[]) => void} postMessage
 */

/** Serves the page that has started this worker. @param {WorkerScope} scope */
function serve(scope) {
  /** @type {ReturnType<typeof createService>} */
  let service;

  /** @param {Request} request */
  async function answer({ id, op, args }) {
    /** @type {Response} */
    let response;
    try {
      response = { id, value: await service.handle(op, args) };
    } catch (error) {
      response = { id, error: toPlainError(error) };
    }
    scope.postMessage(response, transferables(response.value));
    if (op === 'load') service.warmUp();
  }

  scope.onmessage = ({ data }) => {
    if (data === PING) scope.postMessage(PONG);
    else if (data.start) service = createService(data.start);
    else answer(data);
  };
  scope.postMessage(version);
}

/** @param {unknown} value @returns {Transferable[]} */
function transferables(value) {
  if (typeof ImageBitmap === 'function' && value instanceof ImageBitmap) return [value];
  return typeof ImageData === 'function' && value instanceof ImageData ? [value.data.buffer] : [];
}

// The page's thread imports this file as well, and so may a worker of the page's own.
if (typeof document === 'undefined' && typeof self === 'object' && self.name === WORKER_NAME) {
  serve(/** @type {WorkerScope} */ (/** @type {unknown} */ (self)));
}
