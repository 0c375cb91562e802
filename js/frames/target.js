/** Which of a source's targets a capture is about, and whether it still is once the frame is in hand. */
import { CaptureError, invalidArgument } from '../errors.js';
import { isLocal } from './local.js';

/** @import { CaptureSource, Target } from './source.js' */

/**
 * What the caller of a capture asked for by name.
 * @typedef {object} Names
 * @property {string} [interactionId]
 * @property {string} [participantId]
 */

/**
 * A target that a capture is about.
 * @typedef {Target & { isNamed?: boolean, chosen?: Names, known?: Known }} ChosenTarget `isNamed` where the source knows
 *   no interaction and the caller's name stands for it. `chosen` where the caller named anything. `known` once it has
 *   been followed.
 */

/**
 * Who was first known to be in the picture, each as soon as the source told: one that no longer tells does not make
 * room for somebody else.
 * @typedef {Pick<Target, 'participantId' | 'userId'> & { kind?: string }} Known `kind` since the participant is known.
 */

/**
 * @param {CaptureSource} source
 * @param {string} [interactionId] Picks one where the source knows several; names it where the source knows none.
 * @param {string} [participantId] Picks one where several are in the picture.
 * @returns {ChosenTarget} Never one that the source only guesses at.
 * @throws {CaptureError} `no-source`, `interaction-ambiguous`, `camera-off`, `stream-ended`, `local-stream`
 */
export function chooseTarget(source, interactionId, participantId) {
  const all = listTargets(source, interactionId);
  const matching = all.filter(
    (target) =>
      (interactionId === undefined || target.interactionId === interactionId) &&
      (participantId === undefined || target.participantId === participantId),
  );
  const interactionIds = Array.from(new Set(matching.map((target) => target.interactionId)));
  if (interactionIds.length > 1) {
    throw new CaptureError('interaction-ambiguous', 'Several interactions have video and no interactionId was given', {
      details: { interactionIds },
    });
  }
  const wanted = matching.filter(({ guess }) => guess !== 'interaction');
  if (matching.length > 0 && wanted.length === 0) throw uncertain(matching[0], all);
  const usable = wanted.filter((candidate) => !candidate.cameraOff && isAlive(candidate));
  if (countPeople(usable) > 1) {
    throw new CaptureError('interaction-ambiguous', 'Several participants have video and no participantId was given', {
      details: { interactionIds, participants: usable.map(who) },
    });
  }
  const target =
    usable.find(({ guess }) => !guess) || usable[0] || wanted.find(({ cameraOff }) => cameraOff) || wanted[0];
  if (!target) {
    const message = all.length > 0 ? 'No video belongs to what was asked for' : 'The source has no video';
    throw new CaptureError('no-source', message, { details: { targets: all.length } });
  }
  if (target.guess) throw uncertain(target, all);
  checkUsable(target);
  const isChosen = interactionId !== undefined || participantId !== undefined;
  return isChosen ? { ...target, chosen: { interactionId, participantId } } : target;
}

/**
 * The same target as the source sees it now.
 * @param {CaptureSource} source
 * @param {ChosenTarget} target
 * @returns {ChosenTarget} With another track where the source has replaced the one of the same participant.
 * @throws {CaptureError} `interaction-changed`, `interaction-ambiguous`, `stream-ended`, `camera-off`, `local-stream`
 */
