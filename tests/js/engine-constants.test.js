// What js/engine repeats of the core, so that arguments can be checked before the module is there.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { createEngine } from '../../dist/engine/node.js';
import createModule from '../../dist/wasm/caseframe.js';

const core = { maxSide: 0, maxRegions: 0, maxTextBytes: 0, maxDescriptionBytes: 0, lumaLevels: 0, chromaLevels: 0 };
/** @type {Awaited<ReturnType<typeof createEngine>>} */
let engine;
before(async () => {
  const wasm = await readFile(new URL('../../dist/wasm/caseframe.baseline.wasm', import.meta.url));
  const module = await createModule({
    instantiateWasm(imports, done) {
      WebAssembly.instantiate(wasm, imports).then((started) => done(started.instance, started.module));
      return {};
    },
  });
  for (const [which, name] of Object.keys(core).entries()) {
    core[/** @type {keyof typeof core} */ (name)] = module.constant(/** @type {any} */ (which));
  }
  engine = await createEngine({ variant: 'baseline' });
});

const frame = { data: new Uint8Array(64 * 64 * 4).fill(200), width: 64, height: 64 };

test('the longest side', () => {
  assert.throws(() => engine.allocate(core.maxSide + 1, 1), {
    code: 'invalid-argument',
    message: new RegExp(`${core.maxSide}`),
  });
  engine.allocate(core.maxSide, 1).release();
});

test('the most regions', () => {
  const regions = Array(core.maxRegions).fill({ x: 0, y: 0, width: 4, height: 4, mode: 'fill' });
  assert.equal(engine.encode(frame, { redact: regions }).redactions.length, core.maxRegions);
  assert.throws(() => engine.encode(frame, { redact: [...regions, regions[0]] }), {
    code: 'invalid-argument',
    message: new RegExp(`at most ${core.maxRegions}\\b`),
  });
});

for (const field of /** @type {const} */ (['software', 'description'])) {
  test(`the longest ${field}`, () => {
    const most = field === 'software' ? core.maxTextBytes : core.maxDescriptionBytes;
    engine.encode(frame, { metadata: { [field]: 'x'.repeat(most) } });
    assert.throws(() => engine.encode(frame, { metadata: { [field]: 'x'.repeat(most + 1) } }), {
      code: 'invalid-argument',
      message: new RegExp(`\\b${most}\\b`),
    });
  });
}

test('the levels that a redaction states', () => {
  const [{ levels }] = engine.encode(frame, { redact: [{ x: 0, y: 0, width: 32, height: 32 }] }).redactions;
  assert.deepEqual(levels, { luma: core.lumaLevels, chroma: core.chromaLevels });
});
