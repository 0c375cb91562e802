/**
 * Proof that a video element shows a frame that was not there before.
 *
 * requestVideoFrameCallback (rVFC) says it best. Where it is missing, and where it keeps silent (in hidden tabs always, in
 * frames of a page that are out of sight often), the element's count of frames is watched: a rise between two looks
 * proves a frame that is no older than the first of them. `currentTime` proves nothing for a stream: in some browsers it
 * runs on without frames. And where a count is kept (Firefox keeps none for streams), a callback without a rise is about
 * a frame from before it was asked for: WebKit then reports a frame of before that had not been reported, as if
 * it were new. The callback is asked for again. With neither callback nor count, which is Firefox before 132, only the picture itself can tell.
 */
import { watchPicture } from './picture-change.js';

/** @import { Lifetime } from '../lifetime.js' */

/** How often the count is looked at; browsers make it once a second in hidden tabs. */
const LOOK_MS = 50;

/** How long a hidden tab then looks without a pause: three frames of 30 fps. Messages are not throttled there, unlike timers. */
const CLOSE_MS = 100;

/**
 * @typedef {object} Presented
 * @property {number} presentedAt On the clock of `performance.now()`.
 * @property {number} [presentedFrames]
 * @property {number} [rtpTimestamp]
 */

/**
 * @param {HTMLVideoElement} video
 * @param {Lifetime} lifetime
 * @returns {Promise<Presented>} Never settles once the lifetime has ended.
 */
export function nextPresented(video, lifetime) {
  return new Promise((resolve) => {
    const hasCallback = typeof video.requestVideoFrameCallback === 'function';
    let seen = totalVideoFrames(video);
    let lookedAt = performance.now();
    /** When a rise began that the callback has not told of. @type {number | undefined} */
    let untold;
    const hasOtherPicture = watchPicture(video);

    function look() {
      const now = totalVideoFrames(video);
      const isNew = now > seen || (!hasCallback && now === 0 && hasOtherPicture());
      const since = lookedAt;
      seen = now;
      lookedAt = performance.now();
      if (video.readyState < 2) return;
      if (untold !== undefined) finish({ presentedAt: untold });
      else if (isNew && (document.hidden || !hasCallback)) finish({ presentedAt: since });
      // The callback knows more: it has until the next look.
      else if (isNew) untold = since;
    }

    const looking = setInterval(() => {
      look();
      lookClosely();
    }, LOOK_MS);

    const messages = new MessageChannel();
    let until = 0;
    messages.port1.onmessage = () => {
      look();
      if (performance.now() < until) messages.port2.postMessage(0);
    };

    function lookClosely() {
      if (!document.hidden) return;
      until = performance.now() + CLOSE_MS;
      messages.port2.postMessage(0);
    }

    const countBefore = seen;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let retry;
    let handle = hasCallback ? video.requestVideoFrameCallback(onFrame) : 0;

    /** @type {VideoFrameRequestCallback} */
    function onFrame(now, metadata) {
      if (countBefore > 0 && totalVideoFrames(video) === countBefore) {
        // Not at once: WebKit would call back at once as well.
        retry = setTimeout(() => {
          handle = video.requestVideoFrameCallback(onFrame);
        }, 0);
        return;
      }
      const { presentedFrames, rtpTimestamp, presentationTime, receiveTime = now } = metadata;
      // An element begins with the frame that its track has kept (Firefox), as old as its reception.
      const since = presentedFrames === 1 ? Math.min(presentationTime, receiveTime) : presentationTime;
      // Relative to the callback's own clock: the element may belong to another document of the page.
      const age = Math.max(0, now - since);
      finish({
        presentedAt: performance.now() - age,
        presentedFrames,
        ...(rtpTimestamp === undefined ? {} : { rtpTimestamp }),
      });
    }

    const off = lifetime.onEnd(stop);
    lookClosely();

    function stop() {
      clearInterval(looking);
      clearTimeout(retry);
      until = 0;
      messages.port1.close();
      if (hasCallback) video.cancelVideoFrameCallback(handle);
    }

    /** @param {Presented} proof */
    function finish(proof) {
      off();
      stop();
      resolve(proof);
    }
  });
}

/** @param {HTMLVideoElement} video */
function totalVideoFrames(video) {
  return video.getVideoPlaybackQuality ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
}
