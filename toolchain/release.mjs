// Usage: node toolchain/release.mjs [--dry-run] [--no-build] [--out FOLDER]   A release: checks what has to hold, builds, packs,
// writes the bills of materials and the tarball's SHA-256 beside it (build/release by default), and publishes with
// provenance. A dry run does all of it but lets nothing leave the machine, and tells what does not hold instead of ending
// there. Provenance needs a CI that npm knows (GitHub Actions or GitLab, with an OpenID token).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readArguments } from './arguments.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (/** @type {string} */ path) => readFile(join(root, path), 'utf8');
const ask = (/** @type {string} */ file, /** @type {string[]} */ args) =>
  execFileSync(file, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();

/**
 * What has to hold before anything is published.
 * @param {{ version: string, sourceVersion: string, repository: unknown, changelog: string, changes: string, tags: string[] }} state
 * @returns {string[]} What does not, a sentence each.
 */
export function objections({ version, sourceVersion, repository, changelog, changes, tags }) {
  const found = [];
  if (changes) found.push(`The checkout has changes that no commit has:\n${changes}`);
  if (!tags.includes(`v${version}`)) found.push(`HEAD has no tag v${version}`);
  if (sourceVersion !== version) found.push(`js/version.js says ${sourceVersion}, package.json ${version}`);
  if (!repository) found.push('package.json names no repository, which provenance needs');
  const escaped = version.replace(/[.+]/g, '\\$&');
  if (!new RegExp(`^## \\[?v?${escaped}\\]?(?![\\w.-])`, 'm').test(changelog))
    found.push(`CHANGELOG.md has no section for ${version}`);
  return found;
}

/** A pre-release is not what `npm install caseframe` gives. @param {string} version */
export const tagOf = (version) => (version.includes('-') ? 'next' : 'latest');

/** What the command line asks for. */
async function release() {
  const { values } = await readArguments(import.meta.url);
  const { out = join(root, 'build/release') } = values;
  const isDry = values['dry-run'];
  const { version, repository } = JSON.parse(await read('package.json'));
  const { version: sourceVersion } = await import('../js/version.js');
  const found = objections({
    version,
    sourceVersion,
    repository,
    changelog: await read('CHANGELOG.md'),
    changes: ask('git', ['status', '--porcelain']),
    tags: ask('git', ['tag', '--points-at', 'HEAD']).split('\n'),
  });
  for (const objection of found) console.error(`release: ${objection}`);
  if (found.length > 0 && !isDry) throw new Error('Not released');

  if (!values['no-build']) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
  await mkdir(out, { recursive: true });
  // Of npm 11 an array, of older ones an object by name.
  const packed = JSON.parse(ask('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out]));
  const [{ filename, files, size }] = Object.values(packed);
  const tarball = join(out, filename);
  const sha256 = createHash('sha256')
    .update(await readFile(tarball))
    .digest('hex');
  await writeFile(join(out, 'SHA256SUMS'), `${sha256}  ${filename}\n`);
  console.log(
    files
      .map((/** @type {{ path: string, size: number }} */ file) => `${String(file.size).padStart(9)}  ${file.path}`)
      .join('\n'),
  );
  console.log(`${filename}: ${files.length} files, ${size} bytes, SHA-256 ${sha256}`);
  console.log(ask(process.execPath, [join(root, 'toolchain/sbom.mjs'), out]));

  const publish = [
    'publish',
    tarball,
    '--provenance',
    '--access',
    'public',
    '--tag',
    tagOf(version),
    '--ignore-scripts',
  ];
  execFileSync('npm', isDry ? [...publish, '--dry-run'] : publish, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (isDry)
    console.log(`release: a dry run; ${found.length > 0 ? `${found.length} things to mend first` : 'all holds'}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await release();
