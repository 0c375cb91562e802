/**
 * The case's snapshots, the newest first: what was taken on this page, what waits to be sent (also from before a reload),
 * and what the middleware has filed, put together by their ids.
 */

import { Refused } from './access.js';
import { createEntry } from './entry.js';
import { strings } from './strings.js';

/** So long after it has left the queue, a snapshot's receipt has been told of, if there is one. */
const SETTLES_MS = 1000;

/** @typedef {import('caseframe').Snapshot} Snapshot */
/** @typedef {import('caseframe/upload').PendingItem} PendingItem */

/**
 * @typedef {object} Filed As the middleware lists it.
 * @property {string} id
 * @property {string} interactionId
 * @property {string} agentId
 * @property {string} timestamp ISO 8601
 * @property {string} sha256
 * @property {number} bytes
 * @property {number} width
 * @property {number} height
 * @property {{ mode?: string }[]} redactions
 * @property {boolean} legalHold
 * @property {string} url
 * @property {string} thumbnailUrl
 */

/**
 * @typedef {object} Known What is known of one snapshot.
 * @property {string} at When it was captured, ISO 8601.
 * @property {Snapshot} [snapshot] Taken on this page.
 * @property {number} [faces] How many were hidden in it.
 * @property {PendingItem} [pending]
 * @property {string} [interactionId] Of what has waited: once that has arrived, nothing else tells.
 * @property {number} [bytes] The same.
 * @property {number} [progress] Of its upload, 0..1.
 * @property {string} [url] Of its receipt.
 * @property {Filed} [filed]
 * @property {{ deletedAt?: string, reason?: string }} [deleted] It was filed, and is no more.
 */

/**
 * @param {object} page
 * @param {HTMLElement} page.list
 * @param {HTMLElement} page.empty Shown while there is none.
 * @param {HTMLElement} page.note Says why what is filed cannot be shown.
 * @param {import('./access.js').Access} page.access
 * @param {import('./access.js').Agent} page.agent
 * @param {import('caseframe/upload').Uploader} page.uploader
 */
