/** The middleware over real HTTP: what it files, what it refuses, and that a refusal leaves nothing behind. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { checkStructure } from '../../examples/middleware/jpeg.js';
import { createMiddleware } from '../../examples/middleware/server.js';

const ROCKET = new URL('../fixtures/rocket.jpg', import.meta.url);
const MAX_FILE_BYTES = 300_000;
const MAX_PIXELS = 1_000_000;

/** @type {import('fastify').FastifyInstance} */ let app;
/** @type {string} */ let base;
/** @type {string} */ let dataFolder;
/** @type {Buffer} */ let photo;
/** @type {Buffer} */ let otherPhoto;

before(async () => {
  photo = await readFile(ROCKET);
  otherPhoto = await sharp(photo).flop().jpeg().toBuffer();
});

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'caseframe-middleware-'));
  app = await createMiddleware({ dataFolder, maxFileBytes: MAX_FILE_BYTES, maxPixels: MAX_PIXELS });
  base = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  await app.close();
  await rm(dataFolder, { recursive: true });
});

describe('a snapshot that is in order', () => {
  test('is filed as it came, with its record', async () => {
    const id = randomUUID();
    const answer = await upload({
      fields: { snapshotId: id, sha256: sha256(photo), metadata: '{"redactions":[{"x":1}]}' },
      key: id,
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, {
      success: true,
      id,
      url: `${base}/api/v1/video-snapshot/call-1/${id}`,
      sha256: sha256(photo),
      annotation: 'queued',
    });
    assert.deepEqual(await readFile(join(dataFolder, 'video-snapshots', 'call-1', `${id}.jpg`)), photo);
    const { receivedAt, ...record } = await readRecord('call-1', id);
    assert.ok(Math.abs(Date.now() - Date.parse(receivedAt)) < 60_000, receivedAt);
    assert.deepEqual(record, {
      id,
      interactionId: 'call-1',
      agentId: 'agent-7',
      timestamp: '2026-11-02T10:20:30.456Z',
      sha256: sha256(photo),
      bytes: photo.length,
      width: 640,
      height: 427,
      annotation: 'queued',
      metadata: { redactions: [{ x: 1 }] },
    });
  });

  test('needs no more than the four fields of the guide', async () => {
    const { status, body } = await upload({});
    assert.equal(status, 200);
    assert.deepEqual(await filesIn(dataFolder), [
      `idempotency-keys/${sha256(Buffer.from(body.id))}.json`,
      `video-snapshots/call-1/${body.id}.jpg`,
      `video-snapshots/call-1/${body.id}.json`,
    ]);
  });

  test('is shown by its stable link, safely', async () => {
    const { body } = await upload({});
    const response = await fetch(body.url);
    assert.equal(response.status, 200);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), photo);
    const header = (/** @type {string} */ name) => response.headers.get(name);
    assert.equal(header('content-type'), 'image/jpeg');
    assert.equal(header('x-content-type-options'), 'nosniff');
    assert.equal(header('cache-control'), 'private, no-store');
    assert.equal(header('content-security-policy'), "default-src 'none'; sandbox");
    assert.equal(header('cross-origin-resource-policy'), 'same-origin');
  });

  test('may be progressive, have restart markers, or be grey', async () => {
    const variants = [
      sharp(photo).jpeg({ progressive: true }),
      sharp(photo).greyscale().jpeg(),
      sharp(photo).jpeg({ chromaSubsampling: '4:4:4', quality: 40 }),
    ];
    for (const variant of variants) {
      const answer = await upload({ file: await variant.toBuffer() });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    }
  });

  test('comes in any order of parts', async () => {
    const form = new FormData();
    form.append('file', new Blob([photo], { type: 'image/jpeg' }), 'snapshot.jpg');
    for (const [name, value] of Object.entries(FIELDS)) form.append(name, value);
    assert.equal((await post(form)).status, 200);
  });
});

