/** Which parts of a picture the network looks at: the whole, then tiles of it, in which small faces are larger. */

/** What the network shrinks everything to, in pixels. */
const INPUT = 512;
/** In pixels of the picture. A face that the border of two tiles cuts is this large at least: the first look has it. */
const OVERLAP = 128;

/**
 * @param {number} width @param {number} height in pixels
 * @returns {{ x: number, y: number, width: number, height: number }[]}
 */
export function passesOver(width, height) {
  const whole = { x: 0, y: 0, width, height };
  const across = Math.min(width, height);
  const length = Math.max(width, height);
  // A square; longer only where that costs no detail.
  const tile = Math.max(across, INPUT);
  if (tile >= length) return [whole];
  const tiles = Math.ceil((length - tile) / (tile - OVERLAP)) + 1;
  return [
    whole,
    ...Array.from({ length: tiles }, (_, n) => {
      const at = Math.round(((length - tile) * n) / (tiles - 1));
      return width > height ? { ...whole, x: at, width: tile } : { ...whole, y: at, height: tile };
    }),
  ];
}
