/** Who takes part in a session, and who of them is on which track, from what the server has said so far. */

/** @typedef {import('./shapes.js').IncomingStream} IncomingStream */
/** @typedef {import('./shapes.js').ParticipantUpdate} ParticipantUpdate */

/**
 * Who is on a track.
 * @typedef {object} Occupant
 * @property {string | null} participantId Null where nothing has told yet.
 * @property {string | null} userId
 * @property {string} kind
 * @property {boolean} cameraOff
 */

/** @type {Record<string, string>} */
const KIND_OF_CONTENT = { camera: 'camera', screenshare: 'screen' };

/**
 * @param {import('./shapes.js').SessionLike} session
 * @param {() => string | undefined} agentUserId
 */
export function createRoster(session, agentUserId) {
  /** @type {Map<string, ParticipantUpdate>} */
  let present = new Map();
  /** @type {Set<string>} */
  const gone = new Set();
  /** By user: all that this event knows. @type {string[]} */
  let onScreen = [];
  /** @type {IncomingStream[]} */
  let streams = [];

  /** @param {{ activeParticipants?: ParticipantUpdate[], removedParticipants?: ParticipantUpdate[] }} update */
  function takeParticipants({ activeParticipants, removedParticipants = [] }) {
    if (!Array.isArray(activeParticipants)) return;
    for (const id of present.keys()) gone.add(id);
    for (const { participantId } of removedParticipants) gone.add(participantId);
    present = new Map(activeParticipants.map((participant) => [participant.participantId, participant]));
    for (const id of present.keys()) gone.delete(id);
  }

  /** @param {{ participants?: { userId?: string }[] }} update */
  function takeOnScreen({ participants = [] }) {
    onScreen = /** @type {string[]} */ (participants.map(({ userId }) => userId).filter(Boolean));
  }

  /** @param {{ params?: { incomingStreams?: IncomingStream[] } }} message */
  function takeMemberStatus({ params = {} }) {
    // Most of these messages tell of speakers only.
    if (Array.isArray(params.incomingStreams)) streams = params.incomingStreams;
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

  /** @param {IncomingStream} stream @returns {Occupant[]} */
  function fromStream({ appId, appid, contentType }) {
    const { sourceParticipantId, sourceUserId } = appId || appid || {};
    const known =
      (sourceParticipantId && present.get(sourceParticipantId)) ||
      remote().find(({ userId }) => userId && userId === sourceUserId);
    const participantId = sourceParticipantId || known?.participantId || null;
    const userId = sourceUserId || known?.userId || null;
    if (isAgent({ participantId, userId }) || (participantId && gone.has(participantId))) return [];
    if (known) return [occupant({ ...known, userId }, contentType)];
    return [{ participantId, userId, kind: kindOf(contentType, false), cameraOff: false }];
  }

  /** Without a word about streams: the one who is there, or everybody who might be. @returns {Occupant[]} */
  function fromPresence() {
    const others = remote();
    const visible = others.filter(({ userId }) => userId && onScreen.includes(userId));
    const candidates = visible.length > 0 ? visible : others;
    if (candidates.length > 0) return candidates.map((participant) => occupant(participant));
    if (gone.size > 0) return [];
    return [{ participantId: null, userId: null, kind: 'camera', cameraOff: false }];
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
      const told = tracks.map((ids) => streams.find(({ sinkTrackId }) => sinkTrackId && ids.includes(sinkTrackId)));
      const isTold = told.some(Boolean);
      return told.map((stream) => {
        if (stream) return fromStream(stream);
        // Once the server names tracks, one that it does not name carries nobody.
        return isTold ? [] : fromPresence();
      });
    },

    /** Remote participants who send no picture. */
    camerasOff: () =>
      remote()
        .filter(({ videoMuted, sharingScreen }) => videoMuted && !sharingScreen)
        .map(identify),
  };
}

/** @param {ParticipantUpdate} participant @param {string} [contentType] @returns {Occupant} */
function occupant(participant, contentType) {
  const kind = kindOf(contentType, Boolean(participant.sharingScreen));
  return { ...identify(participant), kind, cameraOff: kind === 'camera' && Boolean(participant.videoMuted) };
}

/** @param {ParticipantUpdate} participant */
function identify({ participantId, userId }) {
  return { participantId, userId: userId || null };
}

/**
 * A screen takes the camera's place on the wire, so that without a content type `sharingScreen` tells.
 * @param {string | undefined} contentType @param {boolean} sharingScreen
 */
function kindOf(contentType, sharingScreen) {
  if (contentType) return KIND_OF_CONTENT[contentType] || contentType;
  return sharingScreen ? 'screen' : 'camera';
}
