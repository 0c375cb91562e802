/**
 * The engine: the C++ core in WebAssembly, in a page, a worker or Node. Synchronous once it is loaded.
 */
import { CaptureError } from '../errors.js';
import { toHex, toRedaction, toReport, unwrap } from './border.js';
import { load } from './load.js';
import { parseEncodeOptions, parseFrame, parseScaledOptions, side } from './options.js';
import { parseRegions, unwrapRegions } from './regions.js';

/** @typedef {import('./border.js').FrameReport} FrameReport */
/** @typedef {import('./border.js').Redaction} Redaction */
/** @typedef {import('./border.js').Verdict} Verdict */
/** @typedef {import('./load.js').LoadOptions} LoadOptions */
/** @typedef {import('./load.js').Variant} Variant */
/** @typedef {import('./options.js').Frame} Frame */
/** @typedef {import('./regions.js').Region} Region */
/** @typedef {import('./options.js').EncodeOptions} EncodeOptions */
/** @typedef {import('./metadata.js').Metadata} Metadata */

/**
 * @typedef {object} Encoded
 * @property {Uint8Array<ArrayBuffer>} jpeg The whole file; yours.
 * @property {number} width
 * @property {number} height
 * @property {string} sha256 Of `jpeg`, lowercase hex.
 * @property {FrameReport} report Of the frame before redaction; nothing of it is in the file.
 * @property {Redaction[]} redactions What was covered, in the order of `redact`.
 */

/**
 * A frame in the engine's memory: written once through `pixels()`, read as often as wanted, never altered.
 * @typedef {object} EngineFrame
 * @property {number} width
 * @property {number} height
 * @property {() => Uint8Array<ArrayBuffer>} pixels RGBA, rows tight: a view of the engine's memory, valid until the
 *   next call to the engine.
 * @property {() => FrameReport} analyze
 * @property {(redact?: Region[]) => Redaction[]} place The `redactions` that `encode` would return for these regions, or
 *   the 'invalid-argument' that it would throw: for checking regions before the frame is encoded.
 * @property {(options?: EncodeOptions) => Encoded} encode
 * @property {(options?: ScaledOptions) => ScaledImage} scaled A smaller copy, for showing.
 * @property {() => void} release Zeroes the pixels and frees them. May be called again.
 */

/**
 * @typedef {object} ScaledOptions
 * @property {number} [maxWidth] In pixels; never enlarged.
 * @property {number} [maxHeight]
 * @property {Region[]} [redact] Covered at source size, before scaling, as `encode` does. Default none: the copy then
 *   shows everything.
 */

/** @typedef {{ data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number }} ScaledImage */

/**
 * @typedef {object} Engine
 * @property {Variant} variant
 * @property {(frame: Frame) => FrameReport} analyze
 * @property {(frame: Frame, options?: EncodeOptions) => Encoded} encode Throws 'black-frame', 'undecoded-frame' or
 *   'uniform-frame' as `reject` says, with the report in `details.report`; 'invalid-argument'; 'out-of-memory'.
 * @property {(width: number, height: number) => EngineFrame} allocate Room for a frame that is written in place.
 * @property {() => boolean} hasCrashed After a trap nothing works any more but `dispose`.
 * @property {() => void} dispose Zeroes and frees everything; later calls throw 'disposed'. May be called again.
 */

/**
 * @param {LoadOptions} [options]
 * @returns {Promise<Engine>} Rejects with 'engine-load' or 'invalid-argument'.
 */
export async function createEngine(options = {}) {
  return start(options);
}

/**
 * @param {LoadOptions} options
 * @param {Parameters<typeof load>[1]} [readFile]
 * @returns {Promise<Engine>}
 */
