// Usage: node toolchain/sbom.mjs [FOLDER]   Bills of materials (CycloneDX 1.5) of the package's tarball and of the middleware,
// and the licences of all that the middleware brings, into FOLDER (build/sbom by default). The same commit gives the same
// bytes. Needs dist/ (npm run build).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readArguments } from './arguments.mjs';
import { packagesOf } from './lock.mjs';

/** @import { Package } from './lock.mjs' */

const root = new URL('../', import.meta.url);
const read = (/** @type {string} */ path) => readFile(new URL(path, root), 'utf8');
const run = (/** @type {string} */ file, /** @type {string[]} */ args) =>
  execFileSync(file, args, { cwd: fileURLToPath(root), encoding: 'utf8' }).trim();

/** What is compiled into the modules beside our own. THIRD_PARTY_NOTICES.md has each one's terms. */
export async function nativeComponents() {
  const pins = Object.fromEntries(
    Array.from((await read('toolchain/pins.env')).matchAll(/^(\w+)=(.*)$/gm), ([, a, b]) => [a, b]),
  );
  const version = pins.LIBJPEG_TURBO_VERSION;
  const emscripten = run('toolchain/emscripten.sh', ['emcc', '-dumpversion']).split('\n').pop() ?? '';
  const part = (/** @type {string} */ name, /** @type {string} */ license, /** @type {object} */ more) => ({
    type: 'library',
    'bom-ref': name,
    name,
    ...more,
    licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }],
  });
  return [
    part('libjpeg-turbo', 'IJG AND BSD-3-Clause', {
      version,
      purl: `pkg:generic/libjpeg-turbo@${version}`,
      description: 'The JPEG encoder, as C; colour conversion, transform and Huffman coding have kernels of our own.',
      hashes: [{ alg: 'SHA-256', content: pins.LIBJPEG_TURBO_SHA256 }],
    }),
    part('emscripten', 'MIT', {
      version: emscripten,
      purl: `pkg:generic/emscripten@${emscripten}`,
      description: 'JavaScript glue and runtime.',
    }),
    part('musl', 'MIT', { description: 'The C library, as Emscripten has it.' }),
    part('llvm-runtimes', 'Apache-2.0 WITH LLVM-exception', {
      description: 'libc++, libc++abi and compiler-rt, as Emscripten has them.',
    }),
  ];
}

/** @param {Package} entry */
function toComponent({ name, version, license, sha512, optional }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    'bom-ref': `${name}@${version}`,
    name,
    version,
    scope: optional ? 'optional' : 'required',
    purl,
    ...(sha512 ? { hashes: [{ alg: 'SHA-512', content: sha512 }] } : {}),
    licenses: [/ |\(/.test(license) ? { expression: license } : { license: { id: license } }],
  };
}

/**
 * @param {Package[]} packages What it is of first. @param {object[]} [further] Of the package `caseframe`: components that
 *   npm does not know.
 * @returns {any} CycloneDX, without what differs from run to run.
 */
export function toBom(packages, further = []) {
  const refs = new Map(packages.map(({ path, name, version }) => [path, `${name}@${version}`]));
  const natives = /** @type {any[]} */ (further);
  // One version may lie in several folders, each time beside other neighbours.
  /** @type {Map<string, Package>} */
  const unique = new Map();
  /** @type {Map<string, Set<string>>} */
  const edges = new Map();
  for (const entry of packages) {
    const ref = /** @type {string} */ (refs.get(entry.path));
    const known = unique.get(ref);
    if (!known || known.optional) unique.set(ref, entry);
    const needs = edges.get(ref) ?? new Set();
    for (const need of entry.needs) needs.add(/** @type {string} */ (refs.get(need)));
    if (entry.name === 'caseframe') for (const native of natives) needs.add(native['bom-ref']);
    edges.set(ref, needs);
  }
  const dependencies = Array.from(edges, ([ref, needs]) => ({ ref, dependsOn: [...needs] }));
  const [subject, ...components] = Array.from(unique.values(), toComponent);
  const body = {
    components: [...components, ...natives],
    dependencies: [...dependencies, ...natives.map((one) => ({ ref: one['bom-ref'], dependsOn: [] }))],
  };
  // Of the content, so that the same content has the same (RFC 9562, version 8).
  const digest = createHash('sha256')
    .update(JSON.stringify([subject, body]))
    .digest('hex');
  const uuid = digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuid}`,
    version: 1,
    metadata: { timestamp: run('git', ['log', '-1', '--format=%cI']), component: subject },
    ...body,
  };
}

/** Each package's name, version, licence and, where it brings one, the licence's text. @param {Package[]} packages */
export async function licencesOf(packages) {
  const parts = packages.map(async ({ path, name, version, license }) => {
    const folder = new URL(`${path}/`, root);
    // What is for other machines is not installed here.
    const files = (await readdir(folder).catch(() => []))
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      .sort();
    const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8').catch(() => '')));
    return [`${name} ${version}: ${license}`, ...texts.map((text) => text.trim()).filter(Boolean)].join('\n\n');
  });
  return `${(await Promise.all(parts)).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** @param {URL} folder */
async function writeAll(folder) {
  const [own, middleware, natives] = await Promise.all([
    packagesOf(''),
    packagesOf('examples/middleware'),
    nativeComponents(),
  ]);
  const wasm = await Promise.all(
    (await readdir(new URL('dist/wasm/', root)))
      .filter((file) => file.endsWith('.wasm'))
      .map(async (file) => ({
        type: 'file',
        'bom-ref': `dist/wasm/${file}`,
        name: `dist/wasm/${file}`,
        hashes: [
          {
            alg: 'SHA-256',
            content: createHash('sha256')
              .update(await readFile(new URL(`dist/wasm/${file}`, root)))
              .digest('hex'),
          },
        ],
      })),
  );
  const files = {
    'caseframe.cdx.json': `${JSON.stringify(toBom(own, [...natives, ...wasm]), null, 2)}\n`,
    'middleware.cdx.json': `${JSON.stringify(toBom(middleware, natives), null, 2)}\n`,
    'middleware.licences.txt': await licencesOf(middleware),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(new URL(name, folder), text);
  console.log(`${Object.keys(files).join(', ')} in ${fileURLToPath(folder)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder] = (await readArguments(import.meta.url)).positionals;
  await writeAll(folder ? pathToFileURL(`${folder}/`) : new URL('build/sbom/', root));
}
