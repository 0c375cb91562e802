/** A key for the whole page, on the keyboards that agents have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseShortcut } from '../../js/elements/shortcut.js';

/**
 * @param {string} shortcut @param {string} key What it writes. @param {string} code Where it lies, by the US layout.
 * @param {...string} held Modifiers.
 */
function matches(shortcut, key, code, ...held) {
  const target = { isContentEditable: false, tagName: 'BODY' };
  const event = { key, code, composedPath: () => [target], getModifierState: (name) => held.includes(name) };
  return parseShortcut(shortcut)?.matches(/** @type {any} */ (event));
}

test('a letter is the one that the key writes, wherever that lies', () => {
  assert.equal(matches('Alt+C', 'c', 'KeyC', 'Alt'), true);
  assert.equal(matches('Alt+Z', 'z', 'KeyY', 'Alt'), true, 'QWERTZ');
  assert.equal(matches('Alt+Z', 'y', 'KeyZ', 'Alt'), false, 'QWERTZ');
  assert.equal(matches('Alt+A', 'a', 'KeyQ', 'Alt'), true, 'AZERTY');
  assert.equal(matches('Alt+A', 'q', 'KeyA', 'Alt'), false, 'AZERTY');
  assert.equal(matches('Alt+M', ',', 'KeyM', 'Alt'), false, 'AZERTY');
});

test('a key that writes something else is the letter, or the digit, that stands on it', () => {
  assert.equal(matches('Alt+C', 'ç', 'KeyC', 'Alt'), true, 'macOS');
  assert.equal(matches('Alt+N', 'Dead', 'KeyN', 'Alt'), true, 'macOS');
  assert.equal(matches('Control+C', 'с', 'KeyC', 'Control'), true, 'Cyrillic');
  assert.equal(matches('Alt+1', '&', 'Digit1', 'Alt'), true, 'AZERTY');
  assert.equal(matches('E', '€', 'KeyE'), false, 'AltGr');
});

test('Space and Plus have names, and a sign needs whatever Shift it needs', () => {
  assert.equal(matches('Control+Space', ' ', 'Space', 'Control'), true);
  assert.equal(matches('Control+Plus', '+', 'BracketRight', 'Control'), true, 'QWERTZ');
  assert.equal(matches('Control+Plus', '+', 'Equal', 'Control', 'Shift'), true, 'QWERTY');
  assert.equal(matches('Control+Space', ' ', 'Space', 'Control', 'Shift'), false);
  assert.equal(matches('Alt+C', 'C', 'KeyC', 'Alt', 'Shift'), false);
  assert.equal(parseShortcut('Control+Plus')?.text, 'Control+Plus');
});

test('a keydown without a key is none', () => {
  const event = /** @type {any} */ (Object.assign(new Event('keydown'), { composedPath: () => [] }));
  assert.equal(parseShortcut('Alt+C')?.matches(event), false);
});
