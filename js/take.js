/** One frame of a source, proved, and in the engine's hands: consent, then the wait, then one round trip. */
import { CaptureError } from './errors.js';
import { prove } from './frames/prove.js';
import { toSource } from './frames/source.js';
import { chooseTarget, followTarget } from './frames/target.js';
import { identify } from './snapshot.js';
import { createStopwatch } from './stopwatch.js';

/** @typedef {import('./frames/source.js').Target} Target */
/** @typedef {import('./snapshot.js').Taking} Taking */
/** @typedef {import('./worker/host.js').Server} Server */

/**
 * @param {object} args
 * @param {unknown} args.source
 * @param {import('./options.js').CaptureRequest} args.request
 * @param {boolean} args.encode At once, in the same round trip; otherwise the frame stays in the engine's memory.
 * @param {import('./scope.js').Scope} args.scope
 * @param {import('./frames/reader.js').Reader} args.reader
 * @param {import('./frames/keeper.js').Keeper} args.keeper
 * @param {(timeoutMs: number) => Promise<Server>} args.load Finds a server whose engine is loaded.
 * @returns {Promise<{ taking: Taking, server: Server }>}
 */
export async function take({ source: sourceLike, request, encode, scope, reader, keeper, load }) {
  const start = performance.now();
  const stopwatch = createStopwatch();
  const { timeoutMs } = request.limits;
  const source = toSource(sourceLike);
  let target = stopwatch.run(() => chooseTarget(source, request.interactionId, request.participantId));
  if (request.beforeCapture) {
    await scope.race(askConsent(request.beforeCapture, target));
    target = followTarget(source, target);
  }

  const deadlineStart = performance.now();
  stopwatch.run(() => reader.warm(target));
  const server = await load(timeoutMs);

  const waitStart = performance.now();
  const { result: opened, ...proved } = await prove({
    source,
    target,
    reader,
    async openNewest(shown) {
      const kept = keeper.find(sourceLike, server, shown);
      if (!kept) return undefined;
      const { id, options } = identify(request.encode, shown);
      const wanted = { ...request.limits, since: kept.since };
      const asked = { watchId: kept.watchId, wanted, options, encode };
      const found = await stopwatch.run(() => server.call('openNewest', asked));
      if (!found) return undefined;
      const { rtpTimestamp, ...result } = found;
      const presentedAt = result.presentedAt - performance.timeOrigin;
      return {
        result: { ...result, id },
        taken: { method: 'video-frame', readMs: 0 },
        presentedAt,
        takenAt: presentedAt + result.ageMs,
        rtpTimestamp,
      };
    },
    limits: { ...request.limits, timeoutMs: Math.max(0, timeoutMs - (waitStart - deadlineStart)) },
    scope,
    stopwatch,
    async inspect({ input, transfer, release }, { target: shown, presentedAt, takenAt }) {
      try {
        const capturedAt = new Date(Date.now() - (performance.now() - presentedAt)).toISOString();
        const ageMs = Math.max(0, takenAt - presentedAt);
        const { id, options } = identify(request.encode, shown, { capturedAt, frameAgeMs: ageMs });
        const result = await stopwatch.run(() => server.call('open', { input, options, encode }, transfer));
        if (server.inPage) stopwatch.add(result.readMs + result.engineMs);
        return { ...result, id, capturedAt, ageMs };
      } finally {
        release();
      }
    },
    letGo({ stillId }) {
      if (stillId !== undefined) server.call('discard', { stillId }).catch(() => {});
    },
  });

  const now = performance.now();
  const { taken, takenAt, presentedFrames, rtpTimestamp } = proved;
  return {
    server,
    taking: {
      opened,
      id: opened.id,
      target: proved.target,
      capturedAt: opened.capturedAt,
      frame: {
        method: taken.method,
        ageMs: opened.ageMs,
        ...(presentedFrames === undefined ? {} : { presentedFrames }),
        ...(rtpTimestamp === undefined ? {} : { rtpTimestamp }),
        sourceWidth: opened.width,
        sourceHeight: opened.height,
      },
      timings: {
        wait: takenAt - waitStart,
        read: taken.readMs + opened.readMs,
        engine: opened.engineMs,
        mainThread: stopwatch.total(),
        total: now - start,
      },
    },
  };
}

/**
 * @param {NonNullable<import('./options.js').CaptureOnlyOptions['beforeCapture']>} hook
 * @param {Target} target
 */
async function askConsent(hook, { interactionId, participantId, kind }) {
  let answer;
  try {
    answer = await hook({ interactionId, participantId, sourceKind: kind });
  } catch (cause) {
    if (cause instanceof CaptureError) throw cause;
    throw new CaptureError('consent-denied', 'The beforeCapture hook failed', { cause });
  }
  if (answer === false) throw new CaptureError('consent-denied', 'The beforeCapture hook answered false');
}
