/** What is measured, on what, how often. */

/** As in `canvas.toBlob`; libjpeg's 90. 4:2:0 wherever an encoder leaves the choice. */
export const QUALITY = 0.9;

/**
 * @typedef {object} Rounds
 * @property {number} rounds Measured rounds: in each, everyone runs once.
 * @property {number} warmUp Rounds before them, thrown away: JIT compilers, caches, memory growth.
 */

/**
 * @typedef {object} Plan
 * @property {[number, number]} size Width and height of the frame that everything is compared on.
 * @property {Rounds} encoding
 * @property {Rounds & { times: number }} stages `times`: runs between two looks at the clock.
 * @property {Rounds & { sizes: [number, number][] }} scaling Multiples of TILE in scene.js.
 * @property {Rounds} options
 * @property {Rounds & { times: number }} browsers `times`: runs a sample is the mean of, for coarse clocks.
 * @property {Rounds & { width: number, height: number, frameRate: number }} call The remote video that captures are taken
 *   from. 15 frames a second, because the sender's encoder shares this machine's cores.
 * @property {Rounds & { width: number, height: number }} review Of the still that is dragged on.
 * @property {Rounds & { width: number, height: number, frameRate: number }} copies Of `--i420`.
 * @property {Rounds & { bytes: number }} upload Of `--upload`; `bytes` of one picture.
 * @property {Rounds} starting Pages opened for each. The first rounds fill the HTTP cache.
 * @property {number} limitMs After that a run is taken to hang, and ends.
 */

/** @type {Plan} */
const FULL = {
  size: [1920, 1080],
  encoding: { rounds: 30, warmUp: 5 },
  stages: { rounds: 15, warmUp: 2, times: 5 },
  scaling: {
    rounds: 25,
    warmUp: 3,
    sizes: [
      [320, 180],
      [640, 360],
      [1280, 720],
      [1920, 1080],
      [2560, 1440],
      [3840, 2160],
    ],
  },
  options: { rounds: 15, warmUp: 3 },
  browsers: { rounds: 10, warmUp: 2, times: 3 },
  call: { width: 1920, height: 1080, frameRate: 15, rounds: 20, warmUp: 2 },
  review: { width: 1920, height: 1080, rounds: 20, warmUp: 2 },
  copies: { width: 1920, height: 1080, frameRate: 15, rounds: 100, warmUp: 10 },
  upload: { rounds: 40, warmUp: 5, bytes: 300_000 },
  starting: { rounds: 15, warmUp: 2 },
  limitMs: 900_000,
};

/** Seconds: to see that everything runs, not how fast. Its limit is no hurry: the machine may have other work. @type {Plan} */
const QUICK = {
  size: [320, 180],
  encoding: { rounds: 1, warmUp: 0 },
  stages: { rounds: 1, warmUp: 0, times: 20 },
  scaling: {
    rounds: 1,
    warmUp: 0,
    sizes: [
      [320, 180],
      [640, 360],
    ],
  },
  options: { rounds: 1, warmUp: 0 },
  browsers: { rounds: 1, warmUp: 0, times: 1 },
  call: { width: 640, height: 360, frameRate: 15, rounds: 1, warmUp: 0 },
  review: { width: 640, height: 360, rounds: 1, warmUp: 0 },
  copies: { width: 640, height: 360, frameRate: 15, rounds: 1, warmUp: 0 },
  upload: { rounds: 1, warmUp: 0, bytes: 50_000 },
  starting: { rounds: 1, warmUp: 1 },
  limitMs: 540_000,
};

/** @param {boolean} quick */
export const planFor = (quick) => (quick ? QUICK : FULL);
