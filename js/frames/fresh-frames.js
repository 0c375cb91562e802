/**
 * Yields the fresh frames of one target, one at a time, and says why when none comes any more.
 *
 * Fresh is a frame that was presented after it was asked for, that is no older than `maxFrameAgeMs`, large enough, and
 * taken while its source still said that it shows the target. What the pixels show is not known here: the caller
 * has the engine look at a frame, and either refuses it with a reason and asks for the next, or has it confirmed.
 */
import { CaptureError } from '../errors.js';
import { watchForReason } from './no-frame-reason.js';
import { onChange } from './source.js';
import { followTarget, isSame, isSamePicture } from './target.js';

/** @import { Lifetime } from '../lifetime.js' */
/** @import { Stopwatch } from '../stopwatch.js' */
/** @import { Candidate, Taken } from './candidate.js' */
/** @import { Reader } from './reader.js' */
/** @import { CaptureSource, Target } from './source.js' */
/** @import { ChosenTarget } from './target.js' */

/** The wait between two tries, in ms: no more than one per frame of 30 fps video, whatever a source delivers. */
const PAUSE_MS = 33;

/** How often the source is asked whether it still is what it was, in ms, beside its own events. */
const CHECK_MS = 100;

const OVER = Object.freeze({ name: 'over' });
const EXPIRED = Object.freeze({ name: 'expired' });
const SWITCHED = Object.freeze({ name: 'switched' });

/**
 * @typedef {object} Limits
 * @property {number} timeoutMs For all frames together, from the beginning.
 * @property {number} maxFrameAgeMs
 * @property {number} minWidth In pixels.
 * @property {number} minHeight
 */

/**
 * A frame whose pixels are secured. Whoever gets it calls `release`, once its input has been handed on or is not wanted.
 * @typedef {Taken & Presentation} FreshFrame
 */

/**
 * Whom a frame shows, and when. Times are those of the lifetime's clock.
 * @typedef {Shown & Times} Presentation
 */

/**
 * @typedef {object} Shown
 * @property {Target} target As the source named it when the frame was taken.
 * @property {number} episode Of the target: another one begins whenever the source shows another picture. Where it has come
 *   back to the same person meanwhile, who was there in between is in no frame of either's.
 */

/**
 * @typedef {object} Times
 * @property {number} presentedAt
 * @property {number} takenAt
 * @property {number} [presentedFrames] The element's count of presented frames.
 * @property {number} [rtpTimestamp]
 */

/** @typedef {ReturnType<typeof createFreshFrames>} FreshFrames */

/**
 * @param {object} args
 * @param {CaptureSource} args.source
 * @param {ChosenTarget} args.target One of the source's.
 * @param {Reader} args.reader
 * @param {Limits} args.limits
 * @param {Lifetime} args.lifetime
 * @param {Stopwatch} args.stopwatch
 */
