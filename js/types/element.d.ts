/** What `import 'caseframe/element'` does: defines the agent's controls. Twice, or in Node, it is harmless. */
import type { Capture, CaptureOptions, Snapshot, Source, Still } from './index.js';
import type { CaptureError, CaptureErrorCode, RedactMode, Region } from './shared.js';
import type { Receipt, Uploader } from './upload.js';

export type { CaptureError, CaptureErrorCode, RedactMode, Region } from './shared.js';

/** What the button needs of a capture: `createCapture()`'s has it. */
export type CaptureLike = Pick<Capture, 'snapshot' | 'grab'>;

/**
 * What the button needs of an uploader: `createUploader()`'s has it. Without `on`, a try that failed and will be repeated
 * looks like one that goes on; without `retry`, a picture that was given up is sent anew; without `agentId`, pictures that
 * an uploader without one was there for at the click go out, whoever is signed in by then.
 */
export type UploaderLike = Pick<Uploader, 'send'> & Partial<Pick<Uploader, 'on' | 'retry' | 'agentId'>>;

/** What a button is doing; its attribute `state`, and `:state(…)` in CSS. */
export type ButtonState =
  | 'idle'
  | 'capturing'
  | 'asking'
  | 'reviewing'
  | 'uploading'
  | 'queued'
  | 'delivered'
  | 'failed'
  | 'unavailable';

/**
 * `<caseframe-button>`: one click takes a picture and delivers it, or says what to do. Fires 'caseframe-captured',
 * 'caseframe-delivered' and 'caseframe-error'. Setting a property to what it cannot be throws 'invalid-argument', and the
 * property stays as it was.
 */
export class CaseframeButton extends HTMLElement {
  /** What a picture is taken from: whatever `capture.snapshot` takes. `null` (default) for none. */
  source: Source | null;
  /** What takes it. `null` (default): the button makes one of its own, and disposes of it when it is removed. */
  capture: CaptureLike | null;
  /**
   * What delivers it. `null` (default): the page has the picture by 'caseframe-captured'. A picture that was begun, or could
   * not be sent, under the uploader of one agent is not handed to another's: 'agent-mismatch', until theirs is back.
   */
  uploader: UploaderLike | null;
  /** As for `capture.snapshot`, for every picture. Default `{}`. */
  options: CaptureOptions;
  /** Whether the agent sees the picture before it is encoded, and covers what is nobody's business. Default false. */
  review: boolean;
  /**
   * Whether the agent is asked if the customer agrees, before each picture and before `options.beforeCapture`. Default
   * false.
   */
  consent: boolean;
  /** Whether the shutter is heard. Default false. */
  sound: boolean;
  /** A key that works in the whole page, as `aria-keyshortcuts` has it: 'Alt+C'. Empty (default) for none. */
  shortcut: string;
  /** Words of the page's own in place of these; what is not given stays. `undefined` (default) puts all back. */
  strings: Partial<ButtonWords> | undefined;
  /** What it is doing. */
  readonly state: ButtonState;
  /** As by hand. */
  click(): void;
  /** Puts the focus on the button inside. */
  focus(options?: FocusOptions): void;
}

/** `<caseframe-review>`: a still is looked at, covered where it must be, and used, taken again or discarded. */
export class CaseframeReview extends HTMLElement {
  /** What `capture.grab()` gave. It is only looked at: whoever took it discards it. `null` (default) for none. */
  still: Still | null;
  /** Regions that are covered from the start. Default none. */
  regions: Region[];
  /**
   * Regions that something has found, to be accepted or dropped. Set while the review is open, they are added; those that
   * the core would refuse are 'invalid-argument' at once, and the review stays. Default none.
   */
  suggestions: Region[];
  /**
   * Text that was found, covered unless the agent drops it: what `still.findText()` gives. Set while the review is open,
   * it is added; where more than 1,000 regions would be covered, it is 'invalid-argument', and the review stays. Default
   * none.
   */
  drafts: Region[];
  /** How new regions are covered. Default 'pixelate'. */
  mode: RedactMode;
  /** Words of the page's own in place of these; what is not given stays. `undefined` (default) puts all back. */
  strings: Partial<ReviewWords> | undefined;
  /**
   * Opens the review; the same promise while it is open. Resolves once the agent has decided, to 'discard' where the
   * element is removed meanwhile.
   * @returns Rejects with 'invalid-argument' without a still, outside of a document, or for regions that the core would
   *   refuse; 'engine-load' where the review's script does not load; whatever the preview failed with.
   */
  show(): Promise<ReviewResult>;
}

