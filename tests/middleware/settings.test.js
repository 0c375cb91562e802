/** What the environment may say, and what is said of it where it may not. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { help } from '../../examples/middleware/help.js';
import { parseDatabaseUrl } from '../../examples/middleware/records/url.js';
import { NAMES, readSettings, retentionDays, SettingsError } from '../../examples/middleware/settings.js';
import { parseStorageUrl } from '../../examples/middleware/storage/url.js';

const UUID = '3f1c9c6e-0000-4000-8000-000000000001';
const GENESYS = { GENESYS_REGION: 'mypurecloud.de', GENESYS_ORGANIZATIONS: UUID, GENESYS_OAUTH_CLIENTS: UUID };
const NOTES = {
  ...GENESYS,
  GENESYS_CLIENT_ID: UUID,
  GENESYS_CLIENT_SECRET: 'a-secret',
  PUBLIC_URL: 'https://snapshots.example',
  ANNOTATE: 'auto',
};

test('nothing at all is the demo: this machine only, files and rows in the data folder', () => {
  const settings = readSettings({}, { data: '/tmp/data' });
  assert.deepEqual(settings.identity, { staticKeys: [], genesys: undefined, demo: true });
  assert.equal(settings.host, '127.0.0.1');
  assert.deepEqual([settings.ports[0], settings.ports.length], [8080, 20]);
  assert.equal(settings.storageUrl, 'file:/tmp/data/objects');
  assert.equal(settings.databaseUrl, 'sqlite:/tmp/data/records.sqlite');
  assert.equal(settings.limits.maxFileBytes, 16 * 1024 * 1024);
});

test('pictures and rows are in the same folder, whatever its name: an address has percent signs of its own', () => {
  for (const data of ['/tmp/main%20copy', '/tmp/100%', '/tmp/ä b']) {
    const { storageUrl, databaseUrl } = readSettings({}, { data });
    assert.deepEqual(parseStorageUrl(storageUrl), { kind: 'file', folder: `${data}/objects` });
    assert.deepEqual(parseDatabaseUrl(databaseUrl), { kind: 'sqlite', place: `${data}/records.sqlite` });
  }
});

test('flags win over the environment', () => {
  const settings = readSettings(
    { PORT: '1', HOST: '::1', PUBLIC_URL: 'http://localhost:1' },
    { port: '0', host: '127.0.0.2', 'public-url': 'http://localhost:2/base/' },
  );
  assert.deepEqual([settings.ports, settings.host, settings.publicUrl], [[0], '127.0.0.2', 'http://localhost:2/base']);
});

test('an empty value is none, an empty flag is a mistake', () => {
  for (const flag of ['host', 'data', 'port', 'public-url']) {
    assert.throws(() => readSettings({ STATIC_KEYS: 'a-key=a:agent' }, { [flag]: '' }), SettingsError, flag);
  }
  assert.equal(readSettings({ STATIC_KEYS: '', GENESYS_REGION: ' ', PORT: '' }).identity.demo, true);
});

test('the widget is shown by Genesys Cloud’s own desktop, or by whom FRAME_ANCESTORS names', () => {
  assert.deepEqual(readSettings(GENESYS).frameAncestors, ['https://apps.mypurecloud.de']);
  const named = { ...GENESYS, FRAME_ANCESTORS: 'https://desktop.example, http://localhost:81' };
  assert.deepEqual(readSettings(named).frameAncestors, ['https://desktop.example', 'http://localhost:81']);
  const below = { ...GENESYS, FRAME_ANCESTORS: 'https://*.desktop.example,http://[::1]:81,https://x_1.example' };
  assert.equal(readSettings(below).frameAncestors.join(), below.FRAME_ANCESTORS);
  assert.throws(
    () => readSettings({ ...GENESYS, FRAME_ANCESTORS: '*' }),
    (/** @type {SettingsError} */ { mistakes }) => /FRAME_ANCESTORS$/.test(mistakes.join()),
  );
});

test('retention may differ by organisation', () => {
  const { retention } = readSettings({ RETENTION_DAYS: `30, ${UUID}=90,local=7` });
  assert.deepEqual(
    [UUID, 'local', 'any'].map((id) => retentionDays(retention, id)),
    [90, 7, 30],
  );
});

test('the retention of an organisation, however its id is written', () => {
  const { retention } = readSettings({ RETENTION_DAYS: `30,${UUID.toUpperCase()}=365` });
  assert.equal(retentionDays(retention, UUID), 365);
  assert.equal(retentionDays(retention, UUID.toUpperCase()), 365);
});

