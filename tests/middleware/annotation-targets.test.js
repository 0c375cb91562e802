/** Where notes are written in Genesys: each target, what it needs, and a repeat that finds itself. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openRecords } from '../../examples/middleware/records/open.js';
import { admitClient, createRelayLab, ORGANIZATION, PUBLIC_URL } from './annotation-lab.js';
import { createClock, store } from './records-lab.js';
import { startGenesys } from './servers/genesys.js';

const MINUTE_MS = 60_000;
const SCHEMA = randomUUID();

/** @typedef {import('../../examples/middleware/annotation/annotation.js').TargetName} TargetName */

/** @type {Awaited<ReturnType<typeof startGenesys>>} */ let genesys;
/** @type {ReturnType<typeof createClock>} */ let clock;
/** @type {Awaited<ReturnType<typeof openRecords>>} */ let records;
beforeEach(async () => {
  genesys = await startGenesys();
  admitClient(genesys);
  clock = createClock();
  records = await openRecords('sqlite::memory:', { now: clock.date });
  await records.migrate();
});
afterEach(async () => {
  await records.close();
  await genesys.close();
});

/** @param {TargetName[]} targets */
const relay = (targets) => createRelayLab({ records, genesys, clock, settings: { targets, schemaId: SCHEMA } });

/** @param {Partial<import('./servers/genesys-platform.js').Conversation>} [about] @param {{ id?: string }} [snapshot] */
async function taken(about, snapshot) {
  genesys.conversations.set('call-1', { organizationId: ORGANIZATION, userIds: ['agent-1'], ...about });
  return store(records, clock, { timestamp: clock.date().toISOString(), ...snapshot });
}
const ended = () => ({ endTime: clock.date().toISOString() });
const linkOf = (/** @type {string} */ id) => `${PUBLIC_URL}/api/v1/video-snapshot/${id}`;

/** @param {string} id */
async function annotationOf(id) {
  const { annotation, annotationReason } = /** @type {any} */ (await records.find(ORGANIZATION, id));
  return annotationReason === null ? annotation : `${annotation}: ${annotationReason}`;
}

/** The note is written, its answer is lost, and it is tried again. @param {TargetName} target @param {RegExp} write @param {string} id */
async function repeats(target, write, id) {
  genesys.setLost((line) => write.test(line));
  const lab = relay([target]);
  assert.equal((await lab.step()).postponed, 1);
  genesys.setLost();
  assert.equal(genesys.notesOf(id).length, 1, 'it was done all the same');
  assert.equal((await lab.step()).claimed, 0, 'a moment is waited, so that it can be found');
  clock.advance(5000);
  assert.equal((await lab.step()).done, 1);
  return genesys.requests.filter((line) => write.test(line)).length;
}

describe('attributes', () => {
  test('a key of its own for each snapshot, on the customer, next to what is there', async () => {
    const { id } = await taken();
    const { id: other } = await store(records, clock, {});
    await relay(['attributes']).step();
    const { participants } = /** @type {any} */ (genesys.conversations.get('call-1'));
    const [customer, agent] = participants;
    assert.deepEqual(customer.attributes, {
      [`caseframe_snapshot_${id}`]: linkOf(id),
      [`caseframe_snapshot_${other}`]: linkOf(other),
    });
    assert.equal(agent.attributes, undefined);
  });

  test('a repeat finds itself', async () => {
    const { id } = await taken();
    assert.equal(await repeats('attributes', /^PATCH .*attributes$/, id), 1);
  });

  test('on the agent where the customer has gone; on nobody where all have', async () => {
    const participants = [
      { id: randomUUID(), purpose: 'customer', endTime: '2026-01-01T00:00:00.000Z' },
      { id: randomUUID(), purpose: 'acd' },
      { id: randomUUID(), purpose: 'agent', userId: 'agent-1' },
    ];
    await taken({ participants });
    await relay(['attributes']).step();
    assert.equal(Object.keys(/** @type {any} */ (participants[2]).attributes).length, 1);
  });

  test('after the end there are none: it fails with the reason', async () => {
    const { id } = await taken(ended());
    await relay(['attributes']).step();
    assert.equal(
      await annotationOf(id),
      'failed: There is nothing to write to: the call has ended or everybody has left it',
    );
  });

  test('a call that ends between question and note: the case', async () => {
    const { id } = await taken();
    genesys.cases.set('case-1', { conversationIds: ['call-1'], comments: [] });
    genesys.setFault((request, response) => {
      if (request.method !== 'PATCH') return false;
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"not.found"}');
      return true;
    });
    await relay(['attributes', 'case']).step();
    assert.equal(await annotationOf(id), 'done');
    assert.equal(genesys.cases.get('case-1')?.comments.length, 1);
  });
});

