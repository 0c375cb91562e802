/** Where the work is done: in a worker, in the page where there is none, and by somebody new after a crash. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertInTime } from './deadline.js';
import { STRICT_CSP, useLab } from './harness.js';
import { assertScene } from './scene.js';

let wasmAnswers = 0;
const wasm = () => readFile(new URL('../../dist/wasm/caseframe.baseline.wasm', import.meta.url));
const { run } = useLab({
  routes: {
    '/old-worker.js': (_request, response) => {
      response.setHeader('Content-Type', 'text/javascript');
      response.end("postMessage('0.0.9');");
    },
    '/wasm/page.wasm': (_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>Not found</title>');
    },
    '/wasm/mistyped.wasm': async (_request, response) => {
      response.setHeader('Content-Type', 'text/plain');
      response.end(await wasm());
    },
    '/wasm/second-time.wasm': async (_request, response) => {
      if (++wasmAnswers === 1) return response.writeHead(503).end();
      response.setHeader('Content-Type', 'application/wasm');
      response.end(await wasm());
    },
  },
});

/** In the page: one capture of a call that has begun, as a browser without workers, or without modules, would do it. */
async function captureOnce({ options, missing } = {}) {
  const call = await lab.startCall();
  await lab.ramped(call.track, 320);
  const { Worker } = window;
  if (missing === 'workers') delete window.Worker;
  if (missing === 'module workers') {
    // What Firefox before 114 and Safari before 15 do: they do not look at the type.
    window.Worker = new Proxy(Worker, { construct: (Native, [url]) => new Native(url) });
  }
  const capture = lab.createCapture(options);
  const shot = await lab.outcome(capture.snapshot(call.stream));
  const workers = lab.workers();
  capture.dispose();
  call.end();
  return { ...shot, workers };
}

test('in a worker', async () => {
  const shot = await run(captureOnce);
  await assertScene(shot.jpeg);
  assert.equal(shot.workers, 1);
});

for (const [name, argument] of Object.entries({
  'worker: false': { options: { worker: false } },
  'no workers': { missing: 'workers' },
  'workers that know no modules': { missing: 'module workers' },
  'a worker that is not there': { options: { workerUrl: '/dist/worker/missing.js' } },
  'a worker of another origin': { options: { workerUrl: 'http://localhost:1/worker.js' } },
})) {
  test(`in the page: ${name}`, async () => {
    const shot = await run(captureOnce, { argument });
    assert.equal(shot.code, undefined, shot.message);
    await assertScene(shot.jpeg);
    assert.equal(shot.workers, 0);
    assert.ok(shot.timings.mainThread >= shot.timings.engine, 'and says what that costs the page');
  });
}

test('workers that the page’s policy forbids: in the page', async () => {
  const shot = await run(
    async () => {
      // A call's clock is a worker too.
      const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
      (await import('/pages/call.js')).paintScene(canvas.getContext('2d'), 640, 360, 1);
      const capture = lab.createCapture();
      const shot = await lab.outcome(capture.snapshot(canvas.captureStream()));
      capture.dispose();
      return shot;
    },
    {
      path: `/?csp=${encodeURIComponent(STRICT_CSP.replace("worker-src 'self'", "worker-src 'none'"))}`,
      expected: /worker/,
    },
  );
  assert.equal(shot.code, undefined, shot.message);
  await assertScene(shot.jpeg);
});

for (const [name, answer] of Object.entries({
  'is not there': { status: 404, contentType: 'text/html', body: '<!doctype html>' },
  'is a page': { contentType: 'text/html', body: '<!doctype html>' },
  'is broken': { contentType: 'text/javascript', body: '<html>' },
  'is empty': { contentType: 'text/javascript', body: '' },
})) {
  test(`a worker’s script that ${name}, for the page neither: engine-load with its address, and no word of the page’s work`, async () => {
    const shot = await run(captureOnce, {
      prepare: (page) => page.route('**/worker/worker.js', (route) => route.fulfill(answer)),
      expected: /404|MIME type/,
    });
    assert.equal(shot.code, 'engine-load', shot.message);
    assert.match(shot.message, /Could not load http.*\/worker\.js/);
  });
}

test('a worker of another version: engine-load with both', async () => {
  const shot = await run(captureOnce, {
    argument: { options: { workerUrl: '/old-worker.js' } },
  });
  assert.equal(shot.code, 'engine-load', shot.message);
  assert.match(shot.message, /\/old-worker\.js is of version 0\.0\.9.*npx caseframe copy/);
});

test('a module that is hosted or compiled elsewhere', async () => {
  const shots = await run(async () => {
    const call = await lab.startCall();
    await lab.ramped(call.track, 320);
    const wasmModule = await WebAssembly.compileStreaming(fetch('/dist/wasm/caseframe.baseline.wasm'));
    const shots = [];
    for (const options of [
      { wasmUrl: '/dist/wasm/' },
      { wasmUrl: new URL('/dist/wasm/caseframe.baseline.wasm', location.href) },
      { wasmUrl: 'wasm/mistyped.wasm' },
      { wasmModule },
      { wasmModule, worker: false },
      { workerUrl: '/dist/worker/worker.js' },
    ]) {
      const capture = lab.createCapture(options);
      shots.push(await lab.outcome(capture.snapshot(call.stream)));
      capture.dispose();
    }
    call.end();
    return shots;
  });
  for (const shot of shots) {
    assert.equal(shot.code, undefined, shot.message);
    await assertScene(shot.jpeg);
  }
});

