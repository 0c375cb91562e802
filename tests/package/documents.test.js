// The documents: each link leads somewhere, each command is one that there is, each list of names is the source's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { test } from 'node:test';
import { ENCODE_FIELDS } from '../../js/engine/options.js';
import { CAPTURE_ERROR_CODES, CaptureError } from '../../js/errors.js';
import { parseCaptureOptions } from '../../js/options.js';
import { version } from '../../js/version.js';
import { WAYS } from './bundlers/list.js';
import { readPages, toPage } from './documents.js';

const root = new URL('../../', import.meta.url);
const pages = await readPages();
const byPath = new Map(pages.map((page) => [page.path, page]));
const pageOf = (/** @type {string} */ path) => /** @type {import('./documents.js').Page} */ (byPath.get(path));
const exists = (/** @type {string} */ path) => existsSync(new URL(path, root));

/** @param {import('./documents.js').Page} page @returns {string[]} Links that lead nowhere. */
function brokenLinks({ path, links, anchors }) {
  return links
    .filter(({ target }) => {
      if (/^(https?|mailto):/.test(target)) return !URL.canParse(target);
      const [file, anchor] = target.split('#');
      const found = file ? posix.normalize(posix.join(posix.dirname(path), decodeURI(file))) : path;
      if (file && (found.startsWith('..') || !exists(found))) return true;
      return anchor !== undefined && !(file ? byPath.get(found)?.anchors : anchors)?.has(anchor);
    })
    .map(({ target, line }) => `${path}:${line} ${target}`);
}

/**
 * What a shell would not understand, and what it would not find: scripts of npm, files that node or bash are given.
 * @param {string} folder Where a reader types it, if not in the root. @param {string} code
 */
