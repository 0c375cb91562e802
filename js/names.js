/**
 * Names that look like one that is known: of options, and of what options hold. What a page hands over may have fields of
 * its own, and those of versions to come; but `Redact`, `redacted` or `masks` passed over in silence would leave open what
 * was to be covered, and `encrypted` would leave it readable on the disk.
 */

/** Other words for an option, its words parted by `_`. @type {Record<string, RegExp>} */
const OTHER_WORDS = {
  redact: /redact|detect|^x$|(^|_)(region|area|mask|blur|pixelat|censor|obscur|hid|cover|box|rect|anonym)/,
  mode: /^(blur|pixelat|fill|style)/,
  color: /^colour/,
  unit: /^(normali|relative|percent)/,
  beforeCapture: /before_c|^consent/,
  signal: /signal|^abort/,
  interactionId: /^conversation/,
  encrypt: /encrypt/,
  credentials: /credential/,
};

/**
 * The first field that is no known one and looks like it.
 * @param {object} object
 * @param {readonly string[]} names
 * @returns {{ key: string, meant: string, value: unknown } | undefined}
 */
export function findLookalike(object, names) {
  for (const key in object) {
    const meant = names.includes(key) ? undefined : meantBy(key, names);
    const value = meant && /** @type {Record<string, unknown>} */ (object)[key];
    if (meant && value !== undefined) return { key, meant, value };
  }
  return undefined;
}

/** `weight` is no `height`: detectors call their scores so. @param {string} key @param {readonly string[]} names */
function meantBy(key, names) {
  const word = plain(key);
  const words = key.replace(/[a-z](?=[A-Z])/g, '$&_').toLowerCase();
  return (
    names.find((name) => plain(name) === word) ||
    names.find((name) => (word !== 'weight' && isSlip(word, plain(name))) || OTHER_WORDS[name]?.test(words))
  );
}

/** @param {string} name */
const plain = (name) => name.toLowerCase().replace(/[^a-z]/g, '');

/**
 * Whether one begins with the other, or they differ by one letter, or by two that changed places. A short name begins
 * alike: `code` is no slip for `mode`.
 * @param {string} word @param {string} name Another one.
 */
function isSlip(word, name) {
  let same = 0;
  while (word[same] === name[same]) same++;
  const [a, b] = [word.slice(same), name.slice(same)];
  if (same > 4 && !(a && b)) return true;
  if (a[1] + a[0] + a.slice(2) === b) return true;
  const isClose = [a.slice(1), a].includes(b.slice(1)) || a.slice(1) === b;
  return isClose && name.length > 3 && (same > 0 || name.length > 5);
}
