/**
 * Attacks, each a row of examples/middleware/README.md with the answer that it gets. The table is read from there: a row
 * without a test, or a test without its row, fails.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import {
  bearer,
  filesIn,
  formOf,
  KEYS,
  newId,
  PATH,
  pause,
  read,
  STATIC_KEYS,
  startService,
} from './servers/service.js';

const MAX_FILE_BYTES = 300_000;
const TIMEOUT_SECONDS = 2;

/** @type {Buffer} */ let photo;
/** @type {Awaited<ReturnType<typeof startService>>} */ let service;
/** For who is slow: the others are not to be, however busy the machine is. */
/** @type {Awaited<ReturnType<typeof startService>>} */ let impatient;
/** Rows whose attack was made. @type {Set<string>} */
const made = new Set();
before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  const env = { STATIC_KEYS, MAX_FILE_BYTES: String(MAX_FILE_BYTES), MAX_PIXELS: '2000000' };
  service = await startService({ env });
  impatient = await startService({ env: { ...env, UPLOAD_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) } });
});
after(() => Promise.all([service?.close(), impatient?.close()]));

/** @param {string} row Of the table. @param {(t: import('node:test').TestContext) => Promise<void>} attack */
function attack(row, attack) {
  test(row, async (t) => {
    made.add(row);
    const before = await filesIn(join(service.data, 'objects'));
    await attack(t);
    assert.deepEqual(await filesIn(join(service.data, 'objects')), before, 'nothing is left of it');
    assert.equal((await fetch(`${service.base}/livez`)).status, 200, 'and the service lives');
  });
}

