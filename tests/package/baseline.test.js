// dist/ is as old as the browsers that the package promises: Chrome 80, Firefox 75, Safari 14.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'acorn';
import createWabt from 'wabt';

const dist = new URL('../../dist/', import.meta.url);
const wabt = await createWabt();
const modules = {
  simd: await readFile(new URL('wasm/caseframe.simd.wasm', dist)),
  baseline: await readFile(new URL('wasm/caseframe.baseline.wasm', dist)),
};
const glue = await readFile(new URL('wasm/caseframe.js', dist), 'utf8');

/** Everything that came after WebAssembly 1.0, by wabt's names. */
const LATER = [
  'exceptions',
  'sat_float_to_int',
  'sign_extension',
  'simd',
  'threads',
  'function_references',
  'multi_value',
  'tail_call',
  'bulk_memory',
  'reference_types',
  'annotations',
  'code_metadata',
  'gc',
  'memory64',
  'multi_memory',
  'extended_const',
  'relaxed_simd',
];

/** What wabt lets pass all the same, by what it looks like as text. @type {Record<string, RegExp>} */
const OVERLOOKED = {
  multi_value: /\(result \w+ \w/,
  reference_types: /\bselect \(result|\(table \(;1;\)/,
};

/** Throws where the module needs more than WebAssembly 1.0 and `features`. @param {Uint8Array} bytes @param {string[]} features */
function validate(bytes, features) {
  const flags = Object.fromEntries(LATER.map((name) => [name, features.includes(name)]));
  const module = wabt.readWasm(bytes, { readDebugNames: false, ...flags });
  try {
    module.validate();
    const text = module.toText({ foldExprs: false, inlineExport: false });
    for (const [feature, pattern] of Object.entries(OVERLOOKED)) {
      if (!features.includes(feature)) assert.doesNotMatch(text, pattern, feature);
    }
    return text;
  } finally {
    module.destroy();
  }
}

test('the baseline module is WebAssembly 1.0 and nothing later', () => {
  validate(modules.baseline, []);
});

test('the SIMD module has SIMD and bulk memory, and nothing else', () => {
  assert.throws(() => validate(modules.simd, ['bulk_memory']));
  assert.match(validate(modules.simd, ['simd', 'bulk_memory']), /\bi8x16\.|\bi16x8\./);
});

test('the validator would notice', () => {
  const probes = /** @type {const} */ ([
    ['simd', '(func (result v128) i32.const 1 i8x16.splat)'],
    ['sign_extension', '(func (result i32) i32.const 1 i32.extend8_s)'],
    ['sat_float_to_int', '(func (result i32) f32.const 1 i32.trunc_sat_f32_s)'],
    ['bulk_memory', '(memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.fill)'],
    ['multi_value', '(func (result i32 i32) i32.const 0 i32.const 0)'],
    ['reference_types', '(func i32.const 1 i32.const 1 i32.const 1 select (result i32) drop)'],
    ['reference_types', '(table 1 funcref) (table 1 funcref)'],
    ['threads', '(memory 1 1 shared)'],
    ['tail_call', '(func return_call 0)'],
    ['extended_const', '(global i32 (i32.add (i32.const 1) (i32.const 1)))'],
  ]);
  for (const [feature, body] of probes) {
    const bytes = wabt.parseWat('probe.wat', `(module ${body})`, { [feature]: true }).toBinary({}).buffer;
    assert.throws(() => validate(bytes, []), `${feature} goes unseen`);
  }
});

test('no 64-bit integer crosses the border: BigInt came to it with Chrome 85', () => {
  for (const bytes of Object.values(modules)) {
    const text = validate(bytes, ['simd', 'bulk_memory']);
    const wide = new Set(Array.from(text.matchAll(/\(type \(;(\d+);\) \(func[^\n]*\bi64\b/g), ([, index]) => index));
    const functions = new Map(
      Array.from(text.matchAll(/\(func \(;(\d+);\) \(type (\d+)\)/g), ([, index, type]) => [index, type]),
    );
    const imports = Array.from(text.matchAll(/\(import [^\n]*\(func \(;\d+;\) \(type (\d+)\)/g), ([, type]) => type);
    const exports = Array.from(text.matchAll(/\(export "[^"]*" \(func (\d+)\)/g), ([, index]) => functions.get(index));
    assert.ok(imports.length > 5 && exports.length > 3, 'nothing was looked at');
    assert.deepEqual(
      imports.concat(exports).filter((type) => type === undefined || wide.has(type)),
      [],
    );
  }
});

test('the glue makes no code out of text, and no URL out of bytes', () => {
  assert.doesNotMatch(glue, /\beval\b|\bFunction\s*\(|import\.meta|\bimport\s*\(|createObjectURL|new Worker/);
  // It asks whether the address it was given is one of these; with something behind the prefix it would be one.
  assert.doesNotMatch(glue, /blob:[^"'`]|data:[\w/;-]*,[^"'`]/);
});

/** @param {unknown} node @param {(node: any) => void} visit */
function walk(node, visit) {
  if (typeof node !== 'object' || node === null) return;
  if (typeof (/** @type {any} */ (node).type) === 'string') visit(node);
  for (const child of Object.values(node)) walk(child, visit);
}

/** Younger than ES2020, or than the oldest of the browsers. */
const YOUNGER_METHODS = [
  'at',
  'findLast',
  'findLastIndex',
  'hasOwn',
  'replaceAll',
  'toSorted',
  'toReversed',
  'withResolvers',
];
const YOUNGER_GLOBALS = ['structuredClone', 'AggregateError'];

const scripts = (await readdir(dist, { recursive: true })).filter((path) => path.endsWith('.js'));

test('there are scripts to look at', () => assert.ok(scripts.length >= 10, String(scripts)));

for (const path of scripts) {
  test(`${path} is ES2020`, async () => {
    const tree = parse(await readFile(new URL(path, dist), 'utf8'), { ecmaVersion: 2020, sourceType: 'module' });
    walk(tree, (node) => {
      if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && !node.callee.computed) {
        assert.ok(!YOUNGER_METHODS.includes(node.callee.property.name), `.${node.callee.property.name}() is younger`);
      }
      if (node.type === 'Identifier') assert.ok(!YOUNGER_GLOBALS.includes(node.name), `${node.name} is younger`);
    });
  });
}
