/**
 * Proof that a video element shows a frame that was not there before.
 *
 * requestVideoFrameCallback (rVFC) says it best. Where it is missing, and in hidden tabs, where it keeps silent, the
 * element's count of frames is watched: a rise between two looks proves a frame that is no older than the first of
 * them. `currentTime` proves nothing for a stream: in some browsers it runs on without frames.
 */

/** How often the count is looked at; browsers make it once a second in hidden tabs. */
const LOOK_MS = 50;

/**
 * @typedef {object} Presented
 * @property {number} presentedAt On the clock of `performance.now()`.
 * @property {number} [presentedFrames]
 * @property {number} [rtpTimestamp]
 */

/**
 * @param {HTMLVideoElement} video
 * @param {import('../scope.js').Scope} scope
 * @returns {Promise<Presented>} Never settles once the scope has ended.
 */
export function nextPresented(video, scope) {
  return new Promise((resolve) => {
    const hasCallback = typeof video.requestVideoFrameCallback === 'function';
    let seen = totalVideoFrames(video);
    let lookedAt = performance.now();

    const looking = setInterval(() => {
      const now = totalVideoFrames(video);
      const isNew = now > seen;
      const since = lookedAt;
      seen = now;
      lookedAt = performance.now();
      if (isNew && video.readyState >= 2 && (document.hidden || !hasCallback)) finish({ presentedAt: since });
    }, LOOK_MS);

    const handle = hasCallback
      ? video.requestVideoFrameCallback((now, metadata) => {
          // Relative to the callback's own clock: the element may belong to another document of the page.
          const age = Math.max(0, now - metadata.presentationTime);
          const { presentedFrames, rtpTimestamp } = metadata;
          finish({
            presentedAt: performance.now() - age,
            presentedFrames,
            ...(rtpTimestamp === undefined ? {} : { rtpTimestamp }),
          });
        })
      : 0;

    const off = scope.onEnd(stop);

    function stop() {
      clearInterval(looking);
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
