/**
 * The engine of arguments that have been checked: the C++ core's memory, the frames in it, and what becomes of it after a
 * trap. The worker has this one, since the page has checked already; `js/engine/index.js` checks and calls it.
 */
import { CaptureError } from '../errors.js';
import { pack, packRegions, toHex, toRedaction, toReport, toTextRegion, unwrap } from './border.js';

/** @import { RawLuma, RawRegion, RawSharpness } from '../wasm/caseframe.js' */
/** @import { FrameReport, Redaction, TextRegion } from './border.js' */
/** @import { Loaded, Variant } from './load.js' */
/** @import { CheckedOptions } from './options.js' */

/**
 * @typedef {object} Encoded
 * @property {Uint8Array<ArrayBuffer>} jpeg The whole file; yours.
 * @property {number} width
 * @property {number} height
 * @property {string} sha256 Of `jpeg`, lowercase hex.
 * @property {FrameReport} report Of the frame before redaction; nothing of it is in the file.
 * @property {Redaction[]} redactions What was covered, in the order of `redact`.
 */

/** @typedef {{ data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number }} ScaledImage */

/**
 * A frame in the engine's memory: written once through `pixels()`, read as often as wanted, never altered. What is wrong
 * with a region is 'invalid-argument' with `details` of its `index` and the `frame`'s size: who has the region as it was
 * given says the rest (`explainRegion`).
 * @typedef {object} RawFrame
 * @property {number} width
 * @property {number} height
 * @property {() => Uint8Array<ArrayBuffer>} pixels RGBA, rows tight: a view of the engine's memory, valid until the
 *   next call to the engine.
 * @property {() => FrameReport} analyze
 * @property {(kind: number) => TextRegion[]} findText `kind` is an index of TEXT_KINDS.
 * @property {(regions: RawRegion[]) => Redaction[]} place The `redactions` that `encode` would return for these regions.
 * @property {(options: CheckedOptions, hash?: boolean) => Encoded} encode Without `hash`, `sha256` is empty: for who
 *   hashes the file by other means.
 * @property {(maxWidth: number, maxHeight: number, regions: RawRegion[]) => ScaledImage} scaled A smaller copy, for
 *   showing; 0 is no limit.
 * @property {(luma?: RawLuma) => RawSharpness} rank For comparing frames of one scene: of the frame, or of a plane of
 *   luma that was written into its room in place of RGBA.
 * @property {() => void} release Zeroes the pixels and frees them. May be called again.
 */

/**
 * @typedef {object} Core
 * @property {Variant} variant
 * @property {<T>(action: () => T) => T} call Every call into the module goes through here.
 * @property {(width: number, height: number) => RawFrame} allocate
 * @property {() => boolean} hasCrashed After a trap nothing works any more but `dispose`.
 * @property {() => void} dispose Zeroes and frees everything; later calls throw 'disposed'. May be called again.
 */

/** @param {Loaded} loaded @returns {Core} */
export function createCore({ module, memory }) {
  /** @type {Set<() => void>} */
  const releases = new Set();
  let disposed = false;
  /** @type {unknown} */
  let crash;

  /**
   * After a trap the module's memory cannot be trusted any more.
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

  /** @param {number} width @param {number} height @returns {RawFrame} */
  function allocate(width, height) {
    const size = { width, height };
    if (!(width > 0 && height > 0))
      throw new CaptureError('invalid-argument', 'A frame without pixels', { details: size });
    const address = call(() => module.create(width, height));
    if (!address) {
      const message = `Not enough memory for a frame of ${width} × ${height}`;
      throw new CaptureError('out-of-memory', message, { details: size });
    }
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
      if (!disposed && !crash) call(() => module.release(address));
    }
    releases.add(release);
    return {
      ...size,
      pixels: () => use(() => module.pixels(address)),
      analyze: () => use(() => toReport(unwrap(module.analyze(address), size))),
      findText: (kind) => use(() => unwrap(module.findText(address, kind), size).map(toTextRegion)),
      place: (regions) => use(() => unwrap(module.place(address, packRegions(regions)), size).map(toRedaction)),
      encode: ({ options, regions, metadata }, hash = true) =>
        use(() => {
          const { numbers, texts } = pack(options, regions, metadata, hash);
          const { sha256, report, redactions, ...result } = unwrap(
            module.encode(address, numbers, texts, copyOf),
            size,
          );
          return {
            ...result,
            sha256: sha256 ? toHex(sha256) : '',
            report: toReport(report),
            redactions: redactions.map(toRedaction),
          };
        }),
      scaled: (maxWidth, maxHeight, regions) =>
        use(() => {
          const image = unwrap(module.scaled(address, maxWidth, maxHeight, packRegions(regions), copyOf), size);
          return { ...image, data: new Uint8ClampedArray(image.data.buffer) };
        }),
      rank: ({ width, height, stride, white } = { width: 0, height: 0, stride: 0, white: 0 }) =>
        use(() => unwrap(module.rank(address, width, height, stride, white, copyOf), size)),
      release,
    };
  }

  return {
    variant: call(() => module.hasSimd()) ? 'simd' : 'baseline',
    call,
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
      // Whoever keeps the handle keeps no memory.
      module = memory = /** @type {any} */ (undefined);
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
