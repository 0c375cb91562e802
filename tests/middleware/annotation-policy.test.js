/** When a note is tried again, where it goes, and how fast: tables. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { choose, SETTLE_MS, stateOf } from '../../examples/middleware/annotation/choice.js';
import { attributeKey, fits, isNoteOf, linkOf, textOf } from '../../examples/middleware/annotation/note.js';
import { createPace } from '../../examples/middleware/annotation/pace.js';
import { decide, GIVE_UP_MS, pauseOf } from '../../examples/middleware/annotation/retry.js';
import { firstSeed, forEachSeed } from '../js/random.js';

console.log(`CASEFRAME_SEED=${firstSeed}`);

/** @typedef {import('../../examples/middleware/annotation/retry.js').Trouble} Trouble */
/** @typedef {import('../../examples/middleware/annotation/annotation.js').TargetName} TargetName */

describe('what becomes of a task that could not be done', () => {
  const again = (/** @type {number} */ afterMs, counts = true) => ({ what: 'again', afterMs, counts });
  const dead = { what: 'dead' };
  /** @type {[string, Partial<Trouble>, Partial<{ attempts: number, ageMs: number, random: number }>, object][]} */
  const table = [
    ['the first failure', { kind: 'transient' }, {}, again(1000)],
    ['full jitter begins at nothing', { kind: 'transient' }, { random: 0 }, again(0)],
    ['each doubles', { kind: 'transient' }, { attempts: 2 }, again(2000)],
    ['and again', { kind: 'transient' }, { attempts: 5 }, again(16_000)],
    ['up to five minutes', { kind: 'transient' }, { attempts: 9 }, again(150_000)],
    ['however often', { kind: 'transient' }, { attempts: 100_000 }, again(150_000)],
    [
      'a write without an answer settles first',
      { kind: 'transient', mayHaveWritten: true },
      { random: 0 },
      again(5000),
    ],
    ['until a day has passed', { kind: 'transient' }, { ageMs: GIVE_UP_MS - 1 }, again(1000)],
    ['and then no more', { kind: 'transient' }, { ageMs: GIVE_UP_MS }, dead],
    ['429 is no attempt', { kind: 'throttled', retryAfterMs: 17_000 }, { attempts: 7 }, again(17_500, false)],
    ['429 that says nothing', { kind: 'throttled' }, {}, again(60_500, false)],
    ['429 that says an hour', { kind: 'throttled', retryAfterMs: 3_600_000 }, {}, again(900_500, false)],
    ['429 for a day', { kind: 'throttled' }, { ageMs: GIVE_UP_MS }, dead],
    ['nothing to write to yet', { kind: 'waiting' }, { attempts: 50 }, again(60_000, false)],
    ['a refusal', { kind: 'permanent' }, {}, dead],
  ];
  for (const [name, trouble, task, expected] of table) {
    test(name, () => {
      const whole = { kind: /** @type {const} */ ('transient'), reason: 'x', ...trouble };
      assert.deepEqual(decide(whole, { attempts: 1, ageMs: 0, random: 0.5, ...task }), expected);
    });
  }

  test('429: Retry-After, else inin-ratelimit-reset and a second, else a minute', () => {
    const of = (/** @type {Record<string, string>} */ headers) => pauseOf(new Headers(headers));
    assert.equal(of({ 'retry-after': '17', 'inin-ratelimit-reset': '3' }), 17_000);
    assert.equal(of({ 'inin-ratelimit-reset': '3' }), 4000);
    const [date, later] = ['Wed, 21 Oct 2026 07:28:00 GMT', 'Wed, 21 Oct 2026 07:28:17 GMT'];
    assert.equal(of({ date, 'retry-after': later, 'inin-ratelimit-reset': '3' }), 17_000);
    assert.equal(of({ date: later, 'retry-after': date }), 0);
    assert.equal(of({ 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }), 900_000);
    assert.equal(of({ 'retry-after': 'soon', 'inin-ratelimit-reset': '3' }), 4000);
    assert.equal(of({ 'retry-after': 'soon' }), 60_000);
    assert.equal(of({ 'retry-after': '-1' }), 60_000);
    assert.equal(of({}), 60_000);
    assert.equal(of({ 'retry-after': '999999999' }), 900_000);
    assert.equal(of({ 'retry-after': '0' }), 0);
  });
});