describe('the case', () => {
  const comment = /^POST .*\/comments$/;

  test('a comment with link and id on each case of the call, found on whatever page it is', async () => {
    for (let n = 1; n <= 5; ++n) {
      const comments = Array.from({ length: n }, () => ({ id: randomUUID(), content: 'Hello', dateCreated: '' }));
      genesys.cases.set(`case-${n}`, { conversationIds: ['call-1'], comments });
    }
    genesys.cases.set('case-of-another', { conversationIds: ['call-2'], comments: [] });
    const { id, timestamp } = await taken(ended());
    await relay(['case']).step();
    assert.equal(await annotationOf(id), 'done');
    for (let n = 1; n <= 5; ++n) {
      const text = genesys.cases.get(`case-${n}`)?.comments.at(-1)?.content;
      assert.equal(text, `Video snapshot [${id}], taken ${timestamp}: ${linkOf(id)}`);
    }
    assert.equal(genesys.cases.get('case-of-another')?.comments.length, 0);
  });

  test('a repeat finds itself, behind ten pages of what others wrote since', async () => {
    const { id } = await taken(ended());
    genesys.cases.set('case-1', { conversationIds: ['call-1'], comments: [] });
    genesys.setLost((line) => comment.test(line));
    const lab = relay(['case']);
    await lab.step();
    genesys.setLost();
    const { comments } = /** @type {{ comments: any[] }} */ (genesys.cases.get('case-1'));
    for (let n = 0; n < 25; ++n) comments.push({ id: randomUUID(), content: `Seen [${id}x], ${id}`, dateCreated: '' });
    clock.advance(5000);
    await lab.step();
    assert.equal(await annotationOf(id), 'done');
    assert.equal(comments.filter(({ content }) => content.includes(linkOf(id))).length, 1);
  });

  test('a repeat finds itself behind hundreds, and does not look at what is older than the picture', async () => {
    const { id } = await taken(ended());
    const day = (/** @type {number} */ days) => new Date(clock.date().getTime() + days * 24 * 60 * MINUTE_MS);
    const comment = (/** @type {number} */ days) => ({
      id: randomUUID(),
      content: 'Hello',
      dateCreated: day(days).toISOString(),
    });
    const comments = Array.from({ length: 300 }, (_, n) => comment(-330 + n));
    genesys.cases.set('case-1', { conversationIds: ['call-1'], comments });
    genesys.setLost((line) => /^POST .*\/comments$/.test(line));
    const lab = relay(['case']);
    assert.equal((await lab.step()).postponed, 1);
    genesys.setLost();
    const reads = () => genesys.requests.filter((line) => /^GET .*\/comments/.test(line)).length;
    assert.equal(reads(), 1, 'a year of comments is not read');
    // Of the real clock, whatever the test's is.
    Object.assign(comments.at(-1) ?? {}, { dateCreated: day(0).toISOString() });
    comments.push(...Array.from({ length: 200 }, () => comment(0)));
    clock.advance(5000);
    assert.equal((await lab.step()).done, 1);
    assert.equal(comments.filter(({ content }) => content.includes(linkOf(id))).length, 1);
    assert.equal(reads(), 1 + 67);
  });

  test('a list in another order than was asked for is read to its end; one without an end gets no note on a guess', async () => {
    const { id } = await taken(ended());
    // As the newest first would be: the fake turns it round, so that the oldest comes first and the note last.
    const comments = Array.from({ length: 9 }, (_, n) => ({
      id: randomUUID(),
      content: n === 0 ? `Video snapshot [${id}]` : 'Hello',
      dateCreated: new Date(clock.date().getTime() - (n + 30) * 24 * 60 * MINUTE_MS).toISOString(),
    }));
    genesys.cases.set('case-1', { conversationIds: ['call-1'], comments });
    const lab = relay(['case']);
    assert.equal((await lab.step()).done, 1);
    assert.equal(
      genesys.requests.some((line) => /^POST .*\/comments$/.test(line)),
      false,
      'found',
    );

    const other = await taken(ended(), { id: randomUUID() });
    const endless = { id: randomUUID(), content: 'Hello', dateCreated: '' };
    genesys.cases.set('case-1', { conversationIds: ['call-1'], comments: Array(400).fill(endless) });
    assert.equal((await lab.step()).failed, 1);
    assert.match(await annotationOf(other.id), /^failed: The list is too long to tell/);
    assert.equal(genesys.cases.get('case-1')?.comments.length, 400);
  });

  test('of several, where the second one failed: the first gets no second comment', async () => {
    const { id } = await taken(ended());
    for (const name of ['case-1', 'case-2']) genesys.cases.set(name, { conversationIds: ['call-1'], comments: [] });
    genesys.setFault((request, response) => {
      if (request.method !== 'POST' || !request.url?.includes('case-2/comments')) return false;
      response.writeHead(500).end();
      return true;
    });
    const lab = relay(['case']);
    assert.equal((await lab.step()).postponed, 1);
    genesys.setFault();
    clock.advance(MINUTE_MS);
    await lab.step();
    assert.equal(await annotationOf(id), 'done');
    assert.deepEqual(
      [...genesys.cases.values()].map(({ comments }) => comments.length),
      [1, 1],
    );
  });

  test('that is opened in after-call work is waited for', async () => {
    const { id } = await taken(ended());
    const lab = relay(['case', 'contact']);
    for (let minute = 0; minute < 10; ++minute) {
      assert.equal((await lab.step()).postponed, 1);
      clock.advance(MINUTE_MS);
    }
    assert.equal(await annotationOf(id), 'queued');
    genesys.cases.set('case-1', { conversationIds: ['call-1'], comments: [] });
    await lab.step();
    assert.equal(await annotationOf(id), 'done');
    assert.equal(genesys.cases.get('case-1')?.comments.length, 1);
  });

  test('that never comes fails with the reason a quarter of an hour after the call', async () => {
    const { id } = await taken(ended());
    const lab = relay(['attributes', 'case']);
    let minutes = 0;
    for (; (await annotationOf(id)) === 'queued'; ++minutes) {
      await lab.step();
      clock.advance(MINUTE_MS);
    }
    assert.equal(minutes, 16);
    assert.equal(
      await annotationOf(id),
      'failed: There is nothing to write to: the call has ended or everybody has left it, no case is associated with the conversation',
    );
  });
});