export async function start(options, readFile) {
  const { module, memory } = await load(options, readFile);
  /** @type {Set<() => void>} */
  const releases = new Set();
  let disposed = false;
  /** @type {unknown} */
  let crash;

  /**
   * Every call into the module goes through here: after a trap its memory cannot be trusted any more.
   * @template T
   * @param {() => T} action
   * @returns {T}
   */
  function call(action) {
    if (disposed) throw new CaptureError('disposed', 'The engine has been disposed');
    if (crash) throw new CaptureError('engine-crash', 'The engine crashed earlier: create a new one', { cause: crash });
    try {
      return action();
    } catch (error) {
      if (error instanceof CaptureError) throw error;
      crash = error;
      throw new CaptureError('engine-crash', 'The engine crashed', { cause: error });
    }
  }

  /** @param {unknown} width @param {unknown} height @returns {EngineFrame} */
  function allocate(width, height) {
    const size = { width: side(width, 'width'), height: side(height, 'height') };
    const created = call(() => module.HeldFrame.create(size.width, size.height));
    if (!created) {
      throw new CaptureError('out-of-memory', `Not enough memory for a frame of ${width} × ${height}`, {
        details: size,
      });
    }
    const held = created;
    let released = false;
    /**
     * @template T
     * @param {() => T} action
     */
    const use = (action) =>
      call(() => {
        if (released) throw new CaptureError('disposed', 'The frame has been released');
        return action();
      });
    function release() {
      if (released) return;
      released = true;
      releases.delete(release);
      if (!disposed && !crash) call(() => held.delete());
    }
    releases.add(release);
    return {
      ...size,
      pixels: () => use(() => held.pixels()),
      analyze: () => use(() => toReport(unwrap(held.analyze()))),
      place(redact) {
        const { plain, raw } = parseRegions(redact, size);
        return use(() => unwrapRegions(held.place(raw), plain, size).map(toRedaction));
      },
      encode(encodeOptions) {
        const { plain, options: raw, regions, metadata } = parseEncodeOptions(encodeOptions, size);
        return use(() => {
          const result = unwrapRegions(held.encode(raw, regions, metadata, copyOf), plain.redact, size);
          return {
            jpeg: result.jpeg,
            width: result.width,
            height: result.height,
            sha256: toHex(result.sha256),
            report: toReport(result.report),
            redactions: result.redactions.map(toRedaction),
          };
        });
      },
      scaled(scaledOptions) {
        const { maxWidth, maxHeight, redact } = parseScaledOptions(scaledOptions);
        const { plain, raw } = parseRegions(redact, size);
        return use(() => {
          const image = unwrapRegions(held.scaled(maxWidth, maxHeight, raw, copyOf), plain, size);
          return { ...image, data: new Uint8ClampedArray(image.data.buffer) };
        });
      },
      release,
    };
  }

  /**
   * @template T
   * @param {ReturnType<typeof parseFrame>} frame
   * @param {(held: EngineFrame) => T} action
   */
  function withFrame({ data, width, height, stride }, action) {
    const held = allocate(width, height);
    try {
      copyRows(data, stride, held.pixels(), width * 4, height);
      return action(held);
    } finally {
      held.release();
    }
  }

  return {
    variant: call(() => module.hasSimd()) ? 'simd' : 'baseline',
    analyze(frame) {
      call(() => {});
      return withFrame(parseFrame(frame), (held) => held.analyze());
    },
    encode(frame, encodeOptions) {
      call(() => {});
      const parsed = parseFrame(frame);
      // Checked before the pixels are copied.
      const { plain } = parseEncodeOptions(encodeOptions, parsed);
      return withFrame(parsed, (held) => held.encode(plain));
    },
    allocate,
    hasCrashed: () => crash !== undefined,
    dispose() {
      if (disposed) return;
      try {
        for (const release of Array.from(releases)) release();
      } catch {
        // A module that traps while it frees a frame: all of its memory is zeroed in any case.
      }
      disposed = true;
      new Uint8Array(memory.buffer).fill(0);
    },
  };
}

/** Null where there is no memory for a copy. @type {import('../wasm/caseframe.js').Copy} */
function copyOf(view) {
  try {
    return view.slice();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * @param {Uint8Array | Uint8ClampedArray} from @param {number} stride
 * @param {Uint8Array} to @param {number} row Bytes that count in each row; `to` holds nothing else.
 * @param {number} height
 */
function copyRows(from, stride, to, row, height) {
  if (stride === row) {
    to.set(from.length === to.length ? from : from.subarray(0, to.length));
    return;
  }
  for (let y = 0; y < height; ++y) to.set(from.subarray(y * stride, y * stride + row), y * row);
}
