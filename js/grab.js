/**
 * One frame of a source, in the engine's hands: consent, then one loop. A frame comes, the engine looks at it, and it is
 * accepted, or the next one is tried until the deadline.
 */
import { createBurst } from './burst.js';
import { explainRegion } from './engine/regions.js';
import { CaptureError } from './errors.js';
import { createFreshFrames } from './frames/fresh-frames.js';
import { toSource } from './frames/source.js';
import { chooseTarget, followTarget, who } from './frames/target.js';
import { checkIdentity, identify } from './snapshot.js';
import { createStopwatch } from './stopwatch.js';

/** @import { Choice } from './burst.js' */
/** @import { FrameReport } from './engine/index.js' */
/** @import { CaptureErrorCode } from './errors.js' */
/** @import { FreshFrame } from './frames/fresh-frames.js' */
/** @import { Wanted } from './frames/latest-frame.js' */
/** @import { Reader } from './frames/reader.js' */
/** @import { Target } from './frames/source.js' */
/** @import { Lifetime } from './lifetime.js' */
/** @import { CaptureOnlyOptions, CaptureRequest } from './options.js' */
/** @import { PreparedSources } from './prepared.js' */
/** @import { Grabbed } from './snapshot.js' */
/** @import { Host, Server } from './worker/host.js' */
/** @import { BestOf, Opened } from './worker/messages.js' */

/** What a verdict that is not wanted is thrown as. */
const REJECTED = Object.freeze({
  black: { code: 'black-frame', message: 'Only black frames came within timeoutMs' },
  undecoded: { code: 'undecoded-frame', message: 'Only frames that no decoder has written came within timeoutMs' },
  uniform: { code: 'uniform-frame', message: 'Only frames of a single flat colour came within timeoutMs' },
});

/**
 * What goes to the engine: a frame that has come, the latest that the worker has already, which alone knows when that
 * was presented, or the best of several.
 * @typedef {Omit<FreshFrame, 'input' | 'presentedAt' | 'width' | 'height'> &
 *   { input: FreshFrame['input'] | Wanted | BestOf, presentedAt?: number, choice?: Choice }} Offer
 */

const nothing = () => {};

/**
 * @param {object} args
 * @param {unknown} args.given What the caller calls a source.
 * @param {CaptureRequest} args.request
 * @param {boolean} args.encode At once, in the same round trip; otherwise the frame stays in the engine's memory.
 * @param {Lifetime} args.lifetime
 * @param {Reader} args.reader
 * @param {PreparedSources} args.prepared
 * @param {Pick<Host, 'loaded' | 'server'>} args.host
 * @returns {Promise<{ grabbed: Grabbed, server: Server }>}
 */
export async function grab({ given, request, encode, lifetime, reader, prepared, host }) {
  const { clock } = lifetime;
  const { limits, select, withinMs } = request;
  const start = clock.now();
  const stopwatch = createStopwatch(clock);
  const source = toSource(given);
  let target = stopwatch.run(() => chooseTarget(source, request.interactionId, request.participantId));
  checkIdentity(request.encode.plain, target);
  if (request.beforeCapture) {
    await lifetime.race(askConsent(request.beforeCapture, target));
    // It was asked for what it was told.
    target = followTarget(source, { ...target, known: who(target) });
  }

  const waitStart = clock.now();
  let loadingMs = 0;
  lifetime.onEnd(stopwatch.run(() => reader.warm(target)));
  const frames = createFreshFrames({ source, target, reader, limits, lifetime, stopwatch });
  const loading = load(host, limits.loadTimeoutMs, lifetime).then((server) => {
    prepared.moveTo(server);
    return server;
  });
  // Beside the wait: a frame that no engine will ever see need not come.
  loading.catch(frames.fail);

  // What the worker has from before was there before the hook answered.
  const since = request.beforeCapture ? waitStart : Number.NEGATIVE_INFINITY;
  const watch = (/** @type {Server} */ server, /** @type {Target} */ shown) =>
    prepared.watch(given, server, shown, since);
  const ready = host.loaded;
  const burst =
    select === 'sharpest' &&
    createBurst({ frames, latest, withinMs, limits, watch, ready, loaded, lifetime, stopwatch });

  try {
    for (
      let offer = burst ? await burst.next() : latest() || (await frames.next());
      ;
      offer = await (burst || frames).next()
    ) {
      const { opened, server, ...rest } = await open(offer);
      if (!opened) continue;
      if (opened.rejected) {
        frames.refuse(rejection(opened.report, offer.target));
        continue;
      }
      let isConfirmed = false;
      try {
        isConfirmed = frames.confirm(offer);
      } finally {
        if (!isConfirmed) discard(server, opened);
      }
      if (isConfirmed) return { server, grabbed: describe({ ...offer, ...rest }, opened) };
    }
  } finally {
    if (burst) burst.end();
    frames.end();
  }

  /** @returns {Offer | undefined} Of a source that was made ready. */
  function latest() {
    const server = request.beforeCapture ? undefined : host.loaded();
    const shown = frames.shown();
    const kept = server && stopwatch.run(() => prepared.find(given, server, shown.target));
    if (!kept) return undefined;
    const { minWidth, minHeight, maxFrameAgeMs } = limits;
    const input = { ...kept, maxAgeMs: Math.min(kept.maxAgeMs, maxFrameAgeMs), minWidth, minHeight };
    const takenAt = clock.now();
    return { input, transfer: [], method: 'video-frame', readMs: 0, ...shown, takenAt, release: nothing };
  }

  /** One round trip. @param {Offer} offer Released when this settles. */
  async function open({ input, transfer, release, target: shown, takenAt, presentedAt, choice }) {
    const waitMs = choice ? choice.waitMs : takenAt - waitStart - loadingMs;
    const presentation = presentedAt === undefined ? undefined : presentationOf(takenAt, presentedAt);
    try {
      const server = await loaded();
      const { id, options } = identify(request.encode, shown, presentation);
      const call = stopwatch.run(() => server.call('open', { input, options, encode }, transfer));
      const opened = await lifetime
        .race(call, (late) => discard(server, late))
        .catch((error) => {
          throw explainRegion(error, request.encode.plain.redact);
        });
      if (opened && server.inPage) stopwatch.add(opened.readMs + opened.engineMs);
      return { server, opened, id, presentation, waitMs, mainThread: stopwatch.total(), total: clock.now() - start };
    } finally {
      release();
    }
  }

  /** @param {number} takenAt @param {number} presentedAt */
  function presentationOf(takenAt, presentedAt) {
    const capturedAt = new Date(clock.date() - (clock.now() - presentedAt)).toISOString();
    return { capturedAt, ageMs: Math.max(0, takenAt - presentedAt) };
  }

  /** @returns {Promise<Server>} The frame that came is held meanwhile: `timeoutMs` is for frames, not for the network. */
  async function loaded() {
    const before = clock.now();
    const resume = frames.pause();
    try {
      return host.loaded() || (await lifetime.race(loading));
    } finally {
      resume();
      loadingMs += clock.now() - before;
    }
  }
}

