/** From a target to its next frame, by the best way this browser has. */
import { createHiddenVideo, keepPlaying, nextFromElement, removeHiddenVideo } from './element.js';
import { hasProcessor, nextFromProcessor, openFrames } from './processor.js';

/** @typedef {import('./candidate.js').Candidate} Candidate */
/** @typedef {import('./source.js').Target} Target */
/** @typedef {import('../scope.js').Scope} Scope */
/** @typedef {import('../stopwatch.js').Stopwatch} Stopwatch */
/** @typedef {ReturnType<typeof createReader>} Reader */

/**
 * @typedef {object} Evidence
 * @property {boolean} hasPicture There is a picture, whatever its age.
 * @property {boolean} isPaused The element that is read does not play: its owner, or the browser, has stopped it.
 */

export function createReader() {
  // One hidden video per track, for all captures of it: a new one would have to wait for its start each time.
  /** @type {Map<MediaStreamTrack, HTMLVideoElement>} */
  const videos = new Map();

  /** @param {MediaStreamTrack} track */
  function hiddenVideo(track) {
    for (const other of Array.from(videos.keys())) if (other.readyState === 'ended') drop(other);
    const video = videos.get(track) || createHiddenVideo(track);
    videos.set(track, video);
    keepPlaying(video);
    return video;
  }

  /** @param {MediaStreamTrack} track */
  function drop(track) {
    const video = videos.get(track);
    if (video) removeHiddenVideo(video);
    videos.delete(track);
  }

  return {
    /** Lets a slow start overlap with whatever the caller waits for first. @param {Target} target */
    warm(target) {
      if (target.track && !hasProcessor()) hiddenVideo(target.track);
    },

    /**
     * @param {Target} target
     * @param {Scope} scope
     * @param {Stopwatch} stopwatch
     * @returns {Promise<Candidate>} Of a frame that came after the call.
     */
    async next(target, scope, stopwatch) {
      const { track } = target;
      const frames = track && stopwatch.run(() => openFrames(track)?.getReader());
      if (frames) return nextFromProcessor(frames, scope);
      const video = /** @type {HTMLVideoElement} */ (track ? hiddenVideo(track) : target.element);
      return nextFromElement(video, scope);
    },

    /**
     * What the elements that show the target tell when no frame comes.
     * @param {Target} target
     * @returns {Evidence}
     */
    evidence(target) {
      const hidden = target.track && videos.get(target.track);
      const read = target.track ? hidden : target.element;
      return {
        hasPicture: [hidden, target.element].some((video) => (video?.readyState ?? 0) >= 2),
        isPaused: Boolean(read?.paused),
      };
    },

    dispose() {
      for (const track of Array.from(videos.keys())) drop(track);
    },
  };
}
