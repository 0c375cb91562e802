/** What is measured, on what, how often. */

/** As in `canvas.toBlob`; libjpeg's 90. 4:2:0 wherever an encoder leaves the choice. */
export const QUALITY = 0.9;

/**
 * @typedef {object} Plan
 * @property {[number, number][]} sizes Width and height of the frames.
 * @property {number} rounds Measured rounds: in each, every contestant runs once.
 * @property {number} warmUp Rounds before them, thrown away: JIT compilers, caches, memory growth.
 * @property {number} limitMs After that a run is taken to hang, and ends.
 * @property {{ width: number, height: number, frameRate: number, rounds: number, warmUp: number }} call The remote video
 *   that captures are taken from. 15 frames a second, because the sender's encoder shares this machine's cores.
 */

/** @type {Plan} */
const FULL = {
  sizes: [
    [1280, 720],
    [1920, 1080],
  ],
  rounds: 30,
  warmUp: 5,
  limitMs: 1_800_000,
  call: { width: 1920, height: 1080, frameRate: 15, rounds: 20, warmUp: 2 },
};

/** Seconds: to see that everything runs, not how fast. @type {Plan} */
const QUICK = {
  sizes: [
    [160, 90],
    [320, 180],
  ],
  rounds: 2,
  warmUp: 1,
  limitMs: 120_000,
  call: { width: 640, height: 360, frameRate: 15, rounds: 2, warmUp: 0 },
};

/** @param {boolean} quick */
export const planFor = (quick) => (quick ? QUICK : FULL);
