/**
 * A call without a browser: tracks, frames, a source, and a worker with a clock of its own, all driven by a fake clock.
 * Frames carry the truth about themselves, so that a snapshot can be held against it.
 */

import { TEXT_KINDS, VERDICTS } from '../../js/engine/border.js';
import { CaptureError } from '../../js/errors.js';
import { createLatestFrames } from '../../js/frames/latest-frame.js';

/**
 * What a frame really shows.
 * @typedef {object} Truth
 * @property {string} participantId
 * @property {string} interactionId
 * @property {'ok' | 'black' | 'undecoded' | 'uniform'} verdict
 * @property {number} width
 * @property {number} [takenWidth] Of the pixels that are read, where the element has gone on meanwhile.
 * @property {Promise<boolean>} [isWhole] Told after its pixels were read.
 * @property {number} height
 * @property {number} presentedAt
 * @property {number} [sharpness] As the core would have it.
 * @property {number} number Which of the frames that were sent it is.
 */

/** A track that nothing but a test knows. @returns {any} */
export function createTrack() {
  return { readyState: 'live', enabled: true, muted: false, getSettings: () => ({}) };
}

/** Every frame that exists, so that none is left open and none is closed twice. */
export function createFrameLedger() {
  let open = 0;
  let closedTwice = 0;
  let most = 0;
  return {
    /** A VideoFrame as far as the package looks at one. @param {Truth} truth @returns {any} */
    create(truth) {
      open++;
      most = Math.max(most, open);
      let closed = false;
      return {
        truth,
        displayWidth: truth.width,
        displayHeight: truth.height,
        timestamp: truth.presentedAt * 1000,
        clone: () => this.create(truth),
        close() {
          if (closed) closedTwice++;
          else open--;
          closed = true;
        },
      };
    },
    open: () => open,
    closedTwice: () => closedTwice,
    /** The most that were open at once. */
    most: () => most,
  };
}

/**
 * The reader of a page: whoever asks for a track's next frame gets one that is delivered afterwards.
 * @param {ReturnType<typeof createFrameLedger>} ledger
 */
export function createFakeReader(ledger) {
  /** @type {Set<{ track: any, resolve: (candidate: any) => void }>} */
  let waiting = new Set();
  const evidence = { hasPicture: false, isPaused: false, isHidden: false };
  let askedTooLate = 0;
  return {
    evidence: () => evidence,
    hasPicture(value = true) {
      evidence.hasPicture = value;
    },
    warm: () => () => {},
    dispose() {},
    next({ track }, lifetime) {
      if (hasEnded(lifetime)) askedTooLate++;
      return new Promise((resolve) => waiting.add({ track, resolve }));
    },
    /** How often a frame was asked for after the end: a browser may have opened something for it. */
    askedTooLate: () => askedTooLate,
    isWaiting: (track) => Array.from(waiting).some((each) => each.track === track),

    /** To all who wait for the track, also to those who have given up meanwhile. @param {any} track @param {Truth} truth */
    deliver(track, truth) {
      const served = Array.from(waiting).filter((each) => each.track === track);
      waiting = new Set(Array.from(waiting).filter((each) => each.track !== track));
      for (const { resolve } of served) {
        const frame = ledger.create(truth);
        let taken = false;
        const { width, height, presentedAt } = truth;
        resolve({
          width,
          height,
          presentedAt,
          rtpTimestamp: truth.number,
          close: () => frame.close(),
          take() {
            if (taken) throw new Error('taken twice');
            taken = true;
            let released = false;
            return {
              method: 'video-frame',
              input: { frame },
              transfer: [],
              width: truth.takenWidth || width,
              height,
              readMs: 0,
              isWhole: truth.isWhole,
              // Harmless once it has been handed on: the engine closes what it gets.
              release() {
                if (!released && !frame.handedOn) frame.close();
                released = true;
              },
            };
          },
        });
      }
    },
  };
}

/** @param {import('../../js/lifetime.js').Lifetime} lifetime */
function hasEnded(lifetime) {
  try {
    lifetime.check();
    return false;
  } catch {
    return true;
  }
}

/**
 * A worker's end without an engine: it says of each frame what the frame knows of itself.
 * @param {object} world
 * @param {import('../../js/clock.js').Clock} world.clock
 * @param {number} world.clockOffset How far the worker's clock is from the page's, in ms.
 * @param {() => number} world.latency How long the next request takes, in ms.
 */
