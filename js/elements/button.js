/** `<caseframe-button>`: one click takes a picture and delivers it, or says what to do. */
import { sourceOf } from './availability.js';
import { CaseframeElement } from './base.js';
import { createControl } from './button-control.js';
import { stateOf } from './button-machine.js';
import { buttonWords } from './button-strings.js';
import { buttonStyles } from './button-styles.js';
import { createButtonView } from './button-view.js';
import { setAttribute } from './create.js';
import { invalid } from './errors.js';
import { parseShortcut } from './shortcut.js';
import { click, flash } from './shutter.js';
import { gone } from './take.js';

/** As most systems have it for a double click. */
const DOUBLE_TAP_MS = 500;

/** @import { Capture, CaptureOptions, Region, Still } from '../index.js' */
/** @import { ButtonState } from './button-machine.js' */
/** @import { ButtonWords } from './button-strings.js' */
/** @import { ButtonView } from './button-view.js' */
/** @import { UploaderLike } from './deliveries.js' */
/** @import { Shortcut } from './shortcut.js' */
/** @import { Answer, CaptureLike } from './take.js' */

/**
 * What a picture is taken from: whatever `capture.snapshot` takes.
 * @typedef {Parameters<Capture['snapshot']>[0]} Source
 */

/**
 * Fires `caseframe-captured` (detail: the Snapshot), `caseframe-delivered` (the Receipt) and `caseframe-error` (the
 * CaptureError); all bubble, and leave shadow trees.
 * @extends {CaseframeElement<ButtonWords>}
 */
export class CaseframeButton extends CaseframeElement {
  static get observedAttributes() {
    return ['shortcut'];
  }

  constructor() {
    super({ styles: buttonStyles, dictionary: buttonWords });
    /** @internal */
    this._settings = {
      source: /** @type {Source | null} */ (null),
      capture: /** @type {CaptureLike | null} */ (null),
      uploader: /** @type {UploaderLike | null} */ (null),
      options: /** @type {CaptureOptions} */ ({}),
    };
    /** @internal @type {ReturnType<typeof createControl>} */
    this._control = createControl({
      settings: this,
      showReview: (...shown) => showReview(this, ...shown),
      on: {
        changed: () => this._render(),
        shot: () => {
          flash(this._view.flash);
          if (this.sound) click();
        },
        repeat: () => this._view.repeat(this._control.model(), this._words),
        captured: (snapshot) => this._tell('captured', snapshot),
        delivered: (receipt) => this._tell('delivered', receipt),
        failed: (error) => this._tell('error', error),
      },
    });
    /** @internal @type {ButtonView} */
    this._view = createButtonView(/** @type {ShadowRoot} */ (this.shadowRoot), {
      take: (event) => this._control.click(this._clicksInARow(event)),
      cancel: this._control.cancel,
      retry: this._control.retry,
      answer: this._control.answer,
    });
    /** @internal */
    this._tappedAt = -DOUBLE_TAP_MS;
    /** @internal @type {Shortcut | null} */
    this._keys = null;
    /** @internal @type {Document | null} */
    this._page = null;
    /** @internal @param {KeyboardEvent} event */
    this._onKey = (event) => {
      const { take } = this._view;
      // What is not seen is not pressed: its review would hold up the page.
      if (!this._keys?.matches(event) || take.getClientRects().length === 0) return;
      if (getComputedStyle(take).visibility !== 'visible') return;
      event.preventDefault();
      this._control.click(0);
    };
    this._translate();
  }

  /** What a picture is taken from. @type {Source | null} */
  get source() {
    return this._settings.source;
  }

  set source(source) {
    sourceOf(source);
    this._settings.source = source || null;
    this._control.changed('source');
  }

  /** What takes it; without one, the button has one of its own. @type {CaptureLike | null} */
  get capture() {
    return this._settings.capture;
  }

  set capture(capture) {
    this._settings.capture = withMethods('capture', capture, ['snapshot', 'grab']);
    this._control.changed('capture');
  }

  /** What delivers it; without one, the page has the picture by `caseframe-captured`. @type {UploaderLike | null} */
  get uploader() {
    return this._settings.uploader;
  }

  set uploader(uploader) {
    this._settings.uploader = withMethods('uploader', uploader, ['send']);
    this._control.changed('uploader');
  }

  /** As for `capture.snapshot`, for every picture. @type {CaptureOptions} */
  get options() {
    return this._settings.options;
  }

  set options(options) {
    this._settings.options = withMethods('options', options, []) || {};
    this._control.changed('options');
  }

