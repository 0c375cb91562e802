/** What the middleware takes for a JPEG picture, and what it finds in files that are none any more. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { createEngine } from '../../dist/engine/node.js';
import { readStructure } from '../../examples/middleware/intake/jpeg.js';
import { checkScans } from '../../examples/middleware/intake/scans.js';
import { firstSeed, forEachSeed } from '../js/random.js';
import { flatJpeg, scansOf } from './jpegs.js';

const photo = await readFile(new URL('../fixtures/rocket.jpg', import.meta.url));

const KINDS = Object.freeze({
  'sequential, 4:2:0': {},
  'sequential, 4:4:4': { chromaSubsampling: '4:4:4' },
  'with tables of the standard': { optimiseCoding: false },
  'of all bits': { quality: 100, chromaSubsampling: '4:4:4' },
  'of few': { quality: 1 },
  progressive: { progressive: true },
  'progressive, 4:4:4': { progressive: true, chromaSubsampling: '4:4:4' },
  'progressive, its scans chosen': { mozjpeg: true },
});
const SIZES = [
  [1, 1],
  [8, 8],
  [9, 17],
  [88, 67],
  [333, 40],
];

/** @param {number} width @param {number} height @param {object} [how] @param {'b-w' | 'cmyk' | 'srgb'} [colours] */
function encode(width, height, how = {}, colours = 'srgb') {
  return sharp(photo).resize(width, height, { fit: 'fill' }).toColourspace(colours).jpeg(how).toBuffer();
}

/** @param {Uint8Array} file @returns {Promise<string>} 'whole', or why it is not. */
async function verdict(file) {
  try {
    await checkScans(readStructure(file));
    return 'whole';
  } catch (error) {
    const { name, code, message } = /** @type {import('../../examples/middleware/problem.js').Problem} */ (error);
    assert.equal(name, 'Problem', String(error));
    assert.ok(code === 'broken-jpeg' || code === 'not-a-jpeg', code);
    return message;
  }
}

/** Whether libjpeg-turbo has nothing to say against any line. @param {Buffer} file */
async function decodes(file) {
  return sharp(file, { failOn: 'warning' })
    .raw()
    .toBuffer()
    .then(
      () => true,
      () => false,
    );
}

describe('whole pictures', () => {
  for (const [name, how] of Object.entries(KINDS)) {
    test(name, async () => {
      for (const [width, height] of SIZES) {
        const file = await encode(width, height, how);
        assert.equal(await verdict(file), 'whole', `${width} × ${height}`);
        const { width: w, height: h } = readStructure(file);
        assert.deepEqual([w, h], [width, height]);
      }
    });
  }

  test('grey, and in the inks of print', async () => {
    for (const colours of /** @type {const} */ (['b-w', 'cmyk'])) {
      for (const progressive of [false, true]) {
        assert.equal(await verdict(await encode(45, 31, { progressive }, colours)), 'whole', colours);
      }
    }
  });

  test('of our own engine, in each of its ways', async () => {
    const engine = await createEngine();
    const { data, info } = await sharp(photo).resize(211, 97).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const frame = { data, width: info.width, height: info.height };
    for (const subsampling of /** @type {const} */ (['4:2:0', '4:2:2', '4:4:4', 'gray'])) {
      for (const progressive of [false, true]) {
        const { jpeg } = engine.encode(frame, { subsampling, progressive });
        assert.equal(await verdict(jpeg), 'whole', `${subsampling}, ${progressive ? 'progressive' : 'sequential'}`);
      }
    }
    engine.dispose();
  });

  test('with restarts', async () => {
    for (const restartInterval of [1, 2, 7, 100]) {
      const file = flatJpeg({ width: 100, height: 30, restartInterval });
      assert.equal(await verdict(file), 'whole', `after ${restartInterval}`);
      assert.ok(await decodes(file), 'libjpeg takes it, too');
    }
  });
});

describe('pictures of which something is missing', () => {
  for (const [name, how] of Object.entries(KINDS)) {
    test(`${name}: cut at any byte of its scans, and closed`, async () => {
      const file = await encode(33, 29, how);
      const [{ start }] = scansOf(file);
      for (let at = start; at < file.length - 2; at += 1) {
        const cut = Buffer.concat([file.subarray(0, at), Buffer.from([0xff, 0xd9])]);
        assert.notEqual(await verdict(cut), 'whole', `${at} bytes of ${file.length}`);
      }
    });
  }

  test('a scan, or the same twice', async () => {
    for (const how of [KINDS.progressive, KINDS['progressive, its scans chosen']]) {
      const file = await encode(88, 67, how);
      const scans = scansOf(file);
      assert.ok(scans.length > 3, `${scans.length} scans`);
      for (const { start, end } of scans) {
        const [before, scan, behind] = [file.subarray(0, start), file.subarray(start, end), file.subarray(end)];
        assert.notEqual(await verdict(Buffer.concat([before, behind])), 'whole');
        assert.notEqual(await verdict(Buffer.concat([before, scan, scan, behind])), 'whole');
      }
    }
  });

  test('blocks, also at the very end', async () => {
    for (const missing of [1, 3, 50]) {
      assert.match(
        await verdict(flatJpeg({ width: 80, height: 80, blocks: 100 - missing })),
        /ends too early|in no table/,
      );
    }
  });

  test('a table', async () => {
    const file = flatJpeg({ width: 8, height: 8 });
    for (const [marker, message] of /** @type {const} */ ([
      [0xdb, /quantization table is missing/],
      [0xc4, /Huffman table is missing/],
    ])) {
      const start = file.indexOf(Buffer.from([0xff, marker]));
      const end = start + 2 + file.readUInt16BE(start + 2);
      assert.match(await verdict(Buffer.concat([file.subarray(0, start), file.subarray(end)])), message);
    }
  });
});

