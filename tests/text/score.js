/** What regions leave open of a picture's text, and what they cover that is none. */

/** @typedef {import('./truth.js').Box} Box */

/** How far a pixel has to differ from the picture without text, of 255, to count as the text's. */
export const GLYPH = 32;

/** What is so near to text is no over-cover, in px. */
export const NEAR = 12;

/** As the core grows regions: outward to even coordinates. @param {Box} box @param {number} width @param {number} height */
export function grown({ x, y, ...size }, width, height) {
  const even = (/** @type {number} */ value) => Math.ceil(value / 2) * 2;
  const [left, top] = [Math.max(0, Math.floor(x / 2) * 2), Math.max(0, Math.floor(y / 2) * 2)];
  return { left, top, right: Math.min(width, even(x + size.width)), bottom: Math.min(height, even(y + size.height)) };
}

/** @param {number} width @param {number} height @param {Box[]} boxes @param {number} [margin] @returns {Uint8Array} 1 where a box is. */
export function bitmap(width, height, boxes, margin = 0) {
  const map = new Uint8Array(width * height);
  for (const box of boxes) {
    const { x, y } = box;
    const wide = { x: x - margin, y: y - margin, width: box.width + 2 * margin, height: box.height + 2 * margin };
    const { left, top, right, bottom } = grown(wide, width, height);
    for (let row = top; row < bottom; row++) map.fill(1, row * width + left, row * width + Math.max(left, right));
  }
  return map;
}

/**
 * @typedef {object} Score All but the words in pixels.
 * @property {number} glyphs Of the text, codes included.
 * @property {number} open Of these, what is not covered.
 * @property {number} area Of the picture.
 * @property {number} free Of it, what is neither text nor near it.
 * @property {number} over Of that, what is covered.
 * @property {string[]} openWords Of which more than a quarter is not covered.
 */

/**
 * @param {Pick<import('./screens.js').Screen, 'width' | 'height' | 'lines' | 'words' | 'codes' | 'glyphs'>} picture
 * @param {Box[]} regions
 * @returns {Score}
 */
export function score({ width, height, lines, words, codes, glyphs }, regions) {
  const covered = bitmap(width, height, regions);
  const near = bitmap(width, height, [...lines, ...codes], NEAR);
  const result = { glyphs: 0, open: 0, area: width * height, free: 0, over: 0, openWords: [] };
  for (let at = 0; at < covered.length; at++) {
    if (!near[at]) {
      result.free++;
      result.over += covered[at];
    }
    if (glyphs[at] < GLYPH) continue;
    result.glyphs++;
    if (!covered[at]) result.open++;
  }
  return { ...result, openWords: words.filter(isOpen).map(({ text }) => text) };

  /** @param {Box} word */
  function isOpen(word) {
    let [all, open] = [0, 0];
    for (let y = word.y; y < word.y + word.height; y++) {
      for (let at = y * width + word.x; at < y * width + word.x + word.width; at++) {
        if (glyphs[at] < GLYPH) continue;
        all++;
        if (!covered[at]) open++;
      }
    }
    return open > all / 4;
  }
}

/** Lines that are lower than this cannot be read by anybody, in px of the font as it comes out. */
const LEGIBLE = 8;

/** Of a line's text, what has to be covered for it to count as found. */
const FOUND = 0.8;

/**
 * Of a camera's picture: which lines and codes are found, and what is covered beside the sheet and on it.
 * @param {import('./camera.js').CameraPicture} picture
 * @param {Box[]} regions
 */
export function scoreCamera({ width, height, glyphs, lineAt, lines }, regions) {
  const covered = bitmap(width, height, regions);
  const [all, under] = [new Uint32Array(256), new Uint32Array(256)];
  for (let at = 0; at < covered.length; at++) {
    if (glyphs[at] < GLYPH) continue;
    all[lineAt[at]]++;
    under[lineAt[at]] += covered[at];
  }
  // Codes have no size of font; from line 255 on the store has put all together.
  const counted = lines
    .slice(0, 254)
    .map(({ size }, i) => ({ size, isFound: under[i + 1] >= FOUND * all[i + 1], ink: all[i + 1] }));
  const legible = counted.filter(({ size, ink }) => ink > 0 && (size === 0 || size >= LEGIBLE));
  return { lines: legible.length, found: legible.filter(({ isFound }) => isFound).length };
}
