/** Names that look like a known one: what is told, and what is let pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLookalike } from '../../js/names.js';

const ENCODE = ['quality', 'subsampling', 'progressive', 'maxWidth', 'maxHeight', 'redact', 'reject', 'metadata'];
const CAPTURE = [
  ...['timeoutMs', 'loadTimeoutMs', 'maxFrameAgeMs', 'minWidth', 'minHeight', 'select', 'withinMs', 'signal'],
  ...['beforeCapture', 'detect', 'interactionId', 'participantId', ...ENCODE],
];
const REGION = ['x', 'y', 'width', 'height', 'mode', 'color', 'unit', 'of'];
const UPLOADER = ['url', 'agentId', 'headers', 'queue', 'database', 'retry', 'limits', 'stallMs', 'encrypt'];

/** @param {string} key @param {readonly string[]} names */
const meantBy = (key, names) => findLookalike({ [key]: 1 }, names)?.meant;

test('a slip of the hand in any option that is worth telling', () => {
  for (const [names, known] of /** @type {const} */ ([
    [CAPTURE, ['redact', 'reject', 'detect', 'beforeCapture', 'interactionId', 'participantId', 'signal', 'timeoutMs']],
    [REGION, ['mode', 'color', 'unit']],
    [UPLOADER, ['encrypt', 'headers', 'limits', 'agentId', 'database']],
  ])) {
    for (const name of known) {
      const slips = [name.toUpperCase(), `${name[0].toUpperCase()}${name.slice(1)}`, `${name}s`];
      for (let i = 1; i < name.length; i++) {
        const [before, after] = [name.slice(0, i), name.slice(i)];
        slips.push(
          before + after.slice(1),
          `${before}q${after}`,
          `${before}q${after.slice(1)}`,
          before + after[0] + after,
        );
        slips.push(`${before}_${after}`, before.slice(0, -1) + after[0] + before.slice(-1) + after.slice(1));
      }
      for (const slip of slips) {
        // "mod", "nit": what is left of so short a name may be anything.
        if (slip === name || (name.length < 5 && slip.length < name.length && meantBy(slip, names) === undefined))
          continue;
        assert.equal(meantBy(slip, names), name, slip);
      }
    }
  }
});

test('other words for what covers, in whoever’s grammar', () => {
  for (const key of [
    ...[
      'redacts',
      'redacted',
      'redact_regions',
      'redaction',
      'autoRedact',
      'REGIONS',
      'mask',
      'masks',
      'areas',
      'regions',
      'blur',
    ],
    ...['pixelate', 'censor', 'obscure', 'hide', 'hidden', 'cover', 'boxes', 'boundingBoxes', 'rects', 'anonymize'],
  ]) {
    assert.equal(meantBy(key, ENCODE), 'redact', key);
    assert.equal(meantBy(key, CAPTURE), 'redact', key);
  }
  for (const [key, names, meant] of /** @type {const} */ ([
    ['detects', CAPTURE, 'detect'],
    ['detector', CAPTURE, 'detect'],
    ['detector', ENCODE, 'redact'],
    ['abortSignal', CAPTURE, 'signal'],
    ['onBeforeCapture', CAPTURE, 'beforeCapture'],
    ['conversationId', CAPTURE, 'interactionId'],
    ['colour', REGION, 'color'],
    ['blur', REGION, 'mode'],
    ['normalized', REGION, 'unit'],
    ['encrypted', UPLOADER, 'encrypt'],
    ['isEncrypted', UPLOADER, 'encrypt'],
    ['header', UPLOADER, 'headers'],
  ])) {
    assert.equal(meantBy(key, names), meant, key);
  }
});

test('what a page has of its own passes, and so does what is another call’s', () => {
  for (const key of 'label note tags project object direct timeZone kind user agentId caseId locale theme'.split(' ')) {
    assert.equal(meantBy(key, CAPTURE), undefined, key);
  }
  for (const key of 'score label id name top right bottom left index code node confidence weight type text z'.split(
    ' ',
  )) {
    assert.equal(meantBy(key, REGION), undefined, key);
  }
  for (const key of CAPTURE.filter((name) => name !== 'detect')) assert.equal(meantBy(key, ENCODE), undefined, key);
  assert.equal(findLookalike({ Redact: undefined }, CAPTURE), undefined, 'undefined is not given');
});

test('what is inherited counts, as it does where known names are read', () => {
  assert.equal(findLookalike(Object.create({ redacted: [] }), CAPTURE)?.meant, 'redact');
});