  /** Whether the agent sees the picture before it is encoded, and covers what is nobody's business. */
  get review() {
    return this.hasAttribute('review');
  }

  set review(on) {
    setAttribute(this, 'review', Boolean(on));
  }

  /** Whether the agent is asked if the customer agrees, before each picture. */
  get consent() {
    return this.hasAttribute('consent');
  }

  set consent(on) {
    setAttribute(this, 'consent', Boolean(on));
  }

  /** Whether the shutter is heard. */
  get sound() {
    return this.hasAttribute('sound');
  }

  set sound(on) {
    setAttribute(this, 'sound', Boolean(on));
  }

  /** A key that works in the whole page, as `aria-keyshortcuts` has it: 'Alt+C'. Empty for none. */
  get shortcut() {
    return this.getAttribute('shortcut') || '';
  }

  set shortcut(keys) {
    parseShortcut(String(keys || ''));
    setAttribute(this, 'shortcut', keys || null);
  }

  /** What it is doing. @type {ButtonState} */
  get state() {
    return stateOf(this._control.model());
  }

  /** @override As by hand. */
  click() {
    this._view.take.click();
  }

  /** @override @param {FocusOptions} [options] */
  focus(options) {
    this._view.take.focus(options);
  }

  attributeChangedCallback() {
    this._keys = parseShortcut(this.shortcut);
    this._view.showShortcut(this._keys?.text || '');
  }

  /** @override */
  adoptedCallback() {
    super.adoptedCallback();
    if (this._page) this._listenTo(this.ownerDocument);
  }

  /** @internal For the shortcut. @param {Document | null} page */
  _listenTo(page) {
    this._page?.removeEventListener('keydown', this._onKey);
    page?.addEventListener('keydown', this._onKey);
    this._page = page;
  }

  /** @protected @override */
  _begin() {
    this._listenTo(this.ownerDocument);
    this._control.begin();
    this._render();
    // So that the first picture need not wait for it. Where it does not load, the review says so.
    if (this.review) import('./review-window.js').catch(() => {});
  }

  /** @protected @override */
  _end() {
    this._listenTo(null);
    this._control.end();
  }

  /** @protected @override */
  _translate() {
    this._view.translate(this._words);
    this._render();
  }

  /** @internal */
  _render() {
    if (this._isAlive) this._showState(this.state);
    this._view.render(this._control.model(), this._words);
  }

  /** Some browsers do not count taps as they count a mouse's clicks. @internal @param {MouseEvent & { pointerType?: string }} event */
  _clicksInARow({ detail, pointerType, timeStamp }) {
    if (!pointerType || pointerType === 'mouse') return detail;
    const sinceLast = timeStamp - this._tappedAt;
    this._tappedAt = timeStamp;
    return sinceLast < DOUBLE_TAP_MS ? 2 : detail;
  }

  /** @internal @param {'captured' | 'delivered' | 'error'} name @param {unknown} detail */
  _tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`caseframe-${name}`, { detail, bubbles: true, composed: true }));
  }
}

/**
 * In the page's own review, where it has put one into the slot, else in one that is gone afterwards.
 * @param {CaseframeButton} button @param {Still} still @param {Region[]} regions @param {Region[]} suggestions
 * @param {Region[]} drafts @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function showReview(button, still, regions, suggestions, drafts, signal) {
  const slot = /** @type {HTMLSlotElement} */ (button.shadowRoot?.querySelector('slot[name=review]'));
  const own = slot.assignedElements({ flatten: true }).find((element) => element.localName === 'caseframe-review');
  const review = /** @type {any} */ (own || document.createElement('caseframe-review'));
  Object.assign(review, { still, regions, suggestions, drafts });
  // Not as the slot's fallback, which is not seen where the page has put something else there.
  if (!own) slot.after(review);
  try {
    return await Promise.race([review.show(), gone(signal)]);
  } finally {
    if (!own) review.remove();
    else if (signal.aborted) review._end?.(); // Nothing is shown of a picture that is taken back.
  }
}

/**
 * @template T
 * @param {string} name @param {T} value @param {string[]} methods
 * @returns {T | null} null for none.
 * @throws {CaptureError} `invalid-argument`
 */
function withMethods(name, value, methods) {
  if (value === undefined || value === null) return null;
  const given = /** @type {any} */ (value);
  // A list of regions, where options belong, would cover nothing.
  const isList = Symbol.iterator in Object(value);
  if (typeof value !== 'object' || isList || methods.some((method) => typeof given[method] !== 'function')) {
    throw invalid(name, methods.length > 0 ? `an object with ${methods.join('() and ')}()` : 'an object', value);
  }
  return value;
}
