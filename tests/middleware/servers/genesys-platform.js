/**
 * What the Platform API keeps that a note can be written to: conversations, cases, recordings, contacts, custom attributes,
 * protections. Routes, bodies and permissions follow purecloud-platform-client-v2 259 to 262; pages are small, so that a
 * client that does not follow them is found out.
 */

import { randomUUID } from 'node:crypto';

/**
 * @typedef {object} Conversation
 * @property {string} organizationId
 * @property {string[]} userIds Agents who took part.
 * @property {string} [startTime] @property {string} [endTime] None: it goes on.
 * @property {string} [externalContactId] The customer's.
 * @property {any[]} [participants] Made when they are asked for.
 *
 * @typedef {{ status: number, body?: any, code?: string, message?: string }} Answer
 * @typedef {{ method: string, url: URL, body: any, token: import('./genesys.js').Token }} Request
 */

/** Of lists with a cursor; Genesys' own is 100 at most. */
const PAGE = 3;

export function createPlatform() {
  /** @type {Map<string, Conversation>} */
  const conversations = new Map();
  /** @type {Map<string, { conversationIds: string[], comments: { id: string, content: string, dateCreated: string }[] }>} */
  const cases = new Map();
  /** By conversation. @type {Map<string, { id: string, startTime: string, endTime?: string, fileState?: string, annotations: any[] }[]>} */
  const recordings = new Map();
  /** By contact. @type {Map<string, { id: string, noteText: string, createDate: string }[]>} */
  const contacts = new Map();
  /** By conversation, then by the record's own id. @type {Map<string, Map<string, any>>} */
  const customAttributes = new Map();
  /** What came to the guide's endpoint; the Platform API has none. @type {any[] | undefined} */
  let guide;
  let pageSize = PAGE;
  /** @type {Set<string>} */
  const protectedConversations = new Set();

  /** @type {[RegExp, string[], (request: Request, ...ids: string[]) => Answer][]} */
  const routes = [
    [
      /^GET \/conversations\/([^/]+)$/,
      [],
      ({ token }, id) => {
        const conversation = conversations.get(id);
        if (conversation === undefined || conversation.organizationId !== token.organizationId) return notFound();
        return { status: 200, body: conversationBody(id, conversation) };
      },
    ],
    [
      /^PATCH \/conversations\/([^/]+)\/participants\/([^/]+)\/attributes$/,
      [],
      ({ body }, id, participantId) => {
        const conversation = conversations.get(id);
        const participant = conversation && participantsOf(conversation).find((each) => each.id === participantId);
        if (participant === undefined) return notFound();
        const values = Object.entries(body?.attributes ?? {});
        if (values.length === 0) return refused(400, 'bad.request');
        if (values.some(([, value]) => typeof value !== 'string' || value.length > 256)) {
          return refused(400, 'invalid.property.value.string.too.long');
        }
        participant.attributes = { ...participant.attributes, ...body.attributes };
        return { status: 202 };
      },
    ],
    [
      /^POST \/casemanagement\/cases\/associations\/query$/,
      ['caseManagement:caseAssociation:view'],
      ({ body }) => {
        const found = [...cases].filter(([, { conversationIds }]) => conversationIds.includes(body?.conversationId));
        return cursorPage(found, PAGE, body?.after, ([id]) => ({
          id: randomUUID(),
          associationType: 'Conversation',
          case: { id, selfUri: `/api/v2/casemanagement/cases/${id}` },
          conversation: { id: body.conversationId },
        }));
      },
    ],
    [
      /^GET \/casemanagement\/cases\/([^/]+)\/comments$/,
      ['caseManagement:comment:view'],
      ({ url }, id) => {
        const comments = cases.get(id)?.comments;
        if (comments === undefined) return notFound();
        const ordered = url.searchParams.get('sortOrder') === 'desc' ? comments.toReversed() : comments;
        const after = url.searchParams.get('after') ?? undefined;
        const { body } = cursorPage(ordered, pageSize, after, (comment) => comment);
        // A CommentListing has no cursor of its own, only the next page's address.
        const { after: next, ...listing } = body;
        return {
          status: 200,
          body: next === undefined ? listing : { ...listing, nextUri: `${url.pathname}?after=${next}` },
        };
      },
    ],
    [
      /^POST \/casemanagement\/cases\/([^/]+)\/comments$/,
      ['caseManagement:comment:add'],
      ({ body }, id) => {
        const found = cases.get(id);
        if (found === undefined) return notFound();
        if (typeof body?.content !== 'string' || body.content === '') return refused(400, 'bad.request');
        const comment = { id: randomUUID(), content: body.content, dateCreated: new Date().toISOString() };
        found.comments.push(comment);
        return { status: 201, body: comment };
      },
    ],
    [
      /^PUT \/conversations\/([^/]+)\/customattributes$/,
      ['conversation:customAttributes:edit'],
      ({ body }, id) => {
        if (!conversations.has(id)) return notFound();
        if (!isUuid(body?.id) || !isUuid(body?.schemaId) || typeof body?.customAttributes !== 'object') {
          return refused(400, 'bad.request');
        }
        const records = customAttributes.get(id) ?? new Map();
        customAttributes.set(id, records.set(body.id, body));
        return { status: 200, body: { id: body.id } };
      },
    ],
    [
      /^GET \/conversations\/([^/]+)\/recordingmetadata$/,
      ['recording:recording:view'],
      (_request, id) => ({
        status: 200,
        body: (recordings.get(id) ?? []).map((each) => ({ conversationId: id, ...each })),
      }),
    ],
    [
      /^POST \/conversations\/([^/]+)\/recordings\/([^/]+)\/annotations$/,
      ['recording:annotation:add'],
      ({ body }, id, recordingId) => {
        const recording = recordings.get(id)?.find((each) => each.id === recordingId);
        if (recording === undefined) return notFound();
        if (body?.type !== 'bookmark' || !Number.isInteger(body?.location)) return refused(400, 'bad.request');
        const annotation = { id: randomUUID(), ...body };
        recording.annotations.push(annotation);
        return { status: 201, body: annotation };
      },
    ],
    [
      /^GET \/externalcontacts\/contacts\/([^/]+)\/notes$/,
      ['externalContacts:contact:view'],
      ({ url }, id) => {
        const notes = contacts.get(id);
        if (notes === undefined) return notFound();
        const size = Number(url.searchParams.get('pageSize') ?? 20);
        const number = Number(url.searchParams.get('pageNumber') ?? 1);
        if (size > 100 || size * number > 1000) return refused(400, 'bad.request');
        const ordered = url.searchParams.get('sortOrder') === 'createDate:desc' ? notes.toReversed() : notes;
        const entities = ordered.slice(size * (number - 1), size * number);
        return { status: 200, body: { entities, pageSize: size, pageNumber: number, total: notes.length } };
      },
    ],
    [
      /^POST \/externalcontacts\/contacts\/([^/]+)\/notes$/,
      ['externalContacts:contact:edit'],
      ({ body }, id) => {
        const notes = contacts.get(id);
        if (notes === undefined) return notFound();
        if (typeof body?.noteText !== 'string') return refused(400, 'bad.request');
        const note = { id: randomUUID(), noteText: body.noteText, createDate: new Date().toISOString() };
        notes.push(note);
        return { status: 200, body: note };
      },
    ],
    [
      /^PUT \/recordings\/deletionprotection$/,
      [],
      ({ url, body, token }) => {
        const permission = `recording:deletionProtection:${url.searchParams.get('protect') === 'true' ? 'apply' : 'revoke'}`;
        if (token.permissions?.includes(permission) === false) return refused(403, 'missing.any.permissions');
        if (!Array.isArray(body?.conversationIds)) return refused(400, 'bad.request');
        for (const id of body.conversationIds) {
          if (url.searchParams.get('protect') === 'true') protectedConversations.add(id);
          else protectedConversations.delete(id);
        }
        return { status: 200, body: { failedUpdates: [] } };
      },
    ],
    [
      /^POST \/interactions\/annotations$/,
      [],
      ({ body }) => {
        if (guide === undefined) return notFound();
        guide.push(body);
        return { status: 200, body: { id: randomUUID() } };
      },
    ],
  ];

  return {
    conversations,
    cases,
    recordings,
    contacts,
    customAttributes,
    protectedConversations,
    /** Of comments, from now on: few, so that lists have pages, or what Genesys gives. @param {number} size */
    setPageSize(size) {
      pageSize = size;
    },
    /** From now on there is the guide's endpoint. @returns {any[]} What comes to it. */
    openGuide: () => (guide ??= []),

    /** Every text in which the snapshot stands, once for each time. @param {string} id Of the snapshot. */
    notesOf(id) {
      const texts = [
        ...[...conversations.values()]
          .flatMap(({ participants = [] }) => participants)
          .flatMap(({ attributes = {} }) => Object.entries(attributes).map((pair) => pair.join(' '))),
        ...[...cases.values()].flatMap(({ comments }) => comments.map(({ content }) => content)),
        ...[...recordings.values()]
          .flat()
          .flatMap(({ annotations }) => annotations.map(({ description }) => description)),
        ...[...contacts.values()].flat().map(({ noteText }) => noteText),
        ...[...customAttributes.values()].flatMap((records) =>
          [...records.values()].map((each) => JSON.stringify(each)),
        ),
        ...(guide ?? []).map((each) => JSON.stringify(each)),
      ];
      return texts.filter((text) => new RegExp(`(?<![A-Za-z0-9-])${id}(?![A-Za-z0-9_-])`).test(text));
    },

    /** @param {Request} request @returns {Answer} */
    answer(request) {
      const path = request.url.pathname.replace(/^\/api\/v2/, '');
      for (const [pattern, permissions, handle] of routes) {
        const found = pattern.exec(`${request.method} ${path}`);
        if (found === null) continue;
        const missing = permissions.filter((name) => request.token.permissions?.includes(name) === false);
        if (missing.length > 0) {
          const message = `Unable to perform the requested action. You are missing the following permission(s): ${missing}`;
          return { status: 403, code: 'missing.any.permissions', message };
        }
        return handle(request, ...found.slice(1).map(decodeURIComponent));
      }
      return routes.some(([pattern]) => /GET|POST|PUT|PATCH/.test(request.method) && pattern.test(`GET ${path}`))
        ? refused(405, 'method.not.allowed')
        : notFound();
    },
  };
}

