/**
 * The engine: the C++ core in WebAssembly, in a page, a worker or Node. Synchronous once it is loaded.
 */
import { disposable } from '../disposable.js';
import { CaptureError, invalidArgument } from '../errors.js';
import { createCore } from './core.js';
import { readFields } from './fields.js';
import { load } from './load.js';
import { parseEncodeOptions, parseFrame, parseScaledOptions, parseTextOptions, side } from './options.js';
import { isWasmModule, urlText } from './realm.js';
import { explaining, parseRegions } from './regions.js';

/** @typedef {import('./border.js').FrameReport} FrameReport */
/** @typedef {import('./border.js').Redaction} Redaction */
/** @typedef {import('./border.js').TextKind} TextKind */
/** @typedef {import('./border.js').TextRegion} TextRegion */
/** @typedef {import('./border.js').Verdict} Verdict */
/** @typedef {import('./core.js').Encoded} Encoded */
/** @typedef {import('./core.js').ScaledImage} ScaledImage */
/** @typedef {import('./load.js').LoadOptions} LoadOptions */
/** @typedef {import('./load.js').Variant} Variant */
/** @typedef {import('./options.js').Frame} Frame */
/** @typedef {import('./regions.js').Region} Region */
/** @typedef {import('./options.js').EncodeOptions} EncodeOptions */
/** @typedef {import('./metadata.js').Metadata} Metadata */

/**
 * A frame in the engine's memory: written once through `pixels()`, read as often as wanted, never altered.
 * @typedef {object} EngineFrame
 * @property {number} width
 * @property {number} height
 * @property {() => Uint8Array<ArrayBuffer>} pixels RGBA, rows tight: a view of the engine's memory, valid until the
 *   next call to the engine.
 * @property {() => FrameReport} analyze
 * @property {(options?: TextOptions) => TextRegion[]} findText As the engine's.
 * @property {(redact?: Region[]) => Redaction[]} place The `redactions` that `encode` would return for these regions, or
 *   the 'invalid-argument' that it would throw: for checking regions before the frame is encoded.
 * @property {(options?: EncodeOptions) => Encoded} encode
 * @property {(options?: ScaledOptions) => ScaledImage} scaled A smaller copy, for showing.
 * @property {() => void} release Zeroes the pixels and frees them. May be called again.
 */

/**
 * @typedef {object} TextOptions
 * @property {TextKind} [kind] What the frame shows. 'camera' (default) covers least of what is no text; 'screen' misses
 *   least of what is.
 */

/**
 * @typedef {object} ScaledOptions
 * @property {number} [maxWidth] In pixels; never enlarged.
 * @property {number} [maxHeight]
 * @property {Region[]} [redact] Covered at source size, before scaling, as `encode` does. Default none: the copy then
 *   shows everything.
 */

/**
 * @typedef {object} EngineMethods
 * @property {Variant} variant
 * @property {(frame: Frame) => FrameReport} analyze
 * @property {(frame: Frame, options?: EncodeOptions) => Encoded} encode Throws 'black-frame', 'undecoded-frame' or
 *   'uniform-frame' as `reject` says, with the report in `details.report`; 'invalid-argument'; 'out-of-memory'.
 * @property {(frame: Frame, options?: TextOptions) => TextRegion[]} findText Regions that cover its text and codes, for
 *   `encode` as they are; at most 1,000. Throws 'invalid-argument', 'out-of-memory'.
 * @property {(width: number, height: number) => EngineFrame} allocate Room for a frame that is written in place.
 * @property {() => boolean} hasCrashed After a trap nothing works any more but `dispose`.
 * @property {() => void} dispose Zeroes and frees everything; later calls throw 'disposed'. May be called again.
 */

/** @typedef {EngineMethods & import('../disposable.js').Disposes} Engine */

/**
 * @param {LoadOptions} [options]
 * @returns {Promise<Engine>} Rejects with 'engine-load' or 'invalid-argument'.
 */
export async function createEngine(options = {}) {
  return start(options);
}

