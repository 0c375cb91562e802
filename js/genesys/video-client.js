/**
 * Sources over the `VideoClient` of Genesys' capture guide: the remote participants' streams, filed under the active
 * interaction.
 *
 * The client says which interaction the agent is at, not whose a stream is. A participant therefore belongs to the
 * interaction that was active when they came. When the agent turns to another one while they are still there, both are
 * listed, the other one as a guess: a capture has to choose, and only theirs can be chosen. Somebody who has come under
 * several interactions is nobody's for certain.
 */
import { invalidArgument } from '../errors.js';
import { createArrivals } from './arrivals.js';
import { createSource, readSelection } from './selection.js';
import { createSubscriptions, isEmitter } from './subscriptions.js';

/** @import { CaptureSource, Target } from '../frames/source.js' */
/** @import { ClientParticipant } from './shapes.js' */

/**
 * @typedef {object} ClientOptions
 * @property {(participant: any) => string | null | undefined} [interactionOf] Which interaction a participant belongs
 *   to, where the page knows. Nothing is concluded from when they came, then. Where it answers nothing, it is.
 */

/** @typedef {import('./selection.js').Selection & ClientOptions} VideoClientOptions */

const ADDED = ['participant-added', 'stream-added'];
const LEFT = ['participant-removed', 'participant-left'];
const OTHERS = ['stream-removed', 'participant-updated', 'stream-updated'];

/** @type {(string | undefined)[]} */
const SCREENS = ['screen', 'screenshare', 'screen-share'];
/** Contents of a `'video'` stream that are a camera. Recordings that are played, and what is unknown, are none. */
const CAMERAS = [undefined, null, '', 'camera', 'video'];

/**
 * @param {import('./shapes.js').VideoClientLike} videoClient
 * @param {VideoClientOptions} [options]
 * @returns {CaptureSource}
 * @throws {import('../errors.js').CaptureError} `invalid-argument`
 */
export function fromVideoClient(videoClient, options = {}) {
  if (!isVideoClient(videoClient)) throw invalidArgument('videoClient', 'a VideoClient', videoClient);
  const selection = readSelection(options);
  const { interactionOf } = selection;
  /**
   * By id where they have one: an event may bring a new object for somebody known.
   * @type {Map<unknown, ClientParticipant>}
   */
  const participants = new Map();
  const arrivals = createArrivals(() => activeInteraction(videoClient));
  const tracks = createSubscriptions();
  const subscriptions = createSubscriptions();
  const { source, changed } = createSource(selection, list, () => {
    tracks.dispose();
    subscriptions.dispose();
  });

  /** @param {ClientParticipant} participant */
  function add(participant) {
    const key = keyOf(participant);
    if (!participants.has(key)) arrivals.come(key);
    participants.set(key, participant);
  }

  /** @param {unknown} key */
  function remove(key) {
    participants.delete(key);
    arrivals.leave(key);
  }

  function refresh() {
    arrivals.look();
    tracks.dispose();
    for (const { mediaStream } of remoteStreams()) {
      tracks.listen(mediaStream, ['addtrack', 'removetrack'], refresh);
      for (const track of mediaStream.getVideoTracks()) tracks.listen(track, ['ended', 'mute', 'unmute'], changed);
    }
    changed();
  }

  function remoteStreams() {
    return Array.from(participants.values())
      .filter(({ isRemote }) => isRemote === true)
      .flatMap(videoStreams);
  }

  /** @returns {Target[]} */
  function list() {
    const streams = remoteStreams();
    if (streams.length === 0) return [];
    const active = activeInteraction(videoClient);
    arrivals.bind(active);
    const targets = streams.flatMap((stream) => toTargets(stream, active));
    return targets.map((target) => (isShared(target, targets) ? { ...target, guess: 'participant' } : target));
  }

  /** @param {VideoStream} stream @param {string | null} active @returns {Target[]} */
  function toTargets({ participant, kind, mediaStream }, active) {
    const all = mediaStream.getVideoTracks();
    const track = all.find(({ readyState }) => readyState === 'live') || all[0];
    if (!track) return [];
    const target = {
      track,
      participantId: participant.id || participant.participantId || null,
      userId: participant.userId || null,
      kind,
      cameraOff: kind === 'camera' && participant.videoMuted === true,
    };
    return interactionsOf(participant, active).map((interaction) => ({ ...target, ...interaction }));
  }

  /**
   * @param {ClientParticipant} participant @param {string | null} active
   * @returns {Pick<Target, 'interactionId' | 'guess'>[]}
   */
  function interactionsOf(participant, active) {
    const told = interactionOf ? interactionOf(participant) : participant.interactionId || participant.conversationId;
    if (told) return [{ interactionId: told }];
    return arrivals.interactionsOf(keyOf(participant), active);
  }

  /** @param {string[]} events @param {(participant: ClientParticipant | undefined, subject: unknown) => void} take */
  function listen(events, take) {
    for (const event of events) {
      subscriptions.on(videoClient, event, (...args) => {
        take(findParticipant(args), args[0]);
        refresh();
      });
    }
  }

  for (const participant of presentParticipants(videoClient)) if (isParticipant(participant)) add(participant);
  listen(ADDED, (participant) => participant && add(participant));
  listen(LEFT, (participant, subject) => remove(typeof subject === 'string' ? subject : keyOf(participant || subject)));
  listen(OTHERS, (participant) => {
    // Of somebody who has left it comes too late.
    if (participant && participants.has(keyOf(participant))) participants.set(keyOf(participant), participant);
  });
  refresh();
  return source;
}

