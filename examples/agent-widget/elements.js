/** Pieces of the page that several of its parts make. */

import { language } from './strings.js';

/** @param {string} name @param {string} [className] @param {string} [text] */
export function element(name, className = '', text = '') {
  const created = document.createElement(name);
  if (className) created.className = className;
  created.textContent = text;
  return created;
}

/** @param {string} action @param {string} text @param {() => void} act */
export function button(action, text, act) {
  const created = /** @type {HTMLButtonElement} */ (element('button', '', text));
  created.type = 'button';
  created.dataset.action = action;
  created.addEventListener('click', act);
  return created;
}

/** The time of day, as the agent writes it; with its date where that is another day. @param {string} date ISO 8601 */
export function timeOf(date) {
  const then = new Date(date);
  const isToday = then.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language, {
    timeStyle: 'medium',
    ...(isToday ? {} : { dateStyle: 'medium' }),
  }).format(then);
}
