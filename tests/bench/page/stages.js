/**
 * The engine's stages by themselves, on a frame that is in its memory already.
 *
 * What redaction costs is the difference between two encodings that make the same picture: the region is flat grey
 * before, of a grey that each mode leaves as it is, so that nothing differs but the redaction itself. Scaled down to next
 * to nothing, so that the encoder's own noise is out of it.
 */
import { createEngine } from '/dist/engine/index.js';

/** @typedef {import('./contestants.js').Frame} Frame */

/** The middle of the frame: a quarter of its pixels, as in native/core.cpp. */
const REGION = { x: 0.25, y: 0.25, width: 0.5, height: 0.5, unit: 'ratio' };
/** Of the mosaic's 16 levels of luma (255 / 15 = 17) the sixth, without chroma. */
const GREY = 0x55;
const MODES = ['pixelate', 'blur', 'fill'];

/** @param {Frame} frame @param {'simd' | 'baseline'} variant @param {number} quality */
export async function createStages(frame, variant, quality) {
  const engine = await createEngine({ variant });
  const held = engine.allocate(frame.width, frame.height);
  const greyed = engine.allocate(frame.width, frame.height);
  held.pixels().set(frame.data);
  greyed.pixels().set(withGreyRegion(frame));
  const small = { quality, maxWidth: 16 };
  const redacting = (mode) => () => greyed.encode({ ...small, redact: [{ ...REGION, mode, color: '#555555' }] });
  const plain = () => greyed.encode(small);

  for (const mode of MODES) {
    if (String(scan(redacting(mode)())) !== String(scan(plain()))) throw new Error(`'${mode}' made another picture`);
  }

  /** @returns {Record<string, number>} Milliseconds of each stage. */
  function round() {
    const times = {
      copy: time(() => held.pixels().set(frame.data)),
      analyze: time(() => held.analyze()),
      encode: time(() => held.encode({ quality })),
    };
    const without = fastest(plain);
    for (const mode of MODES) times[mode] = fastest(redacting(mode)) - without;
    return times;
  }
  return { round, dispose: () => engine.dispose() };
}

/** @param {() => unknown} action */
function time(action) {
  const start = performance.now();
  action();
  return performance.now() - start;
}

/** Of three runs: a difference of two times carries the noise of both. @param {() => unknown} action */
function fastest(action) {
  return Math.min(time(action), time(action), time(action));
}

/**
 * The coded picture, without the headers, which tell of the redaction: from the marker SOS on.
 * @param {{ jpeg: Uint8Array }} encoded
 */
function scan({ jpeg }) {
  let at = 2;
  while (jpeg[at + 1] !== 0xda) at += 2 + jpeg[at + 2] * 256 + jpeg[at + 3];
  return jpeg.subarray(at);
}

/** @param {Frame} frame */
function withGreyRegion({ data, width, height }) {
  const greyed = data.slice();
  const left = Math.floor(REGION.x * width) & ~1;
  const right = Math.ceil((REGION.x + REGION.width) * width);
  const top = Math.floor(REGION.y * height) & ~1;
  const bottom = Math.ceil((REGION.y + REGION.height) * height);
  for (let y = top; y < bottom + (bottom & 1); ++y) {
    greyed.fill(GREY, (y * width + left) * 4, (y * width + right + (right & 1)) * 4);
  }
  for (let i = 3; i < greyed.length; i += 4) greyed[i] = 255;
  return greyed;
}
