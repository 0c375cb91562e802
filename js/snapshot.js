/** What a capture hands over in the end. */

/**
 * @typedef {object} Snapshot
 * @property {string} id A UUID: `metadata.id` where it was given, else one of its own. The file's ImageUniqueID is the same.
 * @property {Blob} blob `image/jpeg`
 * @property {number} width Of the JPEG, in pixels.
 * @property {number} height
 * @property {string} sha256 Of the JPEG's bytes, lowercase hex.
 * @property {string} capturedAt When the frame was presented: ISO 8601 with milliseconds, UTC.
 * @property {string | null} interactionId
 * @property {string | null} participantId
 * @property {string} sourceKind As in a source's target: 'camera', 'screen', 'stream', 'track' or 'element'.
 * @property {FrameRecord} frame
 * @property {import('./engine/index.js').FrameReport} report Of the frame before redaction.
 * @property {import('./engine/index.js').Redaction[]} redactions In pixels of the frame.
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
 * A frame that was taken, and how.
 * @typedef {object} Taking
 * @property {import('./worker/protocol.js').Opened} opened
 * @property {string} id Of the snapshot that was encoded in the same round trip, if one was.
 * @property {import('./frames/source.js').Target} target
 * @property {FrameRecord} frame
 * @property {string} capturedAt
 * @property {Timings} timings So far.
 */

/**
 * Gives a file its identity: an id, and the facts that its metadata states unless the caller's own say otherwise. Ids of
 * people and interactions come along only where they may be written.
 * @param {import('./engine/index.js').EncodeOptions} options
 * @param {import('./frames/source.js').Target} target
 * @param {{ capturedAt?: string, frameAgeMs?: number }} [presentation] Not of a frame that the worker chooses: it knows.
 */
export function identify(options, { interactionId, participantId }, presentation = {}) {
  const given = options.metadata || {};
  const id = given.id || uuid();
  const people = given.embed ? { interactionId, participantId } : {};
  return { id, options: { ...options, metadata: { ...presentation, ...people, ...given, id } } };
}

/**
 * @param {Taking} taking
 * @param {string} id
 * @param {import('./worker/protocol.js').EncodedBlob} encoded
 * @param {Pick<Timings, 'engine' | 'mainThread' | 'total'>} [spent] On encoding, where that came afterwards.
 * @returns {Snapshot}
 */
export function toSnapshot(taking, id, encoded, spent = { engine: 0, mainThread: 0, total: 0 }) {
  const start = performance.now();
  const { timings, target } = taking;
  const snapshot = {
    id,
    ...encoded,
    capturedAt: taking.capturedAt,
    interactionId: target.interactionId,
    participantId: target.participantId,
    sourceKind: target.kind,
    frame: taking.frame,
  };
  const ownMs = performance.now() - start;
  return {
    ...snapshot,
    timings: {
      wait: timings.wait,
      read: timings.read,
      engine: timings.engine + spent.engine,
      mainThread: timings.mainThread + spent.mainThread + ownMs,
      total: timings.total + spent.total + ownMs,
    },
  };
}

/** A random UUID (RFC 9562, version 4); `randomUUID` is younger than the oldest browsers here. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
