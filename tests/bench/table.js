/** The results as Markdown. */
import { nsPerPixel, spread } from './scaling.js';
import { divide, EXTRAS, STAGES } from './stages.js';
import { judge } from './targets.js';

/** @typedef {import('./statistics.js').Summary} Summary */

/** @param {object} results As run.mjs writes them. */
export function toMarkdown(results) {
  const { plan } = results;
  return [
    introduction(results),
    '',
    `![One frame to JPEG: each encoder's time](../tests/bench/encoders.svg)`,
    ...encodingTable(results),
    ...browsersTable(results),
    ...stagesTable(results),
    ...scalingTable(results.scaling),
    ...optionsTable(results),
    ...capturingTable(results.capturing, plan.call),
    ...reviewLines(results.reviewing),
    ...startingTable(results.starting),
    ...sizesTable(results.sizes),
    ...targetsTable(results),
  ].join('\n');
}

function introduction({ machine, plan, peers }) {
  const versions = Object.entries(peers).map((it) => it.join(' '));
  return [
    `${machine.browser}, ${machine.cores} cores (${machine.cpu}), load before ${machine.loadBefore.toFixed(1)}. Peers: ${versions.join(', ')}.`,
    `Median (min–max) of ${plan.encoding.rounds} rounds in which everyone ran once; the other tables of fewer.`,
  ].join('\n');
}

function encodingTable({ width, height, encoding }) {
  const rows = [...encoding].sort((a, b) => a.ms.median - b.ms.median);
  return table(
    `RGBA to JPEG, ${width} × ${height}, quality 90`,
    ['encoder', 'where', 'ms', '× `convertToBlob`', 'first run, ms', 'KB', 'sampling', 'PSNR, dB'],
    rows.map(({ name, where, ms, ratio, firstMs, bytes, subsampling, psnr }) => [
      emphasize(name),
      where,
      range(ms),
      ratio.toFixed(2),
      firstMs.toFixed(1),
      kilobytes(bytes),
      subsampling || '',
      psnr ? psnr.toFixed(1) : '',
    ]),
  );
}

/** @param {string} name */
const emphasize = (name) => (/^caseframe, (SIMD|baseline)$/.test(name) ? `**${name}**` : name);

function browsersTable({ width, height, machine, encoding, browsers }) {
  const columns = [
    { name: machine.browser, encoding },
    ...browsers.map((it) => ({ ...it, name: `${it.name} ${it.version}` })),
  ];
  const names = [...new Set(browsers.flatMap((it) => it.encoding.map(({ name }) => name)))];
  return table(
    `The same in other engines, ${width} × ${height}, ms`,
    ['encoder', ...columns.map(({ name }) => name)],
    names.map((name) => [
      emphasize(name),
      ...columns.map((column) => {
        const row = column.encoding.find((it) => it.name === name);
        return row ? range(row.ms) : '–';
      }),
    ]),
  );
}

const STAGE_NAMES = {
  copy: 'copy into the heap',
  analyze: 'analysis',
  color: 'colour conversion',
  downsample: 'chroma downsampling',
  transform: 'sample conversion, DCT, quantisation',
  huffman: 'Huffman coding',
  hash: 'SHA-256, twice',
};

const PROGRAM_NAMES = {
  simd: 'SIMD',
  baseline: 'baseline',
  native: 'native without SIMD',
  'libjpeg-turbo': 'libjpeg-turbo, native',
};

function stagesTable({ width, height, stages }) {
  const programs = Object.keys(stages);
  const cost = (ms) => nsPerPixel({ width, height }, ms).toFixed(2);
  const divided = Object.fromEntries(programs.map((program) => [program, divide(stages[program])]));
  const share = (ms, total) => `${cost(ms)} (${Math.round((ms / total) * 100)} %)`;
  const line = (name, cell) => [name, ...programs.map((program) => cell(divided[program], stages[program]) ?? '')];
  return table(
    `Where the time goes, ${width} × ${height}, ns per pixel in the fastest round; below the total what is done on request`,
    ['stage', ...programs.map((it) => PROGRAM_NAMES[it])],
    [
      ...STAGES.map((it) =>
        line(STAGE_NAMES[it], ({ stages: parts, total }) => (it in parts ? share(parts[it], total) : undefined)),
      ),
      line('the rest', ({ rest, total }) => share(rest, total)),
      line('**frame to JPEG**', ({ total }) => `**${cost(total)}**`),
      ...EXTRAS.map((it) => line(extraName(it, width), (_, tasks) => (tasks[it] ? cost(tasks[it].min) : undefined))),
    ],
  );
}

/** @param {string} task @param {number} width */
function extraName(task, width) {
  const [, numerator, denominator] = /^downscale to (\d)\/(\d)$/.exec(task) || [];
  return denominator
    ? `downscale to a width of ${Math.floor((width * Number(numerator)) / Number(denominator))}`
    : /^(pixelate|blur|fill)$/.test(task)
      ? `${task} the whole frame`
      : task;
}

const SCALING_NAMES = { simd: 'SIMD', baseline: 'baseline', convertToBlob: '`convertToBlob`' };

function scalingTable(rows) {
  const columns = Object.keys(SCALING_NAMES);
  const cells = (row) =>
    columns.map((it) => `${row[it].median.toFixed(2)} (${nsPerPixel(row, row[it].min).toFixed(1)})`);
  const spreads = columns
    .map((it) => spread(rows, it))
    .map((it) => (Number.isNaN(it) ? '–' : `${(it * 100).toFixed(1)} %`));
  return table(
    'Scaling: one tile of photographs laid side by side, so that all have the same detail per pixel; ms (ns per pixel in the fastest round)',
    ['frame', ...columns.map((it) => SCALING_NAMES[it]), 'bits per pixel'],
    [
      ...rows.map((row) => [
        `${row.width} × ${row.height}`,
        ...cells(row),
        ((row.bytes * 8) / (row.width * row.height)).toFixed(2),
      ]),
      ['spread per pixel, 720p to 4K', ...spreads, ''],
    ],
  );
}

