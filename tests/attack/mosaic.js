/**
 * The redaction as the attacker models it: what each cell of the engine's mosaic looks at and which colours it can
 * have, after src/redaction/redact.cpp (that both agree is tested); and the ordinary mosaic that the world uses.
 */

/** @typedef {import('./scene.js').Rectangle} Rectangle */
/** @typedef {import('./scene.js').Rgb} Rgb */
/** @typedef {{ begin: number, end: number, step: number }} Span Pixels begin, begin + step … below end. */

/**
 * The windows of a mosaic's columns and rows.
 * @typedef {object} Layout
 * @property {number} cell
 * @property {Span[]} columns
 * @property {Span[]} rows
 */

const MOST_CELLS = 4;
const LEAST_CELL = 16;
const LATTICE = 64;
const LUMA_STEP = 17;
const CHROMA_STEP = 32;

/** @param {Rectangle} region @param {number} width Of the frame. @param {number} height @returns {Layout} */
export function layoutOf(region, width, height) {
  const cell = Math.max(LEAST_CELL, Math.ceil(Math.max(region.width, region.height) / MOST_CELLS));
  return {
    cell,
    columns: windows(region.x, region.width, cell, width),
    rows: windows(region.y, region.height, cell, height),
  };
}

/** @param {number} low @param {number} size @param {number} cell @param {number} limit */
function windows(low, size, cell, limit) {
  const side = Math.min(limit, Math.max(3 * cell, Math.min(limit - cell, 6 * cell)));
  return Array.from({ length: Math.ceil(size / cell) }, (_, i) => {
    const first = low + i * cell;
    const last = Math.min(first + cell, low + size);
    const begin = Math.min(Math.max(Math.trunc((first + last - side) / 2), 0), limit - side);
    return { begin, end: begin + side, step: Math.ceil(side / LATTICE) };
  });
}

/** Y, Cb, Cr of JFIF, before any rounding to levels. @param {number} r @param {number} g @param {number} b */
export function toYcc(r, g, b) {
  const half = 1 << 15;
  return /** @type {Rgb} */ ([
    (19595 * r + 38470 * g + 7471 * b + half) >> 16,
    ((-11059 * r - 21709 * g + 32768 * b + half) >> 16) + 128,
    ((32768 * r - 27439 * g - 5329 * b + half) >> 16) + 128,
  ]);
}

/** Levels by value: luma, Cb, Cr. */
export const LEVELS = Object.freeze([
  Uint8Array.from({ length: 256 }, (_, v) => Math.floor((v * 15 + 127) / 255)),
  ...[1, 2].map(() => Uint8Array.from({ length: 256 }, (_, v) => Math.min(7, Math.floor((v + 16) / CHROMA_STEP)))),
]);

/** The colour of a cell. @param {readonly number[]} levels */
export function colourOf([y, cb, cr]) {
  const [luma, blue, red] = [y * LUMA_STEP, cb * CHROMA_STEP - 128, cr * CHROMA_STEP - 128];
  const colour = [luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue];
  return colour.map((value) => Math.min(255, Math.max(0, Math.round(value))));
}

/**
 * The levels of a cell.
 * @param {Uint8Array} pixels RGBA.
 * @param {number} width Of the frame.
 * @param {Span} across
 * @param {Span} down
 */
export function medianLevels(pixels, width, across, down) {
  const counts = LEVELS.map(() => new Uint32Array(16));
  let total = 0;
  for (let y = down.begin; y < down.end; y += down.step) {
    for (let x = across.begin; x < across.end; x += across.step, total++) {
      const i = (y * width + x) * 4;
      const values = toYcc(pixels[i], pixels[i + 1], pixels[i + 2]);
      for (let c = 0; c < 3; c++) counts[c][LEVELS[c][values[c]]]++;
    }
  }
  return counts.map((count) => {
    let level = 0;
    for (let seen = count[0]; 2 * seen < total; seen += count[level]) level++;
    return level;
  });
}

/**
 * A mosaic as everybody's: small cells tied to the region, of which each looks at itself.
 * @param {Rectangle} region @param {number} cell @returns {Layout}
 */
export function ordinaryLayout(region, cell) {
  const cut = (/** @type {number} */ low, /** @type {number} */ size) =>
    Array.from({ length: Math.ceil(size / cell) }, (_, i) => {
      return { begin: low + i * cell, end: Math.min(low + (i + 1) * cell, low + size), step: 1 };
    });
  return { cell, columns: cut(region.x, region.width), rows: cut(region.y, region.height) };
}

/**
 * Each cell in its mean colour, or in the coarse median that the engine would give it. In place.
 * @param {Uint8Array} pixels RGBA.
 * @param {number} width
 * @param {Layout} layout
 * @param {'mean' | 'median'} statistic
 */
export function paintOrdinary(pixels, width, { columns, rows }, statistic) {
  for (const down of rows) {
    for (const across of columns) {
      const colour =
        statistic === 'mean' ? mean(pixels, width, across, down) : colourOf(medianLevels(pixels, width, across, down));
      for (let y = down.begin; y < down.end; y++) {
        for (let x = across.begin; x < across.end; x++) pixels.set(colour, (y * width + x) * 4);
      }
    }
  }
}

/** @param {Uint8Array} pixels @param {number} width @param {Span} across @param {Span} down */
function mean(pixels, width, across, down) {
  const sums = [0, 0, 0];
  for (let y = down.begin; y < down.end; y++) {
    for (let x = across.begin; x < across.end; x++) {
      for (let c = 0; c < 3; c++) sums[c] += pixels[(y * width + x) * 4 + c];
    }
  }
  return sums.map((sum) => Math.round(sum / ((down.end - down.begin) * (across.end - across.begin))));
}
