/** The service's own token, and what is asked with it. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { createGenesysClient } from '../../examples/middleware/annotation/client.js';
import { createPace } from '../../examples/middleware/annotation/pace.js';
import { createToken } from '../../examples/middleware/annotation/token.js';
import { admitClient, CLIENT, ORGANIZATION } from './annotation-lab.js';
import { startGenesys } from './servers/genesys.js';

/** @type {Awaited<ReturnType<typeof startGenesys>>} */ let genesys;
/** @type {string[]} */ const printed = [];
let now = 1_000_000;
beforeEach(async () => {
  genesys = await startGenesys();
  admitClient(genesys);
  genesys.conversations.set('call-1', { organizationId: ORGANIZATION, userIds: [] });
});
afterEach(() => genesys.close());
after(() => {
  const text = printed.join('\n');
  assert.ok(!text.includes(CLIENT.secret) && !/token-[0-9a-f]{8}/.test(text), 'no secret in a log or a message');
  assert.ok(!text.includes(Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')));
});

/** @param {Partial<{ clientSecret: string, loginUrl: string, apiUrl: string, perMinute: number, timeoutMs: number, leaseMs: number }>} [options] */
function create({ perMinute = 1000, timeoutMs, leaseMs = 60_000, ...settings } = {}) {
  const counted = { inc: (/** @type {object} */ labels) => void printed.push(JSON.stringify(labels)) };
  const log = { error: (/** @type {unknown[]} */ ...args) => void printed.push(JSON.stringify(args)) };
  const urls = {
    apiUrl: genesys.url,
    loginUrl: genesys.url,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    ...settings,
  };
  const token = createToken(urls, {
    now: () => now,
    metrics: /** @type {any} */ ({ tokens: counted }),
    log: /** @type {any} */ (log),
    timeoutMs,
  });
  const pace = createPace({ perMinute, now: () => now });
  const client = createGenesysClient(
    { apiUrl: urls.apiUrl, leaseMs },
    { token, pace, metrics: /** @type {any} */ ({ requests: counted }) },
  );
  return { token, client, pace };
}

/** @typedef {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean} Fault */

/** @param {number} status @param {Record<string, string>} [headers] @param {string} [body] @returns {Fault} */
const answering =
  (status, headers = {}, body = '') =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
    return true;
  };

/** Tokens are issued all the same. @param {Fault} fault @returns {Fault} */
const butTokens = (fault) => (request, response) => request.url !== '/oauth/token' && fault(request, response);

const JSON_TYPE = { 'content-type': 'application/json' };
const issued = () => genesys.requests.filter((line) => line === 'POST /oauth/token').length;
const conversation = /** @type {const} */ ({ method: 'GET', path: '/conversations/call-1' });

/** @param {Promise<unknown>} call @param {string} kind @param {RegExp} reason */
async function rejects(call, kind, reason) {
  await assert.rejects(call, (/** @type {any} */ error) => {
    printed.push(error.stack, String(error.cause?.stack));
    assert.deepEqual([error.name, error.trouble.kind], ['GenesysTrouble', kind], error.stack);
    assert.match(error.message, reason);
    return true;
  });
}

describe('the token', () => {
  test('is asked for once by a thousand who come at a time, and kept', async () => {
    const { token } = create();
    const values = await Promise.all(Array.from({ length: 1000 }, () => token.get()));
    assert.equal(new Set(values).size, 1);
    assert.equal(issued(), 1);
    now += 86_000_000;
    assert.equal(await token.get(), values[0]);
    assert.equal(issued(), 1);
  });

  test('is renewed ahead of its end, once, while the old one goes on being used', async () => {
    const { token } = create();
    const first = await token.get();
    now += 86_400_000 - 5 * 60_000;
    /** @type {(() => void)[]} */
    const held = [];
    genesys.setFault((_request, response) => {
      held.push(() =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"access_token":"second","expires_in":600}'),
      );
      return true;
    });
    const values = await Promise.all(Array.from({ length: 1000 }, () => token.get()));
    assert.deepEqual(new Set(values), new Set([first]), 'nobody waits for it');
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    held[0]();
    while ((await token.get()) === first) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(await token.get(), 'second');
    assert.equal(issued(), 2);
  });

  test('that cannot be renewed is used to its end, and asked for again now and then', async () => {
    const { token } = create();
    const first = await token.get();
    genesys.setFault(answering(503));
    now += 86_400_000 - 5 * 60_000;
    const failures = () => printed.filter((line) => line === '{"outcome":"failed"}').length;
    const before = [issued(), failures()];
    for (let n = 0; n < 60; ++n) {
      assert.equal(await token.get(), first);
      await new Promise((resolve) => setTimeout(resolve, 1));
      // However long the machine takes for an answer, that is no time here.
      while (failures() - before[1] < issued() - before[0]) await new Promise((resolve) => setTimeout(resolve, 1));
      now += 1000;
    }
    const asked = issued();
    assert.ok(asked >= 10 && asked <= 31, `${asked} in a minute`);
    now += 86_400_000;
    await rejects(token.get(), 'transient', /no token/);
  });

  test('is refused to all who come, with one question, when the credentials are wrong', async () => {
    const { token } = create({ clientSecret: 'another' });
    const calls = await Promise.allSettled(Array.from({ length: 1000 }, () => token.get()));
    assert.ok(calls.every(({ status }) => status === 'rejected'));
    await rejects(token.get(), 'transient', /refuses GENESYS_CLIENT_ID or GENESYS_CLIENT_SECRET \(401\)/);
    assert.equal(issued(), 1, 'nobody asks again at once');
    assert.ok(printed.some((line) => line.includes('"alert":"genesys-credentials"')));
    now += 30_000;
    await rejects(token.get(), 'transient', /refuses/);
    assert.equal(issued(), 2);
    genesys.clients.set(CLIENT.id, { secret: 'another', organizationId: ORGANIZATION });
    now += 30_000;
    assert.match(await token.get(), /^token-/, 'and it is well again');
    now -= 3_600_000;
    assert.match(await token.get(), /^token-/, 'a clock that is set back');
  });

  for (const [name, body] of Object.entries({
    'is not JSON': 'hello',
    'has none': '{}',
    'has one that is no text of a header': '{"access_token":"a\\nb","expires_in":60}',
    'is empty': '',
  })) {
    test(`is none where the answer ${name}`, async () => {
      genesys.setFault(answering(200, JSON_TYPE, body));
      await rejects(create().token.get(), 'transient', /no token/);
    });
  }

  test('429 is waited out by everybody', async () => {
    genesys.setFault(answering(429, { 'retry-after': '40' }));
    const { token } = create();
    await rejects(token.get(), 'throttled', /too often/);
    genesys.setFault();
    now += 39_999;
    await rejects(token.get(), 'throttled', /too often/);
    assert.equal(issued(), 1);
    now += 1;
    assert.match(await token.get(), /^token-/);
  });
});

