// The one error class: every code of the contract, each with what an agent can do about it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPTURE_ERROR_CODES, CaptureError, invalidArgument, withoutSecrets } from '../../js/errors.js';

/** Promised to users: a code never changes its name, and none goes away. */
const PROMISED = /** @type {const} */ ([
  'no-source',
  'local-stream',
  'camera-off',
  'no-frame',
  'stale-frame',
  'black-frame',
  'undecoded-frame',
  'uniform-frame',
  'too-small',
  'stream-ended',
  'interaction-ambiguous',
  'interaction-changed',
  'tainted',
  'consent-denied',
  'invalid-argument',
  'engine-load',
  'engine-crash',
  'out-of-memory',
  'aborted',
  'disposed',
  'upload-rejected',
  'upload-failed',
  'agent-mismatch',
  'queue-full',
  'unreliable-pixels',
]);

test('every code that was promised is there, and no other', () => {
  assert.deepEqual([...CAPTURE_ERROR_CODES].sort(), [...PROMISED].sort());
});

for (const code of PROMISED) {
  test(`${code} has a sentence for the agent`, () => {
    const error = new CaptureError(code);
    assert.equal(error.code, code);
    assert.match(error.advice, /^[A-Z].{20,}\.$/);
    assert.equal(error.message, error.advice);
  });
}

test('no two codes give the same advice', () => {
  assert.equal(new Set(PROMISED.map((code) => new CaptureError(code).advice)).size, PROMISED.length);
});

test('it is an Error, with a cause and details', () => {
  const cause = new TypeError('deeper');
  const error = new CaptureError('engine-load', 'could not', { cause, details: { url: '/x' } });
  assert.ok(error instanceof Error);
  assert.ok(error instanceof CaptureError);
  assert.equal(error.name, 'CaptureError');
  assert.equal(String(error), 'CaptureError: could not');
  assert.equal(error.cause, cause);
  assert.deepEqual(error.details, { url: '/x' });
  assert.match(error.stack ?? '', /errors\.test\.js/);
  assert.deepEqual(new CaptureError('aborted').details, {});
});

test('a bad argument is told in one sentence', () => {
  assert.equal(
    invalidArgument('width', 'a positive integer', 0).message,
    'Expected a positive integer for width but received 0 of type number',
  );
  assert.deepEqual(invalidArgument('width', 'a positive integer', 0).details, {
    name: 'width',
    expected: 'a positive integer',
  });
  /** @param {unknown} value */
  const received = (value) => / but received (.*)$/s.exec(invalidArgument('x', 'y', value).message)?.[1];
  assert.equal(received(undefined), 'undefined of type undefined');
  assert.equal(received(null), 'null of type null');
  assert.equal(received(NaN), 'NaN of type number');
  assert.equal(received(7n), '7 of type bigint');
  assert.equal(received('a "b"'), '"a \\"b\\"" of type string');
  assert.equal(received([1]), 'Array of type Array');
  assert.equal(received(new Uint16Array(2)), 'Uint16Array of type Uint16Array');
  assert.equal(received(Symbol('s')), 'Symbol(s) of type symbol');
  assert.equal(
    received(() => {}),
    'a function of type function',
  );
});

test('what came is cut short: it may be somebody’s data', () => {
  const { message } = invalidArgument('id', 'a UUID', 'x'.repeat(1000));
  assert.ok(message.length < 120, message);
});

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const fail = () => {
  throw new Error('unreadable');
};
const UNREADABLE = [revoked, Object.defineProperty({}, Symbol.toStringTag, { get: fail })];
Object.defineProperty(UNREADABLE[1], 'name', { get: fail });

test('what was received is shown without an address’s credentials and query', () => {
  const { message } = invalidArgument('url', 'an http address', 'ftp://user:s3cret@a.example/x?token=abc');
  assert.match(message, /"ftp:\/\/a\.example\/x…"/);
  for (const text of [
    'https://a.example/caseframe@0.1.0/x.wasm',
    'it did not start: do they match? Yes',
    '#12 or "#fff"',
  ]) {
    assert.equal(withoutSecrets(text), text);
  }
  assert.equal(withoutSecrets('No (https://u:p@a.example/b?c=d) “x”'), 'No (https://a.example/b… “x”');
});

test('CaptureError.is goes by name and code, whichever copy of the class made it', async () => {
  const copy = await import(`../../js/errors.js?${Math.random()}`);
  const foreign = new copy.CaptureError('camera-off');
  assert.ok(!(foreign instanceof CaptureError));
  for (const error of [foreign, new CaptureError('no-frame'), structuredClone({ ...foreign, name: foreign.name })]) {
    assert.equal(CaptureError.is(error), true);
  }
  assert.equal(CaptureError.is(structuredClone(foreign)), false, 'a clone of an error has neither name nor code');
  for (const other of [
    undefined,
    null,
    'CaptureError',
    0,
    {},
    new Error('no'),
    { name: 'CaptureError' },
    { code: 'aborted' },
    ...UNREADABLE,
  ]) {
    assert.equal(CaptureError.is(other), false);
  }
});

test('what cannot be read is a bad argument like any other', () => {
  for (const value of UNREADABLE) {
    assert.equal(invalidArgument('a', 'b', value).message, 'Expected b for a but received object of type object');
  }
});
