/**
 * What a value is, whichever realm made it: what another frame of the page made is no `instanceof` of this one's
 * classes. Methods that look at a value's inner nature tell in every realm; they throw where it is another.
 */

/** @param {unknown} value @returns {value is WebAssembly.Module} */
export function isWasmModule(value) {
  return succeeds(() => WebAssembly.Module.exports(/** @type {WebAssembly.Module} */ (value)));
}

/** @param {unknown} value @returns {value is Date} */
export function isDate(value) {
  return succeeds(() => Date.prototype.getTime.call(value));
}

const typedArrayTag = /** @type {PropertyDescriptor & { get: () => string | undefined }} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
).get;

/** @param {unknown} value @returns {value is Uint8Array | Uint8ClampedArray} */
export function isBytes(value) {
  const tag = typedArrayTag.call(value);
  return tag === 'Uint8Array' || tag === 'Uint8ClampedArray';
}

/** A URL's text, and that of a text; undefined of anything else. By name: not every URL class is the platform's. @param {unknown} value */
export function urlText(value) {
  if (typeof value === 'string') return value;
  try {
    return Object.prototype.toString.call(value) === '[object URL]' ? String(value) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {() => unknown} look */
function succeeds(look) {
  try {
    look();
    return true;
  } catch {
    return false;
  }
}
