/**
 * Genesys Cloud's Platform API as far as the service asks it, over real HTTP. Routes and bodies follow the models of
 * purecloud-platform-client-v2 262 (TokenInfo, UserMe with `expand=authorization`, Conversation, ErrorBody); the limit is
 * the one that developer.genesys.cloud names: 300 requests a minute for a token, then 429 with Retry-After.
 *
 * What it cannot prove: that Genesys answers so. It checks that a request is one that Genesys would take.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const REQUESTS_PER_MINUTE = 300;

/**
 * @typedef {object} Token
 * @property {string} organizationId
 * @property {string} clientId The OAuth client that it was issued to.
 * @property {string} [userId] None: client credentials.
 * @property {string[]} [roles] Names.
 * @property {string[]} [permissions]
 */

export async function startGenesys() {
  /** @type {Map<string, Token>} */
  const tokens = new Map();
  /** Who took part. @type {Map<string, { organizationId: string, userIds: string[] }>} */
  const conversations = new Map();
  /** Requests, as `GET path?query`. @type {string[]} */
  const requests = [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  /** Instead of an answer. @type {((request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean) | undefined} */
  let fault;

  /** @param {import('node:http').ServerResponse} response @param {number} status @param {object} body */
  const answer = (response, status, body, headers = {}) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'inin-correlation-id': randomUUID(), ...headers })
      .end(JSON.stringify(body));

  /** As ErrorBody. @param {import('node:http').ServerResponse} response @param {number} status @param {string} code */
  const refuse = (response, status, code, headers = {}) =>
    answer(
      response,
      status,
      { message: code, code, status, contextId: randomUUID(), details: [], errors: [] },
      headers,
    );

  const server = createServer((request, response) => {
    const url = new URL(String(request.url), 'http://genesys.invalid');
    requests.push(`${request.method} ${url.pathname}${url.search}`);
    if (fault?.(request, response)) return;
    const [, bearer] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const token = tokens.get(bearer ?? '');
    if (bearer === undefined) return refuse(response, 401, 'authentication.required');
    if (token === undefined) return refuse(response, 401, 'bad.credentials');
    counts.set(bearer, (counts.get(bearer) ?? 0) + 1);
    if (Number(counts.get(bearer)) > REQUESTS_PER_MINUTE) {
      return refuse(response, 429, 'too.many.requests', { 'retry-after': '17', 'inin-ratelimit-reset': '16' });
    }
    if (request.method !== 'GET') return refuse(response, 405, 'method.not.allowed');
    switch (url.pathname.replace(/\/conversations\/.*/, '/conversations/')) {
      case '/api/v2/tokens/me':
        return answer(response, 200, tokenInfo(token));
      case '/api/v2/users/me':
        if (token.userId === undefined) return refuse(response, 400, 'bad.request');
        return answer(response, 200, userMe(token, url.searchParams.get('expand')?.split(',') ?? []));
      case '/api/v2/conversations/': {
        const id = decodeURIComponent(url.pathname.slice('/api/v2/conversations/'.length));
        const conversation = conversations.get(id);
        if (conversation === undefined || conversation.organizationId !== token.organizationId) {
          return refuse(response, 404, 'not.found');
        }
        return answer(response, 200, conversationBody(id, conversation.userIds));
      }
    }
    return refuse(response, 404, 'not.found');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  return {
    url: `http://127.0.0.1:${port}`,
    tokens,
    conversations,
    requests,
    /** @param {typeof fault} [next] */
    setFault(next) {
      fault = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** @param {Token} token */
function tokenInfo({ organizationId, clientId, userId }) {
  return {
    organization: { id: organizationId, name: 'An organisation' },
    homeOrganization: { id: organizationId, name: 'An organisation' },
    authorizedScope: ['conversations:readonly', 'users:readonly'],
    OAuthClient: {
      id: clientId,
      name: 'A client',
      authorizedGrantType: userId === undefined ? 'CLIENT_CREDENTIALS' : 'CODE',
      organization: { id: organizationId, name: 'An organisation' },
    },
  };
}

/** @param {Token} token @param {string[]} expand */
function userMe({ userId, roles = [], permissions = [] }, expand) {
  return {
    id: userId,
    name: 'An agent',
    email: 'agent@example.invalid',
    state: 'active',
    version: 7,
    selfUri: `/api/v2/users/${userId}`,
    ...(expand.includes('authorization') && {
      authorization: { roles: roles.map((name) => ({ id: randomUUID(), name })), unusedRoles: [], permissions },
    }),
  };
}

/** @param {string} id @param {string[]} userIds */
function conversationBody(id, userIds) {
  return {
    id,
    startTime: '2026-11-02T10:00:00.000Z',
    participants: [
      { id: randomUUID(), purpose: 'customer', participantType: 'External' },
      ...userIds.map((userId) => ({
        id: randomUUID(),
        purpose: 'agent',
        participantType: 'Internal',
        userId,
        videos: [],
      })),
    ],
    selfUri: `/api/v2/conversations/${id}`,
  };
}