/** A suggestion that is not covered, for the audit: its place alone, in pixels of the still. */
export interface Dropped {
  /** The left edge, in pixels of the still. */
  x: number;
  /** The upper edge, in pixels of the still. */
  y: number;
  /** In pixels of the still. */
  width: number;
  /** In pixels of the still. */
  height: number;
  /** As it was suggested. */
  mode: RedactMode;
  /** Whether the agent has dropped it; `false`: it was still open when the picture was confirmed. */
  decided: boolean;
}

/**
 * How a review ended. `redact` is all that is to be covered, in pixels of the still: `still.encode({ replaceRedact: redact
 * })`. `dropped` is what was suggested and is not covered.
 */
export type ReviewResult =
  | { action: 'confirm'; redact: Region[]; dropped: Dropped[] }
  | { action: 'retake' }
  | { action: 'discard' };

/** What every element's words have. */
export interface SharedWords {
  /** The words' own language (BCP 47): what they are read aloud in, and how numbers are written. */
  language: string;
  /** What to do about an error, by its code; an error's own sentence where a code has none here. */
  advice: Partial<Record<CaptureErrorCode, string>>;
}

/** The button's words, each with its English. `{name}` is put in at run time. */
export interface ButtonWords extends SharedWords {
  /** On the button. “Take picture” */
  capture: string;
  /** “Cancel” */
  cancel: string;
  /** “Try again” */
  retry: string;
  /** While a picture is being taken. “Taking the picture …” */
  capturing: string;
  /** While the agent looks at it. “Check the picture before it is sent.” */
  reviewing: string;
  /** While it is on its way. “Sending …” */
  uploading: string;
  /** With `{percent}`, a number in the language's own digits. “{percent}%” */
  percent: string;
  /** The bar's name. “Sent so far” */
  progress: string;
  /** It waits, and a page that is closed does no harm. “Saved on this computer, will be sent.” */
  queued: string;
  /** It waits in this page alone. “Waiting to be sent. Keep this page open until then.” */
  queuedHere: string;
  /** “Delivered.” */
  delivered: string;
  /** It was taken, and nothing sends it. “Picture taken.” */
  captured: string;
  /** “Cancelled. Nothing was saved.” */
  cancelled: string;
  /** “Discarded. Nothing was saved.” */
  discarded: string;
  /** What the built-in prompt asks. “Tell the customer that you are about to take a picture. Do they agree?” */
  consent: string;
  /** “They agree, take picture” */
  agreed: string;
  /** “They do not agree” */
  declined: string;
}