/**
 * Whether others, or something else of theirs, may be in the same picture.
 * @param {Target} target @param {Target[]} targets
 */
function isShared({ track, participantId, kind, cameraOff }, targets) {
  const isRival = (/** @type {Target} */ other) =>
    other.track === track && (other.participantId !== participantId || other.kind !== kind) && !other.cameraOff;
  return !cameraOff && targets.some(isRival);
}

/** @typedef {{ participant: ClientParticipant, kind: string, mediaStream: MediaStream }} VideoStream */

/** @param {ClientParticipant} participant @returns {VideoStream[]} */
function videoStreams(participant) {
  const found = [];
  for (const { type, contentType, mediaStream } of participant.streams || []) {
    const isScreen = SCREENS.includes(type) || SCREENS.includes(contentType);
    const isCamera = type === 'video' && CAMERAS.includes(contentType);
    if (!mediaStream || (!isCamera && !isScreen)) continue;
    found.push({ participant, kind: isScreen ? 'screen' : 'camera', mediaStream });
  }
  return found;
}

/** @param {import('./shapes.js').VideoClientLike} client @returns {string | null} */
function activeInteraction(client) {
  return client.getActiveInteraction()?.id || null;
}

/** Those who came before the adapter did. @param {import('./shapes.js').VideoClientLike} client @returns {any[]} */
function presentParticipants(client) {
  const given = /** @type {any} */ (client.getParticipants?.() || client.participants || []);
  // A Map's are its values.
  return Array.from(given.values?.() || given);
}

/**
 * The guide's listeners get the participant, a stream and its participant, or an object that has both.
 * @param {any[]} args
 * @returns {ClientParticipant | undefined}
 */
function findParticipant(args) {
  return args.flatMap((arg) => [arg, arg?.participant]).find(isParticipant);
}

/** @param {any} value @returns {value is ClientParticipant} */
function isParticipant(value) {
  return typeof value === 'object' && value !== null && 'isRemote' in value && !('mediaStream' in value);
}

/** @param {any} participant @returns {unknown} */
function keyOf(participant) {
  return participant?.id || participant?.participantId || participant;
}

/** @param {any} value @returns {value is import('./shapes.js').VideoClientLike} */
function isVideoClient(value) {
  return typeof value?.getActiveInteraction === 'function' && isEmitter(value);
}
