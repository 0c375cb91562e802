/**
 * Makes what pictures of the study are missing yet: `node tests/text/collect.mjs --seed 100000 --pages 1000 --camera 300
 * --plain 300`. May be interrupted, and goes on where it was.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openPictures } from './pictures.js';
import { openStore } from './store.js';

const count = (/** @type {string} */ usual) => ({ type: /** @type {const} */ ('string'), default: usual });
const { values } = parseArgs({
  options: {
    seed: count('100000'),
    pages: count('0'),
    camera: count('0'),
    plain: count('0'),
    folder: { type: 'string' },
  },
});
const store = await openStore(values.folder ?? fileURLToPath(new URL('../../build/text-study', import.meta.url)));
const pictures = await openPictures();
const first = Number(values.seed);
const wanted = { shares: Number(values.pages), camera: Number(values.camera), plain: Number(values.plain) };
let failed = 0;
try {
  for (let i = 0; i < Math.max(...Object.values(wanted)); i++) {
    for (const [kind, most] of Object.entries(wanted)) {
      if (i >= most || store.has(kind, first + i)) continue;
      try {
        await store.put(kind, first + i, await pictures.make(/** @type {any} */ (kind), first + i));
      } catch (error) {
        // One that does not come is left out, and told; many are no study.
        console.error(`${kind} ${first + i}: ${error}`);
        if (++failed > 10) throw error;
      }
    }
    if (i % 50 === 49) console.log(`${i + 1} of each kind`);
  }
} finally {
  await pictures.close();
}
