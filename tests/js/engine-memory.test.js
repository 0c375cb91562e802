// What stays in the engine's memory, and what happens when it is full or broken.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createEngine } from '../../dist/engine/node.js';
import { Dice, forEachSeed } from './random.js';

/** @typedef {Awaited<ReturnType<typeof createEngine>>} Engine */

/** @param {string} name @param {(engine: Engine, variant: 'simd' | 'baseline') => void | Promise<void>} check */
function inBoth(name, check) {
  for (const variant of /** @type {const} */ (['simd', 'baseline'])) {
    test(`${name} (${variant})`, async () => {
      const engine = await createEngine({ variant });
      try {
        await check(engine, variant);
      } finally {
        engine.dispose();
      }
    });
  }
}

/** All of it, as it is now: an old view is empty once the memory has grown. @param {Engine} engine */
function memoryOf(engine) {
  const frame = engine.allocate(1, 1);
  const { buffer } = frame.pixels();
  frame.release();
  return Buffer.from(buffer);
}

/**
 * Where a part of the bytes, so many of them, lies at a multiple of four, as pixels and floats do; -1 where none does. Word
 * by word: Buffer's own search takes a hundred times as long for bytes that are mostly zero, as memory is.
 * @param {Buffer} memory
 * @param {Buffer} bytes
 * @param {number} least A multiple of four.
 */
function findPart(memory, bytes, least) {
  const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length >> 2);
  const sought = new Int32Array(Uint8Array.from(bytes).buffer);
  const run = least >> 2;
  const hash = (/** @type {number} */ word) => (word ^ (word >>> 16)) & 0xffff;
  const isSought = new Uint8Array(0x10000);
  for (let k = 0; k + run <= sought.length; k++) isSought[hash(sought[k])] = 1;
  for (let i = 0; i < words.length; i++) {
    if (isSought[hash(words[i])] === 0) continue;
    for (let k = 0; k + run <= sought.length; k++) {
      let same = 0;
      while (same < run && words[i + same] === sought[k + same]) same++;
      if (same === run) return i * 4;
    }
  }
  return -1;
}

test('an engine that was disposed of keeps no memory, where its handle is kept', async () => {
  setFlagsFromString('--expose-gc');
  const collect = /** @type {() => void} */ (runInNewContext('gc'));
  const kept = [];
  collect();
  const before = process.memoryUsage().external;
  for (let i = 0; i < 12; i++) {
    const engine = await createEngine();
    engine.allocate(1920, 1080).release();
    engine.dispose();
    kept.push(engine);
  }
  // A module's memory has 32 MiB at least. One collection may come too early: V8 holds a module that it still optimizes.
  let each = Infinity;
  for (let round = 0; each >= 8 * 1024 * 1024 && round < 300; round++) {
    await setTimeout(round);
    collect();
    each = (process.memoryUsage().external - before) / kept.length;
  }
  assert.ok(each < 8 * 1024 * 1024, `${each} bytes for each`);
});

/** @param {string} code @param {() => unknown} action */
function throwsCode(code, action) {
  assert.throws(action, (/** @type {any} */ error) => error.name === 'CaptureError' && error.code === code);
}

inBoth('nothing of a frame is left once it is encoded or released', async (engine) => {
  await forEachSeed(40, (dice) => {
    const [width, height] = [dice.between(20, 200), dice.between(1, 150)];
    const frame = dice.scenery(width, height);
    const marker = randomBytes(64); // 16 pixels
    for (let i = 0; i < 8; ++i) {
      frame.data.set(marker, (dice.between(0, height - 1) * width + dice.between(0, width - 16)) * 4);
    }
    engine.encode(frame, dice.options(width, height));
    assert.equal(memoryOf(engine).indexOf(marker), -1);

    const held = engine.allocate(width, height);
    held.pixels().set(frame.data);
    assert.notEqual(memoryOf(engine).indexOf(marker), -1, 'the search finds nothing at all');
    assert.notEqual(findPart(memoryOf(engine), marker, 8), -1, 'nor word by word');
    held.encode(dice.options(width, height));
    const { redact } = dice.options(width, height);
    held.scaled({ maxWidth: dice.between(1, width), redact });
    held.release();
    const memory = memoryOf(engine);
    for (let at = 0; at + 16 <= marker.length; at += 4) {
      assert.equal(memory.indexOf(marker.subarray(at, at + 16)), -1, `pixels from ${at / 4} on are still there`);
    }
  });
});

