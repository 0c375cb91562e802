// The glue that Emscripten writes beside the modules, by hand: what bindings/caseframe.cpp offers.

export interface Failure {
  error: number;
  message: string;
  /** The index of the region that is to blame, where one is. */
  region?: number;
  /** Of a frame that was rejected for its verdict. */
  report?: RawReport;
}

export interface RawReport {
  verdict: number;
  meanLuma: number;
  lumaStdDev: number;
  peakLuma: number;
  darkRatio: number;
}

export interface RawRedaction {
  x: number;
  y: number;
  width: number;
  height: number;
  mode: number;
  cell: number;
  radius: number;
  color: number;
}

/** In pixels of the frame. */
export interface RawRectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface RawEncoded {
  jpeg: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
  /** Of a call that asked for it. */
  sha256?: Uint8Array<ArrayBuffer>;
  report: RawReport;
  redactions: RawRedaction[];
}

export interface RawImage {
  data: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

export interface RawSharpness {
  sharpness: number;
  clipped: number;
  /** In levels of luma. */
  noise: number;
  /** In levels above black, and a few more: not 0. */
  brightness: number;
  /** Cells of 1..255; 0 is none. */
  thumbnail: Uint8Array<ArrayBuffer>;
}

/** A plane of luma at the beginning of a frame's room. */
export interface RawLuma {
  width: number;
  height: number;
  stride: number;
  /** The level that stands for white. */
  white: number;
}

export interface RawOptions {
  quality: number;
  subsampling: number;
  progressive: boolean;
  maxWidth: number;
  maxHeight: number;
  reject: number;
}

export interface RawRegion {
  x: number;
  y: number;
  width: number;
  height: number;
  mode: number;
  unit: number;
  color: number;
  /** The picture that pixel regions were drawn on; both 0 for the frame itself. */
  ofWidth: number;
  ofHeight: number;
}

/** Texts in UTF-8, empty where there is none. */
export interface RawMetadata {
  id: Uint8Array;
  interactionId: Uint8Array;
  participantId: Uint8Array;
  agentId: Uint8Array;
  capturedAt: Uint8Array;
  software: Uint8Array;
  description: Uint8Array;
  /** Below 0 where it is not known. */
  frameAgeMs: number;
  embed: boolean;
}

/** A copy of a view, or null where there is no memory for it. */
export type Copy = (view: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | null;

/** kMaxSide, kMaxRegions, kMaxTextBytes, kMaxDescriptionBytes, kLumaLevels and kChromaLevels of the core. */
export type Constant = 0 | 1 | 2 | 3 | 4 | 5;

/** A frame in the module's memory goes by its address. Lists of numbers are packed by js/engine/border.js. */
export interface Module {
  hasSimd(): number;
  constant(which: Constant): number;
  /** 0 where there is no memory for it. */
  create(width: number, height: number): number;
  /** Zeroes and frees. */
  release(frame: number): void;
  /** A view of the module's memory: valid until the next call into the module. */
  pixels(frame: number): Uint8Array<ArrayBuffer>;
  analyze(frame: number): RawReport | Failure;
  findText(frame: number, kind: number): RawRectangle[] | Failure;
  place(frame: number, regions: Float64Array): RawRedaction[] | Failure;
  encode(frame: number, numbers: Float64Array, texts: Uint8Array[], copy: Copy): RawEncoded | Failure;
  scaled(frame: number, maxWidth: number, maxHeight: number, regions: Float64Array, copy: Copy): RawImage | Failure;
  /** Of the frame itself where `stride` is 0, and the others, too. */
  rank(frame: number, width: number, height: number, stride: number, white: number, copy: Copy): RawSharpness | Failure;
}

declare function createModule(options: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): Record<string, never>;
}): Promise<Module>;

export default createModule;
