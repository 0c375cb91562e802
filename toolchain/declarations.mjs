// The public declarations, js/types/*.d.ts: what is in them has words. TypeScript 7 has no stable way to its syntax tree
// (`typescript/unstable`), so they are read by Vite's parser, which the tests have anyway.
import { readdir, readFile } from 'node:fs/promises';
import { parseAst } from 'vite';

/** What the words of a number have to name: its unit, its range, or what is counted. */
const MEASURE = /pixel|px\b|\bms\b|millisecond|bytes|levels|\d\.\.\d|number, from|how many|count|above 0|JPEG/i;

/**
 * @typedef {object} Declared
 * @property {string} name Of a member with its owner's: `Snapshot.id`.
 * @property {string} words The text before it that is its own; empty where there is none.
 * @property {boolean} isNumber
 * @property {boolean} isExported
 */

/**
 * Everything that a declaration file declares: names, and the members of interfaces and classes.
 * @param {string} text
 * @returns {Declared[]}
 */
export function declaredIn(text) {
  /** @type {Declared[]} */
  const found = [];

  /** @param {number} start */
  function wordsBefore(start) {
    const before = text.slice(0, start).trimEnd();
    if (!before.endsWith('*/')) return '';
    const comment = before.slice(before.lastIndexOf('/*'));
    return comment.startsWith('/**')
      ? comment
          .slice(3, -2)
          .replace(/^\s*\* ?/gm, '')
          .trim()
      : '';
  }

  /** @param {any[]} members @param {string} owner */
  function readMembers(members, owner) {
    for (const member of members) {
      const { key, start, typeAnnotation, kind, type } = member;
      const name = key ? (key.name ?? key.value) : type === 'TSIndexSignature' ? '[index]' : '()';
      const isConstructor = name === 'constructor' || kind === 'constructor';
      const isNumber = typeAnnotation?.typeAnnotation?.type === 'TSNumberKeyword';
      const fullName = `${owner}.${isConstructor ? 'constructor' : name}`;
      found.push({ name: fullName, words: wordsBefore(start), isNumber, isExported: false });
    }
  }

  /**
   * The words of a union's member stand before its `|`. Where one has some, all have to.
   * @param {any[]} members @param {string} owner
   */
  function readUnion(members, owner) {
    const read = members.map(({ start, end }) => ({
      name: `${owner} ${text.slice(start, end)}`,
      words: wordsBefore(text.slice(0, start).trimEnd().replace(/\|$/, '').length),
      isNumber: false,
      isExported: false,
    }));
    if (read.slice(1).some(({ words }) => words)) found.push(...read);
  }

  /** @param {any} node @param {number} start @param {boolean} isExported @param {boolean} isForeign */
  function read(node, start, isExported, isForeign) {
    const names =
      node.type === 'VariableDeclaration'
        ? node.declarations.map((/** @type {any} */ { id }) => id.name)
        : [node.id?.name];
    const words = wordsBefore(start);
    // What is added to somebody else's interface has words; that interface has its own.
    if (!isForeign) for (const name of names) found.push({ name, words, isNumber: false, isExported });
    const { type, types = [] } = node.typeAnnotation ?? {};
    if (type === 'TSUnionType') readUnion(types, names[0]);
    if (node.type === 'TSInterfaceDeclaration' || node.type === 'ClassDeclaration') {
      readMembers(node.body.body, names[0]);
    }
  }

  /** @param {any[]} statements @param {boolean} isForeign */
  function walk(statements, isForeign) {
    for (const statement of statements) {
      const { declaration, type, start } = statement;
      if (type === 'ExportNamedDeclaration' && declaration) read(declaration, start, true, isForeign);
      else if (type === 'TSModuleDeclaration' || type === 'TSGlobalDeclaration') walk(statement.body.body, true);
      else if (/Declaration$|^TSDeclareFunction$/.test(type) && !/^(Import|Export)/.test(type)) {
        read(statement, start, false, isForeign);
      }
    }
  }

  walk(/** @type {any} */ (parseAst(text, { lang: 'dts' })).body, false);
  return found;
}

/** @param {string} text @returns {string[]} What its author has left out, a sentence each. */
export function complaintsAbout(text) {
  return declaredIn(text).flatMap(({ name, words, isNumber }) => {
    if (!/\w{2}/.test(words)) return [`${name} has no words`];
    return isNumber && !MEASURE.test(words) ? [`${name} is a number, and nothing says of what`] : [];
  });
}

/** @param {URL} folder @throws Where something has no words: with a line for each. */
export async function checkDeclarations(folder) {
  const complaints = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.d.ts'))) {
    const text = await readFile(new URL(file, folder), 'utf8');
    complaints.push(...complaintsAbout(text).map((complaint) => `js/types/${file}: ${complaint}`));
  }
  if (complaints.length > 0) throw new Error(`Public declarations without words:\n${complaints.join('\n')}`);
}
