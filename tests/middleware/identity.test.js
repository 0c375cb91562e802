/** Who is let in, and who is not: static keys, Genesys tokens, the demo's own page. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { after, afterEach, before, describe, test } from 'node:test';
import { clientAddress } from '../../examples/middleware/identity/client-address.js';
import { CACHE_MS, createGenesysIdentities } from '../../examples/middleware/identity/genesys.js';
import { createGenesysApi } from '../../examples/middleware/identity/genesys-api.js';
import { unauthorized } from '../../examples/middleware/identity/identity.js';
import { startGenesys } from './servers/genesys.js';
import { bearer, formOf, KEYS, newId, PATH, pause, read, startService, uploadsToLeave } from './servers/service.js';

/** @type {Buffer} */
let photo;
before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
});

const OURS = newId();
const OTHERS = newId();
const CLIENT = newId();
const [ALICE, BOB, EVE] = [newId(), newId(), newId()];

describe('a static key', () => {
  /** @type {Awaited<ReturnType<typeof startService>>} */
  let service;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  const ROUTES = [
    ['POST', '/upload'],
    ['GET', '/@me'],
    ['GET', '/some-id'],
    ['GET', '/some-id/thumbnail'],
    ['GET', '/some-id/export'],
    ['GET', '/some-id/audit'],
    ['GET', '/?interactionId=call-1'],
    ['GET', '?interactionId=call-1'],
    ['PUT', '/some-id/legal-hold'],
    ['DELETE', '/some-id/legal-hold'],
    ['DELETE', '/some-id'],
  ];
  for (const [method, path] of ROUTES) {
    test(`is needed for ${method} ${path}`, async () => {
      const wrong = ['', 'Bearer', 'Bearer ', 'Basic a2V5', `Bearer ${KEYS.agent}x`, KEYS.agent, 'Bearer ä'];
      for (const authorization of [undefined, ...wrong.map((text) => Buffer.from(text).toString('latin1'))]) {
        const headers = authorization === undefined ? undefined : { authorization };
        const answer = await read(await fetch(service.url + path, { method, headers }));
        assert.deepEqual([answer.status, answer.body.code], [401, 'unauthorized'], authorization);
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
      }
    });
  }

  test('is not needed for health and the description, and a cookie is no key', async () => {
    for (const path of ['/livez', '/readyz', '/openapi.json', '/metrics']) {
      assert.equal((await fetch(service.base + path)).status, 200, path);
    }
    const cookie = `caseframe-demo-${new URL(service.base).port}=${KEYS.agent}`;
    assert.equal((await fetch(`${service.url}/?interactionId=call-1`, { headers: { cookie } })).status, 401);
  });

  test('says who its agent is', async () => {
    const { status, body } = await read(await fetch(`${service.url}/@me`, { headers: bearer(KEYS.supervisor) }));
    assert.deepEqual([status, body], [200, { agentId: 'supervisor-1', organizationId: 'local', role: 'supervisor' }]);
  });

  test('says who the agent is: a form that says something else is refused', async () => {
    assert.equal((await send(service, bearer(KEYS.agent), {})).status, 200);
    const forged = await send(service, bearer(KEYS.other), {});
    assert.deepEqual([forged.status, forged.body.code], [403, 'agent-mismatch']);
    const own = await send(service, bearer(KEYS.supervisor), { agentId: 'supervisor-1' });
    assert.equal(own.status, 200, 'supervisors take calls, too');
  });
});

