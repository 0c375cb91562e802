/** The results as Markdown. */

/** @typedef {import('./statistics.js').Summary} Summary */

/** @param {object} results As run.mjs writes them. */
export function toMarkdown({ machine, plan, frames, capturing, sizes }) {
  return [
    `${machine.browser}, ${machine.cpu} × ${machine.cores}, ${machine.system}, load before ${machine.loadBefore.toFixed(1)}.`,
    `Median (min–max) of ${plan.rounds} rounds in which everyone ran once, after ${plan.warmUp} to warm up.`,
    ...frames.flatMap(encodingTable),
    ...frames.flatMap(stagesTable),
    ...capturingTable(capturing, plan.call),
    ...sizesTable(sizes),
  ].join('\n');
}

function encodingTable({ width, height, encoding }) {
  const rows = [...encoding].sort((a, b) => a.ms.median - b.ms.median);
  return table(
    `RGBA to JPEG, ${width} × ${height}, quality 90`,
    ['encoder', 'where', 'ms', '× convertToBlob', 'first run, ms', 'KB', 'sampling', 'PSNR, dB'],
    rows.map(({ name, where, ms, ratio, firstMs, bytes, subsampling, psnr }) => [
      name,
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

function stagesTable({ width, height, stages }) {
  const names = Object.keys(stages);
  const tasks = Object.keys(stages[names[0]]);
  return table(
    `The engine's stages, ${width} × ${height}, ms (redactions: a quarter of the frame)`,
    ['stage', ...names],
    tasks.map((task) => [task, ...names.map((name) => (stages[name][task] ? range(stages[name][task]) : ''))]),
  );
}

function capturingTable({ width, height, frameRate, rows }, { rounds }) {
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
  return ['', `**${title}**`, '', line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)];
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
