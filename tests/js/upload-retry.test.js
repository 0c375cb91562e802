/** The retry policy, every row of its table. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decide, parseRetryAfter } from '../../js/upload/retry.js';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const SETTINGS = { attempt: 3, renewed: false, now: NOW, random: 0.5, baseMs: 1000, maxMs: 60000 };
const receipt = /** @type {const} */ ({ success: true, id: 'a', url: 'u', sha256: 's', annotation: 'queued' });

/** @param {import('../../js/upload/retry.js').Outcome} outcome @param {Partial<typeof SETTINGS>} [circumstances] */
function verdict(outcome, circumstances) {
  const decision = decide(outcome, { ...SETTINGS, ...circumstances });
  if (decision.receipt) return 'deliver';
  if (decision.renew) return 'renew';
  return `${decision.wait ? 'again' : 'reject'} ${decision.error?.code}`;
}

/** @type {[string, import('../../js/upload/retry.js').Outcome, string, Partial<typeof SETTINGS>?][]} */
const ROWS = [
  ['a receipt', { status: 200, receipt }, 'deliver'],
  ['a receipt with 201', { status: 201, receipt }, 'deliver'],
  ['200 without a receipt: a captive portal, a login page, another hash', { status: 200 }, 'again upload-failed'],
  ['204', { status: 204 }, 'again upload-failed'],
  ['a broken connection', { reason: 'network' }, 'again upload-failed'],
  ['a stall', { reason: 'stalled' }, 'again upload-failed'],
  ['no answer', { reason: 'unanswered' }, 'again upload-failed'],
  ['headers() that fails', { reason: 'headers' }, 'again upload-failed'],
  ['a queue that cannot be read now', { reason: 'storage' }, 'again upload-failed'],
  ['a picture that is gone', { reason: 'unreadable' }, 'reject upload-failed'],
  ['401', { status: 401 }, 'renew'],
  ['401 once more', { status: 401 }, 'reject upload-rejected', { renewed: true }],
  ['403', { status: 403 }, 'reject upload-rejected'],
  ['403 after a renewal', { status: 403 }, 'reject upload-rejected', { renewed: true }],
  ...[408, 409, 425, 429].map((status) => /** @type {any} */ ([`${status}`, { status }, 'again upload-failed'])),
  ...[500, 502, 503, 504, 507, 511, 520].map(
    (status) => /** @type {any} */ ([`${status}`, { status }, 'again upload-failed']),
  ),
  ...[400, 404, 405, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426, 428, 431, 451].map(
    (status) => /** @type {any} */ ([`${status}`, { status }, 'reject upload-rejected']),
  ),
  ['a redirect that was not followed', { status: 304 }, 'again upload-failed'],
];

describe('what follows from', () => {
  for (const [name, outcome, expected, circumstances] of ROWS) {
    test(`${name}: ${expected}`, () => assert.equal(verdict(outcome, circumstances), expected));
  }
});

describe('the wait', () => {
  /** @param {Partial<typeof SETTINGS>} [circumstances] @param {string} [retryAfter] */
  const wait = (circumstances, retryAfter) =>
    decide({ status: 503, retryAfter }, { ...SETTINGS, ...circumstances }).wait;

  test('is a random part of a bound that doubles with each try', () => {
    assert.deepEqual(
      [1, 2, 3, 4].map((attempt) => wait({ attempt, random: 1 })?.ms),
      [1000, 2000, 4000, 8000],
    );
    assert.deepEqual(
      [0, 0.25, 0.5, 0.999].map((random) => wait({ random })?.ms),
      [0, 1000, 2000, 3996],
    );
  });

  test('never passes maxMs, after however many tries', () => {
    for (const attempt of [7, 40, 1024, 1e9]) assert.equal(wait({ attempt, random: 1 })?.ms, 60000);
    assert.equal(wait({ attempt: 1e9, random: 0 })?.ms || 0, 0);
  });

  test('is at least what the server names, in seconds or as a date, and no longer than maxMs', () => {
    assert.deepEqual(wait({}, '30'), { ms: 30000, asked: 30000 });
    assert.deepEqual(wait({}, 'Thu, 26 Nov 2026 12:00:45 GMT'), { ms: 45000, asked: 45000 });
    assert.deepEqual(wait({}, '86400'), { ms: 60000, asked: 60000 });
    assert.deepEqual(wait({}, '1'), { ms: 2000, asked: 1000 }, 'the back-off is longer');
    assert.deepEqual(wait({}, 'Thu, 26 Nov 2026 11:00:00 GMT'), { ms: 2000, asked: 0 }, 'past');
    assert.deepEqual(wait({}, 'soon'), { ms: 2000, asked: 0 });
  });
});

test('Retry-After that makes no sense is none', () => {
  for (const text of [null, undefined, '', 'soon', '-5', '1.5', '1e3', '2026-11-26', 'GMT']) {
    assert.equal(parseRetryAfter(text, NOW), undefined, String(text));
  }
});

test('the error says what the server said', () => {
  const { error } = decide({ status: 413, code: 'file-too-large', error: 'The file is too large' }, SETTINGS);
  assert.deepEqual(error, {
    code: 'upload-rejected',
    message: 'The file is too large',
    details: { status: 413, code: 'file-too-large', error: 'The file is too large' },
  });
  assert.deepEqual(decide({ reason: 'stalled' }, SETTINGS).error?.details, { reason: 'stalled' });
});