/** @param {Conversation} conversation */
function participantsOf(conversation) {
  conversation.participants ??= [
    {
      id: randomUUID(),
      purpose: 'customer',
      participantType: 'External',
      ...(conversation.externalContactId && { externalContactId: conversation.externalContactId }),
    },
    ...conversation.userIds.map((userId) => ({
      id: randomUUID(),
      purpose: 'agent',
      participantType: 'Internal',
      userId,
      videos: [],
    })),
  ];
  return conversation.participants;
}

/** @param {string} id @param {Conversation} conversation */
function conversationBody(id, conversation) {
  const { startTime = '2026-11-02T10:00:00.000Z', endTime } = conversation;
  const ended = endTime === undefined ? {} : { endTime };
  return {
    id,
    startTime,
    ...ended,
    participants: participantsOf(conversation).map((participant) => ({ startTime, ...participant, ...ended })),
    selfUri: `/api/v2/conversations/${id}`,
  };
}

/** @template T @param {T[]} all @param {number} size @param {string | undefined} after @param {(entry: T) => object} toEntity @returns {{ status: number, body: any }} */
function cursorPage(all, size, after, toEntity) {
  const from = after === undefined ? 0 : Number(after);
  const entities = all.slice(from, from + size).map(toEntity);
  const next = from + size < all.length ? { after: String(from + size) } : {};
  return { status: 200, body: { entities, ...next } };
}

/** @param {unknown} text */
function isUuid(text) {
  return typeof text === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

const notFound = () => refused(404, 'not.found');
/** @param {number} status @param {string} code @returns {Answer} */
const refused = (status, code) => ({ status, code });