test('static keys may contain what base64 does', () => {
  const { staticKeys } = readSettings({ STATIC_KEYS: 'a+b/c==:x=agent-7:agent, k=boss:admin' }).identity;
  assert.deepEqual(
    staticKeys.map(({ agentId, role }) => [agentId, role]),
    [
      ['agent-7', 'agent'],
      ['boss', 'admin'],
    ],
  );
});

test('notes: off by default; auto is attributes and case, and custom attributes where they have a schema', () => {
  const targetsOf = (/** @type {Record<string, string>} */ env) =>
    readSettings({ ...NOTES, ...env }).annotation?.targets;
  assert.equal(targetsOf({ ANNOTATE: '' }), undefined);
  assert.equal(targetsOf({ ANNOTATE: 'off' }), undefined);
  assert.deepEqual(targetsOf({}), ['attributes', 'case']);
  const schema = { GENESYS_CUSTOM_ATTRIBUTES_SCHEMA: UUID };
  assert.deepEqual(targetsOf(schema), ['attributes', 'case', 'custom-attributes']);
  assert.deepEqual(targetsOf({ ANNOTATE: 'auto, recording,contact' }), ['attributes', 'case', 'recording', 'contact']);
  assert.deepEqual(targetsOf({ ANNOTATE: 'guide' }), ['guide']);
  const { annotation, secrets } = readSettings({ ...NOTES, ANNOTATE: 'off', PROTECT_RECORDINGS: 'on' });
  assert.deepEqual([annotation?.targets, annotation?.protectRecordings], [[], true]);
  assert.deepEqual(
    [annotation?.apiUrl, annotation?.loginUrl],
    ['https://api.mypurecloud.de', 'https://login.mypurecloud.de'],
  );
  assert.ok(secrets.includes('a-secret'));
});

describe('never open by default', () => {
  const open = [
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: '192.0.2.1' },
    { HOST: '127.0.0.1.evil.example' },
    { ALLOWED_ORIGINS: 'https://agents.example' },
    { PUBLIC_URL: 'https://snapshots.example' },
    { FRAME_ANCESTORS: 'https://desktop.example' },
  ];
  for (const env of open) {
    test(JSON.stringify(env), () => {
      assert.throws(() => readSettings(env), /configure who may use it first, by STATIC_KEYS or GENESYS_REGION/);
      assert.doesNotThrow(() => readSettings({ ...env, STATIC_KEYS: 'a-key=agent-7:agent' }));
      assert.doesNotThrow(() => readSettings({ ...env, ...GENESYS }));
    });
  }

  test('keys that are misspelt are no demo', () => {
    assert.throws(
      () => readSettings({ HOST: '0.0.0.0', STATIC_KEYS: 'nonsense' }),
      /STATIC_KEYS, entry 1: give key=agentId:role$/,
    );
  });
});

