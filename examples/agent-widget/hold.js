/** The legal hold of a snapshot, and who last did what with it: for supervisors to read, for admins to decide. */

import { Refused } from './access.js';
import { element, timeOf } from './elements.js';
import { strings } from './strings.js';

/**
 * @param {string} id
 * @param {object} page
 * @param {import('./access.js').Access} page.access
 * @param {import('./access.js').Agent} page.agent
 * @param {HTMLElement} page.message Of what went wrong.
 */
export function createHold(id, { access, agent, message }) {
  const badge = element('p', 'badge', strings.held);
  const audit = element('p', 'hint audit');
  const form = /** @type {HTMLFormElement} */ (element('form', 'hold'));
  const reason = /** @type {HTMLInputElement} */ (element('input'));
  Object.assign(reason, { required: true, maxLength: 500, autocomplete: 'off' });
  const decide = /** @type {HTMLButtonElement} */ (element('button'));
  const label = element('label');
  label.append(element('span', '', strings.reason), reason);
  form.append(label, decide);
  const summary = element('summary');
  const fold = element('details', 'custody');
  fold.append(summary, audit, form);
  form.hidden = agent.role !== 'admin';
  const root = element('div', 'custody-box');
  root.append(badge, fold);
  root.hidden = true;
  let isHeld = false;

  async function showAudit() {
    const { entries = [] } = await (await access.ask(`${id}/audit`)).json();
    // Without the looks at the audit itself, this one among them.
    const told = entries.filter((/** @type {{ details?: { audit?: boolean } }} */ { details }) => !details?.audit);
    const last = told[told.length - 1];
    const what = last && (strings.actions[/** @type {keyof typeof strings.actions} */ (last.action)] ?? last.action);
    audit.textContent = last ? `${what} · ${last.actor}, ${timeOf(last.at)} (${told.length})` : '';
  }

  /** @param {() => Promise<void>} work */
  async function saying(work) {
    message.textContent = '';
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      message.textContent = error.message;
    }
  }

  /** @param {boolean} held */
  function show(held) {
    isHeld = held;
    root.dataset.held = String(held);
    badge.hidden = !held;
    decide.textContent = held ? strings.release : strings.hold;
    summary.textContent = strings.custody;
  }

  // Each look is written down itself: only who opens it asks.
  fold.addEventListener('toggle', () => {
    if (/** @type {HTMLDetailsElement} */ (fold).open) saying(showAudit);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    decide.disabled = true;
    saying(async () => {
      const answer = await access.ask(`${id}/legal-hold`, {
        method: isHeld ? 'DELETE' : 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ reason: reason.value }),
      });
      reason.value = '';
      show((await answer.json()).legalHold);
      await showAudit();
    }).finally(() => {
      decide.disabled = false;
    });
  });

  return {
    root,
    /** @param {import('./timeline.js').Filed} [filed] */
    update(filed) {
      if (!filed) return;
      root.hidden = false;
      show(filed.legalHold);
    },
  };
}