describe('a bad field', () => {
  const cases = [
    ...['interactionId', 'agentId', 'timestamp'].map((name) => [name, undefined, 'missing-field']),
    ...['interactionId', 'agentId', 'snapshotId'].flatMap((name) =>
      ['', '-a', '_a', '.', '..', 'a.b', 'a/b', 'a\\b', '../a', '/etc', 'a b', 'ä', 'a\0b', 'a\n', 'x'.repeat(65)].map(
        (value) => [name, value, 'invalid-field'],
      ),
    ),
    ...[
      '',
      'yesterday',
      '1762078830',
      '2026-11-02',
      '2026-11-02T10:20:30',
      '2026-02-30T10:20:30Z',
      '2026-13-01T10:20:30Z',
      '2026-11-02T25:20:30Z',
      '02/11/2026 10:20',
    ].map((value) => ['timestamp', value, 'invalid-field']),
    ...['', 'abc', 'A'.repeat(64), 'g'.repeat(64), 'a'.repeat(65)].map((value) => ['sha256', value, 'invalid-field']),
    ...['', '{', '[]', '7', 'null', '"text"'].map((value) => ['metadata', value, 'invalid-field']),
    ['sha-256', 'a'.repeat(64), 'unknown-field'],
    ['__proto__', 'x', 'unknown-field'],
  ];
  for (const [name, value, code] of /** @type {[string, string | undefined, string][]} */ (cases)) {
    test(`${name} ${value === undefined ? 'left out' : JSON.stringify(value.slice(0, 24))}`, async () => {
      await refused(await upload({ fields: { [name]: value } }), 400, code);
    });
  }

  test('that is repeated', async () => {
    const form = formOf({});
    form.append('agentId', 'agent-8');
    await refused(await post(form), 400, 'duplicate-field');
  });

  test('that is too large', async () => {
    const metadata = JSON.stringify({ text: 'x'.repeat(65 * 1024) });
    await refused(await upload({ fields: { metadata } }), 413, 'field-too-large');
  });

  test('an idempotency key that is none', async () => {
    await refused(await upload({ key: 'a b' }), 400, 'invalid-idempotency-key');
    await refused(await upload({ key: 'x'.repeat(256) }), 400, 'invalid-idempotency-key');
  });
});

describe('a bad file', () => {
  test('none at all', async () => {
    const form = formOf({});
    form.delete('file');
    await refused(await post(form), 400, 'missing-field');
  });

  test('two of them', async () => {
    const form = formOf({});
    form.append('file', new Blob([photo], { type: 'image/jpeg' }), 'second.jpg');
    await refused(await post(form), 400, 'too-many-files');
  });

  test('under another name', async () => {
    const form = formOf({});
    form.delete('file');
    form.append('picture', new Blob([photo], { type: 'image/jpeg' }), 'a.jpg');
    await refused(await post(form), 400, 'unknown-field');
  });

  test('of another type', async () => {
    await refused(await upload({ type: 'image/png' }), 415, 'not-a-jpeg');
    await refused(await upload({ file: await sharp(photo).resize(64).png().toBuffer() }), 415, 'not-a-jpeg');
    await refused(await upload({ file: Buffer.alloc(0) }), 415, 'not-a-jpeg');
    await refused(await upload({ file: Buffer.from('<script>alert(1)</script>') }), 415, 'not-a-jpeg');
  });

  test('cut short, at any byte', async () => {
    const small = await sharp(photo).resize(40).jpeg().toBuffer();
    assert.deepEqual(checkStructure(small), { width: 40, height: 27 });
    for (let length = 0; length < small.length; length += 1) {
      assert.throws(() => checkStructure(small.subarray(0, length)), { name: 'Problem' }, `first ${length} bytes`);
    }
    await refused(await upload({ file: photo.subarray(0, photo.length / 2) }), 422, 'broken-jpeg');
  });

  test('cut short but closed with an end marker: only decoding finds that', async () => {
    const file = Buffer.concat([photo.subarray(0, photo.length / 2), Buffer.from([0xff, 0xd9])]);
    assert.deepEqual(checkStructure(file), { width: 640, height: 427 });
    await refused(await upload({ file }), 422, 'broken-jpeg');
  });

  test('with something behind its end', async () => {
    for (const tail of ['\0', '\n', '<script>alert(1)</script>', 'PK\x03\x04']) {
      const file = Buffer.concat([photo, Buffer.from(tail, 'latin1')]);
      await refused(await upload({ file }), 422, 'broken-jpeg');
    }
    await refused(await upload({ file: Buffer.concat([photo, photo]) }), 422, 'broken-jpeg');
  });

  test('with markup in its comment', async () => {
    const comment = Buffer.from('<script>alert(1)</script>');
    const segment = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
    const file = Buffer.concat([photo.subarray(0, 2), segment, comment, photo.subarray(2)]);
    await refused(await upload({ file }), 422, 'broken-jpeg');
  });

  test('with broken bits in its picture', async () => {
    const file = Buffer.from(photo);
    file.fill(0xff, file.length - 4000, file.length - 2000);
    await refused(await upload({ file }), 422, 'broken-jpeg');
  });

  test('that is not the one of sha256', async () => {
    await refused(await upload({ fields: { sha256: sha256(otherPhoto) } }), 422, 'sha256-mismatch');
  });

  test('too large', async () => {
    const file = Buffer.concat([photo, Buffer.alloc(MAX_FILE_BYTES)]);
    await refused(await upload({ file }), 413, 'file-too-large');
  });

  test('of too many pixels', async () => {
    const create = { width: 1001, height: 1000, channels: /** @type {const} */ (3), background: 'black' };
    const file = await sharp({ create }).jpeg().toBuffer();
    await refused(await upload({ file }), 413, 'too-many-pixels');
  });
});

