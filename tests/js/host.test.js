/** The page's end of the worker, against a worker that does as it is told: answers, silence, sleep, crash, disposal. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CaptureError } from '../../js/errors.js';
import { version } from '../../js/version.js';
import { createHost } from '../../js/worker/host.js';
import { fromPlainError, PING, PONG, toPlainError } from '../../js/worker/messages.js';
import { createFakeClock } from './fake-clock.js';

/** @type {FakeWorker[]} */
let workers = [];
/** Whose worker it says it is. */
let spoken = version;

class FakeWorker {
  constructor(url, options) {
    Object.assign(this, { url, options, sent: [], isTerminated: false, answersPings: true });
    workers.push(this);
    queueMicrotask(() => this.onmessage({ data: spoken }));
  }
  postMessage(message) {
    this.sent.push(message);
    if (message === PING && this.answersPings) queueMicrotask(() => this.onmessage({ data: PONG }));
    if (message.op === 'load') queueMicrotask(() => this.answer(message.id));
  }
  answer(id, rest = {}) {
    this.onmessage({ data: { id, ...rest } });
  }
  terminate() {
    this.isTerminated = true;
  }
  asked(op) {
    return this.sent.filter((message) => message.op === op);
  }
}

beforeEach(() => {
  workers = [];
  spoken = version;
  globalThis.Worker = /** @type {any} */ (FakeWorker);
});
afterEach(() => {
  delete (/** @type {any} */ (globalThis).Worker);
});

async function connected() {
  const clock = createFakeClock();
  const host = createHost({ engine: {}, worker: 'auto' }, clock);
  const server = await host.server();
  return { clock, host, server, worker: workers[0] };
}

/** @param {Promise<any>} promise */
function watch(promise) {
  const outcome = { value: undefined, error: undefined };
  promise.then(
    (value) => Object.assign(outcome, { value }),
    (error) => Object.assign(outcome, { error }),
  );
  return outcome;
}

test('an answer is its request’s, an error keeps its code, details and causes', async () => {
  const { server, worker } = await connected();
  const [first, second] = [watch(server.call('encode', {})), watch(server.call('preview', {}))];
  const [{ id: a }, { id: b }] = [...worker.asked('encode'), ...worker.asked('preview')];
  worker.answer(b, { value: 'bitmap' });
  const cause = new TypeError('what led to it', { cause: new RangeError('and to that') });
  const error = new CaptureError('out-of-memory', 'full', { details: { width: 9 }, cause });
  worker.answer(a, { error: structuredClone(toPlainError(error)) });
  await new Promise(setImmediate);
  assert.equal(second.value, 'bitmap');
  assert.ok(first.error instanceof CaptureError);
  assert.deepEqual(
    [first.error.code, first.error.message, first.error.details],
    ['out-of-memory', 'full', { width: 9 }],
  );
  assert.deepEqual([first.error.cause.name, first.error.cause.message], ['TypeError', 'what led to it']);
  assert.equal(first.error.cause.cause.message, 'and to that');
});

test('anything that can be thrown crosses as plain data, and comes to an end', () => {
  const endless = new Error('a');
  endless.cause = endless;
  for (const thrown of [
    'text',
    null,
    undefined,
    7,
    { name: 'Odd', message: 5 },
    endless,
    new DOMException('m', 'DataCloneError'),
  ]) {
    const back = fromPlainError(structuredClone(toPlainError(thrown)));
    assert.ok(back instanceof Error && typeof back.message === 'string', String(thrown));
  }
  assert.equal(fromPlainError(toPlainError(new DOMException('m', 'DataCloneError'))).name, 'DataCloneError');
});

test('a long silence is asked about first: a machine that slept or a debugger is no crash', async () => {
  const { clock, server, worker } = await connected();
  const encoding = watch(server.call('encode', {}));
  await clock.advance(9999);
  assert.equal(worker.sent.includes(PING), false);
  await clock.advance(1);
  assert.equal(worker.sent.filter((message) => message === PING).length, 1);
  await clock.advance(9000);
  assert.equal(encoding.error, undefined, 'it lives');
  worker.answer(worker.asked('encode')[0].id, { value: 'done' });
  await clock.advance(60000);
  assert.equal(encoding.value, 'done');
  assert.equal(worker.isTerminated, false);
  assert.equal(clock.timers(), 0, 'nobody listens to one that has nothing to do');
});

