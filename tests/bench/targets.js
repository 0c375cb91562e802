/** What this project promises itself, beside what was measured. A benchmark judges nobody: the exit code stays 0. */
import { spread } from './scaling.js';
import { medianRatio } from './statistics.js';

/**
 * @typedef {object} Target
 * @property {string} what
 * @property {'≤' | '≥'} relation
 * @property {number} limit
 * @property {string} unit
 * @property {number} digits That are shown.
 * @property {(results: object) => number} measure
 */

const [SIMD, CAPTURED, BASELINE] = ['caseframe, SIMD', 'caseframe, SIMD, in a capture', 'caseframe, baseline'];

/** @param {string} name @param {string} reference */
const ratio =
  (name, reference) =>
  ({ encoding }) => {
    const [a, b] = [name, reference].map((it) => encoding.find((row) => row.name === it).ms.samples);
    return medianRatio(a, b);
  };

/** @param {string} path */
const gzipKB =
  (path) =>
  ({ sizes }) =>
    sizes.flatMap(({ files }) => files).find((file) => file.path === path).gzip / 1000;

/** @param {string} name */
const captured = ({ capturing }, name) => capturing.rows.find((row) => row.name === name);

/** @type {Target[]} */
const TARGETS = [
  {
    what: 'encode in a capture ÷ `convertToBlob`, both in a worker',
    ...{ relation: '≤', limit: 0.45, unit: '', digits: 2 },
    measure: ratio(CAPTURED, 'OffscreenCanvas.convertToBlob'),
  },
  {
    what: 'encode in a capture ÷ native libjpeg-turbo',
    ...{ relation: '≤', limit: 1.35, unit: '', digits: 2 },
    measure: ratio(CAPTURED, 'libjpeg-turbo, native'),
  },
  {
    what: 'encode, SIMD ÷ baseline',
    ...{ relation: '≤', limit: 0.4, unit: '', digits: 2 },
    measure: ratio(SIMD, BASELINE),
  },
  {
    what: '@jsquash/jpeg, comparable options ÷ encode',
    ...{ relation: '≥', limit: 20, unit: '', digits: 1 },
    measure: ratio('@jsquash/jpeg, comparable options', SIMD),
  },
  {
    what: 'analysis',
    ...{ relation: '≤', limit: 1.5, unit: 'ms', digits: 2 },
    measure: ({ stages }) => stages.simd.analyze.median,
  },
  {
    what: 'pixelate of the whole frame',
    ...{ relation: '≤', limit: 4, unit: 'ms', digits: 2 },
    measure: ({ stages }) => stages.simd.pixelate.median,
  },
  {
    what: 'a pixel’s time from 720p to 4K, spread',
    ...{ relation: '≤', limit: 15, unit: '%', digits: 1 },
    measure: ({ scaling }) => spread(scaling, 'simd') * 100,
  },
  {
    what: 'SIMD module, gzip -9',
    ...{ relation: '≤', limit: 44, unit: 'KB', digits: 1 },
    measure: gzipKB('dist/wasm/caseframe.simd.wasm'),
  },
  {
    what: 'baseline module, gzip -9',
    ...{ relation: '≤', limit: 44, unit: 'KB', digits: 1 },
    measure: gzipKB('dist/wasm/caseframe.baseline.wasm'),
  },
  {
    what: 'text on a screen, SIMD',
    ...{ relation: '≤', limit: 6, unit: 'ms', digits: 2 },
    measure: ({ stages }) => stages.simd['text on a screen'].median,
  },
  {
    what: 'text on a screen, baseline',
    ...{ relation: '≤', limit: 25, unit: 'ms', digits: 1 },
    measure: ({ stages }) => stages.baseline['text on a screen'].median,
  },
  {
    what: 'sharpness of a decoder’s luma',
    ...{ relation: '≤', limit: 0.4, unit: 'ms', digits: 2 },
    measure: ({ stages }) => stages.simd['sharpness of luma'].median,
  },
  {
    what: '`ready()` from the HTTP cache',
    ...{ relation: '≤', limit: 60, unit: 'ms', digits: 0 },
    measure: ({ starting }) => starting[0].ms.median,
  },
  {
    what: 'the page’s thread in one capture',
    ...{ relation: '≤', limit: 1, unit: 'ms', digits: 2 },
    measure: (results) => captured(results, 'caseframe').netCpuMs.median,
  },
  {
    what: 'the page’s thread in one drag step of the review',
    ...{ relation: '≤', limit: 16, unit: 'ms', digits: 2 },
    measure: ({ reviewing }) => reviewing.cpuMs.median,
  },
  {
    what: 'drag step to the core’s preview',
    ...{ relation: '≤', limit: 50, unit: 'ms', digits: 1 },
    measure: ({ reviewing }) => reviewing.previewMs.median,
  },
  {
    what: 'click to Blob ÷ inline code',
    ...{ relation: '≤', limit: 1, unit: '', digits: 2 },
    measure: (results) => captured(results, 'caseframe').blobMs.median / captured(results, 'guide').blobMs.median,
  },
];

/** @typedef {Omit<Target, 'measure'> & { measured: number, holds: boolean }} Verdict */

/** @param {object} results @returns {Verdict[]} What cannot be measured does not hold. */
export function judge(results) {
  return TARGETS.map(({ measure, ...target }) => {
    const measured = measure(results);
    const holds = target.relation === '≤' ? measured <= target.limit : measured >= target.limit;
    return { ...target, measured, holds };
  });
}
