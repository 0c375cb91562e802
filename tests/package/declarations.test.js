// The public declarations: everything in them has words, and every name is held against the sources.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CAPTURE_ERROR_CODES } from '../../js/errors.js';
import { parseCaptureOptions } from '../../js/options.js';
import { parseOptions } from '../../js/upload/options.js';
import { checkDeclarations, complaintsAbout, declaredIn } from '../../toolchain/declarations.mjs';

const root = new URL('../../', import.meta.url);
const types = new URL('js/types/', root);
const read = (/** @type {string} */ path) => readFile(new URL(path, root), 'utf8');

test('everything that is declared has words, and each number its unit or range', async () => {
  const files = await readdir(types);
  const found = await Promise.all(files.map(async (file) => declaredIn(await read(`js/types/${file}`))));
  assert.ok(found.flat().length > 200, 'nothing was looked at');
  await checkDeclarations(types);
});

test('what has none is told', () => {
  const undocumented = `
    export interface Box { /** In pixels. */ width: number; height: number; label?: string }
    export type Mode = 'a';
    /** One of three. */
    export type Code =
      | 'first'
      /** With words. */
      | 'second'
      | 'third';
    export function open(box: Box): void;
    export const version: string;
    export class Lid extends HTMLElement { constructor(x: string); /** Whether. */ ajar: boolean; shut(): void }
    declare global { interface Window { box: Box } }
    /* not for readers */ interface Inner {}
    /** Yes, and this one is fine. */
    export interface Fine {
      /** It is how old? */
      age: number;
    }`;
  assert.deepEqual(complaintsAbout(undocumented), [
    'Box has no words',
    'Box.height has no words',
    'Box.label has no words',
    'Mode has no words',
    "Code 'first' has no words",
    "Code 'third' has no words",
    'open has no words',
    'version has no words',
    'Lid has no words',
    'Lid.constructor has no words',
    'Lid.shut has no words',
    'Window.box has no words',
    'Inner has no words',
    'Fine.age is a number, and nothing says of what',
  ]);
});

test('each error’s code has words, and where editors look for them', async () => {
  const codes = declaredIn(await read('js/types/shared.d.ts')).filter(({ name }) =>
    name.startsWith('CaptureErrorCode '),
  );
  assert.deepEqual(
    codes.map(({ name }) => name),
    CAPTURE_ERROR_CODES.map((code) => `CaptureErrorCode '${code}'`),
  );
});

test('tests/types/agreement.ts compares every type that an entry declares with the source', async () => {
  const agreement = await read('tests/types/agreement.ts');
  const entries = {
    shared: ['index', 'engine', 'genesys', 'upload', 'element'],
    source: ['index'],
    index: ['index'],
    engine: ['engine'],
    genesys: ['genesys'],
    upload: ['upload'],
    element: ['element'],
  };
  for (const [file, imported] of Object.entries(entries)) {
    const names = declaredIn(await read(`js/types/${file}.d.ts`)).filter(({ isExported }) => isExported);
    assert.ok(names.length > 0, file);
    for (const { name } of names) {
      const isCompared = imported.some((entry) => new RegExp(`\\b${entry}\\.${name}\\b`).test(agreement));
      assert.ok(isCompared, `${file}.d.ts: ${name}`);
    }
  }
});

test('package.json leads to a declaration for each entry, and none to another', async () => {
  const { exports } = JSON.parse(await read('package.json'));
  const declared = Object.values(exports).flatMap(({ types: path }) => (path ? [path] : []));
  const files = (await readdir(types)).map((file) => `./dist/types/${file}`);
  assert.deepEqual([...declared, './dist/types/shared.d.ts', './dist/types/source.d.ts'].sort(), files.sort());
});

/** What the words of a declaration call the default, by the name of the option. @param {string} file @param {string} owner */
async function statedDefaults(file, owner) {
  const options = declaredIn(await read(`js/types/${file}.d.ts`)).filter(({ name }) => name.startsWith(`${owner}.`));
  const stated = options.map(({ name, words }) => {
    const found = /Default (?:`([^`]+)`|('[^']+')|([\w.]+))/.exec(words.replace(/\s+/g, ' ').replace(/\.$/, ''));
    return [name.slice(owner.length + 1), found?.[1] ?? found?.[2] ?? found?.[3]];
  });
  return Object.fromEntries(stated.filter(([, value]) => value !== undefined && value !== 'none'));
}

/** @param {Record<string, string>} stated @param {Record<string, unknown>} real */
function assertDefaults(stated, real) {
  const shown = (/** @type {unknown} */ value) => JSON.stringify(value).replace(/"/g, "'").replace(/,/g, ', ');
  for (const [name, value] of Object.entries(stated)) assert.equal(value, shown(real[name]), name);
}

test('the defaults that the words state are those that the source takes', async () => {
  const { limits, encode, select, withinMs } = parseCaptureOptions({});
  const all = { ...limits, select, withinMs };
  const capture = await statedDefaults('index', 'CaptureOnlyOptions');
  assert.deepEqual(Object.keys(capture), Object.keys(all));
  assertDefaults(capture, all);
  const { reject } = await statedDefaults('shared', 'EncodeOptions');
  assertDefaults({ reject }, encode.plain);

  const uploader = parseOptions({ url: 'https://a.example/', agentId: 'a' });
  const real = { ...uploader, queue: 'indexeddb' };
  for (const owner of ['UploaderOptions', 'RetryOptions', 'QueueLimits']) {
    const stated = await statedDefaults('upload', owner);
    assert.ok(Object.keys(stated).length > 1, owner);
    assertDefaults(stated, real);
  }
});
