/**
 * The benchmark: `node tests/bench/run.mjs [--quick] [--out FOLDER] [--publish] [--results FILE] [--i420 | --attack | --capturing | --upload | --review | --starting]`.
 * Prints the Markdown of docs/figures.md, and writes FOLDER/results.json and FOLDER/encoders.svg (build/bench by
 * default). Everything runs one after another, all but the other browsers' tables in one Chromium. `--publish` takes
 * what was printed into its page and tests/bench/encoders.svg; `--results` prints what an earlier run has written;
 * `--i420` only times the ways to copy a frame out of a VideoFrame; `--attack` only tries to read what was redacted;
 * `--capturing` only times captures of a live call; `--upload` only compares uploads with a bare XMLHttpRequest;
 * `--review` only times the steps of a drag in the review; `--starting` only times what a page waits for at first.
 * Needs the package and the bench's programs built: `npm run bench` does that first.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, type } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createEngine } from '../../dist/engine/node.js';
import { readArguments } from '../../toolchain/arguments.mjs';
import { launchChromium } from '../browser/harness.js';
import { attackTable, measureAttack } from './attack.js';
import { measureBrowsers } from './browsers.js';
import { measureCapturing } from './capturing.js';
import { toChart } from './chart.js';
import { measureCopies } from './copies.js';
import { measureEncoding } from './encoding.js';
import { createExchange } from './exchange.js';
import { writeFrame } from './frames.js';
import { measureOptions } from './options.js';
import { bundlePeers, peerVersions } from './peers.js';
import { planFor, QUALITY } from './plan.js';
import { publish, publishChart } from './publish.js';
import { measureReview } from './review.js';
import { measureScaling } from './scaling.js';
import { scene, writeCameraFile } from './scene.js';
import { serve } from './server.js';
import { measureSizes } from './sizes.js';
import { addsUp, measureStages } from './stages.js';
import { measureStarting } from './starting.js';
import { capturingTable, copiesTable, reviewTable, startingTable, toMarkdown, uploadTable } from './table.js';
import { measureUploading, takeUpload } from './uploading.js';

const { values: options } = await readArguments(import.meta.url);
/** Served, so inside the checkout. */
const WORK = new URL('../../build/bench/', import.meta.url);
const OUT = options.out ? pathToFileURL(`${options.out}/`) : WORK;
const plan = planFor(options.quick);
const [width, height] = plan.size;

if (options.results) await show(JSON.parse(await readFile(options.results, 'utf8')));
else if (options.i420) console.log(copiesTable(await run(copies)));
else if (options.attack) await attack();
else if (options.upload) console.log(uploadTable(await run(uploads)));
else if (options.capturing) console.log(capturingTable(await run(captures), plan.call).join('\n'));
else if (options.review) console.log(reviewTable(await run(reviews)));
else if (options.starting) console.log(startingTable(await run(starting)).join('\n'));
else {
  const results = await run(measure);
  await writeFile(new URL('results.json', OUT), `${JSON.stringify(results, null, 1)}\n`);
  await show(results);
  say(`all samples are in ${fileURLToPath(OUT)}`);
}

/**
 * @typedef {object} Lab
 * @property {import('playwright-core').BrowserContext} context
 * @property {string} origin
 * @property {import('./exchange.js').Exchange} exchange For the other browsers.
 */

/**
 * @template T
 * @param {(lab: Lab) => Promise<T>} work
 */
