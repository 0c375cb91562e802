/**
 * The next frame of a track through MediaStreamTrackProcessor: the very frame that was decoded, with no element and no
 * rendering between, so it works in a hidden tab too.
 */
import { fromVideoFrame } from './candidate.js';
import { ended } from './target.js';
import { LINGER_MS } from './video-frame.js';

/** @import { Lifetime } from '../lifetime.js' */
/** @import { Candidate } from './candidate.js' */

/** Chromium has it in pages, Safari in workers only, Firefox nowhere. */
export function hasProcessor() {
  return typeof MediaStreamTrackProcessor === 'function' && typeof VideoFrame === 'function';
}

/**
 * To be read on and on, or for one frame: a processor that is kept and not read holds back a frame from before it was
 * asked.
 * @param {MediaStreamTrack} track
 * @returns {ReadableStream<VideoFrame> | undefined} Undefined where there is no processor for the track.
 */
export function openFrames(track) {
  if (!hasProcessor()) return undefined;
  try {
    return new MediaStreamTrackProcessor({ track }).readable;
  } catch {
    return undefined;
  }
}

/**
 * @param {ReadableStreamDefaultReader<VideoFrame>} frames
 * @param {Lifetime} lifetime
 * @returns {Promise<Candidate>}
 */
export async function nextFromProcessor(frames, lifetime) {
  const cancel = () => frames.cancel().catch(() => {});
  const { clock } = lifetime;
  /** @type {unknown} */
  let timer;
  const off = lifetime.onEnd(() => {
    timer = clock.setTimeout(cancel, LINGER_MS);
  });
  try {
    const { value: frame } = await frames.read();
    if (!frame) throw ended();
    return fromVideoFrame(frame, clock.now());
  } finally {
    off();
    clock.clearTimeout(timer);
    cancel();
  }
}
