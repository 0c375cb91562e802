/**
 * The places where a note can stand. Each looks whether the note is there already, where that can be seen, and writes it
 * otherwise. What is not there to be written to is `undefined`.
 */

import { validate as isUuid, v5 as uuidv5 } from 'uuid';
import { attributeKey, isNoteOf, linkOf, textOf } from './note.js';
import { GenesysTrouble } from './trouble.js';

/** Of custom attributes whose snapshot's id is no UUID. */
const NAMESPACE = 'e5db930b-4138-4f3b-a37d-531a851f2b88';
/** The most that comments and notes come in. */
const PAGE_SIZE = 100;
/** Of a list with a cursor: 10,000 comments of some days. */
const MAX_PAGES = 100;
/** Of a contact's notes: Genesys shows the newest 1,000. */
const MAX_NUMBERED_PAGES = 10;
/** How much earlier than its snapshot a note may seem to be: by the clocks of two services, one of them set wrong. */
const CLOCKS_APART_MS = 24 * 60 * 60 * 1000;

/**
 * @typedef {object} Job
 * @property {import('../records/records.js').Snapshot} snapshot
 * @property {any} conversation As Genesys has it; none for the guide's endpoint.
 * @property {import('./client.js').GenesysClient['ask']} ask
 * @property {() => Promise<void>} aboutToWrite Throws where another has taken over.
 *
 * @typedef {{ how: 'written' | 'found', where: object }} Written `where` is for the audit.
 */

/**
 * @param {Pick<import('./annotation.js').AnnotationSettings, 'publicUrl' | 'schemaId'>} settings
 * @returns {Record<import('./annotation.js').TargetName, (job: Job) => Promise<Written | undefined>>}
 */
export function createTargets({ publicUrl, schemaId }) {
  return {
    /** A key of its own on the customer: written twice, it is there once. `findAttribute` has looked before. */
    async attributes({ snapshot, conversation, ask, aboutToWrite }) {
      const participants = listOf(conversation.participants);
      const key = attributeKey(snapshot);
      const present = participants.filter(({ id, endTime }) => typeof id === 'string' && !endTime);
      const participant =
        present.find(({ purpose }) => purpose === 'customer' || purpose === 'external') ??
        present.find(({ userId }) => userId === snapshot.agentId) ??
        present[0];
      if (participant === undefined) return undefined;
      await aboutToWrite();
      await ask({
        method: 'PATCH',
        path: `${conversationPath(snapshot)}/participants/${encodeURIComponent(participant.id)}/attributes`,
        body: { attributes: { [key]: linkOf(publicUrl, snapshot) } },
        writes: true,
      });
      return { how: 'written', where: { participantId: participant.id, key } };
    },

    /** A comment on each case that the call is associated with. */
    async case({ snapshot, ask, aboutToWrite }) {
      const caseIds = new Set();
      for await (const { case: found } of pages((after) =>
        ask({
          method: 'POST',
          path: '/casemanagement/cases/associations/query',
          body: { conversationId: snapshot.interactionId, ...(after === undefined ? {} : { after }) },
        }),
      )) {
        if (typeof found?.id === 'string') caseIds.add(found.id);
      }
      if (caseIds.size === 0) return undefined;
      let how = /** @type {Written['how']} */ ('found');
      for (const caseId of caseIds) {
        const path = `/casemanagement/cases/${encodeURIComponent(caseId)}/comments`;
        const comments = pages((after) =>
          ask({ method: 'GET', path: path + query({ pageSize: PAGE_SIZE, sortOrder: 'desc', after }) }),
        );
        if (await isThere(comments, snapshot, ({ content, dateCreated }) => [content, dateCreated])) continue;
        await aboutToWrite();
        await ask({ method: 'POST', path, body: { content: textOf(publicUrl, snapshot) }, writes: true });
        how = 'written';
      }
      return { how, where: { caseIds: [...caseIds] } };
    },

    /** A record whose id is the snapshot's: written again, it replaces itself. Never read back: that may be hours late. */
    async 'custom-attributes'({ snapshot, ask, aboutToWrite }) {
      const id = isUuid(snapshot.id) ? snapshot.id : uuidv5(`${snapshot.organizationId}/${snapshot.id}`, NAMESPACE);
      await aboutToWrite();
      await ask({
        method: 'PUT',
        path: `${conversationPath(snapshot)}/customattributes`,
        body: {
          id,
          schemaId,
          customAttributes: { snapshot_id: snapshot.id, snapshot_url: linkOf(publicUrl, snapshot) },
        },
        writes: true,
      });
      return { how: 'written', where: { customAttributesId: id } };
    },

    /** A bookmark at the moment of the picture. */
    async recording({ snapshot, ask, aboutToWrite }) {
      const path = conversationPath(snapshot);
      const recordings = listOf(await ask({ method: 'GET', path: `${path}/recordingmetadata` })).filter(
        ({ id, fileState }) => typeof id === 'string' && fileState !== 'DELETED',
      );
      const before = recordings.find(({ annotations }) =>
        listOf(annotations).some(({ description }) => isNoteOf(description, snapshot)),
      );
      if (before !== undefined) return { how: 'found', where: { recordingId: before.id } };
      const recording = recordingOf(recordings, snapshot);
      if (recording === undefined) return undefined;
      const location = Math.max(0, Date.parse(snapshot.timestamp) - Date.parse(recording.startTime)) || 0;
      await aboutToWrite();
      await ask({
        method: 'POST',
        path: `${path}/recordings/${encodeURIComponent(recording.id)}/annotations`,
        body: { type: 'bookmark', location, description: textOf(publicUrl, snapshot) },
        writes: true,
      });
      return { how: 'written', where: { recordingId: recording.id, location } };
    },

    /** A note on the customer's contact. */
    async contact({ snapshot, conversation, ask, aboutToWrite }) {
      const contactId = listOf(conversation.participants).find(
        ({ externalContactId }) => externalContactId,
      )?.externalContactId;
      if (typeof contactId !== 'string') return undefined;
      const path = `/externalcontacts/contacts/${encodeURIComponent(contactId)}/notes`;
      const notes = numberedPages((pageNumber) =>
        ask({ method: 'GET', path: path + query({ pageSize: PAGE_SIZE, pageNumber, sortOrder: 'createDate:desc' }) }),
      );
      if (await isThere(notes, snapshot, ({ noteText, createDate }) => [noteText, createDate])) {
        return { how: 'found', where: { contactId } };
      }
      await aboutToWrite();
      await ask({ method: 'POST', path, body: { noteText: textOf(publicUrl, snapshot) }, writes: true });
      return { how: 'written', where: { contactId } };
    },

    /** The guide's own endpoint, by its letter. Nothing can be listed there: a repeat does not find itself. */
    async guide({ snapshot, ask, aboutToWrite }) {
      await aboutToWrite();
      await ask({
        method: 'POST',
        path: '/interactions/annotations',
        body: {
          interactionId: snapshot.interactionId,
          agentId: snapshot.agentId,
          timestamp: snapshot.timestamp,
          snapshotId: snapshot.id,
          url: linkOf(publicUrl, snapshot),
        },
        writes: true,
      });
      return { how: 'written', where: { endpoint: 'interactions/annotations' } };
    },
  };
}

