import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCaptureOptions, parseCreateOptions, plainEncodeOptions } from '../../js/options.js';

test('defaults are the documented ones', () => {
  const { limits, encode, signal, beforeCapture, detect, interactionId } = parseCaptureOptions();
  assert.deepEqual(limits, { timeoutMs: 3000, maxFrameAgeMs: 1000, minWidth: 0, minHeight: 0 });
  assert.deepEqual(encode.reject, ['black', 'undecoded']);
  assert.deepEqual(encode.redact, []);
  assert.deepEqual([signal, beforeCapture, detect, interactionId], [undefined, undefined, undefined, undefined]);
  assert.deepEqual(parseCreateOptions(), {
    worker: 'auto',
    workerUrl: undefined,
    engine: { wasmModule: undefined, wasmUrl: undefined },
  });
});

test('what goes to the worker can be cloned, whatever the regions were made of', () => {
  class Box {
    constructor() {
      Object.assign(this, { x: 1, y: 2, width: 3, height: 4, onMove: () => {} });
    }
    get mode() {
      return 'fill';
    }
  }
  const plain = plainEncodeOptions({ redact: [new Box()], quality: 0.5, onSomething: () => {} });
  assert.doesNotThrow(() => structuredClone(plain));
  assert.deepEqual(structuredClone(plain.redact), [{ x: 1, y: 2, width: 3, height: 4, mode: 'fill' }]);
  assert.equal(plain.quality, 0.5);
});

test('a sentence names the field, what was expected and what came', () => {
  assert.throws(() => parseCaptureOptions({ timeoutMs: 0 }), {
    code: 'invalid-argument',
    message: 'Expected a number above 0 and up to 2147483647 for timeoutMs but received 0 of type number',
  });
  assert.throws(() => parseCaptureOptions({ redact: [{ x: 0, y: 0, width: -1, height: 1 }] }), {
    code: 'invalid-argument',
    message: /redact\[0\]\.width/,
  });
});
