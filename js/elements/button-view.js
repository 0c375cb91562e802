/** The button's DOM: made once, then brought to what the model says. */
import { isBusy, stateOf } from './button-machine.js';
import { create, setAttribute, setText } from './create.js';
import { adviceOf, fill } from './strings.js';

/** @import { Model } from './button-machine.js' */
/** @import { ButtonWords } from './button-strings.js' */

/** A space of no width. */
const UNSEEN = '\u200b';
const SVG = 'http://www.w3.org/2000/svg';
/** A camera, on a field of 24 × 24. */
const CAMERA = [
  'M4 7h3l2-3h6l2 3h3a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z',
  'M12 10a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7z',
];

/**
 * @typedef {object} ButtonView
 * @property {HTMLButtonElement} take
 * @property {HTMLElement} flash Over the button, when the moment was caught.
 * @property {(words: ButtonWords) => void} translate
 * @property {(text: string) => void} showShortcut Empty for none.
 * @property {(model: Model, words: ButtonWords) => void} render
 * @property {(model: Model, words: ButtonWords) => void} repeat Has it read once more why nothing can be captured now.
 */

/**
 * @param {ShadowRoot} root
 * @param {{ take: (event: MouseEvent) => void, cancel: () => void, retry: () => void, answer: (agreed: boolean) => void }}
 *   on What is to be done.
 * @returns {ButtonView}
 */
