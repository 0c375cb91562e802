/**
 * Waits for one frame that counts: of the right target, fresh, large enough, and with something on it. Frames that do
 * not are let go and the next one is tried, until the deadline throws the latest reason.
 */
import { CaptureError } from '../errors.js';
import { watchDecoder } from './decoder.js';
import { explainSilence } from './silence.js';
import { followTarget, isSame, isSamePicture } from './target.js';

/** @typedef {import('./source.js').Target} Target */
/** @typedef {import('./candidate.js').Candidate} Candidate */
/** @typedef {import('../scope.js').Scope} Scope */
/** @typedef {import('../stopwatch.js').Stopwatch} Stopwatch */

/** The wait between two tries: no more than one per frame of 30 fps video, whatever a source delivers. */
const PAUSE_MS = 33;

/** How often the source is asked whether it still is what it was, beside its own events. */
const CHECK_MS = 100;

const EXPIRED = Object.freeze({ name: 'expired' });
const SWITCHED = Object.freeze({ name: 'switched' });

/** What a verdict that is not wanted is thrown as. */
const REJECTED = Object.freeze({
  black: { code: 'black-frame', message: 'Only black frames came within timeoutMs' },
  undecoded: { code: 'undecoded-frame', message: 'Only frames that no decoder has written came within timeoutMs' },
  uniform: { code: 'uniform-frame', message: 'Only frames of a single flat colour came within timeoutMs' },
});

/**
 * @typedef {object} Limits
 * @property {number} timeoutMs
 * @property {number} maxFrameAgeMs
 * @property {number} minWidth
 * @property {number} minHeight
 */

/**
 * Whom a frame shows and when, on the clock of `performance.now()`.
 * @typedef {object} Moment
 * @property {Target} target
 * @property {number} presentedAt
 * @property {number} takenAt
 */

/**
 * @template T
 * @typedef {object} Proved
 * @property {Target} target
 * @property {T} result What `inspect` made of it.
 * @property {Pick<import('./candidate.js').Taken, 'method' | 'readMs'>} taken
 * @property {number} presentedAt On the clock of `performance.now()`.
 * @property {number} takenAt
 * @property {number} [presentedFrames]
 * @property {number} [rtpTimestamp]
 */

/**
 * @template {{ report: import('../engine/index.js').FrameReport, rejected: boolean }} T
 * @param {object} args
 * @param {import('./source.js').CaptureSource} args.source
 * @param {Target} args.target
 * @param {import('./reader.js').Reader} args.reader
 * @param {(target: Target) => Promise<Omit<Proved<T>, 'target'> | undefined>} args.openNewest What came of a frame that
 *   is there already, if there is one.
 * @param {Limits} args.limits
 * @param {Scope} args.scope
 * @param {Stopwatch} args.stopwatch
 * @param {(taken: import('./candidate.js').Taken, moment: Moment) => Promise<T>} args.inspect Looks at the pixels, and
 *   owns them. Not cut short by the deadline: the frame was there in time.
 * @param {(result: T) => void} args.letGo Gets a result that came too late.
 * @returns {Promise<Proved<T>>}
 */
