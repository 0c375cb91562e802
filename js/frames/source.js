/**
 * What a capture can be taken from, brought into one shape.
 *
 * A source lists its targets anew at every call, so that whoever holds it never works on a copy that has gone stale:
 * an adapter reads the interaction id from its SDK inside `targets()`.
 */
import { CaptureError, invalidArgument } from '../errors.js';

/**
 * One picture that can be captured. Plain data, made by `targets()`; two calls name the same picture by the same
 * `track` (or `element`).
 * @typedef {object} Target
 * @property {MediaStreamTrack} [track] A video track. Missing, and the element too, where a camera is off that has never
 *   sent.
 * @property {HTMLVideoElement} [element] Where there is no track, the element that plays a file. Beside a track: the
 *   element that shows it, which tells whether a picture has ever arrived.
 * @property {string | null} interactionId What the snapshot is filed under, at the moment of the call; null where the
 *   source knows none.
 * @property {string | null} participantId Who is in the picture.
 * @property {string | null} [userId] Their account, where they have one.
 * @property {string} kind `'camera'`, `'screen'`, or for plain sources `'stream'`, `'track'`, `'element'`.
 * @property {'interaction' | 'participant'} [guess] What the source does not know for certain, where it lists one picture
 *   for several interactions or participants. A capture does not take such a target, whatever name it is given. Of one
 *   picture that is listed without this under several, none is taken either.
 * @property {unknown} [origin] What a picture without an interaction or a participant comes from: a stream, a media source,
 *   or a file's address. Another origin is another picture, which never takes the place of the one that was chosen.
 * @property {boolean} [cameraOff] True where signalling says that the sender's camera is off.
 * @property {number} [notBefore] Frames presented before, on the clock of `performance.now()`, may show who was on the
 *   track earlier: they do not count.
 * @property {RTCRtpReceiver} [receiver] The track's receiver; its decoder's counters tell frozen from never started.
 */

/**
 * @typedef {object} CaptureSource
 * @property {() => Target[]} targets What can be captured now, the preferred first. Remote video only.
 * @property {(event: 'change', listener: () => void) => (() => void) | void} on Calls back whenever `targets()` would
 *   answer differently; returns what takes the listener back.
 * @property {() => void} dispose Lets go of everything the source listens to.
 */

/**
 * A source of the page's own. Its `on` may be an event emitter's, which gives back the emitter and has `off` or
 * `removeListener` beside it.
 * @typedef {Omit<CaptureSource, 'on'> & { on: (event: 'change', listener: () => void) => unknown }} SourceLike
 */

const EXPECTED =
  'a MediaStream, a video MediaStreamTrack, an HTMLVideoElement or a source with targets(), on() and dispose()';

/** A stream's events after which it may have another video track. */
const CHANGES = ['addtrack', 'removetrack'];

const nothing = () => {};

/**
 * @param {unknown} value
 * @returns {CaptureSource}
 * @throws {CaptureError} `invalid-argument`
 */
export function toSource(value) {
  try {
    const source = recognize(value);
    if (source) return source;
  } catch {
    // What cannot be read is none of them.
  }
  throw invalidArgument('source', EXPECTED, value);
}

/** @param {unknown} value @returns {CaptureSource | undefined} */
function recognize(value) {
  // By shape, not by class: a stream, a track or an element may come from another frame of the page.
  if (isObject(value)) {
    if (typeof value.targets === 'function' && typeof value.on === 'function') return /** @type {any} */ (value);
    if (isStream(value)) return fromMediaStream(value);
    // In lower case where the page is XHTML.
    if (String(value.tagName).toUpperCase() === 'VIDEO') return fromElement(/** @type {any} */ (value));
    if (value.kind === 'video' && 'readyState' in value) return fromTrack(/** @type {any} */ (value));
  }
  return undefined;
}

/**
 * Listens to a source's changes. What `on` gives back is either what takes the listener back, or, as with every event
 * emitter, the source itself, which then has `off` or `removeListener`.
 * @param {SourceLike} source
 * @param {() => void} listener
 * @returns {() => void} Takes the listener back.
 * @throws {CaptureError} `no-source` where the source fails.
 */
export function onChange(source, listener) {
  /** @type {unknown} */
  let takeBack;
  try {
    takeBack = source.on('change', listener);
  } catch (cause) {
    throw new CaptureError('no-source', 'The source could not be listened to', { cause });
  }
  return () => {
    const { off, removeListener } = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (source));
    if (typeof takeBack === 'function') takeBack();
    else if (typeof off === 'function') off.call(source, 'change', listener);
    else if (typeof removeListener === 'function') removeListener.call(source, 'change', listener);
  };
}

/**
 * A source of a stream's first video track that is still alive.
 * @param {MediaStream} stream
 * @returns {CaptureSource}
 * @throws {CaptureError} `invalid-argument`
 */
export function fromMediaStream(stream) {
  if (!isStream(stream)) throw invalidArgument('stream', 'a MediaStream', stream);
  /** What takes each listener back. @type {Set<() => void>} */
  const listening = new Set();
  let disposed = false;
  return {
    targets: () => (disposed ? [] : streamTargets(stream, 'stream')),
    on(_event, listener) {
      if (disposed) return nothing;
      // One of its own for each call, as a listener that is added twice is taken back once.
      const heard = () => listener();
      const off = () => {
        for (const type of CHANGES) stream.removeEventListener(type, heard);
        listening.delete(off);
      };
      for (const type of CHANGES) stream.addEventListener(type, heard);
      listening.add(off);
      return off;
    },
    dispose() {
      disposed = true;
      for (const off of listening) off();
    },
  };
}

/** @param {MediaStreamTrack} track @returns {CaptureSource} */
function fromTrack(track) {
  return { targets: () => [{ ...plain('track', track), track }], on: () => nothing, dispose: nothing };
}

/**
 * An element that plays a stream is only a way to name the stream: it may be paused or removed from the page while the
 * video goes on. One that plays a file is the picture itself.
 * @param {HTMLVideoElement} element
 * @returns {CaptureSource}
 */
function fromElement(element) {
  return {
    targets() {
      const stream = element.srcObject;
      if (stream && 'getVideoTracks' in stream) {
        return streamTargets(stream, 'element').map((target) => ({ ...target, element }));
      }
      const file = stream || element.currentSrc || element.src;
      return file ? [{ ...plain('element', file), element }] : [];
    },
    on(_event, listener) {
      element.addEventListener('emptied', listener);
      return () => element.removeEventListener('emptied', listener);
    },
    dispose: nothing,
  };
}

/** @param {MediaStream} stream @param {string} kind @returns {Target[]} */
function streamTargets(stream, kind) {
  const tracks = stream.getVideoTracks();
  const track = tracks.find((candidate) => candidate.readyState === 'live') || tracks[0];
  return track ? [{ ...plain(kind, stream), track }] : [];
}

/** @param {string} kind @param {unknown} origin */
function plain(kind, origin) {
  return { kind, origin, interactionId: null, participantId: null };
}

/** @param {any} value @returns {value is MediaStream} */
function isStream(value) {
  try {
    return typeof value.getVideoTracks === 'function';
  } catch {
    return false;
  }
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
