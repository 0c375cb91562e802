/**
 * Hiding faces in the agent widget: the real detector in Chromium, a real WebRTC call, and the file that lies in the
 * middleware's folder afterwards.
 */

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { passesOver } from '../../examples/face-detection/passes.js';
import { merge, toRegions } from '../../examples/face-detection/regions.js';
import { DETECTOR_FILES, VENDOR_FILES } from '../../examples/face-detection/vendor.js';
import { confirm, coverArea, MESSAGE, openReview, sharpPicture, take, untilCalm, useDemo } from './demo.js';

const COFFEE = fileURLToPath(new URL('../fixtures/coffee.png', import.meta.url));
const FAILED = 'Faces could not be looked for, so nothing was captured. Try again, or turn “Find faces” off.';
/** The astronaut's eyes, nose and mouth in the still scene of 1280 × 720, by eye. */
const FEATURES = { left: 440, top: 60, right: 650, bottom: 255 };
/** In dB. While the encoder is still filling in detail, blots of it can be taken for faces. */
const MIN_PSNR = 37;
/** JPEG blends a cell's neighbours into it by up to one MCU. */
const MCU = 16;
const MODEL = '**/ssd_mobilenetv1_model.bin';
/** A worker that is busy for as many ms as it is told. */
const BUSY = {
  contentType: 'text/javascript',
  body: 'onmessage = ({ data }) => { for (const end = performance.now() + data; performance.now() < end; ); postMessage(0); };',
};
/** What Chromium logs where a file is missing or a request was cut off. */
const MISSING = /status of 404|net::ERR_FAILED/;

// LOAD_MS and DETECT_MS of the detector.
const demo = useDemo({}, { 30000: 600_000, 20000: 600_000 });