describe('a request', () => {
  test('with a token that Genesys has forgotten asks for another, once for all', async () => {
    const { client, token } = create();
    const first = await token.get();
    genesys.tokens.clear();
    const bodies = await Promise.all(Array.from({ length: 50 }, () => client.ask(conversation)));
    assert.ok(bodies.every(({ id }) => id === 'call-1'));
    assert.equal(issued(), 2);
    assert.notEqual(await token.get(), first);
  });

  test('whose new token is not taken either is trouble, not a storm', async () => {
    const { client } = create();
    genesys.setFault(butTokens(answering(401)));
    await rejects(client.ask(conversation), 'transient', /does not take the token/);
    assert.equal(issued(), 2);
  });

  test('follows no redirect: a token goes nowhere else', async (t) => {
    /** @type {string[]} */
    const elsewhere = [];
    const thief = createServer((request, response) => {
      elsewhere.push(String(request.headers.authorization));
      response.end('{}');
    });
    thief.listen(0, '127.0.0.1');
    await new Promise((resolve) => thief.once('listening', resolve));
    t.after(() => thief.close());
    const { port } = /** @type {import('node:net').AddressInfo} */ (thief.address());
    const { client } = create();
    for (const status of [301, 302, 303, 307, 308]) {
      genesys.setFault(butTokens(answering(status, { location: `http://127.0.0.1:${port}/` })));
      await rejects(client.ask(conversation), 'transient', /a redirect, which is not followed/);
    }
    genesys.setFault(answering(307, { location: `http://127.0.0.1:${port}/` }));
    await rejects(create().client.ask(conversation), 'transient', /no token/);
    assert.deepEqual(elsewhere, []);
  });

  test('429 stops everything for as long as it says', async () => {
    const { client, pace } = create();
    genesys.setFault(butTokens(answering(429, { 'inin-ratelimit-reset': '16' })));
    await rejects(client.ask(conversation), 'throttled', /429/);
    genesys.setFault();
    const before = genesys.requests.length;
    await rejects(client.ask(conversation), 'throttled', /limit/);
    assert.equal(genesys.requests.length, before);
    assert.equal(pace.waitMs(), 17_000);
    now += 17_000;
    assert.equal((await client.ask(conversation)).id, 'call-1');
  });

  test('that is answered by a page of a proxy is not done; a write that is answered by nothing is', async () => {
    const { client } = create();
    const write = { ...conversation, writes: true };
    genesys.setFault(butTokens(answering(200, { 'content-type': 'text/html' }, '<title>Sign in</title>')));
    await rejects(client.ask(conversation), 'transient', /cannot be read/);
    await rejects(client.ask(write), 'transient', /cannot be read/);
    for (const status of [200, 202]) {
      genesys.setFault(butTokens(answering(status)));
      assert.equal(await client.ask(write), undefined);
      await rejects(client.ask(conversation), 'transient', /cannot be read/);
    }
    genesys.setFault(butTokens(answering(204)));
    assert.equal(await client.ask(write), undefined);
  });

  test('does not go beyond the pace', async () => {
    const { client } = create({ perMinute: 3 });
    for (let n = 0; n < 3; ++n) await client.ask(conversation);
    await rejects(client.ask(conversation), 'throttled', /limit of requests a minute/);
    now += 60_000;
    await client.ask(conversation);
  });

  /** @type {[string, number, string, RegExp][]} */
  const answers = [
    [
      'refused',
      403,
      'permanent',
      /GET \/conversations\/call-1 was answered by 403 \(missing: You are missing recording:x\)/,
    ],
    ['not found', 404, 'permanent', /404/],
    ['malformed', 400, 'permanent', /400/],
    ['conflicting', 409, 'transient', /409/],
    ['too slow there', 408, 'transient', /408/],
    ['broken there', 500, 'transient', /500/],
    ['not served just now', 503, 'transient', /503/],
  ];
  for (const [name, status, kind, reason] of answers) {
    test(`that is ${name} (${status}) is ${kind}`, async () => {
      const { client } = create();
      const body = JSON.stringify({ code: 'missing', message: 'You are missing recording:x', status });
      genesys.setFault(butTokens(answering(status, JSON_TYPE, body)));
      await rejects(client.ask(conversation), kind, reason);
    });
  }

  test('that writes and gets no answer may have been done', async () => {
    const { client, token } = create({ leaseMs: 400 });
    await token.get(); // No part of the fifth of a second that an answer has here.
    /** @type {Fault[]} */
    const faults = [
      (request) => {
        request.socket.destroy();
        return true;
      },
      answering(502),
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"id":');
        response.destroy();
        return true;
      },
      () => true, // Never answered: half of the lease is all it gets.
    ];
    for (const fault of faults) {
      genesys.setFault(fault);
      await assert.rejects(client.ask({ ...conversation, writes: true }), (/** @type {any} */ error) => {
        assert.deepEqual([error.trouble.kind, error.trouble.mayHaveWritten], ['transient', true], error.stack);
        return true;
      });
    }
    genesys.setFault(() => true);
    await rejects(client.ask(conversation), 'transient', /cannot be reached/);
  });
});
