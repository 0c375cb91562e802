// The declarations, compiled by a consumer of its own in each TypeScript that is promised: 5.4, the last of 5, 6, and the
// one that the project itself has. They are pinned projects, installed into the cache.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const projects = join(root, 'tests/package/projects');
const cache = join(process.env.CASEFRAME_CACHE ?? join(root, 'toolchain/.cache'), 'projects');

/** All entries, each public name at least once, and what must not compile. */
const CONSUMER = `
import { CaptureError, createCapture, fromMediaStream, version } from 'caseframe';
import type {
  Capture, CaptureContext, CaptureErrorCode, CaptureOptions, CaptureSource, CreateCaptureOptions, FrameRecord, FrameReport,
  Metadata, Preview, PreviewOptions, RedactMode, Redaction, Region, RegionUnit, Size, Snapshot, Source, SourceLike, Still,
  StillEncodeOptions, Subsampling, Target, Timings, Verdict,
} from 'caseframe';
import { createEngine } from 'caseframe/engine';
import type { Encoded, Engine, EngineFrame, Frame, LoadOptions, ScaledImage, Variant } from 'caseframe/engine';
import { fromVideoClient, fromWebrtcSdk } from 'caseframe/genesys';
import { createUploader } from 'caseframe/upload';
import type { PendingItem, Receipt, UploadEvents, Uploader, UploaderOptions } from 'caseframe/upload';
import { CaseframeButton } from 'caseframe/element';
import type { ButtonWords, ReviewResult } from 'caseframe/element';

export async function use(source: Source, stream: MediaStream): Promise<Blob> {
  const capture: Capture = createCapture({ worker: 'auto', wasmUrl: new URL('https://a.example/') });
  await capture.ready(stream);
  const unit: RegionUnit = 'ratio';
  const options: CaptureOptions = {
    quality: 0.8, subsampling: '4:4:4', redact: [{ x: 0, y: 0, width: 1, height: 1, unit, mode: 'fill' }],
    beforeCapture: async ({ interactionId }: CaptureContext) => { if (interactionId === null) return false; },
    detect: async (still: Still) => [{ x: 0, y: 0, width: still.width, height: 1 }],
  };
  const nothing = undefined;
  await capture.snapshot(source, { ...options, minWidth: nothing, signal: nothing, interactionId: nothing, metadata: { id: nothing } });
  createCapture({ wasmUrl: nothing, worker: nothing });
  createUploader({ url: '/u', agentId: 'a', headers: nothing, retry: { baseMs: nothing }, limits: nothing });
  const still = await capture.grab(fromMediaStream(stream), options);
  const shown: Preview = await still.preview({ maxWidth: 200 });
  shown.close();
  const snapshot: Snapshot = await still.encode({ replaceRedact: [] });
  const frame: FrameRecord = snapshot.frame;
  const times: Timings = snapshot.timings;
  const verdict: Verdict = snapshot.report.verdict;
  const uploader: Uploader = createUploader({ url: '/u', agentId: 'a', headers: () => ({ a: String(frame.ageMs + times.wait) }) });
  uploader.on('failed', ({ error }) => error.advice + verdict);
  const receipt: Receipt = await uploader.send(snapshot);
  const button = document.createElement('caseframe-button');
  button.source = source;
  button.strings = { capture: receipt.url };
  document.addEventListener('caseframe-error', ({ detail }) => detail.code);
  // @ts-expect-error no such mode
  await capture.snapshot(stream, { redact: [{ x: 0, y: 0, width: 9, height: 9, mode: 'smudge' }] });
  // @ts-expect-error what an element is doing is told by it
  button.state = 'idle';
  const engine: Engine = await createEngine({ variant: 'simd' });
  const { jpeg }: Encoded = engine.encode({ data: new Uint8Array(4), width: 1, height: 1 });
  const scaled: ScaledImage = engine.allocate(2, 2).scaled();
  new ImageData(scaled.data, scaled.width, scaled.height);
  return new Blob([jpeg]);
}
export const code = (error: unknown): CaptureErrorCode => (CaptureError.is(error) ? error.code : 'aborted');
export type All = [
  CaptureSource, CreateCaptureOptions, FrameReport, Metadata, PreviewOptions, RedactMode, Redaction, Region, Size, SourceLike,
  StillEncodeOptions, Subsampling, Target, EngineFrame, Frame, LoadOptions, Variant, PendingItem, UploadEvents,
  UploaderOptions, ButtonWords, ReviewResult, typeof fromVideoClient, typeof fromWebrtcSdk, typeof version,
  typeof CaseframeButton,
];
`;