describe('the switch', () => {
  test('is off at first, and then nothing is fetched and nothing is covered', async (t) => {
    const { page, requests } = await nextCall(t);
    assert.equal(await page.isChecked('#hide-faces'), false);
    await take(page);
    const { record } = await demo.stored(page);
    assert.equal(await page.locator('.snapshot .faces').textContent(), '');
    assert.deepEqual(record.metadata.redactions, []);
    assert.deepEqual(ofDetector(requests), []);
    assert.deepEqual(foreign(requests), [], 'nothing from anywhere else');
  });

  test('on: the face is unreadable in the file, and the record says where', async (t) => {
    const { page, requests } = await nextCall(t);
    await switchOn(page);
    assert.ok((await sharpPicture(page, MIN_PSNR)) >= MIN_PSNR);
    await take(page);
    const { record, jpeg } = await demo.stored(page);
    const { redactions } = record.metadata;
    t.diagnostic(`covered: ${JSON.stringify(redactions)}`);
    const said = `${redactions.length === 1 ? '1 face' : `${redactions.length} faces`} hidden: check the picture for others`;
    assert.equal(await page.textContent('.snapshot .faces'), said);
    const { mode, cell, ...covered } = redactions.find(hidesFace);
    assert.equal(mode, 'pixelate');
    assert.ok(covered.width * covered.height < 0.3 * 1280 * 720, 'and not half of the picture');

    const spread = { file: await spreadInCells(jpeg, covered, cell), source: 0 };
    spread.source = await spreadInCells(await sourcePicture(page), covered, cell);
    t.diagnostic(`the widest spread within a cell: source ${spread.source.toFixed(1)}, file ${spread.file.toFixed(1)}`);
    assert.ok(spread.source > 20 && spread.file < 2, 'each cell has one colour');

    const fetched = ofDetector(requests);
    for (const name of ['/index.js', '/worker.js', '.esm.js', '_model.bin', '-simd.wasm']) {
      assert.ok(
        fetched.some((url) => url.endsWith(name)),
        `${name} in ${fetched}`,
      );
    }
    assert.deepEqual(foreign(requests), [], 'nothing from anywhere else');
  });

  test('in the review: what is found is suggested, to be covered or left, beside what is drawn', async (t) => {
    const { page } = await nextCall(t);
    await switchOn(page);
    assert.ok((await sharpPicture(page, MIN_PSNR)) >= MIN_PSNR);
    for (const decision of ['accept', 'delete']) {
      await openReview(page);
      const drafts = page.locator('caseframe-review li[data-open]');
      await drafts.first().waitFor();
      for (let left = await drafts.count(); left > 0; left -= 1) {
        await drafts.first().locator(`[part=${decision}]`).click();
      }
      await coverArea(page, { x: 820, y: 520, width: 380, height: 100 }, 'fill');
      await confirm(page);
      const { record } = await demo.stored(page, decision === 'accept' ? 1 : 2);
      const { redactions } = record.metadata;
      assert.equal(redactions.filter(({ mode }) => mode === 'fill').length, 1, JSON.stringify(redactions));
      assert.equal(redactions.some(hidesFace), decision === 'accept', JSON.stringify(redactions));
      // What the agent has left open on purpose is told with the picture.
      assert.equal(record.metadata.dropped.some(hidesFace), decision === 'delete', JSON.stringify(record.metadata));
    }
  });

  test('what is said of a picture goes by how it was begun, and by what was found in it', async (t) => {
    let release = () => {};
    const held = new Promise((resolve) => {
      release = () => resolve(undefined);
    });
    const { page } = await openWidget(t, {
      prepare: (context) =>
        context.route(MODEL, async (route) => {
          await held;
          await route.continue();
        }),
    });
    const said = () => page.locator('.snapshot .faces').first().textContent();
    await page.check('#hide-faces');
    await take(page);
    await page.locator('#capture [part=cancel]').waitFor();
    await page.check('#review');
    release();
    await demo.stored(page, 1);
    assert.match(String(await said()), /^\d+ faces? /, 'it was not reviewed: the switch is for the next one');

    await openReview(page);
    await page.locator('caseframe-review [part=discard]').first().click();
    await page.waitForSelector('#capture[state=idle]');
    await page.uncheck('#hide-faces');
    await take(page);
    await demo.stored(page, 2);
    assert.equal(await said(), '', 'nobody has looked for faces in this one');
  });

  test('works from the keyboard', async (t) => {
    const { page } = await nextCall(t);
    await page.uncheck('#review');
    await page.focus('#review');
    for (const id of ['hide-text', 'hide-faces']) {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement?.id), id);
    }
    await page.keyboard.press('Space');
    await page.waitForSelector('#faces-state[data-state=ready]');
    await page.keyboard.press('Space');
    assert.equal(await page.textContent('#faces-state'), '');
    await page.keyboard.press('Alt+C');
    assert.deepEqual((await demo.stored(page)).record.metadata.redactions, [], 'off again');
  });

  test('never blocks the page', async (t) => {
    const { page } = await nextCall(t, {
      prepare: (context) => context.route('**/busy.js', (route) => route.fulfill(BUSY)),
    });
    await switchOn(page);
    let n = 0;
    const capture = async () => {
      await take(page);
      n += 1;
      await demo.stored(page, n);
    };
    // The control: somebody else is as busy beside the page.
    const rest = (/** @type {number} */ ms) => page.evaluate(workElsewhere, ms);
    // The search takes some hundred ms of processor time each time: in the page, none of them could be quick.
    const captures = await untilCalm(page, capture, { longMs: 100, rest });
    t.diagnostic(JSON.stringify(captures));
    assert.ok(captures.some(({ isCalm }) => isCalm));
  });
});

