/**
 * Encodes pictures and throws them away. Browsers compile WebAssembly quickly at first and well only once it has run: without this
 * the first capture of a page would be encoded several times as slowly as all others.
 */

/** Fewer leave parts uncompiled, more make no difference (V8). */
export const WARM_UP_PICTURES = 4;

/** In pixels: small, since a request that comes meanwhile waits for one. */
const WIDTH = 320;
const HEIGHT = 180;

const NO_TEXT = new Uint8Array(0);

/** Of the usual kind: quality 0.9, 4:2:0, a mosaic. @type {import('./options.js').CheckedOptions} */
const OPTIONS = {
  options: { quality: 0.9, subsampling: 0, progressive: false, maxWidth: 0, maxHeight: 0, reject: 0 },
  regions: [{ x: 0, y: 0, width: WIDTH / 4, height: HEIGHT / 4, mode: 0, unit: 0, color: 0, ofWidth: 0, ofHeight: 0 }],
  metadata: {
    id: NO_TEXT,
    interactionId: NO_TEXT,
    participantId: NO_TEXT,
    agentId: NO_TEXT,
    capturedAt: NO_TEXT,
    software: NO_TEXT,
    description: NO_TEXT,
    frameAgeMs: -1,
    embed: false,
  },
};

/** One of them. @param {import('./core.js').Core} engine */
export function warmUp(engine) {
  const held = engine.allocate(WIDTH, HEIGHT);
  try {
    paint(held.pixels());
    held.encode(OPTIONS);
  } finally {
    held.release();
  }
}

/** Shades and grain, of which every stage has something to do. @param {Uint8Array} pixels */
function paint(pixels) {
  let random = 1;
  for (let i = 0; i < pixels.length; i++) {
    // Numerical Recipes' generator, 7.1: good enough for grain.
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    pixels[i] = (((i >> 2) % WIDTH) >> 2) + (random >>> 26);
  }
}
