/** However a capture ends (abort, deadline, dispose, a hook that fails), it ends in time and leaves nothing behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertInTime } from './deadline.js';
import { useLab } from './harness.js';
import { assertScene } from './scene.js';

const { run } = useLab({
  routes: {
    // A server that takes the request and never answers.
    '/dist/wasm/hanging.wasm': () => {},
  },
});

/** @param {any} outcome @param {string} code @param {number} dueMs After the call. */
function assertFailed(outcome, code, dueMs) {
  assert.equal(outcome.code, code, JSON.stringify(outcome).slice(0, 300));
  assertInTime(outcome, dueMs);
}

test('abort, at every stage', async () => {
  const outcomes = await run(async () => {
    const call = await lab.startCall();
    await lab.ramped(call.track, 320);
    const silent = await lab.startCall({ silent: true });
    const capture = lab.createCapture();
    await capture.ready();
    const never = new Promise(() => {});

    /** @param {number} ms */
    const after = (ms) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('enough')), ms);
      return controller.signal;
    };
    const already = new AbortController();
    already.abort();
    const loading = lab.createCapture({ wasmUrl: '/dist/wasm/hanging.wasm' });
    const outcomes = {
      before: await lab.outcome(capture.snapshot(call.stream, { signal: already.signal })),
      consent: await lab.outcome(capture.snapshot(call.stream, { signal: after(100), beforeCapture: () => never })),
      load: await lab.outcome(loading.snapshot(call.stream, { signal: after(100) })),
      wait: await lab.outcome(capture.snapshot(silent.stream, { signal: after(100) })),
      detect: await lab.outcome(capture.snapshot(call.stream, { signal: after(300), detect: () => never })),
    };
    // At whatever stage it is by then.
    const any = [];
    for (let ms = 0; ms < 60; ms += 3)
      any.push(await lab.outcome(capture.snapshot(call.stream, { signal: after(ms) })));
    const good = await lab.outcome(capture.snapshot(call.stream, { signal: new AbortController().signal }));
    loading.dispose();
    capture.dispose();
    call.end();
    silent.end();
    return { outcomes, any, good };
  });
  for (const outcome of Object.values(outcomes.outcomes)) assertFailed(outcome, 'aborted', 300);
  assert.equal(outcomes.outcomes.wait.cause, 'Error: enough');
  for (const outcome of outcomes.any) {
    const { code = 'captured' } = outcome;
    assert.ok(code === 'aborted' || code === 'captured', code);
    if (code === 'aborted') assertInTime(outcome, 60);
  }
  await assertScene(outcomes.good.jpeg);
});

test('the deadline, at every stage', async () => {
  const { load, wait, tiny } = await run(async () => {
    const call = await lab.startCall();
    await lab.ramped(call.track, 320);
    const silent = await lab.startCall({ silent: true });
    const capture = lab.createCapture();
    await capture.ready();
    const loading = lab.createCapture({ wasmUrl: '/dist/wasm/hanging.wasm' });
    const load = await lab.outcome(loading.snapshot(call.stream, { loadTimeoutMs: 300 }));
    const wait = await lab.outcome(capture.snapshot(silent.stream, { timeoutMs: 300 }));
    const tiny = await lab.outcome(capture.snapshot(silent.stream, { timeoutMs: 0.5 }));
    loading.dispose();
    capture.dispose();
    call.end();
    silent.end();
    return { load, wait, tiny };
  });
  assertFailed(load, 'engine-load', 300);
  assertFailed(wait, 'no-frame', 300);
  assertFailed(tiny, 'no-frame', 1);
  assert.ok(wait.ms >= 295);
});

