/** From what the network found to what is covered. */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box In ratios of the picture. */

/** Of the smaller box. Two passes see one face a little differently; beyond this they are taken for the same. */
const SAME = 0.5;
/** In parts of the box's own width and height, to each side. See “Score and growth” in the README. */
const GROWTH = 0.3;

/**
 * One box for each face: boxes that share most of the smaller one become the smallest that holds both.
 * @param {Box[]} boxes
 */
export function merge(boxes) {
  /** @type {Box[]} */
  let merged = [];
  for (let box of boxes) {
    for (let same = merged.find(isSame, box); same; same = merged.find(isSame, box)) {
      merged = merged.filter((other) => other !== same);
      box = union(box, same);
    }
    merged.push(box);
  }
  return merged;
}

/**
 * @param {Box[]} boxes @param {import('caseframe/engine').Region['mode']} [mode]
 * @returns {import('caseframe/engine').Region[]} caseframe clips what sticks out, and refuses what lies outside: nothing of
 *   the picture is there
 */
export function toRegions(boxes, mode) {
  const grown = boxes.map(({ x, y, width, height }) => ({
    x: x - width * GROWTH,
    y: y - height * GROWTH,
    width: width * (1 + 2 * GROWTH),
    height: height * (1 + 2 * GROWTH),
    unit: /** @type {const} */ ('ratio'),
    mode,
  }));
  return grown.filter(({ x, y, width, height }) => x < 1 && y < 1 && x + width > 0 && y + height > 0);
}

/** @this {Box} @param {Box} other */
function isSame(other) {
  const width = Math.min(this.x + this.width, other.x + other.width) - Math.max(this.x, other.x);
  const height = Math.min(this.y + this.height, other.y + other.height) - Math.max(this.y, other.y);
  if (width <= 0 || height <= 0) return false;
  return width * height > SAME * Math.min(this.width * this.height, other.width * other.height);
}

/** @param {Box} a @param {Box} b */
function union(a, b) {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}
