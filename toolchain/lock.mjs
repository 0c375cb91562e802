// What a package of this repository brings with it, by package-lock.json. `npm sbom` is not asked: it leaves out what a
// workspace needs where the root has the same as a development dependency (sharp, and libvips with it).
import { readFile } from 'node:fs/promises';

/**
 * @typedef {object} Package
 * @property {string} path In the lock file: 'node_modules/pg', 'examples/middleware'; '' is the root.
 * @property {string} name
 * @property {string} version
 * @property {string} license An SPDX identifier or expression.
 * @property {string} [sha512] Of its tarball, hex.
 * @property {boolean} optional For some machines only.
 * @property {string[]} needs Paths of what it needs.
 */

/**
 * @param {string} from The path of a package in the lock file.
 * @returns {Promise<Package[]>} Itself, then all that it needs at run time, however far, by name and version.
 */
export async function packagesOf(from) {
  const { packages } = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8'));
  return closure(packages, from);
}

/**
 * @param {Record<string, any>} packages
 * @param {string} from
 * @returns {Package[]}
 */
export function closure(packages, from) {
  /** @type {Map<string, Package>} */
  const found = new Map();
  const waiting = [{ path: from, optional: false }];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const known = found.get(next.path);
    // Once more where it turns out that it is needed everywhere.
    if (known && (next.optional || !known.optional)) continue;
    const entry = packages[next.path];
    const needs = [];
    for (const [kind, optional] of /** @type {const} */ ([
      ['dependencies', false],
      ['optionalDependencies', true],
    ])) {
      for (const name of Object.keys(entry[kind] ?? {})) {
        const path = resolve(packages, next.path, name);
        if (path === undefined && (optional || entry.optionalDependencies?.[name])) continue;
        if (path === undefined) throw new Error(`package-lock.json has no ${name} for ${next.path}`);
        needs.push(path);
        waiting.push({ path, optional: next.optional || optional || Boolean(packages[path].optional) });
      }
    }
    found.set(next.path, {
      path: next.path,
      name: entry.name ?? next.path.replace(/^.*node_modules\//, ''),
      version: entry.version,
      license: entry.license ?? '',
      optional: next.optional,
      needs: [...new Set(needs)].sort(),
      ...(entry.integrity?.startsWith('sha512-')
        ? { sha512: Buffer.from(entry.integrity.slice('sha512-'.length), 'base64').toString('hex') }
        : {}),
    });
  }
  const [first, ...others] = found.values();
  return [first, ...others.sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))];
}

/**
 * As Node looks: beside the package, then further and further out.
 * @param {Record<string, any>} packages @param {string} from @param {string} name
 */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = folder.replace(/(^|\/)[^/]*$/, '')) {
    const path = `${folder ? `${folder}/` : ''}node_modules/${name}`;
    const entry = packages[path];
    if (entry) return entry.link ? entry.resolved : path;
    if (folder === '') return undefined;
  }
}