describe('a body that is no form', () => {
  for (const type of ['application/json', 'text/plain', 'image/jpeg', 'application/x-www-form-urlencoded']) {
    test(type, async () => {
      const response = await fetch(`${base}/api/v1/video-snapshot/upload`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{}',
      });
      await refused(await read(response), 415, 'not-multipart');
    });
  }

  test('nothing at all', async () => {
    await refused(
      await read(await fetch(`${base}/api/v1/video-snapshot/upload`, { method: 'POST' })),
      415,
      'not-multipart',
    );
  });

  test('a form that breaks off', async () => {
    const response = await fetch(`${base}/api/v1/video-snapshot/upload`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\ncontent-disposition: form-data; name="interactionId"\r\n\r\ncall-1',
    });
    await refused(await read(response), 400, 'malformed-body');
  });
});

describe('the same idempotency key', () => {
  test('with the same picture: the same answer, and one file', async () => {
    const first = await upload({ key: 'key-1' });
    const again = await upload({ key: 'key-1', fields: { timestamp: '2026-11-02T11:00:00Z' } });
    assert.equal(first.status, 200);
    assert.deepEqual(again, first);
    assert.equal((await pictures()).length, 1);
    assert.equal((await readRecord('call-1', first.body.id)).timestamp, '2026-11-02T10:20:30.456Z');
  });

  test('with another picture, or for another interaction: never again, and nothing changes', async () => {
    const first = await upload({ key: 'key-1' });
    const filed = await filesIn(dataFolder);
    await mismatch(await upload({ key: 'key-1', file: otherPhoto }), 'idempotency-mismatch');
    await mismatch(await upload({ key: 'key-1', fields: { interactionId: 'call-2' } }), 'idempotency-mismatch');
    assert.deepEqual(await filesIn(dataFolder), filed);
    assert.deepEqual(await readFile(join(dataFolder, 'video-snapshots', 'call-1', `${first.body.id}.jpg`)), photo);
  });

  test('while the first is still being processed: 409, to come again in a second', async (t) => {
    /** @type {(value?: unknown) => void} */
    let finish = () => {};
    const put = async (/** @type {object} */ record) => {
      await new Promise((resolve) => {
        finish = resolve;
      });
      return record;
    };
    const slow = await createMiddleware({ dataFolder, store: /** @type {any} */ ({ put }) });
    t.after(() => slow.close());
    const at = await slow.listen({ host: '127.0.0.1', port: 0 });
    const send = (/** @type {string} */ key) =>
      fetch(`${at}/api/v1/video-snapshot/upload`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: formOf({}),
      });
    for (let round = 0; round < 2; round += 1) {
      const first = send('key-1');
      const begun = finish;
      while (finish === begun) await pause(5);
      const second = await send('key-1');
      assert.deepEqual([second.status, (await second.json()).code], [409, 'in-progress']);
      assert.equal(second.headers.get('retry-after'), '1');
      finish();
      assert.equal((await first).status, 200);
    }
    const [first, begun] = [send('key-1'), finish];
    while (finish === begun) await pause(5);
    const [finishFirst, other] = [finish, send('key-2')];
    while (finish === finishFirst) await pause(5);
    finish();
    assert.equal((await other).status, 200, 'another key waits for nobody');
    finishFirst();
    assert.equal((await first).status, 200);
  });

  test('many at once, the same picture: one file, and the same answer for all who come again', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload({ key: 'key-1' })));
    const done = await upload({ key: 'key-1' });
    assert.equal(done.status, 200);
    for (const answer of answers) {
      if (answer.status === 409) assert.equal(answer.body.code, 'in-progress');
      else assert.deepEqual(answer, done);
    }
    assert.equal((await pictures()).length, 1);
  });

  test('many at once, each with another picture: one wins', async () => {
    const files = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        sharp(photo)
          .resize(100 + n)
          .jpeg()
          .toBuffer(),
      ),
    );
    const answers = await Promise.all(files.map((file) => upload({ key: 'key-1', file })));
    const winners = answers.flatMap((answer, n) => (answer.status === 200 ? [n] : []));
    assert.equal(winners.length, 1);
    for (const { status, body } of answers) {
      assert.ok([200, 409, 422].includes(status), JSON.stringify(body));
      if (status === 409) assert.equal(body.code, 'in-progress');
      if (status === 422) assert.equal(body.code, 'idempotency-mismatch');
    }
    assert.deepEqual(await pictures(), [files[winners[0]]]);
  });

  test('after a crash between picture and record: the next try completes it', async () => {
    const first = await upload({ key: 'key-1' });
    await rm(join(dataFolder, 'video-snapshots', 'call-1', `${first.body.id}.json`));
    assert.equal((await fetch(first.body.url)).status, 404, 'without a record there is no snapshot');
    assert.deepEqual(await upload({ key: 'key-1' }), first);
    assert.equal((await fetch(first.body.url)).status, 200);
  });

  test('a snapshot id that is taken is not written over by another key', async () => {
    const fields = { snapshotId: 'snapshot-1' };
    assert.equal((await upload({ key: 'key-1', fields })).status, 200);
    await mismatch(await upload({ key: 'key-2', fields, file: otherPhoto }), 'snapshot-exists');
    assert.deepEqual(await pictures(), [photo]);
  });
});

