/**
 * One review, from its opening to its end: a modal dialog that is made for it and gone with it. `<dialog>` where there is
 * one; elsewhere (Firefox before 98, Safari 15.4) an element of the same role that keeps the focus itself.
 */
import { create, setAttribute, setText } from './create.js';
import { invalid } from './errors.js';
import { createDrafts } from './review-drafts.js';
import { parseReviewRegions } from './review-input.js';
import { createList } from './review-list.js';
import { MODES } from './review-mode.js';
import { createPreviews } from './review-preview.js';
import { createRegions, MOST_REGIONS } from './review-regions.js';
import { createSurface } from './review-surface.js';
import { createWords } from './review-words.js';

export { reviewStyles } from './review-styles.js';

/** @import { Region, Still } from '../index.js' */
/** @import { Given } from './review.js' */
/** @import { Mode } from './review-mode.js' */
/** @import { ReviewRegion } from './review-regions.js' */
/** @import { ReviewWords } from './review-strings.js' */

/** By the element's property, in what order they come. @type {Record<keyof Given, Parameters<typeof parseReviewRegions>[4]>} */
const FACTS = {
  regions: { state: 'kept' },
  suggestions: { state: 'open', suggested: true },
  drafts: { state: 'kept', suggested: true, draft: true },
};

/**
 * A suggestion that is not covered.
 * @typedef {{ x: number, y: number, width: number, height: number, mode: Mode, decided: boolean }} Dropped `decided`: the
 *   agent has dropped it; false: it was still open when the picture was confirmed.
 */

/**
 * How a review ended. `redact` is in pixels of the still, and is all that is to be covered: `still.encode({ replaceRedact:
 * redact })`. `dropped` is what was suggested and is not covered: facts for the audit, of places alone.
 * @typedef {{ action: 'confirm', redact: Region[], dropped: Dropped[] } | { action: 'retake' } | { action: 'discard' }} ReviewResult
 */

/**
 * @param {object} review
 * @param {ShadowRoot} review.root
 * @param {Still} review.still Only looked at: whoever took it discards it.
 * @param {Given} review.given What is there from the start.
 * @param {Mode} review.mode
 * @param {ReviewWords} review.strings
 * @param {(result: ReviewResult) => void} review.end Called once, when all is closed.
 * @param {(error: unknown) => void} review.fail In place of `end`: the picture cannot be shown.
 */
