/** One snapshot of the timeline: its picture, its facts, where it is, and what can be done with it. */

import { Refused } from './access.js';
import { button, element, timeOf } from './elements.js';
import { createHold } from './hold.js';
import { formatNumber, sayCovered, sayDeleted, sayFaces, strings } from './strings.js';

/** @typedef {import('./timeline.js').Known} Known */

/**
 * @param {string} id
 * @param {object} page
 * @param {import('./access.js').Access} page.access
 * @param {import('./access.js').Agent} page.agent
 * @param {import('caseframe/upload').Uploader} page.uploader
 * @param {() => void} page.changed
 * @param {(answer: Refused['answer']) => void} page.gone The service has said that it is deleted.
 */
export function createEntry(id, { access, agent, uploader, changed, gone }) {
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
  const discard = button('discard', strings.discard, () => ask(true));
  actions.append(open, retry, discard);
  const question = element('div', 'question');
  const asked = element('p', '', strings.discardAsk);
  asked.id = `discard-${id}`;
  question.setAttribute('role', 'alertdialog');
  question.setAttribute('aria-labelledby', asked.id);
  const keep = button('keep', strings.keep, () => ask(false));
  const choices = element('div', 'buttons');
  choices.append(
    button('discard-yes', strings.discard, () => uploader.discard(id).then(changed, changed)),
    keep,
  );
  question.append(asked, choices);
  question.hidden = true;
  question.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') ask(false);
    // A key that is held down is one press: it has opened the question.
    if (event.key === 'Enter' && event.repeat) event.preventDefault();
  });
  const text = element('div', 'text');
  text.append(time, where, faces, covered, by, hash, actions, question);
  const hold = agent.role === 'agent' ? null : createHold(id, { access, agent, saying });
  if (hold) text.append(hold.root);
  text.append(message);
  frame.append(picture);
  const root = element('li', 'snapshot');
  root.dataset.id = id;
  root.append(frame, text);
  /** @type {'none' | 'small' | 'own'} */
  let shown = 'none';

  /** What is not sent yet is nowhere else. @param {boolean} isAsking */
  function ask(isAsking) {
    actions.hidden = isAsking;
    question.hidden = !isAsking;
    (isAsking ? keep : discard).focus();
  }

  /** @param {() => Promise<void>} work */
  async function saying(work) {
    message.textContent = '';
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 410) gone(error.answer);
      else message.textContent = error.message;
    }
  }

  /** @param {Blob} blob */
  function showPicture(blob) {
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
  }

  /** @param {string} url */
  function fetchSmall(url) {
    shown = 'small';
    return saying(async () => {
      const small = await (await access.ask(url)).blob();
      if (root.isConnected && shown === 'small') showPicture(small);
    });
  }

  /** With a key of one's own a link alone opens nothing: the picture is fetched, and shown in the new tab. */
  open.addEventListener('click', (event) => {
    if (access.headers().authorization === undefined) return;
    event.preventDefault();
    const tab = window.open('', '_blank');
    saying(async () => {
      try {
        const response = await access.ask(open.href, { headers: { accept: 'application/json' } });
        const isLink = /json/.test(response.headers.get('content-type') ?? '');
        const url = isLink ? (await response.json()).url : URL.createObjectURL(await response.blob());
        if (tab) tab.location.href = url;
        else message.textContent = strings.tabRefused;
      } catch (error) {
        tab?.close();
        throw error;
      }
    });
  });

  return {
    root,

    /** @param {Known} known @param {string} interactionId Of the call that is shown. */
    update(known, interactionId) {
      const { snapshot, pending, filed, deleted, url = filed?.url } = known;
      const clock = timeOf(known.at);
      if (deleted) {
        URL.revokeObjectURL(picture.src);
        picture.removeAttribute('src');
        shown = 'none';
      } else if (snapshot && shown !== 'own') {
        shown = 'own';
        showPicture(snapshot.blob);
      } else if (filed && shown === 'none') fetchSmall(filed.thumbnailUrl);
      picture.alt = `${strings.thumbnail} ${clock}`;
      picture.hidden = Boolean(deleted) || (!snapshot && !filed);
      time.textContent = clock;
      for (const control of [open, retry, discard])
        control.setAttribute('aria-label', `${control.textContent}: ${clock}`);

      const focused = /** @type {HTMLElement | null} */ (document.activeElement);
      const state = stateOf(known);
      root.dataset.delivery = state;
      where.textContent = sayWhere(state, known);
      retry.hidden = discard.hidden = state !== 'waiting' && state !== 'failed';
      // It has been sent meanwhile, or is on its way.
      if (discard.hidden) {
        actions.hidden = false;
        question.hidden = true;
      }
      open.hidden = url === undefined || state === 'deleted';
      if (url) open.href = url;
      if (text.contains(focused) && focused?.closest('[hidden]')) time.focus();

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
      hold?.update(filed, state === 'deleted');
    },

    remove() {
      URL.revokeObjectURL(picture.src);
      root.remove();
    },
  };
}

/** @param {Known} known @returns {'deleted' | 'stored' | 'foreign' | 'failed' | 'waiting' | 'sending'} */
function stateOf({ pending, url, filed, deleted }) {
  if (deleted) return 'deleted';
  if (filed || url) return 'stored';
  if (pending?.error?.code === 'agent-mismatch') return 'foreign';
  if (pending?.state === 'rejected' || pending?.state === 'expired') return 'failed';
  return pending?.state === 'waiting' && pending.error ? 'waiting' : 'sending';
}

/** @param {ReturnType<typeof stateOf>} state @param {Known} known */
function sayWhere(state, { pending, progress, filed, deleted }) {
  switch (state) {
    case 'deleted':
      return sayDeleted(deleted ?? {});
    case 'stored':
      return filed ? strings.filed : strings.stored;
    case 'foreign':
      return strings.otherAgent;
    case 'failed':
      return pending?.state === 'expired' ? strings.expired : strings.refused;
    case 'waiting': {
      const next = pending?.nextTryAt ? ` ${strings.nextTry} ${timeOf(pending.nextTryAt)}` : '';
      return `${sayWaiting(pending)}${next}${pending?.durable ? '' : ` ${strings.volatile}`}`;
    }
    case 'sending':
      if (!progress) return strings.sending;
      return `${strings.sending} ${formatNumber(progress, { style: 'percent' })}`;
  }
}

/** What it waits for. @param {Known['pending']} pending */
function sayWaiting(pending) {
  const { reason, status } = /** @type {{ reason?: string, status?: number }} */ (pending?.error?.details ?? {});
  if (reason === 'headers' || status === 401) return strings.waitingForKey;
  return status ? strings.serviceBusy : strings.waiting;
}
