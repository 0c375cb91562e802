/** What is written: a link that stays, with the snapshot's id, by which a repeat finds itself. */

import { PATH } from '../links.js';

/** Of a participant attribute's value: what Genesys' own clients take. */
export const MAX_VALUE = 256;
/** The longest id of a snapshot. */
const MAX_ID = 64;

/** @typedef {import('../records/records.js').Snapshot} Snapshot */

/**
 * The service's own address: it asks whoever opens it who they are, and stays the same. A presigned link would be dead in a
 * minute, and open to anybody until then.
 * @param {string} publicUrl @param {Pick<Snapshot, 'id'>} snapshot
 */
export function linkOf(publicUrl, { id }) {
  return `${publicUrl}${PATH}/${id}`;
}

/** Whether each link fits into an attribute. @param {string} publicUrl */
export function fits(publicUrl) {
  return linkOf(publicUrl, { id: 'x'.repeat(MAX_ID) }).length <= MAX_VALUE;
}

/** One key for each snapshot: two at once do not overwrite each other. @param {Pick<Snapshot, 'id'>} snapshot */
export function attributeKey({ id }) {
  return `caseframe_snapshot_${id}`;
}

/** By which a repeat finds itself. The id alone may be a number, in brackets in anybody's text. @param {Pick<Snapshot, 'id'>} snapshot */
function markOf({ id }) {
  return `Video snapshot [${id}]`;
}

/** @param {string} publicUrl @param {Snapshot} snapshot */
export function textOf(publicUrl, snapshot) {
  return `${markOf(snapshot)}, taken ${snapshot.timestamp}: ${linkOf(publicUrl, snapshot)}`;
}

/** Whether a text that was listed is the snapshot's note. @param {unknown} text @param {Pick<Snapshot, 'id'>} snapshot */
export function isNoteOf(text, snapshot) {
  return typeof text === 'string' && text.includes(markOf(snapshot));
}