test('a worker that does not even answer that is gone: engine-crash for all, and another one takes over', async () => {
  const { clock, host, server, worker } = await connected();
  worker.answersPings = false;
  const calls = [watch(server.call('encode', {})), watch(server.call('open', {}))];
  await clock.advance(14999);
  assert.equal(calls[0].error, undefined);
  await clock.advance(1);
  for (const { error } of calls) assert.equal(error.code, 'engine-crash');
  assert.equal(worker.isTerminated, true);
  await assert.rejects(server.call('encode', {}), { code: 'engine-crash' });
  assert.equal(host.loaded(), undefined);
  const next = await host.server();
  assert.notEqual(next, server);
  assert.equal(host.loaded(), next);
});

test('one that lives but never answers its request has got stuck: it does not hang for ever', async () => {
  const { clock, server, worker } = await connected();
  const stuck = watch(server.call('open', {}));
  await clock.advance(120000);
  assert.equal(stuck.error?.code, 'engine-crash');
  assert.equal(worker.isTerminated, true);
  assert.equal(clock.timers(), 0);
});

test('silence counts from the first request, and each answer begins it anew', async () => {
  const { clock, server, worker } = await connected();
  await clock.advance(3600000);
  for (let i = 0; i < 5; i++) {
    const encoding = watch(server.call('encode', {}));
    await clock.advance(8000);
    worker.answer(worker.asked('encode')[i].id, { value: i });
    await clock.advance(100);
    assert.equal(encoding.value, i);
  }
  assert.equal(worker.sent.includes(PING), false);
});

test('closing: what is pending is disposed of, the worker zeroes its memory, or is ended all the same', async () => {
  for (const obeys of [true, false]) {
    const { clock, host, server, worker } = await connected();
    const pending = watch(server.call('encode', {}));
    host.dispose();
    await clock.settle();
    assert.equal(pending.error.code, 'disposed');
    await assert.rejects(server.call('encode', {}), { code: 'disposed' });
    await assert.rejects(host.server(), { code: 'disposed' });
    assert.equal(worker.asked('dispose').length, 1);
    if (obeys) worker.answer(0);
    else await clock.advance(2000);
    assert.equal(worker.isTerminated, true);
    assert.equal(clock.timers(), 0);
    workers = [];
  }
});

test('a preview that comes after the end is wiped and closed, in the worker and in the page', async () => {
  const image = () => {
    const data = new Uint8ClampedArray(8).fill(77);
    return { data, closed: 0, close: () => shown.push(data[0]) };
  };
  /** @type {number[]} */
  const shown = [];
  const { host, server, worker } = await connected();
  const pending = watch(server.call('preview', /** @type {any} */ ({})));
  host.dispose();
  const [{ id }] = worker.asked('preview');
  worker.answer(id, { value: image() });
  worker.answer(0);
  await new Promise(setImmediate);
  assert.deepEqual([pending.error.code, shown, worker.isTerminated], ['disposed', [0], true]);

  /** @type {(value: any) => void} */
  let answer = () => {};
  const handle = async (op) => (op === 'preview' ? new Promise((resolve) => (answer = resolve)) : undefined);
  const launcher = { locateModules: () => ({}), importWorker: async () => ({ createService: () => ({ handle }) }) };
  const alone = createHost({ engine: {}, worker: false }, createFakeClock(), async () => /** @type {any} */ (launcher));
  const inPage = await alone.server();
  const late = watch(inPage.call('preview', /** @type {any} */ ({})));
  alone.dispose();
  answer(image());
  await new Promise(setImmediate);
  assert.deepEqual([late.error.code, shown], ['disposed', [0, 0]]);
});