export function createFakeServer({ clock, clockOffset, latency }) {
  const ownClock = { ...clock, now: () => clock.now() + clockOffset };
  const latestFrames = createLatestFrames(ownClock);
  const stills = new Map();
  let lastId = 0;
  /** @type {CaptureError | undefined} */
  let gone;
  let queue = Promise.resolve();

  /** What a burst has kept, and all that it has looked at. */
  const bursts = new Map();
  const gatherings = new Set();

  function find(input) {
    if (!('watchId' in input)) return { frame: input.frame };
    const found = latestFrames.take(input);
    return found && describe(found);
  }

  function describe({ frame, ageMs }) {
    const capturedAt = new Date(clock.date() - ageMs).toISOString();
    return { frame, latest: { ageMs, capturedAt, rtpTimestamp: frame.truth.number } };
  }

  async function rank(found, burstId) {
    await pause(latency());
    if (gone) {
      found.frame.close();
      throw gone;
    }
    const burst = bursts.get(burstId) || { looked: [] };
    bursts.set(burstId, burst);
    const { truth } = found.frame;
    const ranking = { sharpness: truth.verdict === 'ok' ? (truth.sharpness ?? 1) : 0, motion: 0, clipped: 0 };
    burst.looked.push(truth);
    const isBest = !burst.kept || ranking.sharpness > burst.sharpness;
    (isBest ? burst.kept?.frame : found.frame)?.close();
    if (isBest) Object.assign(burst, { kept: found, sharpness: ranking.sharpness });
    return { ranking, isBest };
  }

  function inTurn(work) {
    const done = queue.then(work);
    queue = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  const operations = {
    async rank({ input, burstId }) {
      const found = find(input);
      return found && rank(found, burstId);
    },
    async gather({ burstId, wanted, most, ...window }) {
      let gathered;
      let count = 0;
      gatherings.add(burstId);
      for await (const latest of latestFrames.follow(wanted, window)) {
        const found = describe(latest);
        const ranked = await inTurn(async () => {
          if (gatherings.has(burstId)) return rank(found, burstId);
          found.frame.close();
        });
        if (!ranked) return undefined;
        if (ranked.isBest) gathered = { taken: count, ranking: ranked.ranking };
        if (++count === most) break;
      }
      gatherings.delete(burstId);
      return gathered && { ...gathered, count };
    },
    async drop({ burstId }) {
      gatherings.delete(burstId);
      bursts.get(burstId)?.kept?.frame.close();
      bursts.delete(burstId);
    },
    async open({ input, options, encode }) {
      const burst = bursts.get(input.burstId);
      bursts.delete(input.burstId);
      const found = burst ? burst.kept : find(input);
      if (!found) return undefined;
      const { frame, latest } = found;
      const { truth } = frame;
      await pause(latency());
      frame.close();
      const report = { verdict: truth.verdict, meanLuma: 0, lumaStdDev: 0, peakLuma: 0, darkRatio: 0 };
      const rejected = Boolean(options.options.reject & (1 << VERDICTS.indexOf(truth.verdict)));
      const stillId = rejected || encode ? undefined : ++lastId;
      if (stillId) stills.set(stillId, truth);
      const { width, height } = truth;
      const encoded =
        rejected || !encode ? undefined : { width, height, report, truth, options, looked: burst?.looked };
      return { rejected, report, width, height, stillId, encoded, readMs: 1, engineMs: 2, latest };
    },
    async encode({ stillId, options }) {
      await pause(latency());
      const truth = stills.get(stillId);
      if (!truth) throw new CaptureError('disposed');
      return { encoded: { width: truth.width, height: truth.height, truth, options }, engineMs: 2 };
    },
    async findText({ stillId, kind }) {
      await pause(latency());
      if (!stills.has(stillId)) throw new CaptureError('disposed');
      return { regions: server.text(TEXT_KINDS[kind]), engineMs: 3 };
    },
    async discard({ stillId }) {
      stills.delete(stillId);
    },
    async watch({ watchId, frames }) {
      latestFrames.watch(watchId, frames);
    },
    async unwatch({ watchId }) {
      latestFrames.unwatch(watchId);
    },
  };

  const pause = (ms) => new Promise((resolve) => clock.setTimeout(() => resolve(undefined), ms));

  const server = {
    inPage: false,
    stills,
    /** What it finds; a test says what. @param {'camera' | 'screen'} _kind @returns {any[]} */
    text: (_kind) => [],
    bursts,
    /** Every call from now on fails, as of a worker that has crashed. */
    crash() {
      this.close(new CaptureError('engine-crash'));
    },
    /** @param {string} op @param {any} args @returns {Promise<any>} */
    call(op, args) {
      if (gone) return Promise.reject(gone);
      // What is posted to a worker is the worker's from then on.
      if (args.input?.frame) args.input.frame.handedOn = true;
      const run = () => operations[op](args);
      const answer = ['watch', 'unwatch', 'gather'].includes(op) ? run() : inTurn(run);
      return answer.then((value) => {
        if (gone) throw gone;
        return value;
      });
    },
    close(reason = new CaptureError('disposed')) {
      gone = gone || reason;
      latestFrames.dispose();
      stills.clear();
      gatherings.clear();
      for (const { kept } of bursts.values()) kept?.frame.close();
      bursts.clear();
    },
  };
  return server;
}

/** A track's frames as MediaStreamTrackProcessor gives them, for the worker to keep. */
export function createFrameStream() {
  const queued = [];
  let wanted;
  let over = false;
  const step = () => {
    if (!wanted || (queued.length === 0 && !over)) return;
    const resolve = wanted;
    wanted = undefined;
    resolve(queued.length > 0 ? { value: queued.shift(), done: false } : { value: undefined, done: true });
  };
  return {
    stream: /** @type {any} */ ({
      getReader: () => ({
        read: () =>
          new Promise((resolve) => {
            wanted = resolve;
            step();
          }),
        async cancel() {
          over = true;
          for (const frame of queued.splice(0)) frame.close();
          step();
        },
      }),
    }),
    push(frame) {
      if (over) frame.close();
      else queued.push(frame);
      // It holds one (MediaStreamTrackProcessor's maxBufferSize).
      if (queued.length > 1 && !wanted) queued.shift().close();
      step();
    },
  };
}
