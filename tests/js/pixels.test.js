// From frames of every kind to what a video element would show: against fakes that store, turn and convert as browsers do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readInto } from '../../js/engine/pixels.js';
import { forEachSeed } from './random.js';

/** @param {any} dice @param {number} pixels */
const samples = (dice, pixels) => Uint8ClampedArray.from({ length: pixels * 4 }, () => dice.between(0, 255));

/** @type {any} */
const engine = {
  allocate(/** @type {number} */ width, /** @type {number} */ height) {
    const memory = new Uint8Array(width * height * 4 + 16);
    return { width, height, pixels: () => memory.subarray(16), release() {} };
  },
};

/** A browser's: `stored` is RGBA; drawing turns it, `copyTo` does not. */
class FakeFrame {
  /** @type {number | undefined} */
  rotation;
  flip = false;

  /** @param {any} init @param {any} [options] The probe of the module is made by bytes and options. */
  constructor(init, options) {
    Object.assign(this, options ? { format: options.format, stored: init, displayWidth: 1, displayHeight: 1 } : init);
    const { displayWidth, displayHeight } = /** @type {any} */ (this);
    this.visibleRect = /** @type {any} */ (this).visibleRect || { width: displayWidth, height: displayHeight };
  }
  allocationSize() {
    return this.visibleRect.width * this.visibleRect.height * 4;
  }
  /** @param {Uint8Array} target */
  async copyTo(target) {
    const { format, stored } = /** @type {any} */ (this);
    const isProbe = stored === target;
    if (isProbe && format === 'BGRA') [stored[0], stored[2]] = [stored[2], stored[0]];
    else target.set(stored);
    /** @type {any} */ (this).copied = true;
  }
  close() {}
}

/** By half a turn, the one that no size gives away. @param {Uint8ClampedArray} data */
function halfTurned(data) {
  const words = new Uint32Array(data.slice().buffer).reverse();
  return new Uint8ClampedArray(words.buffer);
}

/** @param {Uint8ClampedArray} data */
function overBlack(data) {
  return data.map((value, i) => (i % 4 === 3 ? value : Math.round((value * data[i | 3]) / 255)));
}

before(() => {
  const document = {
    createElement() {
      /** @type {any} */
      const canvas = {};
      canvas.getContext = () => ({
        createImageData: (/** @type {number} */ width, /** @type {number} */ height) => ({
          data: new Uint8ClampedArray(width * height * 4),
        }),
        putImageData(/** @type {any} */ { data }) {
          canvas.stored = data.slice();
        },
        drawImage(/** @type {any} */ image) {
          canvas.stored = image.turn === 180 ? halfTurned(image.stored) : image.stored.slice();
        },
        getImageData: () => ({ data: canvas.stored, width: canvas.width, height: canvas.height }),
      });
      return canvas;
    },
  };
  Object.assign(globalThis, { VideoFrame: FakeFrame, document });
});
after(() => {
  for (const name of ['VideoFrame', 'document']) delete (/** @type {any} */ (globalThis)[name]);
});

test('upright and over black, whatever the frame tells of its turn and however it is read', () =>
  forEachSeed(2000, async (dice) => {
    const [width, height] = [dice.between(1, 9), dice.between(1, 9)];
    const stored = samples(dice, width * height);
    const format = dice.pick(['RGBA', 'RGBX', 'I420', 'I420A', 'BGRA', 'BGRX', 'NV12']);
    const isOpaque = !format.includes('A');
    if (isOpaque) for (let i = 3; i < stored.length; i += 4) stored[i] = 255;
    const turn = dice.pick([0, 180]);
    // Chromium from 138 tells; Chromium before and Firefox do not, and of Firefox's streams the page knows.
    const tells = dice.pick([true, false]);
    const frame = new FakeFrame({ stored, format, displayWidth: width, displayHeight: height, turn });
    if (tells) frame.rotation = turn;
    const isUpright = !tells && turn === 0 && dice.pick([true, false]);
    const held = await readInto(engine, { frame: /** @type {any} */ (frame), isUpright });
    assert.deepEqual(new Uint8ClampedArray(held.pixels()), overBlack(turn === 180 ? halfTurned(stored) : stored));
    const mayCopy = tells ? turn === 0 : isUpright;
    assert.equal(Boolean(/** @type {any} */ (frame).copied), mayCopy);
  }));

test('pixels that a page has read come over black too', () =>
  forEachSeed(200, async (dice) => {
    const [width, height] = [dice.between(1, 9), dice.between(1, 9)];
    const data = samples(dice, width * height);
    const held = await readInto(engine, { data, width, height });
    assert.deepEqual(new Uint8ClampedArray(held.pixels()), overBlack(data));
  }));

test('a frame that nothing was written to stays transparent, which is how the core knows it', async () => {
  const stored = new Uint8ClampedArray(16);
  const frame = new FakeFrame({ stored, format: 'RGBA', displayWidth: 2, displayHeight: 2 });
  frame.rotation = 0;
  const held = await readInto(engine, { frame: /** @type {any} */ (frame) });
  assert.deepEqual([...held.pixels()], [...stored]);
});
