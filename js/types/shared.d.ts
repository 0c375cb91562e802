/**
 * What several entries of the package have in common: errors, frames, regions, encoding. Nothing of the DOM, so that
 * `caseframe/engine` can be had in Node alone.
 */

declare global {
  interface SymbolConstructor {
    /** As TypeScript's own `lib` "esnext.disposable" has it: who does not use that can have these types, too. */
    readonly dispose: unique symbol;
  }
}

/** What `using` ends. */
export interface Disposes {
  /** As the object's own `dispose` or `discard`. There where the platform has `Symbol.dispose` (Chrome 134, Node 24). */
  [Symbol.dispose]: () => void;
}

/**
 * Why something failed. Each code has a sentence for the agent ({@link CaptureError.advice}) and a row in the README.
 */
export type CaptureErrorCode =
  /**
   * No video to capture: no track, no target, or none of the ids that were given (`details.targets`: how many there
   * were).
   */
  | 'no-source'
  /** The track comes from a camera or screen of this computer. */
  | 'local-stream'
  /** The sender's camera is off by signalling, or `track.enabled` is false on this page. */
  | 'camera-off'
  /** Nothing was decoded within `timeoutMs`, or the browser lets the page play no video. */
  | 'no-frame'
  /** There had been frames, and none fresh enough came within `timeoutMs`. */
  | 'stale-frame'
  /** All frames until the deadline showed nothing; `details.report`. */
  | 'black-frame'
  /** All frames until the deadline were what memory holds before a decoder has written to it; `details.report`. */
  | 'undecoded-frame'
  /** One single colour, where `reject` names 'uniform'; `details.report`. */
  | 'uniform-frame'
  /** The picture stayed below `minWidth` or `minHeight` until the deadline. */
  | 'too-small'
  /** The track, the connection or the session has ended, or shows somebody else now. */
  | 'stream-ended'
  /** It is not certain whose picture it is; `details.interactionIds` or `details.participants`. */
  | 'interaction-ambiguous'
  /** The interaction was another when the frame was in hand; the frame was dropped. */
  | 'interaction-changed'
  /** The element plays a file of another origin without CORS. */
  | 'tainted'
  /** `beforeCapture` gave `false` or failed (`cause`). */
  | 'consent-denied'
  /** An argument is not what it has to be; `details.name` and `details.expected`, of a region more. */
  | 'invalid-argument'
  /** The module or a script was not found, not allowed, not WebAssembly, or took longer than `loadTimeoutMs`. */
  | 'engine-load'
  /** The worker trapped or stopped answering; the next call starts a new one. */
  | 'engine-crash'
  /** The frame does not fit into memory. */
  | 'out-of-memory'
  /** By `signal`, `uploader.discard(id)` or the agent. */
  | 'aborted'
  /**
   * The capture, still, engine or uploader is no more; of an uploader, `details.kept` says whether the snapshot is
   * stored.
   */
  | 'disposed'
  /** The server refused what no repeat mends; `details.status`, `code` and `error`. Kept in the queue. */
  | 'upload-rejected'
  /** Too old, or what the last try failed by: `details.status` of an answer that is tried again, or `details.reason`. Kept in the queue. */
  | 'upload-failed'
  /** The snapshot was taken by another agent than the uploader is of. */
  | 'agent-mismatch'
  /** `limits.count` or `limits.bytes` is reached; nothing was stored. */
  | 'queue-full'
  /** The browser falsifies what a canvas reads, and nothing but a canvas can read this video. */
  | 'unreliable-pixels';

/** The one class of error that the package throws and rejects with. */
export class CaptureError extends Error {
  /**
   * @param code What kind of failure it is.
   * @param message What went wrong, for developers. Default: the advice.
   * @param options `cause`: what led to it. `details`: facts about this case, plain data; never pixels.
   */
  constructor(
    code: CaptureErrorCode,
    message?: string,
    options?: { cause?: unknown; details?: Record<string, unknown> },
  );
  /** For programs. */
  code: CaptureErrorCode;
  /** A sentence for the agent, in English: what to do now. */
  advice: string;
  /**
   * Facts about this case, by code: `name` and `expected` of 'invalid-argument', and of a region `region`, `index`, `size`
   * and `frame`; `report` of a frame that was rejected; `interactionIds` or `participants` of 'interaction-ambiguous';
   * `status`, `code`, `error` or `reason` of a failed upload. Empty where there are none.
   */
  details: Record<string, unknown>;
  /** What led to this error, where something else did. */
  cause: unknown;
  /**
   * Whether a value is a CaptureError, by its name and code: of any copy of the package, from another frame, or a plain
   * object with its fields, where `instanceof` says no. An error that is posted loses both: post `{ ...error, name:
   * error.name, message: error.message }`.
   */
  static is(value: unknown): value is CaptureError;
}

