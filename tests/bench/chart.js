/** The encoders side by side as a picture: an SVG that is legible from 320 pixels on, in light and dark. */

/** Who is in the picture, and by which name. */
const SHOWN = {
  'libjpeg-turbo, native': 'libjpeg-turbo, native (no browser)',
  'caseframe, SIMD': 'caseframe',
  'OffscreenCanvas.convertToBlob': 'the browser’s convertToBlob',
  'caseframe, baseline': 'caseframe without SIMD',
  '@cornerstonejs/codec-libjpeg-turbo-8bit': '@cornerstonejs/codec-libjpeg-turbo',
  'jpeg-js': 'jpeg-js',
  '@jsquash/jpeg, comparable options': '@jsquash/jpeg',
};
const OURS = /^caseframe, (SIMD|baseline)$/;

/** Bars that are longer than so many of convertToBlob's are cut, and look it. */
const CUT = 5;

const WIDTH = 400;
const MARGIN = 8;
const HEAD = 47;
const ROW = 41;
const BAR = 12;
/** Of the gap that a cut bar has, from its end. */
const GAP = { from: 34, width: 6, slant: 6 };

/** Contrast of 4.5 and more for texts, 3 and more for bars, on white and on GitHub's #0d1117. */
const STYLE = `
    text { font: 14px system-ui, sans-serif; fill: #1f2328; }
    .title, .ours { font-weight: 600; }
    .note { font-size: 12px; fill: #59636e; }
    .value { text-anchor: end; font-variant-numeric: tabular-nums; }
    .bar { fill: #818b98; }
    .ours.bar { fill: #0969da; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .note { fill: #9198a1; }
      .bar { fill: #6e7681; }
      .ours.bar { fill: #4493f8; }
    }`;

/**
 * @param {object} options
 * @param {number} options.width @param {number} options.height Of the frame.
 * @param {import('./encoding.js').EncodingRow[]} options.encoding
 * @returns {string}
 */
export function toChart({ width, height, encoding }) {
  const rows = encoding.filter(({ name }) => SHOWN[name]).sort((a, b) => a.ms.median - b.ms.median);
  const reference = encoding.find(({ name }) => name === 'OffscreenCanvas.convertToBlob');
  const longest = CUT * reference.ms.median;
  const cut = rows.some(({ ms }) => ms.median > longest);
  const bottom = HEAD + rows.length * ROW + (cut ? 20 : 4);
  const title = `One ${width} × ${height} frame to JPEG`;
  const description = rows.map(({ name, ms }) => `${SHOWN[name]} ${milliseconds(ms.median)}`).join(', ');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom}" viewBox="0 0 ${WIDTH} ${bottom}" role="img" aria-labelledby="title description">
  <title id="title">${title}</title>
  <desc id="description">${description}. Median times; shorter is better.</desc>
  <style>${STYLE}
  </style>
  <text class="title" x="${MARGIN}" y="18">${title}</text>
  <text class="note" x="${MARGIN}" y="35">RGBA to a file, quality 90, median time; shorter is better</text>
${rows.map((row, i) => bar(row, HEAD + i * ROW, longest)).join('\n')}${cut ? `\n${note(bottom, longest)}` : ''}
</svg>
`;
}

/** @param {import('./encoding.js').EncodingRow} row @param {number} top @param {number} longest In ms. */
function bar({ name, ms: { median } }, top, longest) {
  const whole = WIDTH - 2 * MARGIN;
  const length = Math.max(1, Math.min(1, median / longest) * whole);
  const ours = OURS.test(name) ? 'ours ' : '';
  const at = `y="${top + 15}"`;
  const shape = median > longest ? cutBar(top + 20, whole) : plainBar(top + 20, length);
  return `  <text class="${ours}name" x="${MARGIN}" ${at}>${SHOWN[name]}</text>
  <text class="${ours}value" x="${WIDTH - MARGIN}" ${at}>${milliseconds(median)}</text>
  <path class="${ours}bar" d="${shape}"/>`;
}

/** @param {number} y @param {number} length */
function plainBar(y, length) {
  return `M${MARGIN} ${y}h${length.toFixed(1)}v${BAR}H${MARGIN}z`;
}

/** In two pieces, with a slanting gap between them. @param {number} y @param {number} length */
function cutBar(y, length) {
  const { from, width, slant } = GAP;
  const left = length - from;
  return (
    `M${MARGIN} ${y}h${left}l${-slant} ${BAR}H${MARGIN}z` +
    `M${MARGIN + left + width} ${y}h${from - width}v${BAR}h${width - from - slant}z`
  );
}

/** @param {number} bottom @param {number} longest */
function note(bottom, longest) {
  return `  <text class="note" x="${MARGIN}" y="${bottom - 5}">Bars with a gap are cut: they go on beyond ${Math.round(longest)} ms.</text>`;
}

/** @param {number} ms */
function milliseconds(ms) {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
