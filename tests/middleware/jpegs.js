/** JPEG files made by hand, and taken apart. */

/**
 * A flat grey picture, of which each block takes two bits.
 * @param {object} what
 * @param {number} what.width
 * @param {number} what.height
 * @param {number} [what.blocks] How many are really there.
 * @param {number} [what.restartInterval] In blocks.
 * @param {number} [what.stated] What the file says of it.
 * @param {number[]} [what.dcCounts] How many codes of 1, 2, 3 … bits its DC table has.
 */
export function flatJpeg({ width, height, blocks, restartInterval = 0, stated = restartInterval, dcCounts = [1] }) {
  const total = blocks ?? Math.ceil(width / 8) * Math.ceil(height / 8);
  const codes = dcCounts.reduce((sum, count) => sum + count, 0);
  const counts = (/** @type {number[]} */ given) => Array.from({ length: 16 }, (_, n) => given[n] ?? 0);
  const scan = [];
  const step = restartInterval || total;
  for (let from = 0; from < total; from += step) {
    if (from > 0) scan.push(0xff, 0xd0 + ((from / step - 1) % 8));
    // 0: no difference, 0: nothing but that. Ones fill up the last byte.
    const bits = 2 * Math.min(step, total - from);
    scan.push(...new Array(bits >> 3).fill(0));
    if (bits % 8 > 0) scan.push(0xff >> (bits % 8));
  }
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...new Array(64).fill(1)]),
    segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    segment(0xc4, [0, ...counts(dcCounts), ...new Array(codes).fill(0)]),
    segment(0xc4, [0x10, ...counts([1]), 0]),
    ...(stated > 0 ? [segment(0xdd, [stated >> 8, stated & 255])] : []),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    Buffer.from(scan),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** @param {number} marker @param {number[]} content */
function segment(marker, content) {
  const length = content.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...content]);
}

/**
 * Where each scan begins, with its header, and where the segment behind it does.
 * @param {Buffer} file
 */
export function scansOf(file) {
  const scans = [];
  for (let start = file.indexOf(Buffer.from([0xff, 0xda])); start !== -1; ) {
    let end = start + 2 + file.readUInt16BE(start + 2);
    while (file[end] !== 0xff || file[end + 1] === 0) end += 1;
    scans.push({ start, end });
    start = file.indexOf(Buffer.from([0xff, 0xda]), end);
  }
  return scans;
}
