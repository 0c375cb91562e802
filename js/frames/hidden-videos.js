/**
 * Hidden video elements that play tracks, for browsers where nothing reads a track directly. One plays per track, for all
 * captures of it: a new one would have to wait for its start each time.
 */

/** @import { Clock } from '../clock.js' */

/**
 * How long an element goes on playing after its last use, in ms: an agent who takes several pictures takes them within
 * half a minute, and a video that is not read costs its decoding for the rest of the call.
 */
const IDLE_MS = 30000;

/**
 * @typedef {object} HiddenVideo
 * @property {HTMLVideoElement} video
 * @property {() => void} release To be called when it is not needed any more.
 */

/** @param {Clock} clock */
export function createHiddenVideos(clock) {
  /** @type {Map<MediaStreamTrack, { video: HTMLVideoElement, users: number, idle: unknown }>} */
  const playing = new Map();

  /** @param {MediaStreamTrack} track */
  function drop(track) {
    const entry = playing.get(track);
    if (!entry) return;
    playing.delete(track);
    clock.clearTimeout(entry.idle);
    removeVideo(entry.video);
  }

  return {
    /** @param {MediaStreamTrack} track @returns {HiddenVideo} Playing, or about to, until it is released. */
    use(track) {
      for (const other of Array.from(playing.keys())) if (other.readyState === 'ended') drop(other);
      const entry = playing.get(track) || { video: createVideo(track), users: 0, idle: undefined };
      playing.set(track, entry);
      clock.clearTimeout(entry.idle);
      entry.users++;
      // A page that exchanges its body takes it out, and the browser stops it.
      if (!entry.video.isConnected) (document.body || document.documentElement).append(entry.video);
      keepPlaying(entry.video);
      let released = false;
      return {
        video: entry.video,
        release() {
          if (released) return;
          released = true;
          if (--entry.users > 0 || playing.get(track) !== entry) return;
          entry.idle = clock.setTimeout(() => drop(track), IDLE_MS);
        },
      };
    },

    /** @param {MediaStreamTrack} track @returns {HTMLVideoElement | undefined} The one that plays it now. */
    find: (track) => playing.get(track)?.video,

    dispose() {
      for (const track of Array.from(playing.keys())) drop(track);
    },
  };
}

/** @param {MediaStreamTrack} track */
function createVideo(track) {
  const video = document.createElement('video');
  // Both as properties and as attributes: Safari plays inline and unasked only with the attributes.
  video.muted = true;
  video.playsInline = true;
  video.setAttribute('muted', '');
  video.setAttribute('playsinline', '');
  video.setAttribute('aria-hidden', 'true');
  video.tabIndex = -1;
  // Within the viewport and not display:none: browsers stop decoding, and calling back, for what cannot be seen at all.
  const corner = { position: 'fixed', left: '0', top: '0', width: '1px', height: '1px' };
  Object.assign(video.style, corner, { opacity: '0', pointerEvents: 'none' });
  video.srcObject = new MediaStream([track]);
  return video;
}

/**
 * Never awaited: for a track whose sender has gone silent, `play` never settles.
 * @param {HTMLVideoElement} video
 */
function keepPlaying(video) {
  if (video.paused) Promise.resolve(video.play()).catch(() => {});
}

/** @param {HTMLVideoElement} video */
function removeVideo(video) {
  video.pause();
  video.srcObject = null;
  video.remove();
}
