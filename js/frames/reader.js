/** From a target to its next frame, by the best way this browser has. */
import { nextFromElement } from './element.js';
import { createHiddenVideos } from './hidden-videos.js';
import { hasProcessor, nextFromProcessor, openFrames } from './processor.js';

/** @import { Clock } from '../clock.js' */
/** @import { Lifetime } from '../lifetime.js' */
/** @import { Stopwatch } from '../stopwatch.js' */
/** @import { Candidate } from './candidate.js' */
/** @import { Target } from './source.js' */

/**
 * What the page tells when no frame comes.
 * @typedef {object} Evidence
 * @property {boolean} hasPicture There is a picture, whatever its age.
 * @property {boolean} isPaused The element that is read does not play: its owner, or the browser, has stopped it.
 * @property {boolean} isHidden The page is in the background.
 */

/** @typedef {ReturnType<typeof createReader>} Reader */

const nothing = () => {};

/** @param {Clock} clock */
export function createReader(clock) {
  const videos = createHiddenVideos(clock);

  /**
   * @param {Target} target
   * @param {Lifetime} lifetime
   * @param {Stopwatch} stopwatch
   * @returns {Promise<Candidate>} Of a frame that came after the call. It never settles once the lifetime has ended.
   */
  async function next({ track, element }, lifetime, stopwatch) {
    const frames = track && stopwatch.run(() => openFrames(track)?.getReader());
    if (frames) return nextFromProcessor(frames, lifetime);
    if (!track) return nextFromElement(/** @type {HTMLVideoElement} */ (element), lifetime);
    const { video, release } = videos.use(track);
    lifetime.onEnd(release);
    return nextFromElement(video, lifetime);
  }

  return {
    /**
     * Starts what is slow to start, for a target whose next frame will be asked for, and keeps it going.
     * @param {Target} target
     * @returns {() => void} Lets go of it.
     */
    warm({ track }) {
      try {
        if (track && !hasProcessor()) return videos.use(track).release;
      } catch {
        // What only looks like a track: whoever asks for its next frame is told.
      }
      return nothing;
    },

    next,

    /** @param {Target} target @returns {Evidence} */
    evidence({ track, element }) {
      const hidden = track && videos.find(track);
      const read = track ? hidden : element;
      return {
        hasPicture: [hidden, element].some((video) => (video?.readyState ?? 0) >= 2),
        isPaused: Boolean(read?.paused),
        isHidden: document.hidden,
      };
    },

    dispose: videos.dispose,
  };
}