test('an upload that is cut off leaves nothing behind', async () => {
  const payload = Buffer.from(await new Response(formOf({})).arrayBuffer());
  const boundary = payload.subarray(2, payload.indexOf('\r\n')).toString();
  const head = [
    'POST /api/v1/video-snapshot/upload HTTP/1.1',
    'host: 127.0.0.1',
    `content-type: multipart/form-data; boundary=${boundary}`,
    `content-length: ${payload.length}`,
  ].join('\r\n');
  const arrived = once(app.server, 'request');
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  socket.write(`${head}\r\n\r\n`);
  socket.write(payload.subarray(0, payload.length - 1000));
  const [message] = await arrived;
  while (message.socket.bytesRead < payload.length - 1000) await pause(5);
  assert.deepEqual(await filesIn(dataFolder), [], 'nothing is written before the whole file is there');
  const gone = new Promise((resolve) => message.on('error', () => {}).once('close', resolve));
  socket.destroy();
  await gone;
  await app.close();
  assert.deepEqual(await filesIn(dataFolder), []);
});

test('no path leads out of the folder', async () => {
  const form = formOf({});
  form.delete('file');
  form.append('file', new Blob([photo], { type: 'image/jpeg' }), '../../../evil.jpg');
  const { body } = await post(form);
  assert.ok((await filesIn(dataFolder)).includes(`video-snapshots/call-1/${body.id}.jpg`));

  for (const path of [
    '../../package/json',
    '..%2f..%2fx/y',
    'call-1/..%2f..%2fsecret',
    '%2e%2e/%2e%2e',
    'a/b%00',
    './.',
  ]) {
    assert.equal(await rawStatus(`/api/v1/video-snapshot/${path}`), 404, path);
  }
  assert.equal(await rawStatus(`/api/v1/video-snapshot/call-1/${body.id}`), 200);
  assert.equal(await rawStatus(`/api/v1/video-snapshot/call-1/${body.id}.json`), 404);
});

