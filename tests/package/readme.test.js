// What the README states about the package is what the package does.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CAPTURE_ERROR_CODES, CaptureError } from '../../js/errors.js';
import { version } from '../../js/version.js';

const read = (/** @type {string} */ path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the error table has a row for every code, with the advice agents see', async () => {
  const table = /<!-- errors:begin -->\n([\s\S]*?)<!-- errors:end -->/.exec(await read('README.md'))?.[1];
  const rows = CAPTURE_ERROR_CODES.map((code) => `| \`${code}\` | ${new CaptureError(code).advice} |`);
  assert.equal(table, ['| code | what the agent reads |', '|---|---|', ...rows, ''].join('\n'));
});

test('js/version.js is package.json’s version', async () => {
  assert.equal(version, JSON.parse(await read('package.json')).version);
});