describe('the detector itself', () => {
  test('an abort ends a search at once, and the next one is right', async (t) => {
    const { page } = await nextCall(t);
    const seen = await page.evaluate(async () => {
      const { createFaceDetector } = await import('face-detection');
      const { canvas } = globalThis.caseframeDemo.scene;
      const still = { preview: () => createImageBitmap(canvas) };
      // Two at once wait for each other, and a busy machine takes long for one.
      const detector = createFaceDetector({ detectMs: 600_000 });
      await detector.ready();
      const before = new AbortController();
      before.abort();
      const early = await detector.detect(still, { signal: before.signal }).catch((error) => error.code);
      const during = new AbortController();
      const { postMessage } = Worker.prototype;
      const underWay = new Promise((resolve) => {
        Worker.prototype.postMessage = function (/** @type {any[]} */ ...message) {
          postMessage.apply(this, /** @type {any} */ (message));
          if (message[0]?.picture) resolve(undefined);
        };
      });
      const answered = detector.detect(still, { signal: during.signal }).then(
        () => 'faces',
        (error) => error.code,
      );
      await underWay; // In the turn in which the worker has been asked: its answer cannot have come yet.
      during.abort();
      Worker.prototype.postMessage = postMessage;
      const first = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 0, 'the next task'))]);
      const next = await detector.detect(still);
      // One look each, where a large one takes three.
      const small = { preview: () => createImageBitmap(canvas, { resizeWidth: 480, resizeHeight: 270 }) };
      const alone = await detector.detect(small);
      const both = await Promise.all([detector.detect(small), detector.detect(small)]);
      const pending = detector.detect(still).catch((error) => error.code);
      detector.dispose();
      return { early, first, next, alone, both, pending: await pending };
    });
    assert.equal(seen.early, 'aborted');
    assert.equal(seen.first, 'aborted', 'ahead of everything else in the page');
    assert.equal(seen.next.length, 1);
    assert.equal(seen.alone.length, 1);
    assert.deepEqual(seen.both, [seen.alone, seen.alone], 'two at once');
    assert.equal(seen.pending, 'disposed');
  });

  test('the deadline of a search that was aborted ends with it', async (t) => {
    const { page, requests } = await nextCall(t);
    await page.evaluate(async () => {
      const { createFaceDetector } = await import('face-detection');
      const detectMs = 54_321;
      const detector = createFaceDetector({ detectMs });
      await detector.ready();
      /** Deadlines of searches that nobody has taken back: they pass when the test says so. @type {Map<any, () => void>} */
      const deadlines = new Map();
      const { setTimeout, clearTimeout } = globalThis;
      Object.assign(globalThis, {
        setTimeout(/** @type {any} */ callback, /** @type {number} */ ms, /** @type {any[]} */ ...rest) {
          const id = setTimeout(callback, ms, ...rest);
          if (ms === detectMs) deadlines.set(id, callback);
          return id;
        },
        clearTimeout(/** @type {any} */ id) {
          deadlines.delete(id);
          clearTimeout(id);
        },
      });
      const aborting = new AbortController();
      const preview = () =>
        createImageBitmap(globalThis.caseframeDemo.scene.canvas).finally(() => setTimeout(() => aborting.abort()));
      await detector.detect({ preview }, { signal: aborting.signal }).catch(() => {});
      for (const pass of deadlines.values()) pass();
      await detector.ready();
      detector.dispose();
      Object.assign(globalThis, { setTimeout, clearTimeout });
    });
    assert.equal(requests.filter((url) => url.endsWith('/face-detection/worker.js')).length, 1, 'the worker was kept');
  });

  test('a deadline that passes is an error, never an empty list', async (t) => {
    const { page } = await nextCall(t);
    const errors = await page.evaluate(async () => {
      const { createFaceDetector } = await import('face-detection');
      const { canvas } = globalThis.caseframeDemo.scene;
      const still = { preview: () => createImageBitmap(canvas) };
      const said = async (/** @type {object} */ options) => {
        const detector = createFaceDetector(options);
        const answer = await detector.detect(still).catch((error) => error);
        detector.dispose();
        return [answer.name, answer.code, answer.details?.component];
      };
      return Promise.all([said({ loadMs: 1 }), said({ detectMs: 1 }), said({ workerUrl: '/nothing.js' })]);
    });
    assert.deepEqual(errors, [
      ['CaptureError', 'engine-load', 'face-detector'],
      ['CaptureError', 'engine-crash', 'face-detector'],
      ['CaptureError', 'engine-load', 'face-detector'],
    ]);
  });

  test('looks at all of a picture, whatever its shape, and twice where a face could be cut', () => {
    for (const [width, height, looks] of [
      [1280, 720, 3],
      [720, 1280, 3],
      [1280, 960, 3],
      [640, 480, 3],
      [1280, 100, 4],
      [960, 960, 1],
      [480, 270, 1],
    ]) {
      const [whole, ...tiles] = passesOver(width, height);
      assert.deepEqual(whole, { x: 0, y: 0, width, height });
      assert.equal(1 + tiles.length, looks, `${width} × ${height}`);
      const [at, long] =
        width > height ? /** @type {const} */ (['x', 'width']) : /** @type {const} */ (['y', 'height']);
      tiles.forEach((tile, n) => {
        assert.deepEqual({ ...tile, [at]: 0, [long]: whole[long] }, whole, 'from edge to edge across');
        if (n === 0) assert.equal(tile[at], 0);
        else assert.ok(tiles[n - 1][at] + tiles[n - 1][long] - tile[at] >= 128, 'they overlap');
        if (n === tiles.length - 1) assert.equal(tile[at] + tile[long], whole[long]);
      });
    }
  });

  test('takes what two passes saw for one face, grown to all sides', () => {
    const a = { x: 0.4, y: 0.4, width: 0.1, height: 0.2 };
    const b = { x: 0.42, y: 0.42, width: 0.1, height: 0.2 };
    const far = { x: 0.1, y: 0.1, width: 0.1, height: 0.1 };
    const merged = merge([a, far, b]);
    assert.equal(merged.length, 2);
    assert.deepEqual(toRegions([{ x: 1.4, y: 0, width: 0.1, height: 0.1 }]), [], 'nothing of the picture is there');
    const [first, second] = toRegions(merged, 'blur');
    assert.deepEqual(rounded(first), { x: 0.07, y: 0.07, width: 0.16, height: 0.16, unit: 'ratio', mode: 'blur' });
    assert.deepEqual(rounded(second), { x: 0.364, y: 0.334, width: 0.192, height: 0.352, unit: 'ratio', mode: 'blur' });
  });
});

