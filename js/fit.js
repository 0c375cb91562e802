/** Regions that are more than a frame takes: neighbours become one, so that none is left out. */

/** @import { TextRegion } from './engine/index.js' */

/**
 * @param {TextRegion[]} regions
 * @param {number} room How many there may be; at least 1.
 * @returns {TextRegion[]} They cover all that was covered, and what lies between those that became one.
 */
export function fit(regions, room) {
  if (regions.length <= room) return regions;
  const ordered = regions.slice().sort((a, b) => a.y - b.y || a.x - b.x);
  const together = Math.ceil(ordered.length / room);
  const fewer = [];
  for (let i = 0; i < ordered.length; i += together) fewer.push(around(ordered.slice(i, i + together)));
  return fewer;
}

/** @param {TextRegion[]} regions @returns {TextRegion} */
function around(regions) {
  const x = Math.min(...regions.map((region) => region.x));
  const y = Math.min(...regions.map((region) => region.y));
  const right = Math.max(...regions.map((region) => region.x + region.width));
  const bottom = Math.max(...regions.map((region) => region.y + region.height));
  return { ...regions[0], x, y, width: right - x, height: bottom - y };
}