/** @type {string} */
let consumer;

before(async () => {
  consumer = await mkdtemp(join(tmpdir(), 'caseframe-types-'));
  await writeFile(join(consumer, 'use.ts'), CONSUMER);
  await writeFile(join(consumer, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  await mkdir(join(consumer, 'node_modules/caseframe'), { recursive: true });
  await cp(join(root, 'package.json'), join(consumer, 'node_modules/caseframe/package.json'));
  await symlink(join(root, 'dist'), join(consumer, 'node_modules/caseframe/dist'));
});
after(() => rm(consumer, { recursive: true, force: true }));

/**
 * The folder of a pinned project's packages, installed once for each lock file.
 * @param {string} project
 */
async function install(project) {
  const lock = await readFile(join(projects, project, 'package-lock.json'));
  const folder = join(cache, `${project}-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
  if ((await readdir(folder).catch(() => [])).includes('node_modules')) return folder;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, 'fresh-'));
  try {
    for (const file of ['package.json', 'package-lock.json'])
      await cp(join(projects, project, file), join(fresh, file));
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: fresh });
    // Somebody else may have been faster.
    await rename(fresh, folder).catch((error) => assert.match(error.code, /EEXIST|ENOTEMPTY/));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** The engine alone, in Node: without the DOM's types. */
const IN_NODE = `
import { createEngine, type Encoded } from 'caseframe/engine';
const engine = await createEngine({ wasmUrl: new URL('file:///x/'), variant: 'auto' });
const { jpeg, report }: Encoded = engine.encode({ data: new Uint8Array(4), width: 1, height: 1 });
export const size: number = jpeg.length + report.meanLuma;
// @ts-expect-error there is no DOM
export type Track = MediaStreamTrack;
`;

/** @param {string} tsc @param {string} resolution */
async function compile(tsc, resolution) {
  const compilerOptions = {
    noEmit: true,
    strict: true,
    // `undefined` is "not given" everywhere, and to this option it is not.
    exactOptionalPropertyTypes: true,
    target: 'es2020',
    module: resolution === 'bundler' ? 'esnext' : 'nodenext',
    moduleResolution: resolution,
    lib: ['es2020', 'dom', 'dom.iterable'],
    types: [],
  };
  await check(tsc, { compilerOptions, files: ['use.ts'] });
}

/** @param {string} tsc @param {object} tsconfig */
async function check(tsc, tsconfig) {
  await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify(tsconfig));
  await run(process.execPath, [tsc, '-p', consumer]).catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
}

for (const project of (await readdir(projects)).filter((name) => name.startsWith('typescript-'))) {
  test(`${project} compiles a consumer, the declarations themselves checked`, async () => {
    const tsc = join(await install(project), 'node_modules/typescript/bin/tsc');
    await compile(tsc, 'bundler');
  });
}

test('so does the project’s own TypeScript, by both ways of resolution', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await compile(tsc, 'bundler');
  await compile(tsc, 'nodenext');
});

test('the engine’s can be had in Node, without the DOM’s', async () => {
  await writeFile(join(consumer, 'node.ts'), IN_NODE);
  await mkdir(join(consumer, 'node_modules/@types'), { recursive: true });
  await symlink(join(root, 'node_modules/@types/node'), join(consumer, 'node_modules/@types/node'));
  const compilerOptions = {
    noEmit: true,
    strict: true,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2022'],
    types: ['node'],
  };
  await check(join(root, 'node_modules/typescript/bin/tsc'), { compilerOptions, files: ['node.ts'] });
});
