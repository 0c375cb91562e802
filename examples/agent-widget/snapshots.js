/** The list of what was captured, the newest first. */

import { element, timeOf } from './elements.js';
import { formatNumber, sayFaces, strings } from './strings.js';

/** @typedef {import('caseframe').Snapshot} Snapshot */

/** Older ones leave the list, and their pictures the memory. They stay where they were stored. */
const LONGEST_LIST = 20;
const TIMINGS = /** @type {const} */ (['wait', 'read', 'engine', 'mainThread', 'total']);

/**
 * @param {HTMLElement} list @param {HTMLElement} placeholder shown while the list is empty
 */
export function createSnapshotList(list, placeholder) {
  /**
   * @param {Snapshot} snapshot
   * @param {number} [facesFound] where they were looked for
   * @returns {import('./deliveries.js').Show} shows what becomes of it
   */
  function add(snapshot, facesFound) {
    const delivery = element('p', 'delivery');
    const item = entry(snapshot, delivery, facesFound);
    placeholder.hidden = true;
    list.prepend(item);
    if (list.children.length > LONGEST_LIST) remove(/** @type {HTMLElement} */ (list.lastElementChild));
    return (state, ...content) => {
      item.dataset.delivery = state;
      delivery.replaceChildren(...content);
    };
  }

  return { add };
}

/** @param {Snapshot} snapshot @param {HTMLElement} delivery @param {number} [facesFound] */
function entry(snapshot, delivery, facesFound) {
  const item = element('li', 'snapshot');
  item.dataset.id = snapshot.id;
  const time = timeOf(snapshot.capturedAt);
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
