/** A key that works in the whole page, because the page has said so. */
import { invalid } from './errors.js';

/**
 * @typedef {object} Shortcut
 * @property {string} text As `aria-keyshortcuts` has it.
 * @property {(event: KeyboardEvent) => boolean} matches
 */

const MODIFIERS = /** @type {const} */ (['Control', 'Alt', 'Shift', 'Meta']);

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
  const given = names.map((name) => MODIFIERS.find((known) => known.toLowerCase() === name.toLowerCase()));
  const isModifier = MODIFIERS.some((known) => known.toLowerCase() === key.toLowerCase());
  if (key === '' || isModifier || given.includes(undefined) || new Set(given).size < given.length) {
    throw invalid('shortcut', "modifiers (Control, Alt, Shift, Meta) and a key, like 'Alt+C',", text);
  }
  const wanted = key.toLowerCase();
  // With Alt, macOS and other layouts write another character on the same key.
  const code = /^[a-z]$/.test(wanted) ? `Key${wanted.toUpperCase()}` : /^\d$/.test(wanted) ? `Digit${wanted}` : '';
  const isBare = !given.some((name) => name && name !== 'Shift');
  return {
    text: [...given, key.length === 1 ? key.toUpperCase() : key].join('+'),
    matches: (event) =>
      !event.defaultPrevented &&
      !event.repeat &&
      !event.isComposing &&
      MODIFIERS.every((name) => event.getModifierState(name) === given.includes(name)) &&
      (event.key.toLowerCase() === wanted || (code !== '' && event.code === code && event.altKey)) &&
      // A bare letter is for writing where one writes.
      !(isBare && isWriting(event)),
  };
}

/** @param {KeyboardEvent} event */
function isWriting(event) {
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