describe('a page of another origin', () => {
  const WIDGET = 'https://agents.example';
  const ask = (/** @type {string} */ at, /** @type {string} */ origin) =>
    fetch(`${at}/api/v1/video-snapshot/upload`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key',
      },
    });

  test('that is allowed may upload, and read how long it is to wait', async (t) => {
    const open = await createMiddleware({ dataFolder, allowedOrigins: [WIDGET] });
    t.after(() => open.close());
    const at = await open.listen({ host: '127.0.0.1', port: 0 });
    const preflight = await ask(at, WIDGET);
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), WIDGET);
    const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(/,\s*/);
    assert.deepEqual(allowed?.sort(), ['authorization', 'content-type', 'idempotency-key']);
    const answer = await fetch(`${at}/api/v1/video-snapshot/upload`, {
      method: 'POST',
      headers: { origin: WIDGET },
      body: formOf({}),
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), WIDGET);
    assert.match(answer.headers.get('access-control-expose-headers') ?? '', /retry-after/i);
    const refusal = await fetch(`${at}/api/v1/video-snapshot/upload`, { method: 'POST', headers: { origin: WIDGET } });
    assert.equal(refusal.headers.get('access-control-allow-origin'), WIDGET, 'errors are to be read as well');
    assert.equal((await ask(at, 'https://evil.example')).headers.get('access-control-allow-origin'), null);
  });

  test('may do nothing unless it was named', async () => {
    assert.equal((await ask(base, WIDGET)).headers.get('access-control-allow-origin'), null);
    const answer = await fetch(`${base}/api/v1/video-snapshot/upload`, { method: 'POST', headers: { origin: WIDGET } });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });
});

test('an unknown address answers like the rest', async () => {
  const answer = await read(await fetch(`${base}/nothing`));
  await refused(answer, 404, 'not-found');
});

describe('the command line', () => {
  const main = fileURLToPath(new URL('../../examples/middleware/main.js', import.meta.url));
  /** @param {import('node:test').TestContext} t @param {string[]} args @param {Record<string, string>} [env] */
  const run = (t, args, env) => {
    const stdio = /** @type {const} */ (['ignore', 'pipe', 'pipe']);
    const child = spawn(process.execPath, [main, ...args], { stdio: [...stdio], env: { ...process.env, ...env } });
    t.after(() => child.kill('SIGKILL'));
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (output.out += chunk));
    child.stderr.on('data', (chunk) => (output.err += chunk));
    return { child, output, ended: once(child, 'close') };
  };

  test('says its address in one line, serves the page under its policy, and ends when asked to', async (t) => {
    const { child, output, ended } = run(t, ['--port', '0', '--data', dataFolder]);
    while (!output.out.includes('\n') && child.exitCode === null) await pause(20);
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(output.out)?.[0];
    assert.ok(address, output.out + output.err);
    const page = await fetch(address);
    const html = await page.text();
    const importMap = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html)?.[1];
    assert.ok(importMap?.includes('"caseframe"'));
    const hash = createHash('sha256').update(importMap).digest('base64');
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.equal(
      policy,
      `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'; worker-src 'self'; ` +
        "connect-src 'self'; style-src 'self'; img-src 'self' blob:; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    );
    assert.equal(page.headers.get('cross-origin-opener-policy'), null);
    assert.equal(page.headers.get('cross-origin-embedder-policy'), null);
    const entry = await fetch(`${address}caseframe/index.js`);
    assert.match(entry.headers.get('content-type') ?? '', /javascript/);
    assert.equal(entry.headers.get('content-security-policy'), policy);
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.equal(output.out.trim().split('\n').length, 1);
    assert.equal(output.err, '');
  });

  test('says so when the port it was given is taken', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (other.address());
    const { output, ended } = run(t, ['--port', String(port), '--data', dataFolder]);
    assert.deepEqual(await ended, [1, null]);
    assert.equal(output.err, `caseframe: Port ${port} is in use on 127.0.0.1: choose another with --port\n`);
  });

  test('lets the pages in that ALLOWED_ORIGINS names, and refuses what is no origin', async (t) => {
    const origins = 'https://a.example, https://b.example';
    const { child, output } = run(t, ['--port', '0', '--data', dataFolder], { ALLOWED_ORIGINS: origins });
    while (!output.out.includes('\n') && child.exitCode === null) await pause(20);
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(output.out)?.[0];
    const answer = await fetch(`${address}nothing`, { headers: { origin: 'https://b.example' } });
    assert.equal(answer.headers.get('access-control-allow-origin'), 'https://b.example');
    for (const bad of ['*', 'a.example', 'https://a.example/path']) {
      const refused = run(t, ['--port', '0', '--data', dataFolder], { ALLOWED_ORIGINS: bad });
      assert.deepEqual(await refused.ended, [1, null]);
      assert.match(refused.output.err, /is not an origin/);
    }
  });

  test('refuses what is no port', async (t) => {
    for (const port of ['x', '70000', '-1', '1.5', '']) {
      const { output, ended } = run(t, [`--port=${port}`, '--data', dataFolder]);
      assert.deepEqual(await ended, [1, null]);
      assert.match(output.err, /is not a port/);
    }
  });
});

