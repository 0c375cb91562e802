/** What an OCR engine (Tesseract, English) still reads in a covered picture. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { grown } from './score.js';

const require = createRequire(import.meta.url);

export async function createReading() {
  const core = await require('tesseract.js-core/tesseract-core-simd-lstm')();
  const data = gunzipSync(await readFile(require.resolve('@tesseract.js-data/eng/4.0.0_best_int/eng.traineddata.gz')));
  core.FS.writeFile('eng.traineddata', data);
  const api = new core.TessBaseAPI();
  api.Init(null, 'eng', 1);
  api.SetVariable('tessedit_pageseg_mode', '11'); // Sparse text, in no order.

  /** @param {import('../js/photographs.js').Frame} frame @returns {Promise<string[]>} */
  async function read({ data: pixels, width, height }) {
    // A BMP: what the engine takes in without a decoder of its own.
    const png = await sharp(pixels, { raw: { width, height, channels: 4 } })
      .removeAlpha()
      .png()
      .toBuffer();
    core.FS.writeFile('/input', png);
    api.SetImageFile(1, 0);
    api.Recognize(null);
    return api.GetUTF8Text().split(/\s+/);
  }

  return {
    /** Words of the page, of four characters or more, that are read in it once the regions are filled. @param {import('../js/photographs.js').Frame} frame @param {{ text: string }[]} words @param {import('./truth.js').Box[]} regions */
    async readable(frame, words, regions) {
      const filled = { ...frame, data: frame.data.slice() };
      for (const region of regions) {
        const { left, top, right, bottom } = grown(region, frame.width, frame.height);
        for (let y = top; y < bottom; y++) {
          for (let i = 4 * (y * frame.width + left); i < 4 * (y * frame.width + right); i += 4)
            filled.data.fill(0, i, i + 3);
        }
      }
      const plain = (/** @type {string} */ text) => text.toLowerCase().replace(/[^\p{L}\p{N}@]/gu, '');
      const known = new Set(words.map(({ text }) => plain(text)).filter((text) => text.length >= 4));
      return (await read(filled)).map(plain).filter((text) => known.has(text));
    },
    async close() {
      api.End();
    },
  };
}
