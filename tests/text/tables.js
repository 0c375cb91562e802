/** The study's figures as tables, as docs/redaction.md shows them. */

/** @param {any[]} list @param {string} of @param {string} part In %. */
function share(list, of, part) {
  const sum = (/** @type {string} */ name) => list.reduce((total, one) => total + one[name], 0);
  return sum(of) === 0 ? '–' : ((100 * sum(part)) / sum(of)).toFixed(1);
}

/** @param {any[]} list @param {string} field @returns {[string, any[]][]} */
function by(list, field) {
  const names = [...new Set(list.map((one) => one[field]))].sort((a, b) => (a > b ? 1 : -1));
  return names.map((name) => [String(name), list.filter((one) => one[field] === name)]);
}

/** @param {string[]} heads @param {string[][]} rows */
const table = (heads, rows) =>
  [heads, heads.map((_, i) => (i ? '---:' : '---')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param {Record<string, any[]>} scores */
export function tables({ shares, camera, plain, plainAsScreen }) {
  const row = (/** @type {[string, any[]]} */ [name, list]) => {
    const tight = list.filter(({ open, glyphs }) => open <= 0.01 * glyphs);
    const read = list.filter(({ readable }) => readable);
    const clean = read.filter(({ readable }) => readable.length === 0);
    const none = list.filter(({ openWords }) => openWords.length === 0);
    const percent = (/** @type {any[]} */ part, /** @type {any[]} */ all) =>
      all.length ? `${((100 * part.length) / all.length).toFixed(0)}` : '–';
    return [
      name,
      share(list, 'glyphs', 'open'),
      percent(tight, list),
      percent(none, list),
      read.length ? `${percent(clean, read)} of ${read.length}` : '–',
      share(list, 'free', 'over'),
      share(list, 'area', 'over'),
      String(list.length),
    ];
  };
  const heads = [
    'shared pages',
    'glyph pixels open, %',
    'pages with at most 1 % open, %',
    'pages without a word that is mostly open, %',
    'pages without a word that OCR reads, %',
    'over-cover, % of what is not text',
    '… of the page',
    'pages',
  ];
  /** @type {[string, any[]][]} */
  const groups = [
    ['all', shares],
    ...by(shares, 'kind'),
    ...by(shares, 'script'),
    ...by(shares, 'bitrate').map(
      ([name, list]) => /** @type {[string, any[]]} */ ([`${Number(name) / 1000} kbit/s`, list]),
    ),
    ['dark', shares.filter(({ dark }) => dark)],
    ['below 10 px', shares.filter(({ size }) => size < 10)],
    ['28 px and more', shares.filter(({ size }) => size >= 28)],
  ];
  const seen = (/** @type {[string, any[]]} */ [name, list]) => [
    name,
    share(list, 'lines', 'found'),
    String(list.reduce((sum, one) => sum + one.lines, 0)),
    String(list.length),
  ];
  /** @type {[string, any[]][]} */
  const cameras = [
    ['all', camera],
    ...by(camera, 'kind'),
    ...by(camera, 'defocus').map(
      ([name, list]) => /** @type {[string, any[]]} */ ([`out of focus by ${name} px`, list]),
    ),
    ...by(camera, 'light').map(([name, list]) => /** @type {[string, any[]]} */ ([`light × ${name}`, list])),
  ];
  const over = [
    ['all', plain, plainAsScreen],
    ...by(plain, 'kind').map(([name, list]) => [name, list, plainAsScreen.filter(({ kind }) => kind === name)]),
  ];
  const counts = `${shares.length} pages, ${camera.length} camera pictures, ${plain.length} without text`;
  return [
    `${new Date().toISOString().slice(0, 10)}: ${counts}.`,
    table(heads, groups.filter(([, list]) => list.length).map(row)),
    table(['camera pictures', 'lines and codes found, %', 'lines', 'pictures'], cameras.map(seen)),
    table(
      ['pictures without text', 'covered as camera, %', 'covered as screen, %', 'pictures'],
      over.map(([name, a, b]) => [
        String(name),
        share(/** @type {any[]} */ (a), 'area', 'over'),
        share(/** @type {any[]} */ (b), 'area', 'over'),
        String(a.length),
      ]),
    ),
  ].join('\n\n');
}
