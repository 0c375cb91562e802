/**
 * The fixture photographs as RGBA frames, and what befalls pictures on their way: dimmed, framed, compressed.
 */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** @typedef {{ data: Uint8Array, width: number, height: number }} Frame RGBA, 8 bits, no padding */

export const PHOTOGRAPHS = Object.freeze(['astronaut.png', 'coffee.png', 'rocket.jpg']);

/** @param {import('sharp').Sharp} image @returns {Promise<Frame>} */
async function decode(image) {
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
}

/** @param {Frame} frame */
const asImage = ({ data, width, height }) => sharp(data, { raw: { width, height, channels: 4 } });

/**
 * The photograph, cropped around its middle to the aspect ratio asked for and scaled to it.
 * @param {string} name @param {number} width @param {number} height
 */
export function photograph(name, width, height) {
  return decode(fixture(name).resize(width, height, { fit: 'cover' }));
}

/** As it is. @param {string} name */
export const readFixture = (name) => decode(fixture(name));

/** @param {string} name */
const fixture = (name) => sharp(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));

/** Through a JPEG and back: true codec noise. @param {Frame} frame @param {number} quality 1..100 */
export async function throughJpeg(frame, quality) {
  return decode(sharp(await asImage(frame).removeAlpha().jpeg({ quality }).toBuffer()));
}

/** The part of a frame at x, y. @param {Frame} frame @param {number} x @param {number} y @param {number} width @param {number} height */
export function crop(frame, x, y, width, height) {
  return decode(asImage(frame).extract({ left: x, top: y, width, height }));
}

/** @param {number} width @param {number} height @param {[number, number, number]} colour @returns {Frame} */
export function flat(width, height, [r, g, b]) {
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < data.length; i += 4) data.set([r, g, b, 255], i);
  return { data, width, height };
}

/** `picture` at x, y on a copy of `ground`. @param {Frame} ground @param {Frame} picture @param {number} x @param {number} y */
export function paste(ground, picture, x, y) {
  const data = ground.data.slice();
  for (let row = 0; row < picture.height; row++) {
    const source = picture.data.subarray(row * picture.width * 4, (row + 1) * picture.width * 4);
    data.set(source, ((y + row) * ground.width + x) * 4);
  }
  return { ...ground, data };
}

/** Each sample through `map`, rounded and clipped; alpha stays. @param {Frame} frame @param {(value: number) => number} map */
export function mapSamples(frame, map) {
  const data = new Uint8ClampedArray(frame.data.length);
  for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? frame.data[i] : map(frame.data[i]);
  return { ...frame, data: new Uint8Array(data.buffer) };
}

/** Code values scaled, as a display dims. @param {Frame} frame @param {number} factor */
export const dimCodes = (frame, factor) => mapSamples(frame, (value) => value * factor);

/** Light scaled, as a shutter dims: through sRGB's transfer function (IEC 61966-2-1) and back. @param {Frame} frame @param {number} factor */
export function dimLight(frame, factor) {
  const table = Array.from({ length: 256 }, (_, value) => {
    const code = value / 255;
    const light = factor * (code <= 0.04045 ? code / 12.92 : ((code + 0.055) / 1.055) ** 2.4);
    return 255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);
  });
  return mapSamples(frame, (value) => table[value]);
}

/** Gaussian noise, independent in each channel. @param {Frame} frame @param {number} sd @param {() => number} random 0..1 */
export function sensorNoise(frame, sd, random) {
  return mapSamples(frame, (value) => {
    return value + sd * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  });
}
