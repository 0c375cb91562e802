/** Which of a source's targets a capture is about, and whether it still is once the frame is in hand. */
import { CaptureError } from '../errors.js';
import { isLocal } from './local.js';

/** @typedef {import('./source.js').CaptureSource} CaptureSource */
/** @typedef {import('./source.js').Target} Target */

/** A target that the caller had to name. @typedef {Target & { isNamed?: boolean }} ChosenTarget */

/**
 * @param {CaptureSource} source
 * @param {string} [interactionId] Picks one where the source knows several; names it where the source knows none.
 * @param {string} [participantId] Picks one where several are in the picture.
 * @returns {ChosenTarget}
 * @throws {CaptureError} `no-source`, `interaction-ambiguous`, `camera-off`, `stream-ended`, `local-stream`
 */
export function chooseTarget(source, interactionId, participantId) {
  const all = listTargets(source, interactionId);
  const wanted = all.filter(
    (target) =>
      (interactionId === undefined || target.interactionId === interactionId) &&
      (participantId === undefined || target.participantId === participantId),
  );
  const interactionIds = Array.from(new Set(wanted.map((target) => target.interactionId)));
  if (interactionIds.length > 1) {
    throw new CaptureError('interaction-ambiguous', 'Several interactions have video and no interactionId was given', {
      details: { interactionIds },
    });
  }
  const usable = wanted.filter((candidate) => !candidate.cameraOff && isAlive(candidate));
  if (countPeople(usable) > 1) {
    const participants = usable.map(({ participantId: id, userId, kind }) => ({ participantId: id, userId, kind }));
    throw new CaptureError('interaction-ambiguous', 'Several participants have video and no participantId was given', {
      details: { interactionIds, participants },
    });
  }
  const target = usable[0] || wanted.find(({ cameraOff }) => cameraOff) || wanted[0];
  if (!target) {
    const message = all.length > 0 ? 'No video belongs to what was asked for' : 'The source has no video';
    throw new CaptureError('no-source', message, { details: { targets: all.length } });
  }
  checkUsable(target);
  return target;
}

/**
 * The same target as the source sees it now.
 * @param {CaptureSource} source
 * @param {ChosenTarget} target
 * @returns {ChosenTarget} With another track where the source has replaced the one of the same participant.
 * @throws {CaptureError} `interaction-changed`, `stream-ended`, `camera-off`, `local-stream`
 */
export function followTarget(source, target) {
  if (!isAlive(target)) throw ended();
  const all = listTargets(source, target.isNamed ? /** @type {string} */ (target.interactionId) : undefined);
  const same = all.filter((candidate) => isSame(candidate, target));
  const now =
    same.find(({ participantId }) => participantId === target.participantId) ||
    same[0] ||
    all.find((candidate) => replaces(candidate, target));
  const interaction = now || all.find((candidate) => candidate.interactionId === target.interactionId) || all[0];
  if (interaction && interaction.interactionId !== target.interactionId) {
    throw new CaptureError('interaction-changed', 'The interaction changed while the frame was being taken', {
      details: { before: target.interactionId, after: interaction.interactionId },
    });
  }
  if (!now) throw new CaptureError('stream-ended', 'The video has left its source');
  if (isSomebodyElse(now, target)) {
    throw new CaptureError('stream-ended', 'Somebody or something else is in the picture now', {
      details: { before: who(target), after: who(now) },
    });
  }
  checkUsable(now, target);
  return now;
}

/**
 * How many people the pictures may show. Those without an id are told apart by their track.
 * @param {Target[]} targets
 */
function countPeople(targets) {
  const kind = targets[0]?.kind;
  const known = targets.filter((target) => target.participantId !== null || target.kind === kind);
  return new Set(known.map((target) => target.participantId ?? target.track ?? target.element)).size;
}

/** A server may put another picture on the same track. Getting to know whose it is changes nothing. */
function isSomebodyElse(/** @type {Target} */ now, /** @type {Target} */ before) {
  const isKnown = now.participantId !== null && before.participantId !== null;
  return isKnown && (now.participantId !== before.participantId || now.kind !== before.kind);
}

/** @param {Target} target */
function who({ participantId, kind }) {
  return { participantId, kind };
}

/** @param {Target} a @param {Target} b */
export function isSame(a, b) {
  return a.track || b.track ? a.track === b.track : a.element === b.element;
}

/** Of the same person, too. @param {Target} a @param {Target} b */
export function isSamePicture(a, b) {
  return isSame(a, b) && a.participantId === b.participantId && a.notBefore === b.notBefore;
}

export function ended() {
  return new CaptureError('stream-ended', 'The video track has ended');
}

/**
 * @param {CaptureSource} source
 * @param {string} [name] Of the interaction, where the source knows none.
 * @returns {ChosenTarget[]}
 * @throws {CaptureError} `no-source`
 */
export function listTargets(source, name) {
  try {
    return source.targets().map((target) => ({
      ...target,
      interactionId: target.interactionId ?? name ?? null,
      participantId: target.participantId ?? null,
      ...((target.interactionId ?? null) === null && name !== undefined ? { isNamed: true } : {}),
    }));
  } catch (cause) {
    throw new CaptureError('no-source', 'The source could not tell what there is to capture', { cause });
  }
}

/** @param {Target} candidate @param {Target} target */
function replaces(candidate, target) {
  return (
    candidate.interactionId === target.interactionId &&
    candidate.participantId === target.participantId &&
    candidate.kind === target.kind &&
    isAlive(candidate)
  );
}

/** @param {Target} target */
function isAlive(target) {
  return !target.track || target.track.readyState === 'live';
}

/** @param {Target} target @param {Target} [before] One that has been looked at: a track's origin never changes. */
function checkUsable(target, before) {
  if (target.track && target.track !== before?.track && isLocal(target.track)) {
    throw new CaptureError('local-stream', 'The track comes from a camera or screen of this device');
  }
  if (!isAlive(target)) throw ended();
  if (target.cameraOff) throw new CaptureError('camera-off', 'The sender has switched the camera off');
}
