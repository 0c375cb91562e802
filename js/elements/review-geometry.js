/**
 * Rectangles of a picture, in its pixels: drawing, moving and sizing them so that each stays inside the picture and is
 * large enough to cover something. Pure.
 */

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ width: number, height: number }} Size */
/** @typedef {Point & Size} Rect */
/** Compass points, as in CSS's resize cursors. @typedef {'n' | 'e' | 's' | 'w' | 'ne' | 'se' | 'sw' | 'nw'} Handle */

/** What a rectangle is given by. @type {readonly (keyof Rect)[]} */
export const SIDES = ['x', 'y', 'width', 'height'];

/** The shortest side of a rectangle, in the picture's pixels: half of the core's smallest mosaic cell. */
export const SMALLEST = 8;

/** The side of what a finger is to hit, in CSS pixels: WCAG 2.2, 2.5.5. */
export const HIT = 44;

/** So far do handles reach inside, in CSS pixels. */
const INSIDE = 8;

/** Half of what is seen of a handle, in CSS pixels. */
const MARK = 6;

/** Edges first, so that corners lie above them. @type {readonly Handle[]} */
export const HANDLES = ['n', 'e', 's', 'w', 'ne', 'se', 'sw', 'nw'];

/** @param {number} value @param {number} low @param {number} high Wins where there is no room between both. */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * One side along one axis, in whole pixels: as long as it can be, then where it can be.
 * @param {number} at @param {number} length @param {number} of @returns {[number, number]}
 */
function fitSide(at, length, of) {
  const kept = clamp(Math.round(length), Math.min(SMALLEST, of), of);
  return [clamp(Math.round(at), 0, of - kept), kept];
}

/** Keeps its size where it can, and moves inside. @param {Rect} rect @param {Size} picture @returns {Rect} */
export function fitInside(rect, picture) {
  const [x, width] = fitSide(rect.x, rect.width, picture.width);
  const [y, height] = fitSide(rect.y, rect.height, picture.height);
  return { x, y, width, height };
}

/** Around both points, whichever comes first; what lies outside is cut off. @param {Point} a @param {Point} b @param {Size} picture */
export function between(a, b, picture) {
  const [x1, x2] = [a.x, b.x].map((x) => clamp(x, 0, picture.width)).sort((p, q) => p - q);
  const [y1, y2] = [a.y, b.y].map((y) => clamp(y, 0, picture.height)).sort((p, q) => p - q);
  return outward({ x: x1, y: y1, width: x2 - x1, height: y2 - y1 }, picture);
}

/** To whole pixels, never covering less. @param {Rect} rect @param {Size} picture @returns {Rect} */
export function outward({ x, y, width, height }, picture) {
  const [left, top] = [Math.floor(Math.max(0, x)), Math.floor(Math.max(0, y))];
  const right = Math.ceil(Math.min(picture.width, x + width));
  const bottom = Math.ceil(Math.min(picture.height, y + height));
  return fitInside({ x: left, y: top, width: right - left, height: bottom - top }, picture);
}

/**
 * One handle moved; the opposite edges stay where they are. A handle that is drawn across stops at the smallest size.
 * @param {Rect} rect @param {Handle} handle @param {Point} by @param {Size} picture @returns {Rect}
 */
export function resize(rect, handle, by, picture) {
  let { x, y } = rect;
  let [right, bottom] = [x + rect.width, y + rect.height];
  const [least, lowest] = [Math.min(SMALLEST, picture.width), Math.min(SMALLEST, picture.height)];
  if (handle.includes('w')) x = clamp(Math.round(x + by.x), 0, right - least);
  if (handle.includes('e')) right = clamp(Math.round(right + by.x), x + least, picture.width);
  if (handle.includes('n')) y = clamp(Math.round(y + by.y), 0, bottom - lowest);
  if (handle.includes('s')) bottom = clamp(Math.round(bottom + by.y), y + lowest, picture.height);
  return { x, y, width: right - x, height: bottom - y };
}

/**
 * Whether a point is in the middle of a small rectangle: it is moved from there, whatever handle lies above. At the
 * surface's edge all of them do. @param {Rect} rect @param {Point} at
 */
export function isMiddle({ x, y, width, height }, at) {
  const [across, down] = [Math.min(INSIDE, width / 4), Math.min(INSIDE, height / 4)];
  const isSmall = Math.min(width, height) <= 2 * HIT;
  return isSmall && isWithin({ x: x + across, y: y + down, width: width - 2 * across, height: height - 2 * down }, at);
}

/** @param {Size & Partial<Point>} rect @returns {Point} */
export function middleOf({ x = 0, y = 0, width, height }) {
  return { x: x + width / 2, y: y + height / 2 };
}

/** @param {Rect} rect @param {Point} at */
export function isWithin({ x, y, width, height }, at) {
  return at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height;
}

/**
 * Where the eight handles of a rectangle are hit, in CSS pixels of the surface: a square each, wholly on the surface. It
 * reaches inside the rectangle by a few pixels only, so that what is small can still be taken by its middle, and the
 * handle of a short edge stands beyond those of the corners.
 * @param {Rect} rect On the surface. @param {Size} surface
 * @returns {(Rect & { handle: Handle, mark: Point, isSeen: boolean })[]} `mark`: where in the square the handle is shown,
 *   next to its edge. `isSeen`: its place is in view. One that is not would size, at the view's edge, what is out of sight.
 */
export function handleAreas(rect, surface) {
  /** @param {number} at @param {number} length @param {number} side -1, 0 or 1. @param {number} beyond */
  const along = (at, length, side, beyond) => {
    if (side === 0) return at + length / 2 - HIT / 2;
    return side < 0 ? at + INSIDE - HIT - beyond : at + length - INSIDE + beyond;
  };
  const room = HIT + 2 * INSIDE;
  return HANDLES.map((handle) => {
    const across = handle.includes('e') ? 1 : handle.includes('w') ? -1 : 0;
    const down = handle.includes('s') ? 1 : handle.includes('n') ? -1 : 0;
    const x = along(rect.x, rect.width, across, down === 0 && rect.height < room ? HIT : 0);
    const y = along(rect.y, rect.height, down, across === 0 && rect.width < room ? HIT : 0);
    const area = { x: clamp(x, 0, surface.width - HIT), y: clamp(y, 0, surface.height - HIT), width: HIT, height: HIT };
    const edge = { x: rect.x + ((across + 1) / 2) * rect.width, y: rect.y + ((down + 1) / 2) * rect.height };
    // By a pixel more, for what lies at the edge and was rounded.
    const isSeen = isWithin({ x: -1, y: -1, width: surface.width + 2, height: surface.height + 2 }, edge);
    const mark = { x: clamp(edge.x - area.x, MARK, HIT - MARK), y: clamp(edge.y - area.y, MARK, HIT - MARK) };
    return { handle, ...area, mark, isSeen };
  });
}
