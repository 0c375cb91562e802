/**
 * Genesys Cloud's Platform API as far as the service asks it, over real HTTP. Routes and bodies follow the models of
 * purecloud-platform-client-v2 262 (TokenInfo, UserMe with `expand=authorization`, Conversation, ErrorBody, and those in
 * `genesys-platform.js`); the limit is the one that developer.genesys.cloud names: 300 requests a minute for a token, then
 * 429 with Retry-After. Tokens are issued at `/oauth/token`, which is on a host of its own in reality.
 *
 * What it cannot prove: that Genesys answers so. It checks that a request is one that Genesys would take.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createPlatform } from './genesys-platform.js';

const REQUESTS_PER_MINUTE = 300;

/**
 * @typedef {object} Token
 * @property {string} organizationId
 * @property {string} clientId The OAuth client that it was issued to.
 * @property {string} [userId] None: client credentials.
 * @property {string[]} [roles] Names.
 * @property {string[]} [permissions] Default: all that is asked for.
 *
 * @typedef {import('node:http').IncomingMessage} IncomingMessage
 * @typedef {import('node:http').ServerResponse} ServerResponse
 */

/** @param {{ port?: number }} [options] Default: any free one. */
export async function startGenesys({ port: asked = 0 } = {}) {
  /** @type {Map<string, Token>} */
  const tokens = new Map();
  /** OAuth clients with client credentials. @type {Map<string, { secret: string, organizationId: string, permissions?: string[] }>} */
  const clients = new Map();
  const platform = createPlatform();
  /** Requests, as `GET path?query`. @type {string[]} */
  const requests = [];
  /** In the minute that began then. @type {Map<string, { since: number, count: number }>} */
  const counts = new Map();
  /** Instead of an answer. @type {((request: IncomingMessage, response: ServerResponse) => boolean) | undefined} */
  let fault;
  /** Whether it is done but its answer does not arrive. @type {((request: string, token: Token) => boolean | 'silent') | undefined} */
  let loses;
  let limit = REQUESTS_PER_MINUTE;
  let tokenSeconds = 86_400;

  /** @param {ServerResponse} response @param {number} status @param {object | undefined} body @param {Record<string, string>} [headers] */
  function answer(response, status, body, headers = {}) {
    // An empty answer says that it is JSON, too.
    response
      .writeHead(status, { 'content-type': 'application/json', 'inin-correlation-id': randomUUID(), ...headers })
      .end(body === undefined ? undefined : JSON.stringify(body));
  }

  /** As ErrorBody. @param {ServerResponse} response @param {number} status @param {string} code @param {object} [more] @param {Record<string, string>} [headers] */
  function refuse(response, status, code, more = {}, headers = {}) {
    const body = { message: code, code, status, contextId: randomUUID(), details: [], errors: [], ...more };
    answer(response, status, body, headers);
  }

  const server = createServer(async (request, response) => {
    const url = new URL(String(request.url), 'http://genesys.invalid');
    const line = `${request.method} ${url.pathname}${url.search}`;
    requests.push(line);
    if (fault?.(request, response)) return;
    const text = await bodyOf(request).catch(() => undefined);
    if (text === undefined) return;
    if (url.pathname === '/oauth/token') return issue(request, response, text);
    const [, bearer] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const token = tokens.get(bearer ?? '');
    if (bearer === undefined) return refuse(response, 401, 'authentication.required');
    if (token === undefined) return refuse(response, 401, 'bad.credentials');
    const leftMs = countdown(bearer);
    if (leftMs > 0) {
      const seconds = Math.ceil(leftMs / 1000);
      const headers = { 'retry-after': String(seconds), 'inin-ratelimit-reset': String(Math.max(0, seconds - 1)) };
      return refuse(response, 429, 'too.many.requests', {}, headers);
    }
    if (url.pathname === '/api/v2/tokens/me') return answer(response, 200, tokenInfo(token));
    if (url.pathname === '/api/v2/users/me') {
      if (token.userId === undefined) return refuse(response, 400, 'bad.request');
      return answer(response, 200, userMe(token, url.searchParams.get('expand')?.split(',') ?? []));
    }
    const { status, body, code, message } = platform.answer({
      method: String(request.method),
      url,
      body: text === '' ? undefined : JSON.parse(text),
      token,
    });
    const lost = loses?.(line, token);
    if (lost === 'silent') return;
    if (lost) return void request.socket.destroy();
    if (code !== undefined) return refuse(response, status, code, message === undefined ? {} : { message });
    return answer(response, status, body);
  });

  /** How long a token has to wait; each request counts. @param {string} bearer */
  function countdown(bearer) {
    const at = Date.now();
    const window = counts.get(bearer);
    const current = window !== undefined && at - window.since < 60_000 ? window : { since: at, count: 0 };
    current.count += 1;
    counts.set(bearer, current);
    return current.count > limit ? current.since + 60_000 - at : 0;
  }

  /** By client credentials. @param {IncomingMessage} request @param {ServerResponse} response @param {string} text */
  function issue(request, response, text) {
    const [, basic = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const [id, secret] = Buffer.from(basic, 'base64').toString().split(':');
    const client = clients.get(id);
    if (request.method !== 'POST' || new URLSearchParams(text).get('grant_type') !== 'client_credentials') {
      return answer(response, 400, { error: 'unsupported_grant_type' });
    }
    if (client === undefined || client.secret !== secret) {
      return answer(response, 401, {
        error: 'invalid_client',
        description: 'client not found',
        error_description: 'client not found',
      });
    }
    const value = `token-${randomUUID()}`;
    tokens.set(value, { organizationId: client.organizationId, clientId: id, permissions: client.permissions });
    return answer(response, 200, { access_token: value, token_type: 'bearer', expires_in: tokenSeconds });
  }

  server.listen(asked, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    tokens,
    clients,
    ...platform,
    requests,
    /** @param {typeof fault} [next] */
    setFault(next) {
      fault = next;
    },
    /** @param {typeof loses} [next] Of a request, as it is in `requests`: the connection breaks, or nothing ever comes. */
    setLost(next) {
      loses = next;
    },
    /** @param {number} perMinute Of a token. */
    setLimit(perMinute) {
      limit = perMinute;
    },
    /** How long tokens live from now on. @param {number} seconds */
    setTokenLife(seconds) {
      tokenSeconds = seconds;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** @param {IncomingMessage} request */
async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
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
