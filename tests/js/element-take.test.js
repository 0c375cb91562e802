/** A picture with a review, without a page: what `detect` is asked, and what the review is shown of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as task } from 'node:timers/promises';
import { createTake } from '../../js/elements/take.js';
import { parseRegions } from '../../js/engine/regions.js';
import { CaptureError } from '../../js/errors.js';
import { parseCaptureOptions } from '../../js/options.js';

const TEXT = { x: 4, y: 2, width: 60, height: 12, mode: /** @type {const} */ ('fill') };
const FACE = { x: 9, y: 9, width: 30, height: 30 };

/**
 * @param {any} options
 * @param {{ findText?: any, review?: any, meanwhile?: any, consent?: any, isReviewed?: boolean, grabbing?: any }} [parts]
 */
async function take(
  options,
  { findText = async () => [TEXT], review = null, meanwhile = null, consent = null, isReviewed = true, grabbing } = {},
) {
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
      // As the package's: at once, before anything is waited for.
      seen.parsed = parseCaptureOptions(given);
      await grabbing?.(seen.parsed);
      return still;
    },
    async snapshot(/** @type {any} */ _source, /** @type {any} */ given) {
      seen.given = given;
      seen.parsed = parseCaptureOptions(given);
      return { id: '1' };
    },
  };
  const outcome = await new Promise((resolve) => {
    const ends = ['retake', 'discarded', 'captured', 'stopped'];
    const on = Object.fromEntries(ends.map((name) => [name, (/** @type {any} */ value) => resolve({ name, value })]));
    const { abort } = createTake({
      capture: () => /** @type {any} */ (capture),
      source: {},
      options,
      consent,
      review: isReviewed
        ? async (_still, ...shown) => {
            seen.shown = shown.slice(0, 3);
            return review ? review(...shown) : { action: 'confirm', redact: shown[2], dropped: [] };
          }
        : null,
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

/** All names that are read of an object. @param {(object: any) => void} read @param {any} [fields] */
function namesRead(read, fields = {}) {
  /** @type {string[]} */
  const names = [];
  const get = (/** @type {any} */ _, /** @type {string} */ name) => {
    names.push(name);
    return fields[name];
  };
  read(new Proxy({}, { get }));
  return names;
}

/** Of a class whose accessors have these values: its objects list none of them. @param {Record<string, unknown>} fields */
function ofClass(fields) {
  class Fields {}
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(Fields.prototype, name, { get: () => value, configurable: true });
  }
  return new Fields();
}

test('options are what a capture takes them for, wherever their fields are kept', async () => {
  const region = {
    x: 1,
    y: 2,
    width: 30,
    height: 40,
    mode: 'fill',
    color: 'red',
    unit: 'pixel',
    of: { width: 90, height: 80 },
  };
  assert.deepEqual(namesRead((one) => parseRegions([one]), region).sort(), Object.keys(region).sort(), 'all there are');
  const asked = /** @type {any[]} */ ([]);
  const options = {
    timeoutMs: 1,
    loadTimeoutMs: 2,
    maxFrameAgeMs: 3,
    minWidth: 4,
    minHeight: 5,
    select: 'sharpest',
    withinMs: 6,
    beforeCapture: (/** @type {any} */ context) => asked.push(context),
    detect: 'text',
    interactionId: 'case-1',
    participantId: 'ann',
    quality: 0.5,
    subsampling: '4:4:4',
    progressive: true,
    maxWidth: 7,
    maxHeight: 8,
    redact: [ofClass(region)],
    reject: ['uniform'],
    metadata: { description: 'a card' },
  };
  assert.deepEqual(
    [...namesRead(parseCaptureOptions)].sort(),
    [...Object.keys(options), 'signal'].sort(),
    'all there are',
  );
  const expected = (/** @type {any} */ { signal, detect, ...others }) => others;
  for (const [kept, given] of Object.entries({
    'by the object': options,
    'by a prototype': Object.create(Object.freeze({ ...options })),
    'by a class': ofClass(options),
  })) {
    for (const isReviewed of [true, false]) {
      const { parsed, outcome, shown } = await take(given, { isReviewed });
      assert.deepEqual(expected(parsed), expected(parseCaptureOptions(given)), kept);
      assert.equal(outcome.name, 'captured');
      if (isReviewed) assert.deepEqual(shown, [[region], [], [TEXT]], kept);
      else assert.deepEqual(parsed.detect, { text: true, hooks: [] }, kept);
    }
    asked.length = 0;
    const consent = { has: () => true, keep() {} };
    const { given: used } = await take(given, { consent, isReviewed: false });
    await used.beforeCapture('context');
    assert.deepEqual(asked, ['context'], 'after the customer the page is asked');
  }
  // For a capture of the page's own; and what looks like an option is refused as the package's does.
  assert.equal((await take({ watermark: 'a' })).given.watermark, 'a');
  for (const slip of [{ masks: [] }, Object.create({ masks: [] }), { redact: [{ ...region, colour: 'red' }] }]) {
    const { outcome } = await take(slip);
    assert.deepEqual([outcome.name, outcome.value?.code], ['stopped', 'invalid-argument']);
  }
});

test('the review is shown what was checked at the click, whatever the page does to its options meanwhile', async () => {
  const of = { width: 100, height: 100 };
  const moving = { x: 1, y: 1, width: 10, height: 10, of };
  const options = { redact: [moving, FACE] };
  const grabbing = async (/** @type {any} */ parsed) => {
    assert.equal(parsed.encode.plain.redact.length, 2);
    await task();
    Object.assign(moving, { x: 50 });
    Object.assign(of, { width: 50 });
    options.redact.length = 1;
  };
  const { shown } = await take(options, { grabbing });
  assert.deepEqual(shown[0], [{ x: 1, y: 1, width: 10, height: 10, of: { width: 100, height: 100 } }, FACE]);
});

test('a list that is too long is handed on as it is, to be refused by its length', async () => {
  let reads = 0;
  const redact = Array.from({ length: 1001 }, () => ({
    ...FACE,
    get x() {
      reads += 1;
      return 1;
    },
  }));
  for (const isReviewed of [true, false]) {
    const { outcome } = await take({ redact }, { isReviewed });
    assert.deepEqual(
      [outcome.name, outcome.value?.code, outcome.value?.details.name],
      ['stopped', 'invalid-argument', 'redact.length'],
    );
  }
  assert.equal(reads, 0);
  const { outcome } = await take({ redact: redact.slice(1) });
  assert.deepEqual([outcome.name, reads], ['captured', 1000]);
});

test('beforeCapture is called as a method of the page’s options, also behind the question for consent', async () => {
  class Options {
    #asked = 0;
    beforeCapture() {
      this.#asked += 1;
      return this.#asked === 1;
    }
  }
  const consent = { has: () => true, keep() {} };
  const { given } = await take(new Options(), { consent, isReviewed: false });
  assert.equal(await given.beforeCapture({}), true);
});

test('options that cannot be read end the take, and say so', async () => {
  const broken = () => {
    throw new Error('mine');
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const options of [
    Object.defineProperty({}, 'signal', { get: broken }),
    Object.defineProperty({}, 'redact', { get: broken }),
    { signal: proxy },
    { redact: [proxy] },
    { redact: [null] },
    { redact: null },
    proxy,
  ]) {
    for (const isReviewed of [true, false]) {
      const { outcome } = await take(options, { isReviewed });
      assert.deepEqual([outcome.name, outcome.value?.code], ['stopped', 'invalid-argument']);
    }
  }
});