export function followTarget(source, target) {
  if (!isAlive(target)) throw ended();
  const { chosen = {} } = target;
  const all = listTargets(source, target.isNamed ? /** @type {string} */ (target.interactionId) : undefined);
  const samePicture = all.filter((candidate) => isSame(candidate, target));
  const isOfInteraction = (/** @type {Target} */ { interactionId }) => interactionId === target.interactionId;
  const same = samePicture.filter(isOfInteraction);
  // An interaction that was chosen is followed while the source still vouches for it; one that was the only one has to
  // remain the only one.
  const isMoved = chosen.interactionId === undefined ? same.length < samePicture.length : same.length === 0;
  if (samePicture.length > 0 && isMoved) {
    throw interactionChanged(target, /** @type {Target} */ (samePicture.find((each) => !isOfInteraction(each))));
  }
  const isOfPerson = (/** @type {Target} */ { participantId }) => participantId === target.participantId;
  const canMove = same.length === 0 || target.participantId !== null;
  const now =
    same.find((candidate) => isOfPerson(candidate) && !candidate.guess) ||
    (canMove && all.find((candidate) => replaces(candidate, target))) ||
    same.find(isOfPerson) ||
    same[0];
  if (!now) {
    if (all.length > 0 && !all.some(isOfInteraction)) throw interactionChanged(target, all[0]);
    throw new CaptureError('stream-ended', 'The video has left its source');
  }
  const known = knownOf(target, target.known);
  if (isSomebodyElse(now, known, chosen)) {
    throw new CaptureError('stream-ended', 'Somebody or something else is in the picture now', {
      details: { before: known, after: who(now) },
    });
  }
  if (now.guess) throw uncertain(now, all);
  checkUsable(now, target);
  return { ...now, known: knownOf(now, known), ...(target.chosen ? { chosen } : {}) };
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

/**
 * A server may put another picture on the same track. Getting to know whose it is changes nothing; no longer knowing it
 * does, where that participant was asked for.
 * @param {Target} now @param {Known} known @param {Names} chosen
 */
function isSomebodyElse(now, known, chosen) {
  if (chosen.participantId !== undefined && now.participantId !== chosen.participantId) return true;
  // Nothing says that a participant without an account is the one who is named by theirs alone, whoever comes first.
  if (areNamedApart(known, now) || areNamedApart(now, known)) return true;
  const facts = /** @type {const} */ (['participantId', 'userId', 'kind']);
  return facts.some((fact) => known[fact] && now[fact] && known[fact] !== now[fact]);
}

/** Whether the one is named by participant alone, and the other by account alone. @param {Known} a @param {Known} b */
function areNamedApart(a, b) {
  return Boolean(a.participantId && !a.userId && b.userId && !b.participantId);
}

/** @param {Target} now @param {Known} [before] @returns {Known} With what it adds to what was known before. */
function knownOf({ participantId, userId, kind }, before) {
  return {
    participantId: before?.participantId ?? participantId,
    userId: before?.userId ?? userId,
    kind: before?.kind ?? (participantId === null ? undefined : kind),
  };
}

/** @param {Target} target */
export function who({ participantId, userId, kind }) {
  return { participantId, userId, kind };
}

/** @param {Target} a @param {Target} b */
export function isSame(a, b) {
  if (a.track || b.track) return a.track === b.track;
  // An element may go on to another file.
  return a.element === b.element && a.origin === b.origin;
}

/** Of the same person and kind, too. @param {Target} a @param {Target} b */
export function isSamePicture(a, b) {
  return (
    isSame(a, b) &&
    a.participantId === b.participantId &&
    (a.userId ?? null) === (b.userId ?? null) &&
    a.kind === b.kind &&
    a.notBefore === b.notBefore
  );
}

export function ended() {
  return new CaptureError('stream-ended', 'The video track has ended');
}

/** @param {Target} before @param {Target} after */
function interactionChanged(before, after) {
  return new CaptureError('interaction-changed', 'The interaction changed while the frame was being taken', {
    details: { before: before.interactionId, after: after.interactionId },
  });
}

/** @param {Target} target @param {Target[]} all */
function uncertain(target, all) {
  const candidates = all.filter((each) => isSame(each, target) && !each.cameraOff);
  const message =
    target.guess === 'interaction'
      ? 'Nothing tells for certain which interaction the picture belongs to: a name is not enough'
      : 'Nothing tells for certain who or what is in the picture: a name is not enough';
  return new CaptureError('interaction-ambiguous', message, {
    details: {
      interactionIds: Array.from(new Set(candidates.map(({ interactionId }) => interactionId))),
      participants: candidates.map(who),
    },
  });
}

/**
 * @param {CaptureSource} source
 * @param {string} [name] Of the interaction, where the source knows none.
 * @returns {ChosenTarget[]}
 * @throws {CaptureError} `no-source`
 */
export function listTargets(source, name) {
  try {
    const listed = source.targets();
    // Where it knows any, a picture of which it knows none may belong to another.
    const named = listed.some(({ interactionId }) => interactionId) ? undefined : name;
    return listed
      .map(({ track, ...target }) => ({
        ...target,
        track: checkTrack(track),
        interactionId: target.interactionId || named || null,
        participantId: target.participantId ?? null,
        ...(named ? { isNamed: true } : {}),
      }))
      .map(markGuess);
  } catch (cause) {
    throw new CaptureError('no-source', 'The source could not tell what there is to capture', { cause });
  }
}

/** Wrappers of other SDKs have the platform's track inside. @template T @param {T} track @returns {T} */
function checkTrack(track) {
  const { getSettings } = /** @type {Partial<MediaStreamTrack>} */ (track ?? { getSettings() {} });
  if (typeof getSettings !== 'function') throw invalidArgument('track', 'a MediaStreamTrack', track);
  return track;
}

/**
 * A picture shows one person of one interaction: what is listed under several is a guess, also where the source does not
 * say so. What the source itself calls a guess makes no other a guess.
 * @param {ChosenTarget} target @param {number} _i @param {ChosenTarget[]} all
 * @returns {ChosenTarget}
 */
function markGuess(target, _i, all) {
  if (target.guess || target.cameraOff) return target;
  const rivals = all.filter((other) => isSame(other, target) && !other.guess && !other.cameraOff);
  if (rivals.some((other) => personOf(other) !== personOf(target))) {
    return { ...target, guess: 'participant' };
  }
  const isElsewhere = rivals.some(({ interactionId }) => interactionId !== target.interactionId);
  return isElsewhere ? { ...target, guess: 'interaction' } : target;
}

/**
 * Of the same person, who has to be known by something, or to have been: that nobody knows either makes no two the same.
 * @param {Target} candidate @param {ChosenTarget} target
 */
function replaces(candidate, target) {
  const person = personOf(target) ?? personOf(target.known || {});
  return (
    (person ?? target.origin ?? undefined) !== undefined &&
    personOf(candidate) === person &&
    candidate.interactionId === target.interactionId &&
    candidate.kind === target.kind &&
    candidate.origin === target.origin &&
    !candidate.guess &&
    !candidate.cameraOff &&
    isAlive(candidate)
  );
}

/** @param {Partial<Target>} target */
function personOf({ participantId, userId }) {
  return participantId ?? userId ?? undefined;
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
