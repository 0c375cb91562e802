/** Pictures kept between two runs of the study, without loss: making them takes hours, looking at them minutes. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** Each with how many channels it has. */
const PLANES = { data: 4, glyphs: 1, lineAt: 1 };

/** @param {string} folder */
export async function openStore(folder) {
  await mkdir(folder, { recursive: true });
  /** @param {string} kind @param {number} seed */
  const place = (kind, seed) => join(folder, `${kind}-${seed}`);
  return {
    /** @param {string} kind @param {number} seed */
    has: (kind, seed) => existsSync(`${place(kind, seed)}.json`),

    /** @param {string} kind @param {number} seed @param {any} picture */
    async put(kind, seed, { onSheet: _, ...picture }) {
      const { width, height } = picture;
      const facts = { ...picture };
      for (const [name, channels] of Object.entries(PLANES)) {
        if (!picture[name]) continue;
        delete facts[name];
        const raw = { width, height, channels: /** @type {1 | 4} */ (channels) };
        // No picture has more than 255 lines that count: see scoreCamera() of score.js.
        const bytes = name === 'lineAt' ? Uint8Array.from(picture[name], (line) => Math.min(255, line)) : picture[name];
        const png = sharp(bytes, { raw }).png({ compressionLevel: 2 });
        await writeFile(`${place(kind, seed)}.${name}.png`, await png.toBuffer());
      }
      // Last, and at once: what was interrupted is made anew.
      await writeFile(`${place(kind, seed)}.part`, JSON.stringify(facts));
      await rename(`${place(kind, seed)}.part`, `${place(kind, seed)}.json`);
    },

    /** @param {string} kind @param {number} seed @returns {Promise<any>} */
    async get(kind, seed) {
      const picture = JSON.parse(await readFile(`${place(kind, seed)}.json`, 'utf8'));
      for (const [name, channels] of Object.entries(PLANES)) {
        const file = `${place(kind, seed)}.${name}.png`;
        if (!existsSync(file)) continue;
        const image = channels === 4 ? sharp(file).ensureAlpha() : sharp(file).extractChannel(0);
        picture[name] = new Uint8Array(await image.raw().toBuffer());
      }
      return picture;
    },
  };
}
