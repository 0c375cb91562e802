// Every script of package.json: help that is asked for is printed, and what it does not take is said before anything is done.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** @type {{ scripts: Record<string, string> }} */
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** As npm does, but for itself; ended, with all that it starts, where it goes on. @param {string} name @param {string[]} args */
function runScript(name, ...args) {
  return runIn({}, name, ...args);
}

/** @param {NodeJS.ProcessEnv} environment Beside this one's. @param {string} name @param {string[]} args */
function runIn(environment, name, ...args) {
  const quoted = args.map((arg) => `'${arg}'`).join(' ');
  const before = readdirSync(root);
  const { status, stdout, stderr } = spawnSync('timeout', ['600', 'sh', '-c', `${scripts[name]} ${quoted}`], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  assert.deepEqual(readdirSync(root), before);
  return { status, stdout, stderr };
}

/** @param {string} name @param {string[]} args @param {RegExp} [sentence] */
function refuses(name, args, sentence = new RegExp(args[0])) {
  const { status, stdout, stderr } = runScript(name, ...args);
  assert.deepEqual([status, stdout], [2, ''], `${name} ${args.join(' ')}: ${stderr}`);
  assert.match(stderr, /^caseframe: .+\n$/, 'one sentence');
  assert.match(stderr, sentence);
}

for (const name of Object.keys(scripts)) {
  test(`npm run ${name}`, () => {
    for (const wanted of ['--help', '-h']) {
      const { status, stdout, stderr } = runScript(name, wanted);
      assert.deepEqual([status, stderr], [0, ''], stdout);
      assert.match(stdout, /^\w.{60}/, 'the comment that the script begins with');
      assert.doesNotMatch(stdout, /^(\/\/|#|\/\*| \*)|\*\//m);
    }
    refuses(name, ['--no-such-option']);
  });
}

test('settings that are wrong are told, all of them, before anything is built', () => {
  assert.deepEqual(runScript('start', '--port', 'abc').status, 1);
  const { status, stdout, stderr } = runIn({ PORT: 'abc', RETENTION_DAYS: 'x' }, 'start');
  assert.deepEqual([status, stdout], [1, ''], stderr);
  assert.match(stderr, /^caseframe: “abc” is not a port.+\ncaseframe: .*RETENTION_DAYS.*\n$/);
});

test('what stands by itself where nothing does, and values that are none', () => {
  for (const name of ['build', 'build:js', 'test', 'matrix', 'lint', 'release', 'start', 'start:scaled', 'outdated'])
    refuses(name, ['nonsense']);
  refuses('sbom', ['a', 'b'], /“b”/);
  refuses('start', ['--prot', '1']);
  refuses('start', ['--dry-run'], /reconcile alone/);
  for (const wrong of ['0', '-1', '1.5', 'x', '']) refuses('start:scaled', [`--instances=${wrong}`], /--instances/);
  refuses('start:scaled', ['--port=x'], /--port/);
  refuses('chaos:middleware', ['--rounds', '0'], /--rounds/);
  refuses('chaos:middleware', ['--only', 'file'], /files, shared, faults/);
  refuses('test:calm', ['--alone', 'x'], /--alone/);
  refuses('fuzz', ['--seconds', '0'], /--seconds/);
  refuses('fuzz', ['nonsense']);
  refuses('release', ['--dryrun']);
  refuses('release', ['--out'], /--out/);
  refuses('release', ['--out='], /--out/);
});
