// The declarations as users meet them: against Genesys' own types, and in every snippet of the documentation that
// imports the adapters. The frameworks' types are stood in for by what the snippets use (tests/types/surroundings.d.ts).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const snippets = new URL('build/snippets/', root);
const PAGES = ['README.md', 'examples/agent-widget/GENESYS.md'];

/** @returns {Promise<string>} What tsc complains of. */
function typeCheck() {
  const tsc = fileURLToPath(new URL('node_modules/.bin/tsc', root));
  return new Promise((resolve) => {
    execFile(tsc, ['-p', 'tests/types/tsconfig.json'], { cwd: fileURLToPath(root) }, (_error, stdout) =>
      resolve(stdout),
    );
  });
}

/** The code of a page that imports the adapters, by its language. @param {string} page */
async function snippetsOf(page) {
  const text = await readFile(new URL(page, root), 'utf8');
  return Array.from(text.matchAll(/^```(ts|tsx|js)\n([\s\S]*?)^```$/gm), ([, language, code]) => ({
    language,
    code,
  })).filter(({ code }) => code.includes("from 'caseframe/genesys'"));
}

/** @param {Record<string, string>} files */
async function write(files) {
  await rm(snippets, { recursive: true, force: true });
  await mkdir(snippets, { recursive: true });
  for (const [name, code] of Object.entries(files)) await writeFile(new URL(name, snippets), code);
}

test('the adapters take Genesys’ declared types without a cast, and the documentation’s snippets are sound', async () => {
  /** @type {Record<string, string>} */
  const files = {};
  for (const page of PAGES) {
    const found = await snippetsOf(page);
    assert.ok(found.length > 0, `${page} has snippets`);
    found.forEach(({ language, code }, i) => {
      files[`${page.replace(/\W/g, '-')}-${i}.${language === 'tsx' ? 'tsx' : 'ts'}`] = code;
    });
  }
  await write(files);
  assert.equal(await typeCheck(), '');

  // And the check can fail.
  const [name] = Object.keys(files);
  await write({ ...files, [name]: files[name].replace(/from(WebrtcSdk|VideoClient)\(\w+/g, 'from$1(1') });
  assert.match(await typeCheck(), /is not assignable to parameter/);
  await rm(snippets, { recursive: true, force: true });
});
