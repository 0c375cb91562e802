/** What several entries of the package have in common: errors, frames, regions, encoding, sources. */

/**
 * Why something failed. Each code has a sentence for the agent ({@link CaptureError.advice}) and a row in the README.
 */
export type CaptureErrorCode =
  | 'no-source'
  | 'local-stream'
  | 'camera-off'
  | 'no-frame'
  | 'stale-frame'
  | 'black-frame'
  | 'undecoded-frame'
  | 'uniform-frame'
  | 'too-small'
  | 'stream-ended'
  | 'interaction-ambiguous'
  | 'interaction-changed'
  | 'tainted'
  | 'consent-denied'
  | 'invalid-argument'
  | 'engine-load'
  | 'engine-crash'
  | 'out-of-memory'
  | 'aborted'
  | 'disposed'
  | 'upload-rejected'
  | 'upload-failed'
  | 'agent-mismatch'
  | 'queue-full'
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
   * Whether a value is a CaptureError, by its name and code: of any copy of the package, and after a message or from
   * another frame, where `instanceof` says no.
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
  /** In `unit`: at least 1 in pixels, above 0 as a ratio. */
  width: number;
  /** In `unit`: at least 1 in pixels, above 0 as a ratio. */
  height: number;
  /** Default 'pixelate'. Use 'fill' for text. */
  mode?: RedactMode;
  /** Of 'fill': `#rgb`, `#rrggbb` or one of CSS's sixteen basic names. Default black. */
  color?: string;
  /** Default 'pixel': pixels of the frame, or of the picture that `of` names. */
  unit?: RegionUnit;
  /**
   * The size of the picture that a region in pixels was drawn on: a preview, or an earlier frame. The region is scaled
   * from there to the frame that comes, and never covers less than was drawn. Default: the frame itself. Not with 'ratio'.
   */
  of?: Size;
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
  /** Of 'pixelate' and 'blur': the side of a mosaic cell, in pixels. */
  cell?: number;
  /** Of 'pixelate' and 'blur': how many levels a cell's colour may have, of luma (16) and of each chroma (8). */
  levels?: { luma: number; chroma: number };
  /** Of 'blur': the reach of the smoothing, in pixels. */
  radius?: number;
  /** Of 'fill': `#rrggbb`. */
  color?: string;
}

/**
 * What a file says of itself in Exif and XMP. All optional; `null` and empty texts count as not given. Texts hold no
 * control characters and no lone surrogates; lengths are in bytes of UTF-8, and what is longer is 'invalid-argument',
 * never cut.
 */
export interface Metadata {
  /** A UUID, with or without hyphens: Exif's ImageUniqueID. Default: the snapshot's own; of the engine alone, derived from the picture. */
  id?: string | null;
  /** Up to 256 bytes. Written with `embed: true` only; another than the one that is captured is 'invalid-argument'. */
  interactionId?: string | null;
  /** Up to 256 bytes. Written with `embed: true` only; another than the one that is captured is 'invalid-argument'. */
  participantId?: string | null;
  /** Up to 256 bytes. Written with `embed: true` only. */
  agentId?: string | null;
  /** A Date, or ISO 8601 with an offset, which is kept: `2026-11-22T10:20:30.456+01:00`. Default of a snapshot: when the frame was presented. */
  capturedAt?: string | Date | null;
  /** Up to 256 bytes. Default `caseframe` and its version. */
  software?: string | null;
  /** Up to 4096 bytes; tabs and line breaks are allowed here. */
  description?: string | null;
  /** How old the frame was when it was taken, in ms, 0..4294967295; rounded. Default of a snapshot: what was measured. */
  frameAgeMs?: number | null;
  /** Whether the ids of people and interactions, which are personal data, go into the file. Default false. */
  embed?: boolean;
}

/**
 * How a frame becomes a JPEG. `undefined` is "not given" everywhere. Unknown names are let pass, but for those that look
 * like a known one (`regions`, `Redact`, `colour`): 'invalid-argument'.
 */
export interface EncodeOptions {
  /** 0..1, as in `canvas.toBlob`; mapped to libjpeg's 1..100. Default 0.9. */
  quality?: number;
  /** Default '4:2:0'. */
  subsampling?: Subsampling;
  /** Whether the file shows coarsely first; smaller, and slower to write. Default false. */
  progressive?: boolean;
  /** In pixels, above 0: the picture is made to fit, area-averaged, and never enlarged. Default none. */
  maxWidth?: number;
  /** In pixels, above 0. Default none. */
  maxHeight?: number;
  /** What is covered, at source size, before anything is scaled or encoded: at most 1,000 regions. Default none. */
  redact?: Region[];
  /**
   * Verdicts that are not accepted: of a capture, later frames are tried until the deadline; the engine throws at once
   * ('black-frame', 'undecoded-frame', 'uniform-frame'). Default `['black', 'undecoded']`.
   */
  reject?: Verdict[];
  /** What the file says of itself. */
  metadata?: Metadata;
}

/** How a smaller copy of a frame is made, for showing. */
export interface PreviewOptions {
  /** In pixels, above 0; never enlarged. Default none. */
  maxWidth?: number;
  /** In pixels, above 0. Default none. */
  maxHeight?: number;
  /** Covered at source size, before scaling, by the same core as the file. Default none: everything is shown. */
  redact?: Region[];
}

/** One picture that can be captured. Two calls of `targets()` name the same picture by the same `track` or `element`. */
export interface Target {
  /** A remote video track. Missing, and `element` too, where a camera is off that has never sent. */
  track?: MediaStreamTrack;
  /** Without a track, the element that plays a file. Beside one, the element that shows it. */
  element?: HTMLVideoElement;
  /** What the snapshot is filed under, read at the moment of the call; `null` where the source knows none. */
  interactionId: string | null;
  /** Who is in the picture; `null` where the source does not know. */
  participantId: string | null;
  /** Their account, where they have one: customers often have none. */
  userId?: string | null;
  /** 'camera' or 'screen' of Genesys' sources; 'stream', 'track' or 'element' of plain ones. */
  kind: string;
  /**
   * What the source does not know for certain, where it lists one picture for several interactions or participants. A
   * capture does not take such a target, whatever name it is given: 'interaction-ambiguous'.
   */
  guess?: 'interaction' | 'participant';
  /** What a picture without ids comes from: a stream, or a file's address. Another origin is another picture. */
  origin?: unknown;
  /** Whether signalling says that the sender's camera is off: a capture is 'camera-off' at once. */
  cameraOff?: boolean;
  /** On the clock of `performance.now()`, in ms. Frames presented before may show somebody else and do not count. */
  notBefore?: number;
  /** The track's receiver, whose counters tell a frozen video from one that has never started. */
  receiver?: RTCRtpReceiver;
}

/** What captures are taken from: lists what there is now. */
export interface CaptureSource {
  /** What can be captured now, the preferred first: remote video only. Made anew at each call. */
  targets: () => Target[];
  /** Calls back whenever `targets()` would answer differently. Returns what takes the listener back. */
  on: (event: 'change', listener: () => void) => (() => void) | void;
  /** Lets go of everything the source listens to. `targets()` is empty then. */
  dispose: () => void;
}