inBoth('nor of the last pixels of its rows, at any width', (engine) => {
  for (let width = 17; width < 33; ++width) {
    for (const subsampling of /** @type {const} */ (['4:2:0', '4:4:4', 'gray'])) {
      const frame = new Dice(width).scenery(width, 16);
      const marker = randomBytes(64).map((byte, i) => (i % 4 === 3 ? 255 : byte));
      for (let y = 0; y < 16; ++y) frame.data.set(marker, ((y + 1) * width - 16) * 4);
      engine.encode(frame, { subsampling, reject: [] });
      assert.equal(findPart(memoryOf(engine), marker, 8), -1, `pixels of ${width} are still there, ${subsampling}`);
    }
  }
});

inBoth('nor a small picture of what analysis has seen', (engine) => {
  // Shades of 8 × 8 pixels, as analysis looks at them: it works with their means.
  const shades = Array.from(randomBytes(40), (byte) => 100 + (byte >> 1));
  const [width, height] = [8 * shades.length, 320];
  const frame = new Dice(1).scenery(width, height);
  frame.data.forEach((_, i) => {
    if (i % 4 !== 3) frame.data[i] = shades[(i >> 5) % shades.length];
  });
  const means = Buffer.from(Float32Array.from(shades).buffer);
  const row = Buffer.from(shades);
  const check = () => {
    const memory = memoryOf(engine);
    assert.equal(findPart(memory, means, 16), -1, 'means are still there');
    assert.equal(memory.indexOf(row), -1);
  };
  engine.analyze(frame);
  check();
  engine.encode(frame, { redact: [{ x: 0, y: 0, width, height, mode: 'fill' }] });
  check();
});

inBoth('nor after an encode that failed', (engine) => {
  const frame = new Dice(1).scenery(64, 64);
  const marker = randomBytes(64);
  frame.data.set(marker, 4000);
  for (let i = 3; i < frame.data.length; i += 4) frame.data[i] = 0; // transparent: undecoded
  const left = Buffer.from(frame.data.subarray(4000, 4064));
  throwsCode('undecoded-frame', () => engine.encode(frame));
  assert.equal(memoryOf(engine).indexOf(left), -1);
});

inBoth('dispose zeroes everything, and later calls throw', (engine) => {
  const frame = new Dice(2).noise(50, 40);
  const held = engine.allocate(50, 40);
  held.pixels().set(frame.data);
  const memory = memoryOf(engine);
  assert.ok(memory.some((byte) => byte !== 0));
  engine.dispose();
  engine.dispose();
  assert.ok(memory.length > 0);
  assert.ok(memory.equals(Buffer.alloc(memory.length)), 'something is left');
  throwsCode('disposed', () => engine.encode(frame));
  throwsCode('disposed', () => engine.analyze(frame));
  throwsCode('disposed', () => engine.allocate(1, 1));
  throwsCode('disposed', () => held.pixels());
  throwsCode('disposed', () => held.encode());
  throwsCode('disposed', () => held.analyze());
  throwsCode('disposed', () => held.scaled());
  held.release();
  assert.ok(memory.equals(Buffer.alloc(memory.length)), 'a late release wrote something');
});

inBoth('a frame that does not fit is out-of-memory, and the next one works', (engine) => {
  const small = new Dice(3).noise(30, 20);
  const before = engine.encode(small).sha256;
  // 1.16 GB, of which nobody ever touches a page; the module may have 1 GiB.
  const frame = { data: new Uint8Array(17000 * 17000 * 4), width: 17000, height: 17000 };
  throwsCode('out-of-memory', () => engine.encode(frame));
  throwsCode('out-of-memory', () => engine.analyze(frame));
  assert.throws(() => engine.allocate(17000, 17000), {
    code: 'out-of-memory',
    details: { width: 17000, height: 17000 },
  });
  throwsCode('out-of-memory', () => engine.allocate(65500, 65500)); // past 2^32 bytes
  assert.equal(engine.encode(small).sha256, before);
});

inBoth('a frame that fits, but not with what encoding it takes: the same', (engine) => {
  const small = new Dice(4).noise(30, 20);
  const before = engine.encode(small).sha256;
  const held = engine.allocate(11000, 11000); // 484 MB, and 726 MB of coefficients
  throwsCode('out-of-memory', () => held.encode({ progressive: true, subsampling: '4:4:4', reject: [] }));
  const region = { x: 0, y: 0, width: 11000, height: 11000 };
  const more = engine.allocate(7000, 6000);
  throwsCode('out-of-memory', () => held.encode({ redact: [region], reject: [] })); // no room for a copy
  assert.equal(engine.encode(small).sha256, before);
  more.release();
  held.release();
  assert.equal(engine.encode(small).sha256, before);
});

