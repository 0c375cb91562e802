/**
 * The next frame of a track through MediaStreamTrackProcessor: the very frame that was decoded, with no element and no
 * rendering between, so it works in a hidden tab too.
 */
import { fromVideoFrame } from './candidate.js';
import { ended } from './target.js';

/** Chromium has it in pages, Safari in workers only, Firefox nowhere. */
export function hasProcessor() {
  return typeof MediaStreamTrackProcessor === 'function' && typeof VideoFrame === 'function';
}

/**
 * A processor per frame: one that is kept holds back a frame from before it was asked.
 * @param {MediaStreamTrack} track
 * @returns {ReadableStreamDefaultReader<VideoFrame> | undefined} Undefined where there is no processor for the track.
 */
export function openProcessor(track) {
  if (!hasProcessor()) return undefined;
  try {
    return new MediaStreamTrackProcessor({ track }).readable.getReader();
  } catch {
    return undefined;
  }
}

/**
 * @param {ReadableStreamDefaultReader<VideoFrame>} frames
 * @param {import('../scope.js').Scope} scope
 * @returns {Promise<import('./candidate.js').Candidate>}
 */
export async function nextFromProcessor(frames, scope) {
  const stop = () => {
    frames.cancel().catch(() => {});
  };
  const off = scope.onEnd(stop);
  try {
    const { value: frame } = await frames.read();
    if (!frame) throw ended();
    return fromVideoFrame(frame, performance.now());
  } finally {
    off();
    stop();
  }
}
