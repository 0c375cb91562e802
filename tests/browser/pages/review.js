/** A page with `<caseframe-review>` and a real still of a painted picture; what leaves the page is written down. */

import { define } from '/dist/elements/base.js';
import { CaseframeReview } from '/dist/elements/review.js';
import { createCapture } from '/dist/index.js';

/** Everything by which pixels could leave the page's memory. @type {string[]} */
const leaks = [];
/** @type {string[]} */
const problems = [];
addEventListener('unhandledrejection', ({ reason }) => problems.push(`unhandled: ${reason}`));
addEventListener('error', ({ message }) => problems.push(`error: ${message}`));
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  // An icon that some browsers ask for by themselves.
  if (!/favicon/.test(blockedURI)) problems.push(violatedDirective);
});

for (const name of ['confirm', 'retake', 'discard']) {
  document.addEventListener(`caseframe-${name}`, ({ type }) => lab.events.push(type));
}

/** @param {any} owner @param {string} name */
function watch(owner, name) {
  const original = owner?.[name];
  if (!original) return;
  owner[name] = function (...args) {
    leaks.push(name);
    return original.apply(this, args);
  };
}
watch(XMLHttpRequest.prototype, 'send');
watch(Navigator.prototype, 'sendBeacon');
watch(WebSocket.prototype, 'send');
watch(IDBObjectStore.prototype, 'put');
watch(IDBObjectStore.prototype, 'add');
watch(HTMLCanvasElement.prototype, 'toBlob');
watch(HTMLCanvasElement.prototype, 'toDataURL');
watch(globalThis.OffscreenCanvas && OffscreenCanvas.prototype, 'convertToBlob');
watch(URL, 'createObjectURL');
watch(Storage.prototype, 'setItem');
globalThis.Blob = class extends Blob {
  constructor(...args) {
    super(...args);
    leaks.push('Blob');
  }
};

// The engine is loaded by it, without a body.
const load = globalThis.fetch;
globalThis.fetch = (url, options) => {
  if (options?.body || url instanceof Request) leaks.push('fetch');
  return load(url, options);
};

/** A card with a number in its lower right, on colours. @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
function paint(context, width, height) {
  const sky = context.createLinearGradient(0, 0, width, height);
  sky.addColorStop(0, '#2f6f9f');
  sky.addColorStop(1, '#e6b980');
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#fff';
  context.fillRect(width * 0.55, height * 0.55, width * 0.4, height * 0.35);
  context.fillStyle = '#111';
  context.font = `${height / 16}px sans-serif`;
  context.fillText('4539 1488 0343 6467', width * 0.57, height * 0.75);
  for (let i = 0; i < 12; i++) {
    context.fillStyle = `hsl(${i * 30} 70% 50%)`;
    context.fillRect(width * 0.05 + (i * width) / 14, height * 0.1, width / 20, height * 0.3);
  }
}

/** @type {any} */
let capture;

const lab = {
  leaks,
  problems,
  capture: () => capture,
  /** Under Trusted Types no page may start a worker by its address. @type {'auto' | false} */
  worker: 'auto',

  /** @param {number} [width] @param {number} [height] */
  async still(width = 1280, height = 720) {
    capture = capture || createCapture({ worker: lab.worker });
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    paint(/** @type {any} */ (canvas.getContext('2d')), width, height);
    const stream = canvas.captureStream();
    const still = await capture.grab(stream, { timeoutMs: 60000 });
    for (const track of stream.getTracks()) track.stop();
    return still;
  },

  /** Opens a review; `lab.result` is what came of it. @param {Record<string, any>} [properties] */
  async open(properties = {}) {
    if (properties.worker !== undefined) lab.worker = properties.worker;
    const still = properties.still || (await lab.still(properties.width, properties.height));
    const element = /** @type {any} */ (
      document.querySelector('caseframe-review') || document.createElement('caseframe-review')
    );
    const { regions = [], suggestions = [], drafts = [], mode = 'pixelate', lang, dir } = properties;
    if (lang) document.documentElement.lang = lang;
    if (dir) document.documentElement.dir = dir;
    Object.assign(element, { still, regions, suggestions, drafts, mode });
    if (!element.isConnected) document.body.append(element);
    lab.element = element;
    lab.still_ = still;
    lab.result = undefined;
    lab.events = [];
    element.show().then(
      (/** @type {any} */ result) => {
        lab.result = result;
      },
      (/** @type {any} */ error) => {
        lab.result = { code: error.code, message: error.message };
      },
    );
    await lab.shown();
    lab.settle();
  },

  /** Leaves the page as it was before `open`. */
  clear() {
    document.body.replaceChildren();
    Object.assign(document.documentElement, { lang: 'en', dir: '' });
    lab.still_?.discard();
    lab.element = lab.still_ = lab.result = undefined;
    leaks.length = problems.length = 0;
  },

  /** The half second is over in which no pointer counts. */
  settle() {
    for (const animation of lab.root().getAnimations()) animation.finish();
  },

  root: () => lab.element.shadowRoot,
  canvas: () => /** @type {HTMLCanvasElement} */ (lab.root().querySelector('canvas')),

  /** Once the core's preview is on the canvas. */
  async shown() {
    for (let i = 0; i < 2000; i++) {
      const canvas = lab.canvas();
      if (canvas && canvas.width > 0 && lab.pixel(0.5, 0.5)[3] === 255) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('no preview');
  },

  /** What the canvas shows, in ratios of the picture. @param {number} x @param {number} y */
  pixel(x, y) {
    const canvas = lab.canvas();
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    return Array.from(context.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data);
  },

  /** Where a point of the picture is in the window. @param {number} x @param {number} y */
  at(x, y) {
    const box = lab.canvas().getBoundingClientRect();
    return { x: box.left + x * box.width, y: box.top + y * box.height };
  },

  /** @type {any} */ element: undefined,
  /** @type {any} */ still_: undefined,
  /** @type {any} */ result: undefined,
  /** @type {string[]} */ events: [],
};
Object.assign(globalThis, { reviewLab: lab });

define('caseframe-review', CaseframeReview);
