/**
 * Pages as raw pixels, for who works on the finder without a browser:
 * `node tests/text/render.mjs --seed 1 --pages 50 --to DIR`. For each page SEED.rgba (8 bits, row-major), SEED.glyphs (one
 * byte a pixel: how far the text differs from the page without it) and SEED.json (all else that is known of it).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openScreens } from './screens.js';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, pages: { type: 'string', default: '18' }, to: { type: 'string' } },
});
if (!values.to) throw new Error('--to: the folder for the pages');
await mkdir(values.to, { recursive: true });
const screens = await openScreens();
try {
  const first = Number(values.seed);
  for (let seed = first; seed < first + Number(values.pages); seed++) {
    const { data, glyphs, ...facts } = await screens.render(seed);
    const name = join(values.to, String(seed).padStart(5, '0'));
    await writeFile(`${name}.rgba`, data);
    await writeFile(`${name}.glyphs`, glyphs);
    await writeFile(`${name}.json`, JSON.stringify(facts));
    console.log(
      seed,
      facts.kind,
      facts.script,
      `${facts.size} px`,
      `${facts.lines.length} lines`,
      `${facts.codes.length} codes`,
    );
  }
} finally {
  await screens.close();
}
