/** No frame came until the deadline: why? */
import { CaptureError } from '../errors.js';

/**
 * @param {import('./source.js').Target} target
 * @param {import('./reader.js').Evidence} evidence
 * @param {{ total: () => number | undefined, since: () => number | undefined }} decoder
 * @returns {CaptureError} `camera-off`, `stale-frame` or `no-frame`
 */
export function explainSilence({ track }, { hasPicture, isPaused }, decoder) {
  const decoded = decoder.total();
  const details = {
    hidden: document.hidden,
    paused: isPaused,
    ...(track ? { muted: track.muted, enabled: track.enabled } : {}),
    ...(decoded === undefined ? {} : { framesDecoded: decoded, framesDecodedInWait: decoder.since() }),
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
