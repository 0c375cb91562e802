/** What is filed with the interaction, as the middleware tells it: a small picture, a legal hold, and who last did what. */

import { element, timeOf } from './elements.js';
import { strings } from './strings.js';

const ADDRESS = '/api/v1/video-snapshot/';

/** @typedef {{ id: string, timestamp: string, agentId: string, legalHold: boolean, url: string, thumbnailUrl: string }} Filed */

/**
 * @param {HTMLElement} section Hidden while nothing is filed.
 * @param {HTMLElement} list
 * @param {HTMLElement} note Says why the list cannot be shown.
 */
export function createTimeline(section, list, note) {
  /** By the snapshot's id: a thumbnail is fetched once, since each look is written down. @type {Map<string, ReturnType<typeof createEntry>>} */
  let entries = new Map();
  let shown = '';
  let newest = 0;

  /** @param {string} interactionId */
  async function show(interactionId) {
    newest += 1;
    const request = newest;
    const answer = await ask(`?${new URLSearchParams({ interactionId })}`);
    if (request !== newest) return; // The agent has gone on meanwhile.
    if (interactionId !== shown) {
      entries = new Map();
      list.replaceChildren();
      shown = interactionId;
    }
    note.textContent = answer.error ?? '';
    for (const filed of /** @type {Filed[]} */ (answer.snapshots ?? [])) {
      const entry = entries.get(filed.id) ?? createEntry(filed);
      if (!entries.has(filed.id)) list.append(entry.root);
      entries.set(filed.id, entry);
      entry.update(filed.legalHold);
    }
    section.hidden = entries.size === 0 && answer.error === undefined;
  }

  return { show };
}

/** @param {Filed} filed */
function createEntry({ id, timestamp, url, thumbnailUrl }) {
  const root = element('li', 'filed');
  root.dataset.id = id;
  const time = timeOf(timestamp);
  const link = Object.assign(document.createElement('a'), { href: url, target: '_blank', rel: 'noopener' });
  const picture = Object.assign(document.createElement('img'), { src: thumbnailUrl, className: 'filed-picture' });
  picture.alt = `${strings.thumbnail} ${time}`;
  link.append(picture);
  const badge = element('span', 'badge', strings.held);
  const head = element('p', 'head');
  head.append(element('strong', '', time), ' ', badge);
  const audit = element('p', 'hint audit');
  const message = element('p', 'message');
  message.setAttribute('role', 'alert');

  const form = document.createElement('form');
  const label = element('label');
  const reason = Object.assign(document.createElement('input'), {
    required: true,
    maxLength: 500,
    autocomplete: 'off',
  });
  const button = Object.assign(document.createElement('button'), { type: 'submit' });
  label.append(element('span', '', strings.reason), reason);
  form.append(label, button);
  const text = element('div', 'text');
  text.append(head, audit, form, message);
  root.append(link, text);
  let isHeld = false;

  /** @param {boolean} held */
  async function update(held) {
    isHeld = held;
    root.dataset.held = String(held);
    badge.hidden = !held;
    button.textContent = held ? strings.release : strings.hold;
    button.setAttribute('aria-label', `${button.textContent}: ${time}`);
    // Agents may not read it, and are shown none.
    const { entries = [] } = await ask(`${id}/audit`);
    const last = entries[entries.length - 1];
    const what = last && (strings.actions[/** @type {keyof typeof strings.actions} */ (last.action)] ?? last.action);
    audit.textContent = last ? `${what} · ${last.actor}, ${timeOf(last.at)} (${entries.length})` : '';
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    const answer = await ask(`${id}/legal-hold`, {
      method: isHeld ? 'DELETE' : 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: reason.value }),
    });
    button.disabled = false;
    message.textContent = answer.error ?? '';
    if (answer.error !== undefined) return;
    reason.value = '';
    await update(answer.legalHold);
  });

  return { root, update };
}

/**
 * @param {string} path @param {RequestInit} [init]
 * @returns {Promise<any>} The answer, or its `error` as a sentence.
 */
async function ask(path, init) {
  try {
    const response = await fetch(ADDRESS + path, init);
    const answer = await response.json();
    return response.ok ? answer : { error: answer.error };
  } catch {
    return { error: strings.timelineUnavailable };
  }
}
