/** A picture with a review, without a page: what `detect` is asked, and what the review is shown of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as task } from 'node:timers/promises';
import { createTake } from '../../js/elements/take.js';
import { CaptureError } from '../../js/errors.js';

const TEXT = { x: 4, y: 2, width: 60, height: 12, mode: /** @type {const} */ ('fill') };
const FACE = { x: 9, y: 9, width: 30, height: 30 };

/** @param {any} options @param {{ findText?: any, review?: any, meanwhile?: any }} [parts] */
async function take(options, { findText = async () => [TEXT], review = null, meanwhile = null } = {}) {
  /** @type {any} */
  const seen = { grabs: 0, discards: 0, asked: [], encoded: [], shown: undefined };
  const still = {
    findText(/** @type {any} */ how) {
      seen.asked.push(how);
      return findText(how);
    },
    encode: async (/** @type {any} */ given) => {
      seen.encoded.push(given);
      return { id: '1' };
    },
    discard: () => seen.discards++,
  };
  const capture = {
    async grab(/** @type {any} */ _source, /** @type {any} */ given) {
      seen.grabs++;
      seen.given = given;
      return still;
    },
  };
  const outcome = await new Promise((resolve) => {
    const ends = ['retake', 'discarded', 'captured', 'stopped'];
    const on = Object.fromEntries(ends.map((name) => [name, (/** @type {any} */ value) => resolve({ name, value })]));
    const { abort } = createTake({
      capture: () => /** @type {any} */ (capture),
      source: {},
      options,
      consent: null,
      review: async (_still, ...shown) => {
        seen.shown = shown.slice(0, 3);
        return review ? review(...shown) : { action: 'confirm', redact: shown[2], dropped: [] };
      },
      on: /** @type {any} */ ({ grabbed() {}, ...on }),
    });
    meanwhile?.({ abort, seen }).then(resolve);
  });
  return { ...seen, outcome };
}

test('text comes as drafts, what hooks find as suggestions, what was given as it is', async () => {
  const { shown, given, encoded, discards } = await take({ redact: [FACE], detect: ['text', () => [FACE]] });
  assert.deepEqual(shown, [[FACE], [FACE], [TEXT]]);
  assert.equal(given.detect, undefined, 'it is not looked for twice');
  assert.deepEqual(encoded, [{ replaceRedact: [TEXT] }]);
  assert.equal(discards, 1);
});

test('without text in detect nobody looks for any', async () => {
  const { shown, asked } = await take({ detect: () => [FACE] });
  assert.deepEqual([shown, asked], [[[], [FACE], []], []]);
});

test('a page full of text leaves room for what the agent draws', async () => {
  const { asked } = await take({ redact: Array(300).fill(FACE), detect: 'text' });
  assert.deepEqual(asked, [{ most: 600 }]);
  assert.deepEqual((await take({ redact: Array(990).fill(FACE), detect: 'text' })).asked, [{ most: 1 }]);
});

test('where text cannot be looked for, no review is shown and no picture goes out', async () => {
  const findText = async () => {
    throw new CaptureError('engine-crash', 'it has crashed');
  };
  const { outcome, shown, encoded, discards } = await take({ detect: 'text' }, { findText });
  assert.deepEqual([outcome.name, outcome.value.code], ['stopped', 'engine-crash']);
  assert.deepEqual([shown, encoded, discards], [undefined, [], 1]);
});

test('a hook that never ends holds no picture beyond the abort, and shows none', async () => {
  const ask = () => new Promise(() => {});
  const meanwhile = async ({ abort, seen }) => {
    await task();
    assert.deepEqual([seen.grabs, seen.discards], [1, 0]);
    abort();
    await task();
  };
  const { discards, shown } = await take({ detect: [ask, () => [FACE]] }, { meanwhile });
  assert.deepEqual([discards, shown], [1, undefined]);
  // The page's own signal, aborted while the frame came.
  const controller = new AbortController();
  const detect = () => {
    controller.abort();
    return ask();
  };
  const early = await take({ detect, signal: controller.signal });
  assert.deepEqual([early.discards, early.outcome.name, early.outcome.value.code], [1, 'stopped', 'aborted']);
});

test('a picture that the page takes back in the review, or while it is encoded, is none', async () => {
  for (const moment of ['review', 'encode']) {
    const controller = new AbortController();
    const { signal } = controller;
    const review = async () => {
      if (moment === 'review') controller.abort();
      return {
        action: 'confirm',
        get redact() {
          if (moment === 'encode') controller.abort();
          return [];
        },
      };
    };
    const { outcome, discards } = await take({ signal }, { review });
    assert.deepEqual([outcome.name, outcome.value?.code, discards], ['stopped', 'aborted', 1], moment);
  }
});

test('what is no signal is refused, and the take ends', async () => {
  const { outcome, grabs } = await take({ signal: new AbortController() });
  assert.deepEqual([outcome.name, outcome.value?.code, grabs], ['stopped', 'invalid-argument', 0]);
});

test('what is no detect is refused before anything is captured', async () => {
  for (const detect of [null, 'faces', 3, ['text', 'faces'], [undefined]]) {
    const { outcome, grabs } = await take({ detect });
    assert.deepEqual([outcome.name, outcome.value?.code, grabs], ['stopped', 'invalid-argument', 0], String(detect));
  }
});
