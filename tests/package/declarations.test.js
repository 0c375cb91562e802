// The public declarations: everything in them has words, and every name is held against the sources.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
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

test('tests/types/agreement.ts compares every type that an entry declares with the source', async () => {
  const agreement = await read('tests/types/agreement.ts');
  const entries = {
    shared: ['index', 'engine', 'genesys', 'upload', 'element'],
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
  assert.deepEqual([...declared, './dist/types/shared.d.ts'].sort(), files.sort());
});