test('a script that never comes: engine-load in time, tried anew, and what turns up late is closed', async () => {
  const launcher = /** @type {any} */ (await import('../../js/worker/launch.js'));
  for (const stalls of ['launcher', 'worker', 'page']) {
    const clock = createFakeClock();
    let turnUp = () => {};
    let isStalled = true;
    const pageServices = [];
    const stall = (value) => (isStalled ? new Promise((resolve) => (turnUp = () => resolve(value))) : value);
    const importWorker = async () => ({
      createService: () => {
        const service = { asked: [], handle: async (op) => service.asked.push(op) };
        pageServices.push(service);
        return service;
      },
    });
    const stalling = {
      launcher: async () => stall(launcher),
      worker: async () => ({ ...launcher, launch: async (...args) => stall(await launcher.launch(...args)) }),
      page: async () => ({ ...launcher, importWorker: async () => stall(await importWorker()) }),
    };
    const host = createHost({ engine: {}, worker: stalls === 'page' ? false : 'auto' }, clock, stalling[stalls]);
    const first = watch(host.server());
    await clock.advance(29999);
    assert.equal(first.error, undefined);
    await clock.advance(1);
    assert.equal(first.error?.code, 'engine-load', stalls);
    assert.equal(host.loaded(), undefined);
    isStalled = false;
    const next = await host.server();
    assert.equal(host.loaded(), next);
    turnUp();
    await new Promise(setImmediate);
    await clock.advance(2000);
    assert.equal(host.loaded(), next, 'the late one does not take its place');
    if (stalls === 'page') assert.deepEqual(pageServices[1].asked, ['dispose']);
    else assert.deepEqual(workers.map(({ isTerminated }) => isTerminated).sort(), [false, true]);
    host.dispose();
    await clock.advance(2000);
    const all =
      stalls === 'page'
        ? pageServices.map(({ asked }) => asked.includes('dispose'))
        : workers.map((each) => each.isTerminated);
    assert.deepEqual([...new Set(all)], [true], 'and dispose() still ends the one that serves');
    assert.equal(clock.timers(), 0);
    workers = [];
  }
});

test('an engine is loaded for as long as anybody waits for it, whoever asked first', async () => {
  const launcher = await import('../../js/worker/launch.js');
  for (const slowMs of [50000, 70000]) {
    const clock = createFakeClock();
    /** @returns {Promise<any>} */
    const slow = () => new Promise((resolve) => clock.setTimeout(() => resolve(launcher), slowMs));
    const host = createHost({ engine: {}, worker: 'auto' }, clock, slow);
    const first = watch(host.server());
    await clock.advance(20000);
    const patient = watch(host.server(60000));
    const other = watch(host.server(15000));
    await clock.advance(39999);
    const isThere = slowMs < 60000;
    for (const { value, error } of [first, patient, other])
      assert.deepEqual([Boolean(value), error], [isThere, undefined]);
    await clock.advance(1);
    if (!isThere) assert.match(String(patient.error), /within 60000 ms/);
    host.dispose();
    await clock.advance(20000);
    assert.equal(clock.timers(), 0);
  }
});

test('a worker of another version: engine-load with both, the address and the remedy, and it is ended', async () => {
  const host = createHost({ engine: {}, worker: 'auto', workerUrl: 'https://a.example/w.js?key=1' }, createFakeClock());
  spoken = '0.0.9';
  await assert.rejects(host.server(), {
    code: 'engine-load',
    message: RegExp(`a\\.example/w\\.js… is of version 0\\.0\\.9.*${version}.*npx caseframe copy`),
  });
  assert.ok(workers[0].isTerminated);
});

test('whatever keeps an engine from being found is engine-load, with its cause', async () => {
  const cause = new TypeError('no');
  const launcher = /** @type {any} */ (
    async () => ({
      launch() {
        throw cause;
      },
    })
  );
  const host = createHost({ engine: {}, worker: 'auto' }, createFakeClock(), launcher);
  await assert.rejects(host.server(), { code: 'engine-load', cause });
});
