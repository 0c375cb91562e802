/**
 * The pixels that everyone encodes: the fixture photographs as they are, side by side and row under row. Scaling one of
 * them up would be too smooth, and so too easy, for an encoder: each keeps its own detail. A third of the area is a dark
 * sky, a third a portrait, a third a table, much as calls go.
 */
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const PHOTOGRAPHS = ['astronaut.png', 'coffee.png', 'rocket.jpg'];
/** The lowest of them, to which the others are cropped around their middle. */
const ROW_HEIGHT = 400;
/** Each row starts elsewhere, so that no column repeats; odd, so that nothing stands on the grid of 8. */
const ROW_SHIFT = 731;

/** @typedef {{ data: Buffer, width: number, height: number }} Picture RGBA, 8 bits, rows tight */

/** One row of photographs. @returns {Promise<Picture>} */
async function strip() {
  const tiles = await Promise.all(
    PHOTOGRAPHS.map(async (name) => {
      const photograph = sharp(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));
      const { width, height } = await photograph.metadata();
      const crop = { left: 0, top: Math.floor((height - ROW_HEIGHT) / 2), width, height: ROW_HEIGHT };
      return { width, data: await photograph.extract(crop).ensureAlpha().raw().toBuffer() };
    }),
  );
  const width = tiles.reduce((sum, tile) => sum + tile.width, 0);
  const data = Buffer.alloc(width * ROW_HEIGHT * 4);
  let left = 0;
  for (const tile of tiles) {
    for (let y = 0; y < ROW_HEIGHT; ++y) {
      tile.data.copy(data, (y * width + left) * 4, y * tile.width * 4, (y + 1) * tile.width * 4);
    }
    left += tile.width;
  }
  return { data, width, height: ROW_HEIGHT };
}

/** @param {Picture} row @param {number} width @param {number} height @param {number} pan In pixels @returns {Picture} */
function lay(row, width, height, pan = 0) {
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; ++y) {
    const line = (y % row.height) * row.width * 4;
    let from = (pan + Math.floor(y / row.height) * ROW_SHIFT) % row.width;
    for (let x = 0; x < width; ) {
      const run = Math.min(row.width - from, width - x);
      row.data.copy(data, (y * width + x) * 4, line + from * 4, line + (from + run) * 4);
      x += run;
      from = 0;
    }
  }
  return { data, width, height };
}

/** @param {number} width @param {number} height */
export async function scene(width, height) {
  return lay(await strip(), width, height);
}

/** What every frame of scaling.js consists of, so that all have exactly the same detail per pixel. */
export const TILE = { width: 320, height: 180 };

/**
 * The same tile, side by side and row under row. It is the middle of each photograph, a third of the tile each.
 * @param {number} width @param {number} height Multiples of TILE.
 */
export async function tiled(width, height) {
  if (width % TILE.width || height % TILE.height) throw new RangeError(`No multiple of the tile: ${width} × ${height}`);
  const tile = await cutTile();
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; ++y) {
    const line = tile.subarray((y % TILE.height) * TILE.width * 4).subarray(0, TILE.width * 4);
    for (let x = 0; x < width; x += TILE.width) line.copy(data, (y * width + x) * 4);
  }
  return { data, width, height };
}

/** @returns {Promise<Buffer>} RGBA, rows tight. */
async function cutTile() {
  const { data, width, height } = await strip();
  const tile = Buffer.alloc(TILE.width * TILE.height * 4);
  const slice = Math.ceil(TILE.width / PHOTOGRAPHS.length);
  const top = Math.floor((height - TILE.height) / 2);
  for (let y = 0; y < TILE.height; ++y) {
    for (let x = 0; x < TILE.width; ++x) {
      // The photographs are about equally wide: the middles of the strip's thirds.
      const third = Math.floor(x / slice);
      const from = Math.floor((width * (third + 0.5)) / PHOTOGRAPHS.length - slice / 2) + (x % slice);
      const pixel = ((top + y) * width + from) * 4;
      data.copy(tile, (y * TILE.width + x) * 4, pixel, pixel + 4);
    }
  }
  return tile;
}

/**
 * The scene as a camera sees it that pans to and fro: a file for Chromium's fake camera (YUV4MPEG2, I420).
 * @param {string} path @param {{ width: number, height: number, frameRate: number }} format
 */
export async function writeCameraFile(path, { width, height, frameRate }) {
  const row = await strip();
  const file = await open(path, 'w');
  try {
    await file.write(`YUV4MPEG2 W${width} H${height} F${frameRate}:1 Ip A1:1 C420jpeg\n`);
    for (const pan of [0, 4, 8, 12, 16, 12, 8, 4]) {
      await file.write('FRAME\n');
      await file.write(toI420(lay(row, width, height, pan)));
    }
  } finally {
    await file.close();
  }
}

/** ITU-R BT.601, limited range; chroma from each block's first pixel. @param {Picture} picture */
function toI420({ data, width, height }) {
  const luma = width * height;
  const planes = Buffer.alloc((luma * 3) / 2);
  for (let i = 0; i < luma; ++i) {
    planes[i] = 16.5 + 0.2568 * data[i * 4] + 0.5041 * data[i * 4 + 1] + 0.0979 * data[i * 4 + 2];
  }
  let at = luma;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, ++at) {
      const [r, g, b] = data.subarray((y * width + x) * 4);
      planes[at] = 128.5 - 0.1482 * r - 0.291 * g + 0.4392 * b;
      planes[at + luma / 4] = 128.5 + 0.4392 * r - 0.3678 * g - 0.0714 * b;
    }
  }
  return planes;
}
