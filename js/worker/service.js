/**
 * What both the worker and the in-page fallback run: frames in, stills and JPEGs out. Requests are served strictly one
 * after the other, because reading a frame into the engine's memory takes a while and every other call to the engine
 * may grow that memory, which detaches the view being written to.
 */
import { createEngine } from '../engine/index.js';
import { letGo, readInto } from '../engine/pixels.js';
import { WARM_UP_PICTURES, warmUp } from '../engine/warm-up.js';
import { CaptureError } from '../errors.js';
import { rtpTimestampOf } from '../frames/video-frame.js';
import { createWatches } from './watches.js';

/** @typedef {import('./protocol.js').Operation} Operation */
/** @typedef {import('./protocol.js').Requests} Requests */
/** @typedef {import('./protocol.js').Answers} Answers */
/** @typedef {import('../engine/index.js').EngineFrame} EngineFrame */
/** @typedef {import('./protocol.js').EncodedBlob} EncodedBlob */
/** @typedef {{ [K in Operation]: (args: Requests[K]) => Promise<Answers[K]> }} Operations */

/** @param {import('../engine/index.js').LoadOptions} loadOptions */
export function createService(loadOptions) {
  /** @type {import('../engine/index.js').Engine | undefined} */
  let engine;
  /** @type {Map<number, EngineFrame>} */
  const stills = new Map();
  const watches = createWatches();
  let lastId = 0;
  let disposed = false;
  let hasWorked = false;
  /** @type {Promise<unknown>} */
  let queue = Promise.resolve();

  async function ensureEngine() {
    if (disposed) throw new CaptureError('disposed');
    engine = engine || (await createEngine(loadOptions));
    return engine;
  }

  /** @param {number} stillId */
  function find(stillId) {
    const held = stills.get(stillId);
    if (held) return held;
    throw new CaptureError('engine-crash', 'The still was lost when the engine crashed', { details: { lost: true } });
  }

  /** @type {Operations} */
  const operations = {
    async load() {
      await ensureEngine();
    },

    async open({ input, options, encode }) {
      /** @type {EngineFrame | undefined} */
      let held;
      let keep = false;
      hasWorked = true;
      try {
        const start = performance.now();
        held = await readInto(await ensureEngine(), input);
        const read = performance.now();
        const { width, height } = held;
        const outcome = encode ? encodeOrReject(held, options) : look(held, options);
        keep = !encode && !outcome.rejected;
        const stillId = keep ? ++lastId : undefined;
        if (stillId !== undefined) stills.set(stillId, held);
        return { ...outcome, stillId, width, height, readMs: read - start, engineMs: performance.now() - read };
      } finally {
        letGo(input);
        if (held && !keep) held.release();
      }
    },

    async encode({ stillId, options }) {
      const start = performance.now();
      const encoded = toBlob(find(stillId).encode(options));
      return { encoded, engineMs: performance.now() - start };
    },

    async preview({ stillId, maxWidth, maxHeight }) {
      const { data, width, height } = find(stillId).scaled({ maxWidth, maxHeight });
      const bitmap = await createImageBitmap(new ImageData(data, width, height));
      data.fill(0);
      return bitmap;
    },

    async discard({ stillId }) {
      const held = stills.get(stillId);
      stills.delete(stillId);
      if (held) held.release();
    },

    async watch({ watchId, frames }) {
      watches.add(watchId, frames);
    },

    async unwatch({ watchId }) {
      watches.remove(watchId);
    },

    async openNewest({ watchId, wanted, options, encode }) {
      const kept = watches.newest(watchId, wanted);
      if (!kept) return undefined;
      const { frame, presentedAt, ageMs } = kept;
      const rtpTimestamp = rtpTimestampOf(frame);
      const capturedAt = new Date(Date.now() - ageMs).toISOString();
      const metadata = { capturedAt, frameAgeMs: ageMs, ...options.metadata };
      const opened = await operations.open({ input: { frame }, options: { ...options, metadata }, encode });
      return { ...opened, presentedAt, ageMs, capturedAt, rtpTimestamp };
    },

    async dispose() {
      disposed = true;
      watches.dispose();
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
   * @template {Operation} K
   * @param {K} op
   * @param {Requests[K]} args
   * @returns {Promise<Answers[K]>}
   */
  async function run(op, args) {
    try {
      return await operations[op](args);
    } catch (cause) {
      const error = cause instanceof CaptureError ? cause : new CaptureError('engine-crash', String(cause), { cause });
      // The next request gets a new engine, but asking for what an earlier crash took does not cost the present one.
      if (error.code === 'engine-crash' && !error.details.lost) drop();
      throw error;
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
      const answer = queue.then(() => run(op, args));
      queue = answer.catch(() => {});
      return answer;
    },

    /** For a thread that has nothing else to do, once the engine is loaded, until the first frame comes: it warms, too. */
    async warmUp() {
      for (let i = 0; i < WARM_UP_PICTURES && !hasWorked; i++) {
        queue = queue.then(() => engine && warmUp(engine)).catch(() => {});
        await queue;
        // Lets requests in.
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
  };
}

/**
 * @param {EngineFrame} held
 * @param {import('../engine/index.js').EncodeOptions} options
 */
function look(held, { reject = [] }) {
  const report = held.analyze();
  return { report, rejected: reject.includes(report.verdict) };
}

/**
 * @param {EngineFrame} held
 * @param {import('../engine/index.js').EncodeOptions} options
 */
function encodeOrReject(held, options) {
  try {
    const encoded = toBlob(held.encode(options));
    return { report: encoded.report, rejected: false, encoded };
  } catch (error) {
    const report = error instanceof CaptureError && error.details.report;
    if (!report) throw error;
    return { report: /** @type {import('../engine/index.js').FrameReport} */ (report), rejected: true };
  }
}

/** @param {import('../engine/index.js').Encoded} encoded @returns {EncodedBlob} */
function toBlob({ jpeg, ...rest }) {
  return { ...rest, blob: new Blob([jpeg], { type: 'image/jpeg' }) };
}