describe('custom attributes', () => {
  test('one record for each snapshot, that replaces itself, and is never read back', async () => {
    const { id } = await taken(ended(), { id: randomUUID() });
    assert.equal(await repeats('custom-attributes', /^PUT .*customattributes$/, id), 2);
    const { id: other } = await store(records, clock, {});
    await relay(['custom-attributes']).step();
    const written = [...(genesys.customAttributes.get('call-1')?.values() ?? [])];
    assert.deepEqual(written[0], {
      id,
      schemaId: SCHEMA,
      customAttributes: { snapshot_id: id, snapshot_url: linkOf(id) },
    });
    assert.equal(written.length, 2);
    assert.match(written[1].id, /^[0-9a-f-]{36}$/, 'a UUID where the snapshot’s id is none');
    assert.equal(written[1].customAttributes.snapshot_id, other);
    assert.ok(!genesys.requests.some((line) => /^GET .*customattributes/.test(line)));
  });
});

describe('the recording', () => {
  /** @param {string} startTime @param {string} [endTime] */
  const recording = (startTime, endTime) => ({
    id: randomUUID(),
    startTime,
    endTime,
    annotations: /** @type {any[]} */ ([]),
  });
  const at = (/** @type {number} */ ms) => new Date(clock.date().getTime() + ms).toISOString();

  test('a bookmark at the moment of the picture, in the recording that was running then', async () => {
    const early = recording(at(-600_000), at(-300_000));
    const own = recording(at(-200_500), at(100_000));
    const deleted = { ...recording(at(-200_500), at(100_000)), fileState: 'DELETED' };
    genesys.recordings.set('call-1', [deleted, own, early]);
    const { id, timestamp } = await taken(ended());
    assert.equal(await repeats('recording', /^POST .*annotations$/, id), 1);
    const [{ type, location, description }] = own.annotations;
    assert.deepEqual([type, location], ['bookmark', 200_500]);
    assert.equal(description, `Video snapshot [${id}], taken ${timestamp}: ${linkOf(id)}`);
    assert.deepEqual([early.annotations, deleted.annotations], [[], []]);
  });

  test('is waited for until it is made; a call that was not recorded fails, or goes on to the next', async () => {
    const { id } = await taken({});
    const lab = relay(['recording']);
    assert.equal((await lab.step()).postponed, 1, 'the call goes on');
    genesys.conversations.set('call-1', { organizationId: ORGANIZATION, userIds: [], ...ended() });
    clock.advance(MINUTE_MS);
    assert.equal((await lab.step()).postponed, 1, 'it is being made');
    genesys.recordings.set('call-1', [recording(at(-100_000))]);
    clock.advance(MINUTE_MS);
    assert.equal((await lab.step()).done, 1);
    assert.equal(await annotationOf(id), 'done');

    genesys.recordings.clear();
    const { id: without } = await taken({ ...ended(), externalContactId: 'contact-1' });
    genesys.contacts.set('contact-1', []);
    clock.advance(16 * MINUTE_MS);
    await relay(['recording', 'contact']).step();
    assert.equal(await annotationOf(without), 'done');
    assert.equal(genesys.contacts.get('contact-1')?.length, 1);
  });
});

