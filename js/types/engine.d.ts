/** What `import 'caseframe/engine'` gives: the C++ core itself, in a page, a worker or Node. Synchronous once loaded. */
import type {
  Disposes,
  EncodeOptions,
  FrameReport,
  PreviewOptions,
  Redaction,
  Region,
  TextKind,
  TextRegion,
} from './shared.js';

export type {
  CaptureErrorCode,
  EncodeOptions,
  FrameReport,
  Metadata,
  PreviewOptions,
  Redaction,
  RedactMode,
  Region,
  RegionUnit,
  Size,
  Subsampling,
  TextKind,
  TextRegion,
  Verdict,
} from './shared.js';

/**
 * Loads the module and starts it. In Node it is read from the package's own files, or from a `file:` URL.
 * @returns Rejects with 'engine-load' or 'invalid-argument'.
 */
export function createEngine(options?: LoadOptions): Promise<Engine>;

/** Which build of the core: with WebAssembly SIMD, or without. Both write the same bytes. */
export type Variant = 'simd' | 'baseline';

/** Where the module comes from. */
export interface LoadOptions {
  /** 'auto' (default) takes SIMD where the browser has it. */
  variant?: 'auto' | Variant | undefined;
  /** The .wasm file, or, ending in '/', the folder that holds both. Default: beside the package's files. */
  wasmUrl?: string | URL | undefined;
  /** Compiled already; `wasmUrl` and `variant` do not matter then. */
  wasmModule?: WebAssembly.Module | undefined;
}

/**
 * Pixels as they are given to the engine: RGBA, 8 bits a sample, row-major, the top row first. An `ImageData` fits, if it
 * is of sRGB and 8 bits. Alpha is not looked at, but for frames that are transparent throughout ('undecoded').
 */
export interface Frame {
  /** At least `stride * (height - 1) + width * 4` bytes. Never written to, and not kept. */
  data: Uint8Array | Uint8ClampedArray;
  /** In pixels, 1..65500. */
  width: number;
  /** In pixels, 1..65500. */
  height: number;
  /** Bytes from one row to the next, at least `width * 4`, which is the default. */
  stride?: number | undefined;
  /** As an `ImageData` has it. What is not 'srgb' (default) is 'invalid-argument': browsers do not convert alike. */
  colorSpace?: string | undefined;
  /** As an `ImageData` has it. What is not 'rgba-unorm8' (default) is 'invalid-argument'. */
  pixelFormat?: string | undefined;
}

/** Bytes in a buffer of their own: `Uint8Array<ArrayBuffer>` from TypeScript 5.7 on, `Uint8Array` before. */
export type Bytes = ReturnType<Uint8ArrayConstructor['of']>;

/** The same, clamped, as `ImageData` takes it. */
export type ClampedBytes = ReturnType<Uint8ClampedArrayConstructor['of']>;

/** A JPEG, and what is known of it. */
export interface Encoded {
  /** The whole file; a copy, yours. */
  jpeg: Bytes;
  /** Of the JPEG, in pixels. */
  width: number;
  /** Of the JPEG, in pixels. */
  height: number;
  /** Of `jpeg`, 64 lowercase hex digits. */
  sha256: string;
  /** Of the frame before redaction; nothing of it is in the file. */
  report: FrameReport;
  /** What was really covered, in the order of `redact`. */
  redactions: Redaction[];
}

/** What `findText` takes. */
export interface TextOptions {
  /** 'camera' (default) covers least of what is no text; 'screen' misses least of what is. */
  kind?: TextKind | undefined;
}

/** A frame in the engine's memory: written once through `pixels()`, read as often as wanted, never altered. */
export interface EngineFrame {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** RGBA, rows tight: a view of the engine's memory, valid until the next call to the engine. */
  pixels: () => Bytes;
  /** What it shows. */
  analyze: () => FrameReport;
  /** As the engine's `findText`. */
  findText: (options?: TextOptions) => TextRegion[];
  /** The `redactions` that `encode` would return for these regions, or the 'invalid-argument' it would throw. */
  place: (redact?: readonly Region[]) => Redaction[];
  /** As the engine's `encode`. */
  encode: (options?: EncodeOptions) => Encoded;
  /** A smaller copy, for showing. */
  scaled: (options?: PreviewOptions) => ScaledImage;
  /** Zeroes the pixels and frees them; later calls throw 'disposed'. May be called again. */
  release: () => void;
}

/** A smaller copy of a frame; `new ImageData(data, width, height)` takes it. */
export interface ScaledImage {
  /** RGBA, rows tight; a copy, yours. */
  data: ClampedBytes;
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
}

/** What `createEngine()` resolves to. */
export interface Engine extends Disposes {
  /** Which build it is. */
  variant: Variant;
  /** What a frame shows. Throws 'invalid-argument', 'out-of-memory', 'engine-crash', 'disposed'. */
  analyze: (frame: Frame) => FrameReport;
  /**
   * A JPEG of a frame: the same bytes in every engine, variant and browser. Throws 'black-frame', 'undecoded-frame' or
   * 'uniform-frame' as `reject` says, with the report in `details.report`; 'invalid-argument'; 'out-of-memory';
   * 'engine-crash'; 'disposed'.
   */
  encode: (frame: Frame, options?: EncodeOptions) => Encoded;
  /**
   * Regions that cover a frame's text and codes, whatever they say, for `encode` as they are; at most 1,000. It misses
   * some: docs/redaction.md says how much. Throws 'invalid-argument', 'out-of-memory', 'engine-crash', 'disposed'.
   */
  findText: (frame: Frame, options?: TextOptions) => TextRegion[];
  /** Room for a frame that is written in place. Sides are 1..65500 pixels. Throws 'invalid-argument', 'out-of-memory'. */
  allocate: (width: number, height: number) => EngineFrame;
  /** Whether the module has trapped: nothing works any more but `dispose`. */
  hasCrashed: () => boolean;
  /** Zeroes and frees everything; later calls throw 'disposed'. May be called again. */
  dispose: () => void;
}

// Declared by the DOM's types, and by nothing in Node alone: a part of it is added there.
declare global {
  namespace WebAssembly {
    /** A compiled module, which is opaque. */
    interface Module {}
  }
}
