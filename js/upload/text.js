/**
 * What a failure says of itself, whatever the page has thrown: an object without a prototype has no text.
 * @param {unknown} value
 */
export function textOf(value) {
  try {
    return String(value);
  } catch {
    return 'It has no text';
  }
}