export async function prove({ source, target, reader, openNewest, limits, scope, stopwatch, inspect, letGo }) {
  /** @type {CaptureError | undefined} */
  let reason;
  const wait = scope.child();
  let attempt = wait.child();
  const decoder = watchDecoder(target.receiver, wait);
  wait.deadline(limits.timeoutMs, () => EXPIRED);

  try {
    watchSource();
    let proved = await tryNewest();
    while (!proved) {
      proved = await tryOnce();
      if (!proved) await wait.sleep(PAUSE_MS);
    }
    return proved;
  } catch (error) {
    if (error === EXPIRED) throw reason || explainSilence(target, reader.evidence(target), decoder);
    if (error instanceof CaptureError) throw error;
    throw new CaptureError('no-frame', 'The video could not be read', { cause: error });
  } finally {
    wait.finish();
  }

  /** Whether there is still a point in waiting; the source's own events are not enough to know. */
  function watchSource() {
    const check = () => {
      try {
        if (!isSame(followTarget(source, target), target)) attempt.fail(SWITCHED);
      } catch (error) {
        wait.fail(error);
      }
    };
    const timer = setInterval(check, CHECK_MS);
    const off = source.on('change', check);
    wait.onEnd(() => {
      clearInterval(timer);
      if (off) off();
    });
  }

  /** @returns {Promise<Proved<T> | undefined>} */
  async function tryOnce() {
    attempt = wait.child();
    try {
      const candidate = await attempt.race(reader.next(target, attempt, stopwatch), (late) => late.close());
      const taken = stopwatch.run(() => takeIfGood(candidate));
      if (!taken) return undefined;
      const takenAt = performance.now();
      const result = await scope.race(inspect(taken, { target, takenAt, presentedAt: candidate.presentedAt }), letGo);
      if (!isGood(result)) return undefined;
      const { presentedAt, presentedFrames, rtpTimestamp } = candidate;
      return { target, result, taken, takenAt, presentedAt, presentedFrames, rtpTimestamp };
    } catch (error) {
      if (error !== SWITCHED) throw error;
      target = followTarget(source, target);
      return undefined;
    } finally {
      attempt.finish();
    }
  }

  /** @returns {Promise<Proved<T> | undefined>} Of a frame that is there already. Tried once: then a newer one has to come. */
  async function tryNewest() {
    const found = await scope.race(openNewest(target), (late) => late && letGo(late.result));
    return found && isGood(found.result) ? { ...found, target } : undefined;
  }

  /** @param {T} result */
  function isGood(result) {
    if (result.rejected) reason = rejection(result.report, target);
    return !result.rejected && isStillThere(result);
  }

  /** Asked once more when the picture is done: what has changed meanwhile may have shown before it was told. */
  function isStillThere(/** @type {T} */ result) {
    const before = target;
    try {
      target = followTarget(source, before);
    } catch (error) {
      letGo(result);
      throw error;
    }
    const isThere = isSamePicture(target, before);
    if (!isThere) letGo(result);
    return isThere;
  }

  /** @param {Candidate} candidate */
  function takeIfGood(candidate) {
    let owned = true;
    try {
      wait.check();
      const before = target;
      target = followTarget(source, before);
      // Whoever the frame shows, it is nobody in particular when the source switched while it was on its way.
      if (!isSamePicture(target, before)) return undefined;
      if (candidate.presentedAt < (target.notBefore ?? 0)) return undefined;
      const ageMs = performance.now() - candidate.presentedAt;
      if (ageMs > limits.maxFrameAgeMs) reason = stale(ageMs, limits);
      else if (isTooSmall(candidate, limits)) reason = tooSmall(candidate, limits);
      else {
        const taken = candidate.take();
        owned = taken === undefined;
        if (!taken || !isTooSmall(taken, limits)) return taken;
        reason = tooSmall(taken, limits);
        taken.release();
      }
      return undefined;
    } finally {
      if (owned) candidate.close();
    }
  }
}

/** @param {number} ageMs @param {Limits} limits */
function stale(ageMs, { maxFrameAgeMs }) {
  const details = { ageMs: Math.round(ageMs), maxFrameAgeMs };
  return new CaptureError('stale-frame', 'Only frames older than maxFrameAgeMs came within timeoutMs', { details });
}

/** @param {{ width: number, height: number }} frame @param {Limits} limits */
function isTooSmall({ width, height }, { minWidth, minHeight }) {
  return width < minWidth || height < minHeight;
}

/** @param {{ width: number, height: number }} frame @param {Limits} limits */
function tooSmall({ width, height }, { minWidth, minHeight }) {
  const details = { width, height, minWidth, minHeight };
  return new CaptureError('too-small', `The video stayed at ${width}×${height} until timeoutMs`, { details });
}

/** @param {import('../engine/index.js').FrameReport} report @param {Target} target */
function rejection(report, { track }) {
  const details = { report };
  if (track && !track.enabled) return new CaptureError('camera-off', 'The track is disabled on this page', { details });
  const { code, message } = REJECTED[/** @type {keyof typeof REJECTED} */ (report.verdict)];
  return new CaptureError(/** @type {import('../errors.js').CaptureErrorCode} */ (code), message, { details });
}
