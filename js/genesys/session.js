/** One video session: who is on which of its received tracks. */
import { createRoster, nameAll } from './roster.js';
import { createSubscriptions } from './subscriptions.js';

/** @import { Target } from '../frames/source.js' */
/** @import { Occupant } from './roster.js' */
/** @import { SessionLike } from './shapes.js' */
/** @typedef {ReturnType<typeof followSession>} FollowedSession */

/**
 * How long frames may still show who was on a track before the server put somebody else there, in ms: what is on its
 * way and in the jitter buffer. ITU-T G.114 allows a conversation 400 ms one way.
 */
const SETTLE_MS = 500;

/**
 * Directions in which a receiver gets something; what has none is believed to. Null until negotiated; missing from browsers
 * that came late to it.
 * @type {(string | null | undefined)[]}
 */
const RECEIVING = [undefined, 'sendrecv', 'recvonly'];

/**
 * @param {SessionLike} session
 * @param {object} context
 * @param {() => string | undefined} context.agentUserId
 * @param {() => void} context.changed Called when `targets()` would answer differently.
 * @param {() => void} context.ended Called when the session has ended.
 */
export function followSession(session, { agentUserId, changed, ended }) {
  const connection = session.pc || session.peerConnection;
  const subscriptions = createSubscriptions();
  /** @type {WeakSet<MediaStreamTrack>} */
  const heard = new WeakSet();
  /** Who was last seen on a track, and since when. @type {WeakMap<MediaStreamTrack, [who: string, since: number]>} */
  const occupants = new WeakMap();
  const roster = createRoster(session, agentUserId);

  function hear() {
    for (const { track } of receiving(connection)) {
      if (heard.has(track)) continue;
      heard.add(track);
      subscriptions.listen(track, ['ended', 'mute', 'unmute'], changed);
    }
    targets(); // Now is when a switch of source has to be noticed.
  }

  function refresh() {
    hear();
    changed();
  }

  /** @param {(update: any) => void} take */
  const taking = (take) => (/** @type {any} */ update) => {
    take(update || {});
    refresh();
  };
  subscriptions.on(session, 'participantsUpdate', taking(roster.takeParticipants));
  subscriptions.on(session, 'activeVideoParticipantsUpdate', taking(roster.takeOnScreen));
  subscriptions.on(session, 'memberStatusUpdate', taking(roster.takeMemberStatus));
  subscriptions.on(session, 'terminated', ended);
  subscriptions.listen(connection, ['track', 'connectionstatechange', 'signalingstatechange'], refresh);
  hear();

  /** @returns {Target[]} */
  function targets() {
    if (!connection || session.state === 'pending' || session.state === 'ended') return [];
    if (connection.connectionState === 'closed') return [];
    const interactionId = session.conversationId;
    const received = receiving(connection);
    const seen = roster.assign(received.map(({ ids }) => ids));
    /** @type {Target[]} */
    const list = [];
    received.forEach(({ track, receiver }, i) => {
      // Somebody whose camera is off is not in the picture.
      const visible = seen[i].filter(({ cameraOff }) => !cameraOff);
      const notBefore = settle(track, seen[i], visible);
      for (const { isAgent, ...someone } of seen[i]) {
        if (isAgent) continue;
        const target = { track, receiver, interactionId, ...someone, notBefore };
        list.push(visible.length > 1 && !someone.cameraOff ? { ...target, guess: 'participant' } : target);
      }
    });
    // Somebody whose camera is off may never have sent anything: a target all the same, that says why.
    for (const someone of roster.camerasOff()) {
      if (list.some(({ participantId }) => participantId === someone.participantId)) continue;
      list.push({ interactionId, ...someone, kind: 'camera', cameraOff: true });
    }
    return list;
  }

  /**
   * @param {MediaStreamTrack} track
   * @param {Occupant[]} seen
   * @param {Occupant[]} visible Of these.
   * @returns {number} From when on frames show who is there now, on the clock of `performance.now()`.
   */
  function settle(track, seen, visible) {
    // A recording and a stranger are others, too; and of several, each may have been shown.
    const who = String(nameAll(visible));
    const isOff = seen.length > 0 && who === '';
    const isUntold = visible.length > 1 || who[0] === ',';
    let [known, since = 0] = occupants.get(track) || [];
    // The first to be known has always been there.
    if (isOff || (isUntold && known === undefined)) return since;
    // Of whom only the user was known, the one participant of that user is the same.
    const asUser = seen[1] ? who : String(nameAll(seen, 'userId'));
    if (![undefined, who, asUser].includes(known)) since = performance.now() + SETTLE_MS;
    occupants.set(track, [who, since]);
    return since;
  }

  return { targets, conversationId: () => session.conversationId, dispose: subscriptions.dispose };
}

/**
 * The tracks that a connection receives video on. A transceiver that only sends has a receiver and a track, too.
 * @param {RTCPeerConnection | undefined} connection
 * @returns {{ track: MediaStreamTrack, receiver: RTCRtpReceiver, ids: (string | undefined)[] }[]} `ids`: the track's own, unless the
 *   server has given it to another one since, and what the server calls it.
 */
function receiving(connection) {
  if (!connection) return [];
  const transceivers = connection.getTransceivers?.() || [];
  const sent = (connection.getSenders?.() || []).map(({ track }) => track);
  const offered = offeredTrackIds(connection.remoteDescription?.sdp || '');
  return connection.getReceivers().flatMap((receiver) => {
    const { track } = receiver;
    const transceiver = transceivers.find((each) => each.receiver === receiver);
    const isReceiving = RECEIVING.includes(transceiver?.currentDirection);
    if (!isReceiving || track?.kind !== 'video' || sent.includes(track)) return [];
    const own = offered.find(([mid]) => mid === transceiver?.mid)?.[1];
    return [
      { receiver, track, ids: transceiver && offered.some(([, id]) => id === track.id) ? [own] : [track.id, own] },
    ];
  });
}

/** The description that was read last, and its ids: it is long, is read at each look at the targets, and rarely changes. */
let readLast = '';
/** @type {(string | undefined)[][]} */
let trackIds = [];

/**
 * The ids that the server gave the tracks, each with its `mid`: Firefox makes up some of its own. From `a=msid` (RFC 8830,
 * section 2).
 * @param {string} sdp
 */
function offeredTrackIds(sdp) {
  if (readLast !== sdp) {
    const read = (/** @type {string} */ section, /** @type {RegExp} */ line) => line.exec(section)?.[1];
    const sections = sdp.split('\nm=');
    trackIds = sections.map((each) => [read(each, /\na=mid:(\S+)/) || '', read(each, /\na=msid:\S+ (\S+)/)]);
    readLast = sdp;
  }
  return trackIds;
}