/** A width and a height, each above 0. Of a picture as a page lays it out they may have fractions. */
export interface Size {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
}

/**
 * What a frame shows. 'undecoded': transparent throughout, or flat in a colour that zeroed video memory has. 'black':
 * nothing to see, sensor noise and codec noise included; night scenes and dark terminals are not. 'uniform': any other
 * single colour. 'ok': everything else.
 */
export type Verdict = 'ok' | 'black' | 'undecoded' | 'uniform';

/** Statistics of a frame before redaction. Luma is BT.709 on full-range RGB, 0..255. None of it gets into a file. */
export interface FrameReport {
  /** What they come to. */
  verdict: Verdict;
  /** The mean of the luma, 0..255. */
  meanLuma: number;
  /** The standard deviation of the luma, of the whole population, 0..127.5. */
  lumaStdDev: number;
  /** The 99.9th percentile of the luma, 0..255. */
  peakLuma: number;
  /** The share of pixels with a luma of at most 25, 0..1. */
  darkRatio: number;
  /**
   * Of a capture with `select: 'sharpest'`: how much detail it has, above 0 where there is something to see. It has no
   * unit: for comparing frames of one scene only.
   */
  sharpness?: number;
  /**
   * Of a capture with `select: 'sharpest'`: how much the picture had changed since the frame before, in levels of luma,
   * 0..255; 0 for the first.
   */
  motion?: number;
  /** Of a capture with `select: 'sharpest'`: the share of the picture at white, 0..1. */
  clipped?: number;
}

/** How many samples of colour a JPEG keeps: one for 2 × 2 pixels, for 2 × 1, for each, or none. */
export type Subsampling = '4:2:0' | '4:2:2' | '4:4:4' | 'gray';

/**
 * How a region is made unreadable. 'pixelate': a mosaic of at most 4 cells along the region's longer side, each at least
 * 16 px, in one of 16 levels of luma and 8 of each chroma. 'blur': that mosaic, smoothed. 'fill': one colour; nothing that
 * was under it influences a byte of the file.
 */
export type RedactMode = 'pixelate' | 'blur' | 'fill';

/** What a region's numbers mean: pixels, or shares of the frame's width and height (0..1). */
export type RegionUnit = 'pixel' | 'ratio';

/**
 * A rectangle to make unreadable. It may overlap others and stick out of the frame (clipped); it is grown outward to even
 * coordinates. One that covers nothing, lies wholly outside the frame, is narrower or lower than one pixel, negative or
 * not finite is 'invalid-argument': nothing that was asked to be covered is dropped.
 */
export interface Region {
  /** The left edge, in pixels or, as a ratio, 0..1; beyond these where the region sticks out. */
  x: number;
  /** The upper edge, in pixels or, as a ratio, 0..1; beyond these where the region sticks out. */
  y: number;
  /** In `unit`: at least one pixel, give or take the 0.0005 that a difference of two ends loses. */
  width: number;
  /** In `unit`: at least one pixel, give or take the 0.0005 that a difference of two ends loses. */
  height: number;
  /** Default 'pixelate'. Use 'fill' for text. */
  mode?: RedactMode | undefined;
  /** Of 'fill': `#rgb`, `#rrggbb` or one of CSS's sixteen basic names. Default black. */
  color?: string | undefined;
  /** Default 'pixel': pixels of the frame, or of the picture that `of` names. */
  unit?: RegionUnit | undefined;
  /**
   * The size of the picture that a region in pixels was drawn on: a preview, or an earlier frame. The region is scaled
   * from there to the frame that comes, and never covers less than was drawn. Default: the frame itself. Not with 'ratio'.
   */
  of?: Size | undefined;
}

