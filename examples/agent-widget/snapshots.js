/** The list of what was captured, the newest first. */

import { formatNumber, language, sayFaces, strings } from './strings.js';

/** @typedef {import('caseframe').Snapshot} Snapshot */

/** Older ones leave the list, and their pictures the memory. They stay where they were stored. */
const LONGEST_LIST = 20;
const TIMINGS = /** @type {const} */ (['wait', 'read', 'engine', 'mainThread', 'total']);

/**
 * @param {HTMLElement} list @param {HTMLElement} placeholder shown while the list is empty
 * @param {(error: unknown) => { advice: string, code: string }} explain
 */
export function createSnapshotList(list, placeholder, explain) {
  /**
   * Shows the snapshot at once and sends it.
   * @param {Snapshot} snapshot
   * @param {() => Promise<import('./upload.js').Receipt>} send called again where the agent wants another try
   * @param {number} [facesFound] where they were looked for
   */
  async function add(snapshot, send, facesFound) {
    const delivery = element('p', 'delivery');
    const item = entry(snapshot, delivery, facesFound);
    placeholder.hidden = true;
    list.prepend(item);
    if (list.children.length > LONGEST_LIST) remove(/** @type {HTMLElement} */ (list.lastElementChild));
    await deliver();

    async function deliver() {
      item.dataset.delivery = 'sending';
      delivery.replaceChildren(strings.sending);
      try {
        const { url } = await send();
        const link = element('a', '', strings.open);
        Object.assign(link, { href: url, target: '_blank', rel: 'noopener' });
        item.dataset.delivery = 'stored';
        delivery.replaceChildren(`${strings.stored} · `, link);
      } catch (error) {
        const { advice, code } = explain(error);
        const again = /** @type {HTMLButtonElement} */ (element('button', '', strings.sendAgain));
        again.type = 'button';
        again.addEventListener('click', deliver);
        item.dataset.delivery = 'failed';
        delivery.replaceChildren(`${advice} `, element('code', '', code), ' ', again);
      }
    }
  }

  return { add };
}

/** @param {Snapshot} snapshot @param {HTMLElement} delivery @param {number} [facesFound] */
function entry(snapshot, delivery, facesFound) {
  const item = element('li', 'snapshot');
  item.dataset.id = snapshot.id;
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(new Date(snapshot.capturedAt));
  const head = element('div', 'head');
  head.append(element('h3', '', time), badge(snapshot.report.verdict));
  if (facesFound !== undefined) {
    item.dataset.faces = String(facesFound); // Shown larger, to be checked.
    head.append(element('p', 'faces', sayFaces(facesFound)));
  }
  head.append(delivery);
  item.append(
    thumbnail(snapshot, time),
    head,
    facts(snapshot),
    element('p', 'caption', strings.timings),
    times(snapshot),
  );
  return item;
}

/** @param {Snapshot} snapshot @param {string} time */
function thumbnail({ blob, width, height }, time) {
  const image = /** @type {HTMLImageElement} */ (element('img'));
  return Object.assign(image, { src: URL.createObjectURL(blob), alt: `${strings.thumbnail} ${time}`, width, height });
}

/** @param {Snapshot['report']['verdict']} verdict */
function badge(verdict) {
  const created = element('span', 'badge', strings.verdicts[verdict]);
  created.dataset.verdict = verdict;
  return created;
}

/** @param {Snapshot} snapshot */
function facts({ blob, width, height, sha256, frame, redactions }) {
  const kilobytes = formatNumber(blob.size / 1000, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });
  const age = formatNumber(frame.ageMs, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 });
  const hash = element('code', '', `${sha256.slice(0, 12)}…`);
  hash.title = sha256;
  const list = element('dl', 'facts');
  list.append(
    ...fact(strings.size, `${width} × ${height} px, ${kilobytes}`),
    ...fact(strings.frame, `${strings.methods[frame.method]}, ${age} ${strings.old}`),
    ...fact(strings.areas, String(redactions.length)),
    ...fact(strings.sha256, hash),
  );
  return list;
}

/** @param {Snapshot} snapshot */
function times({ timings }) {
  const list = element('dl', 'times');
  for (const name of TIMINGS) {
    const column = element('div');
    const digits = timings[name] < 10 ? 1 : 0;
    column.append(...fact(strings[name], formatNumber(timings[name], { maximumFractionDigits: digits })));
    list.append(column);
  }
  return list;
}

/** @param {HTMLElement} item */
function remove(item) {
  URL.revokeObjectURL(/** @type {HTMLImageElement} */ (item.querySelector('img')).src);
  item.remove();
}

/** @param {string} name @param {string | Node} value */
function fact(name, value) {
  const description = element('dd');
  description.append(value);
  return [element('dt', '', name), description];
}

/** @param {string} name @param {string} [className] @param {string} [text] */
function element(name, className = '', text = '') {
  const created = document.createElement(name);
  if (className) created.className = className;
  created.textContent = text;
  return created;
}