/** Small frames, one after the other, until the memory grows: how much of it was free. @param {Engine} engine */
function room(engine) {
  const size = memoryOf(engine).length;
  let count = 0;
  while (memoryOf(engine).length === size) {
    engine.allocate(64, 64);
    ++count;
  }
  return count;
}

inBoth('a thousand captures of changing sizes take no more memory than ten', async (engine, variant) => {
  await forEachSeed(1, async (dice) => {
    const large = dice.scenery(1920, 1080);
    /** @type {import('./random.js').EncodeOptions} */
    const costly = { progressive: true, subsampling: '4:4:4', redact: [{ x: 0, y: 0, width: 9999, height: 9999 }] };
    const frames = Array.from({ length: 20 }, () => dice.scenery(dice.between(1, 300), dice.between(1, 200)));
    const options = frames.map(({ width, height }) => dice.options(width, height));
    /** @param {Engine} on */
    const ten = (on) => {
      for (let i = 0; i < 9; ++i) on.encode(frames[i], options[i]);
      on.encode(large, costly);
    };
    const other = await createEngine({ variant });
    ten(other);
    ten(engine);
    const size = memoryOf(engine).length;
    for (let i = 0; i < 990; ++i) {
      const which = dice.between(0, 19);
      engine.encode(frames[which], options[which]);
    }
    assert.equal(memoryOf(engine).length, size);
    // 16 KB each: a leak of some 30 bytes a capture would show.
    assert.ok(room(engine) >= room(other) - 2);
    other.dispose();
  });
});

inBoth('a trap is an engine-crash, at once and ever after', (engine) => {
  const frame = new Dice(5).noise(40, 30);
  const held = engine.allocate(40, 30);
  const pixels = held.pixels();
  // The frame's own record, { pixels, size, width, height }, gets a wild pointer, as a defect of ours would leave one.
  const words = new Uint32Array(pixels.buffer);
  const record = words.findIndex(
    (word, i) => word === pixels.byteOffset && words[i + 1] === 4800 && words[i + 2] === 40 && words[i + 3] === 30,
  );
  assert.notEqual(record, -1);
  words[record] = 0xffffff00;
  assert.throws(
    () => held.analyze(),
    (/** @type {any} */ error) => error.code === 'engine-crash' && error.cause instanceof WebAssembly.RuntimeError,
  );
  throwsCode('engine-crash', () => engine.encode(frame));
  throwsCode('engine-crash', () => engine.allocate(1, 1));
  throwsCode('engine-crash', () => held.encode());
  held.release();
  engine.dispose();
  throwsCode('disposed', () => engine.encode(frame));
  assert.ok(Buffer.from(words.buffer).equals(Buffer.alloc(words.byteLength)));
});

inBoth('no memory for a copy of the result is out-of-memory, and nothing stays behind', async (engine, variant) => {
  const frame = new Dice(6).scenery(60, 40);
  const other = await createEngine({ variant });
  const [held, twin] = [engine, other].map((on) => {
    const one = on.allocate(60, 40);
    one.pixels().set(frame.data);
    return one;
  });
  const { slice } = Uint8Array.prototype;
  for (let i = 0; i < 50; ++i) {
    twin.encode();
    twin.scaled({ maxWidth: 20 });
    try {
      // As a browser does that has no room for an ArrayBuffer.
      Uint8Array.prototype.slice = () => {
        throw new RangeError('Array buffer allocation failed');
      };
      throwsCode('out-of-memory', () => held.encode());
      throwsCode('out-of-memory', () => held.scaled({ maxWidth: 20 }));
    } finally {
      Uint8Array.prototype.slice = slice;
    }
  }
  assert.ok(!engine.hasCrashed());
  assert.equal(held.encode().sha256, twin.encode().sha256);
  assert.ok(room(engine) >= room(other) - 2);
  other.dispose();
});

inBoth('dispose zeroes everything, though deleting a held frame traps', (engine) => {
  const held = engine.allocate(40, 30);
  const pixels = held.pixels();
  pixels.fill(77);
  const words = new Uint32Array(pixels.buffer);
  const record = words.findIndex((word, i) => word === pixels.byteOffset && words[i + 1] === 4800);
  assert.notEqual(record, -1);
  words[record] = 0xffffff00;
  engine.dispose();
  engine.dispose();
  throwsCode('disposed', () => engine.allocate(1, 1));
  assert.ok(Buffer.from(words.buffer).equals(Buffer.alloc(words.byteLength)));
});
