/**
 * What both elements share: styles, language and words, states, and a life that a move in the document does not end.
 */
import { setAttribute } from './create.js';
import { checkWords, wordsIn } from './strings.js';
import { adoptStyles, sharedStyles } from './styles.js';

/** @import { Dictionary, SharedWords } from './strings.js' */

/** In Node, where a page is rendered ahead, there are no elements, and nothing is defined. */
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement || class {});

/**
 * @template {SharedWords} W
 */
export class CaseframeElement extends Base {
  /** @param {{ styles: string, dictionary: Dictionary<W> }} kind */
  constructor({ styles, dictionary }) {
    super();
    /** @protected */
    this._dictionary = dictionary;
    /** @protected @type {W} What is said now. */
    this._words = wordsIn(dictionary, '');
    /** @internal @type {Partial<W> | undefined} */
    this._replaced = undefined;
    /** @internal @type {string[]} */
    this._styles = [sharedStyles, styles];
    /** @protected In the document. */
    this._isAlive = false;
    /** @internal Where there are none (Firefox before 93, Safari 16.4), the attribute alone tells the state. */
    this._internals = this.attachInternals?.();
    /** @internal */
    this._languageObserver = new MutationObserver(() => this._localise());
    adoptStyles(this.attachShadow({ mode: 'open' }), this._styles);
  }

  /**
   * Words of the page's own in place of these; what is not given stays. undefined puts all back.
   * @type {Partial<W> | undefined}
   */
  get strings() {
    return this._replaced;
  }

  set strings(words) {
    this._replaced = checkWords(this._dictionary, words);
    this._localise();
  }

  /** @protected Styles that come with what they are for. @param {string} text */
  _addStyles(text) {
    if (this._styles.includes(text)) return;
    this._styles.push(text);
    adoptStyles(/** @type {ShadowRoot} */ (this.shadowRoot), this._styles);
  }

  /** @protected Its life begins: it is in the document now, and was not before. */
  _begin() {}

  /** @protected Its life ends: it is not in the document any more, and has not just been moved. Frees everything. */
  _end() {}

  /** @protected `_words` are others now. */
  _translate() {}

  /**
   * @protected Shows a state: as the attribute `state` and as `:state(name)`.
   * @param {string} name
   */
  _showState(name) {
    setAttribute(this, 'state', name);
    const states = this._internals?.states;
    // Not by the attribute, which comes with a clone or the page's source.
    if (!states || states.has(name) || states.has(`--${name}`)) return;
    try {
      states.clear();
      states.add(name);
    } catch {
      states.add(`--${name}`); // Chrome before 125.
    }
  }

  /** @internal */
  _localise() {
    const before = this._words;
    this._words = wordsIn(this._dictionary, languageOf(this), this._replaced);
    if (JSON.stringify(before) !== JSON.stringify(this._words)) this._translate();
  }

  /** @internal */
  _watchLanguage() {
    this._languageObserver.disconnect();
    for (const root of rootsOf(this)) {
      this._languageObserver.observe(root, { attributes: true, attributeFilter: ['lang'], subtree: true });
    }
    this._localise();
  }

  connectedCallback() {
    const error = upgrade(this);
    this._watchLanguage();
    if (!this._isAlive) {
      this._isAlive = true;
      this._begin();
    }
    // Told as any other error of the page, and no reason not to begin.
    if (error) throw error;
  }

  /** A move is a removal and an insertion in one task; what is still away after it has gone. */
  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected || !this._isAlive) return;
      this._isAlive = false;
      this._languageObserver.disconnect();
      this._end();
    });
  }

  /** A move by `moveBefore` is neither. */
  connectedMoveCallback() {
    this._watchLanguage();
  }

  adoptedCallback() {
    adoptStyles(/** @type {ShadowRoot} */ (this.shadowRoot), this._styles);
  }
}

/**
 * Properties that were set before the element was defined lie on the element itself and hide the class's: they are set
 * once more. One that is refused costs no other.
 * @param {HTMLElement} element @returns {unknown} The first refusal.
 */
function upgrade(element) {
  let first;
  const given = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (element));
  for (const name of Object.keys(given)) {
    if (!(name in Object.getPrototypeOf(element))) continue;
    const value = given[name];
    try {
      delete given[name];
      given[name] = value;
    } catch (error) {
      first = first || error;
    }
  }
  return first;
}

/** @param {Element} element @returns {(Document | ShadowRoot)[]} All that it is in, the innermost first. */
function rootsOf(element) {
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  return 'host' in root ? [root, ...rootsOf(root.host)] : [root];
}

/** @param {Element} element @returns {string} */
function languageOf(element) {
  const speaking = element.closest('[lang]');
  if (speaking) return speaking.getAttribute('lang') || '';
  const root = element.getRootNode();
  if ('host' in root) return languageOf(/** @type {ShadowRoot} */ (root).host);
  return navigator.language;
}

/**
 * Harmless where the name is taken: by another version, or by this one, loaded twice.
 * @param {string} name @param {CustomElementConstructor} Class
 */
export function define(name, Class) {
  if (typeof customElements === 'object' && !customElements.get(name)) customElements.define(name, Class);
}