test('dispose, at every stage', async () => {
  const { outcomes, still, later } = await run(async () => {
    const call = await lab.startCall();
    await lab.ramped(call.track, 320);
    const silent = await lab.startCall({ silent: true });
    const never = new Promise(() => {});
    /** @param {(capture: any) => Promise<any>} start */
    const disposed = async (start, ms = 150, options = {}) => {
      const capture = lab.createCapture(options);
      if (!options.wasmUrl) await capture.ready();
      setTimeout(capture.dispose, ms);
      return lab.outcome(start(capture));
    };
    const outcomes = {
      ready: await disposed((capture) => capture.ready(), 100, { wasmUrl: '/dist/wasm/hanging.wasm' }),
      load: await disposed((c) => c.snapshot(call.stream), 100, { wasmUrl: '/dist/wasm/hanging.wasm' }),
      consent: await disposed((capture) => capture.snapshot(call.stream, { beforeCapture: () => never })),
      wait: await disposed((capture) => capture.snapshot(silent.stream)),
      detect: await disposed((capture) => capture.snapshot(call.stream, { detect: () => never })),
    };
    const capture = lab.createCapture();
    const held = await capture.grab(call.stream);
    const encoding = lab.outcome(held.encode());
    capture.dispose();
    capture.dispose();
    const still = [await encoding, await lab.outcome(held.encode()), await lab.outcome(held.preview())];
    const later = [
      await lab.outcome(capture.snapshot(call.stream)),
      await lab.outcome(capture.grab(call.stream)),
      await lab.outcome(capture.ready()),
    ];
    call.end();
    silent.end();
    return { outcomes, still, later };
  });
  for (const outcome of [...Object.values(outcomes), ...still, ...later]) assertFailed(outcome, 'disposed', 150);
});

test('hooks that refuse, fail or answer nonsense', async () => {
  const outcomes = await run(async () => {
    const call = await lab.startCall();
    await lab.ramped(call.track, 320);
    const capture = lab.createCapture();
    const fail = () => {
      throw new Error('hook');
    };
    const take = (options) => lab.outcome(capture.snapshot(call.stream, options));
    const outcomes = {
      refused: await take({ beforeCapture: async () => false }),
      consentFailed: await take({ beforeCapture: fail }),
      detectFailed: await take({ detect: fail }),
      detectRejected: await take({ detect: async () => fail() }),
      nothing: await take({ detect: () => undefined }),
      nonsense: await take({ detect: () => [{ x: 0, y: 0, width: -1, height: 1 }] }),
      fine: await take({ beforeCapture: () => undefined, detect: () => [] }),
    };
    capture.dispose();
    call.end();
    return outcomes;
  });
  assert.equal(outcomes.refused.code, 'consent-denied');
  assert.equal(outcomes.consentFailed.code, 'consent-denied');
  assert.equal(outcomes.consentFailed.cause, 'Error: hook');
  for (const name of ['detectFailed', 'detectRejected', 'nothing', 'nonsense']) {
    assert.equal(outcomes[name].code, 'invalid-argument', name);
  }
  await assertScene(outcomes.fine.jpeg);
});

test('a hundred captures, good and bad, leave nothing behind', async () => {
  const left = await run(
    async () => {
      const call = await lab.startCall();
      await lab.ramped(call.track, 320);
      const capture = lab.createCapture();
      const controller = new AbortController();
      const count = { captured: 0 };
      const waiting = [];
      for (let i = 0; i < 100; i++) {
        const options = [{}, { signal: controller.signal }, { detect: () => [] }, { minWidth: 9999, timeoutMs: 6000 }][
          i % 4
        ];
        const taking = lab
          .outcome(capture.snapshot(call.stream, { timeoutMs: 30000, ...options }))
          .then(({ code = 'captured' }) => {
            count[code] = (count[code] || 0) + 1;
          });
        // What waits for its deadline sees frames meanwhile, and the others come and go beside it.
        if (i % 4 === 3) waiting.push(taking);
        else await taking;
      }
      await Promise.all(waiting);
      const listeners = listening();
      const workers = lab.workers();
      capture.dispose();
      call.end();
      for (let i = 0; i < 60 && lab.workers() > 0; i++) await lab.sleep(50);
      gc();
      await lab.sleep(300);
      return {
        count,
        listeners,
        workers,
        workersAfter: lab.workers(),
        elements: document.querySelectorAll('video').length,
      };
    },
    {
      before: () => {
        // Counts listeners on tracks, streams and signals: adding is known to the page, removing too.
        let count = 0;
        for (const { prototype } of [MediaStreamTrack, MediaStream, AbortSignal]) {
          const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
          prototype.addEventListener = function (...args) {
            count++;
            return add.apply(this, args);
          };
          prototype.removeEventListener = function (...args) {
            count--;
            return remove.apply(this, args);
          };
        }
        window.listening = () => count;
      },
    },
  );
  assert.deepEqual(left.count, { captured: 75, 'too-small': 25 });
  assert.equal(left.listeners, 0);
  assert.equal(left.workers, 1, 'one worker for all');
  assert.equal(left.workersAfter, 0);
  assert.equal(left.elements, 0);
});

