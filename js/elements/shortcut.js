/** A key that works in the whole page, because the page has said so. */
import { invalid } from './errors.js';

/**
 * @typedef {object} Shortcut
 * @property {string} text As `aria-keyshortcuts` has it.
 * @property {(event: KeyboardEvent) => boolean} matches
 */

/** As `aria-keyshortcuts` has what cannot stand between its signs. @type {Record<string, string>} */
const NAMES = { space: ' ', plus: '+' };

const MODIFIERS = /** @type {const} */ (['Control', 'Alt', 'Shift', 'Meta']);

/** What is printed on the keys, by their codes. @type {Map<string, string> | undefined} */
let layout;

function learnLayout() {
  // Chromium's alone.
  const { keyboard } = /** @type {any} */ (navigator);
  keyboard?.getLayoutMap?.().then(
    (/** @type {Map<string, string>} */ map) => {
      layout = map;
    },
    () => {}, // Not for a frame that may not know it.
  );
}

/**
 * @param {string} text As in `aria-keyshortcuts` (WAI-ARIA 1.2): names joined by `+`, the key last.
 * @returns {Shortcut | null} null for an empty text.
 * @throws {CaptureError} `invalid-argument`
 * @example parseShortcut('Alt+C')
 */
export function parseShortcut(text) {
  const names = text.split('+').map((name) => name.trim());
  if (names.length === 1 && names[0] === '') return null;
  const key = /** @type {string} */ (names.pop());
  const modifierOf = (/** @type {string} */ name) => MODIFIERS.find((one) => one.toLowerCase() === name.toLowerCase());
  const given = names.map(modifierOf);
  if (key === '' || modifierOf(key) || given.includes(undefined) || new Set(given).size < given.length) {
    throw invalid('shortcut', "modifiers (Control, Alt, Shift, Meta) and a key, like 'Alt+C',", text);
  }
  const wanted = NAMES[key.toLowerCase()] || key.toLowerCase();
  // Shift belongs to the sign, on some keyboards.
  const isSign = /^[!-/:-@[-`{-~]$/.test(wanted);
  const isBare = !given.some((name) => name && name !== 'Shift');
  if (!layout) learnLayout();
  return {
    text: [...given, key.length === 1 ? key.toUpperCase() : key].join('+'),
    matches: (event) =>
      // A browser that fills in a field sends one that is no KeyboardEvent.
      Boolean(event.key) &&
      !event.defaultPrevented &&
      !event.repeat &&
      !event.isComposing &&
      MODIFIERS.every(
        (name) => event.getModifierState(name) === given.includes(name) || (name === 'Shift' && isSign),
      ) &&
      (event.key.toLowerCase() === wanted || (!isBare && printedOn(event) === wanted)) &&
      !(isBare && isTaken(event)),
  };
}

/**
 * The letter or digit on a key that writes something else: with Option on macOS, with another alphabet, a digit on AZERTY.
 * Which letter stands where is known where the browser tells; elsewhere it is taken for QWERTY.
 * @param {KeyboardEvent} event
 */
function printedOn({ key, code }) {
  const [, digit, letter] = /^(?:Digit(\d)|Key(\w))$/.exec(code) || [];
  if (digit) return digit;
  // What writes a sign of ASCII says itself what it is.
  return /^[!-~]$/.test(key) ? '' : layout?.get(code) || (letter || '').toLowerCase();
}

/**
 * A bare letter is for writing where one writes, and Enter and Space are for the button or link that has the focus.
 * @param {KeyboardEvent} event
 */
function isTaken(event) {
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
  const isPressed = /^( |Enter)$/.test(event.key) && target.tabIndex >= 0;
  return isPressed || target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
