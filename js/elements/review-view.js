/**
 * Which part of the picture is seen, and how large: zoom and pan as a pure value. `scale` is CSS pixels of the surface for
 * one of the picture; `x` and `y` are where the picture's upper left corner lies on the surface.
 */
import { clamp, middleOf } from './review-geometry.js';

/** @import { Point, Rect, Size } from './review-geometry.js' */

/** @typedef {{ picture: Size, surface: Size, zoom: number, scale: number, x: number, y: number }} View */

/** Times the whole picture. */
const MOST_ZOOM = 16;

/** The whole picture, in the middle. @param {Size} picture @param {Size} surface @returns {View} */
export function wholeView(picture, surface) {
  return settle({ picture, surface, zoom: 1, scale: 1, x: 0, y: 0 });
}

/** Inside its limits: no border where the picture is larger than the surface, in the middle where it is smaller. @param {View} view @returns {View} */
function settle(view) {
  const { picture, surface } = view;
  const fit = Math.min(surface.width / picture.width, surface.height / picture.height);
  const zoom = clamp(view.zoom, 1, MOST_ZOOM);
  const scale = fit * zoom;
  /** @param {number} at @param {number} room */
  const place = (at, room) => (room >= 0 ? room / 2 : clamp(at, room, 0));
  const x = place(view.x, surface.width - picture.width * scale);
  const y = place(view.y, surface.height - picture.height * scale);
  return { picture, surface, zoom, scale, x, y };
}

/** What was in the middle stays there. @param {View} view @param {Size} surface */
export function resized(view, surface) {
  const middle = toPicture(view, middleOf(view.surface));
  return centred(settle({ ...view, surface }), middle);
}

/** @param {View} view @param {Point} point Of the picture. */
export function centred(view, point) {
  const x = view.surface.width / 2 - point.x * view.scale;
  const y = view.surface.height / 2 - point.y * view.scale;
  return settle({ ...view, x, y });
}

/** What lies under `at` stays there, as far as the limits let it. @param {View} view @param {number} factor @param {Point} at On the surface. */
export function zoomed(view, factor, at) {
  const under = toPicture(view, at);
  const next = settle({ ...view, zoom: view.zoom * factor });
  return settle({ ...next, x: at.x - under.x * next.scale, y: at.y - under.y * next.scale });
}

/** @param {View} view @param {number} dx In CSS pixels. @param {number} dy */
export function panned(view, dx, dy) {
  return settle({ ...view, x: view.x + dx, y: view.y + dy });
}

/** Moved as little as it takes for the rectangle to be seen. @param {View} view @param {Rect} rect Of the picture. */
export function revealed(view, rect) {
  const { x, y, width, height } = toSurface(view, rect);
  /** @param {number} at @param {number} length @param {number} room */
  const by = (at, length, room) => {
    const [first, last] = [-at, room - at - length];
    if (at >= 0 && last >= 0) return 0;
    if (length > room) return first >= 0 && last <= 0 ? 0 : first;
    return at < 0 ? first : last;
  };
  return panned(view, by(x, width, view.surface.width), by(y, height, view.surface.height));
}

/** @param {View} view @param {Point} point On the surface. @returns {Point} Of the picture, outside of it too. */
export function toPicture(view, point) {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

/** @param {View} view @param {Rect} rect Of the picture. @returns {Rect} */
export function toSurface({ scale, x, y }, rect) {
  return { x: x + rect.x * scale, y: y + rect.y * scale, width: rect.width * scale, height: rect.height * scale };
}
