// The elements' types as users meet them in a page's own TypeScript. The README's snippets, for React, Vue and Angular with
// the frameworks' real types, are checked by snippets.test.js.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const folder = new URL('build/frameworks/', root);

const PLAIN = `
import 'caseframe/element';
import type { CaptureError, Snapshot } from 'caseframe';
import { createUploader } from 'caseframe/upload';

const button = document.createElement('caseframe-button');
button.source = new MediaStream();
button.uploader = createUploader({ url: '/upload', agentId: 'a' });
button.uploader = { send: async () => ({ success: true, id: '', url: '', sha256: '', annotation: 'queued' }) };
button.strings = { capture: 'Foto', advice: { 'camera-off': '…' } };
button.addEventListener('caseframe-captured', ({ detail }) => { const snapshot: Snapshot = detail; return snapshot; });
document.addEventListener('caseframe-error', ({ detail }) => { const error: CaptureError = detail; return error; });
const state: 'idle' | string = button.state;
const review = document.querySelector('caseframe-review');
review?.show().then((result) => result.action === 'confirm' && result.redact.length);
export { state };
`;

/** What no type may let pass: each line of it. */
const WRONG = [
  ['ts', "document.createElement('caseframe-button').source = 1;"],
  ['ts', "document.createElement('caseframe-button').strings = { captrue: '' };"],
  ['ts', "document.createElement('caseframe-button').state = 'idle';"],
  ['ts', "document.addEventListener('caseframe-error', ({ detail }) => detail.nothing);"],
  ['tsx', 'export const wrong = <caseframe-button source={1} />;'],
  ['tsx', 'export const wrong = <caseframe-button oncaseframe-captured={({ detail }) => detail.nothing} />;'],
];

/** @param {Record<string, string>} files @returns {Promise<string>} What tsc complains of. */
async function check(files) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, code] of Object.entries(files)) await writeFile(new URL(name, folder), code);
  const tsc = fileURLToPath(new URL('node_modules/.bin/tsc', root));
  return new Promise((resolve) => {
    execFile(tsc, ['-p', 'tests/types/frameworks/tsconfig.json'], { cwd: fileURLToPath(root) }, (_error, stdout) =>
      resolve(stdout),
    );
  });
}

test('the elements have types in a plain page', async () => {
  assert.equal(await check({ 'plain.ts': PLAIN }), '');
});

test('and what is wrong is told', async () => {
  const files = {};
  for (const [i, [language, code]] of WRONG.entries()) {
    files[`wrong-${i}.${language}`] =
      `import 'caseframe/element';\nimport 'caseframe/element/react';\n${code}\nexport {};\n`;
  }
  const complaints = await check(files);
  for (const name of Object.keys(files)) assert.ok(complaints.includes(name), `${name}\n${complaints}`);
  await rm(folder, { recursive: true, force: true });
});