test('what somebody else has written with the snapshot’s id in brackets is not its note', async () => {
  const id = '7';
  const text = 'The customer means position [7] of the invoice.';
  const dateCreated = clock.date().toISOString();
  genesys.cases.set('case-1', {
    conversationIds: ['call-1'],
    comments: [{ id: randomUUID(), content: text, dateCreated }],
  });
  await taken(ended(), { id });
  assert.equal((await relay(['case']).step()).done, 1);
  assert.deepEqual(
    genesys.cases.get('case-1')?.comments.map(({ content }) => content.slice(0, 20)),
    [text.slice(0, 20), 'Video snapshot [7], '],
  );
});

describe('the contact', () => {
  test('a note on the customer’s contact; a repeat finds itself', async () => {
    genesys.contacts.set('contact-1', []);
    const { id, timestamp } = await taken({ externalContactId: 'contact-1' });
    assert.equal(await repeats('contact', /^POST .*notes$/, id), 1);
    const [{ noteText }] = /** @type {any[]} */ (genesys.contacts.get('contact-1'));
    assert.equal(noteText, `Video snapshot [${id}], taken ${timestamp}: ${linkOf(id)}`);
  });

  test('of more notes than Genesys shows: those from before the picture are not read', async () => {
    const since = clock.date().getTime() - 1300 * 24 * 60 * MINUTE_MS;
    const old = Array.from({ length: 1200 }, (_, n) => ({
      id: randomUUID(),
      noteText: 'Hello',
      createDate: new Date(since + n * 24 * 60 * MINUTE_MS).toISOString(),
    }));
    genesys.contacts.set('contact-1', old);
    const { id } = await taken({ externalContactId: 'contact-1' });
    await relay(['contact']).step();
    assert.equal(await annotationOf(id), 'done');
    assert.equal(genesys.notesOf(id).length, 1);
    assert.equal(genesys.requests.filter((line) => /^GET .*\/notes/.test(line)).length, 1);
  });

  test('a customer without one: it fails with the reason', async () => {
    const { id } = await taken(ended());
    await relay(['contact']).step();
    assert.equal(await annotationOf(id), 'failed: There is nothing to write to: the customer has no contact');
  });
});