/** A rectangle that was really covered, in pixels of the frame before scaling: a {@link Region} grown and clipped. */
export interface Redaction {
  /** The left edge, in pixels; even. */
  x: number;
  /** The upper edge, in pixels; even. */
  y: number;
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** As it was asked for. */
  mode: RedactMode;
  /** Of 'pixelate' and 'blur': the side of a mosaic cell, in pixels. Mosaics that touch have the same. */
  cell?: number;
  /** Of 'pixelate' and 'blur': how many levels a cell's colour may have, of luma (16) and of each chroma (8). */
  levels?: { luma: number; chroma: number };
  /** Of 'blur': the reach of the smoothing, in pixels. */
  radius?: number;
  /** Of 'fill': `#rrggbb`. */
  color?: string;
}

/**
 * What a file says of itself in Exif and XMP. All optional; `null` (but of `embed`) and empty texts count as not given. Texts hold no
 * control characters and no lone surrogates; lengths are in bytes of UTF-8, and what is longer is 'invalid-argument',
 * never cut.
 */
export interface Metadata {
  /**
   * A UUID, in upper or lower case, with or without hyphens: Exif's ImageUniqueID, and in lower case with hyphens the
   * snapshot's `id`. Default: the snapshot's own; of the engine alone, derived from the picture.
   */
  id?: string | null | undefined;
  /** Up to 256 bytes. Written with `embed: true` only; another than the one that is captured is 'invalid-argument'. */
  interactionId?: string | null | undefined;
  /** Up to 256 bytes. Written with `embed: true` only; another than the one that is captured is 'invalid-argument'. */
  participantId?: string | null | undefined;
  /** Up to 256 bytes. Written with `embed: true` only. */
  agentId?: string | null | undefined;
  /**
   * A Date, or ISO 8601 with an offset, which is kept: `2026-11-22T10:20:30.456+01:00`. Default of a snapshot: when the
   * frame was presented.
   */
  capturedAt?: string | Date | null | undefined;
  /** Up to 256 bytes. Default `caseframe` and its version. */
  software?: string | null | undefined;
  /** Up to 4096 bytes; tabs and line breaks are allowed here. */
  description?: string | null | undefined;
  /** How old the frame was when it was taken, in ms, 0..4294967295; rounded. Default of a snapshot: what was measured. */
  frameAgeMs?: number | null | undefined;
  /** Whether the ids of people and interactions, which are personal data, go into the file. Default false. */
  embed?: boolean | undefined;
}

/**
 * How a frame becomes a JPEG. `undefined` is "not given" everywhere. Unknown names are let pass, but for those that look
 * like a known one (`regions`, `Redact`, `colour`): 'invalid-argument'.
 */
export interface EncodeOptions {
  /** 0..1, as in `canvas.toBlob`; mapped to libjpeg's 1..100. Default 0.9. */
  quality?: number | undefined;
  /** Default '4:2:0'. */
  subsampling?: Subsampling | undefined;
  /** Whether the file shows coarsely first; smaller, and slower to write. Default false. */
  progressive?: boolean | undefined;
  /**
   * A whole number of pixels, from 1: the picture is made to fit, area-averaged, never enlarged. Default none, as
   * `Infinity`.
   */
  maxWidth?: number | undefined;
  /** A whole number of pixels, from 1. Default none, as `Infinity`. */
  maxHeight?: number | undefined;
  /** What is covered, at source size, before anything is scaled or encoded: at most 1,000 regions. Default none. */
  redact?: readonly Region[] | undefined;
  /**
   * Verdicts, other than 'ok', that are not accepted: of a capture, later frames are tried until the deadline; the engine
   * throws at once ('black-frame', 'undecoded-frame', 'uniform-frame'). Default `['black', 'undecoded']`.
   */
  reject?: readonly Verdict[] | undefined;
  /** What the file says of itself. */
  metadata?: Metadata | undefined;
}

/** How a smaller copy of a frame is made, for showing. */
export interface PreviewOptions {
  /** A whole number of pixels, from 1; never enlarged. Default none, as `Infinity`. */
  maxWidth?: number | undefined;
  /** A whole number of pixels, from 1. Default none, as `Infinity`. */
  maxHeight?: number | undefined;
  /** Covered at source size, before scaling, by the same core as the file. Default none: everything is shown. */
  redact?: readonly Region[] | undefined;
}

/** What a frame shows: the picture of a camera, or a screen. */
export type TextKind = 'camera' | 'screen';

/** A rectangle with text or a code in it, in pixels of the frame given: a region for `encode`, as it is. */
export interface TextRegion {
  /** In pixels, from the left. */
  x: number;
  /** In pixels, from the top. */
  y: number;
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** The mode that leaves nothing of a text. */
  mode: 'fill';
}
