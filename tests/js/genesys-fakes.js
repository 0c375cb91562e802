/**
 * The objects that recorded event sequences are replayed on: Node has no WebRTC. The SDK itself, over real connections,
 * is in tests/browser/genesys.test.js. Every listener is counted.
 */
import { EventEmitter } from 'node:events';

/** An EventTarget that knows how many listen to it. */
class CountingTarget extends EventTarget {
  listening = 0;
  /** @param {string} type @param {any} listener */
  addEventListener(type, listener) {
    super.addEventListener(type, listener);
    this.listening += 1;
  }
  /** @param {string} type @param {any} listener */
  removeEventListener(type, listener) {
    super.removeEventListener(type, listener);
    this.listening -= 1;
  }
}

export class Track extends CountingTarget {
  readyState = 'live';
  muted = false;
  enabled = true;
  /** @param {string} id @param {object} [settings] */
  constructor(id, settings = {}, kind = 'video') {
    super();
    Object.assign(this, { id, kind, getSettings: () => settings });
  }
  end() {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

export class Connection extends CountingTarget {
  connectionState = 'connected';
  remoteDescription = { sdp: '' };
  /** @type {any[]} */ transceivers = [];
  getTransceivers = () => this.transceivers;
  getReceivers = () => this.transceivers.map(({ receiver }) => receiver);
  getSenders = () => this.transceivers.map(({ sender }) => sender);

  /** @param {Track} track @param {{ currentDirection?: string | null, sending?: Track, msid?: string }} [options] */
  receive(track, { currentDirection = 'sendrecv', sending, msid } = {}) {
    const mid = String(this.transceivers.length);
    this.transceivers.push({ mid, currentDirection, receiver: { track }, sender: { track: sending ?? null } });
    this.remoteDescription.sdp += `m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:${mid}\r\na=msid:stream ${msid ?? track.id}\r\n`;
    this.dispatchEvent(new Event('track'));
    return this;
  }
  close() {
    this.connectionState = 'closed';
    this.dispatchEvent(new Event('connectionstatechange'));
  }
}

export class Session extends EventEmitter {
  state = 'active';
  sessionType = 'collaborateVideo';
  pcParticipant = { id: 'agent-participant', userId: 'agent' };
  pc = new Connection();
  /** @param {string} conversationId */
  constructor(conversationId, id = `session of ${conversationId}`) {
    super();
    Object.assign(this, { conversationId, id });
  }

  /** As the SDK does it from a conversation update. @param {any[]} activeParticipants */
  participants(...activeParticipants) {
    const before = this._lastParticipantsUpdate?.activeParticipants ?? [];
    const ids = activeParticipants.map(({ participantId }) => participantId);
    const update = {
      conversationId: this.conversationId,
      activeParticipants,
      addedParticipants: activeParticipants,
      removedParticipants: before.filter(({ participantId }) => !ids.includes(participantId)),
    };
    this._lastParticipantsUpdate = update;
    this.emit('participantsUpdate', update);
    return this;
  }

  /** @param {any[]} incomingStreams */
  memberStatus(...incomingStreams) {
    this.emit('memberStatusUpdate', { jsonrpc: '2.0', method: 'member.notify.status', params: { incomingStreams } });
    return this;
  }
}

export class Sdk extends EventEmitter {
  _personDetails = { id: 'agent' };
  /** @type {Session[]} */ sessions = [];
  sessionManager = { getAllSessions: () => this.sessions, getAllActiveSessions: () => this.sessions };
  /** @param {Session} session */
  isVideoSession = (session) => session.sessionType === 'collaborateVideo';

  /** @param {Session} session */
  start(session) {
    this.sessions.push(session);
    this.emit('sessionStarted', session);
    return session;
  }
  /** @param {Session} session */
  end(session) {
    this.sessions = this.sessions.filter((each) => each !== session);
    session.pc.close();
    session.emit('terminated', { condition: 'success' });
    this.emit('sessionEnded', session, { condition: 'success' });
  }
}

/** @param {string} participantId @param {object} [rest] */
export const person = (participantId, rest = {}) => ({
  participantId,
  userId: null,
  sharingScreen: false,
  videoMuted: false,
  audioMuted: false,
  ...rest,
});

export const agent = person('agent-participant', { userId: 'agent' });

/** @param {...EventEmitter} emitters */
export function countListeners(...emitters) {
  return emitters.reduce(
    (sum, emitter) => sum + emitter.eventNames().reduce((n, name) => n + emitter.listenerCount(name), 0),
    0,
  );
}

/** What a target says, without its WebRTC objects. @param {any[]} targets */
export function brief(targets) {
  return targets.map(({ track, interactionId, participantId, kind, cameraOff }) =>
    [interactionId, participantId, kind, track ? track.id : '-', ...(cameraOff ? ['off'] : [])].join(' '),
  );
}