/** The review's words, each with its English. `{name}` is put in at run time. */
export interface ReviewWords extends SharedWords {
  /** “Check the picture before it is sent” */
  reviewTitle: string;
  /** “Picture” */
  picture: string;
  /** “Draw a frame over what must not be seen: drag, or click two corners.” */
  pictureHint: string;
  /**
   * “Arrow keys move the cursor, Enter puts a region there: arrow keys move it, with Shift they size it, Enter keeps
   * it, Escape drops it. On a region, Delete removes it, M changes the method.”
   */
  keysHint: string;
  /** “Zoom in” */
  zoomIn: string;
  /** “Zoom out” */
  zoomOut: string;
  /** “Move the picture” */
  pan: string;
  /** “Undo” */
  undo: string;
  /** “Redo” */
  redo: string;
  /** “How new regions are covered” */
  newAreas: string;
  /** “Pixelate” */
  pixelate: string;
  /** “A coarse mosaic. Numbers and names are recovered from it no better than by guessing.” */
  pixelateHint: string;
  /** “Blur” */
  blur: string;
  /** “The same mosaic, smoothed. It tells no more.” */
  blurHint: string;
  /** “Fill” */
  fill: string;
  /** “One colour. Nothing that was under it is in the file. The safest for text.” */
  fillHint: string;
  /** “Regions” */
  areas: string;
  /** “Region {n}” */
  area: string;
  /** “Suggestion {n}” */
  suggestion: string;
  /** “Region {n} of {total}, {mode}, covers {place}” */
  regionLine: string;
  /** “Region {n} of {total}, suggested, not covered, {place}” */
  openLine: string;
  /** “{width} × {height} pixels, {share} of the picture” */
  size: string;
  /** “the whole picture” */
  all: string;
  /** “a strip across the top” */
  acrossTop: string;
  /** “a strip across the middle” */
  acrossMiddle: string;
  /** “a strip across the bottom” */
  acrossBottom: string;
  /** “a strip down the left” */
  downLeft: string;
  /** “a strip down the middle” */
  downMiddle: string;
  /** “a strip down the right” */
  downRight: string;
  /** “the upper left” */
  upperLeft: string;
  /** “the top” */
  top: string;
  /** “the upper right” */
  upperRight: string;
  /** “the left” */
  left: string;
  /** “the middle” */
  middle: string;
  /** “the right” */
  right: string;
  /** “the lower left” */
  lowerLeft: string;
  /** “the bottom” */
  bottom: string;
  /** “the lower right” */
  lowerRight: string;
  /** “Left” */
  x: string;
  /** “Top” */
  y: string;
  /** “Width” */
  width: string;
  /** “Height” */
  height: string;
  /** “Method” */
  mode: string;
  /** “Delete” */
  remove: string;
  /** “Cover” */
  accept: string;
  /** “Leave open” */
  drop: string;
  /** “Text: {count} of {total} places covered.” */
  found: string;
  /** “Cover all” */
  coverAll: string;
  /** “Leave all open” */
  openAll: string;
  /** “Place by place” */
  drafts: string;
  /** “Text {n}” */
  draft: string;
  /** “Nothing is covered.” */
  coversNothing: string;
  /** “1 region is covered.” */
  coversOne: string;
  /** “{count} regions are covered.” */
  coversSome: string;
  /** “1 suggestion is left open.” */
  leftOpenOne: string;
  /** “{count} suggestions are left open.” */
  leftOpenSome: string;
  /** “Use this picture” */
  confirm: string;
  /** “Take another” */
  retake: string;
  /** “Discard” */
  discard: string;
  /** “Discard the picture and what you have drawn?” */
  discardAsk: string;
  /** “Keep editing” */
  discardNo: string;
  /** “The first corner is set. Click the opposite one; Escape takes it back.” */
  firstCorner: string;
  /** “Cursor at {place}” */
  cursorAt: string;
  /** “Kept. {line}” */
  areaKept: string;
  /** “Dropped.” */
  areaDropped: string;
  /** “Deleted. {line}” */
  areaRemoved: string;
  /** “Undone. {line}” */
  undone: string;
  /** “Redone. {line}” */
  redone: string;
  /** “No more regions are possible.” */
  tooMany: string;
}

/** What the elements fire; all bubble, and leave shadow trees. */
export interface CaseframeEventMap {
  /** The button has taken a picture; `dropped` of one that was reviewed. */
  'caseframe-captured': CustomEvent<Snapshot & { dropped?: Dropped[] }>;
  /** It has arrived. */
  'caseframe-delivered': CustomEvent<Receipt>;
  /** It was not taken, or could not be delivered. What the agent cancels or discards is no error. */
  'caseframe-error': CustomEvent<CaptureError>;
  /** A review's picture is used, covered as `detail` says. */
  'caseframe-confirm': CustomEvent<Extract<ReviewResult, { action: 'confirm' }>>;
  /** Another picture is to be taken. */
  'caseframe-retake': CustomEvent<Extract<ReviewResult, { action: 'retake' }>>;
  /** The picture is not to be used. */
  'caseframe-discard': CustomEvent<Extract<ReviewResult, { action: 'discard' }>>;
}

declare global {
  interface HTMLElementTagNameMap {
    /** One click takes a picture and delivers it. */
    'caseframe-button': CaseframeButton;
    /** A still is looked at and covered. */
    'caseframe-review': CaseframeReview;
  }
  interface GlobalEventHandlersEventMap extends CaseframeEventMap {}
}
