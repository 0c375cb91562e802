/** What `import 'caseframe'` gives. */
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
import type { CaptureSource } from './source.js';

export type {
  CaptureErrorCode,
  Disposes,
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
export { CaptureError } from './shared.js';
export type { CaptureSource, Target } from './source.js';

/** This package's version, as its package.json has it. */
export const version: string;

/**
 * A capture: one worker and one engine, for any number of captures at once. Loads nothing until `ready()` or the first
 * capture; works in a hidden tab.
 * @throws {CaptureError} 'invalid-argument'
 */
export function createCapture(options?: CreateCaptureOptions): Capture;

/**
 * A source of a stream's first video track that is still alive. `capture.snapshot(stream)` does the same.
 * @throws {CaptureError} 'invalid-argument'
 */
export function fromMediaStream(stream: MediaStream): CaptureSource;

/** Where the package's files are, and where the work is done. */
export interface CreateCaptureOptions {
  /** The .wasm file, or, ending in '/', the folder of both. Relative to the page. Default: beside the package's files. */
  wasmUrl?: string | URL | undefined;
  /**
   * `caseframe/worker`, where it is hosted elsewhere: of the page's origin, of the same version. Default: beside the
   * package's files.
   */
  workerUrl?: string | URL | undefined;
  /** Compiled already; `wasmUrl` does not matter then. */
  wasmModule?: WebAssembly.Module | undefined;
  /** 'auto' (default): in a worker, where one can be had. `false`: in the page's own thread. */
  worker?: 'auto' | false | undefined;
}

/** What a picture is taken from: a remote stream, one of its video tracks, an element that shows it, or a source. */
export type Source = MediaStream | MediaStreamTrack | HTMLVideoElement | SourceLike;

/**
 * A source of the page's own. Its `on` may be an event emitter's, which gives back the emitter and has `off` or
 * `removeListener` beside it.
 */
export interface SourceLike extends Omit<CaptureSource, 'on'> {
  /** Calls back whenever `targets()` would answer differently. */
  on: (event: 'change', listener: () => void) => unknown;
}

/** What `createCapture()` gives. */
export interface Capture extends Disposes {
  /**
   * Loads everything ahead of the first capture. With a source, the worker keeps the newest frame of each of its tracks
   * from then on (Chromium), and a capture of the same object takes it at once, if it is at most 150 ms old.
   * @returns Rejects with 'engine-load', 'invalid-argument', 'disposed'.
   */
  ready: (source?: Source) => Promise<void>;
  /**
   * Waits for a good frame, covers what is to be covered, and encodes.
   * @returns Rejects with a {@link CaptureError}, of any code but those of uploads, within `timeoutMs` and, where the
   *   engine has to be loaded, `loadTimeoutMs`.
   */
  snapshot: (source: Source, options?: CaptureOptions) => Promise<Snapshot>;
  /**
   * Waits for a good frame and keeps it in the engine's memory, until the still is discarded. Rejects as `snapshot`
   * does.
   */
  grab: (source: Source, options?: CaptureOptions) => Promise<Still>;
  /**
   * Where captures are encoded: in a worker, or in the page's own thread, which stands still meanwhile; then `console.warn`
   * has said once why. Undefined until the engine is loaded, and after `dispose`.
   */
  readonly mode: 'worker' | 'page' | undefined;
  /** Zeroes all pixels and lets go of everything; what is pending rejects with 'disposed'. May be called again. */
  dispose: () => void;
}

/** What a capture waits for, and for whom. */
export interface CaptureOnlyOptions {
  /**
   * The whole wait for a good frame, in ms, above 0 and up to 2147483647; the hooks' own time is not counted. Default
   * 3000.
   */
  timeoutMs?: number | undefined;
  /**
   * How long the engine may take to load, in ms, beside the wait and not counted in it; then 'engine-load'. Default
   * 15000.
   */
  loadTimeoutMs?: number | undefined;
  /** How long ago the frame may have been presented, in ms; older ones are 'stale-frame'. Default 1000. */
  maxFrameAgeMs?: number | undefined;
  /** A whole number of pixels: smaller frames are let pass until the deadline, then 'too-small'. Default 0. */
  minWidth?: number | undefined;
  /** A whole number of pixels. Default 0. */
  minHeight?: number | undefined;
  /**
   * 'first': the first frame that is good. 'sharpest': the sharpest of the good frames that come within `withinMs` after
   * the call, 8 at most; where none comes in that time, the first that comes. Default 'first'.
   */
  select?: 'first' | 'sharpest' | undefined;
  /** How long frames are gathered for with `select: 'sharpest'`: a whole number of ms, 1 to 2000. Default 300. */
  withinMs?: number | undefined;
  /** Ends the capture with 'aborted'; its reason is the error's `cause`. */
  signal?: AbortSignal | undefined;
  /**
   * Asked before anything is captured: consent, a notice to the customer. `true`, or nothing, goes on. `false`, anything
   * else, or an error is 'consent-denied'; an 'aborted' of the hook's own stays what it is.
   */
  beforeCapture?: ((context: CaptureContext) => boolean | void | Promise<boolean | void>) | undefined;
  /**
   * Finds regions in the frame, to be covered beyond `redact`: 'text' is the core's own finder of text and codes, a hook
   * finds what you like, faces for instance; of several in an array all count. Asked once a still; one that fails is an
   * error. What 'text' misses, docs/redaction.md says. Text that is found beside so many other regions that a frame takes
   * no more (1,000) is covered in fewer, larger pieces.
   */
  detect?: Detect | readonly Detect[] | undefined;
  /** Picks one where the source has several; names it where the source knows none. */
  interactionId?: string | undefined;
  /** Picks one where several participants have video. */
  participantId?: string | undefined;
}

/** Finds regions in a still, in its pixels. */
export type DetectHook = (still: Still) => readonly Region[] | Promise<readonly Region[]>;

/** A hook, or the core's own finder of text and codes. */
export type Detect = 'text' | DetectHook;

/** What `snapshot` and `grab` take. */
export type CaptureOptions = EncodeOptions & CaptureOnlyOptions;

/** What is about to be captured, for `beforeCapture`. */
export interface CaptureContext {
  /** `null` where the source knows none and none was given. */
  interactionId: string | null;
  /** `null` where the source does not know. */
  participantId: string | null;
  /** As a target's `kind`. */
  sourceKind: string;
}

/**
 * What `preview` gives: both are drawn by `drawImage`, and yours to `close()`. A canvas where browsers cannot make an
 * ImageBitmap (Safari before 15).
 */
export type Preview = ImageBitmap | (HTMLCanvasElement & { close: () => void });

/** A frame that was taken and waits in the engine's memory to be shown, redacted and encoded. */
export interface Still extends Disposes {
  /** In pixels, upright. */
  width: number;
  /** In pixels. */
  height: number;
  /** Of the frame before redaction. */
  report: FrameReport;
  /** What it is filed under; `null` where neither the source nor the page has said. */
  interactionId: string | null;
  /**
   * A copy for showing only. It shows everything but what its own `redact` names: regions given to `grab` count for
   * `encode` alone.
   */
  preview: (options?: PreviewOptions) => Promise<Preview>;
  /**
   * May be called again. Options that are not given are those of `grab`. Regions add up: those of `grab`, these, and what
   * `detect` finds. Those in pixels are of this frame.
   */
  encode: (options?: StillEncodeOptions) => Promise<Snapshot>;
  /**
   * Regions that cover its text and codes, for `encode` as they are. It misses some: docs/redaction.md says how much.
   * Rejects with 'invalid-argument', 'engine-crash', 'out-of-memory', 'disposed'.
   */
  findText: (options?: StillTextOptions) => Promise<TextRegion[]>;
  /** Zeroes the pixels; later calls reject with 'disposed'. May be called again. */
  discard: () => void;
}

/** What a still's `findText` takes. */
export interface StillTextOptions {
  /**
   * 'camera' covers least of what is no text; 'screen' misses least of what is. Default: what the source says, 'screen' of
   * a target of that kind, otherwise 'camera'.
   */
  kind?: TextKind | undefined;
  /** How many regions at most, 1 to 1000: where there are more, neighbours become one. Default 1000. */
  most?: number | undefined;
}

/** What only a still's `encode` takes. */
export interface StillOnlyOptions {
  /**
   * These regions in place of all others: those of `grab`, and what `detect` finds. For somebody who has seen them and
   * answers for the picture. Not together with `redact` or `detect`.
   */
  replaceRedact?: readonly Region[] | undefined;
  /**
   * Nothing but what was given to `grab`, whose regions are added anyway: so that one options object serves both calls.
   * All else is 'invalid-argument'.
   */
  detect?: Detect | readonly Detect[] | undefined;
  /** Of this call alone: 'aborted' once it is, and the still stays as it is. */
  signal?: AbortSignal | undefined;
}

/** What a still's `encode` takes. */
export type StillEncodeOptions = EncodeOptions & StillOnlyOptions;

/** A picture that was captured, and what is known of it. */
export interface Snapshot {
  /**
   * A UUID in lower case with hyphens: `metadata.id` where it was given, else its own. The file's ImageUniqueID is the same
   * without hyphens.
   */
  id: string;
  /** `image/jpeg` */
  blob: Blob;
  /** Of the JPEG, in pixels. */
  width: number;
  /** Of the JPEG, in pixels. */
  height: number;
  /** Of the JPEG's bytes, 64 lowercase hex digits. */
  sha256: string;
  /** When the frame was presented: ISO 8601 with milliseconds, UTC. */
  capturedAt: string;
  /** What it is filed under; `null` where neither the source nor the page has said. */
  interactionId: string | null;
  /** Who is in the picture; `null` where the source does not know. */
  participantId: string | null;
  /** As the target's `kind`. */
  sourceKind: string;
  /** Where the pixels came from. */
  frame: FrameRecord;
  /** Of the frame before redaction. It is not in the file. */
  report: FrameReport;
  /** What was really covered, in pixels of the frame before scaling. */
  redactions: Redaction[];
  /** Where the time went. */
  timings: Timings;
}

/** Where a snapshot's pixels came from. */
export interface FrameRecord {
  /** How they were read: from a decoded `VideoFrame`, or through a canvas. */
  method: 'video-frame' | 'canvas';
  /**
   * From the frame's presentation to the moment its pixels were secured, in ms; how exactly, docs/calls.md says for
   * each path.
   */
  ageMs: number;
  /** The element's count of presented frames, where an element was read. */
  presentedFrames?: number;
  /** The RTP timestamp of the frame, where the browser tells it: its clock's count, 90,000 a second. */
  rtpTimestamp?: number;
  /** Of the frame, in pixels, upright. */
  sourceWidth: number;
  /** Of the frame, in pixels. */
  sourceHeight: number;
  /** With `select: 'sharpest'`: as `report.sharpness`, above 0, without a unit: for comparing frames of one scene only. */
  sharpness?: number;
  /** With `select: 'sharpest'`: what the frame was chosen from. */
  candidates?: Candidates;
}

/** The frames that a capture with `select: 'sharpest'` has looked at. */
export interface Candidates {
  /** How many the choice was made from, 1 to 8. */
  count: number;
  /** Which of them was taken, 0..count - 1: 0 is the first that came. */
  taken: number;
}

/** Where a capture's time went. */
export interface Timings {
  /** Until a good frame was in hand, in ms; hooks and the engine's loading are not in it. */
  wait: number;
  /** Getting its pixels into the engine's memory, in ms. */
  read: number;
  /** Analysis, redaction, scaling, encoding, in ms. */
  engine: number;
  /** What it cost the page's thread, in ms: all synchronous work added up. */
  mainThread: number;
  /** From the call to the snapshot, in ms. */
  total: number;
}
