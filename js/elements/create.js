/** DOM without HTML in strings: Trusted Types and the strictest policy let it pass. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Partial<Omit<HTMLElementTagNameMap[K], 'part'>> & { part?: string }} [properties] `part`, `className`, `hidden`
 *   and so on; set as properties.
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function create(name, { part, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  if (part) made.setAttribute('part', part);
  made.append(...children);
  return made;
}

/**
 * Sets or removes.
 * @param {Element} element @param {string} name @param {string | boolean | null | undefined} value `true` is the empty
 *   string; null, undefined and false remove it.
 */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? '' : value)) {
    element.setAttribute(name, value === true ? '' : value);
  }
}

/** Sets a text only where it differs: a live region speaks at every change. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