describe('where a note goes', () => {
  const live = /** @type {const} */ ({ live: true });
  const justEnded = { live: /** @type {const} */ (false), endedForMs: SETTLE_MS - 1 };
  const settled = { live: /** @type {const} */ (false), endedForMs: SETTLE_MS };
  /** @type {TargetName[]} */ const AUTO = ['attributes', 'case'];
  /** @type {TargetName[]} */ const ALL = ['attributes', 'case', 'custom-attributes', 'recording', 'contact'];
  /** @type {[string, TargetName[], import('../../examples/middleware/annotation/choice.js').ConversationState, TargetName[], object][]} */
  const table = [
    ['a call that goes on: attributes', AUTO, live, [], { target: 'attributes' }],
    ['whose customer has gone: the case', AUTO, live, ['attributes'], { target: 'case' }],
    ['one that has ended: the case', AUTO, justEnded, [], { target: 'case' }],
    ['without a case yet: it may come', AUTO, justEnded, ['case'], { wait: 'case' }],
    ['without a case, for good: nothing', AUTO, settled, ['case'], { nothing: true }],
    ['without a case, for good: the next', ALL, settled, ['case'], { target: 'custom-attributes' }],
    ['what stands behind the case waits for it', ALL, justEnded, ['case'], { wait: 'case' }],
    ['then the recording', ALL, settled, ['case', 'custom-attributes'], { target: 'recording' }],
    ['then the contact', ALL, settled, ['case', 'custom-attributes', 'recording'], { target: 'contact' }],
    ['then nothing', ALL, settled, ['case', 'custom-attributes', 'recording', 'contact'], { nothing: true }],
    ['the case alone, in a call: it is looked for', ['case'], live, [], { target: 'case' }],
    ['and waited for', ['case'], live, ['case'], { wait: 'case' }],
    ['the recording of a call that goes on is waited for', ['recording'], live, [], { wait: 'recording' }],
    ['the recording before the contact: likewise', ['recording', 'contact'], live, [], { wait: 'recording' }],
    ['the contact first', ['contact', 'recording'], live, [], { target: 'contact' }],
    ['no contact, and a recording to come', ['contact', 'recording'], live, ['contact'], { wait: 'recording' }],
    ['attributes alone, after the end', ['attributes'], justEnded, [], { nothing: true }],
    [
      'attributes behind a case that is not there yet',
      ['case', 'attributes'],
      live,
      ['case'],
      { target: 'attributes' },
    ],
    ['the guide’s endpoint', ['guide'], live, [], { target: 'guide' }],
  ];
  for (const [name, targets, state, missing, expected] of table) {
    test(name, () => assert.deepEqual(choose(targets, state, new Set(missing)), expected));
  }

  test('a conversation has ended by its own word, or when everybody has left', () => {
    const now = Date.parse('2026-11-02T10:10:00.000Z');
    const end = '2026-11-02T10:00:00.000Z';
    assert.deepEqual(stateOf({ participants: [{}] }, now), { live: true });
    assert.deepEqual(stateOf({}, now), { live: true });
    assert.deepEqual(stateOf({ participants: [] }, now), { live: true });
    assert.deepEqual(stateOf({ endTime: end, participants: [{}] }, now), { live: false, endedForMs: 600_000 });
    assert.deepEqual(stateOf({ participants: [{ endTime: end }, {}] }, now), { live: true });
    assert.deepEqual(stateOf({ participants: [{ endTime: '2026-11-02T09:00:00Z' }, { endTime: end }] }, now), {
      live: false,
      endedForMs: 600_000,
    });
    assert.deepEqual(stateOf({ endTime: '2027-01-01T00:00:00Z' }, now), { live: false, endedForMs: 0 });
  });
});

describe('what is written', () => {
  const snapshot = /** @type {any} */ ({ id: 'snapshot-1', timestamp: '2026-11-02T10:20:30.456Z' });
  const base = 'https://snapshots.example';

  test('is the service’s own link and the snapshot’s id, and finds itself', () => {
    assert.equal(linkOf(base, snapshot), 'https://snapshots.example/api/v1/video-snapshot/snapshot-1');
    assert.equal(attributeKey(snapshot), 'caseframe_snapshot_snapshot-1');
    const text = textOf(base, snapshot);
    assert.ok(text.includes(linkOf(base, snapshot)));
    assert.ok(isNoteOf(text, snapshot));
    assert.ok(isNoteOf(`Seen. ${text} OK?`, snapshot), 'edited by somebody');
    for (const id of ['snapshot-11', 'snapshot', 'napshot-1', '1']) assert.ok(!isNoteOf(text, { id }), id);
    // Ids are the client's own, and other people write in brackets, too.
    assert.ok(!isNoteOf('The customer means position [7] of the invoice.', { id: '7' }));
    for (const nothing of [undefined, null, 7, {}]) assert.ok(!isNoteOf(nothing, snapshot));
  });

  test('fits into an attribute’s 256 characters with the longest id', () => {
    const longest = 256 - '/api/v1/video-snapshot/'.length - 64;
    assert.ok(fits('x'.repeat(longest)));
    assert.ok(!fits('x'.repeat(longest + 1)));
  });
});

describe('the pace', () => {
  test('lets so many through in any minute, whatever the order of waits and requests', async () => {
    await forEachSeed(20, (dice) => {
      let now = 1_000_000;
      const perMinute = dice.between(1, 20);
      const pace = createPace({ perMinute, now: () => now });
      /** @type {number[]} */
      const made = [];
      for (let step = 0; step < 300; ++step) {
        if (dice.between(0, 2) === 0) now += dice.between(0, 30_000);
        const waitMs = pace.waitMs();
        assert.equal(waitMs === 0, pace.free() > 0);
        if (waitMs > 0 && dice.between(0, 1) === 0) now += waitMs;
        if (pace.waitMs() > 0) continue;
        pace.take();
        made.push(now);
        const inMinute = made.filter((at) => at > now - 60_000).length;
        assert.ok(inMinute <= perMinute, `${inMinute} of ${perMinute}`);
      }
      assert.ok(made.length > perMinute, 'and is not stuck');
    });
  });

  test('stops while Genesys says so, and believes a clock that is set back', () => {
    let now = 1_000_000;
    const pace = createPace({ perMinute: 10, now: () => now });
    pace.pause(17_000);
    assert.deepEqual([pace.waitMs(), pace.free()], [17_000, 0]);
    pace.pause(1000);
    assert.equal(pace.waitMs(), 17_000, 'the longer one counts');
    now += 17_000;
    assert.deepEqual([pace.waitMs(), pace.free()], [0, 10]);
    for (let n = 0; n < 10; ++n) pace.take();
    assert.equal(pace.waitMs(), 60_000);
    assert.equal(pace.waitMs(100), 60_000, 'more than it ever lets through: as much as that');
    now -= 3_600_000;
    assert.equal(pace.free(), 10);
  });
});
