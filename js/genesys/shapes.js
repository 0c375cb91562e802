/**
 * What the adapters need of Genesys' objects, by structure: nothing of Genesys is imported, at run time or for types,
 * so that one build serves genesys-cloud-webrtc-sdk 8, 9 and 14. Everything that only some versions have is optional.
 */

/**
 * @typedef {object} Emitter Node's `EventEmitter`, however a version types it.
 * @property {(event: any, listener: any) => unknown} on
 * @property {(event: any, listener: any) => unknown} [off]
 * @property {(event: any, listener: any) => unknown} [removeListener]
 */

/**
 * @typedef {object} SessionFields
 * @property {string} conversationId The SDK may change it on a live session: it is read anew each time.
 * @property {RTCPeerConnection} [pc]
 * @property {RTCPeerConnection} [peerConnection]
 * @property {string} [state] `'pending'` until accepted, then `'active'`, then `'ended'`.
 * @property {string} [sessionType]
 * @property {{ id?: string, userId?: string } | null} [pcParticipant] The agent's own participant.
 * @property {ParticipantsUpdate} [_lastParticipantsUpdate] What was emitted before anybody listened.
 * @property {{ participants?: { userId?: string | null }[] }} [_lastOnScreenUpdate]
 */

/** @typedef {Emitter & SessionFields} SessionLike */

/**
 * What `participantsUpdate` carries.
 * @typedef {object} ParticipantsUpdate
 * @property {string} [conversationId]
 * @property {ParticipantUpdate[]} [activeParticipants] All who are there.
 * @property {ParticipantUpdate[]} [removedParticipants]
 */

/**
 * One entry of `participantsUpdate`.
 * @typedef {object} ParticipantUpdate
 * @property {string} participantId
 * @property {string | null} [userId] Customers may have none.
 * @property {boolean} [sharingScreen]
 * @property {boolean} [videoMuted]
 */

/**
 * One entry of `incomingStreams` in `memberStatusUpdate`: who is on which received track.
 * @typedef {object} IncomingStream
 * @property {string} [sinkTrackId] The track's id in the server's offer.
 * @property {string} [contentType] `'camera'`, `'screenshare'` or `'playback'`.
 * @property {StreamOwner} [appId] Whose stream it is; not always told.
 * @property {StreamOwner} [appid] As some servers spell it.
 */

/** @typedef {{ sourceParticipantId?: string, sourceUserId?: string }} StreamOwner */

/**
 * @typedef {object} SdkFields
 * @property {((session: any) => boolean)} [isVideoSession]
 * @property {{ getAllSessions?: () => any[], getAllActiveSessions?: () => any[] }} [sessionManager] Made by
 *   `initialize()`.
 * @property {{ id?: string } | null} [_personDetails] The agent.
 */

/** A `genesys-cloud-webrtc-sdk` instance. @typedef {Emitter & SdkFields} WebrtcSdkLike */

/**
 * @typedef {object} ClientFields
 * @property {() => ({ id?: string | null } | null | undefined)} getActiveInteraction
 * @property {Iterable<any>} [participants] Those who are there already, where the client tells.
 * @property {() => Iterable<any>} [getParticipants]
 */

/** The `VideoClient` of Genesys' capture guide. @typedef {Emitter & ClientFields} VideoClientLike */

/**
 * @typedef {object} ClientParticipant
 * @property {string} [id]
 * @property {string} [participantId]
 * @property {string | null} [userId]
 * @property {boolean} isRemote
 * @property {ClientStream[]} [streams]
 * @property {boolean} [videoMuted]
 * @property {string} [interactionId] Where a client gives one, it is believed.
 * @property {string} [conversationId]
 */

/** @typedef {{ type?: string, contentType?: string, mediaStream?: MediaStream | null }} ClientStream */

export {};
