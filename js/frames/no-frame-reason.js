/** No frame came until the deadline: why? */
import { CaptureError } from '../errors.js';

/** @import { Lifetime } from '../lifetime.js' */
/** @import { Evidence } from './reader.js' */
/** @import { Target } from './source.js' */

/**
 * How often a receiver's statistics are asked for, in ms: often enough to tell within a sensible deadline, and not
 * before a frame has been missed. A capture that succeeds needs no explanation, and asking costs the page's thread.
 */
const SAMPLE_MS = 200;

/**
 * Watches what the receiver's decoder says about itself: its count of frames tells frozen from never started.
 * @param {() => Target} target The one that is waited for now.
 * @param {Lifetime} lifetime Watched until it ends.
 * @returns {(evidence: Evidence) => CaptureError} Tells the reason: `camera-off`, `stale-frame` or `no-frame`.
 */
export function watchForReason(target, lifetime) {
  /** @type {RTCRtpReceiver | undefined} */
  let receiver;
  /** @type {number | undefined} */
  let first;
  /** @type {number | undefined} */
  let latest;

  async function sample() {
    const asked = target().receiver;
    if (!asked) return;
    const decoded = await framesDecoded(asked).catch(() => undefined);
    if (decoded === undefined) return;
    if (first === undefined || asked !== receiver) first = decoded;
    receiver = asked;
    latest = decoded;
  }
  lifetime.every(SAMPLE_MS, sample);

  return (evidence) => explain(target(), evidence, latest, latest === undefined ? undefined : latest - (first ?? 0));
}

/**
 * @param {Target} target
 * @param {Evidence} evidence
 * @param {number | undefined} decoded Frames decoded so far, where known.
 * @param {number | undefined} decodedInWait Of these, the ones since the wait began.
 */
function explain({ track }, { hasPicture, isPaused, isHidden }, decoded, decodedInWait) {
  const details = {
    hidden: isHidden,
    paused: isPaused,
    ...(track ? { muted: track.muted, enabled: track.enabled } : {}),
    ...(decoded === undefined ? {} : { framesDecoded: decoded, framesDecodedInWait: decodedInWait }),
  };
  if (track && !track.enabled) return new CaptureError('camera-off', 'The track is disabled on this page', { details });
  if (track && isPaused) {
    return new CaptureError('no-frame', 'The browser does not let this page play video', { details });
  }
  return hasPicture || hasHadFrames(track, decoded)
    ? new CaptureError('stale-frame', 'No new frame came within timeoutMs, though there had been some', { details })
    : new CaptureError('no-frame', 'No frame came within timeoutMs', { details });
}

/** @param {MediaStreamTrack | undefined} track @param {number | undefined} decoded */
function hasHadFrames(track, decoded) {
  if (decoded !== undefined) return decoded > 0;
  // A received track learns its size from its first frame. A canvas's track has the canvas's from the start.
  return Boolean(track && !('canvas' in track) && track.getSettings().width);
}

/** @param {RTCRtpReceiver} receiver @returns {Promise<number | undefined>} */
async function framesDecoded(receiver) {
  /** @type {number | undefined} */
  let decoded;
  // `inbound-rtp` and its `framesDecoded`: Identifiers for WebRTC's Statistics API, sections 7.1 and 8.6.
  (await receiver.getStats()).forEach((entry) => {
    if (entry.type === 'inbound-rtp' && entry.kind === 'video') decoded = entry.framesDecoded;
  });
  return decoded;
}
