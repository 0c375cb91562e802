/** One try of an upload, against an XMLHttpRequest that does what it is told. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { post } from '../../js/upload/request.js';
import { itemOf } from '../browser/pages/upload-contract.js';
import { createFakeClock } from './upload-fakes.js';

/** @typedef {FakeRequest & Record<string, any>} Request */

class FakeRequest {
  /** @type {any} */ upload = {};
  headers = new Headers();
  aborts = 0;
  status = 0;
  responseText = '';
  /** @type {Record<string, string>} */ answerHeaders = {};
  constructor() {
    requests.push(this);
  }
  /** @param {string} method @param {string} url */
  open(method, url) {
    Object.assign(this, { method, url });
  }
  /** @param {string} name @param {string} value */
  setRequestHeader(name, value) {
    // As Chromium says it.
    if (/[^\w-]/.test(name)) throw new SyntaxError(`'${name}' is not a valid HTTP header field name.`);
    if (/[\0\r\n]|[^\0-\xff]/.test(value)) throw new SyntaxError(`'${value}' is not a valid HTTP header field value.`);
    this.headers.append(name, value); // It combines what comes twice, in whatever case.
  }
  /** @param {string} name */
  getResponseHeader(name) {
    return this.answerHeaders[name] ?? null;
  }
  /** @param {FormData} body */
  send(body) {
    Object.assign(this, { body });
  }
  abort() {
    this.aborts += 1;
  }
  /** @param {number} status @param {any} body @param {Record<string, string>} [headers] */
  answer(status, body, headers = {}) {
    Object.assign(this, { status, responseText: typeof body === 'string' ? body : JSON.stringify(body) });
    this.answerHeaders = headers;
    /** @type {any} */ (this).onload();
  }
}

/** @type {Request[]} */
let requests;
const item = itemOf('a', { metadata: '{"width":1}', interactionId: 'case-7' });
const receipt = { success: true, id: 'a', url: '/a', sha256: item.sha256, annotation: 'queued' };

beforeEach(() => {
  requests = [];
  Object.assign(globalThis, { XMLHttpRequest: FakeRequest });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'XMLHttpRequest');
});

/** @param {object} [options] */
function begin(options) {
  const clock = createFakeClock();
  const controller = new AbortController();
  /** @type {any[]} */
  const told = [];
  /** @type {any} */
  let outcome = 'pending';
  post({
    url: 'https://example.test/upload',
    credentials: 'same-origin',
    item,
    data: new TextEncoder().encode('jpeg').buffer,
    headers: { authorization: 'Bearer x' },
    stallMs: 1000,
    answerMs: 5000,
    signal: controller.signal,
    clock,
    onProgress: (loaded, total) => told.push([loaded, total]),
    onSent: () => told.push('sent'),
    ...options,
  }).then((value) => {
    outcome = value;
  });
  return {
    clock,
    controller,
    told,
    request: requests[0],
    async outcome() {
      await clock.settled();
      return outcome;
    },
  };
}

test('the request is a form with its fields first and the file last, and carries the key', async () => {
  const { request } = begin();
  assert.deepEqual([request.method, request.url], ['POST', 'https://example.test/upload']);
  assert.deepEqual(
    [...request.headers],
    [
      ['authorization', 'Bearer x'],
      ['idempotency-key', 'a'],
    ],
  );
  const entries = [...request.body.entries()];
  assert.deepEqual(
    entries.map(([name]) => name),
    ['interactionId', 'agentId', 'timestamp', 'snapshotId', 'sha256', 'metadata', 'file'],
  );
  assert.deepEqual(
    entries.slice(0, -1).map(([, value]) => value),
    ['case-7', 'ann', item.timestamp, 'a', item.sha256, '{"width":1}'],
  );
  const [, file] = entries[6];
  assert.deepEqual([file.name, file.type, await file.text()], ['a.jpg', 'image/jpeg', 'jpeg']);
});

test('cookies go to another origin only where that is asked for', () => {
  assert.equal(begin({ credentials: 'same-origin' }).request.withCredentials, false);
  requests = [];
  assert.equal(begin({ credentials: 'include' }).request.withCredentials, true);
});

for (const name of ['Idempotency-Key', 'idempotency-key', 'IDEMPOTENCY-KEY']) {
  test(`the key is not the page’s to change: ${name}`, () => {
    const { request } = begin({ headers: { [name]: 'mine' } });
    assert.equal(request.headers.get('Idempotency-Key'), 'a');
  });
}

for (const name of ['Content-Type', 'content-type']) {
  test(`nor is the form’s type, which names its boundary: ${name}`, () => {
    const { request } = begin({ headers: { [name]: 'application/json', authorization: 'Bearer x' } });
    assert.equal(request.headers.get('Content-Type'), null, 'the browser sets it');
    assert.equal(request.headers.get('Authorization'), 'Bearer x');
  });
}

