/** What a capture hands over in the end. */
import { parseMetadata } from './engine/metadata.js';
import { CaptureError } from './errors.js';

/** @import { Candidates } from './burst.js' */
/** @import { EncodeOptions, FrameReport, Redaction } from './engine/index.js' */
/** @import { CheckedOptions, ParsedOptions } from './engine/options.js' */
/** @import { ChosenTarget } from './frames/target.js' */
/** @import { EncodedBlob, Opened } from './worker/messages.js' */
/** @import { Ranking } from './worker/ranking.js' */

/**
 * @typedef {object} Snapshot
 * @property {string} id A UUID in lower case with hyphens: `metadata.id` where it was given, else one of its own. The
 *   file's ImageUniqueID is the same without hyphens.
 * @property {Blob} blob `image/jpeg`
 * @property {number} width Of the JPEG, in pixels.
 * @property {number} height
 * @property {string} sha256 Of the JPEG's bytes, lowercase hex.
 * @property {string} capturedAt When the frame was presented: ISO 8601 with milliseconds, UTC.
 * @property {string | null} interactionId
 * @property {string | null} participantId
 * @property {string} sourceKind As in a source's target: 'camera', 'screen', 'stream', 'track' or 'element'.
 * @property {FrameRecord} frame
 * @property {FrameReport} report Of the frame before redaction.
 * @property {Redaction[]} redactions In pixels of the frame.
 * @property {Timings} timings
 */

/**
 * @typedef {object} FrameRecord
 * @property {'video-frame' | 'canvas'} method How the pixels were read.
 * @property {number} ageMs From the frame's presentation to the moment its pixels were secured.
 * @property {number} [presentedFrames] The element's count of presented frames.
 * @property {number} [rtpTimestamp]
 * @property {number} sourceWidth In pixels, upright.
 * @property {number} sourceHeight
 * @property {number} [sharpness] Of `select: 'sharpest'`: as `report.sharpness`.
 * @property {Candidates} [candidates] Likewise: how many frames it was chosen from.
 */

/**
 * In milliseconds.
 * @typedef {object} Timings
 * @property {number} wait Until a good frame was in hand, hooks and the engine's loading not included.
 * @property {number} read Getting its pixels into the engine's memory.
 * @property {number} engine Analysis, redaction, scaling, encoding.
 * @property {number} mainThread What the capture cost the page's thread, all synchronous work added up.
 * @property {number} total From the call to the snapshot.
 */

/**
 * A frame that the engine has, and how it came there.
 * @typedef {object} Grabbed
 * @property {Opened} opened
 * @property {string} id Of the snapshot that was encoded in the same round trip, if one was.
 * @property {ChosenTarget} target
 * @property {FrameRecord} frame
 * @property {string} capturedAt
 * @property {Ranking} [ranking] Of `select: 'sharpest'`.
 * @property {Timings} timings So far.
 */

/**
 * Gives a file its identity: an id, and the facts that its metadata states unless the caller's own say otherwise. Ids of
 * people and interactions come along only where they may be written.
 * @param {ParsedOptions} parsed
 * @param {ChosenTarget} target
 * @param {{ capturedAt: string, ageMs: number }} [presentation] Not of a frame that the worker chooses: it knows.
 * @returns {{ id: string, options: CheckedOptions }} To be posted.
 * @throws {CaptureError} `invalid-argument`, as `checkIdentity`.
 */
export function identify({ plain, options, regions }, target, presentation) {
  checkIdentity(plain, target);
  const { interactionId, participantId } = target;
  const given = plain.metadata || {};
  const id = given.id ? hyphenated(given.id.replace(/-/g, '').toLowerCase()) : uuid();
  const people = given.embed ? { interactionId, participantId } : {};
  const times = presentation ? { capturedAt: presentation.capturedAt, frameAgeMs: presentation.ageMs } : {};
  // null and empty texts are not given: the file then states what is known.
  const stated = Object.entries(given).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const { raw: metadata } = parseMetadata({ ...times, ...people, ...Object.fromEntries(stated), id });
  return { id, options: { options, regions, metadata } };
}

/**
 * A file must not say that it shows somebody else than the one whose picture it is, or who was known to be in it.
 * @param {EncodeOptions} options
 * @param {ChosenTarget} target
 * @throws {CaptureError} `invalid-argument`
 */
export function checkIdentity({ metadata = {} }, target) {
  for (const name of /** @type {const} */ (['interactionId', 'participantId'])) {
    const [given, known] = [metadata[name], { ...target, ...target.known }[name]];
    if (!given || known === null || given === known) continue;
    throw new CaptureError('invalid-argument', `metadata.${name} is not the ${name} of what is captured`, {
      details: { name: `metadata.${name}`, given, captured: known },
    });
  }
}

/**
 * @param {Grabbed} grabbed
 * @param {string} id
 * @param {EncodedBlob} encoded
 * @param {Pick<Timings, 'engine' | 'mainThread' | 'total'>} [spent] On encoding, where that came afterwards.
 * @returns {Snapshot}
 */
export function toSnapshot(grabbed, id, encoded, spent = { engine: 0, mainThread: 0, total: 0 }) {
  const { timings, target } = grabbed;
  return {
    id,
    ...encoded,
    capturedAt: grabbed.capturedAt,
    interactionId: target.interactionId,
    participantId: target.participantId,
    sourceKind: target.kind,
    frame: grabbed.frame,
    report: { ...encoded.report, ...grabbed.ranking },
    timings: {
      wait: timings.wait,
      read: timings.read,
      engine: timings.engine + spent.engine,
      mainThread: timings.mainThread + spent.mainThread,
      total: timings.total + spent.total,
    },
  };
}

/** A random UUID (RFC 9562, version 4); `randomUUID` is younger than the oldest browsers here. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hyphenated(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
}

/** As RFC 9562 writes a UUID. @param {string} hex Its 32 digits. */
function hyphenated(hex) {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