test('every wrong argument is named', async () => {
  const table = await run(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 32 });
    canvas.getContext('2d').fillRect(0, 0, 9, 9);
    const stream = canvas.captureStream();
    const audio = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
    const capture = lab.createCapture();
    const table = [];
    const check = async (field, call) => {
      const { code, message } = await lab.outcome((async () => call())());
      table.push({ field, code, message });
    };
    for (const source of [undefined, null, 7, 'video', {}, audio, document.createElement('img')]) {
      await check('source', () => capture.snapshot(source));
      await check('source', () => capture.grab(source));
    }
    const bad = {
      timeoutMs: [0, -1, NaN, Infinity, 1e10, '3000', null],
      loadTimeoutMs: [0, -1, NaN, Infinity, 1e10, '15000', null],
      maxFrameAgeMs: [-1, NaN, Infinity, '1'],
      minWidth: [-1, 1.5, NaN, '640'],
      minHeight: [-1, 1.5, Infinity, null],
      signal: [null, {}, 1, new AbortController()],
      beforeCapture: [true, 'ask', {}],
      detect: [true, ['faces']],
      interactionId: ['', 5, null],
      quality: [-0.1, 1.1, NaN, '0.9'],
      subsampling: ['4:1:1', 420],
      progressive: [1, 'yes'],
      maxWidth: [0, -5, 1.5, '100'],
      maxHeight: [0, NaN],
      redact: [{}, 'all', [null], [{ x: 0, y: 0, width: -1, height: 2 }], [{ x: NaN, y: 0, width: 1, height: 2 }]],
      reject: ['black', ['dark'], ['ok'], [0]],
    };
    for (const [field, values] of Object.entries(bad)) {
      for (const value of values) await check(field, () => capture.snapshot(stream, { [field]: value }));
    }
    for (const value of [7, 'fast', null]) await check('options', () => capture.snapshot(stream, value));
    for (const value of [true, 'always', null]) await check('worker', () => lab.createCapture({ worker: value }));
    for (const value of [5, {}, 'http://']) await check('wasmUrl', () => lab.createCapture({ wasmUrl: value }));
    for (const value of [5, null]) await check('workerUrl', () => lab.createCapture({ workerUrl: value }));
    for (const value of [{}, new ArrayBuffer(8)])
      await check('wasmModule', () => lab.createCapture({ wasmModule: value }));
    for (const value of [7, null]) await check('options', () => lab.createCapture(value));
    for (const value of [undefined, {}, audio]) await check('stream', () => lab.fromMediaStream(value));
    const still = await capture.grab(stream, { reject: [] });
    await check('quality', () => still.encode({ quality: 2 }));
    await check('options', () => still.encode(3));
    await check('maxWidth', () => still.preview({ maxWidth: -1 }));
    await check('options', () => still.preview(3));
    const after = await lab.outcome(capture.snapshot(stream, { reject: [] }));
    capture.dispose();
    return [...table, { field: 'afterwards', code: after.code || 'captured', message: '' }];
  });
  assert.equal(table.pop().code, 'captured');
  for (const { field, code, message } of table) {
    assert.equal(code, 'invalid-argument', `${field}: ${message}`);
    assert.match(message, new RegExp(`^Expected .+ for ${field}\\b.* but received .+ of type .+`));
  }
  assert.ok(table.length > 80);
});
