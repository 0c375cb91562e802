/**
 * Where a region lies and how large it is, in words: for those who do not see it, and as the line that says what will be
 * sent. Pure.
 */

import { fill } from './strings.js';

/** @import { Rect, Size } from './review-geometry.js' */
/** @import { ReviewRegion, Regions } from './review-regions.js' */
/** @import { ReviewWords } from './review-strings.js' */

/** Names of strings: three rows of three, bands, columns and the whole. @typedef {typeof PLACES[number] | typeof ROWS[number] | typeof COLUMNS[number] | 'all'} Place */

const PLACES = /** @type {const} */ ([
  'upperLeft',
  'top',
  'upperRight',
  'left',
  'middle',
  'right',
  'lowerLeft',
  'bottom',
  'lowerRight',
]);
const ROWS = /** @type {const} */ (['acrossTop', 'acrossMiddle', 'acrossBottom']);
const COLUMNS = /** @type {const} */ (['downLeft', 'downMiddle', 'downRight']);

/** From here on a side counts as the picture's whole width or height. */
const WHOLE = 0.85;

/** @param {Rect} rect @param {Size} picture @returns {Place} */
export function placeOf({ x, y, width, height }, picture) {
  /** @param {number} at @param {number} length @param {number} of */
  const third = (at, length, of) => Math.min(2, Math.max(0, Math.floor(((at + length / 2) / of) * 3)));
  const [column, row] = [third(x, width, picture.width), third(y, height, picture.height)];
  const isWide = width >= WHOLE * picture.width;
  const isHigh = height >= WHOLE * picture.height;
  if (isWide && isHigh) return 'all';
  if (isWide) return ROWS[row];
  return isHigh ? COLUMNS[column] : PLACES[row * 3 + column];
}

/** @typedef {ReturnType<typeof createWords>} Words */

/** @param {ReviewWords} strings */
export function createWords(strings) {
  const { language } = strings;
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });

  /** @param {'covers' | 'leftOpen'} name @param {number} count */
  const count = (name, count) =>
    fill(strings[`${name}${count === 1 ? 'One' : 'Some'}`], { count: number.format(count) });

  const words = {
    strings,
    number: (/** @type {number} */ value) => number.format(value),

    /** @param {Rect} rect @param {Size} picture */
    place: (rect, picture) => strings[placeOf(rect, picture)],

    /** @param {Rect} rect @param {Size} picture */
    size({ width, height }, picture) {
      const share = (width * height) / (picture.width * picture.height);
      return fill(strings.size, {
        width: number.format(width),
        height: number.format(height),
        share: share < 0.01 ? `< ${percent.format(0.01)}` : percent.format(share),
      });
    },

    /** “Region 2 of 3, fill, covers the lower right”. @param {ReviewRegion} region @param {Regions} regions */
    region(region, regions) {
      const all = regions.all();
      const { mode, state } = region;
      return fill(strings[state === 'open' ? 'openLine' : 'regionLine'], {
        n: number.format(all.indexOf(region) + 1),
        total: number.format(all.length),
        mode: strings[mode].toLocaleLowerCase(language),
        place: words.place(region, regions.picture),
      });
    },

    /** What will be sent: what is covered, and what was found and left open. @param {Regions} regions */
    summary(regions) {
      const [kept, open, dropped] = [regions.kept().length, regions.open().length, regions.dropped().length];
      const parts = [kept === 0 ? strings.coversNothing : count('covers', kept)];
      if (open + dropped > 0) parts.push(count('leftOpen', open + dropped));
      return parts.join(' ');
    },
  };
  return words;
}
