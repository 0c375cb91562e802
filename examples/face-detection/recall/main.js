/** How many faces the detector finds, and what it takes for one: `npm run recall`, in a real Chromium. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { detectorFolder, vendorFolders } from '../vendor.js';

const { resolve } = createRequire(import.meta.url);
const packageOf = (/** @type {string} */ name) => dirname(resolve(`${name}/package.json`));
const here = dirname(fileURLToPath(import.meta.url));
/** By prefix; the longer one first. */
const FOLDERS = {
  '/face-detection/vendor/': vendorFolders(),
  '/face-detection/': [detectorFolder],
  '/caseframe/': [join(packageOf('caseframe'), 'dist')],
  '/samples/': [join(packageOf('@vladmandic/face-api'), 'demo')],
  '/fixtures/': [join(packageOf('caseframe'), 'tests/fixtures')],
  '/': [here],
};
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const served = new Map();
const server = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  const rows = [];
  await page.exposeFunction('report', (row) => {
    rows.push(row);
    process.stderr.write('.');
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/index.html`);
  const times = await page.evaluate(async () => {
    const { measure } = await import('/page.js');
    return measure(globalThis.report);
  });
  process.stderr.write('\n');
  print(rows, times);
} finally {
  await browser.close();
  server.close();
}

function print(rows, { loadMs, medianMs, slowestMs }) {
  const of = (condition, size) => {
    const { found, faces } = rows.find((row) => row.condition === condition && row.size === size);
    return `${found}/${faces} (${Math.round((found / faces) * 100)} %)`;
  };
  const strays = (condition) => {
    const some = rows.filter((row) => row.condition === condition);
    return `${sum(some, 'strays')} in ${sum(some, 'frames')}`;
  };
  console.log(`${browser.version()}: ${sum(rows, 'faces')} faces in ${sum(rows, 'frames')} frames\n`);
  console.log('| face, px | covered | strays, in frames |\n|---:|---:|---:|');
  for (const { size, strays: stray, frames } of rows.filter((row) => row.condition === 'as taken')) {
    console.log(`| ${size} | ${of('as taken', size)} | ${stray} in ${frames} |`);
  }
  const sizes = [...new Set(rows.filter((row) => row.condition === 'mirrored').map(({ size }) => size))];
  console.log(`\n| condition | ${sizes.map((size) => `${size} px`).join(' | ')} | strays, in frames |`);
  console.log(`|---|${sizes.map(() => '---:|').join('')}---:|`);
  for (const condition of new Set(rows.map((row) => row.condition))) {
    if (condition === 'as taken' || condition === 'nobody there') continue;
    console.log(`| ${condition} | ${sizes.map((size) => of(condition, size)).join(' | ')} | ${strays(condition)} |`);
  }
  console.log(`| nobody there | ${sizes.map(() => '').join(' | ')} | ${strays('nobody there')} |`);
  console.log(
    `\nLoaded in ${loadMs.toFixed(0)} ms; a frame takes ${medianMs.toFixed(0)} ms, at most ${slowestMs.toFixed(0)} ms.`,
  );
  console.log('\n| file | KB | gzip -9 |\n|---|---:|---:|');
  for (const [path, body] of [...served].filter(([path]) => path.startsWith('/face-detection/'))) {
    console.log(`| ${path} | ${kilobytes(body.length)} | ${kilobytes(gzipSync(body, { level: 9 }).length)} |`);
  }
}

function sum(rows, key) {
  return rows.reduce((total, row) => total + row[key], 0);
}

function kilobytes(bytes) {
  return (bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0);
}

/** Under the policy of the widget. */
async function serve() {
  const importMap = /<script type="importmap">([\s\S]*?)<\/script>/.exec(
    await readFile(join(here, 'index.html'), 'utf8'),
  )[1];
  const hash = createHash('sha256').update(importMap).digest('base64');
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'; worker-src 'self'; connect-src 'self'`;
  const created = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const prefix = Object.keys(FOLDERS).find((folder) => pathname.startsWith(folder));
    const path = normalize(`/${pathname.slice(prefix.length)}`);
    for (const folder of FOLDERS[prefix]) {
      const body = await readFile(join(folder, path)).catch(() => null);
      if (!body) continue;
      served.set(pathname, body);
      response.setHeader('content-security-policy', policy);
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
      return response.end(body);
    }
    response.writeHead(404).end();
  });
  created.listen(0, '127.0.0.1');
  await once(created, 'listening');
  return created;
}
