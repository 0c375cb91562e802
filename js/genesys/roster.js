/** Who takes part in a session, and who of them is on which track, from what the server has said so far. */
import { hasOwner, isOf, isShown, kindOfContent, ownerOf } from './incoming-stream.js';

/** @import { IncomingStream, ParticipantUpdate } from './shapes.js' */

/**
 * Who is on a track.
 * @typedef {object} Occupant
 * @property {string | null} participantId Null where nothing has told yet.
 * @property {string | null} userId
 * @property {string} kind `'camera'` or `'screen'`.
 * @property {boolean} [cameraOff]
 * @property {boolean} [isAgent] No target.
 */

/**
 * A stream that the server has named. What it says of somebody who has left since is void: when they come back, their
 * place may be another.
 * @typedef {{ stream: IncomingStream, isVoid: boolean }} Entry
 */

/**
 * @param {import('./shapes.js').SessionLike} session
 * @param {() => string | undefined} agentUserId
 */
export function createRoster(session, agentUserId) {
  /** The conversation that everything below was told of. */
  let conversationId = session.conversationId;
  /** @type {Map<string | undefined, ParticipantUpdate>} */
  let present = new Map();
  /** @type {Set<string | undefined>} */
  const gone = new Set();
  /** By user, null for somebody without an account: all that this event knows. @type {(string | null)[]} */
  let onScreen = [];
  /** @type {Entry[]} */
  let entries = [];
  /** Whether participants were told of after streams: of two that contradict each other, the newer is right. */
  let isPresenceNewer = false;

  /** A session that has moved to another conversation has left everybody behind. */
  function forgetOthers() {
    if (conversationId === session.conversationId) return;
    conversationId = session.conversationId;
    present = new Map();
    gone.clear();
    onScreen = [];
    entries = [];
  }

  /** @param {import('./shapes.js').ParticipantsUpdate} update */
  function takeParticipants({ conversationId: about, activeParticipants, removedParticipants = [] }) {
    forgetOthers();
    if (!Array.isArray(activeParticipants)) return;
    if (about && conversationId && about !== conversationId) return;
    const before = Array.from(present.values());
    for (const { participantId } of before.concat(removedParticipants)) gone.add(participantId);
    present = new Map(activeParticipants.map((participant) => [participant.participantId, participant]));
    for (const id of present.keys()) gone.delete(id);
    const left = before.filter(({ participantId }) => gone.has(participantId));
    for (const entry of entries) if (left.some((participant) => isOf(entry.stream, participant))) entry.isVoid = true;
    isPresenceNewer = true;
  }

  /** @param {{ participants?: { userId?: string | null }[] }} update */
  function takeOnScreen({ participants = [] }) {
    forgetOthers();
    onScreen = participants.map(({ userId }) => userId || null);
  }

  /** @param {{ params?: { incomingStreams?: IncomingStream[] } }} message */
  function takeMemberStatus({ params = {} }) {
    forgetOthers();
    // Most of these messages tell of speakers only.
    if (!Array.isArray(params.incomingStreams)) return;
    entries = params.incomingStreams.map((stream) => ({ stream, isVoid: false }));
    isPresenceNewer = false;
  }

  takeParticipants(session._lastParticipantsUpdate || {});
  takeOnScreen(session._lastOnScreenUpdate || {});

  /** @param {{ participantId?: string | null, userId?: string | null }} someone */
  function isAgent({ participantId, userId }) {
    const own = session.pcParticipant;
    const agent = agentUserId() || own?.userId;
    return Boolean((own?.id && own.id === participantId) || (agent && agent === userId));
  }

  const remote = () => Array.from(present.values()).filter((participant) => !isAgent(participant));

  /**
   * Of whose presence nothing is told. Without a name it is nobody, once there has been anybody, be it on another device of
   * the agent's. While the agent is the only one yet, whoever comes will have been the first.
   * @param {string} kind @param {string | null} [participantId] @param {string | null} [userId]
   * @returns {Occupant[]}
   */
  function stranger(kind, participantId = null, userId = null) {
    const isUnnamed = !participantId && !userId;
    if (isUnnamed && (gone.size > 0 || present.size > 1)) return [];
    return [{ participantId, userId, kind, isAgent: isUnnamed && present.size > 0 }];
  }

  /** Who may be in a picture that nobody is named for: with a second device, the agent too. */
  function anybody() {
    const others = remote();
    return others.length > 0 && present.size - others.length > 1 ? Array.from(present.values()) : others;
  }

  /**
   * Whom a stream may show, of those who are present.
   * @param {Entry} entry
   */
  function candidatesOf(entry) {
    if (!hasOwner(entry.stream)) return anybody();
    const named = remote().filter((participant) => isOf(entry.stream, participant));
    return named.length > 0 && entry.isVoid ? anybody() : named;
  }

  /** @param {Entry} entry @param {boolean} isOnlyTrack @returns {Occupant[]} */
  function fromEntry(entry, isOnlyTrack) {
    const { stream } = entry;
    const { sourceParticipantId: participantId, sourceUserId: userId } = ownerOf(stream);
    if (!isShown(stream) || gone.has(participantId)) return [];
    const candidates = candidatesOf(entry);
    if (candidates.length === 1 && hasStoppedSharing(candidates[0], entry)) return [];
    if (candidates.length > 0) return occupants(candidates, (participant) => kindsOf(participant, entry, isOnlyTrack));
    // Nobody that is remote, somebody who has left, or somebody whose presence has not been told yet.
    if (entry.isVoid || isAgent(present.get(participantId) || { participantId, userId })) return [];
    return stranger(kindOfContent(stream) || 'camera', participantId, userId);
  }

  /**
   * Without a word about streams: the one who is there, or everybody who might be.
   * @param {boolean} isOnlyTrack Who is on the screen is told for all tracks together, and in Firefox for the first alone.
   * @returns {Occupant[]}
   */
  function fromPresence(isOnlyTrack) {
    const others = anybody();
    const visible = isOnlyTrack ? others.filter(({ userId }) => onScreen.includes(userId || null)) : [];
    const candidates = visible.length > 0 ? visible : others;
    if (candidates.length > 0) return occupants(candidates, (participant) => kindsByPresence(participant, isOnlyTrack));
    return stranger('camera');
  }

  /**
   * Streams tell what they carry, and presence tells who shares a screen. They travel apart: the newer word is right.
   * @param {ParticipantUpdate} participant @param {Entry} entry @param {boolean} isOnlyTrack
   */
  function kindsOf(participant, entry, isOnlyTrack) {
    const told = kindOfContent(entry.stream);
    const isOutdated = isPresenceNewer && typeof participant.sharingScreen === 'boolean' && !sendsBoth(participant);
    const contradicts = told === 'screen' ? !participant.sharingScreen : participant.sharingScreen;
    return told && !(isOutdated && contradicts) ? [told] : kindsByPresence(participant, isOnlyTrack);
  }

  /** A screen beside the camera, and a newer word that it is no longer shared. */
  function hasStoppedSharing(/** @type {ParticipantUpdate} */ participant, /** @type {Entry} */ entry) {
    const isScreen = kindOfContent(entry.stream) === 'screen';
    return isScreen && isPresenceNewer && participant.sharingScreen === false && sendsBoth(participant);
  }

  /** Whether the streams tell a participant's camera and screen apart. @param {ParticipantUpdate} participant */
  function sendsBoth(participant) {
    const own = entries.filter((entry) => candidatesOf(entry).includes(participant));
    const kinds = own.map(({ stream }) => kindOfContent(stream));
    return kinds.includes('camera') && kinds.includes('screen');
  }

  /**
   * @param {ParticipantUpdate[]} candidates
   * @param {(participant: ParticipantUpdate) => string[]} kinds What each may be sending.
   * @returns {Occupant[]}
   */
  function occupants(candidates, kinds) {
    return candidates.flatMap((participant) =>
      kinds(participant).map((kind) => ({
        ...identify(participant),
        kind,
        cameraOff: kind === 'camera' && Boolean(participant.videoMuted),
        isAgent: isAgent(participant),
      })),
    );
  }

  return {
    takeParticipants,
    takeOnScreen,
    takeMemberStatus,

    /**
     * @param {(string | undefined)[][]} tracks The ids that each received track goes by.
     * @returns {Occupant[][]} For each track, who is on it: nobody, one, or, where nothing tells, all who might be.
     */
    assign(tracks) {
      forgetOthers();
      const told = tracks.map((ids) =>
        entries.filter(({ stream }) => stream.sinkTrackId && ids.includes(stream.sinkTrackId)),
      );
      const isTold = told.some(({ length }) => length > 0);
      const isOnlyTrack = tracks.length === 1;
      return told.map((named) => {
        if (named.length > 0) return distinct(named.flatMap((entry) => fromEntry(entry, isOnlyTrack)));
        // Once the server names tracks, one that it does not name carries nobody.
        return isTold ? [] : fromPresence(isOnlyTrack);
      });
    },

    /** Remote participants who send no picture. */
    camerasOff() {
      forgetOthers();
      return remote()
        .filter(({ videoMuted, sharingScreen }) => videoMuted && !sharingScreen)
        .map(identify);
    },
  };
}

/**
 * A screen takes the camera's place on the wire, or comes beside it: then nothing tells the two apart.
 * @param {ParticipantUpdate} participant @param {boolean} isOnlyTrack
 */
function kindsByPresence({ sharingScreen }, isOnlyTrack) {
  if (!sharingScreen) return ['camera'];
  return isOnlyTrack ? ['screen'] : ['camera', 'screen'];
}

/** @param {ParticipantUpdate} participant */
function identify({ participantId, userId }) {
  return { participantId, userId: userId || null };
}

/** @param {Occupant[]} all */
function distinct(all) {
  const names = nameAll(all);
  return Array.from(new Map(all.map((one, i) => [names[i], one])).values());
}

/**
 * What tells occupants apart: who, and which picture of theirs.
 * @param {Occupant[]} all @param {'participantId' | 'userId'} [first] Whose other id stands in where it has none.
 */
export function nameAll(all, first = 'participantId') {
  return all.map((one) => [one[first] || one.participantId || one.userId, one.kind].join());
}
