/**
 * Pictures as raw pixels, for who works on the finder without a browser:
 * `node tests/text/render.mjs --kind pages --seed 1 --pages 50 --to DIR`. For each SEED.rgba (8 bits, row-major), SEED.json
 * (all else that is known of it), and where there is text SEED.glyphs (one byte a pixel: how far the text differs from the
 * picture without it); for a camera's SEED.lines, too (two bytes a pixel, little-endian: which line it belongs to, from 1).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPictures } from './pictures.js';

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'pages' },
    seed: { type: 'string', default: '1' },
    pages: { type: 'string', default: '18' },
    to: { type: 'string' },
  },
});
if (!values.to) throw new Error('--to: the folder for the pictures');
await mkdir(values.to, { recursive: true });
const pictures = await openPictures();
try {
  const first = Number(values.seed);
  for (let seed = first; seed < first + Number(values.pages); seed++) {
    const { data, glyphs, lineAt, onSheet: _, ...facts } = await pictures.make(values.kind, seed);
    const name = join(values.to, `${values.kind}-${String(seed).padStart(5, '0')}`);
    await writeFile(`${name}.rgba`, data);
    if (glyphs) await writeFile(`${name}.glyphs`, glyphs);
    if (lineAt) await writeFile(`${name}.lines`, new Uint8Array(lineAt.buffer));
    await writeFile(`${name}.json`, JSON.stringify(facts));
    console.log(seed, facts.kind, facts.width, facts.height);
  }
} finally {
  await pictures.close();
}