/**
 * @param {LoadOptions} options
 * @param {Parameters<typeof load>[2]} [readFile]
 * @returns {Promise<Engine>}
 */
export async function start(options, readFile) {
  const given = parseLoadOptions(options);
  const core = createCore(await load(given, besideThisPackage, readFile));
  const { variant = 'auto' } = given;
  if (!given.wasmModule && variant !== 'auto' && variant !== core.variant) {
    core.dispose();
    throw invalidArgument('variant', `'${core.variant}', which the module is,`, variant);
  }

  /** @param {unknown} width @param {unknown} height @returns {EngineFrame} */
  function allocate(width, height) {
    core.call(() => {});
    const size = { width: side(width, 'width'), height: side(height, 'height') };
    const { pixels, analyze, findText, place, encode, scaled, release } = core.allocate(size.width, size.height);
    return {
      ...size,
      pixels,
      analyze,
      findText: (textOptions) => findText(parseTextOptions(textOptions)),
      place(redact) {
        const { plain, raw } = parseRegions(redact, size);
        return explaining(plain, () => place(raw));
      },
      encode(encodeOptions) {
        const { plain, ...checked } = parseEncodeOptions(encodeOptions, size);
        return explaining(plain.redact, () => encode(checked));
      },
      scaled(scaledOptions) {
        const { maxWidth, maxHeight, redact } = parseScaledOptions(scaledOptions);
        const { plain, raw } = parseRegions(redact, size);
        return explaining(plain, () => scaled(maxWidth, maxHeight, raw));
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
      // Room for it may have moved the engine's memory, and the pixels were a view of that.
      if (data.length === 0) throw invalidArgument('data', 'pixels outside of the engine’s own memory', data);
      copyRows(data, stride, held.pixels(), width * 4, height);
      return action(held);
    } finally {
      held.release();
    }
  }

  /** @type {EngineMethods} */
  const engine = {
    variant: core.variant,
    analyze(frame) {
      core.call(() => {});
      return withFrame(parseFrame(frame), (held) => held.analyze());
    },
    encode(frame, encodeOptions) {
      core.call(() => {});
      // Checked before the pixels are copied; and the pixels again, for the options' getters may have taken them away.
      const { plain } = parseEncodeOptions(encodeOptions, parseFrame(frame));
      return withFrame(parseFrame(frame), (held) => held.encode(plain));
    },
    findText(frame, textOptions) {
      core.call(() => {});
      // Checked before the pixels are copied.
      parseTextOptions(textOptions);
      return withFrame(parseFrame(frame), (held) => held.findText(textOptions));
    },
    allocate,
    hasCrashed: core.hasCrashed,
    dispose: core.dispose,
  };
  return disposable(engine, core.dispose);
}

/** A file of its own, loaded where it is needed: `import.meta` in this one would keep CommonJS transforms from it. */
async function besideThisPackage() {
  /** @type {typeof import('./location.js')} */
  let location;
  try {
    location = await import('./location.js');
  } catch (cause) {
    const message = 'A CommonJS transform does not know where the package is: set wasmUrl to its dist/wasm/ folder';
    throw new CaptureError('engine-load', message, { cause });
  }
  return location.besideThisPackage();
}

/** @param {unknown} options @returns {LoadOptions} */
function parseLoadOptions(options) {
  const given = readFields(/** @type {LoadOptions} */ (options), ['variant', 'wasmUrl', 'wasmModule']);
  const { variant = 'auto', wasmUrl, wasmModule } = given;
  if (variant !== 'auto' && variant !== 'simd' && variant !== 'baseline') {
    throw invalidArgument('variant', "one of 'auto', 'simd', 'baseline'", variant);
  }
  if (wasmModule !== undefined && !isWasmModule(wasmModule)) {
    throw invalidArgument('wasmModule', 'a WebAssembly.Module', wasmModule);
  }
  if (wasmModule === undefined && wasmUrl !== undefined && !urlText(wasmUrl)) {
    throw invalidArgument('wasmUrl', 'a URL', wasmUrl);
  }
  return given;
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
