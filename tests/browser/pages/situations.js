/**
 * Everything that can happen to a call, each as a function that plays it and answers with what the capture came to.
 * Read by the pages that play them and by the tests that judge them.
 */

/**
 * @typedef {object} Situation
 * @property {string} title A row of the table in docs/calls.md.
 * @property {string | Record<string, string | string[]>} expected 'captured' or an error's code; by browser where they
 *   differ, and several where the browser leaves it to chance.
 * @property {(stage: any) => Promise<any>} play
 * @property {Record<string, string>} [better] By browser: what it may come to as well where the picture alone is the
 *   proof, and should: whether a repeat looks the same at 32 × 18 pixels is chance.
 * @property {Record<string, string>} [notes] By browser: why it comes to something else there.
 * @property {Record<string, string>} [cannot] By browser: why it cannot be played there.
 * @property {{ csp?: string, without?: string[], atOnce?: number }} [page] What it needs of its page, if that is
 *   special.
 * @property {boolean} [refusesToPlay] To be played by a browser that does.
 * @property {string[]} [needs] What the customer's side needs, and may not be taken from the page.
 * @property {boolean} [everyPath] To be played on each of the ways to a frame as well.
 */

const NO_NETWORK = 'no RTCPeerConnection in this browser';
const REPEATS = 'its sender repeats the last picture once a second, newly encoded';
const NEEDS_NO_ELEMENT = 'the track is read without an element';
const NO_HISTORY = 'a canvas does not tell whether it has ever been painted';
const QUEUES = 'without a network, what is painted while its window is minimised queues up and is shown seconds late';
const NO_TURN = 'a page of this browser cannot send turned frames';

/** Fonts, styles and images stay forbidden; media and frames are what the situation is about. */
const MEDIA =
  "media-src 'self' http://localhost:*; frame-src 'self'; default-src 'none'; connect-src 'self'; worker-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const NO_WASM = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'";

/** For captures that are to see frames until their deadline: longer than a busy machine stands still. */
const WATCHING = { timeoutMs: 6000 };

/** The same, of which each frame is to be looked at, however late it comes. */
const LOOKING = { ...WATCHING, maxFrameAgeMs: WATCHING.timeoutMs };

/** For captures that see no frame any more, with an engine that is loaded. */
const NOTHING_COMES = { timeoutMs: 700 };

/** For captures that load an engine of their own, on a busy machine. */
const LOADING = { timeoutMs: 20000 };

/** WebKit compiles first and refuses later, when the module is started. */
const NAMES_THE_POLICY = /wasm-unsafe-eval/;

