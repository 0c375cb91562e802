/**
 * Fonts as the attacker has them: every character as a bitmap of coverage, with its advance. Text is set on whole
 * pixels, as hinted text is, so that one bitmap a character is exact at every place.
 *
 * The fonts are those of Debian's fonts-dejavu-core.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

/**
 * @typedef {object} Glyph
 * @property {number} advance In pixels, to the next character's pen.
 * @property {number} left From the pen to the bitmap's first column.
 * @property {number} top From the baseline to the bitmap's first row; negative is above.
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} coverage 0..255, row-major.
 */

/** @typedef {Map<string, Glyph>} Glyphs */

/** @typedef {{ family: string, weight: number, file: string }} Font */

/** @type {Readonly<Record<string, Font>>} */
export const FONTS = Object.freeze({
  sans: { family: 'DejaVu Sans', weight: 400, file: 'DejaVuSans.ttf' },
  serif: { family: 'DejaVu Serif', weight: 400, file: 'DejaVuSerif.ttf' },
  mono: { family: 'DejaVu Sans Mono', weight: 400, file: 'DejaVuSansMono.ttf' },
  'sans bold': { family: 'DejaVu Sans', weight: 700, file: 'DejaVuSans-Bold.ttf' },
  'serif bold': { family: 'DejaVu Serif', weight: 700, file: 'DejaVuSerif-Bold.ttf' },
  'mono bold': { family: 'DejaVu Sans Mono', weight: 700, file: 'DejaVuSansMono-Bold.ttf' },
});

const FOLDER = '/usr/share/fonts/truetype/dejavu/';

/**
 * @param {Font} font
 * @param {number} size Of the em square, in pixels.
 * @param {string} characters
 * @returns {Promise<Glyphs>}
 */
export async function rasterise(font, size, characters) {
  const advances = await readAdvances(FOLDER + font.file);
  const pen = Math.ceil(size * 0.5);
  const baseline = Math.ceil(size * 1.2);
  const width = size * 2;
  const height = Math.ceil(size * 1.7);
  const all = [...new Set(characters)];
  const text = all.map((character, i) => `<text x="${pen}" y="${i * height + baseline}">${character}</text>`).join('');
  const style = `font-family="${font.family}" font-weight="${font.weight}" font-size="${size}"`;
  const sides = `width="${width}" height="${all.length * height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${sides} ${style}>${text}</svg>`;
  const pixels = await sharp(Buffer.from(svg)).extractChannel(3).raw().toBuffer();
  return new Map(
    all.map((character, i) => {
      const cell = pixels.subarray(i * width * height, (i + 1) * width * height);
      const box = inkBox(cell, width, height);
      const coverage = new Uint8Array(box.width * box.height);
      for (let y = 0; y < box.height; y++) {
        const start = (box.y + y) * width + box.x;
        coverage.set(cell.subarray(start, start + box.width), y * box.width);
      }
      const glyph = { left: box.x - pen, top: box.y - baseline, width: box.width, height: box.height, coverage };
      return [character, { ...glyph, advance: Math.round(advances(character) * size) }];
    }),
  );
}

/** @param {Uint8Array} cell @param {number} width @param {number} height */
function inkBox(cell, width, height) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (cell[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return right === 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * Advance widths in em out of a TrueType file: its tables head, hhea, hmtx and cmap (format 4), after OpenType 1.9.
 * @param {string} path
 * @returns {Promise<(character: string) => number>}
 */
async function readAdvances(path) {
  const file = await readFile(path);
  const table = (/** @type {string} */ tag) => {
    for (let i = 0; i < file.readUInt16BE(4); i++) {
      const entry = 12 + i * 16;
      if (file.toString('latin1', entry, entry + 4) === tag) return file.subarray(file.readUInt32BE(entry + 8));
    }
    throw new Error(`${path} has no table ${tag}`);
  };
  const unitsPerEm = table('head').readUInt16BE(18);
  const lastMetric = table('hhea').readUInt16BE(34) - 1;
  const metrics = table('hmtx');
  const segments = subtable(table('cmap'), 4);
  const count = segments.readUInt16BE(6) / 2;
  return (character) => {
    const code = character.charCodeAt(0);
    for (let i = 0; i < count; i++) {
      if (segments.readUInt16BE(14 + i * 2) < code) continue;
      const start = segments.readUInt16BE(16 + (count + i) * 2);
      const delta = segments.readUInt16BE(16 + (count * 2 + i) * 2);
      const place = 16 + (count * 3 + i) * 2;
      const offset = segments.readUInt16BE(place);
      const glyph = offset === 0 ? code : segments.readUInt16BE(place + offset + (code - start) * 2);
      return metrics.readUInt16BE(Math.min((glyph + delta) & 0xffff, lastMetric) * 4) / unitsPerEm;
    }
    throw new Error(`${path} has no character ${character}`);
  };
}

/** @param {Buffer} cmap @param {number} format */
function subtable(cmap, format) {
  for (let i = 0; i < cmap.readUInt16BE(2); i++) {
    const candidate = cmap.subarray(cmap.readUInt32BE(4 + i * 8 + 4));
    if (candidate.readUInt16BE(0) === format) return candidate;
  }
  throw new Error(`The font has no character map of format ${format}`);
}
