/** What is held before a camera, made by a seed: documents, cards, labels, plates and screens, flat and in good light. */
import { Dice } from '../js/dice.js';
import { KIND_NAMES, KINDS } from './pages.js';
import { code, el, escaped, makeLook, shape } from './parts.js';
import { digits, label, sentence, value } from './words.js';

/** @typedef {import('./pages.js').Build} Build */

/** @param {number} count @param {(i: number) => string} make */
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join('');

/** @type {Build} */
function card(dice, look) {
  const row = () =>
    el('div', 'margin:.5em 0', el('div', `font-size:.65em;color:${look.quiet}`, escaped(label(dice, look.script)))) +
    el('div', 'font-weight:700', escaped(value(dice)));
  const band = el(
    'div',
    `background:${look.accent};color:${look.onAccent};padding:.3em .6em;font-size:1.3em`,
    escaped(label(dice, look.script)),
  );
  const rows = el('div', '', times(dice.between(2, 4), row));
  return band + el('div', 'display:flex;gap:1.5em;padding:1em', shape(dice, look, dice.between(90, 180)) + rows);
}

/** @type {Build} */
function sticker(dice, look) {
  const row = () =>
    el(
      'div',
      'display:flex;justify-content:space-between;gap:1em',
      el('b', '', escaped(label(dice, 'latin'))) + el('span', "font-family:'DejaVu Sans Mono'", escaped(value(dice))),
    );
  const head = el('div', 'font-size:1.6em;font-weight:700', escaped(label(dice, look.script)));
  const small = el('div', 'font-size:.7em', escaped(sentence(dice, look.script, 5, 12)));
  return el(
    'div',
    'padding:1em',
    head +
      times(dice.between(2, 6), row) +
      el(
        'div',
        'display:flex;gap:1em',
        times(dice.between(1, 2), () => code(dice, 2)),
      ) +
      small,
  );
}

/** @type {Build} */
function plate(dice) {
  const capitals = (/** @type {number} */ count) =>
    times(count, () => dice.pick(Array.from('ABCDEFGHJKLMNPRSTUVWXYZ')));
  const text = `${capitals(dice.between(1, 3))} ${capitals(dice.between(1, 2))} ${digits(dice, dice.between(2, 4))}`;
  const [paper, ink] = dice.pick([
    ['#fff', '#111'],
    ['#ffd400', '#111'],
    ['#fff', '#0a3d91'],
    ['#111', '#eee'],
  ]);
  const strip = el('span', 'background:#039;color:#fff;font-size:28px;padding:60px 10px 6px', 'EU');
  return el(
    'div',
    `display:flex;align-items:stretch;height:100%;box-sizing:border-box;background:${paper};color:${ink};border:6px solid ${ink};border-radius:14px;overflow:hidden`,
    strip + el('b', 'margin:auto;font-size:96px;letter-spacing:.06em;white-space:nowrap', text),
  );
}

/** @type {Record<string, { width: number, height: number, sizes: number[], build?: Build }>} `build`: one of the pages' where there is none. */
const SHEETS = {
  document: { width: 900, height: 1200, sizes: [14, 16, 18, 20, 24] },
  card: { width: 856, height: 540, sizes: [24, 28, 32], build: card },
  label: { width: 800, height: 520, sizes: [18, 22, 26], build: sticker },
  plate: { width: 680, height: 150, sizes: [96], build: plate },
  screen: { width: 1280, height: 800, sizes: [14, 16, 18, 24] },
};
export const SHEET_NAMES = Object.freeze(Object.keys(SHEETS));

/** @param {number} seed @param {string[]} photographs @returns {import('./pages.js').Page} */
export function makeSheet(seed, photographs) {
  const dice = new Dice(seed);
  const kind = SHEET_NAMES[seed % SHEET_NAMES.length];
  const { width, height, sizes, build } = SHEETS[kind];
  const script = dice.random() < 0.7 ? 'latin' : dice.pick(['cyrillic', 'greek', 'arabic', 'devanagari', 'chinese']);
  const dark = kind === 'screen' && dice.random() < 0.4;
  const look = { ...makeLook(dice, /** @type {import('./words.js').Script} */ (script), dark), size: dice.pick(sizes) };
  if (kind === 'document') Object.assign(look, { paper: '#fff', ink: '#111' });
  const made = build ?? KINDS[dice.pick(kind === 'document' ? ['form', 'table', 'article'] : KIND_NAMES)];
  const paper = kind === 'label' ? dice.pick(['#fff', '#ffe', '#f0c419', '#d7d7d7']) : look.paper;
  const style = `margin:0;background:${paper};color:${look.ink};font:${look.size}px '${look.family}','Noto Sans SC','Noto Sans Devanagari','Noto Sans Arabic','DejaVu Sans';overflow:hidden;height:100vh;box-sizing:border-box;${build ? '' : 'padding:48px'}`;
  const html = `<body dir="${look.script === 'arabic' ? 'rtl' : 'ltr'}" style="${style}">${made(dice, look, photographs)}</body>`;
  return { html, kind, script: look.script, dark, size: look.size, width, height };
}
