/** The service that the worker and the in-page fallback both run, with the real engine. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import sharp from 'sharp';
import { createService } from '../../build/js/worker/worker.js';
import { parseEncodeOptions } from '../../js/engine/options.js';
import { version } from '../../js/version.js';

const wasm = await readFile(new URL('../../dist/wasm/caseframe.baseline.wasm', import.meta.url));
const wasmModule = await WebAssembly.compile(wasm);

/** A gradient: neither black nor flat. */
function picture(width = 64, height = 48, level = 255) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) data.set([(i % width) * 3, (i / width) * 4, level / 2, 255], i * 4);
  return { data, width, height };
}

const black = () => ({
  data: new Uint8ClampedArray(64 * 48 * 4).fill(255).map((v, i) => (i % 4 === 3 ? v : 0)),
  width: 64,
  height: 48,
});
const given = { reject: ['black', 'undecoded'] };
const options = parseEncodeOptions(given);

test('open and encode in one trip, or keep, look and encode twice', async () => {
  const { handle } = createService({ wasmModule });
  const input = picture();
  const once = await handle('open', { input, options, encode: true });
  assert.equal(once.stillId, undefined);
  assert.equal(once.rejected, false);
  assert.ok(
    input.data.every((byte) => byte === 0),
    'the bytes that came in are zeroed',
  );
  const { format, width, height } = await sharp(await once.encoded.blob.arrayBuffer()).metadata();
  assert.deepEqual([format, width, height, once.encoded.blob.type], ['jpeg', 64, 48, 'image/jpeg']);

  const kept = await handle('open', { input: picture(), options, encode: false });
  assert.equal(kept.encoded, undefined);
  assert.equal(kept.report.verdict, 'ok');
  const { stillId } = kept;
  const [first, second] = await Promise.all([
    handle('encode', { stillId, options }),
    handle('encode', { stillId, options: parseEncodeOptions({ ...given, quality: 0.2 }) }),
  ]);
  assert.equal(first.encoded.sha256, once.encoded.sha256, 'the same pixels give the same file');
  assert.ok(second.encoded.blob.size < first.encoded.blob.size);
  await handle('dispose', {});
});

test('regions that cover nothing of the frame are told when it is kept, not later', async () => {
  const { handle } = createService({ wasmModule });
  const outside = { x: 900, y: 500, width: 50, height: 50 };
  for (const encode of [true, false]) {
    await assert.rejects(
      handle('open', { input: picture(), options: parseEncodeOptions({ ...given, redact: [outside] }), encode }),
      ({ code, details }) => code === 'invalid-argument' && details.index === 0 && details.frame.width === 64,
    );
    const drawnElsewhere = { ...outside, of: { width: 1280, height: 720 } };
    const opened = await handle('open', {
      input: picture(),
      options: parseEncodeOptions({ ...given, redact: [drawnElsewhere] }),
      encode,
    });
    assert.equal(opened.rejected, false);
  }
  await handle('dispose', {});
});

test('a verdict that is not wanted: the report, and nothing kept', async () => {
  const { handle } = createService({ wasmModule });
  for (const encode of [true, false]) {
    const opened = await handle('open', { input: black(), options, encode });
    assert.deepEqual([opened.rejected, opened.report.verdict, opened.stillId], [true, 'black', undefined]);
    const wanted = await handle('open', { input: black(), options: parseEncodeOptions({ reject: [] }), encode });
    assert.equal(wanted.rejected, false);
  }
  await handle('dispose', {});
});

test('a still that is gone does not cost the others; a frame of no size neither', async () => {
  const { handle } = createService({ wasmModule });
  const { stillId } = await handle('open', { input: picture(), options, encode: false });
  await assert.rejects(handle('encode', { stillId: 99, options }), { code: 'engine-crash' });
  await assert.rejects(handle('open', { input: { ...picture(), width: 0 }, options, encode: true }), {
    code: 'invalid-argument',
  });
  assert.ok((await handle('encode', { stillId, options })).encoded.blob.size > 0);
  await handle('discard', { stillId });
  await handle('discard', { stillId });
  await assert.rejects(handle('encode', { stillId, options }), { code: 'engine-crash' });
  await handle('dispose', {});
  await assert.rejects(handle('open', { input: picture(), options, encode: true }), { code: 'disposed' });
});