test('a picture without a face says so, and is stored as it is', async (t) => {
  const { page } = await openWidget(t, { prepare: withoutAstronaut });
  await switchOn(page);
  assert.ok((await sharpPicture(page, MIN_PSNR)) >= MIN_PSNR);
  await take(page);
  const { record } = await demo.stored(page);
  assert.equal(await page.textContent('.snapshot .faces'), '0 faces found: check the picture');
  assert.deepEqual(record.metadata.redactions, []);
});

describe('a detector that cannot be loaded fails the capture, and nothing is sent', () => {
  test('its script is missing', async (t) => {
    const { page, requests } = await openWidget(t, {
      expected: MISSING,
      prepare: without('**/face-detection/index.js'),
    });
    await page.check('#hide-faces');
    await page.waitForSelector('#faces-state[data-state=failed]');
    await take(page);
    await failed(page, requests, FAILED);
  });

  // In one page: all of the detector but its script is fetched anew after a failure.
  const query = { scene: 'still', page: 'without detector' };
  const broken = {
    'its worker is missing': '**/face-detection/worker.js',
    'the network’s code is missing': '**/face-api.esm.js',
    'the model is missing': MODEL,
    'the WebAssembly is missing': '**/tfjs-backend-wasm*.wasm',
  };
  for (const [name, path] of Object.entries(broken)) {
    test(name, async (t) => {
      const { page, requests } = await nextCall(t, { query, expected: MISSING, prepare: without(path) });
      await page.check('#hide-faces');
      await page.waitForSelector('#faces-state[data-state=failed]');
      await take(page);
      await failed(page, requests, FAILED);
    });
  }

  test('the model is cut short', async (t) => {
    const { page, requests } = await nextCall(t, {
      query,
      prepare: (context) => context.route(MODEL, (route) => route.fulfill({ body: Buffer.alloc(100_000) })),
    });
    await page.check('#hide-faces');
    await take(page);
    await failed(page, requests, FAILED);
  });

  test('until it can be', async (t) => {
    const { page, requests } = await nextCall(t, {
      query,
      expected: MISSING,
      prepare: (context) => context.route(MODEL, (route) => route.fulfill({ status: 404 }), { times: 1 }),
    });
    await page.check('#hide-faces');
    await page.waitForSelector('#faces-state[data-state=failed]');
    assert.deepEqual(uploads(requests), []);
    await take(page);
    assert.ok((await demo.stored(page)).record.metadata.redactions.some(hidesFace));
    assert.equal(await page.getAttribute('#faces-state', 'data-state'), 'ready');
  });
});

test('a capture that waits for the detector is ended by Escape', async (t) => {
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((resolve) => {
    release = () => resolve(undefined);
  });
  const { page, requests } = await openWidget(t, {
    prepare: (context) =>
      context.route(MODEL, async (route) => {
        await held;
        await route.continue();
      }),
  });
  await page.check('#hide-faces');
  await take(page);
  await page.locator('#capture [part=cancel]').waitFor();
  await page.keyboard.press('Escape');
  await failed(page, requests, 'Cancelled. Nothing was saved.');
  release();
  await page.waitForSelector('#faces-state[data-state=ready]');
  await take(page);
  assert.ok((await demo.stored(page)).record.metadata.redactions.some(hidesFace), 'the next one is not hurt');
});

test('the server hands out what the detector needs, and nothing else of its packages', async () => {
  const statusOf = async (/** @type {string} */ path) => (await fetch(`${demo.base}/face-detection/${path}`)).status;
  for (const path of [...DETECTOR_FILES, ...VENDOR_FILES.map((name) => `vendor/${name}`)]) {
    assert.equal(await statusOf(path), 200, path);
  }
  for (const path of ['package.json', 'vendor.js', 'recall/main.js', 'vendor/package.json', 'vendor/face-api.js']) {
    assert.equal(await statusOf(path), 404, path);
  }
});

