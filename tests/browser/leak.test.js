/** Five hundred captures, good and bad, on both ways to a frame: nothing grows and nothing stays behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useLab } from './harness.js';

const { run } = useLab();

/** The first fifth finds its level; the rest has to keep it. */
const ROUNDS = 5;
const CAPTURES = 100;

/** What a page's heap may differ by from round to round: a few of V8's caches, no frame (a 640 × 360 one is 900 KB). */
const HEAP_SLACK = 300000;

/** Runs in the page: a round of captures of the call that the page has begun. */
async function playRound(captures) {
  const { call, capture } = globalThis;
  const count = {};
  const take = async (kind) => {
    const controller = new AbortController();
    if (kind === 1) setTimeout(() => controller.abort(), 5);
    const options = [
      { timeoutMs: 30000 },
      { signal: controller.signal },
      { minWidth: 9999, timeoutMs: 3000 },
      { detect: () => [], timeoutMs: 30000 },
    ][kind];
    const { code = 'captured' } = await lab.outcome(capture.snapshot(call.stream, options));
    count[code] = (count[code] || 0) + 1;
  };
  // Those that wait for their deadline see frames all the while, and the others come and go beside them.
  const waiting = Array.from({ length: captures / 10 }, () => take(2));
  for (let i = 0; i < captures; i += 10) await Promise.all([0, 0, 0, 0, 0, 0, 0, 1, 3].map(take));
  await Promise.all(waiting);
  const still = await capture.grab(call.stream);
  (await still.preview()).close();
  still.discard();
  return count;
}

/** Runs in the page. The worker's memories, in bytes. */
async function wasmMemory() {
  const channel = new BroadcastChannel('memory');
  const answer = new Promise((resolve) => {
    channel.onmessage = ({ data }) => resolve(data);
  });
  channel.postMessage('how large?');
  const sizes = await answer;
  channel.close();
  return sizes;
}

test('three thousand captures that are given up: every frame is closed', async () => {
  await run(async () => {
    const call = await lab.startCall();
    await lab.ramped(call.track, 320);
    const capture = lab.createCapture();
    await capture.ready();
    const giveUp = async () => {
      const controller = new AbortController();
      // About the time between two frames: many are given up in the moment in which one comes.
      setTimeout(() => controller.abort(), Math.random() * 45);
      await capture.snapshot(call.stream, { signal: controller.signal }).catch(() => {});
    };
    for (let i = 0; i < 3000; i += 50) {
      await Promise.all(Array.from({ length: 50 }, giveUp));
      gc();
    }
    // Chromium looks every ten seconds for frames that were collected without having been closed.
    await lab.sleep(500);
    gc();
    await lab.sleep(10500);
    capture.dispose();
    call.end();
  });
});

for (const [name, before] of Object.entries({
  'VideoFrame path': () => {},
  'canvas path': () => {
    delete window.VideoFrame;
  },
})) {
  test(`five hundred captures, ${name}`, async () => {
    /** @type {any[]} */
    const rounds = [];
    /** @type {any} */
    let end;
    await run(() => {}, {
      before,
      async prepare(page) {
        const session = await page.context().newCDPSession(page);
        await session.send('Performance.enable');
        const measure = async () => {
          // Twice: what the first one finalises, the second one frees.
          for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
          const { metrics } = await session.send('Performance.getMetrics');
          const { JSHeapUsedSize, Nodes, JSEventListeners } = Object.fromEntries(
            metrics.map(({ name, value }) => [name, value]),
          );
          return { heap: JSHeapUsedSize, nodes: Nodes, listeners: JSEventListeners };
        };
        await page.evaluate(async () => {
          const urls = { made: 0 };
          URL.createObjectURL = () => ++urls.made;
          const call = await lab.startCall();
          await lab.ramped(call.track, 320);
          Object.assign(globalThis, { call, urls });
        });
        const fresh = await measure();
        await page.evaluate(async () => {
          globalThis.capture = lab.createCapture({ workerUrl: '/pages/watched-worker.js' });
          await capture.ready();
        });
        for (let i = 0; i < ROUNDS; i++) {
          const count = await page.evaluate(playRound, CAPTURES);
          const wasm = await page.evaluate(wasmMemory);
          rounds.push({ ...(await measure()), count, wasm });
        }
        const seen = await page.evaluate(() => ({
          tracks: call.stream.getTracks().length,
          workers: lab.workers(),
          videos: document.querySelectorAll('video').length,
        }));
        await page.evaluate(async () => {
          capture.dispose();
          delete globalThis.capture;
          for (let i = 0; i < 60 && lab.workers() > 0; i++) await lab.sleep(50);
        });
        // A player whose element is collected ends on threads of its own, and its nodes are there until then.
        let idle = await measure();
        for (let i = 0; i < 60 && idle.nodes > fresh.nodes; i++) {
          await page.evaluate(() => lab.sleep(250));
          idle = await measure();
        }
        const left = await page.evaluate(() => {
          const received = call.track.readyState;
          call.end();
          return {
            workers: lab.workers(),
            elements: document.querySelectorAll('video, canvas').length,
            objectUrls: urls.made,
            received,
          };
        });
        end = { fresh, seen, idle, left };
      },
    });

    const table = rounds.map(({ heap, nodes, listeners, wasm }, i) => {
      const captured = rounds.slice(0, i + 1).reduce((sum, { count }) => sum + count.captured, 0);
      return { captured, 'JS heap, KB': Math.round(heap / 1000), nodes, listeners, 'WASM, KB': wasm[0] / 1000 };
    });
    console.table(table);
    for (const { count } of rounds) {
      assert.ok(count.captured >= CAPTURES * 0.8, JSON.stringify(count));
      assert.equal(count['too-small'], CAPTURES / 10);
      const codes = Object.keys(count).filter((code) => !['captured', 'too-small', 'aborted'].includes(code));
      assert.deepEqual(codes, []);
    }
    const [first, ...later] = rounds;
    for (const { heap, nodes, listeners, wasm } of later) {
      assert.ok(heap - first.heap < HEAP_SLACK, `the heap grew by ${heap - first.heap} bytes`);
      assert.deepEqual(wasm, first.wasm, 'one memory that does not grow');
      assert.ok(nodes <= first.nodes, `${nodes} nodes, there were ${first.nodes}`);
      assert.ok(listeners <= first.listeners, `${listeners} listeners, there were ${first.listeners}`);
    }
    assert.equal(end.seen.workers, 1);
    assert.equal(end.seen.tracks, 1);
    assert.ok(end.seen.videos <= 1, 'one hidden video for all captures of a track');
    for (const counter of ['nodes', 'listeners']) {
      assert.ok(end.idle[counter] <= end.fresh[counter], `${counter}: ${end.idle[counter]}, not ${end.fresh[counter]}`);
    }
    assert.deepEqual(end.left, { workers: 0, elements: 0, objectUrls: 0, received: 'live' });
  });
}
