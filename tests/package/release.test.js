// What a release has beside the tarball, and that it cannot go out by accident.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { closure, packagesOf } from '../../toolchain/lock.mjs';
import { fromNpm, fromPins, isOlder, toTable } from '../../toolchain/outdated.mjs';
import { objections, tagOf } from '../../toolchain/release.mjs';
import { toBom } from '../../toolchain/sbom.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const read = (/** @type {string} */ path) => readFile(join(root, path), 'utf8');

/** Licences that let the package and the middleware be used and passed on as they are, SPDX. */
const KNOWN = ['MIT', 'Apache-2.0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'IJG'];
/** libvips, which sharp loads as a library of its own: it may be replaced, as the LGPL asks. */
const REPLACEABLE = /^@img\/sharp-/;

/** @type {string} */
let out;
/** @type {{ stdout: string, stderr: string }} */
let dryRun;
/** @type {Record<string, any>} */
const boms = {};

before(async () => {
  out = await mkdtemp(join(tmpdir(), 'caseframe-release-'));
  const status = () =>
    execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: root, encoding: 'utf8' });
  const before = status();
  // A registry that is not there: a dry run needs none.
  const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:1', npm_config_fetch_retries: '0' };
  dryRun = await run(process.execPath, ['toolchain/release.mjs', '--dry-run', '--no-build', '--out', out], {
    cwd: root,
    env,
  });
  assert.equal(status(), before, 'the checkout is as it was');
  for (const name of ['caseframe', 'middleware'])
    boms[name] = JSON.parse(await readFile(join(out, `${name}.cdx.json`), 'utf8'));
});
after(() => rm(out, { recursive: true, force: true }));

test('a dry run packs, lists what ships, and publishes nothing', async () => {
  const { version } = JSON.parse(await read('package.json'));
  const filename = `caseframe-${version}.tgz`;
  assert.deepEqual((await readdir(out)).sort(), [
    'SHA256SUMS',
    filename,
    'caseframe.cdx.json',
    'middleware.cdx.json',
    'middleware.licences.txt',
  ]);
  const sha256 = createHash('sha256')
    .update(await readFile(join(out, filename)))
    .digest('hex');
  assert.equal(await readFile(join(out, 'SHA256SUMS'), 'utf8'), `${sha256}  ${filename}\n`);
  for (const file of [
    'package.json',
    'README.md',
    'LICENSE',
    'THIRD_PARTY_NOTICES.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'docs/troubleshooting.md',
    'dist/types/index.d.ts',
  ]) {
    assert.match(dryRun.stdout, new RegExp(`^ *\\d+  ${file.replaceAll('.', '\\.')}$`, 'm'), file);
  }
  assert.match(dryRun.stdout, /a dry run/);
});

test('nothing is published that is not a tagged, clean, described commit', async () => {
  const good = {
    version: '1.2.3',
    sourceVersion: '1.2.3',
    repository: { url: 'x' },
    changelog: '# Changelog\n## 1.2.3\n### Added\n',
    changes: '',
    tags: ['v1.2.3'],
  };
  assert.deepEqual(objections(good), []);
  for (const [wrong, expected] of /** @type {const} */ ([
    [{ changes: ' M js/index.js' }, /changes that no commit has/],
    [{ tags: ['v1.2.30', ''] }, /no tag v1.2.3/],
    [{ sourceVersion: '1.2.2' }, /js\/version.js says 1.2.2/],
    [{ repository: undefined }, /no repository/],
    [{ changelog: '## 1.2.30\n## Unreleased\n## 1.2.3-rc.1' }, /no section for 1.2.3/],
  ])) {
    const found = objections({ ...good, ...wrong });
    assert.equal(found.length, 1);
    assert.match(found[0], expected);
  }
  assert.deepEqual(['1.2.3', '2.0.0-rc.1'].map(tagOf), ['latest', 'next']);
});

test('the bills of materials are whole: what is referred to is there, once, with its licence', () => {
  for (const bom of Object.values(boms)) {
    assert.deepEqual([bom.bomFormat, bom.specVersion, bom.version], ['CycloneDX', '1.5', 1]);
    assert.match(bom.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    const refs = [bom.metadata.component, ...bom.components].map((component) => component['bom-ref']);
    assert.equal(new Set(refs).size, refs.length);
    assert.deepEqual(bom.dependencies.map(({ ref }) => ref).sort(), [...refs].sort());
    for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) assert.ok(refs.includes(ref), ref);
    for (const { name, type, purl, licenses, hashes } of bom.components) {
      for (const { content } of hashes ?? []) assert.match(content, /^[0-9a-f]{64}([0-9a-f]{64})?$/);
      if (type === 'file') continue;
      if (purl) assert.match(purl, /^pkg:(npm|generic)\/(%40[\w.-]+\/)?[\w.-]+@\d[\w.+-]*$/, name);
      const [{ license, expression }] = licenses;
      const names = (license?.id ?? expression)
        .replace(' WITH LLVM-exception', '')
        .split(/ AND | OR |[()]/)
        .filter(Boolean);
      const unknown = names.filter(
        (id) => !KNOWN.includes(id) && !(id === 'LGPL-3.0-or-later' && REPLACEABLE.test(name)),
      );
      assert.deepEqual(unknown, [], name);
    }
  }
});

