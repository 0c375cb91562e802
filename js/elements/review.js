/** `<caseframe-review>`: a still is looked at, covered where it must be, and used, taken again or discarded. */
import { CaptureError } from '../index.js';
import { CaseframeElement } from './base.js';
import { invalid } from './errors.js';
import { parseMode } from './review-mode.js';
import { reviewDictionary } from './review-strings.js';

/** @import { Region, Still } from '../index.js' */
/** @import { Mode } from './review-mode.js' */
/** @import { ReviewWords } from './review-strings.js' */
/** @import { openReview, ReviewResult } from './review-window.js' */

/** @typedef {ReturnType<typeof openReview>} OpenReview */
/** @typedef {Record<'regions' | 'suggestions' | 'drafts', Region[]>} Given */

/** For the review's script, as for the engine: it is waited for with a picture in memory, and nothing to be seen. */
const LOAD_MS = 15000;

/** @extends {CaseframeElement<ReviewWords>} */
export class CaseframeReview extends CaseframeElement {
  constructor() {
    super({ styles: '', dictionary: reviewDictionary });
    /** @internal @type {Still | null} */
    this._still = null;
    /** @internal @type {Region[]} */
    this._regions = [];
    /** @internal @type {Region[]} */
    this._suggestions = [];
    /** @internal @type {Region[]} */
    this._drafts = [];
    /** @internal @type {Mode} */
    this._mode = 'pixelate';
    /** @internal @type {OpenReview | undefined} */
    this._review = undefined;
    /** @internal @type {Promise<ReviewResult> | undefined} */
    this._result = undefined;
    /** @internal The number of the latest review: one that was ended while its script was loading does not come. */
    this._number = 0;
  }

  /**
   * What `capture.grab()` gave. It is only looked at: whoever took it discards it, after `encode` as well as after
   * 'retake' and 'discard'. While one is under review, no other one can be set. @type {Still | null}
   */
  get still() {
    return this._still;
  }

  set still(still) {
    if (still && typeof still.preview !== 'function') throw invalid('still', 'what capture.grab() gives', still);
    // What is decided of one picture would be taken for another one's.
    if (still && this._result && still !== this._still) throw invalid('still', 'the one under review', still);
    this._still = still || null;
  }

  /** Regions that are covered from the start; those that come while the review is open are added. Default none. @type {Region[]} */
  get regions() {
    return this._regions;
  }

  set regions(regions) {
    this._regions = this._give('regions', regions);
  }

  /**
   * Regions that something has found, to be accepted or dropped. Set while the review is open, they are added, or refused
   * at once where the core would refuse them. Default none. @type {Region[]}
   */
  get suggestions() {
    return this._suggestions;
  }

  set suggestions(regions) {
    this._suggestions = this._give('suggestions', regions);
  }

  /**
   * Text that was found: covered unless the agent drops it. Set while the review is open, it is added, or refused, too where
   * more would be covered than the 1,000 regions that the core takes. Default none. @type {Region[]}
   */
  get drafts() {
    return this._drafts;
  }

  set drafts(regions) {
    this._drafts = this._give('drafts', regions);
  }

  /** @internal @param {keyof Given} name @param {Region[] | null | undefined} regions @throws {CaptureError} `invalid-argument` */
  _give(name, regions) {
    const list = regions ?? [];
    if (!Array.isArray(list)) throw invalid(name, 'an array of regions', list);
    this._review?.give(name, list);
    return list;
  }

  /** How new regions are covered. Default 'pixelate'. @type {'pixelate' | 'blur' | 'fill'} */
  get mode() {
    return this._mode;
  }

  set mode(mode) {
    this._mode = parseMode(mode ?? 'pixelate', 'mode');
  }

  /**
   * Opens the review; the same promise while it is open.
   * @returns {Promise<ReviewResult>} Rejects with a CaptureError: 'invalid-argument' without a still, outside of a
   *   document, or for regions that the core would refuse; 'engine-load' where the review's script does not load; whatever
   *   the still's preview failed with, and then the review is closed.
   */
  show() {
    if (!this._result) {
      this._result = this._open();
      // Who listens to the events does not wait for it.
      this._result.catch(() => {});
    }
    return this._result;
  }

  /** @internal @returns {Promise<ReviewResult>} */
  async _open() {
    const number = ++this._number;
    try {
      const still = this._still;
      const isPlaced = this.isConnected;
      const { openReview, reviewStyles } = await loadWindow();
      if (number !== this._number) return { action: 'discard' };
      if (!still) throw invalid('still', 'a still', still);
      if (!isPlaced) throw invalid('show()', 'an element that is in a document', 'one that is not');
      // It has gone meanwhile.
      if (!this.isConnected) {
        this._closed();
        return { action: 'discard' };
      }
      this._addStyles(reviewStyles);
      return await new Promise((resolve, reject) => {
        this._review = openReview({
          root: /** @type {ShadowRoot} */ (this.shadowRoot),
          still,
          given: { regions: this._regions, suggestions: this._suggestions, drafts: this._drafts },
          mode: this._mode,
          strings: this._words,
          end: (outcome) => {
            this._closed();
            // By then `show()` may be called anew.
            this.dispatchEvent(
              new CustomEvent(`caseframe-${outcome.action}`, { detail: outcome, bubbles: true, composed: true }),
            );
            resolve(outcome);
          },
          fail: reject,
        });
        this._showState('open');
      });
    } catch (error) {
      if (number === this._number) this._closed();
      throw error;
    }
  }

  /** @internal */
  _closed() {
    this._review = undefined;
    this._result = undefined;
    this._showState('closed');
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this._review?.moved();
  }

  /** @protected @override */
  _begin() {
    this._showState('closed');
  }

  /** @protected @override */
  _end() {
    if (this._review) this._review.close();
    else if (this._result) {
      this._number++;
      this._closed();
    }
  }

  /** @protected @override */
  _translate() {
    this._review?.translate(this._words);
  }
}

/** @type {Promise<typeof import('./review-window.js')> | undefined} */
let loading;

/** The review itself, with the first one that is opened: who only takes pictures does not load it. */
function loadWindow() {
  loading =
    loading ||
    Promise.race([
      import('./review-window.js'),
      /** @type {Promise<never>} */ (new Promise((_, reject) => setTimeout(reject, LOAD_MS))),
    ]).catch((cause) => {
      loading = undefined;
      const message = 'The review has not loaded: check that script-src allows it';
      throw new CaptureError('engine-load', message, { cause });
    });
  return loading;
}
