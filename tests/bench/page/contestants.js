/**
 * Everyone who makes a JPEG, each in the way its own documentation shows, with options as near to each other as they
 * let one choose: quality 90, 4:2:0, baseline. From RGBA (or a canvas holding it) to the file's bytes (or a Blob).
 */

/**
 * @typedef {object} Contestant
 * @property {() => void} [prepare] Before each run, not timed.
 * @property {() => Uint8Array | Promise<Uint8Array | Blob>} encode
 */

/** @typedef {{ data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number }} Frame */
/** @typedef {{ quality: number } & object} Options Of engine.encode; the others look at the quality only. */
/** @typedef {(frame: Frame, options: Options) => Promise<Contestant>} Create */

/** As every capture has one. Without it the engine derives one from the picture, which is a second SHA-256. */
const NAMED = { id: '3f1c9a0e-5d6e-4f70-8a9b-0c1d2e3f4a5b' };

/**
 * Analysis and SHA-256 included: the engine makes no file without them.
 * @type {(variant: 'simd' | 'baseline', metadata: object) => Create}
 */
const caseframe = (variant, metadata) => async (frame, options) => {
  const { createEngine } = await import('/dist/engine/index.js');
  const engine = await createEngine({ variant });
  return { encode: () => engine.encode(frame, { metadata, ...options }).jpeg };
};

/**
 * As the worker of a capture does it: the browser has written the pixels into the module's memory (`VideoFrame.copyTo`,
 * which a capture tells as its `read`, not as the engine's time), the options have been checked in the page, and WebCrypto
 * hashes the file.
 * @type {Create}
 */
async function captured({ data, width, height }, options) {
  const [{ createCore }, { load }, { parseEncodeOptions }] = await Promise.all([
    import('/build/js/engine/core.js'),
    import('/build/js/engine/load.js'),
    import('/build/js/engine/options.js'),
  ]);
  const core = createCore(await load({ variant: 'simd', wasmUrl: '/build/js/wasm/' }));
  const { plain, ...checked } = parseEncodeOptions({ metadata: NAMED, ...options }, { width, height });
  /** @type {import('../../../js/engine/core.js').RawFrame} */
  let held;
  return {
    prepare() {
      held = core.allocate(width, height);
      held.pixels().set(data);
    },
    async encode() {
      const { jpeg } = held.encode(checked, false);
      await crypto.subtle.digest('SHA-256', jpeg);
      held.release();
      return jpeg;
    },
  };
}

/**
 * The canvas is drawn anew before each run, so that no cached copy of it helps.
 * @param {OffscreenCanvas | HTMLCanvasElement} canvas @param {Frame} frame
 */
function draw(canvas, { data, width, height }) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  const image = new ImageData(data, width, height);
  return () => context.putImageData(image, 0, 0);
}

/** @type {Create} */
async function convertToBlob(frame, { quality }) {
  const canvas = new OffscreenCanvas(1, 1);
  return { prepare: draw(canvas, frame), encode: () => canvas.convertToBlob({ type: 'image/jpeg', quality }) };
}

/** @type {Create} */
async function toBlob(frame, { quality }) {
  const canvas = document.createElement('canvas');
  return {
    prepare: draw(canvas, frame),
    encode: () => new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality)),
  };
}

/** @type {(options: object) => Create} */
const jsquash =
  (options) =>
  async (frame, { quality }) => {
    const { default: encode } = await import('/node_modules/@jsquash/jpeg/encode.js');
    const image = new ImageData(frame.data, frame.width, frame.height);
    return { encode: async () => new Uint8Array(await encode(image, { quality: quality * 100, ...options })) };
  };

/**
 * mozjpeg without what makes it slow on purpose, as far as its options reach: trellis quantisation itself has none.
 * `quant_table` 0 is Annex K of the JPEG standard, which everyone else uses.
 */
const LIKE_THE_OTHERS = { progressive: false, optimize_coding: false, quant_table: 0, auto_subsample: false };

/** It takes RGB only: leaving alpha out is part of using it. @type {Create} */
async function cornerstone({ data, width, height }, { quality }) {
  const { cornerstone: load } = await import('/build/bench/peers.js');
  const folder = '/node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/';
  const module = await load({ locateFile: (file) => folder + file });
  const encoder = new module.JPEGEncoder();
  encoder.setProgressive(0);
  encoder.setQuality(Math.round(quality * 100));
  encoder.setSubSampling(2); // TJSAMP_420 of turbojpeg.h
  const info = { width, height, bitsPerSample: 8, componentCount: 3, isSigned: false };
  return {
    encode() {
      const rgb = encoder.getDecodedBuffer(info);
      for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
        rgb[to] = data[from];
        rgb[to + 1] = data[from + 1];
        rgb[to + 2] = data[from + 2];
      }
      encoder.encode();
      return encoder.getEncodedBuffer();
    },
  };
}

/** 4:4:4 only. @type {Create} */
async function jpegJs(frame, { quality }) {
  const { jpegJs: encode } = await import('/build/bench/peers.js');
  return { encode: () => encode(frame, Math.round(quality * 100)).data };
}

const hasOffscreenCanvas = () => typeof OffscreenCanvas === 'function' && 'convertToBlob' in OffscreenCanvas.prototype;

/** Where each runs: a module worker of its own, or the page's main thread. */
export const CONTESTANTS = {
  'caseframe, SIMD': { where: 'worker', create: caseframe('simd', NAMED) },
  'caseframe, SIMD, in a capture': { where: 'worker', create: captured },
  'caseframe, SIMD, its id derived': { where: 'worker', create: caseframe('simd', {}) },
  'caseframe, baseline': { where: 'worker', create: caseframe('baseline', NAMED) },
  'OffscreenCanvas.convertToBlob': { where: 'worker', create: convertToBlob, available: hasOffscreenCanvas },
  'canvas.toBlob': { where: 'page', create: toBlob },
  '@cornerstonejs/codec-libjpeg-turbo-8bit': { where: 'worker', create: cornerstone },
  'jpeg-js': { where: 'worker', create: jpegJs },
  '@jsquash/jpeg, comparable options': { where: 'worker', create: jsquash(LIKE_THE_OTHERS) },
  '@jsquash/jpeg, default options': { where: 'worker', create: jsquash({}) },
};
