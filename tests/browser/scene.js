/** Reads a captured file back with an independent decoder: is it the call's scene, and which frame of it? */
import assert from 'node:assert/strict';
import sharp from 'sharp';
import { QUARTERS } from './pages/call.js';

const BITS = 16;

/** What VP8 at the bitrates of these tests and a JPEG of quality 90 may do to a flat colour, per sample. */
const TOLERANCE = 16;

/** @param {string} base64 */
export async function readScene(base64) {
  const file = Buffer.from(base64, 'base64');
  const { data, info } = await sharp(file, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
  /** @param {number} x @param {number} y Both 0..1. */
  const at = (x, y) => {
    const offset = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
    return [...data.subarray(offset, offset + 3)];
  };
  let counter = 0;
  for (let bit = 0; bit < BITS; bit++) counter = counter * 2 + (at((bit + 0.5) / BITS, 0.5)[1] > 127 ? 1 : 0);
  return { width: info.width, height: info.height, file, counter, at };
}

/**
 * Asserts that the file shows the call's scene upright, and says which frame.
 * @param {string} base64
 * @param {number} [tolerance] Per sample.
 */
export async function assertScene(base64, tolerance = TOLERANCE) {
  return assertQuarters(base64, [0, 1, 2, 3], tolerance);
}

/**
 * Asserts which of the scene's quarters is where: the scene turned or mirrored.
 * @param {string} base64
 * @param {number[]} order Of those seen above left and right, below left and right.
 * @param {number} [tolerance] Per sample.
 */
export async function assertQuarters(base64, order, tolerance = TOLERANCE) {
  const scene = await readScene(base64);
  order.forEach((quarter, i) => {
    const expected = QUARTERS[quarter];
    const seen = scene.at(i % 2 ? 0.75 : 0.25, i < 2 ? 0.2 : 0.8);
    const error = Math.max(...expected.map((value, channel) => Math.abs(value - seen[channel])));
    assert.ok(error <= tolerance, `quarter ${i} is rgb(${seen}) instead of rgb(${expected})`);
  });
  return scene;
}