test('what fails beside the engine costs nobody else: a preview where there are no bitmaps, one that fails', async (t) => {
  const { handle } = createService({ wasmModule });
  const whole = { maxWidth: 0, maxHeight: 0, regions: [] };
  const [first, second] = [
    await handle('open', { input: picture(), options, encode: false }),
    await handle('open', { input: picture(), options, encode: false }),
  ];
  // Node has neither ImageData nor createImageBitmap.
  await assert.rejects(handle('preview', { stillId: first.stillId, ...whole }), {
    name: 'CaptureError',
    code: 'engine-crash',
  });
  t.after(() => delete globalThis.ImageData);
  globalThis.ImageData = class {
    constructor(data, width, height) {
      Object.assign(this, { data, width, height });
    }
  };
  const image = await handle('preview', { stillId: first.stillId, ...whole, maxWidth: 32 });
  assert.deepEqual([image.width, image.height, image.data.length], [32, 24, 32 * 24 * 4]);
  assert.ok(image.data.some((byte) => byte > 0));
  for (const { stillId } of [first, second]) {
    assert.ok((await handle('encode', { stillId, options })).encoded.blob.size > 0);
  }
  await handle('dispose', {});
});

test('importing it starts nothing: neither in Node nor in a worker of the page’s own', async () => {
  const messages = [];
  globalThis.self = { name: 'somebody else’s', postMessage: (message) => messages.push(message) };
  try {
    await import('../../build/js/worker/worker.js?again');
    assert.deepEqual([messages, globalThis.self.onmessage], [[], undefined]);
    globalThis.self.name = 'caseframe';
    await import('../../build/js/worker/worker.js?own');
    assert.deepEqual(messages, [version]);
  } finally {
    delete globalThis.self;
  }
});

test('a file’s hash is the same by the platform’s cryptography and by the core', async () => {
  /** @type {number[]} */
  const asked = [];
  const subtle = /** @type {any} */ ({
    digest(name, bytes) {
      asked.push(bytes.length);
      return crypto.subtle.digest(name, bytes);
    },
  });
  const hashes = [];
  for (const parts of [{ subtle }, { subtle: null }]) {
    const { handle } = createService({ wasmModule }, parts);
    const { encoded } = await handle('open', { input: picture(), options, encode: true });
    const { stillId } = await handle('open', { input: picture(), options, encode: false });
    const again = await handle('encode', { stillId, options });
    const file = new Uint8Array(await encoded.blob.arrayBuffer());
    const expected = createHash('sha256').update(file).digest('hex');
    hashes.push(encoded.sha256, again.encoded.sha256, expected);
    await handle('dispose', {});
  }
  assert.equal(new Set(hashes).size, 1, String(hashes));
  assert.equal(asked.length, 2, 'where there is none, the core has hashed');
});

test('an engine that fails to load is tried again', async () => {
  const { handle } = createService({ wasmUrl: 'http://127.0.0.1:9/missing.wasm' });
  for (let i = 0; i < 2; i++) await assert.rejects(handle('load', {}), { code: 'engine-load' });
});

test('a frame that cannot be read is let go all the same', async () => {
  const { handle } = createService({ wasmModule });
  let closed = 0;
  const frame = {
    displayWidth: 4,
    displayHeight: 4,
    visibleRect: { width: 4, height: 4 },
    allocationSize: () => 64,
    copyTo: () => Promise.reject(new Error('lost')),
    close: () => closed++,
  };
  // Node has no canvas to fall back on.
  await assert.rejects(handle('open', { input: { frame }, options, encode: true }), { name: 'CaptureError' });
  assert.equal(closed, 1);
  assert.equal((await handle('open', { input: picture(), options, encode: true })).rejected, false);
});

