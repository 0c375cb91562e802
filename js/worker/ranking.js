/** Which of the frames of one scene is the best: the core's measures of each, and one number to order them by. */
import { readInto } from '../engine/pixels.js';

/** @import { Core } from '../engine/core.js' */
/** @import { FrameInput } from '../engine/pixels.js' */
/** @import { RawSharpness } from '../wasm/caseframe.js' */

/**
 * What a frame was ranked by.
 * @typedef {object} Ranking
 * @property {number} sharpness Above 0 where there is something to see; for comparing frames of one scene only.
 * @property {number} motion How much the picture has changed since the frame before, in levels of luma, 0..255; 0 for the
 *   first.
 * @property {number} clipped Share of the picture at white, 0..1.
 */

/** What white is in a decoder's luma: limited range (ITU-R BT.709-6, item 4.6) unless the frame says otherwise. */
const LIMITED_WHITE = 235;
const FULL_WHITE = 255;

/**
 * A change of the whole picture that halves a frame's rank, in levels of luma: the camera swings, or another picture is
 * being faded in. A hand that shakes stays below 10.
 */
const MUCH_MOTION = 32;

/** Formats whose first plane is a luma of 8 bits (WebCodecs, Pixel Format). */
const WITH_LUMA = /^(I420|I422|I444|NV12)A?$/;

/** Noise that halves a frame's rank, in levels of luma: the codec has kept what the sensor adds. */
const MUCH_NOISE = 4;

/** Up to how many stops two exposures are alike: a tenth is seen by nobody. */
const ALIKE = 0.1;

/**
 * What frames of one scene are ordered by.
 * @typedef {object} Measured
 * @property {Ranking} ranking
 * @property {number} noise In levels of luma.
 * @property {number} brightness In levels above black, and a few more: not 0.
 */

/**
 * Whether the newest frame of a scene is better than the best so far. The more light, the less noise and lost steps are in
 * the same detail, which a sharpness does not tell: the noise of light itself goes by the root. Exposure settles: what has
 * more at white than the newest, in another light, is burnt out; what is white in both is paper. Noise tells frames of
 * one exposure apart; else what looks like noise is texture, in another light.
 * @param {Measured} newest
 * @param {Measured} best
 */
export function isBetter(newest, best) {
  const isAlike = Math.abs(Math.log2(newest.brightness / best.brightness)) < ALIKE;
  /** @param {Measured} frame */
  const rank = ({ ranking: { sharpness, motion, clipped }, noise, brightness }) =>
    ((sharpness * Math.sqrt(brightness)) / (1 + (motion / MUCH_MOTION) ** 2)) *
    (isAlike ? 1 / (1 + noise / MUCH_NOISE) : 1 - Math.max(0, clipped - newest.ranking.clipped));
  return rank(newest) > rank(best);
}

/**
 * @param {RawSharpness} raw
 * @param {Uint8Array} [before] The thumbnail of the frame before.
 * @returns {Measured}
 */
export function compare({ sharpness, clipped, thumbnail, ...rest }, before) {
  return { ...rest, ranking: { sharpness, motion: motionBetween(thumbnail, before), clipped } };
}

/**
 * @param {Core} engine Nothing else may call it until the promise settles.
 * @param {FrameInput} input Stays the caller's.
 * @returns {Promise<RawSharpness>}
 */
export async function measure(engine, input) {
  const measured = 'frame' in input && (await measureLuma(engine, input.frame));
  if (measured) return measured;
  const held = await readInto(engine, input);
  try {
    return held.rank();
  } finally {
    held.release();
  }
}

/**
 * From the planes as they are, whichever way up: nothing is converted.
 * @param {Core} engine
 * @param {VideoFrame} frame
 * @returns {Promise<RawSharpness | undefined>} Undefined where the browser gives no such planes.
 */
async function measureLuma(engine, frame) {
  const { width, height } = frame.visibleRect || { width: 0, height: 0 };
  if (!WITH_LUMA.test(String(frame.format)) || width * height === 0) return undefined;
  const size = frame.allocationSize();
  const room = engine.allocate(Math.ceil(size / 4 / height), height);
  try {
    const [{ offset, stride }] = await frame.copyTo(room.pixels().subarray(0, size));
    if (offset !== 0) return undefined;
    return room.rank({ width, height, stride, white: frame.colorSpace?.fullRange ? FULL_WHITE : LIMITED_WHITE });
  } catch (error) {
    if (engine.hasCrashed()) throw error;
    return undefined;
  } finally {
    room.release();
  }
}

/**
 * The mean difference of two pictures' cells, without what exposure has changed in all of them.
 * @param {Uint8Array} now Cells of 1..255; 0 is none.
 * @param {Uint8Array} [before]
 */
function motionBetween(now, before) {
  /** @type {number[]} */
  const differences = [];
  for (let i = 0; before && i < now.length; i++) if (now[i] && before[i]) differences.push(now[i] - before[i]);
  const shift = mean(differences);
  return mean(differences.map((difference) => Math.abs(difference - shift)));
}

/** 0 of none. @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
