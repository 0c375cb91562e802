/**
 * The benchmark: `node tests/bench/run.mjs [--quick] [--out FOLDER]`. Prints Markdown and writes FOLDER/results.json
 * (build/bench by default). Everything runs in one Chromium, one after another. Needs the package and the native
 * programs built: `npm run bench` does both first.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, type } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { launchChromium } from '../browser/harness.js';
import { measureCapturing } from './capturing.js';
import { measureEncoding } from './encoding.js';
import { bundlePeers } from './peers.js';
import { planFor, QUALITY } from './plan.js';
import { writeCameraFile } from './scene.js';
import { serve } from './server.js';
import { measureSizes } from './sizes.js';
import { toMarkdown } from './table.js';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
});
/** Served, so inside the checkout. */
const WORK = new URL('../../build/bench/', import.meta.url);
const OUT = options.out ? pathToFileURL(`${options.out}/`) : WORK;
const plan = planFor(options.quick);

await Promise.all([WORK, OUT].map((folder) => mkdir(folder, { recursive: true })));
await bundlePeers(WORK);
const camera = fileURLToPath(new URL(`${plan.call.width}x${plan.call.height}.y4m`, WORK));
await writeCameraFile(camera, plan.call);
const { origin, close: closeServer } = await serve();
try {
  const { context, close: closeBrowser } = await launchChromium([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${camera}`,
  ]);
  try {
    await write(await Promise.race([measure(context), interruption()]));
  } finally {
    await closeBrowser();
  }
} finally {
  await closeServer();
}

/**
 * Rejects when the run hangs or is told to end: the browser is closed even then.
 * @returns {Promise<never>}
 */
function interruption() {
  return new Promise((_, reject) => {
    const end = (reason) => reject(new Error(`The benchmark was ended: ${reason}`));
    setTimeout(end, plan.limitMs, `it took longer than ${plan.limitMs / 1000} s`).unref();
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
  });
}

/** @param {import('playwright-core').BrowserContext} context */
async function measure(context) {
  const browser = context.browser();
  const [loadBefore] = loadavg();
  const frames = [];
  for (const size of plan.sizes) {
    say(`encoding ${size.join(' × ')}, ${plan.warmUp} + ${plan.rounds} rounds`);
    const measureFrame = (page) => measureEncoding({ page, folder: WORK, url: `${origin}/build/bench/`, size, plan });
    frames.push(await inPage(context, measureFrame));
  }
  say(`capturing ${plan.call.width} × ${plan.call.height}, ${plan.call.warmUp} + ${plan.call.rounds} rounds`);
  const capturing = await inPage(context, (page) => measureCapturing({ browser, page, call: plan.call }));
  return {
    date: new Date().toISOString(),
    version: JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')).version,
    machine: {
      browser: `Chromium ${browser.version()}`,
      cpu: cpus()[0].model,
      cores: cpus().length,
      system: `${type()} ${release()}`,
      // Over a minute, runnable tasks: much above 1 before the run, somebody else was at work.
      loadBefore,
    },
    plan: { ...plan, quality: QUALITY, quick: options.quick },
    frames,
    capturing,
    sizes: await measureSizes(),
  };
}

/**
 * @template T
 * @param {import('playwright-core').BrowserContext} context
 * @param {(page: import('playwright-core').Page) => Promise<T>} work In a fresh page, closed afterwards.
 */
async function inPage(context, work) {
  const page = await context.newPage();
  try {
    await page.goto(`${origin}/tests/bench/page/index.html`);
    await page.waitForFunction(() => window.bench);
    return await work(page);
  } finally {
    await page.close();
  }
}

/** @param {object} results */
async function write(results) {
  const file = new URL('results.json', OUT);
  await writeFile(file, `${JSON.stringify(results, null, 1)}\n`);
  console.log(toMarkdown(results));
  say(`all samples are in ${fileURLToPath(file)}`);
}

/** @param {string} line Beside the table, which goes to stdout. */
function say(line) {
  console.error(`bench: ${line}`);
}
