/** What opens in a browser at a snapshot's link, and that programs get what they always got. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { explain, languageOf } from '../../examples/middleware/link/words.js';
import { bearer, decision, formOf, KEYS, newId, PATH, read, sha256, startService } from './servers/service.js';

/** As a browser says it of an address that somebody opens. */
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8' };
const GERMAN = { 'accept-language': 'de-DE,de;q=0.9,en;q=0.8' };

/** @type {Buffer} */ let photo;
/** @type {Awaited<ReturnType<typeof startService>>} */ let service;
before(async () => {
  photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));
  service = await startService();
});
after(() => service.close());

async function uploaded() {
  const id = newId();
  const body = formOf({ fields: { snapshotId: id }, file: photo });
  const response = await fetch(`${service.url}/upload`, { method: 'POST', headers: bearer(KEYS.agent), body });
  assert.equal(response.status, 200, await response.text());
  return id;
}

/** @param {string} path @param {Record<string, string>} [headers] */
async function open(path, headers = {}) {
  const response = await fetch(`${service.url}/${path}`, { headers: { ...NAVIGATION, ...headers } });
  return { status: response.status, headers: response.headers, html: await response.text() };
}

test('who opens it without a key is asked for one, in their language, by a page that runs nothing of its own', async () => {
  const id = await uploaded();
  const english = await open(id);
  assert.equal(english.status, 401);
  assert.match(String(english.headers.get('content-type')), /^text\/html/);
  assert.match(english.html, /<html lang="en">[\s\S]*Sign in to see this picture[\s\S]*<form>/);
  const german = await open(id, GERMAN);
  assert.match(german.html, /<html lang="de">[\s\S]*Melden Sie sich an[\s\S]*<form>/);
  const policy = String(english.headers.get('content-security-policy'));
  assert.match(policy, /^default-src 'none'; script-src 'self'; /);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.equal(english.headers.get('cache-control'), 'no-store');
  assert.doesNotMatch(english.html, /style=|<style|<script(?! type="module" src=)|\son\w+=/);
  const parts = [...english.html.matchAll(/(?:src|href)="([^"]*@page[^"]+)"/g)].map(([, path]) => path);
  assert.equal(parts.length, 2);
  for (const path of parts) {
    const part = await fetch(new URL(path, `${service.url}/${id}`));
    assert.equal(part.status, 200, path);
    assert.equal(part.headers.get('content-security-policy'), policy, path);
  }
  for (const other of ['answer.js', '../service.js', '%2e%2e/service.js'])
    assert.equal((await fetch(`${service.url}/@page/${other}`)).status >= 400, true, other);
});

test('not allowed, not there, deleted, not just now: a sentence each, and the status that a program gets', async (t) => {
  const id = await uploaded();
  const forbidden = await open(id, bearer(KEYS.other));
  assert.deepEqual([forbidden.status, /You may not see this picture/.test(forbidden.html)], [403, true]);
  for (const path of [newId(), 'no..name']) {
    const missing = await open(path, bearer(KEYS.agent));
    assert.deepEqual([missing.status, /There is no such picture/.test(missing.html)], [404, true], path);
  }
  await fetch(`${service.url}/${id}`, decision('DELETE', KEYS.admin, 'Art. 17 <b>& "more"'));
  const deleted = await open(id, { ...bearer(KEYS.agent), ...GERMAN });
  assert.equal(deleted.status, 410);
  assert.match(deleted.html, /Dieses Bild wurde gelöscht/);
  assert.match(
    deleted.html,
    /am \d+\. \S+ \d{4} um \d\d:\d\d UTC gelöscht\. Grund: Art\. 17 &#60;b&#62;&#38; &#34;more&#34;\./,
  );
  assert.doesNotMatch(deleted.html, /<b>|<form>/);

  const broken = await startService({
    folder: service.data,
    wrap: ({ records }) => ({
      records: new Proxy(records, { get: (of, name) => (name === 'find' ? away : of[name]) }),
    }),
  });
  t.after(() => broken.close());
  const busy = await fetch(`${broken.url}/${id}`, { headers: { ...NAVIGATION, ...bearer(KEYS.agent) } });
  assert.equal(busy.status, 503);
  assert.ok(busy.headers.get('retry-after'));
  assert.match(await busy.text(), /Try again in a moment/);
});