/**
 * The attribute, where it stands already. It can be seen in a call that has ended, too.
 * @param {string} publicUrl @param {any} conversation @param {import('../records/records.js').Snapshot} snapshot
 * @returns {Written | undefined}
 */
export function findAttribute(publicUrl, conversation, snapshot) {
  const key = attributeKey(snapshot);
  const link = linkOf(publicUrl, snapshot);
  const participant = listOf(conversation.participants).find(({ attributes }) => attributes?.[key] === link);
  return participant && { how: 'found', where: { participantId: participant.id, key } };
}

/** @param {import('../records/records.js').Snapshot} snapshot */
export function conversationPath({ interactionId }) {
  return `/conversations/${encodeURIComponent(interactionId)}`;
}

/** The one that was made at that moment, else the first. @param {any[]} recordings @param {{ timestamp: string }} snapshot */
function recordingOf(recordings, { timestamp }) {
  const at = Date.parse(timestamp);
  const inOrder = recordings.sort((a, b) => (`${a.startTime} ${a.id}` < `${b.startTime} ${b.id}` ? -1 : 1));
  const covers = inOrder.find(({ startTime, endTime }) => Date.parse(startTime) <= at && !(Date.parse(endTime) < at));
  return covers ?? inOrder[0];
}

/**
 * Entities of a list with a cursor. Of the address of the next page only the cursor is taken: a token goes nowhere else.
 * @param {(after?: string) => Promise<any>} ask
 */
async function* pages(ask) {
  /** @type {string | undefined} */
  let after;
  for (let page = 0; page < MAX_PAGES; ++page) {
    const { entities, after: cursor, nextUri } = await ask(after);
    yield* listOf(entities);
    after = cursor ?? new URLSearchParams(/\?(.*)$/s.exec(nextUri ?? '')?.[1]).get('after') ?? undefined;
    if (after === undefined) return;
  }
  throw tooLong();
}

/** @param {(pageNumber: number) => Promise<any>} ask */
async function* numberedPages(ask) {
  for (let page = 1; page <= MAX_NUMBERED_PAGES; ++page) {
    const { entities } = await ask(page);
    yield* listOf(entities);
    if (listOf(entities).length < PAGE_SIZE) return;
  }
  throw tooLong();
}

/** Written on a guess, it might be there twice. */
function tooLong() {
  return new GenesysTrouble({
    kind: 'permanent',
    reason: 'The list is too long to tell whether the note is there already',
  });
}

/**
 * Whether the snapshot's note is in a list, the newest first. What is older than the snapshot needs no look.
 * @param {AsyncIterable<any>} entities
 * @param {import('../records/records.js').Snapshot} snapshot
 * @param {(entity: any) => [text: unknown, date: unknown]} read
 */
async function isThere(entities, snapshot, read) {
  const oldest = Date.parse(snapshot.receivedAt) - CLOCKS_APART_MS;
  let before = Number.NaN;
  for await (const entity of entities) {
    const [text, date] = read(entity);
    if (isNoteOf(text, snapshot)) return true;
    const at = Date.parse(String(date));
    // The second of two in this order: should Genesys ever list them in another, nothing is concluded.
    if (before < oldest && at < before) return false;
    before = at;
  }
  return false;
}

/** @param {Record<string, string | number | undefined>} parameters */
function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** @param {unknown} list @returns {any[]} Objects only. */
function listOf(list) {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}
