/**
 * Reading a text through its redaction, by an attacker who knows everything but the text: font, size, place, colours,
 * the ground to the pixel, the rectangle, this library and its settings, and which texts there can be. After Hill,
 * Zhou, Saul and Shacham, "On the (In)effectiveness of Mosaicing and Blurring as Tools for Document Redaction" (PoPETs
 * 2016/4), and Depix: render every character at every place, compare the cells, and search through the strings.
 *
 *   frame ─ engine ─ JPEG ─ decoder ─ readCells ─ rangesOf ─ bounds ─ search ─ guess
 *                                     (reading)             (evidence)
 *
 * The likelihood is exact: what a cell shows bounds a sum over the ink in its window, and the search sums over all
 * texts within those bounds. Of the characters at a position it guesses the likeliest, which no attacker with the same
 * knowledge can better on average. Two things are approximate, the second for long texts only: ink is blended in Y, Cb,
 * Cr instead of RGB (half a level of 255), and the search carries on a few hundred partial texts.
 */
import sharp from 'sharp';
import { boundsOfMeans, boundsOfMedians, planesOf } from './evidence.js';
import { layoutOf, ordinaryLayout, paintOrdinary } from './mosaic.js';
import { paletteOf, rangesOf, readCells } from './reading.js';
import { draw } from './scene.js';
import { search } from './search.js';
import { isKnown } from './secret.js';

/** @typedef {import('../../js/engine/index.js').Engine} Engine */
/** @typedef {import('./evidence.js').Bound} Bound */
/** @typedef {import('./scene.js').Rectangle} Rectangle */
/** @typedef {import('./scene.js').Scene} Scene */

/**
 * Characters that had to be guessed, and how many were right. Where the attacker cannot choose between several, the
 * share of a right choice counts.
 * @typedef {{ characters: number, right: number }} Recovery
 */

/**
 * @param {Engine} engine
 * @param {Scene} scene
 * @param {'pixelate' | 'blur'} mode
 * @param {() => number} random
 * @param {Rectangle[]} [regions] One capture of the same text for each.
 * @returns {Promise<Recovery>}
 */
export async function attackRedaction(engine, scene, mode, random, regions = [scene.region]) {
  const { width, height } = scene;
  const frame = { data: draw(scene), width, height };
  const planes = planesOf(scene);
  const palette = paletteOf(scene, planes);
  /** @type {Bound[]} */
  const bounds = [];
  for (const region of regions) {
    const { jpeg } = engine.encode(frame, { redact: [{ ...region, mode }], reject: [] });
    const layout = layoutOf(region, width, height);
    const cells = readCells(await decode(jpeg), region, layout, mode);
    bounds.push(
      ...boundsOfMedians(
        scene,
        planes,
        layout,
        cells.map((colour) => rangesOf(colour, palette)),
      ),
    );
  }
  return recover(scene, bounds, random);
}

/**
 * The same against a mosaic as everybody's, through JPEG at the same quality.
 * @param {Scene} scene
 * @param {number} cell In pixels.
 * @param {'mean' | 'median'} statistic What a cell shows of the pixels it covers.
 * @param {() => number} random
 */
export async function attackOrdinaryMosaic(scene, cell, statistic, random) {
  const { width, height, region } = scene;
  const pixels = draw(scene);
  const layout = ordinaryLayout(region, cell);
  paintOrdinary(pixels, width, layout, statistic);
  const image = sharp(pixels, { raw: { width, height, channels: 4 } }).removeAlpha();
  const cells = readCells(await decode(await image.jpeg({ quality: 90 }).toBuffer()), region, layout, 'pixelate');
  const planes = planesOf(scene);
  const palette = paletteOf(scene, planes);
  const bounds =
    statistic === 'mean'
      ? boundsOfMeans(scene, planes, layout, cells)
      : boundsOfMedians(
          scene,
          planes,
          layout,
          cells.map((colour) => rangesOf(colour, palette)),
        );
  return recover(scene, bounds, random);
}

/** @param {Uint8Array} jpeg */
export async function decode(jpeg) {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, channels: info.channels };
}

/** @param {Scene} scene @param {Bound[]} bounds @param {() => number} random @returns {Recovery} */
function recover(scene, bounds, random) {
  const recovery = { characters: 0, right: 0 };
  search(scene, bounds, random).forEach((weights, i) => {
    const character = scene.secret.text[i];
    if (isKnown(character)) return;
    const most = Math.max(...weights.values());
    const guesses = [...weights].filter(([, weight]) => weight >= most * (1 - 1e-9)).map(([guess]) => guess);
    recovery.characters++;
    if (guesses.includes(character)) recovery.right += 1 / guesses.length;
  });
  return recovery;
}