export function openReview({ root, still, given, mode, strings, end, fail }) {
  const picture = { width: still.width, height: still.height };
  let isReady = false;
  let isOver = false;
  const regions = createRegions(picture, update);
  /** @param {keyof Given} name @param {unknown} list */
  function give(name, list) {
    const parsed = parseReviewRegions(list, name, picture, mode, FACTS[name]);
    if (!regions.load(parsed)) throw invalid(name, `at most ${MOST_REGIONS} to be covered`, list);
  }
  for (const name of /** @type {(keyof Given)[]} */ (Object.keys(FACTS))) give(name, given[name]);

  let words = createWords(strings);
  /** What says its text anew when the language changes. @type {(() => void)[]} */
  const texts = [];
  /** @template {HTMLElement} E @param {E} element @param {keyof Omit<ReviewWords, 'advice'>} name @param {string} [attribute] */
  function worded(element, name, attribute) {
    texts.push(() => {
      const text = words.strings[name];
      if (attribute) element.setAttribute(attribute, text);
      else setText(element, text);
    });
    return element;
  }
  /**
   * @param {keyof Omit<ReviewWords, 'advice'>} name @param {() => void} action @param {string} [part]
   * @param {string} [sign] Seen in place of the name.
   */
  function button(name, action, part = name, sign) {
    const made = create('button', { type: 'button', part });
    if (sign) {
      // Its title is its name: beside an `aria-label` it would describe the button by its own name.
      const seen = create('span', {}, sign);
      seen.setAttribute('aria-hidden', 'true');
      made.append(seen);
      worded(made, name, 'title');
    } else worded(made, name);
    made.addEventListener('click', action);
    return made;
  }

  const live = create('div', { className: 'quiet' });
  live.setAttribute('role', 'status');
  /** @param {string} text */
  function say(text) {
    // The same sentence once more is news, too.
    live.textContent = live.textContent === text ? `${text}\u00a0` : text;
  }

  const previews = createPreviews({
    ask: (/** @type {{ maxWidth: number, redact: Region[] }} */ request) => still.preview(request),
    show(preview) {
      surface.show(preview);
      preview.close();
      confirm.disabled = false;
    },
    release: (preview) => preview.close(),
    fail(error) {
      close();
      fail(error);
    },
  });
  const wanted = () => ({ maxWidth: surface.neededWidth(), redact: regions.kept().map(toRegion) });

  /** @type {readonly ReviewRegion[] | undefined} */
  let shown;
  let shownWidth = 0;

  /** The core's preview, where another one is needed. */
  function seen() {
    if (!isReady || isOver) return;
    const kept = regions.kept();
    const width = surface.neededWidth();
    const isSame =
      shown && width === shownWidth && kept.length === shown.length && kept.every((one, i) => one === shown?.[i]);
    if (isSame) return;
    shown = kept;
    shownWidth = width;
    previews.want(wanted());
  }

  const surface = createSurface({ regions, words: () => words, mode: () => mode, say, choose, seen });

  /** What is chosen in a list is brought into sight on the picture. @param {number} id */
  function pick(id) {
    surface.select(id);
    surface.reveal(id);
  }

  const list = createList({
    regions,
    words: () => words,
    choose: pick,
    remove: surface.remove,
    say,
    leave: () => surface.element.focus(),
  });

  const found = createDrafts({
    regions,
    words: () => words,
    choose: pick,
    remove: surface.remove,
    say,
  });

  /** @param {number} id */
  function choose(id) {
    list.choose(id);
    found.choose(id);
  }

  const undo = button('undo', () => surface.travel(false), 'undo', '↶');
  const redo = button('redo', () => surface.travel(true), 'redo', '↷');
  const pan = button('pan', () => togglePan(), 'pan', '✥');
  pan.setAttribute('aria-pressed', 'false');
  function togglePan() {
    const on = pan.getAttribute('aria-pressed') !== 'true';
    pan.setAttribute('aria-pressed', String(on));
    surface.pan(on);
  }

  const modes = create('fieldset', { className: 'modes', part: 'modes' }, worded(create('legend'), 'newAreas'));
  for (const value of MODES) {
    const input = create('input', { type: 'radio', name: 'mode', value, checked: value === mode });
    input.addEventListener('change', () => {
      mode = value;
    });
    const hint = worded(create('small', { id: `hint-${value}` }), /** @type {const} */ (`${value}Hint`));
    input.setAttribute('aria-describedby', hint.id);
    const name = worded(create('span'), value);
    modes.append(create('label', { className: 'choice' }, input, name), hint);
  }

  const title = worded(create('h2', { id: 'title', part: 'title' }), 'reviewTitle');
  const none = worded(create('p', { className: 'none' }), 'coversNothing');
  const summary = create('p', { id: 'summary', className: 'summary', part: 'summary' });
  const confirm = button('confirm', () => finish(confirmed()), 'confirm');
  confirm.className = 'primary';
  // Nobody uses what nobody has seen yet.
  confirm.disabled = true;
  confirm.setAttribute('aria-describedby', 'summary');
  const actions = create(
    'div',
    { className: 'actions' },
    button('discard', () => finish({ action: 'discard' })),
    button('retake', () => finish({ action: 'retake' })),
    confirm,
  );
  const keep = button('discardNo', () => ask(false), 'keep');
  const question = create(
    'div',
    { className: 'actions', hidden: true, part: 'question' },
    worded(create('p', { id: 'question' }), 'discardAsk'),
    button('discard', () => finish({ action: 'discard' })),
    keep,
  );
  question.setAttribute('role', 'alertdialog');
  question.setAttribute('aria-labelledby', 'question');

  const tools = create(
    'div',
    { className: 'tools', part: 'tools' },
    undo,
    redo,
    button('zoomOut', () => surface.zoom(1 / 1.5), 'zoom-out', '−'),
    button('zoomIn', () => surface.zoom(1.5), 'zoom-in', '+'),
    pan,
  );
  tools.setAttribute('role', 'group');
  worded(tools, 'picture', 'aria-label');
  worded(surface.element, 'picture', 'aria-label');
  const body = [
    create('div', { className: 'head' }, title, tools),
    create(
      'div',
      { className: 'work' },
      create(
        'div',
        { className: 'stage' },
        surface.element,
        worded(create('p', { className: 'hint' }), 'pictureHint'),
        worded(create('p', { id: 'keys', className: 'quiet' }), 'keysHint'),
      ),
      create(
        'div',
        { className: 'side' },
        modes,
        worded(create('h3', { id: 'areas' }), 'areas'),
        none,
        found.element,
        list.element,
      ),
    ),
    create('div', { className: 'foot' }, summary, actions, question),
    live,
  ];
  list.element.setAttribute('aria-labelledby', 'areas');

  const hasDialog = typeof HTMLDialogElement === 'function' && 'showModal' in HTMLDialogElement.prototype;
  /** @type {HTMLElement} */
  const dialog = create(hasDialog ? 'dialog' : 'div', { className: 'review', part: 'dialog' }, ...body);
  dialog.setAttribute('aria-labelledby', 'title');
  const modal = hasDialog ? /** @type {HTMLDialogElement} */ (dialog) : undefined;
  if (!modal) {
    dialog.setAttribute('role', 'dialog');
    dialog.setAttribute('aria-modal', 'true');
  }

  function update() {
    // The first regions come before all else is made.
    if (!isReady || isOver) return;
    surface.layout();
    // A drag alters a hundred times a second what the list says: it is told when the drag ends.
    if (!regions.isHeld() || list.count() !== regions.all().length) {
      list.update();
      found.update();
    }
    setText(summary, words.summary(regions));
    none.hidden = regions.all().length > 0;
    // Never `disabled`: the focus would be lost with the last step.
    setAttribute(undo, 'aria-disabled', regions.canUndo() ? 'false' : 'true');
    setAttribute(redo, 'aria-disabled', regions.canRedo() ? 'false' : 'true');
    seen();
  }

  /** A number that has been typed, and not left yet, counts. */
  function settle() {
    const { activeElement } = root;
    if (activeElement) /** @type {HTMLElement} */ (activeElement).blur();
  }

  /** @returns {ReviewResult} */
  function confirmed() {
    settle();
    regions.keep();
    /** @param {boolean} decided @returns {(region: ReviewRegion) => Dropped} */
    const toDropped = (decided) => (region) => {
      const { x, y, width, height, mode } = region;
      return { x, y, width, height, mode, decided };
    };
    const dropped = [...regions.dropped().map(toDropped(true)), ...regions.open().map(toDropped(false))];
    return { action: 'confirm', redact: regions.kept().map(toRegion), dropped };
  }

  /** @param {boolean} isAsking */
  function ask(isAsking) {
    actions.hidden = isAsking;
    question.hidden = !isAsking;
    (isAsking ? keep : surface.element).focus();
  }

  function leave() {
    settle();
    if (!question.hidden) ask(false);
    else if (regions.isTouched()) ask(true);
    else finish({ action: 'discard' });
  }

  // A key that is held down is one press: so is the Enter that has opened the review, the one that has deleted a region,
  // and the Escape that has dropped one, and would discard the picture next.
  dialog.addEventListener(
    'keydown',
    (event) => {
      if (!event.repeat || !/^(Enter| |n|m|Delete|Backspace|Escape)$/i.test(event.key)) return;
      // A field types what is held down.
      if (event.key !== 'Escape' && /** @type {HTMLElement} */ (event.target).matches('input')) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
  dialog.addEventListener('keydown', (event) => {
    const primary = event.ctrlKey || event.metaKey;
    const target = /** @type {HTMLElement} */ (event.target);
    // A browser that fills in a field sends one without a key.
    const key = (event.key || '').toLowerCase();
    if (event.key === 'Escape') {
      event.preventDefault();
      leave();
    } else if (primary && !event.altKey && (key === 'z' || key === 'y') && !target.matches('[type=number]')) {
      event.preventDefault();
      surface.travel(key === 'y' || event.shiftKey);
    } else if (event.key === 'Tab' && !modal) keepFocus(event);
    // The page's own shortcuts are not for who works in here.
    event.stopPropagation();
  });

  dialog.addEventListener('keypress', (event) => event.stopPropagation());

  /** Tab, where the browser does not keep it inside. @param {KeyboardEvent} event */
  function keepFocus(event) {
    const all = Array.from(dialog.querySelectorAll('button, input, select, [tabindex]'));
    const stops = /** @type {HTMLElement[]} */ (all).filter((one) => one.offsetParent !== null);
    const [start, stop] = event.shiftKey ? [stops[0], stops[stops.length - 1]] : [stops[stops.length - 1], stops[0]];
    if (root.activeElement !== start) return;
    event.preventDefault();
    stop.focus();
  }

  if (modal) {
    // Without a key: the system's own way back.
    modal.addEventListener('cancel', (event) => {
      event.preventDefault();
      leave();
    });
    modal.addEventListener('close', () => {
      if (!modal.open) finish({ action: 'discard' });
    });
  }

  /** Where the focus was, through all shadow roots. */
  const before = deepFocus(root.ownerDocument);
  const letIn = modal ? () => {} : shutOut(root.host);

  function close() {
    if (isOver) return false;
    isOver = true;
    sight.disconnect();
    previews.end();
    surface.close();
    if (modal) modal.close();
    letIn();
    dialog.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
    return true;
  }

  /** @param {ReviewResult} result */
  function finish(result) {
    if (close()) end(result);
  }

  let isModal = false;
  const isSeen = () => dialog.getClientRects().length > 0;

  /** Modal only while it is seen: hidden with what it is in, it would hold up the page, and nobody would know why. */
  function present() {
    if (!modal) return;
    // Also after a move in the document: it is open then, but not modal any more.
    modal.close();
    modal.open = true;
    isModal = isSeen();
    if (!isModal) return;
    modal.open = false;
    modal.showModal();
  }

  function presentAgain() {
    present();
    surface.element.focus({ preventScroll: true });
  }

  const sight = new ResizeObserver(() => {
    if (modal && isModal !== isSeen()) presentAgain();
  });

  function translate() {
    for (const text of texts) text();
    dialog.lang = words.strings.language;
    update();
  }

  root.append(dialog);
  present();
  surface.measure();
  isReady = true;
  translate();
  surface.element.focus({ preventScroll: true });
  sight.observe(dialog);

  return {
    /** It goes with its element: nobody hears of it but who waits. */
    close: () => finish({ action: 'discard' }),
    moved: presentAgain,
    give,
    /** @param {ReviewWords} next */
    translate(next) {
      words = createWords(next);
      translate();
    },
  };
}

/** @param {ReviewRegion} region @returns {Region} */
function toRegion({ x, y, width, height, mode, color }) {
  return { x, y, width, height, mode, ...(mode === 'fill' && color !== undefined ? { color } : {}) };
}

/**
 * Where there is `inert` and no `<dialog>`: nothing beside the review can be reached. @param {Node} host
 * @returns {() => void} Undoes it.
 */
function shutOut(host) {
  /** @type {HTMLElement[]} */
  const shut = [];
  for (let at = host; at !== document.body && at.parentNode; ) {
    const parent = at.parentNode;
    for (const other of Array.from(/** @type {ParentNode} */ (/** @type {unknown} */ (parent)).children)) {
      if (other !== at && other instanceof HTMLElement && other.inert === false) shut.push(other);
    }
    at = parent instanceof ShadowRoot ? parent.host : parent;
  }
  for (const other of shut) other.inert = true;
  return () => {
    for (const other of shut) other.inert = false;
  };
}

/** @param {Document} page @returns {HTMLElement | null} Of another window's classes, where the page is in a frame. */
function deepFocus(page) {
  let at = page.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at === page.body ? null : /** @type {HTMLElement | null} */ (at);
}
