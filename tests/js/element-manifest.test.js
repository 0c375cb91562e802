/** What editors and documentation are told of the elements is what the source has. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CaseframeButton, CaseframeReview } from '../../js/elements/index.js';

const folder = new URL('../../js/elements/', import.meta.url);
const read = (/** @type {string} */ name) => readFile(new URL(name, folder), 'utf8');
const manifest = JSON.parse(await read('custom-elements.json'));
const { customElements, exports } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
const declarations = manifest.modules.map((module) => module.declarations[0]);
const names = (list = []) => list.map(({ name }) => name).sort();
const unique = (list) => [...new Set(list)].sort();
const found = (text, pattern) => unique(Array.from(text.matchAll(pattern), ([, name]) => name));

/** What one element's own files say. @param {string} element */
async function sourceOf(element) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.js') && name.startsWith(element));
  return (await Promise.all(files.map(read))).join('\n');
}

/** The public properties and methods of a class and of what it extends. */
function membersOf(Class) {
  const members = {};
  for (let at = Class.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    Object.assign(members, Object.getOwnPropertyDescriptors(at));
  }
  const isPublic = (name) => !/^_|Callback$|^constructor$/.test(name);
  return Object.entries(members).filter(([name]) => isPublic(name));
}

test('package.json names it, and it names what the package exports', () => {
  assert.equal(customElements, './dist/custom-elements.json');
  assert.equal(exports['./element'].default, './dist/element.js');
  for (const {
    path,
    declarations: [{ tagName, name }],
    exports: exported,
  } of manifest.modules) {
    assert.match(path, /^dist\/element\.js$/);
    assert.deepEqual(names(exported), [name, tagName]);
  }
});

for (const [element, Class] of Object.entries({ button: CaseframeButton, review: CaseframeReview })) {
  const declared = declarations.find(({ tagName }) => tagName === `caseframe-${element}`);

  test(`the ${element}’s members, attributes, slots and parts`, async () => {
    const source = await sourceOf(element);
    const members = membersOf(Class);
    assert.deepEqual(names(declared.members), unique(members.map(([name]) => name)));
    for (const [name, { get, set, value }] of members) {
      const { kind, readonly = false } = declared.members.find((member) => member.name === name);
      assert.equal(kind, value ? 'method' : 'field', name);
      if (get) assert.equal(readonly, !set, name);
    }
    const reflected = found(source, /(?:has|get|set)Attribute\(this, '(\w+)'|this\.(?:has|get)Attribute\('(\w+)'\)/g);
    assert.deepEqual(names(declared.attributes), unique([...reflected.filter(Boolean), 'state']));
    assert.deepEqual(
      names(declared.slots),
      unique([...found(source, /create\('slot', \{ name: '(\w+)' \}/g), ...(element === 'button' ? [''] : [])]),
    );
    const parts = found(source, /part: '([\w-]+)'/g);
    // What the review's helper makes has its name's part, or one that is given to it.
    const made = Array.from(
      source.matchAll(/= button\('(\w+)'|^\s+button\('(\w+)', .*?(?:, '([a-z-]+)'(?:, '.'))?\),$/gm),
    );
    const buttons = made
      .flatMap(([, a, b, part]) => (part ? [part] : [a || b]))
      .map((name) => (name === 'discardNo' ? 'keep' : name));
    assert.deepEqual(names(declared.cssParts), unique([...parts, ...buttons]));
  });

  test(`the ${element}’s states`, async () => {
    const source = await sourceOf(element);
    const states =
      element === 'button'
        ? found(`${(/typedef \{('idle'[^}]*)\} Phase/.exec(source) || [])[1]}'unavailable'`, /'(\w+)'/g)
        : found(source, /_showState\('(\w+)'\)/g);
    assert.deepEqual(names(declared.cssStates), states);
    assert.deepEqual(found(declared.attributes.find(({ name }) => name === 'state').type.text, /'(\w+)'/g), states);
  });

  test(`the ${element}’s custom properties`, async () => {
    assert.deepEqual(
      names(declared.cssProperties),
      found((await read('styles.js')) + (await sourceOf(element)), /var\((--caseframe-[\w-]+)/g),
    );
  });
}

test('the events are those that are typed, and the README has every name', async () => {
  const events = declarations.flatMap((declared) => names(declared.events)).sort();
  assert.deepEqual(events, found(await read('../types/element.d.ts'), /'(caseframe-[\w-]+)': CustomEvent/g));
  const readme = await read('README.md');
  for (const { members, attributes, events, slots = [], cssParts, cssProperties, cssStates } of declarations) {
    for (const name of [members, attributes, events, slots, cssParts, cssProperties, cssStates].flatMap(names)) {
      if (name) assert.ok(readme.includes(`\`${name}`), `README: ${name}`);
    }
  }
});