function optionsTable({ width, height, options }) {
  return table(
    `Encode options, SIMD, ${width} × ${height}; each alone, the others as by default`,
    ['option', 'ms', 'KB'],
    options.map(({ label, ms, bytes }) => [label === 'defaults' ? label : `\`${label}\``, range(ms), kilobytes(bytes)]),
  );
}

function targetsTable(results) {
  const figure = (value, { digits, unit }) =>
    Number.isFinite(value) ? `${value.toFixed(digits)}${unit && ` ${unit}`}` : '–';
  return table(
    'Targets',
    ['what', 'measured', 'target', 'holds'],
    judge(results).map((it) => [
      it.what,
      figure(it.measured, it),
      `${it.relation} ${it.limit}${it.unit && ` ${it.unit}`}`,
      it.holds ? 'yes' : '**no**',
    ]),
  );
}

/** Of `--i420`. @param {object[]} rows */
export function copiesTable(rows) {
  return table(
    'Out of a VideoFrame, in a worker, ms',
    ['frames of', 'size', 'own format', 'copied as it is', 'KB', 'copied as RGBA', 'KB', 'RGBA ÷ own'],
    rows.map(({ source, width, height, format, bytes, ms }) => [
      `a ${source}`,
      `${width} × ${height}`,
      format,
      range(ms.own),
      kilobytes(bytes.own),
      range(ms.RGBA),
      kilobytes(bytes.RGBA),
      (ms.RGBA.median / ms.own.median).toFixed(1),
    ]),
  ).join('\n');
}

/** @param {Awaited<ReturnType<typeof import('./starting.js').measureStarting>>} rows */
export function startingTable(rows) {
  return table(
    'From a page’s first call until it can encode, its files in the HTTP cache',
    ['by', 'ms'],
    rows.map(({ name, ms }) => [name, range(ms)]),
  );
}

/** @param {import('./uploading.js').UploadRow[]} rows The first is the one that all are compared with. */
export function uploadTable(rows) {
  const [{ totalMs: bareTotal, cpuMs: bareCpu }] = rows;
  return table(
    'One upload from the call to the receipt, ms',
    ['by', 'total', 'over the bare one', 'main thread', 'over the bare one'],
    rows.map(({ name, totalMs, cpuMs }) => [
      name,
      range(totalMs),
      (totalMs.median - bareTotal.median).toFixed(2),
      range(cpuMs),
      (cpuMs.median - bareCpu.median).toFixed(2),
    ]),
  ).join('\n');
}

export function capturingTable({ width, height, frameRate, rows }, { rounds }) {
  return table(
    `One capture of a live ${width} × ${height} call at ${frameRate} fps, ${rounds} rounds: the page's main thread, ms`,
    ['what', 'processor', 'of it the capture', 'wall, in tasks', 'longest task', 'tasks > 50 ms', 'click to Blob'],
    rows.map(({ name, cpuMs, netCpuMs, taskMs, longestTaskMs, longTasks, blobMs }) => [
      name,
      range(cpuMs),
      blobMs ? range(netCpuMs) : '',
      range(taskMs),
      range(longestTaskMs),
      String(longTasks),
      blobMs ? range(blobMs) : '',
    ]),
  ).concat(...rows.filter(({ timings }) => timings).map(timingsLine));
}

/** Of `--review`. @param {import('./review.js').ReviewRow} row */
export const reviewTable = (row) => reviewLines(row).join('\n');

/** @param {import('./review.js').ReviewRow} row */
function reviewLines({ width, height, cpuMs, longestTaskMs, previewMs }) {
  return table(
    'One step of a drag in the review, ms',
    ['still', 'the page’s main thread', 'longest task', 'until the core’s preview is seen'],
    [[`${width} × ${height}`, range(cpuMs), range(longestTaskMs), range(previewMs)]],
  );
}

function timingsLine({ name, timings }) {
  const parts = Object.entries(timings).map(([stage, ms]) => `${stage} ${range(ms)}`);
  return ['', `${name} on itself, ms: ${parts.join(', ')}.`];
}

function sizesTable(rows) {
  return table(
    'Download, KB',
    ['what', 'as packed', 'gzip -9', 'of it WASM', 'scripts minified, gzip -9'],
    rows.map(({ name, bytes, gzip, minifiedGzip, files }) => {
      const wasm = files.filter(({ path }) => path.endsWith('.wasm')).reduce((sum, file) => sum + file.gzip, 0);
      return [name, kilobytes(bytes), kilobytes(gzip), kilobytes(wasm), kilobytes(minifiedGzip)];
    }),
  );
}

/** @param {string} title @param {string[]} head @param {string[][]} rows */
function table(title, head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  // Numbers stand under each other; words, which have no digit, do not need to.
  const rule = head.map((_, i) => (i > 0 && rows.some((row) => /\d/.test(row[i])) ? '---:' : '---'));
  return ['', `**${title}**`, '', line(head), line(rule), ...rows.map(line)];
}

/** @param {Summary} ms */
function range({ median, min, max }) {
  const digits = median < 10 ? 2 : 1;
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** Of 1000 bytes. @param {number} bytes */
function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1);
}