/** @type {Situation[]} */
export const situations = [
  {
    title: 'A live call',
    expected: 'captured',
    everyPath: true,
    async play(stage) {
      const shot = await stage.take(await stage.call());
      const { frame, timings } = shot.code ? { frame: { ageMs: 0 }, timings: { wait: 0 } } : shot;
      // A page's clock has steps of a millisecond.
      stage.expect(
        frame.ageMs <= timings.wait + 1,
        `${frame.ageMs} ms old after ${timings.wait}: from before the call`,
      );
      return shot;
    },
  },
  {
    title: 'A live call that was made ready',
    expected: 'captured',
    everyPath: true,
    async play(stage) {
      const call = await stage.call();
      await stage.capture().ready(call.stream);
      await stage.sleep(500);
      const shot = await stage.take(call);
      await call.silence();
      await stage.hasStopped(call);
      const frozen = await stage.take(call, NOTHING_COMES);
      stage.expect(frozen.code === 'stale-frame', `frozen: ${frozen.code}: ${frozen.message}`);
      return shot;
    },
  },
  {
    title: 'The sharpest of a live call: while the engine loads, afterwards, and made ready',
    expected: 'captured',
    everyPath: true,
    async play(stage) {
      const call = await stage.call();
      const take = async () => {
        const shot = await stage.take(call, { ...LOADING, select: 'sharpest' });
        const { count, taken } = shot.frame?.candidates || {};
        stage.expect(shot.code || (taken < count && count <= 8), `${taken} of ${count}`);
        return shot;
      };
      const shots = [await take(), await take()];
      await stage.capture().ready(call.stream);
      shots.push(await take());
      return shots.find(({ code }) => code) || shots[2];
    },
  },
  {
    title: 'Ten captures at once',
    expected: 'captured',
    async play(stage) {
      const call = await stage.call();
      const shots = await Promise.all(Array.from({ length: 10 }, () => stage.take(call, { timeoutMs: 10000 })));
      stage.expect(new Set(shots.map(({ id }) => id)).size === 10, 'ten snapshots');
      return shots.find(({ code }) => code) || shots[9];
    },
  },
  {
    title: 'A portrait picture',
    expected: 'captured',
    async play(stage) {
      const shot = await stage.take(await stage.call({ width: 360, height: 640 }));
      stage.expect(shot.height > shot.width, `${shot.width} × ${shot.height}`);
      return shot;
    },
  },
  {
    title: 'A phone held upright that sends its picture lying, with the turn noted beside it',
    expected: 'captured',
    everyPath: true,
    needs: ['VideoFrame'],
    cannot: { Firefox: NO_TURN, WebKitGTK: NO_TURN },
    async play(stage) {
      const shot = await stage.take(await stage.call({ width: 360, height: 640, turned: 90 }));
      stage.expect(shot.height > shot.width, `${shot.width} × ${shot.height}`);
      return shot;
    },
  },
  {
    title: 'The first frames are small, `minWidth` is given',
    expected: 'captured',
    async play(stage) {
      const call = await stage.call({ width: 320, height: 180, arrives: false });
      setTimeout(() => call.sending.resize(640, 360), 500);
      const shot = await stage.take(call, { minWidth: 400, minHeight: 200, timeoutMs: 20000 });
      stage.expect(shot.width >= 400, `${shot.width} wide`);
      return shot;
    },
  },
  {
    title: 'The picture never gets as large as `minWidth`',
    expected: 'too-small',
    everyPath: true,
    async play(stage) {
      const outcome = await stage.take(await stage.call(), { minWidth: 1920, ...LOOKING });
      const { width, minWidth } = outcome.details;
      stage.expect(width >= 160 && width <= 640 && minWidth === 1920, 'details say what was seen');
      return outcome;
    },
  },
  {
    title: 'The resolution changes all the time',
    expected: 'captured',
    everyPath: true,
    async play(stage) {
      const call = await stage.call();
      let turns = 0;
      const timer = setInterval(() => call.sending.resize(...(turns++ % 2 ? [640, 360] : [360, 640])), 150);
      const shots = [];
      for (let i = 0; i < 6; i++) shots.push(await stage.take(call));
      clearInterval(timer);
      for (const { width, height, frame } of shots.filter(({ code }) => !code)) {
        stage.expect(width === frame.sourceWidth && height === frame.sourceHeight, 'the file has the frame’s size');
      }
      return shots.find(({ code }) => code) || shots[5];
    },
  },
  {
    title: 'Another source on the same track',
    expected: 'captured',
    cannot: { WebKitGTK: NO_NETWORK },
    async play(stage) {
      const call = await stage.call();
      const before = await stage.take(call);
      stage.expect(!before.code, `${before.code}: ${before.message}`);
      const other = stage.createSender(400, 400, { from: 40000 });
      await call.switchTo(other);
      await stage.sees(call, ({ video }) => video.videoWidth === video.videoHeight);
      const shot = await stage.take(call, {}, { counter: other.counter });
      other.stop();
      stage.expect(shot.width === shot.height, `${shot.width} × ${shot.height} is the old source`);
      return shot;
    },
  },
  {
    title: 'Camera off, the sender’s `track.enabled = false`',
    expected: 'black-frame',
    everyPath: true,
    async play(stage) {
      const call = await stage.call();
      call.cameraOff();
      await stage.sees(call, (witness) => witness.shows([0, 0, 0]));
      const outcome = await stage.take(call, LOOKING);
      stage.expect(outcome.details?.report?.verdict === 'black', `details say so: ${JSON.stringify(outcome.details)}`);
      return outcome;
    },
  },
  {
    title: 'The track is disabled on this page',
    expected: 'camera-off',
    async play(stage) {
      const call = await stage.call();
      const before = await stage.take(call);
      stage.expect(!before.code, `${before.code}: ${before.message}`);
      call.track.enabled = false;
      await stage.sleep(200);
      return stage.take(call, { timeoutMs: 600 });
    },
  },
  {
    title: 'Camera off, the sender’s `replaceTrack(null)`',
    expected: { Chromium: 'stale-frame', Firefox: 'the old picture', WebKitGTK: 'stale-frame' },
    better: { Firefox: 'stale-frame' },
    notes: { Firefox: REPEATS },
    everyPath: true,
    async play(stage) {
      const call = await stage.call();
      const before = await stage.take(call);
      stage.expect(!before.code, `${before.code}: ${before.message}`);
      await call.freeze();
      await stage.hasStopped(call);
      // Longer than the time between two of Firefox's repeats.
      const outcome = await stage.take(call, WATCHING);
      await call.resume();
      const back = await stage.take(call, { timeoutMs: 10000 });
      stage.expect(!back.code, `camera on again: ${back.code}: ${back.message}`);
      return outcome;
    },
  },
  {
    title: 'The sender goes silent',
    expected: 'stale-frame',
    everyPath: true,
    async play(stage) {
      const call = await stage.call();
      const before = await stage.take(call);
      stage.expect(!before.code, `${before.code}: ${before.message}`);
      await call.silence();
      await stage.hasStopped(call);
      return stage.take(call, NOTHING_COMES);
    },
  },
  {
    title: 'The same, first looked at when the picture already stood still',
    expected: { Chromium: 'stale-frame', Firefox: 'stale-frame', WebKitGTK: 'no-frame' },
    notes: { WebKitGTK: NO_HISTORY },
    async play(stage) {
      const call = await stage.call();
      await call.silence();
      await stage.hasStopped(call);
      return stage.take(call, NOTHING_COMES);
    },
  },
  {
    title: 'Renegotiated inactive',
    expected: 'stale-frame',
    cannot: { WebKitGTK: NO_NETWORK },
    async play(stage) {
      const call = await stage.call();
      const before = await stage.take(call);
      stage.expect(!before.code, `${before.code}: ${before.message}`);
      await call.setInactive();
      await stage.hasStopped(call);
      const empty = await stage.take(call, NOTHING_COMES);
      stage.expect(empty.code === 'no-source', `the stream has lost its track: ${empty.code}`);
      return stage.take(call.track, NOTHING_COMES);
    },
  },
  {
    title: 'The connection was closed before',
    expected: 'stream-ended',
    async play(stage) {
      const call = await stage.call();
      call.hangUp();
      const outcome = await stage.take(call, { timeoutMs: 30000 });
      stage.expect(outcome.ms < 10000, `told after ${outcome.ms} ms`);
      return outcome;
    },
  },
  {
    title: 'The call ends during the wait',
    expected: 'stream-ended',
    everyPath: true,
    async play(stage) {
      const call = await stage.call();
      setTimeout(() => call.hangUp(), 300);
      const outcome = await stage.take(call, { minWidth: 9999, timeoutMs: 30000 });
      stage.expect(outcome.ms < 10000, `told after ${outcome.ms} ms`);
      return outcome;
    },
  },
  {
    title: 'A stream without video',
    expected: 'no-source',
    play: (stage) => stage.take(new MediaStream(), { timeoutMs: 0.5 }),
  },
  {
    title: 'Nothing has arrived yet',
    expected: 'no-frame',
    everyPath: true,
    cannot: { WebKitGTK: NO_NETWORK },
    async play(stage) {
      const call = await stage.call({ arrives: false, silent: true });
      return stage.take(call, { timeoutMs: 600 });
    },
  },
  {
    title: 'The agent’s own camera by mistake',
    expected: 'local-stream',
    async play(stage) {
      const camera = await navigator.mediaDevices.getUserMedia({ video: true });
      const outcome = await stage.take(camera, { timeoutMs: 600 });
      for (const track of camera.getTracks()) track.stop();
      return outcome;
    },
  },
  {
    title: 'A hidden tab',
    expected: 'captured',
    everyPath: true,
    cannot: { WebKitGTK: QUEUES },
    page: { atOnce: 1 },
    async play(stage) {
      const call = await stage.call();
      const before = await stage.take(call);
      stage.expect(!before.code, `${before.code}: ${before.message}`);
      await stage.hide();
      await stage.beats(call, 45);
      const shot = await stage.take(call, { timeoutMs: 6000 });
      await call.silence();
      await stage.hasStopped(call);
      const frozen = await stage.take(call, { timeoutMs: 2500 });
      stage.expect(frozen.code === 'stale-frame', `frozen: ${frozen.code}: ${frozen.message}`);
      return shot;
    },
  },
  {
    title: 'The page’s own element is paused',
    expected: 'captured',
    everyPath: true,
    async play(stage) {
      const call = await stage.call();
      const video = await stage.play({ srcObject: call.stream });
      video.pause();
      await stage.sleep(500);
      return stage.take(video, {}, { counter: call.counter });
    },
  },
  {
    title: 'The page’s own element was removed',
    expected: 'captured',
    async play(stage) {
      const call = await stage.call();
      const video = await stage.play({ srcObject: call.stream });
      video.remove();
      await stage.sleep(500);
      return stage.take(video, {}, { counter: call.counter });
    },
  },
  {
    title: 'The browser refuses to play video',
    expected: { Chromium: 'captured', Firefox: 'no-frame', WebKitGTK: ['captured', 'no-frame'] },
    notes: { Chromium: NEEDS_NO_ELEMENT, WebKitGTK: 'some of its elements start streams all the same' },
    refusesToPlay: true,
    async play(stage) {
      const outcome = await stage.take(await stage.call(), WATCHING);
      stage.expect(!outcome.code || outcome.details.paused, 'details say that it is paused');
      return outcome;
    },
  },
  {
    title: 'A file that plays',
    expected: 'captured',
    page: { csp: MEDIA },
    async play(stage) {
      const shot = await stage.take(await stage.play({ src: '/clip.webm' }));
      return { ...shot, tolerance: 40 }; // browsers do not agree on the colours of a file that says nothing of them
    },
  },
  {
    title: 'A file that is paused',
    expected: 'stale-frame',
    page: { csp: MEDIA },
    async play(stage) {
      const video = await stage.play({ src: '/clip.webm' });
      video.pause();
      await stage.sleep(300);
      return stage.take(video, { timeoutMs: 600 });
    },
  },
  {
    title: 'A file of another origin, without CORS',
    expected: 'tainted',
    page: { csp: MEDIA },
    async play(stage) {
      const src = `${location.origin.replace('127.0.0.1', 'localhost')}/clip.webm`;
      return stage.take(await stage.play({ src }));
    },
  },
  {
    title: 'A call in a frame of the page that was removed',
    expected: 'stream-ended',
    page: { csp: MEDIA },
    async play(stage) {
      const frame = document.createElement('iframe');
      const loaded = new Promise((resolve) => {
        frame.onload = resolve;
      });
      frame.src = '/?script=/pages/call-of-frame.js';
      document.body.append(frame);
      await loaded;
      const call = await frame.contentWindow.started;
      const alive = await stage.take(call, { timeoutMs: 15000 });
      stage.expect(!alive.code, `${alive.code}: ${alive.message}`);
      frame.remove();
      return stage.take(call.stream, { timeoutMs: 5000 });
    },
  },
  {
    title: 'Aborted by its signal',
    expected: 'aborted',
    async play(stage) {
      const call = await stage.call();
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 200);
      const outcome = await stage.take(call, { signal: controller.signal, minWidth: 9999, timeoutMs: 30000 });
      stage.expect(outcome.ms < 10000, `told after ${outcome.ms} ms`);
      return outcome;
    },
  },
  {
    title: 'Disposed in the middle',
    expected: 'disposed',
    async play(stage) {
      const call = await stage.call();
      const capture = stage.capture({});
      const shots = [stage.take(call, { minWidth: 9999, timeoutMs: 30000 }, { capture })];
      const still = await capture.grab(call.stream, LOADING);
      for (let i = 0; i < 5; i++) shots.push(stage.take(call, {}, { capture }));
      const encoding = stage.outcome(still.encode());
      capture.dispose();
      const outcomes = [...(await Promise.all(shots)), await encoding, await stage.outcome(still.preview())];
      const codes = outcomes.map(({ code }) => code);
      stage.expect(
        codes.every((code) => code === 'disposed'),
        `${codes}`,
      );
      return outcomes[0];
    },
  },
  {
    title: 'A worker that never loads',
    expected: 'captured',
    async play(stage) {
      const capture = stage.capture({ workerUrl: '/dist/worker/missing.js' });
      const shot = await stage.take(await stage.call(), LOADING, { capture });
      stage.expect(shot.timings?.mainThread >= shot.timings?.engine, 'the page did the work');
      return shot;
    },
  },
  {
    title: 'A worker that crashes',
    expected: 'engine-crash',
    async play(stage) {
      const call = await stage.call();
      const capture = stage.capture({ workerUrl: '/pages/worker-that-crashes.js' });
      const still = await capture.grab(call.stream, LOADING);
      const string = new BroadcastChannel('crash');
      const before = stage.crashes();
      string.postMessage('pull');
      await stage.until(call, () => stage.crashes() > before, 'the worker has crashed');
      string.close();
      const outcome = await stage.outcome(still.encode());
      const next = await stage.take(call, LOADING, { capture });
      stage.expect(!next.code, `the next capture: ${next.code}: ${next.message}`);
      return outcome;
    },
  },
  {
    title: 'The module is not there (404)',
    expected: 'engine-load',
    async play(stage) {
      const outcome = await stage.take(await stage.call(), LOADING, {
        capture: stage.capture({ wasmUrl: '/missing.wasm' }),
      });
      stage.expect(/404.*wasmUrl/.test(outcome.message), outcome.message);
      return outcome;
    },
  },
  {
    title: 'A page is served instead of the module',
    expected: 'engine-load',
    async play(stage) {
      const outcome = await stage.take(await stage.call(), LOADING, {
        capture: stage.capture({ wasmUrl: '/page.wasm' }),
      });
      stage.expect(/text\/html.*application\/wasm/.test(outcome.message), outcome.message);
      return outcome;
    },
  },
  {
    title: 'The page’s policy forbids WebAssembly',
    expected: 'engine-load',
    page: { csp: NO_WASM },
    async play(stage) {
      const outcome = await stage.take(await stage.call(), LOADING, { capture: stage.capture({ worker: false }) });
      stage.expect(NAMES_THE_POLICY.test(outcome.message), `${outcome.message}: ${outcome.cause}`);
      return outcome;
    },
  },
  {
    title: 'The worker’s policy forbids WebAssembly',
    expected: 'engine-load',
    async play(stage) {
      const capture = stage.capture({ workerUrl: '/dist/worker/strict.js' });
      const outcome = await stage.take(await stage.call(), LOADING, { capture });
      stage.expect(NAMES_THE_POLICY.test(outcome.message), `${outcome.message}: ${outcome.cause}`);
      return outcome;
    },
  },
];