test('an engine that does not load says how to mend it, and loads once that is done', async () => {
  wasmAnswers = 0;
  const { missing, page, inPage, first, second } = await run(async () => {
    const call = await lab.startCall();
    await lab.ramped(call.track, 320);
    const once = async (options) => {
      const capture = lab.createCapture(options);
      const outcome = await lab.outcome(capture.snapshot(call.stream));
      capture.dispose();
      return outcome;
    };
    const missing = await once({ wasmUrl: '/wasm/missing.wasm' });
    const page = await once({ wasmUrl: '/wasm/page.wasm' });
    const inPage = await once({ wasmUrl: '/wasm/missing.wasm', worker: false });
    const capture = lab.createCapture({ wasmUrl: '/wasm/second-time.wasm' });
    const first = await lab.outcome(capture.ready());
    const second = await lab.outcome(capture.snapshot(call.stream));
    capture.dispose();
    call.end();
    return { missing, page, inPage, first, second };
  });
  for (const outcome of [missing, page, inPage, first]) assert.equal(outcome.code, 'engine-load', outcome.message);
  assert.match(missing.message, /404.*wasmUrl/s);
  assert.match(page.message, /text\/html.*application\/wasm/s);
  await assertScene(second.jpeg);
});

test('a policy without wasm-unsafe-eval: engine-load names it', async () => {
  for (const worker of ['auto', false]) {
    const outcome = await run(captureOnce, {
      path: `/?csp=${encodeURIComponent(STRICT_CSP.replace(" 'wasm-unsafe-eval'", ''))}`,
      argument: { options: { worker } },
      expected: /wasm|WebAssembly/,
    });
    // The worker's own policy is its own response's: this server sends none with it.
    if (worker === 'auto') await assertScene(outcome.jpeg);
    else {
      assert.equal(outcome.code, 'engine-load');
      assert.match(outcome.message, /wasm-unsafe-eval/);
    }
  }
});

/** @param {import('playwright-core').Page} page Lets the page run code inside its worker. */
async function exposeWorker(page) {
  await page.exposeFunction('inWorker', (code) =>
    page
      .workers()
      .find((worker) => worker.url().includes('/dist/'))
      .evaluate(code),
  );
}

test('a worker that crashes: engine-crash for all it held, and the next capture works', async () => {
  const { pending, still, next } = await run(
    async () => {
      const call = await lab.startCall();
      await lab.ramped(call.track, 320);
      const capture = lab.createCapture();
      const held = await capture.grab(call.stream);
      await inWorker("self.onmessage = () => { throw new Error('crashed on purpose'); }");
      const pending = await Promise.all([
        lab.outcome(held.encode()),
        lab.outcome(held.preview()),
        lab.outcome(capture.snapshot(call.stream)),
      ]);
      const still = await lab.outcome(held.encode());
      const next = await lab.outcome(capture.snapshot(call.stream));
      capture.dispose();
      call.end();
      return { pending, still, next };
    },
    { prepare: exposeWorker },
  );
  assert.deepEqual(pending.map(({ code }) => code || 'served').slice(0, 2), ['engine-crash', 'engine-crash']);
  assert.match(pending[0].message, /crashed on purpose/);
  // Its frame may have come after the crash was noticed.
  assert.ok(pending[2].code === 'engine-crash' || pending[2].jpeg);
  assert.equal(still.code, 'engine-crash');
  await assertScene(next.jpeg);
});

test('a worker that dies without a word: engine-crash once it has been asked and does not answer, and the next capture works', async () => {
  const { lost, next } = await run(
    async () => {
      const call = await lab.startCall();
      await lab.ramped(call.track, 320);
      const capture = lab.createCapture();
      await capture.ready();
      await inWorker('self.close()');
      const lost = await lab.outcome(capture.snapshot(call.stream));
      const next = await lab.outcome(capture.snapshot(call.stream));
      capture.dispose();
      call.end();
      return { lost, next };
    },
    // The frame that was on its way to the dead.
    { prepare: exposeWorker, expected: /garbage collected/ },
  );
  assert.equal(lost.code, 'engine-crash');
  // Ten seconds of silence, and five to answer whether it lives.
  assertInTime(lost, 15000);
  await assertScene(next.jpeg);
});

test('no memory left at 8K: out-of-memory, and what was discarded can be used again', async () => {
  const { stills, full, next } = await run(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 7680, height: 4320 });
    (await import('/pages/call.js')).paintScene(canvas.getContext('2d'), 7680, 4320, 1);
    const stream = canvas.captureStream();
    const capture = lab.createCapture();
    const stills = [];
    let full;
    while (!full && stills.length < 40) {
      try {
        stills.push(await capture.grab(stream, { timeoutMs: 10000 }));
      } catch ({ code }) {
        full = code;
      }
    }
    for (const still of stills) still.discard();
    const next = await lab.outcome(capture.snapshot(stream, { maxWidth: 640, timeoutMs: 10000 }));
    capture.dispose();
    return { stills: stills.length, full, next };
  });
  // An 8K frame takes 133 MB of the gigabyte that the module may have.
  assert.ok(stills >= 4 && stills <= 8, `${stills} stills`);
  assert.equal(full, 'out-of-memory');
  await assertScene(next.jpeg);
});