export function createFreshFrames({ source, target: chosen, reader, limits, lifetime, stopwatch }) {
  const { clock } = lifetime;
  /** Until nobody has a frame in hand any more: one that came in time may still show what comes after the deadline. */
  const whole = lifetime.child();
  const wait = whole.child();
  let target = chosen;
  /** What was last seen of it, also while nothing was taken. */
  let last = chosen;
  let episode = 0;
  /** Frames from before were there before they were asked for, or before something else was seen on the track. */
  let since = clock.now();
  let attempt = wait.child();
  /** What is no reason to give it up. */
  let isAlike = isSame;
  let tries = 0;
  /** Why the latest frame that came was not good enough. @type {CaptureError | undefined} */
  let reason;
  const reasonOfSilence = watchForReason(() => target, wait);
  const deadline = wait.deadline(limits.timeoutMs, () => EXPIRED);
  whole.every(CHECK_MS, checkSource);
  whole.onEnd(onChange(source, checkSource));

  /** Ends the wait, or the attempt, as soon as there is no point in it any more. */
  function checkSource() {
    try {
      if (!isAlike(look(), target)) attempt.fail(SWITCHED);
    } catch (error) {
      // A frame that is in other hands may show this, whatever the source says by then.
      episode++;
      wait.fail(error);
    }
  }

  /** As the source has it now. Who was known to be in the picture, whenever that was, stays known. */
  function look() {
    const now = followTarget(source, last);
    if (!isSamePicture(now, last)) {
      since = clock.now();
      episode++;
    }
    last = now;
    return now;
  }

  /** @param {Target} shown @returns {boolean} Whether it is what the source shows now. */
  function follow(shown) {
    target = look();
    return isSamePicture(target, shown);
  }

  /**
   * @template T
   * @param {(attempt: Lifetime) => Promise<T>} work
   * @param {typeof isSame} [alike]
   * @returns {Promise<T | undefined>} Undefined as soon as what the source shows is not alike.
   */
  async function tryTo(work, alike = isSame) {
    // Whoever is asked may open something.
    wait.check();
    attempt = wait.child();
    isAlike = alike;
    try {
      return await work(attempt);
    } catch (error) {
      if (error !== SWITCHED) throw error;
      follow(target);
      return undefined;
    } finally {
      attempt.finish();
    }
  }

  /** @param {number} [until] @returns {Promise<FreshFrame | undefined>} */
  function readOne(until) {
    return tryTo(async (attempt) => {
      if (until !== undefined) attempt.deadline(until - clock.now(), () => OVER);
      const candidate = await attempt.race(reader.next(target, attempt, stopwatch), (late) => late.close());
      const frame = stopwatch.run(() => takeIfFresh(candidate));
      // Most are known to be one picture at once. What turns out not to be is released, as is what nobody waits for any more.
      if (!frame?.isWhole) return frame;
      let isWhole = false;
      try {
        isWhole = await attempt.race(frame.isWhole);
      } finally {
        if (!isWhole) frame.release();
      }
      return isWhole ? frame : undefined;
    });
  }

  /** @param {Candidate} candidate @returns {FreshFrame | undefined} */
  function takeIfFresh(candidate) {
    const { presentedAt, presentedFrames, rtpTimestamp } = candidate;
    /** @type {Taken | undefined} */
    let taken;
    try {
      wait.check();
      // The source has put something else on the track since the frame was asked for: it may show either.
      if (!follow(target)) return undefined;
      const ageMs = clock.now() - presentedAt;
      if (ageMs > limits.maxFrameAgeMs) {
        reason = stale(ageMs, limits);
        return undefined;
      }
      if (presentedAt < Math.max(since, target.notBefore ?? 0)) return undefined;
      if (isTooSmall(candidate, limits)) {
        reason = tooSmall(candidate, limits);
        return undefined;
      }
      taken = candidate.take();
      if (!taken) return undefined;
      // Looked at again: the element may have gone on to a frame of another size before its pixels were read.
      if (isTooSmall(taken, limits)) {
        reason = tooSmall(taken, limits);
        taken.release();
        return undefined;
      }
      return { ...taken, target, episode, presentedAt, presentedFrames, rtpTimestamp, takenAt: clock.now() };
    } finally {
      if (!taken) candidate.close();
    }
  }

  /** @param {unknown} error @returns {CaptureError} */
  function explain(error) {
    if (error === EXPIRED) return reason || reasonOfSilence(reader.evidence(target));
    if (error instanceof CaptureError) return error;
    return new CaptureError('no-frame', 'The video could not be read', { cause: error });
  }

  return {
    /**
     * @returns {Promise<FreshFrame>} Rejects with the latest reason once the deadline has passed, and as soon as the
     *   target is gone, has changed, or the lifetime ends.
     */
    async next() {
      try {
        for (;;) {
          if (tries++ > 0) await wait.sleep(PAUSE_MS);
          const frame = await readOne();
          if (frame) return frame;
        }
      } catch (error) {
        throw explain(error);
      }
    },

    /**
     * One more, for who has one already: without a pause after one that was good, since whoever ranks them takes its time.
     * @param {number} until On the lifetime's clock.
     * @returns {Promise<FreshFrame | undefined>} Undefined where none has come until then, or until the deadline. Rejects
     *   as `next` does for all other reasons.
     */
    async nextBefore(until) {
      try {
        for (let isFirst = true; ; isFirst = false) {
          if (!isFirst) await wait.sleep(PAUSE_MS);
          if (clock.now() >= until) return undefined;
          const frame = await readOne(until);
          if (frame) return frame;
        }
      } catch (error) {
        if (error === OVER || error === EXPIRED) return undefined;
        throw explain(error);
      }
    },

    /**
     * Has somebody else take the target's frames, and looks at the source meanwhile.
     * @template T
     * @param {() => Promise<T>} work
     * @returns {Promise<T | undefined>} Undefined as soon as the source shows another picture. Rejects as `next`.
     */
    async alongside(work) {
      try {
        return await tryTo((attempt) => attempt.race(work()), isSamePicture);
      } catch (error) {
        throw explain(error);
      }
    },

    /** The frame that came was not good enough: why, should none come that is. @param {CaptureError} why */
    refuse(why) {
      reason = why;
    },

    /**
     * Asks the source once more when the picture is done: what changes meanwhile may have shown before it was told. Throws
     * as `followTarget`: the interaction has changed, or the target is gone.
     * @param {Shown} shown When the frame was taken, or the worker was asked for one.
     * @returns {boolean} Whether the source has shown nothing else since.
     */
    confirm(shown) {
      follow(target);
      return episode === shown.episode;
    },

    /** @returns {Shown} As the source has named it last: what is asked for now is asked of that. */
    shown() {
      target = last;
      return { target, episode };
    },

    /** Stops the deadline's clock while something else is waited for; what it returns starts it again. */
    pause: () => deadline.pause(),

    /** Ends the wait with an error from outside. @param {unknown} error */
    fail: (error) => wait.fail(error),

    /** Lets go of everything; to be called whatever came of it. */
    end: () => whole.finish(),
  };
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