describe('a Genesys token', () => {
  /** @type {Awaited<ReturnType<typeof startGenesys>>} */ let genesys;
  /** @type {Awaited<ReturnType<typeof startService>>} */ let service;
  before(async () => {
    genesys = await startGenesys();
    service = await startService({
      env: {
        GENESYS_REGION: 'mypurecloud.de',
        GENESYS_ORGANIZATIONS: OURS.toUpperCase(),
        GENESYS_OAUTH_CLIENTS: CLIENT,
        GENESYS_SUPERVISOR_ROLES: 'Supervisor,recording:recording:view',
        GENESYS_ADMIN_ROLES: 'Evidence Admin',
        CASEFRAME_TEST_GENESYS_URL: genesys.url,
      },
    });
    genesys.tokens.set('token-of-alice', { organizationId: OURS, clientId: CLIENT, userId: ALICE });
    genesys.tokens.set('token-of-bob', { organizationId: OURS, clientId: CLIENT, userId: BOB });
    genesys.tokens.set('token-of-eve', { organizationId: OTHERS, clientId: CLIENT, userId: EVE });
    genesys.tokens.set('token-elsewhere', { organizationId: OURS, clientId: newId(), userId: ALICE });
    genesys.tokens.set('token-of-nobody', { organizationId: OURS, clientId: CLIENT });
    genesys.conversations.set('call-1', { organizationId: OURS, userIds: [ALICE] });
    genesys.conversations.set('call-2', { organizationId: OURS, userIds: [BOB] });
  });
  afterEach(() => genesys.setFault());
  after(async () => {
    await service.close();
    await genesys.close();
  });

  /** @param {string} token @param {Record<string, string>} fields */
  const upload = (token, fields) => send(service, bearer(token), fields);

  test('of an agent who takes part: stored under their organisation, asked without keeping them awake', async () => {
    const answer = await upload('token-of-alice', { agentId: ALICE });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await service.records.find(OURS, answer.body.id))?.agentId, ALICE);
    assert.ok(genesys.requests.includes('GET /api/v2/tokens/me?preserveIdleTTL=true'), String(genesys.requests));
  });

  test('that is asked about while its clients go away: the agent may upload afterwards', async () => {
    for (const sent of /** @type {const} */ (['half', 'whole'])) {
      const token = `token-of-alice-${sent}`;
      genesys.tokens.set(token, { organizationId: OURS, clientId: CLIENT, userId: ALICE });
      /** @type {import('node:http').ServerResponse[]} */
      const held = [];
      genesys.setFault((_request, response) => held.push(response) > 0);
      const leave = await uploadsToLeave(service, 8, token, { file: photo, fields: { agentId: ALICE } }, sent);
      while (held.length < 2) await pause(5);
      await leave();
      genesys.setFault();
      // What the token was issued for, and whose it is.
      const both = JSON.stringify({ organization: { id: OURS }, OAuthClient: { id: CLIENT }, id: ALICE });
      for (const response of held) response.writeHead(200, { 'content-type': 'application/json' }).end(both);
      const answer = await upload(token, { agentId: ALICE });
      assert.equal(answer.status, 200, `${sent}: ${JSON.stringify(answer.body)}`);
    }
  });

  for (const [
    name,
    token,
    fields,
    status,
    code,
  ] of /** @type {[string, string, Record<string, string>, number, string][]} */ ([
    ['that Genesys does not know', 'made-up', { agentId: ALICE }, 401, 'unauthorized'],
    ['of another organisation', 'token-of-eve', { agentId: EVE }, 403, 'organization-not-allowed'],
    ['that was issued to another client', 'token-elsewhere', { agentId: ALICE }, 403, 'client-not-allowed'],
    ['of client credentials', 'token-of-nobody', { agentId: ALICE }, 403, 'not-a-user'],
    ['with a forged agent', 'token-of-alice', { agentId: BOB }, 403, 'agent-mismatch'],
    [
      'for a call of somebody else',
      'token-of-alice',
      { agentId: ALICE, interactionId: 'call-2' },
      403,
      'not-a-participant',
    ],
    [
      'for a call that does not exist',
      'token-of-alice',
      { agentId: ALICE, interactionId: 'call-3' },
      403,
      'not-a-participant',
    ],
  ])) {
    test(`${name}: ${status}`, async () => {
      const answer = await upload(token, fields);
      assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
      assert.ok(!JSON.stringify(answer.body).includes(token));
    });
  }

  test('of whom an upload is refused: that stands in the audit, with what was asked for', async () => {
    const { seq } = await service.records.auditHead(OURS);
    await upload('token-of-alice', { agentId: BOB });
    await upload('token-of-alice', { agentId: ALICE, interactionId: 'call-2' });
    await upload('token-of-alice', { agentId: ALICE, interactionId: 'no id' });
    const entries = await Array.fromAsync(service.records.auditEntries(OURS, { fromSeq: seq + 1 }));
    const refused = { method: 'POST', route: `${PATH}/upload` };
    assert.deepEqual(
      entries.map(({ actor, action, details }) => [actor, action, details]),
      [
        [ALICE, 'refused', { ...refused, code: 'agent-mismatch', agentId: BOB, interactionId: 'call-1' }],
        [ALICE, 'refused', { ...refused, code: 'not-a-participant', agentId: ALICE, interactionId: 'call-2' }],
      ],
    );
  });

  test('is looked up once for all who come at a time, and not again within a minute', async () => {
    genesys.tokens.set('token-of-many', { organizationId: OURS, clientId: CLIENT, userId: ALICE });
    const lookups = () => genesys.requests.filter((request) => request.includes('/tokens/me')).length;
    const before = lookups();
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload('token-of-many', { agentId: ALICE })));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(lookups(), before + 1);
  });

  test('gives a role by role name or permission, and only that', async () => {
    const { body } = await upload('token-of-alice', { agentId: ALICE });
    const tokens = {
      'token-plain': {},
      'token-role': { roles: ['Supervisor'] },
      'token-permission': { permissions: ['recording:recording:view'] },
      'token-admin': { roles: ['Evidence Admin'] },
    };
    for (const [token, rights] of Object.entries(tokens)) {
      genesys.tokens.set(token, { organizationId: OURS, clientId: CLIENT, userId: BOB, ...rights });
    }
    const look = async (/** @type {string} */ token) => {
      const response = await fetch(`${service.url}/${body.id}`, { headers: bearer(token) });
      await response.arrayBuffer(); // Else the service waits for it to be read before it closes.
      return response.status;
    };
    const hold = async (/** @type {string} */ token) =>
      (
        await fetch(`${service.url}/${body.id}/legal-hold`, {
          method: 'PUT',
          headers: { ...bearer(token), 'content-type': 'application/json' },
          body: JSON.stringify({ reason: 'Case 7' }),
        })
      ).status;
    assert.deepEqual([await look('token-plain'), await hold('token-plain')], [403, 403]);
    assert.deepEqual([await look('token-role'), await hold('token-role')], [200, 403]);
    assert.deepEqual([await look('token-permission'), await hold('token-permission')], [200, 403]);
    assert.deepEqual([await look('token-admin'), await hold('token-admin')], [200, 200]);
  });

  test('nobody is let in while Genesys is down, slow or talking nonsense: 503', async () => {
    /** @type {[string, (request: any, response: import('node:http').ServerResponse) => unknown][]} */
    const faults = [
      ['breaks off', (_request, response) => response.destroy()],
      ['500', (_request, response) => response.writeHead(500).end('oops')],
      ['redirects', (_request, response) => response.writeHead(302, { location: `${service.base}/livez` }).end()],
      ['no JSON', (_request, response) => response.writeHead(200).end('<html>')],
      ['JSON null', (_request, response) => response.writeHead(200).end('null')],
    ];
    for (const [name, fault] of faults) {
      genesys.setFault((request, response) => {
        fault(request, response);
        return true;
      });
      const answer = await upload(`token-while-${name.replaceAll(' ', '-')}`, { agentId: ALICE });
      assert.deepEqual([answer.status, answer.body.code], [503, 'identity-unavailable'], name);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
    }
  });

  test('an empty answer is nobody: 403, never in', async () => {
    genesys.setFault((_request, response) => {
      response.writeHead(200).end('{}');
      return true;
    });
    const answer = await upload('token-of-emptiness', { agentId: 'undefined' });
    assert.deepEqual([answer.status, answer.body.code], [403, 'organization-not-allowed']);
  });

  test('“too many requests” is passed on with its Retry-After, and not remembered', async () => {
    genesys.tokens.set('token-in-a-hurry', { organizationId: OURS, clientId: CLIENT, userId: ALICE });
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    for (const [said, passedOn] of [
      ['17', '17'],
      ['Wed, 21 Oct 2026 07:28:17 GMT', '17'],
      ['soon', '60'],
      ['999999999', '3600'],
    ]) {
      genesys.setFault((_request, response) => {
        response.writeHead(429, { date, 'retry-after': said }).end('{}');
        return true;
      });
      const { status, body, headers } = await upload('token-in-a-hurry', { agentId: ALICE });
      assert.deepEqual([status, body.code, headers.get('retry-after')], [429, 'genesys-busy', passedOn], said);
    }
    genesys.setFault();
    assert.equal((await upload('token-in-a-hurry', { agentId: ALICE })).status, 200);
  });

  test('another organisation’s ids are nobody’s: 404, though the snapshot is there', async () => {
    const both = await startService({
      env: {
        GENESYS_REGION: 'mypurecloud.de',
        GENESYS_ORGANIZATIONS: `${OURS},${OTHERS}`,
        GENESYS_OAUTH_CLIENTS: CLIENT,
        GENESYS_ADMIN_ROLES: 'Evidence Admin',
        CASEFRAME_TEST_GENESYS_URL: genesys.url,
      },
    });
    try {
      genesys.tokens.set('token-admin-2', {
        organizationId: OTHERS,
        clientId: CLIENT,
        userId: EVE,
        roles: ['Evidence Admin'],
      });
      const key = newId();
      const mine = await send(both, { ...bearer('token-of-alice'), 'idempotency-key': key }, { agentId: ALICE });
      assert.equal(mine.status, 200);
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/thumbnail'],
        ['GET', '/export'],
        ['GET', '/audit'],
        ['PUT', '/legal-hold'],
        ['DELETE', ''],
      ]) {
        const response = await fetch(`${both.url}/${mine.body.id}${path}`, {
          method,
          headers: { ...bearer('token-admin-2'), ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
          body: method === 'GET' ? undefined : '{"reason":"mine"}',
        });
        assert.equal(response.status, 404, `${method} ${path}`);
      }
      const list = await read(await fetch(`${both.url}/?interactionId=call-1`, { headers: bearer('token-admin-2') }));
      assert.deepEqual(list.body, { snapshots: [] });
      genesys.conversations.set('call-of-eve', { organizationId: OTHERS, userIds: [EVE] });
      const theirs = await send(
        both,
        { ...bearer('token-admin-2'), 'idempotency-key': key },
        { agentId: EVE, interactionId: 'call-of-eve', snapshotId: mine.body.id },
      );
      assert.equal(theirs.status, 200, 'keys and ids of one organisation do not stand in another’s way');
    } finally {
      await both.close();
    }
  });
});

