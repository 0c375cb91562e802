/**
 * How good the frame is that `select: 'sharpest'` takes, over generated bursts sent through real calls: `npm run
 * bench:bursts [-- --bursts 90 --seed 500000 --no-ocr --json FILE --write]`. Needs the build, and Chromium. `--json` keeps all
 * figures of each frame; `--write` puts the tables into docs/integrating.md.
 */
import { writeFile } from 'node:fs/promises';
import { readArguments } from '../../toolchain/arguments.mjs';
import { publish } from '../bench/publish.js';
import { Dice } from '../js/dice.js';
import { createReading } from '../text/reading.js';
import { openScreens } from '../text/screens.js';
import { BITRATES, CODECS, openBurstCall } from './call.js';
import { createChooser, toLuma } from './choose.js';
import { makeScene } from './scenes.js';
import { makeFaults, spoil } from './spoil.js';
import { ssim } from './ssim.js';
import { tables } from './tables.js';

/** What customers' cameras send on most lines. */
const [WIDTH, HEIGHT] = [960, 540];

/** Frames of a burst, and those before it that the encoder gets used to the scene by. */
const [LEAD, FRAMES] = [4, 8];

/** A burst of which less comes has no choice to measure. */
const LEAST_FRAMES = 4;

const { values } = await readArguments(import.meta.url);
const first = values.seed;
const screens = await openScreens();
const call = await openBurstCall(screens.browser, WIDTH, HEIGHT);
const chooser = await createChooser();
const reading = values['no-ocr'] ? undefined : await createReading();
const codecs = [];
for (const codec of CODECS) if (await call.has(codec)) codecs.push(codec);
const lines = codecs.flatMap((codec) => BITRATES.map((bitrate) => ({ codec, bitrate })));
const each = Math.ceil(values.bursts / lines.length);
/** @type {any[]} */
const results = [];
let missed = 0;

try {
  for (const [i, line] of lines.entries()) {
    await call.call(line.codec, line.bitrate);
    for (let seed = first + i * each; seed < first + (i + 1) * each; seed++) {
      const result = await measure(seed);
      if (result) results.push({ seed, ...line, ...result });
      else missed++;
    }
    console.log(`${line.codec}, ${line.bitrate / 1000} kbit/s: ${results.length} bursts so far`);
  }
} finally {
  await reading?.close();
  chooser.close();
  await call.close();
  await screens.close();
}
for (const { seed, codec, bitrate, kind, style, taken, values: likenesses } of results) {
  const loss = 1 - likenesses[taken] / Math.max(...likenesses);
  if (loss > 0.02) {
    console.log(
      seed,
      codec,
      bitrate,
      kind,
      style,
      likenesses.map((value) => value.toFixed(3)).join(' '),
      `took ${taken}`,
    );
  }
}
const text = tables(results, {
  seed: first,
  missed,
  command: `npm run bench:bursts -- --bursts ${values.bursts} --seed ${first}`,
});
console.log(text);
if (values.json) await writeFile(values.json, JSON.stringify(results));
if (values.write) await publish('bursts', text);

/** @param {number} seed */
async function measure(seed) {
  const scene = await makeScene(screens, seed, WIDTH, HEIGHT);
  const { style, noise, faults } = makeFaults(seed, LEAD + FRAMES);
  const dice = new Dice(seed);
  const frames = [];
  for (const fault of faults) frames.push(await spoil(scene.frame, fault, noise, dice));
  const came = await call.send(
    frames.map(({ spoilt }) => spoilt),
    LEAD,
  );
  if (came.length < LEAST_FRAMES) return undefined;
  const likenesses = came.map(({ index, luma }) => ssim(toLuma(frames[index].clean), luma, WIDTH, HEIGHT));
  const { taken, rankings } = chooser.choose(
    came.map(({ luma }) => luma),
    WIDTH,
    HEIGHT,
  );
  const words = new Set(scene.words.map(({ text }) => plain(text)).filter((text) => text.length >= 4)).size;
  const best = likenesses.indexOf(Math.max(...likenesses));
  const read = async (/** @type {number} */ at) => {
    const found = await reading?.readable(toGray(came[at].luma), scene.words, []);
    return new Set(found).size;
  };
  const readings =
    reading && words > 0
      ? { words, chosen: await read(taken), first: await read(0), best: await read(best) }
      : undefined;
  return { kind: scene.kind, style, noise, taken, values: likenesses, rankings, readings };
}

/** As the reading has it. @param {string} text */
function plain(text) {
  return text.toLowerCase().replace(/[^\p{L}\p{N}@]/gu, '');
}

/** @param {Uint8Array} luma Of limited range. */
function toGray(luma) {
  const data = new Uint8ClampedArray(luma.length * 4).fill(255);
  for (const [i, value] of luma.entries()) data.fill(((value - 16) * 255) / 219, 4 * i, 4 * i + 3);
  return { data: new Uint8Array(data.buffer), width: WIDTH, height: HEIGHT };
}