/**
 * @typedef {object} Opened
 * @property {(context: import('playwright-core').BrowserContext) => Promise<unknown>} [prepare] Changes what the server
 *   answers, to workers as well.
 * @property {RegExp} [expected]
 * @property {Record<string, string>} [query]
 */

/** @param {import('node:test').TestContext} t @param {Opened} [options] */
async function openWidget(t, options) {
  return widgetBy(demo.openWidget, t, options);
}

/** In the page of the test before, which may have loaded the detector. @param {import('node:test').TestContext} t @param {Opened} [options] */
async function nextCall(t, options) {
  return widgetBy(demo.nextCall, t, options);
}

/** @param {typeof demo.openWidget} open @param {import('node:test').TestContext} t @param {Opened} [options] */
async function widgetBy(open, t, { prepare, expected, query = { scene: 'still' } } = {}) {
  const { context } = demo.browser;
  /** @type {string[]} */
  const requests = [];
  const note = (/** @type {import('playwright-core').Request} */ request) => requests.push(request.url());
  await prepare?.(context);
  context.on('request', note);
  t.after(async () => {
    context.off('request', note);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });
  // All of it: Chromium pauses a muted video that is scrolled away.
  const page = await open(t, query, { height: 1200, expected });
  return { page, requests };
}

/** @param {string} path @returns {Opened['prepare']} */
function without(path) {
  return (context) => context.route(path, (route) => route.fulfill({ status: 404 }));
}

/** @param {{ x: number, y: number, width: number, height: number }} area From eye to eye, from brow to chin. */
function hidesFace({ x, y, width, height }) {
  return x <= FEATURES.left && x + width >= FEATURES.right && y <= FEATURES.top && y + height >= FEATURES.bottom;
}

/** @param {import('playwright-core').Page} page */
async function switchOn(page) {
  await page.check('#hide-faces');
  await page.waitForSelector('#faces-state[data-state=ready]');
}

/** @param {import('playwright-core').BrowserContext} context */
async function withoutAstronaut(context) {
  await context.route('**/media/astronaut.png', (route) => route.fulfill({ path: COFFEE }));
}

/** @param {string[]} requests */
function ofDetector(requests) {
  return requests.filter((url) => /face-detection|tfjs|face-api/.test(url));
}

/** @param {string[]} requests */
function foreign(requests) {
  return requests.filter((url) => !/^blob:/.test(url) && new URL(url).origin !== demo.base);
}

/** @param {string[]} requests */
function uploads(requests) {
  return requests.filter((url) => url.endsWith('/upload'));
}

/** @param {import('playwright-core').Page} page @param {string[]} requests @param {string} message */
async function failed(page, requests, message) {
  await page.locator(MESSAGE, { hasText: message }).waitFor();
  assert.equal(await page.locator('.snapshot').count(), 0);
  assert.deepEqual(uploads(requests), []);
  const interaction = await page.inputValue('#interaction');
  const filed = await readdir(demo.snapshots).catch(() => []);
  assert.ok(!filed.includes(interaction), 'nothing was stored');
}

/** @param {import('playwright-core').Page} page */
async function sourcePicture(page) {
  const url = await page.evaluate(() => globalThis.caseframeDemo.scene.canvas.toDataURL('image/png'));
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

/**
 * The largest standard deviation of any channel inside any cell of the mosaic, away from the cell's border.
 * @param {Buffer} file @param {{ x: number, y: number, width: number, height: number }} area @param {number} cell
 */
async function spreadInCells(file, area, cell) {
  const spreads = [];
  for (let y = area.y; y < area.y + area.height; y += cell) {
    for (let x = area.x; x < area.x + area.width; x += cell) {
      const width = Math.min(cell, area.x + area.width - x) - 2 * MCU;
      const height = Math.min(cell, area.y + area.height - y) - 2 * MCU;
      if (width < MCU || height < MCU) continue;
      const part = await sharp(file)
        .removeAlpha()
        .extract({ left: x + MCU, top: y + MCU, width, height })
        .png()
        .toBuffer();
      const { channels } = await sharp(part).stats();
      spreads.push(...channels.map(({ stdev }) => stdev));
    }
  }
  assert.ok(spreads.length >= 9, 'there are cells to look at');
  return Math.max(...spreads);
}

/** To a thousandth. @param {Record<string, unknown>} region */
function rounded(region) {
  return Object.fromEntries(
    Object.entries(region).map(([key, value]) => [
      key,
      typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
    ]),
  );
}

// In the page.

/** @param {number} ms */
async function workElsewhere(ms) {
  const worker = new Worker('/busy.js');
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage(ms);
  });
  worker.terminate();
}
