/** What a mutation of C++ is: one token of one line, changed into one that compiles and means something else. */

/**
 * @typedef {object} Mutation
 * @property {string} file @property {number} line From 1. @property {string} before The line. @property {string} after
 */

/** Each token, and what it becomes. Comparisons at their border, arithmetic, logic. */
const SWAPS = new Map([
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
  ['==', '!='],
  ['!=', '=='],
  ['+', '-'],
  ['-', '+'],
  ['*', '/'],
  ['/', '*'],
  ['%', '*'],
  ['&&', '||'],
  ['||', '&&'],
  ['&', '|'],
  ['|', '&'],
  ['^', '|'],
  ['std::min', 'std::max'],
  ['std::max', 'std::min'],
]);

/** Operators between blanks (a template's brackets have none), and numbers that stand for themselves. */
const OPERATOR = /(?<= )(<=|>=|==|!=|&&|\|\||[<>+\-*/%&|^])(?= )|std::(?:min|max)(?=\()/g;
const NUMBER = /(?<![\w.'])(0x[0-9A-Fa-f]+|\d+(?:\.\d+)?)(?=[uUfF]?\b)(?![\w.]*')/g;

/** Lines that say nothing a test could see: comments, includes, static checks, messages. */
const SILENT = /^\s*(\/\/|#|static_assert|namespace|using|template|return Error|class |enum |extern )/;

/** @param {string} code @returns {string} A line without its comment and its texts: nothing in them is mutated. */
function blanked(code) {
  return code
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'/g, (text) => ' '.repeat(text.length))
    .replace(/\/\/.*$/, (text) => ' '.repeat(text.length));
}

/** A number a little off, and one far off. @param {string} number */
function otherNumbers(number) {
  const value = Number(number);
  if (number.includes('.')) return [(value * 1.25).toString(), (value * 0.8).toString()].filter((n) => n.includes('.'));
  if (number.startsWith('0x')) return [`0x${(value ^ 1).toString(16)}`];
  return value === 0 ? ['1'] : [`${value + 1}`, `${value - 1}`];
}

/** @param {string} file @param {string} text @returns {Mutation[]} */
export function mutationsOf(file, text) {
  return text.split('\n').flatMap((before, index) => {
    if (SILENT.test(before)) return [];
    const code = blanked(before);
    /** @param {RegExpExecArray | RegExpMatchArray} match @param {string} token */
    const swapped = (match, token) => ({
      file,
      line: index + 1,
      before,
      after: before.slice(0, match.index) + token + before.slice(Number(match.index) + match[0].length),
    });
    return [
      ...Array.from(code.matchAll(OPERATOR), (match) => swapped(match, String(SWAPS.get(match[0])))),
      ...Array.from(code.matchAll(NUMBER)).flatMap((match) => otherNumbers(match[0]).map((n) => swapped(match, n))),
    ];
  });
}