async function run(work) {
  await Promise.all([WORK, OUT].map((folder) => mkdir(folder, { recursive: true })));
  await bundlePeers(WORK);
  const format = options.i420 ? plan.copies : plan.call;
  const camera = fileURLToPath(new URL(`${format.width}x${format.height}.y4m`, WORK));
  await writeCameraFile(camera, format);
  const exchange = createExchange();
  const { origin, close: closeServer } = await serve({ '/exchange': exchange.handle, '/upload': takeUpload });
  try {
    const { context, close: closeBrowser } = await launchChromium([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
    ]);
    try {
      return await Promise.race([work({ context, origin, exchange }), interruption()]);
    } finally {
      await closeBrowser();
    }
  } finally {
    await closeServer();
  }
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

/** @param {Lab} lab */
async function measure({ context, origin, exchange }) {
  const browser = context.browser();
  const [loadBefore] = loadavg();
  const place = { folder: WORK, url: `${origin}/build/bench/` };
  const picture = await scene(width, height);
  const frame = await writeFrame(picture, 'scene', place);
  const inBench = (work) =>
    inPage({ context, origin }, (page) =>
      work((name, ...args) => page.evaluate(([it, values]) => window.bench[it](...values), [name, args])),
    );

  say(`encoding ${width} × ${height}`);
  const encoding = await inBench((bench) => measureEncoding({ bench, frame, picture, plan: plan.encoding }));
  say('stages');
  const stages = await inBench((bench) => measureStages({ bench, frame, plan: plan.stages }));
  for (const [name, tasks] of Object.entries(stages)) {
    if (!addsUp(tasks)) say(`the stages of ${name} do not add up to an encoding: measure again, on a quiet machine`);
  }
  say('scaling');
  const scaling = await inBench((bench) => measureScaling({ bench, place, plan: plan.scaling }));
  say('options');
  const encodeOptions = await inBench((bench) => measureOptions({ bench, frame, plan: plan.options }));
  say(`capturing ${plan.call.width} × ${plan.call.height}`);
  const capturing = await captures({ context, origin });
  say('reviewing');
  const reviewing = await reviews({ context, origin });
  say('starting');
  const started = await starting({ context, origin, exchange });
  say('the other browsers');
  const url = `${origin}/tests/bench/page/remote.html`;
  const browsers = await measureBrowsers({ url, exchange, frame, picture, plan: plan.browsers });
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
    peers: await peerVersions(),
    plan: { ...plan, quality: QUALITY, quick: options.quick },
    width,
    height,
    encoding,
    stages,
    scaling,
    options: encodeOptions,
    capturing,
    reviewing,
    starting: started,
    browsers,
    sizes: await measureSizes(),
  };
}

/** @param {Lab} lab */
function copies(lab) {
  return inPage(lab, (page) => measureCopies(page, plan.copies));
}

/** @param {Pick<Lab, 'context' | 'origin'>} lab */
function captures({ context, origin }) {
  const browser = context.browser();
  return inPage({ context, origin }, (page) => measureCapturing({ browser, page, call: plan.call }));
}

/** @param {Pick<Lab, 'context' | 'origin'>} lab */
function reviews({ context, origin }) {
  const browser = context.browser();
  return inPage({ context, origin }, (page) => measureReview({ browser, page, plan: plan.review }));
}

/** @param {Lab} lab */
function starting({ context, origin }) {
  return measureStarting({ context, origin, plan: plan.starting });
}

/** @param {Lab} lab */
function uploads({ context, origin }) {
  const browser = context.browser();
  return inPage({ context, origin }, (page) => measureUploading({ browser, page, plan: plan.upload }));
}

/**
 * @template T
 * @param {Pick<Lab, 'context' | 'origin'>} lab
 * @param {(page: import('playwright-core').Page) => Promise<T>} work In a fresh page, closed afterwards.
 */
async function inPage({ context, origin }, work) {
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
async function show(results) {
  const [markdown, chart] = [toMarkdown(results), toChart(results)];
  await writeFile(new URL('encoders.svg', OUT), chart);
  console.log(markdown);
  if (options.publish) await Promise.all([publish('figures', markdown), publishChart(chart)]);
}

async function attack() {
  const engine = await createEngine();
  const markdown = attackTable(await measureAttack(engine));
  engine.dispose();
  console.log(markdown);
  if (options.publish) await publish('attack', markdown);
}

/** @param {string} line Beside the table, which goes to stdout. */
function say(line) {
  console.error(`bench: ${line}`);
}
