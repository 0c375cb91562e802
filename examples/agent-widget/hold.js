/** The legal hold of a snapshot, and who last did what with it: for supervisors to read, for admins to decide. */

import { element, timeOf } from './elements.js';
import { strings } from './strings.js';

/**
 * @param {string} id
 * @param {object} page
 * @param {import('./access.js').Access} page.access
 * @param {import('./access.js').Agent} page.agent
 * @param {(work: () => Promise<void>) => Promise<void>} page.saying Does it, and says what the service refuses.
 */
export function createHold(id, { access, agent, saying }) {
  const badge = element('p', 'badge', strings.held);
  const audit = element('p', 'hint audit');
  const form = /** @type {HTMLFormElement} */ (element('form', 'hold'));
  const reason = /** @type {HTMLInputElement} */ (element('input'));
  Object.assign(reason, { required: true, maxLength: 500, autocomplete: 'off' });
  const decide = /** @type {HTMLButtonElement} */ (element('button'));
  const label = element('label');
  label.append(element('span', '', strings.reason), reason);
  form.append(label, decide);
  const summary = element('summary', '', strings.custody);
  const fold = element('details', 'custody');
  fold.append(summary, audit, form);
  const root = element('div', 'custody-box');
  root.append(badge, fold);
  root.hidden = true;
  /** @type {import('./timeline.js').Filed | undefined} */
  let shown;

  async function showAudit() {
    const { entries = [] } = await (await access.ask(`${id}/audit`)).json();
    // Without the looks at the audit itself, this one among them.
    const told = entries.filter((/** @type {{ details?: { audit?: boolean } }} */ { details }) => !details?.audit);
    const last = told[told.length - 1];
    const what = last && (strings.actions[/** @type {keyof typeof strings.actions} */ (last.action)] ?? last.action);
    audit.textContent = last ? `${what} · ${last.actor}, ${timeOf(last.at)} (${told.length})` : '';
  }

  /** @param {boolean} isHeld @param {boolean} isDeleted */
  function show(isHeld, isDeleted) {
    root.dataset.held = String(isHeld);
    badge.hidden = !isHeld;
    form.hidden = agent.role !== 'admin' || isDeleted;
    decide.textContent = isHeld ? strings.release : strings.hold;
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
        method: shown?.legalHold ? 'DELETE' : 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ reason: reason.value }),
      });
      reason.value = '';
      const { legalHold } = await answer.json();
      if (shown) shown.legalHold = legalHold;
      show(legalHold, false);
      await showAudit();
    }).finally(() => {
      decide.disabled = false;
    });
  });

  return {
    root,
    /** @param {import('./timeline.js').Filed | undefined} filed @param {boolean} isDeleted */
    update(filed, isDeleted) {
      if (!filed) return;
      shown = filed;
      root.hidden = false;
      show(filed.legalHold && !isDeleted, isDeleted);
    },
  };
}
