/** What the server says of one received stream: whose it is, and what it carries. */

/** @import { IncomingStream } from './shapes.js' */

/**
 * What it shows: a participant or their screen. A recording that is played (`'playback'`) is neither.
 * @param {IncomingStream} stream Without a content type it may carry either.
 */
export function kindOfContent({ contentType }) {
  if (contentType === 'screenshare') return 'screen';
  return contentType === 'camera' ? contentType : undefined;
}

/** Whether it is a target at all. @param {IncomingStream} stream */
export function isShown(stream) {
  return !stream.contentType || kindOfContent(stream) !== undefined;
}

/** @param {IncomingStream} stream @returns {import('./shapes.js').StreamOwner} */
export function ownerOf({ appId, appid }) {
  return appId || appid || {};
}

/** @param {IncomingStream} stream */
export function hasOwner(stream) {
  const { sourceParticipantId, sourceUserId } = ownerOf(stream);
  return sourceParticipantId || sourceUserId;
}

/**
 * Whether it is named as a participant's. Where a participant's id is told, it decides: a user may take part several
 * times.
 * @param {IncomingStream} stream @param {import('./shapes.js').ParticipantUpdate} participant
 */
export function isOf(stream, { participantId, userId }) {
  const { sourceParticipantId, sourceUserId } = ownerOf(stream);
  return sourceParticipantId ? sourceParticipantId === participantId : Boolean(userId) && userId === sourceUserId;
}