test('a note that may have been written is looked for there, though there is a better place by now', async () => {
  genesys.contacts.set('contact-1', []);
  const { id } = await taken({ ...ended(), externalContactId: 'contact-1' });
  clock.advance(16 * MINUTE_MS);
  genesys.setLost((line) => /^POST .*notes$/.test(line));
  const lab = relay(['case', 'contact']);
  assert.equal((await lab.step()).postponed, 1);
  genesys.setLost();
  genesys.cases.set('case-1', { conversationIds: ['call-1'], comments: [] });
  clock.advance(MINUTE_MS);
  assert.equal((await lab.step()).done, 1);
  assert.equal(genesys.notesOf(id).length, 1);
});

test('an attribute is looked for in a call that has ended meanwhile', async () => {
  genesys.cases.set('case-1', { conversationIds: ['call-1'], comments: [] });
  const { id } = await taken();
  genesys.setLost((line) => line.startsWith('PATCH'));
  const lab = relay(['attributes', 'case']);
  assert.equal((await lab.step()).postponed, 1);
  genesys.setLost();
  Object.assign(/** @type {any} */ (genesys.conversations.get('call-1')), ended());
  clock.advance(MINUTE_MS);
  assert.equal((await lab.step()).done, 1);
  assert.equal(genesys.notesOf(id).length, 1);
});

describe('the guide’s endpoint', () => {
  test('gets what the guide sends, without a look at the conversation; a repeat does not find itself', async () => {
    const posts = genesys.openGuide();
    const { id, timestamp } = await taken();
    assert.equal(await repeats('guide', /^POST .*interactions\/annotations$/, id), 2);
    assert.deepEqual(posts[0], {
      interactionId: 'call-1',
      agentId: 'agent-1',
      timestamp,
      snapshotId: id,
      url: linkOf(id),
    });
    assert.equal(posts.length, 2, 'at least once');
    assert.ok(!genesys.requests.some((line) => line.startsWith('GET')));
  });

  test('is not there in the Platform API: it fails and says so', async () => {
    const { id } = await taken();
    await relay(['guide']).step();
    assert.match(await annotationOf(id), /^failed: POST \/interactions\/annotations was answered by 404/);
  });
});

test('a conversation that Genesys does not know, or another organisation’s, fails with the reason', async () => {
  const { id } = await taken({ organizationId: 'another' });
  await relay(['attributes', 'case']).step();
  assert.match(await annotationOf(id), /^failed: GET \/conversations\/call-1 was answered by 404/);
});

test('an id that is no identifier of a path stays in its place', async () => {
  genesys.conversations.set('a_b-C', { organizationId: ORGANIZATION, userIds: ['agent-1'] });
  const { id } = await store(records, clock, { interactionId: 'a_b-C', id: 'X_y-9' });
  await relay(['attributes']).step();
  assert.equal(await annotationOf(id), 'done');
});
