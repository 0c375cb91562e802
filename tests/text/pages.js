/** Pages as people share them, made by a seed: the same seed gives the same page. Text that is cut off, overlaps or sticks out happens, as in life. */
import { Dice } from '../js/dice.js';
import { COLOURS, code, el, escaped, makeLook, px, shape } from './parts.js';
import { digits, label, SCRIPT_NAMES, sentence, value, words } from './words.js';

/** @typedef {import('./parts.js').Look} Look */
/** @typedef {(dice: Dice, look: Look, photographs: string[]) => string} Build */

/** @param {number} count @param {(i: number) => string} make */
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join('');

/** @param {Look} look @param {number} factor @param {string} [more] */
const type = (look, factor, more = '') => `font-size:${px(look, factor)}px;${more}`;

/** @type {Build} */
function form(dice, look) {
  const box = `box-sizing:border-box;width:100%;font:inherit;padding:.4em .6em;color:${look.ink};background:${look.raised};border:1px solid ${look.line};border-radius:${dice.between(0, 6)}px`;
  const field = () => {
    const filled = dice.random() < 0.7;
    const text = filled ? `value="${escaped(value(dice))}"` : `placeholder="${escaped(words(dice, look.script, 2))}"`;
    const kind = dice.between(0, 9);
    const input =
      kind === 0
        ? `<select style="${box}"><option>${escaped(label(dice, look.script))}</option></select>`
        : kind === 1
          ? `<textarea rows="3" style="${box}">${escaped(sentence(dice, look.script, 5, 14))}</textarea>`
          : kind === 2
            ? el('label', '', `<input type="checkbox" checked> ${escaped(sentence(dice, look.script, 3, 6))}`)
            : `<input ${text} style="${box}">`;
    return el(
      'div',
      'margin:.7em 0',
      el('div', `${type(look, dice.pick([0.85, 1]))}color:${look.quiet}`, escaped(label(dice, look.script))) + input,
    );
  };
  const columns = dice.between(1, 3);
  const button = el(
    'button',
    `font:inherit;padding:.6em 1.4em;border:0;border-radius:6px;background:${look.accent};color:${look.onAccent}`,
    escaped(label(dice, look.script)),
  );
  return (
    el('h1', type(look, 1.8), escaped(label(dice, look.script))) +
    el(
      'div',
      `display:grid;gap:0 2em;grid-template-columns:repeat(${columns},1fr)`,
      times(columns * dice.between(4, 9), field),
    ) +
    button
  );
}

/** @type {Build} */
function table(dice, look) {
  const columns = dice.between(4, 9);
  const lines = dice.pick(['', `border-bottom:1px solid ${look.line};`, `border:1px solid ${look.line};`]);
  const pad = `padding:${dice.pick(['.15em .4em', '.4em .8em', '.7em 1em'])};`;
  const stripe = dice.random() < 0.5 ? look.raised : 'none';
  const cell = () => {
    if (dice.random() < 0.12) {
      const [paper, ink] = dice.pick(COLOURS);
      return el(
        'td',
        lines + pad,
        el(
          'span',
          `background:${paper};color:${ink};padding:.1em .6em;border-radius:1em`,
          escaped(words(dice, look.script, 1)),
        ),
      );
    }
    if (dice.random() < 0.05) return el('td', lines + pad, shape(dice, look, px(look, 1)));
    return el(
      'td',
      `${lines}${pad}white-space:nowrap`,
      escaped(dice.random() < 0.5 ? value(dice) : words(dice, look.script, 2)),
    );
  };
  const head = times(columns, () =>
    el('th', `${lines}${pad}text-align:start;color:${look.quiet}`, escaped(label(dice, look.script))),
  );
  const rows = times(dice.between(10, 45), (i) => el('tr', i % 2 ? `background:${stripe}` : '', times(columns, cell)));
  return el('table', `border-collapse:collapse;min-width:${dice.pick(['60', '100'])}%`, el('tr', '', head) + rows);
}

/** @type {Build} */
function chat(dice, look) {
  const bubble = () => {
    const own = dice.random() < 0.5;
    const [paper, ink] = own ? [look.accent, look.onAccent] : [look.raised, look.ink];
    const text = escaped(dice.random() < 0.25 ? value(dice) : sentence(dice, look.script, 2, 22));
    const time = el('div', `${type(look, 0.7)}opacity:.7`, `${dice.between(0, 23)}:${digits(dice, 2)}`);
    const body = el(
      'div',
      `max-width:60%;background:${paper};color:${ink};padding:.5em .9em;border-radius:1em`,
      text + time,
    );
    return el(
      'div',
      `display:flex;gap:.6em;margin:.5em 0;${own ? 'flex-direction:row-reverse' : ''}`,
      shape(dice, look, px(look, 2)) + body,
    );
  };
  return times(dice.between(6, 22), bubble);
}