export function createButtonView(root, on) {
  // Not the slot's fallback: white space in the page's source would take its place.
  const label = create('span');
  const given = create('slot');
  const keys = create('kbd', { part: 'shortcut', hidden: true });
  // Its own name is the label's: the key is told by aria-keyshortcuts.
  keys.setAttribute('aria-hidden', 'true');
  const flash = create('span', { className: 'flash', part: 'flash' });
  const take = create(
    'button',
    { type: 'button', className: 'take primary', part: 'button' },
    create('slot', { name: 'icon' }, camera()),
    create('span', { part: 'label' }, label, given),
    keys,
    flash,
  );
  take.setAttribute('aria-describedby', 'message reason');
  const cancel = create('button', { type: 'button', part: 'cancel', hidden: true });
  const retry = create('button', { type: 'button', part: 'retry', hidden: true });

  const question = create('slot', { name: 'consent' });
  const agreed = create('button', { type: 'button', part: 'agree', className: 'primary' });
  const declined = create('button', { type: 'button', part: 'decline' });
  const prompt = create(
    'div',
    { className: 'prompt', part: 'consent', hidden: true, tabIndex: -1 },
    create('p', { id: 'question' }, question),
    create('div', { className: 'controls' }, agreed, declined),
  );
  prompt.setAttribute('role', 'group');
  prompt.setAttribute('aria-labelledby', 'question');

  const bar = create('div', { className: 'bar', part: 'bar' });
  const track = create('div', { className: 'track', part: 'progress' }, bar);
  const percent = create('span', { className: 'percent' });
  track.setAttribute('role', 'progressbar');
  track.setAttribute('aria-valuemin', '0');
  track.setAttribute('aria-valuemax', '100');
  percent.setAttribute('aria-hidden', 'true');
  const sent = create('div', { className: 'sent', hidden: true }, track, percent);

  const message = create('p', { id: 'message', className: 'message', part: 'message' });
  message.setAttribute('role', 'status');
  const reason = create('span', { id: 'reason', hidden: true });

  const frame = create(
    'div',
    { className: 'frame', part: 'frame' },
    create('div', { className: 'controls' }, take, cancel, retry),
    prompt,
    sent,
    message,
    reason,
    create('slot', { name: 'review' }),
  );
  root.append(frame);

  function showLabel() {
    label.hidden = given
      .assignedNodes({ flatten: true })
      .some(({ textContent, nodeType }) => nodeType === 1 || /\S/.test(textContent || ''));
  }
  given.addEventListener('slotchange', showLabel);
  // A text that is changed in place is no change of the slot.
  new MutationObserver(showLabel).observe(root.host, { characterData: true, subtree: true });
  take.addEventListener('click', on.take);
  cancel.addEventListener('click', on.cancel);
  retry.addEventListener('click', on.retry);
  agreed.addEventListener('click', () => on.answer(true));
  declined.addEventListener('click', () => on.answer(false));
  frame.addEventListener('keydown', (event) => {
    // A key that is held down is one press.
    if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
    if (event.key !== 'Escape' || (cancel.hidden && prompt.hidden)) return;
    event.preventDefault();
    on.cancel();
  });

  /** What has the focus and goes gives it to the button. @param {HTMLElement} element @param {boolean} hidden */
  function hide(element, hidden) {
    if (element.hidden === hidden) return;
    const { activeElement } = root;
    const hadFocus = hidden && activeElement !== null && element.contains(activeElement);
    element.hidden = hidden;
    if (hadFocus) take.focus();
  }

  /** In which state a click was answered by the reason: until the next state, that stays. */
  let answeredIn = '';

  /** @param {Model} model @param {ButtonWords} words */
  function tell(model, words) {
    const { text, kind } = say(model, words);
    if (stateOf(model) !== answeredIn || !model.reason) answeredIn = '';
    setText(message, answeredIn && model.reason ? adviceOf(words, model.reason) : text);
    message.dataset.kind = answeredIn ? 'plain' : kind;
  }

  return {
    take,
    flash,

    translate(words) {
      frame.lang = words.language;
      setText(label, words.capture);
      showLabel();
      setText(cancel, words.cancel);
      setText(retry, words.retry);
      setText(question, words.consent);
      setText(agreed, words.agreed);
      setText(declined, words.declined);
      track.setAttribute('aria-label', words.progress);
    },

    showShortcut(text) {
      setText(keys, text);
      keys.hidden = text === '';
      setAttribute(take, 'aria-keyshortcuts', text || null);
    },

    render(model, words) {
      const state = stateOf(model);
      tell(model, words);
      // The reason is read with the button where the message says something else.
      setText(reason, model.reason && state !== 'unavailable' ? adviceOf(words, model.reason) : '');
      setAttribute(take, 'aria-disabled', model.reason || isBusy(model) ? 'true' : null);
      setAttribute(take, 'aria-busy', isBusy(model) ? 'true' : null);
      const asked = prompt.hidden && state === 'asking';
      hide(cancel, !(state === 'capturing' && model.isSlow));
      hide(retry, state !== 'failed');
      hide(prompt, state !== 'asking');
      if (asked) prompt.focus();
      hide(sent, state !== 'uploading');
      const percents = Math.round(model.progress * 100);
      track.setAttribute('aria-valuenow', String(percents));
      track.toggleAttribute('data-rtl', state === 'uploading' && getComputedStyle(frame).direction === 'rtl');
      bar.style.transform = `scaleX(${model.progress})`;
      setText(percent, fill(words.percent, { percent: percents.toLocaleString(words.language) }));
    },

    repeat(model, words) {
      const before = message.textContent;
      answeredIn = stateOf(model);
      tell(model, words);
      const text = message.textContent || '';
      // Only what changes is read: by a character that nobody sees or hears.
      if (text === before) message.textContent = text.endsWith(UNSEEN) ? text.slice(0, -1) : text + UNSEEN;
    },
  };
}

/**
 * The one sentence of a state.
 * @param {Model} model @param {ButtonWords} words
 * @returns {{ text: string, kind: 'plain' | 'good' | 'bad' }}
 */
function say(model, words) {
  const state = stateOf(model);
  switch (state) {
    case 'unavailable':
      return { text: model.reason ? adviceOf(words, model.reason) : '', kind: 'plain' };
    case 'idle':
      return { text: model.outcome ? words[model.outcome] : '', kind: model.outcome === 'captured' ? 'good' : 'plain' };
    case 'asking':
      return { text: '', kind: 'plain' }; // The prompt has the focus, and is read.
    case 'queued':
      return { text: model.isDurable ? words.queued : words.queuedHere, kind: 'plain' };
    case 'delivered':
      return { text: words.delivered, kind: 'good' };
    case 'failed':
      return { text: model.error ? adviceOf(words, model.error.code) : '', kind: 'bad' };
    default:
      return { text: words[state], kind: 'plain' };
  }
}

function camera() {
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', '0 0 24 24');
  picture.setAttribute('aria-hidden', 'true');
  for (const d of CAMERA) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    picture.append(path);
  }
  return picture;
}