describe('attacks on what comes in', () => {
  attack('Path traversal in a field', async () => {
    for (const value of ['../x', '..', '/etc/passwd', 'a/b', 'a\\b', '%2e%2e', 'a\0', '.about']) {
      for (const name of ['interactionId', 'agentId', 'snapshotId']) {
        await refused(await upload({ fields: { [name]: value } }), 400, 'invalid-field');
      }
    }
  });

  attack('Path traversal in an address', async () => {
    for (const path of ['/..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/x', '/a%00', '/..%5c..', '/.about']) {
      const answer = await raw(`GET ${PATH}${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEYS.admin}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 404 /, path);
    }
  });

  attack('An oversized file', async () => {
    await refused(await upload({ file: Buffer.concat([photo, Buffer.alloc(MAX_FILE_BYTES)]) }), 413, 'file-too-large');
  });

  attack('A body that says that it is oversized', async () => {
    const answer = await raw(head({ 'content-length': '99999999999' }));
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /file-too-large/);
  });

  attack('A body without an end', async () => {
    for (const chunk of [
      'x'.repeat(1000), // a preamble
      `--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\ncontent-type: image/jpeg\r\n\r\n${'x'.repeat(1000)}`,
    ]) {
      const { answer, sent } = await pour(head({ 'transfer-encoding': 'chunked' }), chunk);
      assert.match(answer, /^HTTP\/1\.1 (413|400) /, 'it is answered');
      assert.ok(sent < 40 * MAX_FILE_BYTES, `and the connection closed after ${sent} bytes`);
    }
  });

  attack('A slow body', async () => {
    const began = Date.now();
    const answer = await raw(head({ 'content-length': '100000' }), { drip: '-', everyMs: 50, to: impatient });
    refusedRaw(answer, 408, 'request-timeout');
    assert.match(answer, /^retry-after: \d/im);
    assert.ok(Date.now() - began >= 1000 * TIMEOUT_SECONDS, 'not before its time');
  });

  attack('A slow header', async () => {
    const answer = await raw(`POST ${PATH}/upload HTTP/1.1\r\nhost: x\r\nx-slow: `, {
      drip: 'a',
      everyMs: 50,
      to: impatient,
    });
    refusedRaw(answer, 408, 'request-timeout');
  });

  attack('An endless address or header', async () => {
    const host = 'host: 127.0.0.1\r\n';
    const long = (/** @type {number} */ n) => `GET ${PATH}/${'x'.repeat(n)} HTTP/1.1\r\n${host}\r\n`;
    refusedRaw(await raw(long(200)), 414, 'address-too-long');
    refusedRaw(await raw(long(20_000)), 431, 'headers-too-large');
    refusedRaw(await raw(`GET / HTTP/1.1\r\n${host}x-y: ${'y'.repeat(20_000)}\r\n\r\n`), 431, 'headers-too-large');
  });

  attack('What is no HTTP, or no address', async () => {
    for (const request of [
      `GET ${PATH}/%zz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
      'GET /%c3%28/x HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
      'GET /livez HTTP/9.9\r\nhost: 127.0.0.1\r\n\r\n',
      'BREW /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
      'GET /livez HTTP/1.1\r\nhost 127.0.0.1\r\n\r\n',
      `GET ${PATH}/@me HTTP/1.1\r\n\r\n`,
      'GET /livez HTTP/1.1\r\n\r\n',
      '\x16\x03\x01\x02\0\x01\0\r\n\r\n',
    ]) {
      refusedRaw(await raw(request), 400, 'bad-request');
    }
    const expecting = 'GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: more\r\n\r\n';
    assert.match(
      await raw(expecting),
      /^HTTP\/1\.1 200 .*\{"status":"ok"\}$/s,
      'what nobody understands is passed over',
    );
    assert.match(await raw('GET /livez HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /, 'HTTP/1.0 has no host');
  });

  attack('Too many parts', async () => {
    const fields = new FormData();
    for (let n = 0; n < 1000; n += 1) fields.append('agentId', 'agent-7');
    await refused(await post(fields), 400);
    const files = formOf({ file: photo });
    for (let n = 0; n < 100; n += 1) files.append('file', new Blob(['x'], { type: 'image/jpeg' }), 'x.jpg');
    await refused(await post(files), 400);
  });

  attack('A part with endless headers', async () => {
    const headers = Array.from({ length: 20_000 }, (_, n) => `x-${n}: y`).join('\r\n');
    const body = `--x\r\n${headers}\r\ncontent-disposition: form-data; name="agentId"\r\n\r\nagent-7\r\n--x--\r\n`;
    const answer = await raw(`${head({ 'content-length': String(body.length) })}${body}`);
    assert.match(answer, /^HTTP\/1\.1 4(00|13) /);
  });

  attack('A field called `__proto__`', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      await refused(await upload({ fields: Object.fromEntries([[name, 'x']]) }), 400, 'unknown-field');
    }
    await refused(await upload({ fields: { metadata: '{"__proto__":' } }), 400, 'invalid-field');
    assert.equal(/** @type {any} */ ({}).polluted, undefined);
  });

  attack('A polyglot: markup or an archive in the picture', async () => {
    const comment = (/** @type {string} */ text) => {
      const segment = Buffer.from(`\xff\xfe\0${String.fromCharCode(text.length + 2)}${text}`, 'latin1');
      return Buffer.concat([photo.subarray(0, 2), segment, photo.subarray(2)]);
    };
    for (const file of [
      comment('<script>alert(1)</script>'),
      comment('<!doctype html>'),
      Buffer.concat([photo, Buffer.from('PK\x03\x04')]),
      Buffer.concat([photo, Buffer.from('<script>alert(1)</script>')]),
    ]) {
      await refused(await upload({ file }), 422, 'broken-jpeg');
    }
    for (const file of ['<svg onload="alert(1)"/>', 'GIF89a', '%PDF-1.7', '#!/bin/sh']) {
      await refused(await upload({ file: Buffer.from(file) }), 415, 'not-a-jpeg');
    }
  });

  attack('Data behind the picture’s end', async () => {
    for (const tail of ['\0', '\n', photo]) {
      await refused(await upload({ file: Buffer.concat([photo, Buffer.from(tail)]) }), 422, 'broken-jpeg');
    }
  });

  attack('A decompression bomb', async () => {
    const create = { width: 1500, height: 1400, channels: /** @type {const} */ (3), background: 'black' };
    await refused(await upload({ file: await sharp({ create }).jpeg().toBuffer() }), 413, 'too-many-pixels');
    const lying = Buffer.from(photo);
    const frame = lying.indexOf(Buffer.from([0xff, 0xc0]));
    lying.writeUInt16BE(65_500, frame + 5);
    lying.writeUInt16BE(65_500, frame + 7);
    await refused(await upload({ file: lying }), 413, 'too-many-pixels');
  });

  attack('A picture of a thousand scans', async () => {
    const progressive = await sharp(photo).resize(64).jpeg({ progressive: true }).toBuffer();
    const scan = progressive.subarray(progressive.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
    const file = Buffer.concat([progressive.subarray(0, -2), ...Array(1000).fill(scan), Buffer.from([0xff, 0xd9])]);
    await refused(await upload({ file }), 422, 'broken-jpeg');
  });

  attack('Header injection', async () => {
    for (const key of ['a b', 'x'.repeat(256)]) {
      await refused(await upload({}, { 'idempotency-key': key }), 400, 'invalid-idempotency-key');
    }
    const form = formOf({ file: photo, fields: { snapshotId: 'x\r\nset-cookie: a=b' } });
    await refused(await post(form), 400, 'invalid-field');
    const answer = await raw(
      `GET ${PATH}/x%0d%0aset-cookie:%20a=b HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEYS.agent}\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 404 /);
    assert.ok(!/set-cookie/i.test(answer));
  });

  attack('Request smuggling: two lengths', async () => {
    const both = head({ 'content-length': '5', 'transfer-encoding': 'chunked' });
    refusedRaw(await raw(`${both}0\r\n\r\n`), 400, 'bad-request');
    const twice = head({ 'content-length': '5' }).replace('\r\n\r\n', '\r\ncontent-length: 6\r\n\r\n');
    assert.match(await raw(`${twice}hello`), /^HTTP\/1\.1 400 /);
  });
});

describe('attacks on who one is', () => {
  attack('A forged agent id', async () => {
    await refused(await upload({ fields: { agentId: 'agent-8' } }), 403, 'agent-mismatch');
  });

  attack('No key, or a made-up one', async () => {
    for (const headers of [
      {},
      bearer('x'),
      bearer(`${KEYS.agent} `.trim().slice(0, -1)),
      { authorization: 'Basic eA==' },
    ]) {
      await refused(
        await read(await fetch(`${service.url}/upload`, { method: 'POST', headers, body: formOf({ file: photo }) })),
        401,
        'unauthorized',
      );
    }
  });

  attack('Many uploads of one agent', async (t) => {
    const limited = await startService({ env: { STATIC_KEYS, UPLOADS_PER_MINUTE: '3' } });
    t.after(() => limited.close());
    stopMinutes(t);
    const send = async (/** @type {string} */ key, /** @type {string} */ agentId) =>
      read(
        await fetch(`${limited.url}/upload`, {
          method: 'POST',
          headers: bearer(key),
          body: formOf({ file: photo, fields: { agentId } }),
        }),
      );
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await send(KEYS.agent, 'agent-7')).status);
    assert.deepEqual(statuses, [200, 200, 200, 429]);
    const time = Date.now();
    for (const now of [time, time - 3_600_000]) {
      t.mock.method(Date, 'now', () => now); // A clock that is set back keeps nobody out for longer.
      const { body, headers } = await send(KEYS.agent, 'agent-7');
      assert.equal(body.code, 'too-many-requests');
      const wait = Number(headers.get('retry-after'));
      assert.ok(wait > 0 && wait <= 60, String(wait));
    }
    assert.equal((await send(KEYS.other, 'agent-8')).status, 200, 'others are not held up');
    assert.equal((await fetch(`${limited.url}/?interactionId=call-1`, { headers: bearer(KEYS.agent) })).status, 200);
  });

  attack('Many requests of one agent, for what their role may not', async (t) => {
    const limited = await startService();
    t.after(() => limited.close());
    stopMinutes(t);
    const ask = async (/** @type {string} */ key) => {
      const headers = { ...bearer(key), 'content-type': 'application/json' };
      const answer = await fetch(`${limited.url}/x/legal-hold`, { method: 'PUT', headers, body: '{' });
      return [answer.status, (await answer.json()).code].join(' ');
    };
    /** @type {Record<string, number>} */
    const answers = {};
    for (let n = 0; n < 1250; n += 1) {
      const answer = await ask(KEYS.agent);
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
    assert.deepEqual(answers, { '403 forbidden': 1200, '429 too-many-requests': 50 });
    assert.equal(
      (await limited.records.auditHead('local')).seq,
      1200,
      'who was turned away for asking too often fills no audit',
    );
    assert.equal(await ask(KEYS.supervisor), '403 forbidden', 'others are not held up');
    assert.equal(await ask(KEYS.admin), '400 malformed-body', 'the body is read of who may alone');
  });

  attack('A form that another site posts', async () => {
    const form = formOf({ file: photo });
    const answer = await read(
      await fetch(`${service.url}/upload`, { method: 'POST', headers: { origin: 'https://evil.example' }, body: form }),
    );
    assert.deepEqual([answer.status, answer.body.code], [401, 'unauthorized']);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const response = await fetch(`${service.url}/upload`, {
        method: 'POST',
        headers: { ...bearer(KEYS.agent), 'content-type': type },
        body: 'agentId=agent-7',
      });
      assert.equal(response.status, 415);
    }
  });

  attack('A page of another origin', async (t) => {
    const origin = 'https://agents.example';
    const listed = await startService({ env: { STATIC_KEYS, ALLOWED_ORIGINS: origin } });
    t.after(() => listed.close());
    const preflight = (/** @type {string} */ from) =>
      fetch(`${listed.url}/upload`, {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,idempotency-key',
        },
      });
    for (const evil of [
      'https://evil.example',
      'null',
      `${origin}.evil.example`,
      'https://agents.example:444',
      'http://agents.example',
    ]) {
      assert.equal((await preflight(evil)).headers.get('access-control-allow-origin'), null, evil);
    }
    const good = await preflight(origin);
    assert.deepEqual([good.status, good.headers.get('access-control-allow-origin')], [204, origin]);
    assert.equal(good.headers.get('access-control-allow-credentials'), null, 'cookies are no way in');
    assert.match(good.headers.get('vary') ?? '', /origin/i);
  });

  attack('A made-up host in the address', async () => {
    const answer = await raw(
      `GET ${PATH}/?interactionId=call-1 HTTP/1.1\r\nhost: evil.example/x\r\nauthorization: Bearer ${KEYS.agent}\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 400 /);
  });

  attack('Another route’s method', async () => {
    for (const [method, path] of [
      ['GET', '/upload/x/y'],
      ['POST', '/'],
      ['PATCH', '/x'],
      ['TRACE', '/x'],
      ['POST', '/x/legal-hold'],
    ]) {
      const answer = await raw(
        `${method} ${PATH}${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nauthorization: Bearer ${KEYS.admin}\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 404 /, `${method} ${path}`);
    }
  });
});

/** Attacks that other files make, on what they have at hand. */
const ELSEWHERE = new Map([
  ['Another organisation’s snapshots and keys', 'identity.test.js'],
  ['A token that was issued to another application', 'identity.test.js'],
  ['A token of another organisation', 'identity.test.js'],
  ['Many made-up tokens', 'identity.test.js'],
  ['A token that has run out, in the cache', 'identity.test.js'],
  ['An interaction of somebody else', 'identity.test.js'],
  ['Genesys down, slow or talking nonsense', 'identity.test.js'],
  ['Another page of this machine, in the demo', 'identity.test.js'],
  ['A name that points to this machine (DNS rebinding), in the demo', 'identity.test.js'],
  ['A region, endpoint or public URL that leads elsewhere (SSRF)', 'settings.test.js'],
  ['A redirect of Genesys that would carry the service’s token elsewhere', 'annotation-token.test.js'],
  ['Metrics through a proxy on this machine that says nothing of itself', 'operations.test.js'],
  ['A presigned link, used again after a minute', 'storage-s3.test.js'],
  ['A secret in the log', 'operations.test.js'],
  ['Many uploads at a time of one agent, sent slowly', 'places.test.js'],
  ['Uploads whose clients go away while they wait for a place, or for Genesys', 'places.test.js'],
  ['Many looks at a time, read slowly', 'places.test.js'],
]);

test('each attack is a row of the README, and each row an attack', async () => {
  const readme = await readFile(new URL('../../examples/middleware/README.md', import.meta.url), 'utf8');
  const section = readme.slice(readme.indexOf('## Attacks'));
  const rows = [...section.slice(0, section.indexOf('\n## ', 5)).matchAll(/^\| ([^|]+?) \| [^|]+ \|$/gm)].map(
    ([, name]) => name,
  );
  const attacks = rows.filter((name) => !/^(-+|attack)$/.test(name));
  assert.deepEqual(attacks.sort(), [...made, ...ELSEWHERE.keys()].sort());
});

/** The minute in which requests are counted does not end, however long they take. @param {import('node:test').TestContext} t */
function stopMinutes(t) {
  const now = performance.now();
  t.mock.method(performance, 'now', () => now);
}

/** @param {Partial<import('./servers/service.js').Upload>} what @param {Record<string, string>} [headers] */
function upload({ file = photo, ...what }, headers = {}) {
  return post(formOf({ ...what, file }), headers);
}

/** @param {FormData} form @param {Record<string, string>} [headers] */
async function post(form, headers = {}) {
  const all = { ...bearer(KEYS.agent), ...headers };
  return read(await fetch(`${service.url}/upload`, { method: 'POST', headers: all, body: form }));
}

/** @param {{ status: number, body: any }} answer @param {number} status @param {string} [code] */
async function refused(answer, status, code = answer.body.code) {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
}

/** @param {string} answer As it came over the wire. @param {number} status @param {string} code */
function refusedRaw(answer, status, code) {
  assert.equal(answer.split(' ')[1], String(status), answer);
  const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
  assert.deepEqual(Object.keys(body), ['error', 'code']);
  assert.equal(body.code, code);
  assert.ok(body.error.length > 10 && !/x{9}|y{9}/.test(body.error), body.error);
}

/** @param {Record<string, string>} headers */
function head(headers) {
  const all = {
    host: 'x',
    authorization: `Bearer ${KEYS.agent}`,
    'content-type': 'multipart/form-data; boundary=x',
    'idempotency-key': newId(),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `POST ${PATH}/upload HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/**
 * What comes back, until there is a whole head and some body, or the connection is closed.
 * @param {string} request
 * @param {{ drip?: string, everyMs?: number, to?: { base: string } }} [options] Sends on, bit by bit.
 * @returns {Promise<string>}
 */
function raw(request, { drip, everyMs, to = service } = {}) {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(to.base).port), '127.0.0.1');
    const timer = drip === undefined ? undefined : setInterval(() => socket.write(drip), everyMs);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      answer += chunk;
      if (answer.includes('\r\n\r\n') && !answer.endsWith('\r\n\r\n')) socket.destroy();
    });
    socket.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
    socket.write(request);
  });
}

/**
 * Sends the same chunk until the connection is closed.
 * @param {string} request @param {string} chunk
 * @returns {Promise<{ answer: string, sent: number }>}
 */
async function pour(request, chunk) {
  const socket = connect(Number(new URL(service.base).port), '127.0.0.1');
  let answer = '';
  let isOpen = true;
  let sent = 0;
  socket.on('error', () => {});
  socket.on('data', (data) => (answer += data));
  socket.on('close', () => {
    isOpen = false;
  });
  socket.write(request);
  while (isOpen) {
    const isFlowing = socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    sent += chunk.length;
    await (isFlowing ? new Promise(setImmediate) : pause(1));
  }
  return { answer, sent };
}
