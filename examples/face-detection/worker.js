/** The worker: SSD MobileNet v1 of @vladmandic/face-api, on TensorFlow.js' WebAssembly backend. */

import { looksAt } from './light.js';
import { passesOver } from './passes.js';
import { merge } from './regions.js';

/** A picture with more faces than this in one pass is a stadium. */
const MAX_FACES = 100;
const MODEL = 'ssd_mobilenetv1_model';

/** @type {Promise<(pixels: ImageData) => Promise<import('./regions.js').Box[]>>} */
let network;
/** @type {Set<number>} */
const cancelled = new Set();
/** One picture at a time. @type {Promise<unknown>} */
let queue = Promise.resolve();

self.onmessage = ({ data: { id, vendorUrl, minScore, picture, cancel } }) => {
  if (cancel) return cancelled.add(id);
  const work = vendorUrl ? () => load(vendorUrl, minScore) : () => detect(id, picture);
  queue = queue.then(work).then(
    (value) => self.postMessage({ id, value }),
    (error) => self.postMessage({ id, error: String(error?.message ?? error) }),
  );
};

/** @param {string} vendorUrl @param {number} minScore */
async function load(vendorUrl, minScore) {
  network = loadNetwork(vendorUrl, minScore);
  await network;
}

/** @param {string} vendorUrl @param {number} minScore */
async function loadNetwork(vendorUrl, minScore) {
  const [{ tf, NetInput, SsdMobilenetv1, SsdMobilenetv1Options }, [{ weights }], bytes] = await Promise.all([
    import(`${vendorUrl}face-api.esm.js`),
    fetched(`${vendorUrl}${MODEL}-weights_manifest.json`).then((response) => response.json()),
    fetched(`${vendorUrl}${MODEL}.bin`).then((response) => response.arrayBuffer()),
  ]);
  tf.setWasmPaths(vendorUrl);
  // Its own choice would be WebGL, which headless and blocked graphics cards lack: one backend, the same result.
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js could not start its WebAssembly backend');
  await tf.ready();
  const model = new SsdMobilenetv1();
  await model.loadFromWeightMap(tf.io.decodeWeights(bytes, weights));
  const options = new SsdMobilenetv1Options({ minConfidence: minScore, maxResults: MAX_FACES });

  return async (/** @type {ImageData} */ pixels) => {
    const tensor = tf.browser.fromPixels(pixels);
    try {
      // Given as a NetInput: for anything else face-api looks for a document.
      const found = await model.locateFaces(new NetInput([tensor]), options);
      return found.map(({ box: { x, y, width, height } }) => ({ x, y, width, height }));
    } finally {
      tensor.dispose();
    }
  };
}

/** @param {string} url */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

/** @param {number} id @param {ImageBitmap} picture @returns {Promise<import('./regions.js').Box[]>} in ratios */
async function detect(id, picture) {
  const { width, height } = picture;
  const find = await network;
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext('2d', { alpha: false, willReadFrequently: true })
  );
  context.drawImage(picture, 0, 0);
  picture.close();
  const boxes = [];
  for (const pass of passesOver(width, height)) {
    for (const pixels of looksAt(context.getImageData(pass.x, pass.y, pass.width, pass.height))) {
      await nextMessage();
      if (cancelled.delete(id)) return []; // To nobody: the page has given up this id.
      for (const box of await find(pixels)) {
        boxes.push({
          x: (pass.x + box.x) / width,
          y: (pass.y + box.y) / height,
          width: box.width / width,
          height: box.height / height,
        });
      }
    }
  }
  return merge(boxes);
}

/** Lets a cancellation in. */
function nextMessage() {
  return new Promise((resolve) => setTimeout(resolve));
}