describe('a mistake has a sentence', () => {
  /** @type {[Record<string, string>, RegExp][]} */
  const cases = [
    ...['x', '70000', '-1', '1.5', '0x10'].map((PORT) => /** @type {[any, RegExp]} */ ([{ PORT }, /is not a port/])),
    ...[
      ...['*', 'a.example', 'https://a.example/path', 'https://a.example/', 'null', 'file:///'],
      // Addresses, all of them, that no page can have.
      ...['https://*.example', 'https://a.example;', "https://'a.example'"],
    ].map(
      (ALLOWED_ORIGINS) =>
        /** @type {[any, RegExp]} */ ([{ ALLOWED_ORIGINS, STATIC_KEYS: 'a-key=a:agent' }, /is not an origin/]),
    ),
    // The end of a directive, and of what it is about.
    ...['https://a.example;', 'https://a.example;sandbox', 'https://*', 'https://a.*.example'].map(
      (FRAME_ANCESTORS) => /** @type {[any, RegExp]} */ ([{ ...GENESYS, FRAME_ANCESTORS }, /is not an origin/]),
    ),
    ...[
      'snapshots.example',
      'ftp://x',
      'https://u:p@x',
      'https://x/?a',
      'https://x/#a',
      'https://x/?',
      'https://x/base#',
      'javascript:alert(1)',
    ].map(
      (PUBLIC_URL) =>
        /** @type {[any, RegExp]} */ ([{ PUBLIC_URL, STATIC_KEYS: 'a-key=a:agent' }, /PUBLIC_URL has to be/]),
    ),
    ...['two words', 'a/b', 'http://127.0.0.1'].map(
      (HOST) => /** @type {[any, RegExp]} */ ([{ HOST, STATIC_KEYS: 'a-key=a:agent' }, /is not an address/]),
    ),
    ...['0', '-1', '1.5', 'forever', ',', '30,=90', '30,a=', '30,a=0', '30 days', '99999'].map(
      (RETENTION_DAYS) => /** @type {[any, RegExp]} */ ([{ RETENTION_DAYS }, /RETENTION_DAYS has to be/]),
    ),
    ...['30,acme=90,acme=1', '30,acme=90,ACME=90'].map(
      (RETENTION_DAYS) => /** @type {[any, RegExp]} */ ([{ RETENTION_DAYS }, /^RETENTION_DAYS names acme twice$/]),
    ),
    ...[
      'key',
      'key=a',
      'key=a:boss',
      '=a:agent',
      'key=a b:agent',
      'kéy=a:agent',
      'k=a:agent,=a:agent',
      'k=a:agent,k=b:agent',
      'k=a:agent,',
    ].map((STATIC_KEYS) => /** @type {[any, RegExp]} */ ([{ STATIC_KEYS }, /STATIC_KEYS/])),
    [{ STORAGE_URL: 'ftp://x' }, /STORAGE_URL|storage/i],
    ...['?', '#'].map(
      (end) =>
        /** @type {[any, RegExp]} */ ([
          { STORAGE_URL: `s3://bucket?endpoint=${encodeURIComponent(`https://s3.example/${end}`)}` },
          /STORAGE_URL’s endpoint has no query/,
        ]),
    ),
    [{ DATABASE_URL: 'mysql://x' }, /DATABASE_URL/],
    ...['u:100%@h/db', 'u:p%w@h/db', '%u@h/db', 'u@h/d%b', 'u:%ff@h/db'].map(
      (place) => /** @type {[any, RegExp]} */ ([{ DATABASE_URL: `postgres://${place}` }, /DATABASE_URL.*%25/]),
    ),
    [{ ...GENESYS, GENESYS_REGION: 'evil.example' }, /GENESYS_REGION has to be one of mypurecloud.com/],
    [{ ...GENESYS, GENESYS_REGION: 'mypurecloud.de.evil.example' }, /GENESYS_REGION/],
    [{ ...GENESYS, GENESYS_REGION: 'mypurecloud.de/@evil.example' }, /GENESYS_REGION/],
    [{ ...GENESYS, GENESYS_ORGANIZATIONS: '' }, /GENESYS_ORGANIZATIONS is missing/],
    [{ ...GENESYS, GENESYS_OAUTH_CLIENTS: '' }, /GENESYS_OAUTH_CLIENTS is missing/],
    [{ ...GENESYS, GENESYS_OAUTH_CLIENTS: '*' }, /GENESYS_OAUTH_CLIENTS has to be ids/],
    [{ GENESYS_ORGANIZATIONS: UUID }, /says nothing without GENESYS_REGION/],
    [{ ...GENESYS, GENESYS_CLIENT_ID: UUID }, /belong together/],
    [{ ...GENESYS, CASEFRAME_TEST_GENESYS_URL: 'http://evil.example' }, /CASEFRAME_TEST_GENESYS_URL/],
    [{ ...GENESYS, CASEFRAME_TEST_GENESYS_URL: 'http://127.0.0.1.evil.example' }, /CASEFRAME_TEST_GENESYS_URL/],
    [{ MAX_PIXELS: '0' }, /MAX_PIXELS has to be a whole number/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL has to be one of/],
    ...['two words', 'a,b', '#', 'x'.repeat(5000)].map(
      (METRICS_KEY) => /** @type {[any, RegExp]} */ ([{ METRICS_KEY }, /METRICS_KEY/]),
    ),
    [
      { ...NOTES, ANNOTATE: 'participant-attributes' },
      /ANNOTATE has to be off, auto, or some of .*“participant-attributes”/,
    ],
    [{ ...NOTES, ANNOTATE: 'off,case' }, /ANNOTATE has to be off, auto, or some of .*“off”/],
    [{ ...NOTES, ANNOTATE: ',' }, /ANNOTATE has to be off, auto, or a list/],
    [{ ...NOTES, ANNOTATE: 'auto,case' }, /names a target twice/],
    [{ ...NOTES, ANNOTATE: 'guide,case' }, /guide alone/],
    [{ ...NOTES, ANNOTATE: 'custom-attributes' }, /needs GENESYS_CUSTOM_ATTRIBUTES_SCHEMA/],
    [{ ...NOTES, GENESYS_CUSTOM_ATTRIBUTES_SCHEMA: 'mine' }, /GENESYS_CUSTOM_ATTRIBUTES_SCHEMA has to be the id/],
    [{ ...NOTES, PUBLIC_URL: '' }, /ANNOTATE needs PUBLIC_URL/],
    [{ ...NOTES, PUBLIC_URL: `https://${'x'.repeat(170)}.example` }, /PUBLIC_URL is too long/],
    [{ ...NOTES, GENESYS_CLIENT_ID: '', GENESYS_CLIENT_SECRET: '' }, /ANNOTATE needs GENESYS_CLIENT_ID/],
    [{ ...NOTES, GENESYS_CLIENT_ID: 'me' }, /GENESYS_CLIENT_ID has to be an id/],
    [{ ...NOTES, GENESYS_CLIENT_SECRET: 'two words' }, /GENESYS_CLIENT_SECRET has to be printable/],
    [{ ...NOTES, PROTECT_RECORDINGS: 'yes' }, /PROTECT_RECORDINGS has to be on or off/],
    [{ ...GENESYS, PROTECT_RECORDINGS: 'on' }, /PROTECT_RECORDINGS needs GENESYS_CLIENT_ID/],
    [{ ...NOTES, GENESYS_REQUESTS_PER_MINUTE: '5' }, /GENESYS_REQUESTS_PER_MINUTE has to be a whole number from 10/],
    [{ ...NOTES, ANNOTATE_LEASE_SECONDS: '0' }, /ANNOTATE_LEASE_SECONDS has to be a whole number from 1/],
    [
      { STATIC_KEYS: 'a-key=a:agent', PUBLIC_URL: NOTES.PUBLIC_URL, ANNOTATE: 'guide' },
      /ANNOTATE needs GENESYS_REGION/,
    ],
  ];
  for (const [env, sentence] of cases) {
    test(JSON.stringify(env), () => {
      assert.throws(
        () => readSettings(env),
        (error) => {
          assert.ok(error instanceof SettingsError);
          assert.equal(error.mistakes.length, 1, error.message);
          assert.match(error.mistakes[0], sentence);
          return true;
        },
      );
    });
  }

  test('all of them at once', () => {
    const env = {
      PORT: 'x',
      RETENTION_DAYS: 'x',
      LOG_LEVEL: 'x',
      ...GENESYS,
      GENESYS_REGION: 'x',
      MAX_FILE_BYTES: 'x',
    };
    assert.throws(
      () => readSettings(env),
      (error) => error instanceof SettingsError && error.mistakes.length === 5,
    );
  });

  test('for each static key that is wrong', () => {
    assert.throws(
      () => readSettings({ STATIC_KEYS: 'k=a:boss, k2=a:agent,nonsense,k2=b:admin' }),
      (error) => {
        assert.ok(error instanceof SettingsError);
        assert.deepEqual(error.mistakes, [
          'STATIC_KEYS, entry 1: the role has to be agent, supervisor or admin',
          'STATIC_KEYS, entry 3: give key=agentId:role',
          'STATIC_KEYS, entry 4: the key is there twice',
        ]);
        return true;
      },
    );
  });

  test('that never repeats a secret', () => {
    const secret = 'tops3cret';
    const cases = [
      { STATIC_KEYS: secret },
      { STATIC_KEYS: `${secret}=x y:agent` },
      { STATIC_KEYS: `${secret}=x:boss` },
      { STATIC_KEYS: `${secret}=x:agent,${secret}=y:agent` },
      { METRICS_KEY: `${secret} ${secret}` },
      { PUBLIC_URL: `https://u:${secret}@x` },
      { DATABASE_URL: `mysql://u:${secret}@x/y` },
      { DATABASE_URL: `postgres://u:${secret}@x` },
      { DATABASE_URL: `postgres://u:${secret}%@x/y` },
      { STORAGE_URL: `s3://u:${secret}@bucket` },
      { STORAGE_URL: `ftp://u:${secret}@bucket` },
    ];
    for (const env of cases) {
      assert.throws(
        () => readSettings(env),
        (error) => error instanceof SettingsError && !error.message.includes(secret),
        JSON.stringify(env),
      );
    }
  });
});

test('--help and .env.example name every setting, and .env.example is one that works', async () => {
  const example = await readFile(new URL('../../examples/middleware/.env.example', import.meta.url), 'utf8');
  for (const name of Object.keys(NAMES)) {
    assert.match(help(), new RegExp(`^ +${name} `, 'm'));
    assert.match(example, new RegExp(`^#? ?${name}=`, 'm'));
  }
  const set = [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  assert.ok(set.length > 0);
  assert.doesNotThrow(() => readSettings(Object.fromEntries(set)));
  const all = [...example.matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  assert.doesNotThrow(() => readSettings(Object.fromEntries(all)), 'also with all of it');
  assert.deepEqual(new Set(all.map(([name]) => name)), new Set(Object.keys(NAMES)), 'and no other');
});
