/**
 * What text stays open, over kept pictures (collect.mjs): `node tests/text/study.mjs [--ocr 100] [--write]`. Writes the
 * tables into docs/redaction.md.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createEngine } from '../../dist/engine/node.js';
import { readArguments } from '../../toolchain/arguments.mjs';
import { publish } from '../bench/publish.js';
import { createReading } from './reading.js';
import { score, scoreCamera } from './score.js';
import { openStore } from './store.js';
import { tables } from './tables.js';

const { values } = await readArguments(import.meta.url);
const folder = values.folder ?? fileURLToPath(new URL('../../build/text-study', import.meta.url));
const store = await openStore(folder);
const engine = await createEngine();
const reading = values.ocr > 0 ? await createReading() : undefined;
let readings = 0;
/** @type {Record<string, any[]>} */
const scores = { shares: [], camera: [], plain: [], plainAsScreen: [] };

for (const file of readdirSync(folder).sort()) {
  const [, kind, seed] = /^(\w+)-(\d+)\.json$/.exec(file) ?? [];
  if (!kind || scores[kind].length >= values.most) continue;
  const picture = await store.get(kind, Number(seed));
  const frame = { data: picture.data, width: picture.width, height: picture.height };
  const facts = {
    kind: picture.kind,
    script: picture.script,
    dark: picture.dark,
    size: picture.size,
    bitrate: picture.bitrate,
  };
  if (kind === 'shares') {
    const regions = engine.findText(frame, { kind: 'screen' });
    const result = { ...facts, ...score(picture, regions), readable: /** @type {string[] | undefined} */ (undefined) };
    if (reading && picture.script === 'latin' && readings < values.ocr) {
      readings++;
      result.readable = await reading.readable(frame, picture.words, regions);
    }
    scores.shares.push(result);
  } else if (kind === 'camera') {
    scores.camera.push({
      ...facts,
      defocus: picture.defocus,
      light: picture.light,
      ...scoreCamera(picture, engine.findText(frame)),
    });
  } else {
    const nothing = {
      ...picture,
      lines: [],
      words: [],
      codes: [],
      glyphs: new Uint8Array(picture.width * picture.height),
    };
    scores.plain.push({ ...facts, ...score(nothing, engine.findText(frame)) });
    scores.plainAsScreen.push({ ...facts, ...score(nothing, engine.findText(frame, { kind: 'screen' })) });
  }
}
await reading?.close();
engine.dispose();
const text = tables(scores);
console.log(text);
if (values.write) await publish('text', text);