test('the tarball’s has the C++ part, and nothing from npm', async () => {
  const { components } = boms.caseframe;
  assert.deepEqual(
    components.map(({ name }) => name),
    [
      'libjpeg-turbo',
      'emscripten',
      'musl',
      'llvm-runtimes',
      'dist/wasm/caseframe.baseline.wasm',
      'dist/wasm/caseframe.simd.wasm',
    ],
  );
  assert.match(components[1].version, /^\d+\.\d+\.\d+$/);
  const wasm = await readFile(join(root, 'dist/wasm/caseframe.simd.wasm'));
  assert.equal(components[5].hashes[0].content, createHash('sha256').update(wasm).digest('hex'));
  // And each has its terms in what ships.
  const notices = await read('THIRD_PARTY_NOTICES.md');
  for (const words of [
    `libjpeg-turbo ${components[0].version}`,
    'Emscripten',
    'musl',
    'libc++',
    'compiler-rt',
    'Independent JPEG Group',
  ]) {
    assert.ok(notices.includes(words), words);
  }
});

test('the middleware’s has all that it needs, whatever else needs it too', async () => {
  const names = new Set(boms.middleware.components.map(({ name }) => name));
  const { dependencies } = JSON.parse(await read('examples/middleware/package.json'));
  for (const name of [...Object.keys(dependencies), '@img/sharp-libvips-linux-x64', 'libjpeg-turbo'])
    assert.ok(names.has(name), name);
  for (const name of ['typescript', 'vite', 'playwright-core', 'autocannon']) assert.ok(!names.has(name), name);
  const licences = await readFile(join(out, 'middleware.licences.txt'), 'utf8');
  for (const { name, version } of await packagesOf('examples/middleware'))
    assert.ok(licences.includes(`${name} ${version}: `), name);
  assert.match(licences, /fastify 5[\s\S]{0,200}MIT/);
});

test('the same packages make the same bill', async () => {
  const packages = await packagesOf('examples/middleware');
  assert.equal(JSON.stringify(toBom(packages)), JSON.stringify(toBom(await packagesOf('examples/middleware'))));
  assert.notEqual(
    toBom(packages).serialNumber,
    toBom(packages.slice(0, -1).map((one) => ({ ...one, needs: [] }))).serialNumber,
  );
});

test('a package is looked for as Node does, and one that is missing is told', () => {
  const packages = {
    a: {
      name: 'a',
      version: '1.0.0',
      dependencies: { x: '1', y: '1' },
      devDependencies: { d: '1' },
      optionalDependencies: { o: '1' },
    },
    'a/node_modules/x': { version: '2.0.0', dependencies: { y: '1' } },
    'node_modules/x': { version: '1.0.0' },
    'node_modules/y': { version: '1.0.0', optionalDependencies: { p: '1' } },
    'node_modules/p': { version: '1.0.0', optional: true, dependencies: { l: '1' } },
    'node_modules/l': { link: true, resolved: 'local' },
    local: { name: 'l', version: '0.0.1', dependencies: { y: '1' } },
  };
  assert.deepEqual(
    closure(packages, 'a').map(({ name, version, optional }) => `${name}@${version}${optional ? '?' : ''}`),
    ['a@1.0.0', 'l@0.0.1?', 'p@1.0.0?', 'x@2.0.0', 'y@1.0.0'],
  );
  assert.throws(() => closure({ a: { version: '1', dependencies: { none: '1' } } }, 'a'), /no none for a/);
});

test('pins that are behind are told, those that are old on purpose are not', async () => {
  const pins = fromPins(await read('toolchain/pins.env'), (name) => (name === 'emscripten' ? '4.0.10' : ''));
  assert.deepEqual(
    pins.map(({ name }) => name),
    ['libjpeg-turbo', 'emscripten', 'chrome-aws-lambda', '@sparticuz/chromium', '@sparticuz/chromium'],
  );
  const npm = fromNpm(
    '{ "a": { "wanted": "1.9.0", "latest": "1.10.0", "dependent": "m" }, "b": [{ "wanted": "1", "latest": "2" }, {}] }',
  );
  const rows = toTable([...pins, ...npm])
    .split('\n')
    .slice(2);
  assert.deepEqual(
    rows.filter((row) => row.includes('**behind**')).map((row) => row.split(' | ')[0]),
    ['| emscripten', '| a', '| b'],
  );
  assert.match(rows.find((row) => row.includes('libjpeg-turbo')) ?? '', /nobody says/);
  assert.deepEqual(fromNpm(''), []);
  assert.deepEqual(
    [isOlder('1.9', '1.10'), isOlder('2', '1.9'), isOlder('1.0', '1'), isOlder('1', '1.0.1')],
    [true, false, false, true],
  );
});