describe('pictures with something that does not belong there', () => {
  test('blocks', async () => {
    // Four blocks of two bits are a byte; a part of one may be filling.
    for (const more of [4, 8, 99]) {
      assert.match(await verdict(flatJpeg({ width: 80, height: 80, blocks: 100 + more })), /more data than blocks/);
    }
  });

  test('restarts in another place, of another number, too many or too few', async () => {
    const good = flatJpeg({ width: 80, height: 80, restartInterval: 20 });
    assert.equal(await verdict(good), 'whole');
    const at = good.indexOf(Buffer.from([0xff, 0xd1]));
    const renumbered = Buffer.from(good);
    renumbered[at + 1] = 0xd2;
    assert.match(await verdict(renumbered), /out of order/);
    const without = Buffer.concat([good.subarray(0, at), good.subarray(at + 2)]);
    assert.notEqual(await verdict(without), 'whole');
    const moved = Buffer.from(good);
    moved.copyWithin(at, at + 2, at + 3);
    moved.set([0xff, 0xd1], at + 1);
    assert.notEqual(await verdict(moved), 'whole');
    const end = good.length - 2;
    const behind = Buffer.concat([good.subarray(0, end), Buffer.from([0xff, 0xd4]), good.subarray(end)]);
    assert.match(await verdict(behind), /restart/);
    const unasked = flatJpeg({ width: 80, height: 80, restartInterval: 20, stated: 0 });
    assert.match(await verdict(unasked), /restart/);
  });

  test('more codes than a table can have', async () => {
    for (const counts of [[2], [1, 2], [0, 0, 0, 17]]) {
      assert.match(await verdict(flatJpeg({ width: 8, height: 8, dcCounts: counts })), /more codes than there are/);
    }
  });

  test('segments or tables without end, each of which takes time', async () => {
    const [start, rest] = [photo.subarray(0, 2), photo.subarray(2)];
    const empty = Buffer.from([0xff, 0xe5, 0, 2]);
    const many = (/** @type {number} */ n) => Buffer.concat([start, ...new Array(n).fill(empty), rest]);
    assert.equal(await verdict(many(1000)), 'whole');
    assert.match(await verdict(many(100_000)), /more than 2048 segments/);
    const tables = Buffer.alloc(17 * 9);
    const segment = Buffer.concat([Buffer.from([0xff, 0xc4, 0, tables.length + 2]), tables]);
    assert.match(await verdict(Buffer.concat([start, segment, rest])), /more tables than there are/);
  });

  test('a side that no decoder takes', async () => {
    assert.match(await verdict(flatJpeg({ width: 65_501, height: 8 })), /side of more than/);
    assert.equal(await verdict(flatJpeg({ width: 65_500, height: 8 })), 'whole');
  });
});

test(`any bit of another value: what libjpeg finds is found (CASEFRAME_SEED=${firstSeed})`, async () => {
  const files = await Promise.all(Object.values(KINDS).map((how) => encode(61, 43, how)));
  const found = { byBoth: 0, hereAlone: 0, byNone: 0 };
  await forEachSeed(60, async (dice) => {
    for (const whole of files) {
      // The segments from the first table on; what programs note before it is theirs.
      const from = whole.indexOf(Buffer.from([0xff, 0xdb]));
      const file = Buffer.from(whole);
      for (let n = dice.between(1, 3); n > 0; n -= 1) {
        file[dice.between(from, file.length - 1)] ^= 1 << dice.between(0, 7);
      }
      const isFound = (await verdict(file)) !== 'whole';
      const isFoundByLibjpeg = !(await decodes(file));
      assert.ok(isFound || !isFoundByLibjpeg, `libjpeg alone refuses ${file.toString('base64')}`);
      found[isFoundByLibjpeg ? 'byBoth' : isFound ? 'hereAlone' : 'byNone'] += 1;
    }
  });
  assert.ok(found.byBoth > 100 && found.hereAlone > 5, JSON.stringify(found));
});

test('others have their turn while a large picture is looked at', async () => {
  const picture = readStructure(flatJpeg({ width: 4096, height: 4096 }));
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await checkScans(picture);
  isOver = true;
  assert.ok(turns > 3, `${turns} turns`);
});
