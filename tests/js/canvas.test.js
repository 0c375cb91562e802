// A canvas is believed only where it gives back what was drawn, whatever a browser does to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureError } from '../../js/errors.js';
import { forEachSeed } from './random.js';

/** @typedef {(data: Uint8ClampedArray) => void} Falsify */

/** A canvas element's part that is used, whose reads `falsify` may change. @param {() => Falsify} falsify */
function fakeDocument(falsify) {
  /** @type {any[]} */
  const canvases = [];
  return {
    canvases,
    createElement() {
      /** @type {any} */
      const canvas = { width: 0, height: 0, data: new Uint8ClampedArray(0) };
      canvases.push(canvas);
      canvas.getContext = () => ({
        createImageData: (/** @type {number} */ width, /** @type {number} */ height) => ({
          data: new Uint8ClampedArray(width * height * 4),
        }),
        putImageData(/** @type {any} */ { data }) {
          canvas.data = data.slice();
        },
        drawImage(/** @type {any} */ image) {
          canvas.data = image.data.slice();
        },
        getImageData() {
          const data = canvas.data.slice();
          falsify()(data);
          return { data };
        },
      });
      return canvas;
    },
  };
}

let fresh = 0;
/** The module as a new page has it. @returns {Promise<typeof import('../../js/engine/canvas.js')>} */
const load = () => import(`../../js/engine/canvas.js?${++fresh}`);

/** @type {Falsify} */
const nothing = () => {};
/** @param {any} document @param {() => Promise<void>} action */
async function within(document, action) {
  Object.assign(globalThis, { document });
  try {
    await action();
  } finally {
    delete (/** @type {any} */ (globalThis).document);
  }
}
const PICTURE = /** @type {any} */ ({ data: Uint8ClampedArray.of(1, 2, 3, 255) });

/** @param {() => unknown} read */
function assertUnreliable(read) {
  assert.throws(read, (error) => error instanceof CaptureError && error.code === 'unreliable-pixels');
}

test('a canvas that gives back what was drawn is read, and proved once', async () => {
  const document = fakeDocument(() => nothing);
  await within(document, async () => {
    const { canvasIsTrue, readThroughCanvas } = await load();
    assert.deepEqual([...readThroughCanvas(PICTURE, 1, 1).data], [1, 2, 3, 255]);
    const made = document.canvases.length;
    assert.equal(canvasIsTrue(), true);
    readThroughCanvas(PICTURE, 1, 1);
    assert.equal(document.canvases.length, made + 1, 'one canvas for one picture');
    for (const { width, height } of document.canvases)
      assert.deepEqual([width, height], [0, 0], 'no pixels stay behind');
  });
});

test('noise in as little as one bit of one sample is found out', () =>
  forEachSeed(300, async (dice) => {
    const count = dice.pick([1, 1, 20, 255]);
    /** @type {Falsify} */
    const falsify = (data) => {
      const places = new Set(
        Array.from({ length: count }, () => 4 * dice.between(0, data.length / 4 - 1) + dice.between(0, 2)),
      );
      for (const place of places) data[place] ^= dice.pick([1, 2]);
    };
    const document = fakeDocument(() => falsify);
    await within(document, async () => {
      const { readThroughCanvas } = await load();
      assertUnreliable(() => readThroughCanvas(PICTURE, 1, 1));
      for (const { width, height } of document.canvases) assert.deepEqual([width, height], [0, 0]);
    });
  }));

for (const [name, falsify] of /** @type {[string, Falsify][]} */ ([
  ['all white', (data) => data.fill(255)],
  ['transparent', (data) => data.fill(0)],
  ['of one row, repeated', (data) => data.copyWithin(256, 0, 256)],
])) {
  test(`what comes back ${name} is found out`, async () => {
    await within(
      fakeDocument(() => falsify),
      async () => {
        const { readThroughCanvas } = await load();
        assertUnreliable(() => readThroughCanvas(PICTURE, 1, 1));
      },
    );
  });
}

test('a page whose user allows it later is asked anew', async () => {
  /** @type {Falsify} */
  let falsify = (data) => data.fill(255);
  await within(
    fakeDocument(() => falsify),
    async () => {
      const { readThroughCanvas } = await load();
      assertUnreliable(() => readThroughCanvas(PICTURE, 1, 1));
      falsify = nothing;
      assert.deepEqual([...readThroughCanvas(PICTURE, 1, 1).data], [1, 2, 3, 255]);
    },
  );
});

test('no context is out-of-memory', async () => {
  const document = { createElement: () => ({ getContext: () => null }) };
  await within(document, async () => {
    const { readThroughCanvas } = await load();
    assert.throws(
      () => readThroughCanvas(PICTURE, 1, 1),
      (error) => error instanceof CaptureError && error.code === 'out-of-memory',
    );
  });
});
