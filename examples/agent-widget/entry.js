/** One snapshot of the timeline: its picture, its facts, where it is, and what can be done with it. */

import { Refused } from './access.js';
import { button, element, timeOf } from './elements.js';
import { createHold } from './hold.js';
import { formatNumber, sayCovered, sayFaces, strings } from './strings.js';

/** @typedef {import('./timeline.js').Known} Known */

/**
 * @param {string} id
 * @param {object} page
 * @param {import('./access.js').Access} page.access
 * @param {import('./access.js').Agent} page.agent
 * @param {import('caseframe/upload').Uploader} page.uploader
 * @param {() => void} page.changed
 */
export function createEntry(id, { access, agent, uploader, changed }) {
  const picture = /** @type {HTMLImageElement} */ (element('img'));
  const frame = element('div', 'picture');
  const time = element('h3');
  time.tabIndex = -1; // Takes the focus of what goes.
  const where = element('p', 'delivery');
  const covered = element('p', 'covered');
  const faces = element('p', 'faces');
  const by = element('p', 'hint by');
  const hash = element('p', 'hint hash');
  const actions = element('div', 'buttons');
  const message = element('p', 'message');
  message.setAttribute('role', 'alert');
  const open = /** @type {HTMLAnchorElement} */ (element('a', 'open', strings.open));
  Object.assign(open, { target: '_blank', rel: 'noopener' });
  const retry = button('retry', strings.sendNow, () => uploader.retry(id).then(changed, changed));
  const discard = button('discard', strings.discard, () => uploader.discard(id).then(changed, changed));
  actions.append(open, retry, discard);
  const text = element('div', 'text');
  text.append(time, where, faces, covered, by, hash, actions);
  const hold = agent.role === 'agent' ? null : createHold(id, { access, agent, message });
  if (hold) text.append(hold.root);
  text.append(message);
  frame.append(picture);
  const root = element('li', 'snapshot');
  root.dataset.id = id;
  root.append(frame, text);
  /** @type {'none' | 'small' | 'own'} */
  let shown = 'none';

  /** @param {Blob} blob */
  function showPicture(blob) {
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
  }

  /** @param {string} url */
  async function fetchSmall(url) {
    shown = 'small';
    try {
      const small = await (await access.ask(url)).blob();
      if (root.isConnected && shown === 'small') showPicture(small);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      message.textContent = error.message;
    }
  }

  /** With a key of one's own a link alone opens nothing: the picture is fetched, and shown in the new tab. */
  open.addEventListener('click', async (event) => {
    if (access.headers().authorization === undefined) return;
    event.preventDefault();
    const tab = window.open('', '_blank');
    try {
      const response = await access.ask(open.href, { headers: { accept: 'application/json' } });
      const isLink = /json/.test(response.headers.get('content-type') ?? '');
      const url = isLink ? (await response.json()).url : URL.createObjectURL(await response.blob());
      if (tab) tab.location.href = url;
      else message.textContent = strings.tabRefused;
    } catch (error) {
      tab?.close();
      if (!(error instanceof Refused)) throw error;
      message.textContent = error.message;
    }
  });

  return {
    root,

    /** @param {Known} known @param {string} interactionId Of the call that is shown. */
    update(known, interactionId) {
      const { snapshot, pending, filed, url = filed?.url } = known;
      const clock = timeOf(known.at);
      if (snapshot && shown !== 'own') {
        shown = 'own';
        showPicture(snapshot.blob);
      } else if (filed && shown === 'none') fetchSmall(filed.thumbnailUrl);
      picture.alt = `${strings.thumbnail} ${clock}`;
      picture.hidden = !snapshot && !filed;
      time.textContent = clock;
      for (const control of [open, retry, discard])
        control.setAttribute('aria-label', `${control.textContent}: ${clock}`);

      const focused = /** @type {HTMLElement | null} */ (document.activeElement);
      const state = stateOf(known);
      root.dataset.delivery = state;
      where.textContent = sayWhere(state, known);
      retry.hidden = discard.hidden = state !== 'waiting' && state !== 'failed';
      open.hidden = url === undefined;
      if (url) open.href = url;
      if (focused?.hidden && actions.contains(focused)) time.focus();

      const facts = filed ?? snapshot;
      if (known.faces !== undefined) {
        root.dataset.faces = String(known.faces); // Shown larger, to be checked.
        faces.textContent = sayFaces(known.faces);
      }
      covered.textContent = facts ? sayCovered(facts.redactions) : '';
      const owner = known.interactionId ?? snapshot?.interactionId;
      const foreign = owner === interactionId ? undefined : owner;
      const bytes = filed?.bytes ?? snapshot?.blob.size ?? known.bytes ?? 0;
      const size = facts ? `${facts.width} × ${facts.height}` : '';
      const kilobytes = formatNumber(bytes / 1000, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });
      const agentId = filed?.agentId ?? pending?.agentId ?? agent.agentId;
      by.textContent = [foreign, agentId, size, kilobytes].filter(Boolean).join(' · ');
      hash.textContent = facts ? `SHA-256 ${facts.sha256.slice(0, 16)}…` : '';
      hash.title = facts?.sha256 ?? '';
      hash.hidden = !facts;
      hold?.update(filed);
    },

    remove() {
      URL.revokeObjectURL(picture.src);
      root.remove();
    },
  };
}

/** @param {Known} known @returns {'stored' | 'foreign' | 'failed' | 'waiting' | 'sending'} */
function stateOf({ pending, url, filed }) {
  if (filed || url) return 'stored';
  if (pending?.error?.code === 'agent-mismatch') return 'foreign';
  if (pending?.state === 'rejected' || pending?.state === 'expired') return 'failed';
  return pending?.state === 'waiting' && pending.error ? 'waiting' : 'sending';
}

/** @param {ReturnType<typeof stateOf>} state @param {Known} known */
function sayWhere(state, { pending, progress, filed }) {
  switch (state) {
    case 'stored':
      return filed ? strings.filed : strings.stored;
    case 'foreign':
      return strings.otherAgent;
    case 'failed':
      return pending?.state === 'expired' ? strings.expired : strings.refused;
    case 'waiting': {
      const next = pending?.nextTryAt ? ` ${strings.nextTry} ${timeOf(pending.nextTryAt)}` : '';
      return `${strings.waiting}${next}${pending?.durable ? '' : ` ${strings.volatile}`}`;
    }
    case 'sending':
      if (!progress) return strings.sending;
      return `${strings.sending} ${formatNumber(progress, { style: 'percent' })}`;
  }
}
