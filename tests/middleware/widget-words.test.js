/** The words of the agent widget, beside what the service says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUDIT_ACTIONS } from '../../examples/middleware/records/records.js';

/** @type {any} */ (globalThis).window = { parent: undefined };
Object.assign(globalThis, { location: new URL('http://127.0.0.1/?lang=de') });
const { sayDeleted, sayRefusal, words } = await import('../../examples/agent-widget/strings.js');
const { timeOf } = await import('../../examples/agent-widget/elements.js');

test('each action of the audit has a word, and each word is an action’s', () => {
  for (const { actions } of Object.values(words))
    assert.deepEqual(Object.keys(actions).sort(), [...AUDIT_ACTIONS].sort());
});

test('German has all that English has', () => {
  const names = (/** @type {object} */ of) =>
    Object.entries(of).flatMap(([name, value]) => (typeof value === 'string' ? name : [name, names(value)]));
  assert.deepEqual(names(words.de), names(words.en));
});

test('a time of another day has its date', () => {
  const noon = new Date();
  noon.setHours(12, 34, 56);
  assert.equal(timeOf(noon.toISOString()), '12:34:56');
  noon.setDate(noon.getDate() - 1);
  assert.match(timeOf(noon.toISOString()), /^\d\d\.\d\d\.\d{4}, 12:34:56$/);
});

test('a refusal is in the agent’s language, and no time is as programs write it', () => {
  const answer = {
    error: 'This snapshot was deleted on 2026-11-02T10:20:30.000Z: Art. 17',
    code: 'deleted',
    deletedAt: '2026-11-02T10:20:30.000Z',
    reason: 'Art. 17',
  };
  assert.match(sayRefusal(410, answer), /^Gelöscht am 02\.11\.2026, \d\d:\d\d: Art\. 17\.$/);
  assert.match(sayDeleted({ ...answer, reason: 'retention' }), /: die Aufbewahrungsfrist ist abgelaufen$/);
  assert.equal(sayDeleted({}), 'Gelöscht');
  assert.equal(sayRefusal(404, { code: 'not-found' }), 'Es ist nicht mehr da.');
  assert.match(sayRefusal(503, { code: 'storage-unavailable' }), /gleich noch einmal\.$/);
  assert.match(sayRefusal(418, {}), /\(418\)\.$/);
});
