/** Where a page has text: boxes of lines, words and codes in pixels of its picture. */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/**
 * @typedef {object} Found
 * @property {(Box & { size: number })[]} lines As the browser lays them out, with the font's size in px.
 * @property {(Box & { text: string })[]} words
 * @property {(Box & { type: string })[]} codes
 */

/** Runs in the page, by itself. @returns {Found} */
export function findText() {
  /** @type {Found} */
  const found = { lines: [], words: [], codes: [] };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent?.trim()) continue;
    const parent = /** @type {HTMLElement} */ (node.parentElement);
    if (parent.closest('option, textarea, script, style')) continue;
    const size = Number.parseFloat(getComputedStyle(parent).fontSize);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of boxesOf(range)) found.lines.push({ ...box, size });
    for (const { index, 0: text } of node.textContent.matchAll(/\S+/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + text.length);
      for (const box of boxesOf(range)) found.words.push({ ...box, text });
    }
  }
  // Text inside of controls has no range: the control's own box, less its padding.
  for (const control of document.querySelectorAll('input, select, textarea')) {
    const { type, value, placeholder } = /** @type {HTMLInputElement} */ (control);
    const text = value || placeholder;
    if (type === 'checkbox' || !text) continue;
    const style = getComputedStyle(control);
    const { x, y, width, height } = control.getBoundingClientRect();
    const size = Number.parseFloat(style.fontSize);
    const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const pad = Number.parseFloat(style.paddingLeft) + 1;
    const isLong = control.tagName === 'TEXTAREA';
    const long = isLong ? width - 2 * pad : Math.min(width - 2 * pad, pen.measureText(text).width);
    const left = style.direction === 'rtl' ? x + width - pad - long : x + pad;
    const box = clip({ x: left, y: y + 1, width: long, height: height - 2 });
    if (!box) continue;
    found.lines.push({ ...box, size });
    if (!isLong) found.words.push({ ...box, text });
  }
  for (const image of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('img[data-code]'))) {
    const box = clip(image.getBoundingClientRect());
    if (box) found.codes.push({ ...box, type: String(image.dataset.code) });
  }
  return found;

  /** @param {Range} range */
  function boxesOf(range) {
    return Array.from(range.getClientRects(), clip).filter((box) => box !== undefined);
  }

  /** @param {Box} box What of it is in the picture. @returns {Box | undefined} */
  function clip({ x, y, width, height }) {
    const [left, top] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
    const [right, bottom] = [Math.min(innerWidth, Math.ceil(x + width)), Math.min(innerHeight, Math.ceil(y + height))];
    return right - left < 2 || bottom - top < 2
      ? undefined
      : { x: left, y: top, width: right - left, height: bottom - top };
  }
}
