/** Running it: the command line, health, metrics, the drain, the OpenAPI document, the log and the image. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { serve } from '../../examples/middleware/operations/serve.js';
import { openRecords } from '../../examples/middleware/records/open.js';
import { RequestCounts } from '../../examples/middleware/request-counts.js';
import { readSettings } from '../../examples/middleware/settings.js';
import { runSql } from './records-lab.js';
import { startPostgres } from './servers/postgres.js';
import {
  bearer,
  decision,
  FIELDS,
  filesIn,
  formOf,
  KEYS,
  PATH,
  pause,
  read,
  STATIC_KEYS,
  startMain,
  startService,
} from './servers/service.js';

const ROOT = new URL('../../', import.meta.url);

/** @type {Buffer} */ let photo;
/** @type {string} */ let data;
before(async () => {
  photo = await readFile(new URL('tests/fixtures/rocket.jpg', ROOT));
  data = await mkdtemp(join(tmpdir(), 'caseframe-main-'));
});
after(() => rm(data, { recursive: true, force: true }));

describe('the command line', () => {
  /** @param {import('node:test').TestContext} t @param {string[]} args @param {Record<string, string>} [env] */
  const run = (t, args, env) => {
    const main = startMain({ args: [...args, '--data', data], env });
    t.after(main.stop);
    return main;
  };

  test('says its address in one line, serves the page under its policy, and ends when asked to', async (t) => {
    const { child, output, ended, address } = run(t, ['--port', '0']);
    const base = await address();
    assert.match(base, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(output.out, `caseframe: open ${base}/ – snapshots go to ${join(data, 'objects')}\n`);
    const page = await fetch(base);
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
    const entry = await fetch(`${base}/caseframe/index.js`);
    assert.match(entry.headers.get('content-type') ?? '', /javascript/);
    assert.equal(entry.headers.get('content-security-policy'), policy);
    await entry.arrayBuffer();
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.equal(output.out.trim().split('\n').length, 1);
    assert.equal(output.err, '');
  });

  test('takes the environment alone', async (t) => {
    const env = {
      PORT: '0',
      STATIC_KEYS,
      STORAGE_URL: `file:${data}/elsewhere`,
      DATABASE_URL: `sqlite:${data}/x.sqlite`,
    };
    const { address, output } = run(t, [], env);
    const base = await address();
    assert.ok(output.out.endsWith(`snapshots go to ${data}/elsewhere\n`), output.out);
    const answer = await send(base, bearer(KEYS.agent));
    assert.equal(answer.status, 200);
    assert.equal(answer.body.url, `${base}${PATH}/${answer.body.id}`);
    assert.equal((await filesIn(join(data, 'elsewhere', 'video-snapshots'))).length, 1);
  });

  test('listens once on a name that has two addresses: of each it would have a server of its own, and waits for one', async (t) => {
    const lookUp = `
      import dns from 'node:dns';
      const { lookup } = dns;
      const two = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
      dns.lookup = (name, options, callback) =>
        name === 'localhost' && options.all ? callback(null, two) : lookup(name, options, callback);
    `;
    await writeFile(join(data, 'two-addresses.mjs'), lookUp);
    const env = { STATIC_KEYS, HOST: 'localhost', NODE_OPTIONS: `--import=${join(data, 'two-addresses.mjs')}` };
    const base = await run(t, ['--port', '0'], env).address();
    assert.equal((await fetch(`${base}/livez`)).status, 200);
    await assert.rejects(fetch(base.replace('127.0.0.1', '127.0.0.2')));
  });

  test('says so when the port it was given is taken', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (other.address());
    const { output, ended } = run(t, ['--port', String(port)]);
    assert.deepEqual(await ended, [1, null]);
    assert.equal(output.err, `caseframe: Port ${port} is in use on 127.0.0.1: choose another with --port\n`);
  });

  test('says so where Node is too old for it', async (t) => {
    const { output, ended } = run(t, ['migrate'], { STATIC_KEYS, NODE_OPTIONS: '--no-experimental-sqlite' });
    assert.deepEqual(await ended, [1, null]);
    assert.equal(output.err, `caseframe: It needs Node 22.16 or newer, and this is ${process.versions.node}\n`);
  });

  test('says by which settings where it cannot listen', async (t) => {
    const { output, ended } = run(t, ['--port', '0'], { STATIC_KEYS, HOST: 'nowhere.invalid' });
    assert.deepEqual(await ended, [1, null]);
    assert.match(
      output.err,
      /^caseframe: It cannot listen on nowhere\.invalid, port 0 \(HOST, PORT\): .*nowhere\.invalid\n$/,
    );
  });

  test('lets the pages in that ALLOWED_ORIGINS names', async (t) => {
    const origins = 'https://a.example, https://b.example';
    const { address } = run(t, ['--port', '0'], { ALLOWED_ORIGINS: origins, STATIC_KEYS });
    const answer = await fetch(`${await address()}/nothing`, { headers: { origin: 'https://b.example' } });
    assert.equal(answer.headers.get('access-control-allow-origin'), 'https://b.example');
  });

  test('says all that is wrong, a line each, and does not start', async (t) => {
    const env = { PORT: 'x', ALLOWED_ORIGINS: '*', RETENTION_DAYS: 'forever', HOST: '0.0.0.0' };
    const { output, ended } = run(t, [], env);
    assert.deepEqual(await ended, [1, null]);
    assert.equal(output.out, '');
    const lines = output.err.trim().split('\n');
    assert.ok(lines.length >= 4 && lines.every((line) => line.startsWith('caseframe: ')), output.err);
    for (const word of ['is not a port', 'is not an origin', 'RETENTION_DAYS', 'HOST is reached']) {
      assert.ok(output.err.includes(word), word);
    }
  });

  test('says by which setting where a store cannot be opened, and lets go of the other', async (t) => {
    const file = join(data, 'a-file');
    await writeFile(file, '');
    for (const [name, value] of [
      ['DATABASE_URL', `sqlite:${file}/records.sqlite`],
      ['DATABASE_URL', 'postgres://user:password@127.0.0.1:1/records'],
      ['STORAGE_URL', `file:${file}/objects`],
    ]) {
      const { output, ended } = run(t, ['--port', '0'], { STATIC_KEYS, [name]: value });
      assert.deepEqual(await ended, [1, null]);
      assert.match(output.err, new RegExp(`^caseframe: ${name}: .+\n$`));
    }
  });

  test('ends at once where it refuses its database: nothing is left open', async (t) => {
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    const DATABASE_URL = await postgres.createDatabase();
    const newer = await openRecords(DATABASE_URL);
    await newer.migrate();
    await newer.close();
    await runSql(DATABASE_URL, "insert into migrations (name, timestamp) values ('0099-later', '2030-01-01')");
    const opened = t.mock.method(pg.Client.prototype, 'connect').mock;
    const closed = t.mock.method(pg.Client.prototype, 'end').mock;
    const environment = { DATABASE_URL, STATIC_KEYS };
    const settings = readSettings(environment, { data: join(data, 'newer') });
    await assert.rejects(serve({ settings, environment, flags: {} }), /newer version/);
    assert.ok(opened.callCount() > 0);
    assert.equal(closed.callCount(), opened.callCount());
  });

  test('refuses what is no port, no flag and no command', async (t) => {
    for (const port of ['x', '']) {
      const { output, ended } = run(t, [`--port=${port}`]);
      assert.deepEqual(await ended, [1, null]);
      assert.match(output.err, /is not a port/);
    }
    for (const args of [['--prot', '1'], ['constructor']]) {
      const { output, ended } = run(t, args);
      assert.deepEqual(await ended, [1, null]);
      assert.match(output.err, /^caseframe: /);
    }
  });

  test('what looks at a database makes none: a misspelt folder is told, and not there afterwards', async (t) => {
    const folder = join(data, 'misspelt');
    for (const command of ['verify-audit', 'redrive', 'reconcile']) {
      const { output, ended, stop } = startMain({ args: [command, '--data', folder] });
      t.after(stop);
      assert.deepEqual(await ended, [1, null]);
      assert.match(output.err, /^caseframe: DATABASE_URL: There is no database \/\S*\/misspelt\/.*\n$/);
      assert.equal(existsSync(folder), false, command);
    }
  });

  test('a disk that is not mounted at a restart is told: nothing is put under it', async (t) => {
    const folder = join(data, 'mount');
    const objects = join(folder, 'objects');
    const serve = () => {
      const main = startMain({ args: ['--port', '0', '--data', folder], env: { STATIC_KEYS } });
      t.after(main.stop);
      return main;
    };
    const first = serve();
    const upload = { method: 'POST', headers: bearer(KEYS.agent), body: formOf({ file: photo }) };
    const { id } = await (await fetch(`${await first.address()}${PATH}/upload`, upload)).json();
    first.child.kill('SIGTERM');
    await first.ended;
    await rename(objects, `${objects}-disk`);
    for (const isMountPoint of [false, true]) {
      if (isMountPoint) await mkdir(objects);
      const second = serve();
      await assert.rejects(
        second.address(),
        /STORAGE_URL: There are no pictures in “\S*\/mount\/objects”: is its disk /,
      );
      assert.deepEqual(await second.ended, [1, null]);
      assert.deepEqual(existsSync(objects) ? await readdir(objects) : [], [], 'nothing is made');
    }
    // Mounted again, or put back from a back-up, which leaves out what was being written.
    await rename(`${objects}-disk`, objects);
    await rm(join(objects, '.incoming'), { recursive: true });
    const base = await serve().address();
    assert.equal((await fetch(`${base}${PATH}/${id}`, { headers: bearer(KEYS.agent) })).status, 200);
  });

  test('--help, migrate and verify-audit', async (t) => {
    const help = run(t, ['--help']);
    assert.deepEqual(await help.ended, [0, null]);
    assert.match(help.output.out, /STORAGE_URL/);
    const migrate = run(t, ['migrate']);
    assert.deepEqual(await migrate.ended, [0, null], migrate.output.err);
    const verify = run(t, ['verify-audit']);
    assert.deepEqual(await verify.ended, [0, null], verify.output.err);
  });
});

