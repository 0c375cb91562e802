/**
 * Reads what a caller gave: each field once, so that what is checked is what is used, into plain objects that can be
 * posted to a worker. `undefined` is "not given" everywhere. A field that cannot be read (a getter that throws) is an
 * `invalid-argument` with the cause.
 */
import { CaptureError, invalidArgument, misnamed } from '../errors.js';

/** @param {unknown} value @returns {value is object} */
export function isObject(value) {
  return typeof value === 'object' && value !== null;
}

/**
 * The named fields that are given. Others are let pass, as the platform's own options do: regions come from detectors, with
 * scores and labels. One that looks like a named one is refused, and so is a list: of regions, where options belong, it
 * would cover nothing.
 * @template {object} T
 * @param {T} object
 * @param {readonly (keyof T & string)[]} names
 * @param {string} [path] Where the object stands, in errors: `redact[0].`
 * @param {string} [what] What it is called there.
 * @returns {Partial<T>}
 */
export function readFields(object, names, path = '', what = path.slice(0, -1) || 'options') {
  if (!isObject(object) || attempt(what, () => Symbol.iterator in object)) {
    throw invalidArgument(what, 'an object', object);
  }
  /** @type {Partial<T>} */
  const fields = {};
  for (const name of names) {
    const value = attempt(path + name, () => object[name]);
    if (value !== undefined) fields[name] = value;
  }
  const error = attempt(what, () => misnamed(object, names, path));
  if (error) throw error;
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
  const count = attempt(`${name}.length`, () => array.length);
  // A proxy says what it likes, and what is no length is not none.
  if (!Number.isInteger(count) || count < 0) {
    throw invalidArgument(`${name}.length`, 'an integer of at least 0', count);
  }
  if (count > most) throw invalidArgument(`${name}.length`, `at most ${most}`, count, { count });
  return Array.from({ length: count }, (_, i) => {
    const element = attempt(`${name}[${i}]`, () => array[i]);
    return parse(element, i);
  });
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
