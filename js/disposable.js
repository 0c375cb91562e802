/** What `using` ends: its method goes by `Symbol.dispose`, which platforms have had since 2025 (Chrome 134, Node 24). */

/** @typedef {{ [Symbol.dispose]: () => void }} Disposes */

/**
 * @template {object} T
 * @param {T} object
 * @param {() => void} end
 * @returns {T & Disposes} The same object. Without the method where the platform has no name for it.
 */
export function disposable(object, end) {
  // Not enumerable: a copy by a spread is not what has to be ended.
  if (Symbol.dispose) Object.defineProperty(object, Symbol.dispose, { value: end });
  return /** @type {T & Disposes} */ (object);
}
