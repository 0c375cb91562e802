// Usage: node toolchain/outdated.mjs [--fail]   Which pins are behind what npm and Debian offer now: the packages of every
// package.json, and toolchain/pins.env. Looks, and changes nothing; with --fail it ends with 1 where one is behind.
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readArguments } from './arguments.mjs';

const root = new URL('../', import.meta.url);

/** As npm calls the root: by its folder. */
const ROOT_NAME = basename(fileURLToPath(root));

/** @typedef {{ name: string, pinned: string, offered: string, note: string }} Pin `offered` is '' where nobody says. */

/**
 * What `npm outdated --json` says: it names only those that are behind what is offered.
 * @param {string} json @returns {Pin[]}
 */
export function fromNpm(json) {
  return Object.entries(JSON.parse(json || '{}')).flatMap(([name, found]) =>
    // One for each workspace that has it.
    [found]
      .flat()
      .slice(0, 1)
      .map(({ wanted, latest, dependent }) => ({
        name,
        pinned: wanted,
        offered: latest,
        note: [found].flat().length > 1 ? 'several packages' : dependent === ROOT_NAME ? '' : dependent,
      })),
  );
}

/**
 * What is pinned in pins.env, with what Debian offers.
 * @param {string} pins Its text. @param {(debianPackage: string, release: string) => string} offeredBy A version, or ''.
 * @returns {Pin[]}
 */
export function fromPins(pins, offeredBy) {
  const get = (/** @type {string} */ key) => new RegExp(`^${key}=(.*)$`, 'm').exec(pins)?.[1] ?? '';
  const release = get('EMSCRIPTEN_DEBIAN');
  const browsers = Array.from(pins.matchAll(/^CHROMIUM_(\d+)_PACKAGE=(.*)@(.*)$/gm), ([, age, name, version]) => ({
    name,
    pinned: version,
    offered: version,
    note: `old on purpose: Chromium ${age}`,
  }));
  return [
    {
      name: 'libjpeg-turbo',
      pinned: get('LIBJPEG_TURBO_VERSION'),
      offered: offeredBy('libturbojpeg0', release),
      note: `Debian ${release}`,
    },
    {
      name: 'emscripten',
      pinned: get('EMSCRIPTEN_MINIMUM'),
      offered: offeredBy('emscripten', release),
      note: `Debian ${release}; the pin is a minimum`,
    },
    ...browsers,
  ];
}

/** By numbers, where a missing one is 0. @param {string} a @param {string} b */
export function isOlder(a, b) {
  const [left, right] = [a, b].map((version) => version.match(/\d+/g)?.map(Number) ?? []);
  const differs = (/** @type {number} */ i) => (left[i] ?? 0) !== (right[i] ?? 0);
  const first = Array.from(left.length > right.length ? left : right, (_part, i) => i).find(differs);
  return first !== undefined && (left[first] ?? 0) < (right[first] ?? 0);
}

/** @param {Pin[]} pins @returns {string} Markdown; those that are behind first. */
export function toTable(pins) {
  const behind = (/** @type {Pin} */ { pinned, offered }) => offered !== '' && isOlder(pinned, offered);
  const rows = [...pins.filter(behind), ...pins.filter((pin) => !behind(pin))].map((pin) => {
    const state = pin.offered === '' ? 'nobody says' : behind(pin) ? '**behind**' : 'current';
    return `| ${pin.name} | ${pin.pinned} | ${pin.offered || '–'} | ${state} | ${pin.note} |`;
  });
  return ['| what | pinned | offered | | |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** A version without Debian's own epoch and revision. @param {string} version */
const upstream = (version) => version.replace(/^\d+:/, '').replace(/[-+~].*$/, '');

/** What the release in the cache, which the toolchain unpacks, knows of. @param {string} name @param {string} release */
function offeredByDebian(name, release) {
  const command = [
    '-c',
    'source toolchain/common.sh; chroot "$CACHE_DIR/debian-$0" apt-cache policy "$1"',
    release,
    name,
  ];
  try {
    const text = execFileSync('bash', command, {
      cwd: fileURLToPath(root),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return upstream(/Candidate: (\S+)/.exec(text)?.[1] ?? '');
  } catch {
    return '';
  }
}

/** npm ends with 1 where something is behind. */
function askNpm() {
  const command = ['outdated', '--json', '--workspaces', '--include-workspace-root'];
  try {
    return execFileSync('npm', command, {
      cwd: fileURLToPath(root),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } catch (error) {
    const { stdout } = /** @type {{ stdout?: string }} */ (error);
    if (!stdout || /"error":/.test(stdout)) throw error;
    return stdout;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = await readArguments(import.meta.url);
  const pins = [
    ...fromNpm(askNpm()),
    ...fromPins(await readFile(new URL('pins.env', import.meta.url), 'utf8'), offeredByDebian),
  ];
  console.log(toTable(pins));
  if (values.fail && /\*\*behind\*\*/.test(toTable(pins))) process.exitCode = 1;
}
