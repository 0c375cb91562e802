/**
 * Snapshots on their way to the middleware: each one's state beside its picture, and a list of those that wait, also from
 * before the page was reloaded.
 */

import { createUploader } from 'caseframe/upload';
import { element, timeOf } from './elements.js';
import { formatNumber, strings } from './strings.js';

const ADDRESS = '/api/v1/video-snapshot/upload';

/** @typedef {import('caseframe/upload').PendingItem} PendingItem */

/**
 * Shows a snapshot's state.
 * @callback Show
 * @param {'sending' | 'waiting' | 'stored' | 'failed' | 'discarded'} state
 * @param {...(string | Node)} content
 */

/**
 * @param {object} page
 * @param {string} page.agentId Who is signed in.
 * @param {HTMLElement} page.section Of the list of those that wait; hidden while there are none.
 * @param {HTMLElement} page.list
 * @param {(error: unknown) => { advice: string, code: string }} page.explain
 * @param {(sentence: string, code: string) => void} page.warn
 * @param {() => void} page.delivered
 */
export function createDeliveries({ agentId, section, list, explain, warn, delivered }) {
  let isOffline = false;
  /** By the snapshot's id: those that have their picture on this page. @type {Map<string, Show>} */
  const shown = new Map();
  /** @type {Map<string, ReturnType<typeof createRow>>} */
  const rows = new Map();

  const uploader = createUploader({
    url: ADDRESS,
    agentId,
    retry: { maxMs: 30_000 },
    // Where a widget of your own asks for its token. Here it plays a network that is gone.
    headers: () => (isOffline ? Promise.reject(new Error('The network is switched off')) : {}),
  });

  uploader.on('queued', refresh);
  uploader.on('progress', ({ id, loaded, total }) => {
    const percent = formatNumber(loaded / total, { style: 'percent' });
    shown.get(id)?.('sending', `${strings.sending} ${percent}`);
  });
  uploader.on('sent', ({ id }) => shown.get(id)?.('sending', strings.confirming));
  uploader.on('delivered', ({ id, receipt }) => {
    const show = shown.get(id) ?? rows.get(id)?.showDelivered;
    show?.('stored', `${strings.stored} · `, linkTo(receipt.url));
    refresh();
    delivered();
  });
  uploader.on('failed', ({ id, error, willRetry }) => {
    const { advice, code } = explain(error);
    if (willRetry) shown.get(id)?.('waiting', strings.waiting);
    else shown.get(id)?.('failed', `${advice} `, element('code', '', code));
    refresh();
  });
  uploader.on('warning', ({ code, ids }) => {
    if (code === 'agent-mismatch') warn(strings.otherAgent, code);
    else if (ids.length > 0) warn(strings.volatile, code);
  });
  document.addEventListener('visibilitychange', refresh);
  refresh();

  /** What goes out at once needs no row of its own. */
  async function refresh() {
    const pending = await uploader.pending().catch(() => []);
    const late = pending.filter((item) => !shown.has(item.id) || item.error);
    for (const item of late) {
      const row = rows.get(item.id) ?? createRow(item, uploader, () => refresh());
      if (!rows.has(item.id)) list.append(row.root);
      rows.set(item.id, row);
      row.show(item, explain);
    }
    for (const [id, row] of rows) {
      if (late.some((item) => item.id === id) || row.isDelivered()) continue;
      row.root.remove();
      rows.delete(id);
    }
    section.hidden = rows.size === 0;
  }

  return {
    /** @param {import('caseframe').Snapshot} snapshot @param {Show} show */
    send(snapshot, show) {
      show('sending', strings.sending);
      shown.set(snapshot.id, show);
      uploader.send(snapshot).catch((error) => {
        if (error.code === 'disposed') return;
        if (error.code === 'aborted') return show('discarded', strings.discarded);
        const { advice, code } = explain(error);
        show('failed', `${advice} `, element('code', '', code));
      });
    },

    /** @param {boolean} off */
    setOffline(off) {
      isOffline = off;
      if (!off) uploader.flush();
    },

    dispose: uploader.dispose,
  };
}

/**
 * @param {PendingItem} item
 * @param {import('caseframe/upload').Uploader} uploader
 * @param {() => void} changed
 */
function createRow({ id, capturedAt, interactionId }, uploader, changed) {
  const root = element('li', 'waiting');
  const state = element('p', 'state');
  const buttons = element('div', 'buttons');
  const head = element('p', 'head');
  head.append(element('strong', '', timeOf(capturedAt)), ' ', element('span', 'hint', interactionId));
  for (const [name, text, act] of /** @type {const} */ ([
    ['retry', strings.sendNow, uploader.retry],
    ['discard', strings.discard, uploader.discard],
  ])) {
    const button = /** @type {HTMLButtonElement} */ (element('button', '', text));
    button.type = 'button';
    button.setAttribute('aria-label', `${text}: ${timeOf(capturedAt)}`);
    button.dataset.action = name;
    button.addEventListener('click', () => act(id).then(changed, changed));
    buttons.append(button);
  }
  root.dataset.id = id;
  root.append(head, state, buttons);
  let isDelivered = false;

  return {
    root,
    isDelivered: () => isDelivered,

    /** @param {PendingItem} now @param {(error: unknown) => { advice: string }} explain */
    show(now, explain) {
      const isForeign = now.error?.code === 'agent-mismatch';
      root.dataset.state = isForeign ? 'foreign' : now.state;
      buttons.hidden = isForeign || now.state === 'sending';
      if (isForeign) state.textContent = strings.otherAgent;
      else if (now.state === 'sending') state.textContent = strings.sending;
      else if (now.state !== 'waiting') state.textContent = explain(now.error).advice;
      else if (now.nextTryAt) state.textContent = `${strings.waiting} ${strings.nextTry} ${timeOf(now.nextTryAt)}`;
      else state.textContent = strings.waiting;
      if (!now.durable) state.textContent += ` ${strings.volatile}`;
    },

    /** Of a snapshot whose picture is not on this page. @type {Show} */
    showDelivered(_, ...content) {
      isDelivered = true;
      root.dataset.state = 'delivered';
      buttons.hidden = true;
      state.replaceChildren(...content);
    },
  };
}

/** @param {string} url */
function linkTo(url) {
  return Object.assign(element('a', '', strings.open), { href: url, target: '_blank', rel: 'noopener' });
}
