/** What pages are made of: themes, fonts, escaped text, codes, shapes without text. */
import bwip from 'bwip-js/node';
import { digits } from './words.js';

/** @typedef {import('../js/dice.js').Dice} Dice */

/**
 * @typedef {object} Look
 * @property {import('./words.js').Script} script
 * @property {boolean} dark
 * @property {number} size Of most text, in px.
 * @property {string} family
 * @property {string} paper
 * @property {string} ink
 * @property {string} quiet Ink of what is less important.
 * @property {string} faint Of placeholders.
 * @property {string} line
 * @property {string} raised Ground of cards.
 * @property {string} accent
 * @property {string} onAccent
 */

const LIGHT = [
  { paper: '#ffffff', ink: '#1a1a1a', quiet: '#5f6368', faint: '#9aa0a6', line: '#dadce0', raised: '#f8f9fa' },
  { paper: '#f3f2ef', ink: '#333333', quiet: '#767676', faint: '#a8a8a8', line: '#d0cec8', raised: '#ffffff' },
  { paper: '#eef3fb', ink: '#12233d', quiet: '#51637f', faint: '#93a2b8', line: '#c5d3e8', raised: '#ffffff' },
  { paper: '#fdf6e3', ink: '#586e75', quiet: '#839496', faint: '#b3b9b0', line: '#e6dfc8', raised: '#fffaf0' },
];
const DARK = [
  { paper: '#121212', ink: '#e3e3e3', quiet: '#9e9e9e', faint: '#6b6b6b', line: '#333333', raised: '#1e1e1e' },
  { paper: '#0d1117', ink: '#c9d1d9', quiet: '#8b949e', faint: '#545d68', line: '#30363d', raised: '#161b22' },
  { paper: '#002b36', ink: '#93a1a1', quiet: '#657b83', faint: '#45616a', line: '#0d4250', raised: '#073642' },
];
/** Grounds with the ink that belongs on them. */
export const COLOURS = Object.freeze([
  ['#1a73e8', '#ffffff'],
  ['#b3261e', '#ffffff'],
  ['#188038', '#ffffff'],
  ['#f9ab00', '#202124'],
  ['#6750a4', '#ffffff'],
  ['#fce8e6', '#a50e0e'],
  ['#e6f4ea', '#137333'],
  ['#00695c', '#b2dfdb'],
  ['#37474f', '#eceff1'],
]);

/** By script: what sets it, and what sets the digits and names beside it. */
const FAMILIES = {
  latin: ['DejaVu Sans', 'DejaVu Serif', 'DejaVu Sans Condensed', 'DejaVu Sans Mono', 'Noto Sans SC'],
  arabic: ['Noto Sans Arabic', 'DejaVu Sans'],
  devanagari: ['Noto Sans Devanagari'],
  chinese: ['Noto Sans SC'],
};

/** Sizes of most text: small ones are the most frequent, 8 to 48 px in all. */
const SIZES = [8, 9, 10, 11, 12, 12, 13, 13, 14, 14, 15, 16, 16, 18, 20, 24, 28, 32, 40, 48];

/** @param {Dice} dice @param {import('./words.js').Script} script @param {boolean} dark @returns {Look} */
export function makeLook(dice, script, dark) {
  const [accent, onAccent] = dice.pick(COLOURS);
  const family = dice.pick(FAMILIES[script] ?? ['DejaVu Sans', 'DejaVu Serif']);
  return { script, dark, size: dice.pick(SIZES), family, accent, onAccent, ...dice.pick(dark ? DARK : LIGHT) };
}

/** @param {Look} look @param {number} factor Of the page's size; 8 to 48 px come out. */
export const px = (look, factor) => Math.min(48, Math.max(8, Math.round(look.size * factor)));

/** @param {string} text */
export const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** @param {string} name @param {string} style @param {string} content Markup. */
export const el = (name, style, content = '') => `<${name} style="${style}">${content}</${name}>`;

const CODES = ['qrcode', 'qrcode', 'datamatrix', 'azteccode', 'pdf417', 'code128', 'ean13', 'code39'];

/** A code as a picture of its own. @param {Dice} dice @param {number} scale Pixels of a module. */
export function code(dice, scale, type = dice.pick(CODES)) {
  const text = digits(dice, type === 'ean13' ? 12 : dice.between(8, 24));
  const isFlat = ['code128', 'ean13', 'code39'].includes(type);
  const svg = bwip.toSVG({ bcid: type, text, scale, ...(isFlat ? { height: 12 } : {}) });
  const [, , width, height] = /viewBox="(\d+) (\d+) (\d+) (\d+)"/.exec(svg).slice(1).map(Number);
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  const frame = `padding:${4 * scale}px;background:#fff;width:${width}px;height:${height}px;flex:none;box-sizing:content-box`;
  return `<div style="${frame}"><img data-code="${type}" src="${source}" width="${width}" height="${height}" style="display:block"></div>`;
}

/** A picture that is no text: an icon, a face, a chart. @param {Dice} dice @param {Look} look @param {number} size */
export function shape(dice, look, size) {
  const [colour] = dice.pick(COLOURS);
  const round = dice.pick(['50%', '4px', '0', '30%']);
  if (dice.random() < 0.3) {
    const bars = Array.from({ length: 6 }, () => {
      return el('i', `flex:1;background:${colour};height:${dice.between(10, 100)}%`);
    });
    return el(
      'span',
      `display:inline-flex;gap:2px;align-items:flex-end;flex:none;width:${size}px;height:${size}px`,
      bars.join(''),
    );
  }
  const ring = dice.random() < 0.3 ? `border:2px solid ${look.line};background:none` : `background:${colour}`;
  return el(
    'span',
    `display:inline-block;flex:none;box-sizing:border-box;width:${size}px;height:${size}px;border-radius:${round};${ring}`,
  );
}
