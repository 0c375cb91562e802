/** In the page: runs the detector over every frame, and says of each face whether it would have been covered. */

import { createFaceDetector } from 'face-detection';
import { CONDITIONS, emptyFrame, FRAME, framesOf } from './frames.js';
import { BACKGROUND, EMPTY, PHOTOGRAPHS } from './photographs.js';

/** In pixels of a 1280 × 720 frame, from hairline to chin. */
const SIZES = [16, 20, 24, 32, 48, 64, 96, 160, 256];
const SIZES_OF_CONDITIONS = [48, 128];
/** Of the face's ellipse. Less than this covered counts as missed. */
const COVERED = 0.9;

/** @typedef {{ condition: string, size: number, faces: number, found: number, strays: number, frames: number }} Row */

/** @param {(row: Row) => void} report */
export async function measure(report) {
  const detector = createFaceDetector();
  const loading = performance.now();
  await detector.ready();
  const loadMs = performance.now() - loading;
  const background = await load(BACKGROUND);
  const photographs = await Promise.all(
    PHOTOGRAPHS.map(async ({ file, faces }) => ({ image: await load(file), faces })),
  );
  /** @type {number[]} */
  const times = [];

  /** @param {{ bitmap: ImageBitmap, faces: import('./frames.js').Face[] }} frame */
  async function look({ bitmap, faces }) {
    const start = performance.now();
    const regions = await detector.detect({ preview: async () => bitmap });
    times.push(performance.now() - start);
    const areas = regions.map(({ x, y, width, height }) => ({
      left: x * FRAME.width,
      top: y * FRAME.height,
      right: (x + width) * FRAME.width,
      bottom: (y + height) * FRAME.height,
    }));
    const counted = faces.filter(({ counts }) => counts);
    return {
      faces: counted.length,
      found: counted.filter(
        ({ points }) =>
          points.filter((point) => areas.some((area) => inside(area, point))).length >= COVERED * points.length,
      ).length,
      strays: areas.filter((area) => !faces.some(({ points }) => points.some((point) => inside(area, point)))).length,
    };
  }

  /** @param {import('./frames.js').Condition} condition @param {number} size */
  async function measureAt(condition, size) {
    const row = { condition: condition.name, size, faces: 0, found: 0, strays: 0, frames: 0 };
    for (const { image, faces } of photographs) {
      for (const frame of await framesOf(image, faces, size, background, condition)) add(row, await look(frame));
    }
    report(row);
  }

  for (const size of SIZES) await measureAt({ name: 'as taken' }, size);
  for (const condition of CONDITIONS) {
    for (const size of SIZES_OF_CONDITIONS) await measureAt(condition, size);
  }
  const nobody = { condition: 'nobody there', size: 0, faces: 0, found: 0, strays: 0, frames: 0 };
  for (const { file, part } of EMPTY) {
    add(nobody, await look({ bitmap: await emptyFrame(await load(file), part), faces: [] }));
  }
  report(nobody);
  detector.dispose();
  times.sort((a, b) => a - b);
  return { loadMs, medianMs: times[times.length >> 1], slowestMs: times[times.length - 1] };
}

/** @param {Row} row @param {{ faces: number, found: number, strays: number }} seen */
function add(row, seen) {
  row.faces += seen.faces;
  row.found += seen.found;
  row.strays += seen.strays;
  row.frames += 1;
}

/** @param {{ left: number, top: number, right: number, bottom: number }} area @param {{ x: number, y: number }} point */
function inside(area, { x, y }) {
  return x >= area.left && x < area.right && y >= area.top && y < area.bottom;
}

/** @param {string} file */
async function load(file) {
  const response = await fetch(`/${file}`);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return createImageBitmap(await response.blob());
}