describe('the memory of Genesys tokens', () => {
  const settings = {
    baseUrl: '',
    organizations: new Set([OURS]),
    oauthClients: new Set([CLIENT]),
    supervisorRoles: new Set(['S']),
    adminRoles: new Set(['A']),
  };
  /** @type {Awaited<ReturnType<typeof startGenesys>>} */ let genesys;
  before(async () => {
    genesys = await startGenesys();
  });
  after(() => genesys.close());

  test('a token that has run out meanwhile is good for what is left of a minute, and then no more', async () => {
    let clock = 0;
    const { identify } = createGenesysIdentities(settings, { api: createGenesysApi(genesys.url), now: () => clock });
    genesys.tokens.set('token', { organizationId: OURS, clientId: CLIENT, userId: ALICE });
    assert.equal((await identify('token', '192.0.2.1')).agentId, ALICE);
    genesys.tokens.delete('token');
    clock = CACHE_MS - 1;
    assert.equal((await identify('token', '192.0.2.1')).agentId, ALICE);
    clock = CACHE_MS;
    await assert.rejects(identify('token', '192.0.2.1'), { statusCode: 401 });
    assert.ok(CACHE_MS <= 60_000);
  });

  test('a clock that is set back does not make the minute longer', async (t) => {
    const { identify } = createGenesysIdentities(settings, { api: createGenesysApi(genesys.url) });
    genesys.tokens.set('remembered', { organizationId: OURS, clientId: CLIENT, userId: ALICE });
    assert.equal((await identify('remembered', '192.0.2.1')).agentId, ALICE);
    genesys.tokens.delete('remembered');
    const [time, span] = [Date.now(), performance.now()];
    t.mock.method(Date, 'now', () => time - 3_600_000);
    t.mock.method(performance, 'now', () => span + CACHE_MS);
    await assert.rejects(identify('remembered', '192.0.2.1'), { statusCode: 401 });
  });

  test('the minute begins with the question, and Genesys’ “unknown” to a conversation ends it', async () => {
    let clock = 0;
    const { identify } = createGenesysIdentities(settings, { api: createGenesysApi(genesys.url), now: () => clock });
    genesys.tokens.set('slow', { organizationId: OURS, clientId: CLIENT, userId: ALICE });
    genesys.setFault(() => {
      clock = CACHE_MS; // The answer takes a minute.
      return false;
    });
    const { checkParticipant } = await identify('slow', '192.0.2.1');
    genesys.setFault();
    genesys.tokens.delete('slow');
    await assert.rejects(identify('slow', '192.0.2.1'), { statusCode: 401 });
    await assert.rejects(checkParticipant('call-1'), { statusCode: 401 });
  });

  /** Genesys, as far as it says whose a token is; tokens that begin with “slow” are never answered. */
  function createApi() {
    let asked = 0;
    /** @type {ReturnType<typeof createGenesysApi>['get']} */
    async function get(path, token) {
      asked += 1;
      if (token.startsWith('slow')) return new Promise(() => {});
      if (token.startsWith('made-up')) throw unauthorized('Genesys does not know this token');
      const body = { organization: { id: OURS }, OAuthClient: { id: CLIENT }, id: ALICE };
      return { status: 200, body: path.startsWith('/tokens/me') || path.startsWith('/users/me') ? body : {} };
    }
    return { get, asked: () => asked };
  }

  test('is not filled by made-up tokens, which have a small one of their own', async () => {
    const api = createApi();
    const { identify } = createGenesysIdentities(settings, { api, now: () => 0 });
    await identify('good', '192.0.2.1');
    for (let n = 0; n < 11_000; n += 1) {
      await assert.rejects(identify(`made-up-${n}`, '192.0.2.2'), { statusCode: 401 });
    }
    const before = api.asked();
    await assert.rejects(identify('made-up-10999', '192.0.2.2'), { statusCode: 401 });
    await identify('good', '192.0.2.1');
    assert.equal(api.asked(), before, 'both are remembered');
    await assert.rejects(identify('made-up-0', '192.0.2.2'), { statusCode: 401 });
    assert.ok(api.asked() > before, 'the first ones are not');
  });

  test('lookups of one address do not keep others out; those who wait in vain are told so', async () => {
    const api = createApi();
    const { identify } = createGenesysIdentities(settings, { api });
    const outcomes = Array.from({ length: 300 }, (_, n) =>
      identify(`slow-${n}`, '192.0.2.2').catch((problem) => problem.statusCode),
    );
    const refused = await Promise.all(outcomes.slice(-80));
    assert.deepEqual(new Set(refused), new Set([503]));
    assert.equal(api.asked(), 2 * 20, 'at a time');
    assert.equal((await identify('good', '192.0.2.1')).agentId, ALICE);
  });

  test('who asks is whom the proxy names, where one stands in front, and else the other end of the connection', () => {
    const request = (/** @type {string} */ remoteAddress, /** @type {string} */ forwarded) =>
      /** @type {any} */ ({ socket: { remoteAddress }, headers: forwarded ? { 'x-forwarded-for': forwarded } : {} });
    const spoofed = request('::ffff:192.0.2.7', '198.51.100.1, 203.0.113.5');
    assert.equal(clientAddress(spoofed, undefined), '192.0.2.7', 'anybody can send such a header');
    assert.equal(clientAddress(spoofed, 'http://localhost:8080'), '192.0.2.7');
    assert.equal(clientAddress(spoofed, 'https://snapshots.example'), '203.0.113.5', 'the proxy adds the last one');
    assert.equal(clientAddress(request('192.0.2.7', ''), 'https://snapshots.example'), '192.0.2.7');
    for (const [forwarded, address] of [
      ['203.0.113.5:40001', '203.0.113.5'],
      ['[2001:db8:1:2::5]:40001', '2001:db8:1:2::/64'],
      ['[2001:db8:1:2::5]', '2001:db8:1:2::/64'],
    ]) {
      assert.equal(
        clientAddress(request('192.0.2.7', forwarded), 'https://snapshots.example'),
        address,
        'with its port',
      );
    }
    assert.equal(clientAddress(request('2001:db8:1:2:3::4', ''), undefined), '2001:db8:1:2::/64');
    assert.equal(clientAddress(request('::1', ''), undefined), '0:0:0:0::/64');
    assert.equal(clientAddress(request('1::2:3:4:5:6:7', ''), undefined), '1:0:2:3::/64');
  });

  test('who waits in vain is told so', async () => {
    genesys.setFault(() => true);
    const api = createGenesysApi(genesys.url, { timeoutMs: 50 });
    await assert.rejects(api.get('/users/me', 'token'), { statusCode: 503, code: 'identity-unavailable' });
    genesys.setFault();
  });

  test('an answer without an end is cut off', async () => {
    genesys.setFault((_request, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const pour = () => {
        if (!response.destroyed) response.write(chunk, () => setImmediate(pour));
      };
      pour();
      return true;
    });
    await assert.rejects(createGenesysApi(genesys.url).get('/users/me', 'token'), { statusCode: 503 });
    genesys.setFault();
  });
});