function wrongCommands(folder, code) {
  const complaints = [];
  try {
    execFileSync('bash', ['-n'], { input: code, stdio: ['pipe', 'ignore', 'pipe'] });
  } catch (error) {
    complaints.push(String(error));
  }
  const plain = code.replace(/\\\n/g, ' ').replace(/\s#.*$/gm, '');
  for (const [, name, workspace = '.'] of plain.matchAll(
    /\bnpm (?:run )?(test|start|(?<=run )[\w:-]+)(?:.* -w (\S+))?/g,
  )) {
    const { scripts } = JSON.parse(readFileSync(new URL(`${workspace}/package.json`, root), 'utf8'));
    if (!scripts[name]) complaints.push(`npm run ${name}`);
  }
  for (const [file] of plain.matchAll(
    /(?<![\w/@.-])(?:toolchain|tests|examples|js)\/[\w./*{},-]+|(?<=\bnode )\w[\w./-]+\.m?js/g,
  )) {
    if (/[*{]/.test(file)) continue;
    if (!exists(file) && !exists(posix.join(folder, file))) complaints.push(file);
  }
  return complaints;
}

test('each link and each anchor leads somewhere', () => {
  assert.ok(pages.length > 12 && pages.flatMap(({ links }) => links).length > 80, 'nothing was looked at');
  assert.deepEqual(pages.flatMap(brokenLinks), []);
});

test('and one that does not is told', () => {
  const page = toPage(
    'docs/x.md',
    '# A `b` (c)\n# A\n# A\n[1](#a-b-c) [2](#a-1) [3](#no) [4](../README.md#no) [5](none.md) [6](../../x) <img src="no.webp">',
  );
  assert.deepEqual(
    brokenLinks(page).map((broken) => broken.split(' ')[1]),
    ['#no', '../README.md#no', 'none.md', '../../x', 'no.webp'],
  );
});

test('what ships leads to what ships, but for what the README says only the repository has', async () => {
  const { files } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
  // npm takes the first three along by itself.
  const ships = (/** @type {string} */ path) =>
    ['README.md', 'LICENSE', 'package.json', ...files].some((file) => path === file || path.startsWith(`${file}/`));
  const shipped = pages.filter(({ path }) => ships(path));
  assert.ok(shipped.length > 12, 'nothing was looked at');
  const out = shipped.flatMap(({ path, links }) =>
    links
      .filter(({ target }) => !/^([a-z]+:|#)/.test(target))
      .map(({ target }) => posix.join(posix.dirname(path), target.replace(/#.*/, '')))
      .filter((target) => !ships(target) && !/^(examples\/|CONTRIBUTING\.md$)/.test(target))
      .map((target) => `${path}: ${target}`),
  );
  assert.deepEqual(out, []);
  // What the declarations name.
  const types = await readdir(new URL('js/types/', root));
  const texts = await Promise.all(types.map((name) => readFile(new URL(`js/types/${name}`, root), 'utf8')));
  const named = texts.flatMap((text) => Array.from(text.matchAll(/\b[\w/]+\.md\b/g), ([name]) => name));
  assert.ok(named.length > 0, 'nothing was looked at');
  assert.deepEqual(
    named.filter((name) => !ships(name) || !pages.some(({ path }) => path === name)),
    [],
  );
});

test('the import map of a page without a bundler has each entry that is a script', async () => {
  const { exports } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
  const { blocks } = pageOf('docs/integrating.md');
  const map = blocks.map(({ code }) => /<script type="importmap">([\s\S]*?)<\/script>/.exec(code)?.[1]).find(Boolean);
  const entries = Object.entries(exports).filter(([, { types, default: file }]) => types && /\.js$/.test(file));
  assert.deepEqual(
    JSON.parse(map ?? '').imports,
    Object.fromEntries(
      entries
        // Types alone.
        .filter(([name]) => name !== './element/react')
        .map(([name, { default: file }]) => [posix.join('caseframe', name), posix.join('/caseframe', file)]),
    ),
  );
});

test('each command is one that there is', () => {
  const shell = pages.flatMap(({ path, blocks }) =>
    blocks.filter(({ language }) => language === 'sh').map((block) => ({ path, ...block })),
  );
  assert.ok(shell.length > 5, 'nothing was looked at');
  const found = shell.flatMap(({ path, line, code }) =>
    wrongCommands(posix.dirname(path), code).map((wrong) => `${path}:${line} ${wrong}`),
  );
  assert.deepEqual(found, []);
  assert.deepEqual(
    wrongCommands('.', 'npm run build:none && node --test tests/none.js # npm run not\nnode toolchain/none.mjs'),
    ['npm run build:none', 'tests/none.js', 'toolchain/none.mjs'],
  );
  assert.match(wrongCommands('.', 'if then').join(), /syntax error/);
});

test('each block of code is in a language that something checks', () => {
  // js, ts and tsx: snippets.test.js. text: drawings and policies.
  const known = ['js', 'ts', 'tsx', 'sh', 'html', 'text'];
  // By the frameworks' own compilers: npm run test:bundlers.
  const compiled = WAYS.flatMap(({ snippets }) => Object.values(snippets ?? {}));
  const unknown = pages.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language, code }) => !known.includes(language) && !compiled.some((words) => code.includes(words)))
      .map(({ language, line }) => `${path}:${line} ${language}`),
  );
  assert.deepEqual(unknown, []);
});

test('each setting of the middleware that is named is one', async () => {
  const settings = await readFile(new URL('examples/middleware/settings.js', root), 'utf8');
  const named = pages
    .filter(({ path }) => /^(README|docs\/)/.test(path))
    .flatMap(({ text }) => Array.from(text.matchAll(/`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`/g), ([, name]) => name));
  assert.ok(named.length > 3, 'nothing was looked at');
  assert.deepEqual(
    named.filter((name) => !settings.includes(name)),
    [],
  );
});

test('HTML uses attributes that the elements have', async () => {
  const { modules } = JSON.parse(await readFile(new URL('js/elements/custom-elements.json', root), 'utf8'));
  const elements = modules.flatMap((/** @type {any} */ { declarations }) => declarations);
  const tags = pages.flatMap(({ text }) =>
    Array.from(text.matchAll(/<(caseframe-\w+)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>/g)),
  );
  assert.ok(tags.length > 0, 'nothing was looked at');
  for (const [tag, name, attributes] of tags) {
    const element = elements.find((/** @type {any} */ { tagName }) => tagName === name);
    assert.ok(element, tag);
    for (const [, attribute] of attributes.matchAll(/([\w-]+)(?:="[^"]*")?/g)) {
      assert.ok(
        element.attributes.some((/** @type {any} */ known) => known.name === attribute),
        `${tag}: ${attribute}`,
      );
    }
  }
});

test('the README’s table has a row for every code, with the advice agents see', () => {
  const table = /<!-- errors:begin -->\n([\s\S]*?)<!-- errors:end -->/.exec(pageOf('README.md').text)?.[1];
  const rows = CAPTURE_ERROR_CODES.map((code) => `| \`${code}\` | ${new CaptureError(code).advice} |`);
  assert.equal(table, ['| code | what the agent reads |', '|---|---|', ...rows, ''].join('\n'));
});

test('docs/troubleshooting.md says of every code what leads to it and what mends it', () => {
  const table =
    /<!-- codes:begin -->\n([\s\S]*?)<!-- codes:end -->/.exec(pageOf('docs/troubleshooting.md').text)?.[1] ?? '';
  const rows = table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) => row.split(' | '));
  assert.deepEqual(
    rows.map(([code]) => code.replace(/^\| `|`$/g, '')),
    CAPTURE_ERROR_CODES,
  );
  for (const cells of rows) assert.ok(cells.length === 3 && cells.every((cell) => cell.length > 5), String(cells));
});

test('the README has one screen before its reference, and names every entry', async () => {
  const { text } = pageOf('README.md');
  assert.ok(text.split('\n# ')[0].split('\n').length < 60);
  const { exports } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
  const entries = Object.keys(exports).filter((entry) => !/\.(json|css)$/.test(entry));
  for (const entry of entries) assert.ok(text.includes(`\`${entry.replace(/^\./, 'caseframe')}\``), entry);
});

test('the README’s options are all there are, with the defaults that the source takes', () => {
  const table = /\| option \| default \|[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)/.exec(pageOf('README.md').text)?.[1] ?? '';
  const rows = table
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [, names, value] = row.split(/^\| | \| ?/);
      return names.split(', ').map((name) => [name.replace(/`/g, ''), value]);
    });
  const { limits, encode: _encode, ...hooks } = parseCaptureOptions({});
  assert.deepEqual(
    rows.map(([name]) => name).sort(),
    [...Object.keys(limits), ...Object.keys(hooks), ...ENCODE_FIELDS].sort(),
  );
  for (const [name, value] of rows.filter(([name]) => name in limits)) {
    assert.equal(value, `\`${limits[/** @type {keyof typeof limits} */ (name)]}\``, name);
  }
});

test('js/version.js is package.json’s version', async () => {
  assert.equal(version, JSON.parse(await readFile(new URL('package.json', root), 'utf8')).version);
});
