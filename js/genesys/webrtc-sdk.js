/** Sources over `genesys-cloud-webrtc-sdk`: every remote video of every live video session. */
import { invalidArgument } from '../errors.js';
import { createSource, readSelection } from './selection.js';
import { followSession } from './session.js';
import { createSubscriptions, isEmitter } from './subscriptions.js';

/** @import { CaptureSource } from '../frames/source.js' */
/** @import { FollowedSession } from './session.js' */
/** @import { SessionLike } from './shapes.js' */

/** The one kind of session that has a customer's camera; others are phones, shared, recorded and monitored screens. */
const VIDEO = 'collaborateVideo';

/**
 * Sessions that have ended, for all sources: the SDK may go on listing them, and their media may go on flowing.
 * @type {WeakSet<SessionLike>}
 */
const over = new WeakSet();

/**
 * Follows the SDK's video sessions, those that are there already and those that come, until disposed.
 * @param {import('./shapes.js').WebrtcSdkLike} sdk
 * @param {import('./selection.js').Selection} [options]
 * @returns {CaptureSource}
 * @throws {import('../errors.js').CaptureError} `invalid-argument`
 */
export function fromWebrtcSdk(sdk, options = {}) {
  if (!isEmitter(sdk)) throw invalidArgument('sdk', 'a genesys-cloud-webrtc-sdk instance', sdk);
  /** The newest last. @type {Map<SessionLike, FollowedSession>} */
  const sessions = new Map();
  const subscriptions = createSubscriptions();
  const { source, changed } = createSource(readSelection(options), list, () => {
    subscriptions.dispose();
    for (const session of Array.from(sessions.keys())) drop(session);
  });

  /** @param {SessionLike} session */
  function add(session) {
    if (sessions.has(session) || !isVideoSession(sdk, session) || over.has(session)) return;
    sessions.set(
      session,
      followSession(session, { agentUserId: () => sdk._personDetails?.id, changed, ended: () => remove(session) }),
    );
  }

  /** @param {SessionLike} session */
  function drop(session) {
    const followed = sessions.get(session);
    sessions.delete(session);
    followed?.dispose();
  }

  /** @param {SessionLike} session */
  function remove(session) {
    if (isEmitter(session)) over.add(session);
    drop(session);
    changed();
  }

  function list() {
    // The SDK does not tell of a session that replaces another after a reconnection (`reinvite`).
    for (const session of knownSessions(sdk)) add(session);
    /** @type {Map<string, import('../frames/source.js').Target[]>} */
    const byConversation = new Map();
    for (const followed of sessions.values()) {
      const targets = followed.targets();
      const id = followed.conversationId();
      const older = byConversation.get(id) || [];
      // Once the newer session of a conversation has video, the older one shows the past.
      if (hasVideo(targets) || !hasVideo(older)) byConversation.set(id, targets.length > 0 ? targets : older);
    }
    return Array.from(byConversation.values()).flat();
  }

  list();
  subscriptions.on(sdk, 'sessionStarted', (session) => {
    over.delete(session);
    add(session);
    changed();
  });
  subscriptions.on(sdk, 'sessionEnded', remove);
  return source;
}

/** @param {import('./shapes.js').WebrtcSdkLike} sdk @returns {SessionLike[]} */
function knownSessions({ sessionManager }) {
  try {
    return sessionManager?.getAllSessions?.() || sessionManager?.getAllActiveSessions?.() || [];
  } catch {
    // Between `initialize()` and the streaming connection it throws: there are no sessions yet.
    return [];
  }
}

/** @param {import('./shapes.js').WebrtcSdkLike} sdk @param {SessionLike} session */
function isVideoSession(sdk, session) {
  if (!isEmitter(session)) return false;
  return session.sessionType ? session.sessionType === VIDEO : sdk.isVideoSession?.(session);
}

/** @param {import('../frames/source.js').Target[]} targets */
function hasVideo(targets) {
  return targets.some(({ track }) => track?.readyState === 'live');
}