test('behind a proxy that passes a path on, it asks for nothing outside of that path', async (t) => {
  const demo = await startService({ env: {} });
  t.after(() => demo.close());
  for (const { url } of [service, demo]) {
    const page = await fetch(`${url}/some-id`, { headers: NAVIGATION });
    const found = (await page.text()).matchAll(/(?:src|href)="([^"]*)"/g);
    const addresses = [...found].map(([, path]) => new URL(path, `https://desk.example/evidence${PATH}/some-id`).href);
    assert.deepEqual(addresses, [
      `https://desk.example/evidence${PATH}/@page/styles.css`,
      `https://desk.example/evidence${PATH}/@page/open.js`,
      'https://desk.example/evidence/',
      `https://desk.example/evidence${PATH}/some-id`,
    ]);
  }
  for (const file of ['open.js', 'words.js', 'styles.css']) {
    const text = await (await fetch(`${service.url}/@page/${file}`)).text();
    assert.doesNotMatch(text, /(fetch\(|import\(|from |url\()\s*['"`]\//, file);
  }
});

test('a program gets the JSON that it always got, at the link and at every other address', async () => {
  const id = await uploaded();
  for (const accept of ['*/*', 'application/json', 'image/jpeg']) {
    const answer = await read(await fetch(`${service.url}/${id}`, { headers: { accept } }));
    assert.deepEqual([answer.status, answer.body.code], [401, 'unauthorized'], accept);
  }
  await fetch(`${service.url}/${id}`, decision('DELETE', KEYS.admin));
  const deleted = await read(await fetch(`${service.url}/${id}`, { headers: bearer(KEYS.agent) }));
  assert.deepEqual([deleted.status, deleted.body.code], [410, 'deleted']);
  // Chromium keeps a 410 for good, and would show a program's answer to whoever opens the link next.
  assert.equal(deleted.headers.get('cache-control'), 'no-store');
  for (const path of ['?interactionId=call-1', `${id}/thumbnail`, `${id}/audit`, 'nowhere/at/all']) {
    const answer = await read(await fetch(`${service.url}/${path}`, { headers: NAVIGATION }));
    assert.ok(answer.status === 401 || answer.status === 404, path);
    assert.ok(answer.body.code, path);
  }
});

test('the page gets the picture and what is known of it at once: one look', async () => {
  const id = await uploaded();
  const headers = { accept: 'multipart/form-data', ...bearer(KEYS.supervisor) };
  const response = await fetch(`${service.url}/${id}`, { headers });
  assert.equal(response.headers.get('cache-control'), 'private, no-store');
  const answer = await response.formData();
  const file = /** @type {File} */ (answer.get('file'));
  assert.equal(sha256(new Uint8Array(await file.arrayBuffer())), sha256(photo));
  const facts = JSON.parse(String(answer.get('snapshot')));
  assert.deepEqual(Object.keys(facts).sort(), [
    'agentId',
    'bytes',
    'expiresAt',
    'height',
    'id',
    'interactionId',
    'legalHold',
    'redactions',
    'sha256',
    'timestamp',
    'width',
  ]);
  assert.deepEqual([facts.id, facts.agentId, facts.sha256], [id, 'agent-7', sha256(photo)]);
  const entries = await Array.fromAsync(service.records.auditEntries('local', { snapshotId: id }));
  assert.deepEqual(
    entries.map(({ actor, action }) => `${actor} ${action}`),
    ['agent-7 stored', 'supervisor-1 viewed'],
  );
});

test('in Genesys Cloud it says where to open it from', () => {
  assert.match(explain({ status: 401 }, 'en', 'tokens').text, /Open it in the agent widget, from the conversation/);
  assert.match(explain({ status: 403, code: 'not-a-user' }, 'de', 'tokens').text, /^Ihr Konto darf/);
});

test('the language is the first that it has words for', () => {
  const accepted = ['de', 'de-AT,en;q=0.5', 'fr-FR, de;q=0.8, en;q=0.7', 'en-US,de', 'fr', '', 'deutsch'];
  assert.deepEqual(accepted.map(languageOf), ['de', 'de', 'de', 'en', 'en', 'en', 'en']);
  assert.equal(languageOf(undefined), 'en');
});

async function away() {
  throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
}
