// Every block of JavaScript and TypeScript in the documents, checked against the package's declarations as a reader would
// meet them: TypeScript strictly, with Genesys' and the frameworks' own types; JavaScript as editors check it, where
// what `querySelector` finds is taken to be there. What a snippet takes from the page around it is in
// tests/types/surroundings.d.ts.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readPages } from './documents.js';

const root = new URL('../../', import.meta.url);
const folder = new URL('build/snippets/', root);

/** @type {Record<string, string>} By their path below the folder. */
const snippets = {};
for (const { path, blocks } of await readPages()) {
  for (const { language, code, line } of blocks.filter((block) => /^(js|tsx?)$/.test(block.language))) {
    const kind = language === 'js' ? 'scripts' : 'strict';
    const name = `${path.replace(/\W/g, '-')}-${line}`;
    // What has no import is a script to TypeScript, whose names would be everybody's.
    snippets[`${kind}/${name}.${language === 'tsx' ? 'tsx' : 'ts'}`] = `${code}export {};\n`;
  }
}

/** @param {'scripts' | 'strict'} kind @param {Record<string, string>} files @returns {Promise<string>} What tsc complains of. */
async function check(kind, files) {
  await rm(new URL(`${kind}/`, folder), { recursive: true, force: true });
  await mkdir(new URL(`${kind}/`, folder), { recursive: true });
  const own = Object.entries(files).filter(([name]) => name.startsWith(`${kind}/`));
  for (const [name, code] of own) await writeFile(new URL(name, folder), code);
  const tsc = fileURLToPath(new URL('node_modules/.bin/tsc', root));
  const project = kind === 'strict' ? 'tests/types/tsconfig.json' : 'tests/types/scripts/tsconfig.json';
  return new Promise((resolve) => {
    execFile(tsc, ['-p', project], { cwd: fileURLToPath(root) }, (_error, stdout) => resolve(stdout));
  });
}

for (const kind of /** @type {const} */ (['strict', 'scripts'])) {
  test(`the documents’ ${kind === 'strict' ? 'TypeScript' : 'JavaScript'} is sound`, async () => {
    const names = Object.keys(snippets).filter((name) => name.startsWith(kind));
    assert.ok(names.length > 6, String(names));
    assert.equal(await check(kind, snippets), '');

    // And the check can fail, in each of them.
    const spoilt = Object.fromEntries(names.map((name) => [name, `${snippets[name]}createNothing();\n`]));
    const complaints = await check(kind, spoilt);
    for (const name of names) assert.ok(complaints.includes(`${name}(`), `${name} goes unseen`);
    await rm(folder, { recursive: true, force: true });
  });
}