describe('an answer', () => {
  /** @type {[string, number, any, any][]} */
  const cases = [
    ['a receipt', 200, receipt, { status: 200, receipt }],
    ['a receipt for another id', 200, { ...receipt, id: 'b' }, { status: 200, receipt: undefined }],
    ['a receipt for another hash', 200, { ...receipt, sha256: '0'.repeat(64) }, { status: 200, receipt: undefined }],
    ['a receipt without success', 200, { ...receipt, success: undefined }, { status: 200, receipt: undefined }],
    ['success as text', 200, { ...receipt, success: 'true' }, { status: 200, receipt: undefined }],
    ['a portal’s page', 200, '<!doctype html><title>Log in</title>', { status: 200, receipt: undefined }],
    ['nothing', 204, '', { status: 204, receipt: undefined }],
    ['a receipt with more than is flat', 200, { ...receipt, more: { of: [] }, note: null }, { status: 200, receipt }],
    ['null', 200, null, { status: 200, receipt: undefined }],
    ['an array', 200, [], { status: 200, receipt: undefined }],
    [
      'a refusal',
      422,
      { error: 'Not a JPEG', code: 'broken-jpeg' },
      { status: 422, code: 'broken-jpeg', error: 'Not a JPEG', retryAfter: null },
    ],
    [
      'a refusal in another shape',
      422,
      { error: { message: 'No such case', code: 'x' }, code: 7 },
      { status: 422, code: undefined, error: undefined, retryAfter: null },
    ],
    [
      'a refusal whose words have no text',
      422,
      { error: { toString: 'x', valueOf: 1 }, code: { toString: null } },
      { status: 422, code: undefined, error: undefined, retryAfter: null },
    ],
    ['a refusal by a page', 403, '<h1>No</h1>', { status: 403, code: undefined, error: undefined, retryAfter: null }],
    [
      'a receipt with an error status',
      500,
      receipt,
      { status: 500, code: undefined, error: undefined, retryAfter: null },
    ],
  ];
  for (const [name, status, body, expected] of cases) {
    test(name, async () => {
      const { request, outcome } = begin();
      request.answer(status, body);
      assert.deepEqual(await outcome(), expected);
    });
  }

  test('nested so deep that it can be neither copied nor stored is none, or comes without that', async () => {
    const { request, outcome } = begin();
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    request.answer(200, `${JSON.stringify(receipt).slice(0, -1)},"more":${deep},"":${deep}}`);
    assert.deepEqual({ ...receipt, ...(await outcome()).receipt }, receipt);
  });

  test('names its wait, where that may be read', async () => {
    const { request, outcome } = begin();
    request.answer(429, {}, { 'Retry-After': '7' });
    assert.equal((await outcome()).retryAfter, '7');
  });

  test('of endless words is cut short', async () => {
    const { request, outcome } = begin();
    request.answer(400, { error: 'x'.repeat(1e6), code: 'y'.repeat(1e6) });
    const { error, code } = await outcome();
    assert.deepEqual([error, code], ['x'.repeat(300), 'y'.repeat(300)]);
  });
});

describe('an end without an answer', () => {
  test('a broken connection', async () => {
    const { request, outcome } = begin();
    request.onerror();
    assert.deepEqual(await outcome(), { reason: 'network' });
  });

  test('no progress for stallMs, connecting included', async () => {
    const { clock, request, outcome } = begin();
    await clock.advance(999);
    assert.equal(await outcome(), 'pending');
    await clock.advance(1);
    assert.deepEqual(await outcome(), { reason: 'stalled' });
    assert.ok(request.aborts > 0);
  });

  test('slow progress is no stall; a stop is', async () => {
    const { clock, request, told, outcome } = begin();
    for (let loaded = 1; loaded <= 10; loaded += 1) {
      await clock.advance(900);
      request.upload.onprogress({ loaded, total: 100 });
    }
    assert.equal(told.length, 10);
    assert.equal(await outcome(), 'pending');
    await clock.advance(1000);
    assert.deepEqual(await outcome(), { reason: 'stalled' });
  });

  test('no answer for answerMs after the body', async () => {
    const { clock, request, told, outcome } = begin();
    request.upload.onload();
    assert.deepEqual(told, ['sent']);
    await clock.advance(4999);
    assert.equal(await outcome(), 'pending');
    await clock.advance(1);
    assert.deepEqual(await outcome(), { reason: 'unanswered' });
    assert.ok(request.aborts > 0);
  });

  test('an abort', async () => {
    const { controller, request, clock, outcome } = begin();
    controller.abort();
    assert.deepEqual(await outcome(), { reason: 'network' });
    assert.ok(request.aborts > 0);
    await clock.advance(60000);
  });

  test('a header that is none', async () => {
    const { outcome, request } = begin({ headers: { 'not a header': 'x' } });
    assert.deepEqual(await outcome(), {
      reason: 'headers',
      error: 'TypeError: The header cannot be sent',
    });
    assert.equal(request.body, undefined);
  });

  test('a header whose value is none: what it was is not kept', async () => {
    for (const value of ['Bearer s3cret\n', ['s3cret'], { toString: () => 's3cret' }, new String('s3cret')]) {
      const { outcome, request } = begin({ headers: { authorization: value } });
      const { reason, error } = await outcome();
      assert.equal(reason, 'headers');
      assert.match(error, /authorization/);
      assert.doesNotMatch(error, /s3cret/);
      assert.equal(request.body, undefined);
    }
  });

  test('a header whose name is none: a token that came in its place is not kept', async () => {
    for (const headers of [
      { 'Bearer s3cret': 'x' },
      { 'authorization: Bearer s3cret': undefined },
      { 'head.s3cret.signature': 7 },
      { ['s3cret'.repeat(9)]: null },
    ]) {
      const { outcome, request } = begin({ headers });
      const { reason, error } = await outcome();
      assert.equal(reason, 'headers');
      assert.match(error, /^TypeError: The header /);
      assert.doesNotMatch(error, /s3cret/);
      assert.equal(request.body, undefined);
    }
  });

  for (const [value, said] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [7, 'number'],
  ]) {
    test(`a header whose value is ${value}`, async () => {
      const { outcome, request } = begin({ headers: { authorization: value } });
      assert.deepEqual(await outcome(), {
        reason: 'headers',
        error: `TypeError: The header authorization is ${said}`,
      });
      assert.equal(request.body, undefined);
    });
  }

  test('a header whose value has no text', async () => {
    const { outcome, request } = begin({ headers: { authorization: Object.create(null) } });
    assert.equal((await outcome()).reason, 'headers');
    assert.equal(request.body, undefined);
  });
});
