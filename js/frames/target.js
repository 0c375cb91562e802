/** Which of a source's targets a capture is about, and whether it still is once the frame is in hand. */
import { CaptureError } from '../errors.js';
import { isLocal } from './local.js';

/** @typedef {import('./source.js').CaptureSource} CaptureSource */
/** @typedef {import('./source.js').Target} Target */

/**
 * @param {CaptureSource} source
 * @param {string} [interactionId] Picks one where the source knows several; names it where the source knows none.
 * @returns {Target}
 * @throws {CaptureError} `no-source`, `interaction-ambiguous`, `camera-off`, `stream-ended`, `local-stream`
 */
export function chooseTarget(source, interactionId) {
  const all = list(source, interactionId);
  const wanted = interactionId === undefined ? all : all.filter((target) => target.interactionId === interactionId);
  const interactionIds = Array.from(new Set(wanted.map((target) => target.interactionId)));
  if (interactionIds.length > 1) {
    throw new CaptureError('interaction-ambiguous', 'Several interactions have video and no interactionId was given', {
      details: { interactionIds },
    });
  }
  const target = wanted.find((candidate) => !candidate.cameraOff && isAlive(candidate)) || wanted[0];
  if (!target) {
    const message = all.length > 0 ? 'No video belongs to the given interactionId' : 'The source has no video';
    throw new CaptureError('no-source', message, { details: { targets: all.length } });
  }
  checkUsable(target);
  return target;
}

/**
 * The same target as the source sees it now.
 * @param {CaptureSource} source
 * @param {Target} target
 * @returns {Target} With another track where the source has replaced the one of the same participant.
 * @throws {CaptureError} `interaction-changed`, `stream-ended`, `camera-off`, `local-stream`
 */
export function followTarget(source, target) {
  if (!isAlive(target)) throw ended();
  const all = list(source, target.interactionId ?? undefined);
  const now =
    all.find((candidate) => isSame(candidate, target)) || all.find((candidate) => replaces(candidate, target));
  const interaction = now || all.find((candidate) => candidate.interactionId === target.interactionId) || all[0];
  if (interaction && interaction.interactionId !== target.interactionId) {
    throw new CaptureError('interaction-changed', 'The interaction changed while the frame was being taken', {
      details: { before: target.interactionId, after: interaction.interactionId },
    });
  }
  if (!now) throw new CaptureError('stream-ended', 'The video has left its source');
  checkUsable(now);
  return now;
}

/** @param {Target} a @param {Target} b */
export function isSame(a, b) {
  return a.track || b.track ? a.track === b.track : a.element === b.element;
}

export function ended() {
  return new CaptureError('stream-ended', 'The video track has ended');
}

/** @param {CaptureSource} source @param {string | undefined} interactionId @returns {Target[]} */
function list(source, interactionId = undefined) {
  try {
    return source.targets().map((target) => ({
      ...target,
      interactionId: target.interactionId ?? interactionId ?? null,
      participantId: target.participantId ?? null,
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

/** @param {Target} target */
function checkUsable(target) {
  if (target.track && isLocal(target.track)) {
    throw new CaptureError('local-stream', 'The track comes from a camera or screen of this device');
  }
  if (!isAlive(target)) throw ended();
  if (target.cameraOff) throw new CaptureError('camera-off', 'The sender has switched the camera off');
}