const SYNTAX = ['#c678dd', '#61afef', '#98c379', '#e06c75', '#d19a66', '#56b6c2', '#5c6370'];
const SYNTAX_DARK_INK = ['#a626a4', '#0550ae', '#116329', '#cf222e', '#953800', '#1b7c83', '#6e7781'];

/** @type {Build} */
function source(dice, look) {
  const colours = look.dark ? SYNTAX : SYNTAX_DARK_INK;
  const token = () => {
    const text = dice.pick([
      () => words(dice, 'latin', 1),
      () => `${words(dice, 'latin', 1)}(${words(dice, 'latin', 1)}, ${digits(dice, 2)})`,
      () => `'${words(dice, look.script, 2)}'`,
      () => dice.pick(['const', 'return', 'if (', '=>', '!==', '} else {', '// ', 'await', '&&', 'null;']),
      () => value(dice),
    ])();
    return el('span', `color:${dice.pick(colours)}`, escaped(text));
  };
  const row = (/** @type {number} */ i) => {
    if (dice.random() < 0.12) return '<div>&nbsp;</div>';
    const number = el(
      'span',
      `color:${look.faint};display:inline-block;width:3em;text-align:right;margin-right:1.5em`,
      String(i + 1),
    );
    const indent = el('span', `display:inline-block;width:${2 * dice.between(0, 4)}ch`);
    return el('div', 'white-space:pre', number + indent + times(dice.between(1, 7), () => `${token()} `));
  };
  return el(
    'div',
    "font-family:'DejaVu Sans Mono','Noto Sans SC','Noto Sans Devanagari','Noto Sans Arabic';line-height:1.45",
    times(60, row),
  );
}

/** @type {Build} */
function map(dice, look) {
  const [land, water, road, park] = look.dark
    ? ['#242f3e', '#17263c', '#38414e', '#263c3f']
    : ['#f2efe9', '#aad3df', '#ffffff', '#c8e6c0'];
  const point = () => `${dice.between(-100, 2000)},${dice.between(-100, 1200)}`;
  const areas = times(
    8,
    () => `<polygon points="${point()} ${point()} ${point()}" fill="${dice.pick([water, park, look.raised])}"/>`,
  );
  const roads = times(
    14,
    () =>
      `<path d="M${point()} Q${point()} ${point()}" fill="none" stroke="${dice.random() < 0.2 ? '#fcd6a4' : road}" stroke-width="${dice.between(3, 18)}"/>`,
  );
  const labels = times(dice.between(20, 70), () => {
    const [x, y] = [dice.between(0, 1800), dice.between(20, 1060)];
    const turn = dice.random() < 0.35 ? ` transform="rotate(${dice.between(-60, 60)} ${x} ${y})"` : '';
    const halo = dice.random() < 0.5 ? `stroke="${land}" stroke-width="3" paint-order="stroke"` : '';
    const style = `font-size="${px(look, dice.pick([0.8, 1, 1, 1.4]))}" fill="${dice.pick([look.ink, look.quiet, '#b3261e', '#1a5fb4'])}" ${halo}`;
    return `<text x="${x}" y="${y}" ${style}${turn}>${escaped(dice.random() < 0.2 ? digits(dice, 2) : label(dice, look.script))}</text>`;
  });
  return `<svg style="position:absolute;inset:0;width:100%;height:100%;background:${land}">${areas}${roads}${labels}</svg>`;
}

/** @type {Build} */
function board(dice, look) {
  const card = () => {
    const isFilled = dice.random() < 0.4;
    const [paper, ink] = isFilled ? dice.pick(COLOURS) : [look.raised, look.ink];
    const big = el(
      'div',
      `font-size:${dice.pick([24, 32, 40, 48])}px;font-weight:${dice.pick([300, 400, 700])}`,
      escaped(dice.random() < 0.5 ? digits(dice, dice.between(1, 5)) : value(dice)),
    );
    const small = el('div', type(look, 0.85), escaped(sentence(dice, look.script, 2, 8)));
    return el(
      'div',
      `background:${paper};color:${ink};padding:1.2em;border-radius:${dice.between(0, 14)}px;overflow:hidden`,
      el('div', '', escaped(label(dice, look.script))) +
        big +
        small +
        (dice.random() < 0.5 ? shape(dice, look, dice.between(40, 160)) : ''),
    );
  };
  return el(
    'div',
    `display:grid;gap:1em;grid-template-columns:repeat(${dice.between(2, 5)},1fr)`,
    times(dice.between(6, 16), card),
  );
}

