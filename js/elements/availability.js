/** Whether there is a picture to capture, and if not, why: told before anybody clicks, by what a source itself says. */
import { CaptureError, fromMediaStream } from '../index.js';
import { invalid } from './errors.js';

/** @import { CaptureErrorCode, CaptureSource, Target } from '../index.js' */

/** For what no event tells: a track that the page itself adds or disables, an element's new stream. In ms. */
const LOOK_MS = 1000;

const TRACK_EVENTS = ['mute', 'unmute', 'ended'];
const ELEMENT_EVENTS = ['loadedmetadata', 'emptied'];

const nothing = () => {};

/**
 * @typedef {object} Wanted Whose picture, where the page has chosen.
 * @property {string} [interactionId]
 * @property {string} [participantId]
 */

/**
 * @param {Target[]} targets
 * @param {Wanted} wanted
 * @param {(track: MediaStreamTrack) => boolean} hasShown Whether a track that is silent now was not so before.
 * @returns {CaptureErrorCode | null} As a capture would say, for a picture that certainly is not there; null where one is
 *   worth trying.
 */
export function reasonOf(targets, { interactionId, participantId }, hasShown) {
  // Named by the page is only what a source without interactions has.
  const interaction = targets.some((target) => target.interactionId) && interactionId;
  const matching = targets.filter(
    (target) =>
      (!interaction || target.interactionId === interaction) &&
      (!participantId || target.participantId === participantId),
  );
  const reasons = matching.map(({ cameraOff, track, element }) => {
    if (cameraOff) return 'camera-off';
    if (!track) return element ? null : 'no-source';
    if (track.readyState === 'ended') return 'stream-ended';
    if (!track.enabled) return 'camera-off';
    if (track.muted) return hasShown(track) ? 'camera-off' : 'no-frame';
    return null;
  });
  if (reasons.includes(null)) return null;
  // What may come back by itself before what has ended.
  const order = /** @type {const} */ (['camera-off', 'no-frame', 'stream-ended']);
  return order.find((reason) => reasons.includes(reason)) || 'no-source';
}

/**
 * @param {unknown} given What `capture.snapshot` takes; undefined and null for none.
 * @returns {Pick<CaptureSource, 'targets' | 'on'> | null}
 * @throws {CaptureError} `invalid-argument`
 */
export function sourceOf(given) {
  if (given === undefined || given === null) return null;
  const value = /** @type {any} */ (given);
  if (typeof value.targets === 'function' && typeof value.on === 'function') return value;
  if (typeof value.getVideoTracks === 'function') return fromMediaStream(value);
  const unknown = { interactionId: null, participantId: null };
  if (/^video$/i.test(value.tagName)) {
    return {
      targets() {
        const media = value.srcObject;
        if (media?.getVideoTracks) return fromMediaStream(media).targets();
        return media || value.currentSrc || value.src ? [{ ...unknown, kind: 'element', element: value }] : [];
      },
      on: (_event, listener) => listen(value, ELEMENT_EVENTS, listener),
    };
  }
  if (value.kind === 'video' && 'readyState' in value) {
    return { targets: () => [{ ...unknown, kind: 'track', track: value }], on: () => nothing };
  }
  throw invalid('source', 'a MediaStream, a video MediaStreamTrack, an HTMLVideoElement or a source', given);
}

/**
 * Tells at once, and whenever it is otherwise.
 * @param {unknown} given As for `sourceOf`.
 * @param {() => Wanted} wanted
 * @param {(reason: CaptureErrorCode | null) => void} tell
 * @returns {{ look: () => void, end: () => void }} `look` tells now.
 */
export function watchSource(given, wanted, tell) {
  const source = sourceOf(given);
  /** @type {Map<MediaStreamTrack, () => void>} */
  const watched = new Map();
  /** @type {WeakSet<MediaStreamTrack>} */
  const shown = new WeakSet();
  let isOver = false;
  let takeBack = nothing;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  /** @returns {CaptureErrorCode | null} */
  function reason() {
    if (!source) return 'no-source';
    try {
      const targets = source.targets();
      watch(targets);
      return reasonOf(targets, wanted(), (track) => shown.has(track));
    } catch (error) {
      return CaptureError.is(error) ? error.code : 'no-source';
    }
  }

  /** @param {Target[]} targets */
  function watch(targets) {
    const tracks = new Set(targets.flatMap(({ track }) => track || []));
    for (const [track, leave] of watched) {
      if (tracks.has(track)) continue;
      leave();
      watched.delete(track);
    }
    for (const track of tracks) {
      if (!track.muted) shown.add(track);
      if (!watched.has(track)) watched.set(track, listen(track, TRACK_EVENTS, look));
    }
  }

  function look() {
    if (!isOver) tell(reason());
  }

  if (source) {
    try {
      takeBack = listenTo(source, look);
    } catch {
      // A source that cannot be listened to is looked at now and then, as all are.
    }
    timer = setInterval(look, LOOK_MS);
  }
  look();

  return {
    look,
    end() {
      isOver = true;
      clearInterval(timer);
      takeBack();
      for (const leave of watched.values()) leave();
      watched.clear();
    },
  };
}

/** @param {EventTarget} target @param {string[]} types @param {() => void} listener */
function listen(target, types, listener) {
  for (const type of types) target.addEventListener(type, listener);
  return () => {
    for (const type of types) target.removeEventListener(type, listener);
  };
}

/**
 * What `on` gives back takes the listener back, or is an event emitter, which has a method for it.
 * @param {Pick<CaptureSource, 'on'>} source @param {() => void} listener
 */
function listenTo(source, listener) {
  const takeBack = source.on('change', listener);
  if (typeof takeBack === 'function') return takeBack;
  const { off, removeListener } = /** @type {Record<string, any>} */ (/** @type {unknown} */ (source));
  const leave = off || removeListener || nothing;
  return () => leave.call(source, 'change', listener);
}