describe('the demo', () => {
  /** @type {Awaited<ReturnType<typeof startService>>} */ let service;
  /** @type {string} */ let cookie;
  before(async () => {
    service = await startService({
      env: {},
      page: { widgetFolder: fromRoot('examples/agent-widget'), packageFolder: fromRoot('js') },
    });
    const page = await fetch(`${service.base}/`);
    assert.equal(page.status, 200);
    const [set] = page.headers.getSetCookie();
    assert.match(set, /; HttpOnly/);
    assert.match(set, /; SameSite=Strict/);
    assert.match(set, /; Path=\/api\//);
    cookie = set.split(';')[0];
  });
  after(() => service.close());

  /** @param {Record<string, string>} headers */
  const ask = async (headers) => send(service, headers, { agentId: 'demo-agent' });

  test('its own page may upload, see, hold and read the audit', async () => {
    const own = { cookie, origin: service.base, 'sec-fetch-site': 'same-origin' };
    const { status, body } = await ask(own);
    assert.equal(status, 200, JSON.stringify(body));
    for (const path of [`/${body.id}`, `/${body.id}/thumbnail`, `/${body.id}/audit`, '/?interactionId=call-1']) {
      assert.equal(
        (await fetch(service.url + path, { headers: { cookie, 'sec-fetch-site': 'same-origin' } })).status,
        200,
        path,
      );
    }
    const hold = await fetch(`${service.url}/${body.id}/legal-hold`, {
      method: 'PUT',
      headers: { ...own, 'content-type': 'application/json' },
      body: '{"reason":"Demo"}',
    });
    assert.equal(hold.status, 200);
    const old = await ask({ cookie, origin: service.base });
    assert.equal(old.status, 200, 'a browser without Sec-Fetch-Site');
    const opened = await fetch(`${service.url}/${body.id}`, { headers: { cookie, 'sec-fetch-site': 'none' } });
    assert.equal(opened.status, 200, 'a link opened by hand');
  });

  test('nobody else may use its key', async () => {
    const port = new URL(service.base).port;
    /** @type {[string, Record<string, string>, number, string][]} */
    const cases = [
      ['no cookie', { origin: service.base, 'sec-fetch-site': 'same-origin' }, 401, 'unauthorized'],
      [
        'a made-up cookie',
        { cookie: `caseframe-demo-${port}=x`, origin: service.base, 'sec-fetch-site': 'same-origin' },
        401,
        'unauthorized',
      ],
      ['another site', { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403, 'foreign-page'],
      ['another site that says nothing', { cookie, 'sec-fetch-site': 'cross-site' }, 403, 'foreign-page'],
      [
        'another port of this machine',
        { cookie, origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
        403,
        'foreign-page',
      ],
      ['another port, an old browser', { cookie, origin: 'http://127.0.0.1:1' }, 403, 'foreign-page'],
      ['another name of this machine', { cookie, origin: `http://localhost:${port}` }, 403, 'foreign-page'],
      ['a sandboxed frame', { cookie, origin: 'null', 'sec-fetch-site': 'cross-site' }, 403, 'foreign-page'],
      ['a form in the address bar', { cookie, 'sec-fetch-site': 'none' }, 403, 'foreign-page'],
      ['no browser at all', { cookie }, 403, 'foreign-page'],
      ['a key from the demo as a bearer', { authorization: `Bearer ${cookie.split('=')[1]}` }, 401, 'unauthorized'],
    ];
    for (const [name, headers, status, code] of cases) {
      const answer = await ask(headers);
      assert.deepEqual([answer.status, answer.body.code], [status, code], name);
    }
    const image = await fetch(`${service.url}/?interactionId=call-1`, {
      headers: { cookie, 'sec-fetch-site': 'same-site' },
    });
    assert.equal(image.status, 403, 'reading is for its own page, too');
  });

  test('a name that was made to point here gets nothing: neither the page nor an answer', async () => {
    for (const path of ['/', `${PATH}/?interactionId=call-1`, '/caseframe/index.js']) {
      for (const host of [
        'evil.example',
        `evil.example:${new URL(service.base).port}`,
        '127.0.0.1.evil.example',
        '0.0.0.0',
      ]) {
        const [response] = await once(
          httpRequest(service.base + path, { headers: { host, cookie } }).end(),
          'response',
        );
        response.resume();
        assert.equal(response.statusCode, 421, `${path} as ${host}`);
        assert.equal(response.headers['set-cookie'], undefined);
      }
    }
  });

  test('two demos do not know each other’s key', async (t) => {
    const other = await startService({ env: {} });
    t.after(() => other.close());
    const name = `caseframe-demo-${new URL(other.base).port}`;
    const answer = await send(
      other,
      { cookie: `${name}=${cookie.split('=')[1]}`, origin: other.base, 'sec-fetch-site': 'same-origin' },
      { agentId: 'demo-agent' },
    );
    assert.equal(answer.status, 401);
  });
});

/** @param {string} path */
function fromRoot(path) {
  return new URL(`../../${path}`, import.meta.url).pathname;
}

/** @param {{ url: string }} service @param {Record<string, string>} headers @param {Record<string, string>} fields */
async function send({ url }, headers, fields) {
  return read(await fetch(`${url}/upload`, { method: 'POST', headers, body: formOf({ file: photo, fields }) }));
}