/** @type {Build} */
function photo(dice, look, photographs) {
  const text = () => {
    const [left, top] = [dice.between(0, 75), dice.between(0, 90)];
    const plate = dice.random() < 0.25 ? `background:rgba(0,0,0,.5);padding:.3em .6em;` : '';
    const shadow = dice.random() < 0.4 ? 'text-shadow:0 1px 3px #000;' : '';
    const ink = plate || dice.random() < 0.7 ? '#fff' : dice.pick(['#000', '#ffeb3b', '#00e5ff']);
    const size = px(look, dice.pick([1, 1, 1.5, 2.2]));
    return el(
      'div',
      `position:absolute;left:${left}%;top:${top}%;max-width:40%;font-size:${size}px;color:${ink};${plate}${shadow}font-weight:${dice.pick([400, 700])}`,
      escaped(dice.random() < 0.4 ? value(dice) : sentence(dice, look.script, 1, 9)),
    );
  };
  const pictures = times(
    dice.pick([1, 4]),
    () => `<img src="${dice.pick(photographs)}" style="object-fit:cover;width:100%;height:100%;display:block">`,
  );
  const columns = pictures.split('<img').length > 2 ? '1fr 1fr/1fr 1fr' : '1fr/1fr';
  return (
    el('div', `position:absolute;inset:0;display:grid;grid-template:${columns}`, pictures) +
    times(dice.between(4, 14), text)
  );
}

/** @type {Build} */
function article(dice, look) {
  const paragraph = () =>
    el('p', 'line-height:1.5', escaped(times(dice.between(2, 6), () => `${sentence(dice, look.script, 5, 16)} `)));
  const part = () =>
    el('h2', type(look, 1.4), escaped(label(dice, look.script))) + times(dice.between(1, 3), paragraph);
  return el(
    'div',
    `columns:${dice.between(1, 3)};column-gap:3em`,
    el('h1', type(look, 2.2), escaped(label(dice, look.script))) + times(dice.between(2, 6), part),
  );
}

/** @type {Build} */
function codes(dice, look) {
  const item = () =>
    el(
      'div',
      'display:flex;gap:1em;align-items:center',
      code(dice, dice.between(1, 4)) +
        el('div', '', escaped(label(dice, look.script)) + el('div', `color:${look.quiet}`, escaped(value(dice)))),
    );
  return el('div', 'display:flex;flex-wrap:wrap;gap:2em', times(dice.between(3, 12), item));
}

/** @type {Readonly<Record<string, Build>>} */
export const KINDS = Object.freeze({ form, table, chat, source, map, board, photo, article, codes });
export const KIND_NAMES = Object.freeze(Object.keys(KINDS));

/** Of the pictures that are sent. */
const SIZES = [
  [1920, 1080],
  [1920, 1080],
  [1366, 768],
  [1280, 720],
  [1600, 900],
];

/**
 * @typedef {object} Page
 * @property {string} html
 * @property {string} kind
 * @property {import('./words.js').Script} script
 * @property {boolean} dark
 * @property {number} size Of most text, in px.
 * @property {number} width
 * @property {number} height
 */

/** @param {number} seed @param {string[]} photographs Addresses. @returns {Page} */
export function makePage(seed, photographs) {
  const dice = new Dice(seed);
  const kind = KIND_NAMES[seed % KIND_NAMES.length];
  const script = dice.random() < 0.5 ? 'latin' : dice.pick(SCRIPT_NAMES);
  const dark = dice.random() < 0.4;
  const [width, height] = dice.pick(SIZES);
  const look = makeLook(dice, script, dark);
  const content = KINDS[kind](dice, look, photographs);
  const direction = script === 'arabic' || script === 'hebrew' ? 'rtl' : 'ltr';
  const body = `margin:0;padding:${dice.between(4, 40)}px;background:${look.paper};color:${look.ink};font:${look.size}px '${look.family}','Noto Sans SC','Noto Sans Devanagari','Noto Sans Arabic','DejaVu Sans';overflow:hidden;height:100vh;box-sizing:border-box`;
  const html = `<body dir="${direction}" style="${body}">${content}</body>`;
  return { html, kind, script, dark, size: look.size, width, height };
}