/** A track's frames, each of one grey with stripes as steep as it is sharp, and how many of them are open. */
function createTrack() {
  let open = 0;
  const queued = [];
  let wake = () => {};
  const create = (contrast) => {
    open++;
    const side = 64;
    return {
      contrast,
      timestamp: performance.now() * 1000,
      displayWidth: side,
      displayHeight: side,
      format: 'I420',
      visibleRect: { x: 0, y: 0, width: side, height: side },
      allocationSize: () => side * side * 1.5,
      async copyTo(bytes) {
        for (let i = 0; i < side * side; i++) bytes[i] = 128 + (i % 8 < 4 ? contrast : -contrast);
        bytes.fill(128, side * side);
        return [
          { offset: 0, stride: side },
          { offset: side * side, stride: side / 2 },
          { offset: side * side * 1.25, stride: side / 2 },
        ];
      },
      clone: () => create(contrast),
      close: () => open--,
    };
  };
  return {
    open: () => open,
    send(contrast) {
      queued.push(create(contrast));
      wake();
    },
    frames: {
      getReader: () => ({
        async read() {
          while (queued.length === 0) {
            await new Promise((resolve) => {
              wake = () => resolve(undefined);
            });
          }
          return { value: queued.shift(), done: false };
        },
        cancel: async () => {},
      }),
    },
  };
}

test('the best of a track’s frames, gathered while other requests are served; dropped, it is nobody’s', async () => {
  const wanted = { watchId: 1, maxAgeMs: 1e6, minWidth: 0, minHeight: 0 };
  const track = createTrack();
  const { handle } = createService({ wasmModule });
  await handle('watch', { watchId: 1, frames: track.frames });
  const gathering = handle('gather', { burstId: 1, wanted, sinceMs: 0, withinMs: 60000, most: 4 });
  for (const contrast of [5, 30, 90, 20]) {
    await handle('open', { input: picture(), options, encode: true });
    track.send(contrast);
    // Every one is to be looked at before the next comes in its place.
    for (let i = 0; i < 4; i++) await handle('load', {});
  }
  const { count, taken, ranking } = await gathering;
  assert.deepEqual([count, taken], [4, 2], 'the steepest of four');
  assert.ok(ranking.sharpness > 0);
  assert.equal(track.open(), 2, 'the best, and the latest');

  const dropped = handle('gather', { burstId: 2, wanted, sinceMs: 0, withinMs: 60000, most: 4 });
  await handle('drop', { burstId: 2 });
  track.send(50);
  assert.equal(await dropped, undefined);
  assert.equal(await handle('open', { input: { burstId: 2 }, options, encode: true }), undefined);

  const late = handle('gather', { burstId: 3, wanted, sinceMs: -60000, withinMs: 20, most: 4 });
  track.send(50);
  assert.equal(await late, undefined, 'none came that was wanted');
  assert.equal(
    await handle('gather', { burstId: 4, wanted: { ...wanted, watchId: 9 }, sinceMs: 0, withinMs: 60000, most: 1 }),
    undefined,
  );
  await handle('dispose', {});
  assert.equal(track.open(), 0);
});

test('warming up encodes pictures of its own, gives way to the first request, and changes nothing', async (t) => {
  const expected = await withNew(({ handle }) => handle('open', { input: picture(), options, encode: true }));

  /** The engine copies every file it has made out of its memory: that is how it is seen to work. @type {number[]} */
  const files = [];
  const { slice } = Uint8Array.prototype;
  Uint8Array.prototype.slice = function (...args) {
    if (this.length > 1000) files.push(this.length);
    return slice.apply(this, args);
  };
  t.after(() => {
    Uint8Array.prototype.slice = slice;
  });
  const opened = await withNew(async ({ handle, warmUp }) => {
    await warmUp();
    assert.deepEqual(files, [], 'nothing is loaded yet: nothing to do');
    await handle('load', {});
    await warmUp();
    assert.ok(files.length > 1 && files.every((size) => size > 5000), `${files}: pictures with grain`);
    return handle('open', { input: picture(), options, encode: true });
  });
  assert.equal(opened.encoded.sha256, expected.encoded.sha256);

  files.length = 0;
  await withNew(async ({ handle, warmUp }) => {
    await handle('load', {});
    const warming = warmUp();
    await handle('open', { input: picture(), options, encode: true });
    await warming;
    assert.equal(files.length, 2, 'the request has waited for one picture');
  });

  await withNew(async ({ handle, warmUp }) => {
    await handle('dispose', {});
    await warmUp();
    await assert.rejects(handle('load', {}), { code: 'disposed' });
    assert.equal(files.length, 2);
  });
});

/** @template T @param {(service: ReturnType<typeof createService>) => Promise<T>} work */
async function withNew(work) {
  const service = createService({ wasmModule });
  try {
    return await work(service);
  } finally {
    await service.handle('dispose', {});
  }
}
