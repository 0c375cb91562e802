/**
 * Reads what a caller gave: each field once, so that what is checked is what is used, into plain objects that can be
 * posted to a worker. `undefined` is "not given" everywhere. A field that cannot be read (a getter that throws) is an
 * `invalid-argument` with the cause.
 */
import { CaptureError, invalidArgument } from '../errors.js';

/** @param {unknown} value @returns {value is object} */
export function isObject(value) {
  return typeof value === 'object' && value !== null;
}

/**
 * The named fields that are given.
 * @template {object} T
 * @param {T} object
 * @param {readonly (keyof T & string)[]} names
 * @param {string} [path] Where the object stands, in errors: `redact[0].`
 * @returns {Partial<T>}
 */
export function readFields(object, names, path = '') {
  /** @type {Partial<T>} */
  const fields = {};
  for (const name of names) {
    const value = attempt(path + name, () => object[name]);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

/**
 * @template T
 * @param {unknown} list
 * @param {string} name
 * @param {{ expected: string, most?: number }} rule `most` elements.
 * @param {(element: unknown, index: number) => T} parse
 * @returns {T[]}
 */
export function readList(list, name, { expected, most = 1000 }, parse) {
  if (!attempt(name, () => Array.isArray(list))) throw invalidArgument(name, expected, list);
  const array = /** @type {unknown[]} */ (list);
  const { length: count } = readFields(array, ['length'], `${name}.`);
  // A proxy says what it likes, and what is no length is not none.
  if (!Number.isInteger(count) || /** @type {number} */ (count) < 0) {
    throw invalidArgument(`${name}.length`, 'an integer of at least 0', count);
  }
  if (/** @type {number} */ (count) > most)
    throw invalidArgument(`${name}.length`, `at most ${most}`, count, { count });
  return Array.from({ length: count }, (_, i) => {
    const element = attempt(`${name}[${i}]`, () => array[i]);
    return parse(element, i);
  });
}

/** Other words for what decides over what is covered, and how. @type {ReadonlyMap<string, string>} */
const OTHER_WORDS = new Map([
  ['redaction', 'redact'],
  ['redactions', 'redact'],
  ['region', 'redact'],
  ['regions', 'redact'],
  ['colour', 'color'],
  ['units', 'unit'],
  // What covers something in other calls alone.
  ['detect', 'redact'],
  ['replaceredact', 'redact'],
]);

/**
 * Refuses an unknown field whose name differs from a known one in upper and lower case only, or is another word for it.
 * Other unknown fields are let pass, as the platform's own options do: regions come from detectors, with scores and
 * labels. But `regions: […]` passed over in silence would leave open what was to be covered, and `Mode: 'fill'` would be
 * a mosaic.
 * @param {object} object
 * @param {readonly string[]} names
 * @param {string} [path]
 */
export function refuseLookalikes(object, names, path = '') {
  for (const key of attempt(path || 'options', () => Object.keys(object))) {
    if (names.includes(key)) continue;
    const lower = key.toLowerCase();
    const meant = names.find((name) => name.toLowerCase() === lower || name === OTHER_WORDS.get(lower));
    if (meant === undefined) continue;
    const value = attempt(path + key, () => /** @type {Record<string, unknown>} */ (object)[key]);
    if (value !== undefined) throw invalidArgument(path + key, `nothing (did you mean ${meant}?)`, value);
  }
}

/**
 * @template T
 * @param {string} name
 * @param {() => T} read
 */
function attempt(name, read) {
  try {
    return read();
  } catch (cause) {
    throw new CaptureError('invalid-argument', `Reading ${name} failed`, { cause, details: { name } });
  }
}
