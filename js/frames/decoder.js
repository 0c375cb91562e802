/** Watches what a receiver's decoder says about itself: the count of frames that tells frozen from never started. */

/**
 * Often enough to tell within a sensible deadline, and not before a frame has been missed: a capture that succeeds needs
 * no explanation, and asking costs the page's thread.
 */
const SAMPLE_MS = 200;

/**
 * @param {RTCRtpReceiver | undefined} receiver
 * @param {import('../scope.js').Scope} scope Watched until it ends.
 */
export function watchDecoder(receiver, scope) {
  /** @type {number | undefined} */
  let first;
  /** @type {number | undefined} */
  let latest;

  async function sample() {
    const decoded = await framesDecoded(/** @type {RTCRtpReceiver} */ (receiver)).catch(() => undefined);
    if (decoded === undefined) return;
    if (first === undefined) first = decoded;
    latest = decoded;
  }

  if (receiver) {
    const timer = setInterval(sample, SAMPLE_MS);
    scope.onEnd(() => clearInterval(timer));
  }

  return {
    /** @returns {number | undefined} Frames decoded so far, where known. */
    total: () => latest,
    /** @returns {number | undefined} Frames decoded since the watch began. */
    since: () => (latest === undefined ? undefined : latest - /** @type {number} */ (first)),
  };
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