/**
 * @param {Offer & Pick<Grabbed, 'id'> & { presentation?: { capturedAt: string, ageMs: number }, waitMs: number,
 *   mainThread: number, total: number }} frame
 * @param {Opened} opened
 * @returns {Grabbed}
 */
function describe({ id, target, method, presentedFrames, presentation, choice, ...frame }, opened) {
  const { capturedAt, ageMs } = /** @type {{ capturedAt: string, ageMs: number }} */ (opened.latest || presentation);
  const rtpTimestamp = opened.latest ? opened.latest.rtpTimestamp : frame.rtpTimestamp;
  return {
    opened,
    id,
    target,
    capturedAt,
    ...(choice ? { ranking: choice.ranking } : {}),
    frame: {
      method,
      ageMs,
      ...(presentedFrames === undefined ? {} : { presentedFrames }),
      ...(rtpTimestamp === undefined ? {} : { rtpTimestamp }),
      sourceWidth: opened.width,
      sourceHeight: opened.height,
      ...(choice ? { sharpness: choice.ranking.sharpness, candidates: choice.candidates } : {}),
    },
    timings: {
      wait: frame.waitMs,
      read: frame.readMs + opened.readMs,
      engine: opened.engineMs,
      mainThread: frame.mainThread,
      total: frame.total,
    },
  };
}

/**
 * @param {Pick<Host, 'loaded' | 'server'>} host
 * @param {number} ms
 * @param {Lifetime} lifetime Fails when the engine has not loaded in time.
 * @returns {Promise<Server>}
 */
async function load(host, ms, lifetime) {
  const loaded = host.loaded();
  if (loaded) return loaded;
  const { lift } = lifetime.deadline(ms, () => {
    const message = `The engine did not load within ${ms} ms: call ready() earlier, or raise loadTimeoutMs`;
    return new CaptureError('engine-load', message);
  });
  try {
    return await lifetime.race(host.server(ms));
  } finally {
    lift();
  }
}

/** Frees a still that was made in vain. @param {Server} server @param {Opened | undefined} opened */
function discard(server, opened) {
  if (opened?.stillId !== undefined) server.call('discard', { stillId: opened.stillId }).catch(() => {});
}

/** @param {FrameReport} report @param {Target} target */
function rejection(report, { track }) {
  const details = { report };
  if (track && !track.enabled) return new CaptureError('camera-off', 'The track is disabled on this page', { details });
  const { code, message } = REJECTED[/** @type {keyof typeof REJECTED} */ (report.verdict)];
  return new CaptureError(/** @type {CaptureErrorCode} */ (code), message, { details });
}

/**
 * @param {NonNullable<CaptureOnlyOptions['beforeCapture']>} hook
 * @param {Target} target
 */
async function askConsent(hook, { interactionId, participantId, kind }) {
  let answer;
  try {
    answer = await hook({ interactionId, participantId, sourceKind: kind });
  } catch (cause) {
    if (CaptureError.is(cause) && /^(aborted|consent-denied)$/.test(cause.code)) throw cause;
    throw new CaptureError('consent-denied', 'The beforeCapture hook failed', { cause });
  }
  // A dialog that is cancelled gives null, an empty text, or what a page has made of it: none of these is a yes.
  if (answer !== undefined && answer !== true) {
    throw new CaptureError('consent-denied', 'The beforeCapture hook answered neither true nor nothing');
  }
}