describe('the drain', () => {
  test('finishes what is under way, answers it, and takes nothing new', async (t) => {
    const main = startMain({ args: ['--port', '0', '--data', join(data, 'drain')], env: { STATIC_KEYS } });
    t.after(main.stop);
    const base = await main.address();
    const { head, payload } = await rawUpload();
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.write(head);
    await once(socket, 'data'); // It has the request, and says so.
    assert.match(answer, /^HTTP\/1\.1 100 /);
    socket.write(payload.subarray(0, 1000));
    main.child.kill('SIGTERM');
    await untilRefused(base);
    socket.write(payload.subarray(1000));
    assert.deepEqual(await main.ended, [0, null], main.output.err);
    assert.match(answer, /\r\n\r\nHTTP\/1\.1 200 /);
    assert.equal((await filesIn(join(data, 'drain', 'objects', 'video-snapshots'))).length, 1);
  });

  test('of no time at all ends in order where nothing is under way', async (t) => {
    const env = { STATIC_KEYS, DRAIN_SECONDS: '0' };
    const main = startMain({ args: ['--port', '0', '--data', join(data, 'at once')], env });
    t.after(main.stop);
    await main.address();
    main.child.kill('SIGTERM');
    assert.deepEqual(await main.ended, [0, null]);
    assert.equal(main.output.err, '');
  });

  test('gives notice first: not ready any more, it still serves, and has each client come on a new connection', async (t) => {
    const env = { STATIC_KEYS, DRAIN_NOTICE_SECONDS: '3600' };
    const main = startMain({ args: ['--port', '0', '--data', join(data, 'notice')], env });
    t.after(main.stop);
    const base = await main.address();
    main.child.kill('SIGTERM');
    let ready = await read(await fetch(`${base}/readyz`));
    for (; ready.status === 200; ready = await read(await fetch(`${base}/readyz`))) await pause(20);
    assert.deepEqual([ready.status, ready.body], [503, { status: 'draining' }]);
    const answer = await send(base, bearer(KEYS.agent));
    assert.deepEqual([answer.status, answer.headers.get('connection')], [200, 'close']);
    main.child.kill('SIGTERM');
    assert.deepEqual(await main.ended, [1, null]);
  });

  test('has a bound, and a second signal does not wait', async (t) => {
    for (const [env, again] of /** @type {const} */ ([
      [{ DRAIN_SECONDS: '1' }, false],
      [{ DRAIN_SECONDS: '600' }, true],
    ])) {
      const main = startMain({ args: ['--port', '0', '--data', join(data, 'bound')], env: { STATIC_KEYS, ...env } });
      t.after(main.stop);
      const base = await main.address();
      const { head } = await rawUpload();
      const socket = connect(Number(new URL(base).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(head);
      await once(socket, 'data'); // It has the request, and says so.
      main.child.kill('SIGTERM');
      await untilRefused(base);
      if (again) main.child.kill('SIGTERM');
      assert.deepEqual(await main.ended, [1, null]);
    }
  });
});

describe('health', () => {
  test('says which part fails, with 503, and nothing of why', async (t) => {
    let broken = '';
    const fault = (/** @type {string} */ side) => async () => {
      if (broken === side) throw new Error('password=tops3cret');
    };
    const service = await startService({
      wrap: ({ storage, records }) => ({
        storage: { ...storage, check: fault('storage') },
        records: { ...records, check: fault('records') },
      }),
    });
    t.after(() => service.close());
    const ready = async () => {
      await pause(1100); // It is remembered for a second.
      return read(await fetch(`${service.base}/readyz`));
    };
    assert.deepEqual((await ready()).body, { status: 'ok', checks: { storage: 'ok', records: 'ok' } });
    for (const side of ['storage', 'records']) {
      broken = side;
      const { status, body } = await ready();
      assert.equal(status, 503);
      assert.deepEqual(body, { status: 'unavailable', checks: { storage: 'ok', records: 'ok', [side]: 'failed' } });
      assert.equal((await fetch(`${service.base}/livez`)).status, 200, 'restarting it would not help');
    }
  });

  test('a clock that is set back does not keep the last answer', async (t) => {
    let isAway = true;
    const check = async () => {
      if (isAway) throw new Error('away');
    };
    const service = await startService({ wrap: ({ storage }) => ({ storage: { ...storage, check } }) });
    t.after(() => service.close());
    assert.equal((await fetch(`${service.base}/readyz`)).status, 503);
    isAway = false;
    const time = Date.now();
    t.mock.method(Date, 'now', () => time - 3_600_000);
    await pause(1100); // It is remembered for a second.
    assert.equal((await fetch(`${service.base}/readyz`)).status, 200);
  });

  test('a store that does not answer is not ready', async (t) => {
    const service = await startService({
      wrap: ({ storage }) => ({ storage: { ...storage, check: () => new Promise(() => {}) } }),
    });
    t.after(() => service.close());
    assert.equal((await fetch(`${service.base}/readyz`)).status, 503);
  });
});

test('requests are counted by the minute, of those who asked last', (t) => {
  let now = 1000;
  t.mock.method(performance, 'now', () => now);
  const counts = new RequestCounts();
  /** @param {string} key @returns {{ current: number, ttl: number }} */
  const ask = (key) => {
    /** @type {any} */
    let told;
    counts.incr(key, (_error, result) => (told = result), 60_000);
    return told;
  };
  assert.deepEqual(ask('a'), { current: 1, ttl: 60_000 });
  now += 59_999;
  assert.deepEqual(
    [ask('a'), ask('b')],
    [
      { current: 2, ttl: 1 },
      { current: 1, ttl: 60_000 },
    ],
  );
  assert.deepEqual(counts.child() instanceof RequestCounts, true);
  now += 1;
  assert.deepEqual([ask('a').current, ask('b').current], [1, 2], 'its minute is over');
  for (let n = 0; n < 4999; n += 1) ask(`other-${n}`);
  assert.deepEqual([ask('b').current, ask('a').current], [3, 1], 'of 5000 at most');
});

describe('metrics', () => {
  test('are answered while the database is silent: what it would have said is left out', async (t) => {
    const silent = () => /** @type {Promise<any>} */ (new Promise(() => {}));
    const service = await startService({
      wrap: ({ records }) => ({ records: { ...records, check: silent, lastPass: silent } }),
    });
    t.after(() => service.close());
    const answer = await fetch(`${service.base}/metrics`, { signal: AbortSignal.timeout(60_000) });
    const text = await answer.text();
    assert.match(text, /^caseframe_uploads_under_way 0$/m);
    assert.doesNotMatch(text, /^caseframe_reconcile_(left|last_pass_timestamp_seconds) /m);
  });

  test('count requests by route, never by address, and name nobody', async (t) => {
    const service = await startService();
    t.after(() => service.close());
    const once = { ...bearer(KEYS.agent), 'idempotency-key': 'once' };
    await send(service.base, once);
    const again = await send(service.base, once);
    assert.equal(again.status, 200);
    await send(service.base, {});
    await fetch(`${service.url}/some-made-up-id`, { headers: bearer(KEYS.agent) });
    await fetch(`${service.base}/nothing/at/all`);
    const text = await (await fetch(`${service.base}/metrics`)).text();
    assert.match(
      text,
      /caseframe_http_request_duration_seconds_count\{route="\/api\/v1\/video-snapshot\/upload",method="POST",status="200"\} 2/,
    );
    assert.match(text, /route="\/api\/v1\/video-snapshot\/:id",method="GET",status="404"/);
    assert.match(text, /caseframe_refusals_total\{code="unauthorized"\} 1/);
    assert.match(text, new RegExp(`caseframe_snapshot_bytes_total ${photo.length}$`, 'm'));
    assert.match(text, /process_resident_memory_bytes \d/);
    for (const word of ['made-up', 'nothing/at', FIELDS.agentId, FIELDS.interactionId, KEYS.agent]) {
      assert.ok(!text.includes(word), word);
    }
  });

  test('are for this machine, or for METRICS_KEY', async (t) => {
    const open = await startService();
    t.after(() => open.close());
    for (const header of ['x-forwarded-for', 'forwarded', 'x-forwarded-proto', 'x-real-ip', 'via']) {
      assert.equal((await fetch(`${open.base}/metrics`, { headers: { [header]: 'for=192.0.2.1' } })).status, 403);
    }
    // Proxies on this machine that say nothing, but of what they were asked for, or to whom they turn.
    const { port } = new URL(open.base);
    for (const [host, status] of /** @type {const} */ ([
      [`127.0.0.1:${port}`, 200],
      [`localhost:${port}`, 200],
      ['snapshots.example', 403],
      [`snapshots.example:${port}`, 403],
      ['localhost', 403],
      [`localhost:${Number(port) - 1}`, 403],
    ])) {
      assert.equal(await statusAs(open.base, host), status, host);
    }
    const behind = await startService({ env: { STATIC_KEYS, PUBLIC_URL: 'https://snapshots.example' } });
    t.after(() => behind.close());
    const answer = await fetch(`${behind.base}/metrics`);
    assert.equal(answer.status, 403, 'a proxy stands in front, which may say nothing at all');
    assert.match((await answer.json()).error, /METRICS_KEY/);
    const closed = await startService({ env: { STATIC_KEYS, METRICS_KEY: 'key-of-prometheus' } });
    t.after(() => closed.close());
    const status = async (/** @type {Record<string, string>} */ headers) =>
      (await fetch(`${closed.base}/metrics`, { headers })).status;
    assert.equal(await status({}), 401);
    assert.equal(await status(bearer(KEYS.admin)), 401);
    assert.equal(await status(bearer('key-of-prometheus')), 200);
    assert.equal((await fetch(`${closed.url}/x`, { headers: bearer('key-of-prometheus') })).status, 401);
  });
});

test('the OpenAPI document has every route and every code of the contract', async (t) => {
  const service = await startService({ env: { STATIC_KEYS, PUBLIC_URL: 'https://snapshots.example' } });
  t.after(() => service.close());
  const document = await (await fetch(`${service.base}/openapi.json`)).json();
  assert.match(document.openapi, /^3\.1/);
  assert.deepEqual(document.servers, [{ url: 'https://snapshots.example' }]);
  /** @type {Record<string, number[]>} */
  const contract = {
    'POST /upload': [200, 401, 403, 409, 413, 415, 422, 429],
    'GET /{id}': [200, 302, 403, 404, 410],
    'GET /{id}/thumbnail': [200, 403, 404, 410],
    'GET /': [200, 401, 403],
    'GET /@me': [200, 401],
    'PUT /{id}/legal-hold': [200, 403, 404],
    'DELETE /{id}/legal-hold': [200, 403, 404],
    'DELETE /{id}': [200, 403, 404, 423],
    'GET /{id}/export': [200, 403, 404, 410],
    'GET /{id}/audit': [200, 403, 404],
  };
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(/** @type {object} */ (methods)).map((method) => `${method.toUpperCase()} ${path.replace(PATH, '')}`),
  );
  assert.deepEqual(described.filter((route) => !route.startsWith('HEAD')).sort(), Object.keys(contract).sort());
  for (const [route, codes] of Object.entries(contract)) {
    const [method, path] = route.split(' ');
    const { responses, security = document.security } = document.paths[PATH + path][method.toLowerCase()];
    for (const code of codes) assert.ok(responses[code], `${route} ${code}`);
    assert.deepEqual(security, [{ bearer: [] }]);
  }
  const upload = document.paths[`${PATH}/upload`].post;
  const form = upload.requestBody.content['multipart/form-data'].schema;
  assert.deepEqual(form.required, ['interactionId', 'agentId', 'timestamp', 'file']);
  const item = JSON.stringify(document.paths[`${PATH}/`].get.responses[200]);
  assert.ok(item.includes('#/components/schemas/Snapshot'), item);
  const { annotation, annotationReason, ...others } = document.components.schemas.Snapshot.properties;
  assert.deepEqual(annotation.enum, ['queued', 'done', 'failed']);
  assert.equal(annotationReason.type, 'string');
  assert.equal(Object.keys(others).length, 14);
});

test('no secret gets into the log, whatever route and error there is', async (t) => {
  const secrets = {
    METRICS_KEY: 'metrics-key-tops3cret',
    GENESYS_CLIENT_SECRET: 'client-secret-tops3cret',
    AWS_SECRET_ACCESS_KEY: 'aws-secret-tops3cret',
    AZURE_CLIENT_SECRET: 'azure-secret-tops3cret',
    PGPASSWORD: 'pg-password-tops3cret',
  };
  const own = { key: 'static-key-tops3cret', token: 'genesys-token-tops3cret', presigned: 'signature-tops3cret' };
  const id = '3f1c9c6e-0000-4000-8000-000000000001';
  const service = await startService({
    env: {
      LOG_LEVEL: 'debug',
      STATIC_KEYS: `${own.key}=agent-7:agent,${KEYS.admin}-tops3cret=boss:admin`,
      GENESYS_REGION: 'mypurecloud.de',
      GENESYS_ORGANIZATIONS: id,
      GENESYS_OAUTH_CLIENTS: id,
      GENESYS_CLIENT_ID: id,
      CASEFRAME_TEST_GENESYS_URL: 'http://127.0.0.1:9',
      ...secrets,
    },
    wrap: ({ storage, records }) => ({
      storage: {
        ...storage,
        kind: 's3',
        link: async () => ({ url: `https://bucket.example/x?sig=${own.presigned}`, seconds: 60 }),
        hold: async () => {
          // As a driver might put it.
          throw Object.assign(new Error(`refused ${Object.values(secrets).join(' ')} ${own.key}`), {
            config: { headers: { authorization: own.key } },
            cause: new Error(`because of "${secrets.AWS_SECRET_ACCESS_KEY}"`),
          });
        },
      },
      records,
    }),
  });
  t.after(() => service.close());
  const admin = `${KEYS.admin}-tops3cret`;
  const { body } = await send(service.base, bearer(own.key));
  const asks = [
    ['/', bearer(own.key)],
    [`/?interactionId=call-1&token=${own.key}`, bearer(own.key)],
    [`/${body.id}`, bearer(own.key)],
    [`/${body.id}/thumbnail`, bearer(own.key)],
    [`/${body.id}/export`, bearer(own.key)],
    [`/${body.id}?key=${own.key}`, bearer(own.token)],
    ['/x', { authorization: `Basic ${own.key}` }],
    ['/x', { cookie: `caseframe-demo-80=${own.key}` }],
  ];
  for (const [path, headers] of /** @type {[string, Record<string, string>][]} */ (asks)) {
    await (await fetch(service.url + path, { headers, redirect: 'manual' })).arrayBuffer();
  }
  await (await fetch(`${service.url}/${body.id}/export`, { headers: bearer(admin) })).arrayBuffer();
  const hold = await fetch(`${service.url}/${body.id}/legal-hold`, decision('PUT', admin, 'Case'));
  assert.equal(hold.status, 500);
  assert.ok(!(await hold.text()).includes('tops3cret'), 'nor into an answer');
  await fetch(`${service.url}/${body.id}`, decision('DELETE', admin, 'Case'));
  await fetch(`${service.base}/metrics`, { headers: bearer(secrets.METRICS_KEY) });
  await send(service.base, bearer(own.key), { metadata: '{' });
  const log = service.log.join('');
  assert.ok(log.includes('[secret]'), 'the driver’s sentence is there, without them');
  assert.ok(log.split('\n').length > 20, 'there is a log');
  assert.deepEqual(
    log.split('\n').filter((line) => line.includes('tops3cret')),
    [],
  );
});

test('the image: nothing runs as root, nothing is written but the data, and all that it copies is there', async () => {
  const text = await readFile(new URL('examples/middleware/Dockerfile', ROOT), 'utf8');
  const steps = text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const last = steps.slice(steps.findLastIndex((step) => step.startsWith('FROM ')));
  const place = (/** @type {string} */ start) => last.findIndex((step) => step.startsWith(start));
  assert.ok(place('USER node') > 0 && place('USER node') < place('CMD'), 'before it runs');
  assert.equal(last.filter((step) => step.startsWith('USER')).length, 1);
  assert.match(text, /--read-only --tmpfs \/tmp --cap-drop ALL/);
  assert.match(text, /LD_PRELOAD=\/usr\/local\/lib\/libjemalloc\.so\.2/);
  for (const step of steps.filter((line) => /^COPY (?!--from)/.test(line))) {
    const [, ...words] = step.split(/\s+/);
    for (const source of words.slice(0, -1)) await access(new URL(source, ROOT));
  }
  const ignored = await readFile(new URL('examples/middleware/Dockerfile.dockerignore', ROOT), 'utf8');
  assert.match(ignored, /^\*\*\/\.env$/m, 'keys stay outside');
  const command = JSON.parse(/^CMD (.+)$/m.exec(text)?.[1] ?? '');
  await access(new URL(command[1], ROOT));
  const { engines } = JSON.parse(await readFile(new URL('examples/middleware/package.json', ROOT), 'utf8'));
  const image = Number(/^FROM node:(\d+)/m.exec(text)?.[1]);
  assert.ok(image >= Number(/\d+/.exec(engines.node)?.[0]), 'a Node that is new enough');
  const env = Object.fromEntries(
    [...text.matchAll(/^ *(?:ENV )?([A-Z_]+)=(\S+)/gm)].map(([, name, value]) => [name, value]),
  );
  assert.throws(() => readSettings(env), /HOST is reached from other machines/, 'it is not open by default either');
  assert.equal(readSettings({ ...env, STATIC_KEYS }).storageUrl, 'file:/data/objects');
});

/** @param {string} base @param {Record<string, string>} headers @param {Record<string, string>} [fields] */
async function send(base, headers, fields) {
  return read(await fetch(`${base}${PATH}/upload`, { method: 'POST', headers, body: formOf({ file: photo, fields }) }));
}

/** Its head asks for a word ahead of the body: whoever has that knows that the request is under way. */
async function rawUpload() {
  const payload = Buffer.from(await new Response(formOf({ file: photo })).arrayBuffer());
  const boundary = payload.subarray(2, payload.indexOf('\r\n')).toString();
  const head = [
    `POST ${PATH}/upload HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${KEYS.agent}`,
    `content-type: multipart/form-data; boundary=${boundary}`,
    `content-length: ${payload.length}`,
    'expect: 100-continue',
  ].join('\r\n');
  return { head: `${head}\r\n\r\n`, payload };
}

/** Under that name. @param {string} base @param {string} host @returns {Promise<number | undefined>} */
async function statusAs(base, host) {
  const [response] = await once(httpRequest(`${base}/metrics`, { headers: { host } }).end(), 'response');
  response.resume();
  return response.statusCode;
}

/** Until it takes no new connections. @param {string} base */
async function untilRefused(base) {
  for (let tries = 0; tries < 500; tries += 1) {
    try {
      const response = await fetch(`${base}/readyz`, { headers: { connection: 'close' } });
      await response.arrayBuffer();
      if (response.status === 503) return;
    } catch {
      return;
    }
    await pause(20);
  }
  throw new Error('It goes on taking connections');
}
