/** The types of `caseframe/element`: the classes, and what they add to the DOM's. */
import type { CaptureError, Snapshot } from '../index.js';
import type { Receipt } from '../upload/index.js';
import type { CaseframeButton } from './button.js';
import type { CaseframeReview } from './review.js';
import type { ReviewResult } from './review-window.js';

export type { ButtonState } from './button-machine.js';
export type { ButtonWords } from './button-strings.js';
export type { UploaderLike } from './deliveries.js';
export * from './index.js';
export type { ReviewWords } from './review-strings.js';
export type { Dropped, ReviewResult } from './review-window.js';
export type { CaptureLike } from './take.js';

/** What the elements fire; all bubble, and leave shadow trees. */
export interface CaseframeEventMap {
  'caseframe-captured': CustomEvent<Snapshot>;
  'caseframe-delivered': CustomEvent<Receipt>;
  'caseframe-error': CustomEvent<CaptureError>;
  'caseframe-confirm': CustomEvent<Extract<ReviewResult, { action: 'confirm' }>>;
  'caseframe-retake': CustomEvent<Extract<ReviewResult, { action: 'retake' }>>;
  'caseframe-discard': CustomEvent<Extract<ReviewResult, { action: 'discard' }>>;
}

declare global {
  interface HTMLElementTagNameMap {
    'caseframe-button': CaseframeButton;
    'caseframe-review': CaseframeReview;
  }
  // Of elements, documents and windows.
  interface GlobalEventHandlersEventMap extends CaseframeEventMap {}
}