export function createTimeline({ list, empty, note, access, agent, uploader }) {
  /** @type {Map<string, { known: Known, view: ReturnType<typeof createEntry> }>} */
  const entries = new Map();
  const heading = /** @type {HTMLElement} */ (list.closest('section')?.querySelector('h2'));
  heading.tabIndex = -1;
  let interactionId = '';
  let newest = 0;

  /** @param {string} id @param {Partial<Known>} news */
  function learn(id, news) {
    const entry = entries.get(id) ?? {
      known: { at: dateOf(news) },
      view: createEntry(id, {
        access,
        agent,
        uploader,
        changed: refresh,
        gone: (answer) => learn(id, { deleted: answer }),
      }),
    };
    const { known, view } = entry;
    Object.assign(known, news);
    const { pending } = known;
    if (pending) Object.assign(known, { interactionId: pending.interactionId, bytes: pending.bytes });
    view.update(known, interactionId);
    if (!entries.has(id)) place(view.root, known.at);
    entries.set(id, entry);
    empty.hidden = true;
  }

  /** Where it belongs by its time. @param {HTMLElement} root @param {string} date */
  function place(root, date) {
    // As moments, not as texts: each may have an offset of its own.
    const at = Date.parse(date);
    root.dataset.at = String(at);
    const after = [...list.children].find((other) => Number(/** @type {HTMLElement} */ (other).dataset.at) < at);
    list.insertBefore(root, after ?? null);
  }

  /** @param {string} id */
  function forget(id) {
    const root = entries.get(id)?.view.root;
    const next = root?.nextElementSibling ?? root?.previousElementSibling;
    const hadFocus = root?.contains(document.activeElement);
    entries.get(id)?.view.remove();
    entries.delete(id);
    empty.hidden = entries.size > 0;
    // The keys go on where it was.
    if (hadFocus) (next?.querySelector('h3') ?? heading).focus();
  }

  /** What waits. What this page sends at once needs no second word. */
  async function refresh() {
    const waiting = await uploader.pending().catch(() => []);
    for (const item of waiting) {
      // How far a try came that has failed says nothing about the next.
      learn(item.id, { pending: item, ...(item.state === 'sending' ? {} : { progress: undefined }) });
    }
    for (const [id, { known }] of entries) {
      if (!known.pending || waiting.some((item) => item.id === id)) continue;
      known.pending = undefined;
      learn(id, {});
      // Neither waiting nor delivered: somebody has taken it out. Or it has just arrived, which is told next.
      setTimeout(() => {
        if (!known.pending && !known.url && !known.filed) forget(id);
      }, SETTLES_MS);
    }
  }

  async function fetchFiled() {
    if (interactionId === '') return; // No call yet.
    newest += 1;
    const request = newest;
    // What arrives from now on need not be in the answer.
    const before = [...entries].filter(([, { known }]) => isFiled(known, interactionId)).map(([id]) => id);
    try {
      const snapshots = await listFiled(interactionId);
      if (request !== newest) return; // The agent has gone on meanwhile.
      note.textContent = '';
      for (const filed of snapshots) learn(filed.id, { filed });
      const ids = new Set(snapshots.map(({ id }) => id));
      for (const id of before) {
        const known = entries.get(id)?.known;
        if (known && !ids.has(id) && !known.deleted) learn(id, { deleted: {} });
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (request === newest) note.textContent = `${strings.timelineUnavailable} ${error.message}`;
    }
  }

  /** All of them, page by page. @param {string} ofInteraction @returns {Promise<Filed[]>} */
  async function listFiled(ofInteraction) {
    /** @type {Filed[]} */
    const found = [];
    for (let after = ''; ; ) {
      const query = { interactionId: ofInteraction, ...(after === '' ? {} : { after }) };
      const response = await access.ask(`?${new URLSearchParams(query)}`);
      found.push(...(await response.json()).snapshots);
      after = /[?&]after=([\w-]+)/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
      if (after === '') return found;
    }
  }

  /** @type {Promise<unknown> | null} */
  let looking = null;

  /** What has become of the case elsewhere. Each look is written down by the service: two events are one look. */
  function look() {
    looking ??= Promise.all([refresh(), fetchFiled()]).finally(() => {
      looking = null;
    });
    return looking;
  }

  uploader.on('queued', refresh);
  uploader.on('failed', refresh);
  uploader.on('progress', ({ id, loaded, total }) => {
    if (entries.has(id)) learn(id, { progress: loaded / total });
  });
  uploader.on('delivered', async ({ id, receipt }) => {
    if (entries.has(id)) learn(id, { url: receipt.url, pending: undefined });
    await refresh();
    await fetchFiled();
  });
  uploader.on('warning', ({ code, ids }) => {
    if (code === 'agent-mismatch') note.textContent = strings.otherAgent;
    else if (ids.length > 0) note.textContent = strings.volatile;
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') look();
  });
  addEventListener('focus', look);
  refresh();

  return {
    look,

    /** @param {Snapshot} snapshot @param {number} [faces] */
    add: (snapshot, faces) => learn(snapshot.id, { snapshot, faces }),

    /** The agent turns to another interaction. What waits of others stays in sight. @param {string} next */
    async show(next) {
      if (next !== interactionId) {
        const isFirst = interactionId === '';
        interactionId = next;
        for (const [id, { known }] of entries) {
          // What waited from before a reload, and has arrived ahead of the first call, is news.
          if (known.pending || isFirst) learn(id, {});
          else forget(id);
        }
      }
      await Promise.all([refresh(), fetchFiled()]);
    },
  };
}

/** @param {Partial<Known>} known */
function dateOf({ snapshot, pending, filed }) {
  return snapshot?.capturedAt ?? pending?.capturedAt ?? filed?.timestamp ?? '';
}

/** Known to be stored, with this interaction. @param {Known} known @param {string} interactionId */
function isFiled({ filed, url, snapshot, interactionId: waited }, interactionId) {
  const owner = filed?.interactionId ?? waited ?? snapshot?.interactionId;
  return owner === interactionId && (filed !== undefined || url !== undefined);
}