const FIELDS = { interactionId: 'call-1', agentId: 'agent-7', timestamp: '2026-11-02T10:20:30.456Z' };

/**
 * @typedef {object} Upload
 * @property {Record<string, string | undefined>} [fields] Beside the three that are always there; undefined leaves out.
 * @property {Buffer} [file]
 * @property {string} [type]
 * @property {string} [key]
 */

/** @param {Upload} upload */
function formOf({ fields = {}, file = photo, type = 'image/jpeg' }) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...FIELDS, ...fields, ...own(fields, '__proto__') })) {
    if (value !== undefined) form.append(name, value);
  }
  form.append('file', new Blob([file], { type }), 'snapshot.jpg');
  return form;
}

/** Spreading drops a key called __proto__. @param {Record<string, string | undefined>} fields @param {string} name */
function own(fields, name) {
  return Object.hasOwn(fields, name) ? Object.fromEntries([[name, fields[name]]]) : {};
}

/** @param {Upload} what */
async function upload(what) {
  return post(formOf(what), what.key === undefined ? {} : { 'idempotency-key': what.key });
}

/** @param {FormData} form @param {Record<string, string>} [headers] */
async function post(form, headers) {
  return read(await fetch(`${base}/api/v1/video-snapshot/upload`, { method: 'POST', headers, body: form }));
}

/** @param {Response} response */
async function read(response) {
  return { status: response.status, body: await response.json() };
}

/** @param {{ status: number, body: any }} answer @param {number} status @param {string} code */
async function refused(answer, status, code) {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
  assert.deepEqual(Object.keys(answer.body), ['error', 'code']);
  assert.ok(answer.body.error.length > 10, 'says what is wrong');
  assert.deepEqual(await filesIn(dataFolder), [], 'leaves nothing behind');
}

/** @param {{ status: number, body: any }} answer @param {string} code */
async function mismatch(answer, code) {
  assert.deepEqual([answer.status, answer.body.code], [422, code], JSON.stringify(answer.body));
}

/** A path as it stands, without the tidying of fetch. @param {string} path @returns {Promise<number | undefined>} */
async function rawStatus(path) {
  const [response] = await once(httpRequest(base, { path }).end(), 'response');
  response.resume();
  return response.statusCode;
}

/** @param {string} folder @returns {Promise<string[]>} */
async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function pictures() {
  const names = (await filesIn(dataFolder)).filter((name) => name.endsWith('.jpg'));
  return Promise.all(names.map((name) => readFile(join(dataFolder, name))));
}

/** @param {string} interactionId @param {string} id */
async function readRecord(interactionId, id) {
  return JSON.parse(await readFile(join(dataFolder, 'video-snapshots', interactionId, `${id}.json`), 'utf8'));
}

/** @param {Buffer} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
