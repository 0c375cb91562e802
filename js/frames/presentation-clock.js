/**
 * When a decoded frame was there, by the two clocks it comes with. The time at which it is read is too late where this
 * thread was busy or the machine asleep meanwhile; its own timestamp runs as evenly as time itself, but from an unknown
 * beginning. The frame that came soonest after its timestamp tells that beginning, and what another one came later than
 * that counts as age. Timestamps that stand still or jump back make frames old, never young.
 */

/**
 * How many frames are compared. More than one processor and its stream hold back at a time, which would all be late
 * together; few, since a receiver changes the delay it adds against jitter as it goes.
 */
const FRAMES = 4;

export function createPresentationClock() {
  /** @type {number[]} */
  const offsets = [];
  return {
    /**
     * @param {number} timestamp Of the frame, in µs.
     * @param {number} now When it was read, in ms on the clock of `performance.now()`.
     */
    presentedAt(timestamp, now) {
      const since = timestamp / 1000;
      offsets.push(now - since);
      if (offsets.length > FRAMES) offsets.shift();
      return since + Math.min(...offsets);
    },
  };
}
